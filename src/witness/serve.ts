/**
 * This server as a witness for others (C2SP tlog-witness, add-checkpoint): checks a checkpoint against the one it signed last, keeps the
 * new one, and only then cosigns. A key that has signed more than the database knows signs nothing. It never signs two histories of one log, and knows nothing of HTTP.
 *
 * What a crash means: before the row is written, nothing was signed and the log asks again. After it, before the answer: the log asks
 * again with the old size, is told the new one (409), asks with that, and gets its cosignature for the same checkpoint. The file beside the
 * key is written after the row and before the answer, so it is never ahead of a database that was not lost.
 */
import { type Kysely, sql } from 'kysely';
import type { Clock, Random } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { equal } from '../proof/bytes.ts';
import { type Note, ProofFailure, parseNote, type VerifierKey, verifyConsistency, verifyNote } from '../proof/index.ts';
import { emptyRoot } from '../proof/tree.ts';
import { type AddCheckpointRequest, cosign, parseAddCheckpoint } from '../proof/witness.ts';
import { formatNote, type Signer } from '../proof/write.ts';
import { raise } from './alarms.ts';
import type { WitnessedLogs } from './config.ts';

/** What is remembered outside of the database, beside the key (adapters/keys/witness-memory.ts): sizes that were signed. */
export interface WitnessMemory {
  /** the largest that this key signed of a log; 0: none */
  size(origin: string): Promise<number>;
  /** Durable when it resolves. */
  grew(origin: string, size: number): Promise<void>;
}

export interface WitnessDeps {
  readonly memory: WitnessMemory;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly logs: WitnessedLogs;
}

export type Answer =
  | { readonly status: 200; readonly lines: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422 | 503; readonly why: string };

interface Seen {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
  readonly cosigned_at: number;
}

/** What this witness signed last of a log, or undefined. */
export async function seen(db: Kysely<Database>, origin: string): Promise<Seen | undefined> {
  return await db
    .selectFrom('witness.seen')
    .select(['size', 'root', 'note', 'cosigned_at'])
    .where('origin', '=', origin)
    .executeTakeFirst();
}

/** The checkpoint with the log's own signatures alone: what strangers appended is not ours to keep. */
async function signedBy(note: Note, keys: readonly VerifierKey[]): Promise<string | null> {
  const verified = await verifyNote(note, keys);
  if (verified.length === 0) return null;
  const own = verified.map(({ key }) => note.signatures.find((s) => s.name === key.name && s.keyId === key.keyId));
  return formatNote({ text: note.text, signatures: own.filter((s) => s !== undefined) });
}

/**
 * Compare and replace in one statement: of many requests that go on from one checkpoint, one is kept. It is durable when this returns.
 * @returns the time of the cosignature in seconds, never before the last one; null if the log no longer stands at `old`
 */
async function persist(
  { db, clock }: WitnessDeps,
  { tree, oldSize }: AddCheckpointRequest,
  note: string,
  oldRoot: Uint8Array,
): Promise<number | null> {
  const now = Math.max(1, Math.floor(clock.now() / 1000));
  const { rows } = await sql<{ cosigned_at: number }>`
    insert into witness.seen as s (origin, size, root, note, cosigned_at)
    select ${tree.origin}, ${tree.size}::bigint, ${Buffer.from(tree.root)}::bytea, ${note}, ${now}::bigint
    where ${oldSize}::bigint = 0 or exists (select from witness.seen where origin = ${tree.origin})
    on conflict (origin) do update
      set size = excluded.size, root = excluded.root, note = excluded.note, cosigned_at = greatest(s.cosigned_at, excluded.cosigned_at)
      where s.size = ${oldSize}::bigint and s.root = ${Buffer.from(oldRoot)}::bytea
    returning cosigned_at`.execute(db);
  return rows[0]?.cosigned_at ?? null;
}

/** Two roots that a log signed for one size convict it, whoever sent them: kept as evidence, and said to the staff. */
async function convict(deps: WitnessDeps, request: AddCheckpointRequest, note: string, known: Seen): Promise<void> {
  const { origin, size, root } = request.tree;
  if (size !== known.size || equal(root, known.root)) return;
  await raise(deps, {
    kind: 'fork-of-theirs',
    who: origin,
    at: size,
    ours: known.size,
    evidence: { first: known.note, second: note },
  });
}

/** The database is lost or an older copy: signing on from there could be a second history. */
const forgot = (remembered: number, known: number) =>
  `this witness signed this log at size ${remembered} and remembers ${known}: it signs nothing of it until its operator has put that right`;

/** Answers one request. `body` is what was sent, as text. Throws only for trouble of the database. */
export async function addCheckpoint(deps: WitnessDeps, body: string): Promise<Answer> {
  let request: AddCheckpointRequest;
  try {
    request = parseAddCheckpoint(body);
  } catch (error) {
    if (error instanceof ProofFailure) return { status: 400, why: error.message };
    throw error;
  }
  const { tree, oldSize, proof } = request;
  const keys = deps.logs.get(tree.origin);
  if (!keys) return { status: 404, why: 'this witness does not cosign that log' };
  let note: string | null;
  try {
    note = await signedBy(request.note, keys);
  } catch (error) {
    if (error instanceof ProofFailure) return { status: 403, why: error.message };
    throw error;
  }
  if (note === null) return { status: 403, why: 'no signature by a key that this witness knows for that log' };

  // First what the key remembers, then the database, which only grows from there: it may be ahead, never behind.
  const remembered = await deps.memory.size(tree.origin);
  const known = await seen(deps.db, tree.origin);
  if (remembered > (known?.size ?? 0)) return { status: 503, why: forgot(remembered, known?.size ?? 0) };
  if (known) await convict(deps, request, note, known);
  if (oldSize !== (known?.size ?? 0)) return { status: 409, size: known?.size ?? 0 };
  const oldRoot = known?.root ?? emptyRoot();
  try {
    verifyConsistency(oldSize, tree.size, oldSize === 0 ? emptyRoot() : oldRoot, tree.root, proof);
  } catch (error) {
    if (error instanceof ProofFailure) return { status: 422, why: error.message };
    throw error;
  }
  const time = await persist(deps, request, note, oldRoot);
  if (time === null) return { status: 409, size: (await seen(deps.db, tree.origin))?.size ?? 0 };
  await deps.memory.grew(tree.origin, tree.size);
  return { status: 200, lines: await cosign(request.note, deps.signer, time) };
}

/** The newest checkpoint of a log that this witness signed, with the log's signature and ours; null where it never signed one. */
export async function cosigned(deps: WitnessDeps, origin: string): Promise<string | null> {
  const known = await seen(deps.db, origin);
  if (!known) return null;
  // Ed25519 gives the same signature for the same words, so what was answered then need not be kept.
  return `${known.note}${await cosign(parseNote(known.note), deps.signer, known.cosigned_at)}`;
}
