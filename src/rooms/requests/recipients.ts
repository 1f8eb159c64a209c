/**
 * Recipients from a CSV: what each row says, and every row that cannot be used, named by its line. Reads no database: matching
 * against the directory takes the candidates as an argument.
 */
import { type Parser, parse } from 'csv-parse';
import { z } from 'zod';
import { breather } from '../../base/breath.ts';
import { InvalidInput } from '../../base/errors.ts';
import { ocdId, PARTY_KINDS, type PartyKind } from '../directory/entries.ts';
import type { Party } from '../directory/view.ts';
import { line, timeZone } from '../fields.ts';

export const MAX_ROWS = 200_000;
export const MAX_CSV_BYTES = 64 * 1024 * 1024;

export interface Recipient {
  /** line of the CSV, the header being line 1 */
  readonly line: number;
  readonly name: string;
  readonly kind: PartyKind;
  readonly state: string | null;
  readonly ocdId: string | null;
  /** IANA time zone, where it was given */
  readonly zone: string | null;
  readonly email: string | null;
  /** further columns, for merge fields */
  readonly merge: Readonly<Record<string, string>>;
}

export interface Problem {
  readonly line: number;
  readonly what: string;
}

export interface Recipients {
  readonly rows: readonly Recipient[];
  readonly problems: readonly Problem[];
  /** names of further columns, usable as merge fields */
  readonly columns: readonly string[];
}

const KNOWN = ['name', 'kind', 'state', 'ocd_id', 'time_zone', 'email'] as const;
const NEEDED = ['name', 'kind'] as const;
const wrongFile = (what: string) =>
  new InvalidInput('csv-refused', {
    what,
    lost: 'Nothing was changed: the recipients you had are still there.',
    next: 'Save the sheet as “CSV UTF-8” with the columns name, kind, state, ocd_id, email and try again.',
  });

/** Bytes that are decoded and parsed at once: some milliseconds of work. */
const SLICE = 64 * 1024;

/** Text of a CSV in slices: UTF-8, or UTF-16 if it says so by its byte order mark. @throws InvalidInput for anything else */
export function* decodeCsv(bytes: Uint8Array): Generator<string> {
  if (bytes.length > MAX_CSV_BYTES) throw wrongFile(`The file is larger than ${MAX_CSV_BYTES / 1024 / 1024} MiB.`);
  const [a, b] = bytes;
  const encoding = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let at = 0; at === 0 || at < bytes.length; at += SLICE) {
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(at, at + SLICE), { stream: at + SLICE < bytes.length });
    } catch {
      throw wrongFile('The file is not text in UTF-8.');
    }
    if (text.includes('\u0000'))
      throw wrongFile('The file looks like UTF-16 without a byte order mark, or is not text at all.');
    yield text;
  }
}

// What a spreadsheet would run as a formula when the list is opened again (CSV injection, OWASP).
const FORMULA = /^[=+\-@\t\r]/;
/** A mailbox that mail can be sent to: plain `local@domain`, nothing that could break out of a header line. */
export const email = z
  .string()
  .max(254)
  .regex(/^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}$/);
// Made once: building a schema costs a hundred times what a row's check costs.
const nameText = line(200);
const stateText = line(60);
const mergeText = line(500);
const NEEDS_PLACE: readonly PartyKind[] = ['state', 'county', 'place', 'district'];

/**
 * Rows and problems of a CSV. Works in slices of some milliseconds, so that a large file keeps nobody else waiting.
 * @throws InvalidInput when the file as a whole cannot be used
 */
export async function readRecipients(bytes: Uint8Array): Promise<Recipients> {
  const records = await parseRecords(bytes);
  const header = (records[0]?.record ?? []).map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  const missing = NEEDED.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    const found = header.filter(Boolean).slice(0, 20).join(', ') || 'nothing';
    throw wrongFile(`The first line has no column ${missing.join(' and no column ')}. It has: ${found}.`);
  }
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice) throw wrongFile(`The column ${twice} stands in the first line twice.`);
  if (records.length === 1) throw wrongFile('The file has a first line with columns, but no recipient.');
  const columns = header.filter((name) => /^[a-z][a-z0-9_]{0,39}$/.test(name) && !KNOWN.some((k) => k === name));

  const rows: Recipient[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  const breath = breather();
  for (const { record, at } of records.slice(1)) {
    await breath();
    const cells = new Map(header.map((name, i) => [name, (record[i] ?? '').trim()]));
    const row = readRow(cells, at, columns);
    if (typeof row === 'string') {
      problems.push({ line: at, what: row });
      continue;
    }
    const key = sameness(row);
    const before = seen.get(key);
    if (before !== undefined) {
      problems.push({ line: at, what: `${row.name} stands in line ${before} already.` });
      continue;
    }
    seen.set(key, at);
    rows.push(row);
  }
  return { rows, problems, columns };
}

interface Line {
  readonly record: readonly string[];
  /** line of the file on which it ends */
  readonly at: number;
}

const parsed = z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) });

async function parseRecords(bytes: Uint8Array): Promise<readonly Line[]> {
  const lines: Line[] = [];
  const breath = breather();
  let parser: Parser | undefined;
  let failed: Error | undefined;
  try {
    for (const text of decodeCsv(bytes)) {
      parser ??= openParser(text, (error) => {
        failed ??= error;
      });
      parser.write(text);
      take(parser, lines);
      if (failed) throw failed;
      if (lines.length - 1 > MAX_ROWS) throw wrongFile(`The file has more than ${MAX_ROWS} recipients.`);
      await breath();
    }
    if (parser) {
      const ended = new Promise<void>((resolve, reject) => {
        parser?.once('end', resolve).once('error', reject);
      });
      parser.end();
      parser.on('readable', () => parser && take(parser, lines));
      await ended;
    }
    return lines;
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof InvalidInput) throw error;
    throw wrongFile(`The file cannot be read as CSV: ${error instanceof Error ? error.message : 'unknown form'}.`);
  } finally {
    parser?.destroy();
  }
}

/** @param beginning of the file, to see what stands between its cells */
function openParser(beginning: string, onError: (error: Error) => void): Parser {
  const first = beginning.slice(0, beginning.indexOf('\n') + 1 || undefined);
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 100_000,
    delimiter: first.includes(';') && !beginning.slice(0, 2000).includes(',') ? ';' : ',',
  });
  return parser.on('error', onError);
}

function take(parser: Parser, lines: Line[]): void {
  for (let one: unknown = parser.read(); one !== null; one = parser.read()) {
    const { record, info } = parsed.parse(one);
    lines.push({ record, at: info.lines });
  }
}

/** Further columns of one row may hold this much together, so that the entry of its service stays well below 60,000 bytes. */
const MAX_MERGE_BYTES = 20_000;

/** What makes two rows the same recipient before the directory is asked. */
export const sameness = (row: Pick<Recipient, 'name' | 'kind' | 'state' | 'ocdId'>): string =>
  row.ocdId ?? `${row.kind}|${row.state ?? ''}|${row.name}`.toLowerCase();

/** One row, or what is wrong with it. */
export function readRow(
  cells: ReadonlyMap<string, string>,
  at: number,
  columns: readonly string[],
): Recipient | string {
  for (const [column, cell] of cells) {
    if (FORMULA.test(cell))
      return `The ${column} starts with “${cell.slice(0, 1)}”, which a spreadsheet would run as a formula.`;
  }
  const name = nameText.safeParse(cells.get('name') ?? '');
  if (!name.success) return `The name ${name.error.issues[0]?.message ?? 'cannot be used'}.`;
  const kind = PARTY_KINDS.find(
    (k) => k === (cells.get('kind') ?? '').toLowerCase().replace(/^(city|town|village)$/, 'place'),
  );
  if (!kind) return `The kind “${(cells.get('kind') ?? '').slice(0, 40)}” is none of ${PARTY_KINDS.join(', ')}.`;
  const rawState = cells.get('state') ?? '';
  const state = rawState === '' ? null : stateText.safeParse(rawState);
  if (state && !state.success) return `The state ${state.error.issues[0]?.message ?? 'cannot be used'}.`;
  const rawId = cells.get('ocd_id') ?? '';
  const id = rawId === '' ? null : ocdId.safeParse(rawId);
  if (id && !id.success) return `The ocd_id “${rawId.slice(0, 80)}” is not an Open Civic Data division id.`;
  if (NEEDS_PLACE.includes(kind) && !id && !state && kind !== 'state') {
    return `${name.data} is ambiguous: there may be others of that name. Give its state or its ocd_id.`;
  }
  const rawZone = cells.get('time_zone') ?? '';
  if (rawZone !== '' && !timeZone.safeParse(rawZone).success) {
    return `The time_zone “${rawZone.slice(0, 60)}” is not one such as America/Chicago.`;
  }
  const rawMail = cells.get('email') ?? '';
  const mail = rawMail === '' ? null : email.safeParse(rawMail);
  if (mail && !mail.success) return `The e-mail address “${rawMail.slice(0, 80)}” is not one that mail can be sent to.`;
  const merge: Record<string, string> = {};
  for (const column of columns) {
    const value = cells.get(column) ?? '';
    if (value === '') continue;
    const text = mergeText.safeParse(value);
    if (!text.success) return `The ${column} ${text.error.issues[0]?.message ?? 'cannot be used'}.`;
    merge[column] = text.data;
  }
  if (columns.length > 40 && Buffer.byteLength(JSON.stringify(merge)) > MAX_MERGE_BYTES) {
    return `The further columns hold more than ${MAX_MERGE_BYTES.toLocaleString('en-US')} bytes together.`;
  }
  return {
    line: at,
    name: name.data,
    kind,
    state: state ? state.data : null,
    ocdId: id ? id.data : null,
    zone: rawZone === '' ? null : rawZone,
    email: mail ? mail.data : null,
    merge,
  };
}

/** The party that a row names: known, new, or ambiguous. A bare name never matches silently. */
export type Match =
  | { readonly match: 'known'; readonly party: Party }
  | { readonly match: 'new' }
  | { readonly match: 'ambiguous'; readonly among: readonly Party[] };

/** Matches one row against the directory's candidates (same OCD id or same name). */
export function matchParty(
  row: Pick<Recipient, 'name' | 'kind' | 'state' | 'ocdId'>,
  candidates: readonly Party[],
): Match {
  if (row.ocdId) {
    const byId = candidates.filter((p) => p.ocdId === row.ocdId);
    if (byId[0]) return byId.length === 1 ? { match: 'known', party: byId[0] } : { match: 'ambiguous', among: byId };
  }
  const same = (a: string | null, b: string | null) => (a ?? '').toLowerCase() === (b ?? '').toLowerCase();
  const byName = candidates.filter(
    (p) => same(p.name, row.name) && p.kind === row.kind && same(p.state, row.state) && !(row.ocdId && p.ocdId),
  );
  if (byName.length > 1) return { match: 'ambiguous', among: byName };
  return byName[0] ? { match: 'known', party: byName[0] } : { match: 'new' };
}
