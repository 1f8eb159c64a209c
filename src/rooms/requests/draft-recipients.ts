/**
 * Recipients of a draft as kept in work.draft_recipient: added and removed one by one, listed by page, and matched against the directory (a
 * file that replaces them stands in reading.ts). Sets travel in chunks: 100,000 rows cost some hundred queries, and none keeps the server from others.
 */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { PARTY_KINDS } from '../directory/entries.ts';
import { type Candidate, candidatesFor } from '../directory/view.ts';
import type { DraftBody } from './draft.ts';
import { changeRecipients } from './drafts.ts';
import { merge } from './entries.ts';
import { type Problem, type Recipient, readRow } from './recipients.ts';
import { matchParty, placeWords, seenRows, twinWords } from './same-party.ts';

/** A recipient of a draft; `party` is the directory's, or null for one that serving will register. */
export type DraftRecipient = Recipient & {
  readonly party: string | null;
  /** the service of the request that this one follows */
  readonly predecessor?: string | null;
};

/** Rows that travel at once: few enough that making and reading them takes milliseconds. */
const CHUNK = 1000;

export function* chunks<T>(rows: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size);
}

/** Candidates of the directory: by OCD id, by every name, and by the bare name. */
export const directoryFor = (
  db: Kysely<Database>,
  rows: readonly Recipient[],
): Promise<(row: Recipient) => readonly Candidate[]> => candidatesFor(db, rows);

/** Matches rows against the directory; what cannot be told apart, or is the same party twice, becomes a problem of its line. */
export async function matchRows(
  db: Kysely<Database>,
  rows: readonly Recipient[],
  usedBefore: ReadonlyMap<string, number> = new Map(),
  onProgress: (done: number) => Promise<void> | null = () => null,
): Promise<{ readonly matched: readonly DraftRecipient[]; readonly problems: readonly Problem[] }> {
  const matched: DraftRecipient[] = [];
  const problems: Problem[] = [];
  const used = new Map(usedBefore);
  let done = 0;
  for (const chunk of chunks(rows, CHUNK)) {
    const candidates = await directoryFor(db, chunk);
    done += chunk.length;
    await onProgress(done);
    for (const row of chunk) {
      const match = matchParty(row, candidates(row));
      if (match.match === 'ambiguous') {
        const among = match.among.slice(0, 3).map(placeWords).join('; ');
        problems.push({
          line: row.line,
          what: t('requests.match.many', { name: row.name, n: match.among.length, among }),
        });
        continue;
      }
      if (match.match === 'contradicts') {
        problems.push({
          line: row.line,
          what: t('requests.match.contradicts', {
            id: row.ocdId ?? '',
            there: placeWords(match.party),
            here: placeWords(row),
          }),
        });
        continue;
      }
      const party = match.match === 'known' ? match.party.id : null;
      const before = party === null ? undefined : used.get(party);
      if (before !== undefined) {
        problems.push({ line: row.line, what: t('requests.match.same', { name: row.name, line: before }) });
        continue;
      }
      if (party !== null) used.set(party, row.line);
      matched.push({ ...row, party });
    }
  }
  return { matched, problems };
}

export async function insertRecipients(
  db: Kysely<Database>,
  draft: string,
  rows: readonly DraftRecipient[],
  onProgress: (done: number) => Promise<void> | null = () => null,
): Promise<void> {
  let done = 0;
  for (const chunk of chunks(rows, CHUNK)) {
    const json = JSON.stringify(chunk.map(({ ocdId, ...row }) => ({ ...row, ocd_id: ocdId, draft })));
    await sql`insert into work.draft_recipient (draft, line, name, kind, state, ocd_id, zone, email, party, merge, predecessor)
      select draft, line, name, kind, state, ocd_id, zone, email, party, merge, predecessor
      from json_populate_recordset(null::work.draft_recipient, ${json})`.execute(db);
    done += chunk.length;
    await onProgress(done);
  }
}

export async function insertProblems(db: Kysely<Database>, draft: string, problems: readonly Problem[]): Promise<void> {
  for (const chunk of chunks(problems, CHUNK)) {
    await sql`insert into work.draft_problem (draft, line, what)
      select ${draft}::uuid, line, what from json_populate_recordset(null::work.draft_problem, ${JSON.stringify(chunk)})
      on conflict (draft, line) do nothing`.execute(db);
  }
}

/** A subpoena goes to those who left something open, and to nobody else. @throws RuleRefusal `only-who-was-asked` */
export function onlyThose({ follows }: DraftBody): void {
  if (!follows) return;
  throw new RuleRefusal('only-who-was-asked', {
    what: t('requests.subpoena.what'),
    lost: t('requests.subpoena.lost'),
    next: t('requests.subpoena.next'),
  });
}

/** Fields of the form for one recipient; `merge` by column. */
export interface OneRecipient {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly ocdId: string;
  readonly zone: string;
  readonly email: string;
  readonly merge: Readonly<Record<string, string>>;
}

/** Adds one recipient under the next free line. @throws InvalidInput `recipient-refused` */
export async function addRecipient(services: Services, draft: string, one: OneRecipient): Promise<void> {
  const refuse = (what: string) =>
    new InvalidInput('recipient-refused', { what, lost: t('requests.add.lost') }, { name: what });
  await changeRecipients(services, draft, async (trx, { body }) => {
    onlyThose(body);
    const last = await trx
      .selectFrom('work.draft_recipient')
      .select((eb) => eb.fn.max('line').as('line'))
      .where('draft', '=', draft)
      .executeTakeFirst();
    const cells = new Map([
      ...body.columns.map((column) => [column, (one.merge[column] ?? '').trim()] as const),
      ['name', one.name.trim()] as const,
      ['kind', one.kind.trim()] as const,
      ['state', one.state.trim()] as const,
      ['ocd_id', one.ocdId.trim()] as const,
      ['time_zone', one.zone.trim()] as const,
      ['email', one.email.trim()] as const,
    ]);
    const row = readRow(cells, Math.max(2, (last?.line ?? 1) + 1), body.columns);
    if (typeof row === 'string') throw refuse(row);
    const { matched, problems } = await matchRows(trx, [row]);
    const [fit] = matched;
    if (!fit) throw refuse(problems[0]?.what.replaceAll('ocd_id', 'OCD id') ?? t('requests.add.unusable'));
    const alike = await trx
      .selectFrom('work.draft_recipient')
      .selectAll()
      .where('draft', '=', draft)
      .where((eb) =>
        eb.or([
          eb(eb.fn<string>('lower', ['name']), '=', fit.name.toLowerCase()),
          ...(fit.ocdId ? [eb('ocd_id', '=', fit.ocdId)] : []),
          ...(fit.party ? [eb('party', '=', fit.party)] : []),
        ]),
      )
      .execute();
    const others = seenRows<DraftRecipient>();
    for (const other of alike.map(toRecipient)) {
      if (fit.party !== null && other.party === fit.party) throw refuse(twinWords(fit, other, 'id', other.line));
      others.see(other);
    }
    const twin = others.see(fit);
    if (twin) throw refuse(twinWords(fit, twin.row, twin.by, twin.row.line).replaceAll('ocd_id', 'OCD id'));
    await insertRecipients(trx, draft, [fit]);
    return { result: undefined };
  });
}

/** Removes the recipient of one line; nothing happens when it is gone already. */
export async function removeRecipient(services: Services, draft: string, line: number): Promise<void> {
  await changeRecipients(services, draft, async (trx) => {
    await trx.deleteFrom('work.draft_recipient').where('draft', '=', draft).where('line', '=', line).execute();
    return { result: undefined };
  });
}

/** Leaves out, on purpose, the rows that could not be used. */
export async function leaveOutProblems(services: Services, draft: string): Promise<void> {
  await changeRecipients(services, draft, async (trx) => {
    await trx.deleteFrom('work.draft_problem').where('draft', '=', draft).execute();
    return { result: undefined };
  });
}

interface RecipientRow {
  line: number;
  name: string;
  kind: string;
  state: string | null;
  ocd_id: string | null;
  zone: string | null;
  email: string | null;
  party: string | null;
  merge: unknown;
  predecessor: string | null;
}

const kindOf = z.enum(PARTY_KINDS);

export const toRecipient = (row: RecipientRow): DraftRecipient => ({
  line: row.line,
  name: row.name,
  kind: kindOf.parse(row.kind),
  state: row.state,
  ocdId: row.ocd_id,
  zone: row.zone,
  email: row.email,
  merge: merge.parse(row.merge),
  party: row.party,
  predecessor: row.predecessor,
});

export interface RecipientCounts {
  readonly total: number;
  readonly withMail: number;
  /** rows of the CSV that cannot be used */
  readonly problems: number;
}

export async function countRecipients(db: Kysely<Database>, draft: string): Promise<RecipientCounts> {
  const { rows } = await sql<{ total: number; mail: number; problems: number }>`
    select count(*) as total, count(email) as mail,
      (select count(*) from work.draft_problem where draft = ${draft}) as problems
    from work.draft_recipient where draft = ${draft}`.execute(db);
  const [row] = rows;
  return { total: row?.total ?? 0, withMail: row?.mail ?? 0, problems: row?.problems ?? 0 };
}

const like = (text: string) => `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;

/** One page of recipients in the order of their lines; `search` looks at name, state, OCD id and address. */
export async function recipientsPage(
  db: Kysely<Database>,
  draft: string,
  search: string,
  page: number,
  size: number,
): Promise<{ readonly rows: readonly DraftRecipient[]; readonly total: number }> {
  let query = db.selectFrom('work.draft_recipient').where('draft', '=', draft);
  if (search !== '') {
    const pattern = like(search);
    query = query.where((eb) =>
      eb.or([
        eb('name', 'ilike', pattern),
        eb('state', 'ilike', pattern),
        eb('ocd_id', 'ilike', pattern),
        eb('email', 'ilike', pattern),
      ]),
    );
  }
  const [rows, counted] = await Promise.all([
    query
      .selectAll()
      .orderBy('line')
      .limit(size)
      .offset((page - 1) * size)
      .execute(),
    query.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirst(),
  ]);
  return { rows: rows.map(toRecipient), total: counted?.n ?? 0 };
}

/** Recipients by their lines, `size` at a time, beginning after `line`: for work on all of them in flat memory. */
export async function recipientsAfter(
  db: Kysely<Database>,
  draft: string,
  line: number,
  size: number,
): Promise<readonly DraftRecipient[]> {
  const rows = await db
    .selectFrom('work.draft_recipient')
    .selectAll()
    .where('draft', '=', draft)
    .where('line', '>', line)
    .orderBy('line')
    .limit(size)
    .execute();
  return rows.map(toRecipient);
}

/** Rows of the CSV that cannot be used, by line. */
export async function problemsOf(
  db: Kysely<Database>,
  draft: string,
  limit: number,
  offset = 0,
): Promise<readonly Problem[]> {
  return db
    .selectFrom('work.draft_problem')
    .select(['line', 'what'])
    .where('draft', '=', draft)
    .orderBy('line')
    .limit(limit)
    .offset(offset)
    .execute();
}
