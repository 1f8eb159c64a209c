/**
 * What others have signed of a log, in an export: cosignatures of witnesses, which checkpoints had a quorum, timestamps of authorities.
 * Written, read back, checked against the checkpoints, and put into a database. Knows no witness's key: who verifies brings a policy.
 */
import type { ClientBase } from 'pg';
import { z } from 'zod';
import { Found } from '../ledger/check.ts';
import { fromBase64 } from '../proof/bytes.ts';
import { ProofFailure, parseNote } from '../proof/index.ts';
import type { Listed } from './files.ts';
import { checkpointRow } from './layout.ts';
import { allLines, parsed } from './lines.ts';
import type { Out } from './out.ts';

export const BESIDE = ['cosignatures', 'quorums', 'timestamps'] as const;
export type Beside = (typeof BESIDE)[number];

const size = z.number().int().positive();
const time = z.iso.datetime();
const der = z.base64().max(400_000);
const ROWS = {
  cosignatures: z.strictObject({
    collectedAt: time,
    cosignedAt: time,
    line: z.string().max(10_000),
    size,
    witness: z.string().max(1_000),
  }),
  quorums: z.strictObject({ policy: z.string().regex(/^[0-9a-f]{64}$/), size }),
  timestamps: z.strictObject({
    genTime: time,
    receivedAt: time,
    request: der,
    response: der,
    size,
    tsa: z.string().max(2_000),
  }),
} as const;

/** What all three say. */
const ANY: Readonly<Record<Beside, z.ZodType<{ readonly size: number }>>> = ROWS;

const utc = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const b64 = (column: string) => `translate(encode(${column}, 'base64'), E'\\n', '')`;

/** In the order in which they came, which decides what a receipt carries. */
const SELECT: Readonly<Record<Beside, string>> = {
  cosignatures: `select size, witness, line, ${utc('cosigned_at')} as "cosignedAt", ${utc('collected_at')} as "collectedAt"
    from log.cosignature order by n`,
  quorums: 'select policy, size from log.quorum order by policy, size',
  timestamps: `select size, tsa, ${b64('request')} as request, ${b64('response')} as response,
    ${utc('gen_time')} as "genTime", ${utc('received_at')} as "receivedAt" from log.timestamp order by size`,
};

const INSERT: Readonly<Record<Beside, string>> = {
  cosignatures: `insert into log.cosignature (size, witness, line, cosigned_at, collected_at)
    select x.size, x.witness, x.line, x."cosignedAt", x."collectedAt" from jsonb_array_elements($1::jsonb) with ordinality e (row, i),
    jsonb_to_record(e.row) x (size bigint, witness text, line text, "cosignedAt" timestamptz, "collectedAt" timestamptz) order by e.i`,
  quorums: `insert into log.quorum (policy, size) select policy, size from jsonb_to_recordset($1::jsonb) x (policy text, size bigint)`,
  timestamps: `insert into log.timestamp (size, tsa, request, response, gen_time, received_at)
    select size, tsa, decode(request, 'base64'), decode(response, 'base64'), "genTime", "receivedAt" from jsonb_to_recordset($1::jsonb)
    x (size bigint, tsa text, request text, response text, "genTime" timestamptz, "receivedAt" timestamptz)`,
};

const PAGE = 1_000;

/** Writes all of it. @param client in a transaction @returns how many of each */
export async function writeBeside(out: Out, client: ClientBase): Promise<Record<Beside, number>> {
  const counted: Record<Beside, number> = { cosignatures: 0, quorums: 0, timestamps: 0 };
  for (const kind of BESIDE) {
    const lines = out.lines(kind);
    await client.query(`declare beside no scroll cursor for ${SELECT[kind]}`);
    for (;;) {
      const { rows } = await client.query<Record<string, unknown>>(`fetch ${PAGE} from beside`);
      for (const row of rows) await lines.add(JSON.stringify(ANY[kind].parse(row)));
      counted[kind] += rows.length;
      if (rows.length < PAGE) break;
    }
    await client.query('close beside');
    await lines.end();
  }
  return counted;
}

/** Whether a timestamp is one of this text; throws what is wrong. Given by who knows RFC 3161. */
export type CheckTimestamp = (text: string, request: Uint8Array, response: Uint8Array) => void;

/** Checks all of it against the checkpoints, which were checked before. @throws Found */
export async function checkBeside(dir: string, listed: Listed, timestampOf: CheckTimestamp | undefined): Promise<void> {
  const stamped = new Map<number, string>();
  for await (const one of allLines(dir, listed, 'timestamps')) stamped.set(parsed(ROWS.timestamps, one).size, '');
  const sizes = new Set<number>();
  for await (const one of allLines(dir, listed, 'checkpoints')) {
    const row = parsed(checkpointRow, one);
    sizes.add(row.size);
    if (stamped.has(row.size)) stamped.set(row.size, row.note);
  }
  const counted: Record<Beside, number> = { cosignatures: 0, quorums: 0, timestamps: 0 };
  const seen = new Set<string>();
  for (const kind of BESIDE) {
    for await (const one of allLines(dir, listed, kind)) {
      const { size } = parsed(ANY[kind], one);
      if (!sizes.has(size)) throw new Found('bad-line', one.at, 'the size of a checkpoint', String(size));
      counted[kind]++;
      if (kind === 'cosignatures') {
        const { line, witness } = parsed(ROWS.cosignatures, one);
        if (signedBy(line) !== witness) throw new Found('bad-line', one.at, `a signature line of ${witness}`, line);
        if (seen.has(`${size} ${witness}`)) throw new Found('bad-line', one.at, 'each witness once', witness);
        seen.add(`${size} ${witness}`);
      }
      if (kind === 'timestamps' && timestampOf) {
        const { request, response } = parsed(ROWS.timestamps, one);
        try {
          timestampOf(stamped.get(size) ?? '', fromBase64(request), fromBase64(response));
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          throw new Found('bad-timestamp', one.at, `a timestamp of checkpoint ${size}`, error.message);
        }
      }
    }
    if (counted[kind] !== listed.facts[kind])
      throw new Found('not-an-export', `export.json, ${kind}`, String(counted[kind]), String(listed.facts[kind]));
  }
}

/** `NAME+KEYID` of exactly one signature line, or null. */
function signedBy(line: string): string | null {
  try {
    const { signatures } = parseNote(`x\n\n${line}`);
    const [only] = signatures;
    return only && signatures.length === 1 ? `${only.name}+${only.keyId}` : null;
  } catch (error) {
    if (error instanceof ProofFailure) return null;
    throw error;
  }
}

/** Puts all of it into a database whose checkpoints are there. */
export async function putBeside(client: ClientBase, dir: string, listed: Listed): Promise<void> {
  for (const kind of BESIDE) {
    let page: unknown[] = [];
    const put = async () => {
      if (page.length > 0) await client.query(INSERT[kind], [JSON.stringify(page)]);
      page = [];
    };
    for await (const one of allLines(dir, listed, kind)) {
      page.push(parsed(ANY[kind], one));
      if (page.length >= PAGE) await put();
    }
    await put();
  }
}
