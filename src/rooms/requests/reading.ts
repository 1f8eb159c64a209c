/**
 * A list of recipients as a job that can be stopped anywhere and begins anew: the file is kept as it came, then it is read, matched against
 * the directory, and put in place of the recipients there were, in one transaction.
 *
 * What a crash means: while the file comes, nothing happened. After it, `resumeReading` at the next start reads it again from its beginning;
 * the recipients there were stay until the last moment, and whoever comes second finds the file read.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { Conflict, Refusal, StorageFull, Unavailable } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { jobsBy, Stopped } from '../../base/jobs.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { type DraftRecipient, insertProblems, insertRecipients, matchRows, onlyThose } from './draft-recipients.ts';
import { changeRecipients, frozen, isOpen, loadDraft } from './drafts.ts';
import { type Problem, type Recipients, readRecipients } from './recipients.ts';
import { type CsvBytes, MAX_CSV_BYTES, wrongFile } from './recipients-csv.ts';

const PART = 1024 * 1024;
const NEWLINE = 0x0a;
/** ms between two words on how far it is */
const EVERY = 400;
const WAITS = [500, 2_000, 8_000];

const stage = z.enum(['reading', 'checking', 'matching', 'keeping', 'read', 'refused']);
export type Stage = z.infer<typeof stage>;

/** How far the newest file of a draft is. */
export interface Reading {
  readonly id: string;
  readonly stage: Stage;
  /** lines or rows of the stage; once it is read, recipients */
  readonly done: number;
  readonly total: number;
  /** rows that cannot be used */
  readonly problems: number;
  /** what the file as a whole was refused for */
  readonly refused: string | null;
}

/** Null where no file was given, or it was read and that was said. */
export async function readingOf(db: Kysely<Database>, draft: string): Promise<Reading | null> {
  const row = await db
    .selectFrom('work.recipients_file')
    .select(['id', 'stage', 'done', 'total', 'problems', 'refused'])
    .where('draft', '=', draft)
    .where('whole', '=', true)
    .executeTakeFirst();
  return row ? { ...row, stage: stage.parse(row.stage) } : null;
}

/** A file of the draft is being read now. */
export async function isReading(db: Kysely<Database>, draft: string): Promise<boolean> {
  const reading = await readingOf(db, draft);
  return reading !== null && isOpen(reading);
}

const forget = (db: Kysely<Database>, id: string) =>
  db.deleteFrom('work.recipients_file').where('id', '=', id).execute();

/** Takes away the word that a file was read, once it was said. */
export async function saidRead(db: Kysely<Database>, reading: Reading): Promise<void> {
  if (reading.stage === 'read') await forget(db, reading.id);
}

/**
 * Keeps a file while it comes, in place of the one before; nothing is read yet.
 * @returns its size; 0 for an empty one, which is not kept
 * @throws InvalidInput `csv-refused` when it is too large, RuleRefusal `draft-frozen`, `only-who-was-asked`; what `source` throws
 */
export async function takeFile(services: Services, draft: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const { db, clock, random } = services;
  const { body, serving } = await loadDraft(db, draft);
  if (serving) throw frozen();
  onlyThose(body);
  const id = uuidv7(clock.now(), random);
  await db
    .insertInto('work.recipients_file')
    .values({ id, draft, created_at: new Date(clock.now()) })
    .execute();
  try {
    let bytes = 0;
    let lines = 0;
    let open = false;
    for await (const { n, part } of partsOf(source)) {
      bytes += part.length;
      if (bytes > MAX_CSV_BYTES) throw wrongFile(t('requests.csv.too-large', { mib: MAX_CSV_BYTES / 1024 / 1024 }));
      for (let at = part.indexOf(NEWLINE); at !== -1; at = part.indexOf(NEWLINE, at + 1)) lines += 1;
      open = part.at(-1) !== NEWLINE;
      await db.insertInto('work.recipients_part').values({ file: id, n, bytes: part }).execute();
    }
    if (bytes === 0) await forget(db, id);
    else await takesPlace(db, draft, id, lines + (open ? 1 : 0));
    return bytes;
  } catch (error) {
    await forget(db, id).catch(() => {});
    throw error;
  }
}

async function takesPlace(db: Kysely<Database>, draft: string, id: string, lines: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // One after the other: two files at the same moment leave the later one.
    await trx.selectFrom('work.request_draft').select('id').where('id', '=', draft).forUpdate().execute();
    await trx
      .deleteFrom('work.recipients_file')
      .where('draft', '=', draft)
      .where('id', '!=', id)
      .where('whole', '=', true)
      .execute();
    await trx
      .updateTable('work.recipients_file')
      .set({ whole: true, lines, total: lines })
      .where('id', '=', id)
      .execute();
  });
}

async function* partsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<{ n: number; part: Buffer }> {
  let held: Uint8Array[] = [];
  let size = 0;
  let n = 0;
  for await (const chunk of source) {
    held.push(chunk);
    size += chunk.length;
    if (size < PART) continue;
    yield { n: n++, part: Buffer.concat(held) };
    held = [];
    size = 0;
  }
  if (size > 0) yield { n, part: Buffer.concat(held) };
}

async function* keptBytes(db: Kysely<Database>, file: string): AsyncGenerator<Uint8Array> {
  for (let n = 0; ; n++) {
    const row = await db
      .selectFrom('work.recipients_part')
      .select('bytes')
      .where('file', '=', file)
      .where('n', '=', n)
      .executeTakeFirst();
    if (!row) return;
    yield row.bytes;
  }
}

type Tell = (stage: Stage, done: number, total: number) => Promise<void> | null;

/** Writes down how far a file is, now and then. What it gives throws `Stopped` when the process ends. */
function teller(db: Kysely<Database>, file: string, goesOn: () => boolean): Tell {
  let last = Number.NEGATIVE_INFINITY;
  let at: Stage | null = null;
  return (now, done, total) => {
    if (!goesOn()) throw new Stopped();
    if (now === at && performance.now() - last < EVERY) return null;
    last = performance.now();
    at = now;
    const row = { stage: now, done, total };
    return db
      .updateTable('work.recipients_file')
      .set(row)
      .where('id', '=', file)
      .execute()
      .then(() => {});
  };
}

/**
 * Reads a list and puts it in place of all recipients, for callers that can wait. Rows that cannot be used are kept as problems, each with its line.
 * @throws InvalidInput `csv-refused` when the file as a whole cannot be used; then nothing is replaced
 */
export async function replaceRecipients(
  services: Services,
  draft: string,
  bytes: CsvBytes,
): Promise<{ readonly rows: number; readonly problems: number }> {
  return await read(services, draft, bytes, null, () => null);
}

async function read(services: Services, draft: string, bytes: CsvBytes, file: string | null, tell: Tell) {
  const lines = file === null ? 0 : await linesOf(services.db, file);
  const list = await readRecipients(bytes, (stage, done) => tell(stage, done, lines));
  const { length } = list.rows;
  const { matched, problems } = await matchRows(services.db, list.rows, undefined, (done) =>
    tell('matching', done, length),
  );
  return await keep(services, draft, list, matched, problems, file, tell);
}

const linesOf = async (db: Kysely<Database>, file: string): Promise<number> =>
  (await db.selectFrom('work.recipients_file').select('lines').where('id', '=', file).executeTakeFirst())?.lines ?? 0;

async function keep(
  services: Services,
  draft: string,
  list: Recipients,
  matched: readonly DraftRecipient[],
  problems: readonly Problem[],
  file: string | null,
  tell: Tell,
) {
  const wrong = [...list.problems, ...problems].sort((a, b) => a.line - b.line);
  const work: Parameters<typeof changeRecipients<{ rows: number; problems: number }>>[2] = async (trx, before) => {
    onlyThose(before.body);
    await trx.deleteFrom('work.draft_recipient').where('draft', '=', draft).execute();
    await trx.deleteFrom('work.draft_problem').where('draft', '=', draft).execute();
    // Said outside of the transaction, or nobody would see it before the end.
    await insertRecipients(trx, draft, matched, (done) => tell('keeping', done, matched.length));
    await insertProblems(trx, draft, wrong);
    if (file !== null) {
      const marked = await trx
        .updateTable('work.recipients_file')
        .set({ stage: 'read', done: matched.length, total: matched.length, problems: wrong.length })
        .where('id', '=', file)
        .where('stage', 'not in', ['read', 'refused'])
        .executeTakeFirst();
      if (marked.numUpdatedRows === 0n) {
        throw new Conflict('file-replaced', t('requests.csv.replaced'));
      }
      await trx.deleteFrom('work.recipients_part').where('file', '=', file).execute();
    }
    return {
      result: { rows: matched.length, problems: wrong.length },
      body: { ...before.body, columns: [...list.columns] },
    };
  };
  return await changeRecipients(services, draft, work, file);
}

const jobsOf = jobsBy();

/** Reads the newest file of a draft in the background; asking twice does it once. Resolves when it is read or refused, and never rejects. */
export async function readInBackground(services: Services, draft: string): Promise<void> {
  const reading = await readingOf(services.db, draft);
  if (reading === null || !isOpen(reading)) return;
  await jobsOf(services).run(reading.id, (goesOn) => readKept(services, draft, reading.id, goesOn));
}

async function readKept(services: Services, draft: string, file: string, goesOn: () => boolean): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await read(services, draft, keptBytes(services.db, file), file, teller(services.db, file, goesOn));
      return;
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const wait = WAITS[tries];
      if ((error instanceof Unavailable || error instanceof StorageFull) && wait !== undefined && goesOn()) {
        await sleep(wait);
        continue;
      }
      const words =
        error instanceof Refusal
          ? [error.advice.what, error.advice.next ?? ''].join(' ').trim()
          : t('requests.csv.unexpected');
      // Where even this cannot be kept, the file is still open and the next start reads it.
      await refuse(services.db, file, words).catch(() => {});
      return;
    }
  }
}

async function refuse(db: Kysely<Database>, file: string, words: string): Promise<void> {
  const refused = await db
    .updateTable('work.recipients_file')
    .set({ stage: 'refused', refused: words })
    .where('id', '=', file)
    .where('stage', 'not in', ['read', 'refused'])
    .executeTakeFirst();
  if (refused.numUpdatedRows > 0n) await db.deleteFrom('work.recipients_part').where('file', '=', file).execute();
}

/** What broke off on its way so long ago is gone at a start; another process may be taking one now. */
const ABANDONED = 86_400_000;

/** Goes on with every file whose reading a crash or a stop interrupted; called once at the start of the server. @returns how many */
export async function resumeReading(services: Services): Promise<number> {
  const { db, clock } = services;
  await db
    .deleteFrom('work.recipients_file')
    .where('whole', '=', false)
    .where('created_at', '<', new Date(clock.now() - ABANDONED))
    .execute();
  const rows = await db
    .selectFrom('work.recipients_file')
    .select('draft')
    .where('whole', '=', true)
    .where('stage', 'not in', ['read', 'refused'])
    .orderBy('created_at')
    .execute();
  for (const { draft } of rows) void readInBackground(services, draft).catch(() => {});
  return rows.length;
}

/** Stops at the next slice and waits for it; for the end of the process. What is left is read at the next start. */
export const stopReading = (services: Services): Promise<void> => jobsOf(services).stop();
