/**
 * Everything that keeps a draft from being served, each with the step where it is mended: what draft.ts says of the draft itself,
 * plus what only its recipients can show (bad rows, letters that would lack a value). Reads; never writes.
 */
import { type Kysely, sql } from 'kysely';
import type { Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import type { Services } from '../../base/services.ts';
import { byRecipient, calendarOfPlace, zoneOfPlace } from '../clock/rules.ts';
import { clockStands, isFollowed, settledItems } from '../escalation/view.ts';
import { type DraftBody, draftProblems, ownDues, type ReadyDraft, ready, type Step } from './draft.ts';

import { countRecipients, type RecipientCounts } from './draft-recipients.ts';
import type { Draft } from './drafts.ts';
import { fieldsOf, LETTER_FIELDS } from './letter.ts';
import { isReading } from './reading.ts';

export interface Trouble {
  readonly step: Step;
  readonly what: string;
}

export interface Checked {
  readonly counts: RecipientCounts;
  readonly problems: readonly Trouble[];
  /** null while there are problems */
  readonly ready: ReadyDraft | null;
}

/** Minutes that a request can be revoked, as the moment letters may leave; null for recorded requests, which send none. */
export function leavesAtFor(services: Services, body: DraftBody, now: Millis): Millis | null {
  return body.conduct === 'recorded' ? null : now + services.config.revokeMinutes * 60_000;
}

/** The moment that would count as service if it were served at `now`. */
export function servedAtIf(services: Services, body: DraftBody, now: Millis): Millis {
  if (body.conduct === 'recorded') {
    const at = Date.parse(body.recorded?.servedAt ?? '');
    return Number.isNaN(at) ? now : at;
  }
  return leavesAtFor(services, body, now) ?? now;
}

/** Merge fields of the letter that come from columns of the CSV. */
export function columnsUsed(body: Pick<DraftBody, 'letter'>): readonly string[] {
  if (!body.letter) return [];
  const used = [...fieldsOf(body.letter.subject), ...fieldsOf(body.letter.text)];
  return [...new Set(used)].filter((field) => !Object.hasOwn(LETTER_FIELDS, field));
}

/** How many missing values are named one by one. */
const NAMED = 200;

/** What a spreadsheet would run as a formula when the list is opened again (CSV injection, OWASP); a number or a dash is none. */
const FORMULA = '^[=+@-]';
const NUMBER = '^[+-]?[0-9 ().,/-]*((ext\\.?|x) ?[0-9]+)?$';

/**
 * Recipients for whom a field of the letter has no value, or one that is a formula, by line. Only columns that the letter uses are looked at:
 * what nobody uses may hold what it likes.
 */
export async function valueProblems(
  db: Kysely<Database>,
  draft: string,
  body: Pick<DraftBody, 'letter'>,
): Promise<{ readonly named: readonly string[]; readonly total: number }> {
  const fields = columnsUsed(body);
  if (fields.length === 0) return { named: [], total: 0 };
  const lacking = sql`draft = ${draft} and not merge ?& ${fields}::text[]`;
  const { rows } = await sql<{ line: number; name: string; missing: string[]; total: number }>`
    select line, name, array(select f from unnest(${fields}::text[]) f where not merge ? f) as missing,
      (select count(*) from work.draft_recipient where ${lacking}) as total
    from work.draft_recipient where ${lacking} order by line limit ${NAMED}`.execute(db);
  const named = rows.map(
    (row) =>
      `Line ${row.line}: there is no value for ${row.missing.map((f) => `{{${f}}}`).join(' and ')} for ${row.name}.`,
  );
  const formulas = await sql<{ line: number; name: string; field: string; value: string; total: number }>`
    select line, name, f.field, merge ->> f.field as value, count(*) over ()::int as total
    from work.draft_recipient, unnest(${fields}::text[]) f (field)
    where draft = ${draft} and merge ->> f.field ~ ${FORMULA} and merge ->> f.field !~* ${NUMBER}
    order by line, f.field limit ${NAMED}`.execute(db);
  const unsafe = formulas.rows.map(
    ({ line, name, field, value }) =>
      `Line ${line}: the value of {{${field}}} for ${name} starts with “${value.slice(0, 1)}”, which a spreadsheet would run as a formula.`,
  );
  return {
    named: [...named, ...unsafe].slice(0, NAMED),
    total: (rows[0]?.total ?? 0) + (formulas.rows[0]?.total ?? 0),
  };
}

interface Lost {
  readonly total: number;
  readonly names: readonly string[];
}

/** Recipients whose calendar or whose time zone is not known, with the first few names. Asked by state, of which there are few. */
async function withoutDays(
  db: Kysely<Database>,
  draft: string,
): Promise<{ readonly calendar: Lost; readonly zone: Lost }> {
  const { rows } = await sql<{
    state: string | null;
    part: string | null;
    within: boolean | null;
    zone: string | null;
    total: number;
    name: string;
  }>`
    select state, substring(ocd_id from '^ocd-division/country:us/[a-z]+:[a-z]{2}(?=/|$)') as part,
      ocd_id ~ '^ocd-division/country:us/[a-z]+:[a-z]{2}/' as within, zone, count(*)::int as total, min(name) as name
    from work.draft_recipient where draft = ${draft} group by 1, 2, 3, 4 order by min(line)`.execute(db);
  const lost = (which: typeof rows): Lost => ({
    total: which.reduce((sum, row) => sum + row.total, 0),
    names: which.slice(0, 5).map((row) => row.name),
  });
  const place = ({ part, within, state, zone }: (typeof rows)[number]) => ({
    ocdId: part !== null && within === true ? `${part}/part` : part,
    state,
    zone,
  });
  const known = rows.filter((row) => calendarOfPlace(place(row)) !== null);
  return {
    calendar: lost(rows.filter((row) => !known.includes(row))),
    zone: lost(known.filter((row) => zoneOfPlace(place(row)) === null)),
  };
}

const lostWords = ({ total, names }: Lost, one: string, many: string): string =>
  `${total === 1 ? `one recipient ${one}` : `${total.toLocaleString('en-US')} recipients ${many}`}: ${names.join(', ')}${total > names.length ? ' …' : ''}`;

/** Recipients of a subpoena of whom nothing can be asked any more: they answered, an order or the issuer pauses it, or it was served. */
async function pastAsking(db: Kysely<Database>, draft: string, now: Millis): Promise<readonly Trouble[]> {
  const why = [
    { words: 'answered everything meanwhile', holds: sql`${settledItems} >= jsonb_array_length(r.items)` },
    { words: 'owe nothing while their clock is paused', holds: clockStands(new Date(now)) },
    { words: 'were served with a request that follows already', holds: isFollowed },
  ];
  const found: Trouble[] = [];
  for (const { words, holds } of why) {
    const { rows } = await sql<{ name: string; total: number }>`
      select s.name, count(*) over ()::int as total
      from work.draft_recipient d join view.service s on s.id = d.predecessor join view.request r on r.id = s.request
      where d.draft = ${draft} and ${holds} order by s.name limit 5`.execute(db);
    const total = rows[0]?.total ?? 0;
    if (total === 0) continue;
    const names = `${rows.map((row) => row.name).join(', ')}${total > rows.length ? ' …' : ''}`;
    found.push({ step: 'whom', what: `Remove those who ${words}: ${names}.` });
  }
  return found;
}

// An entry holds at most 60,000 bytes (FORMATS.md); the rest of request.issued takes less than 2,000.
const MAX_REQUEST_BYTES = 57_000;

// Each has its working in the entry of every service, about 700 bytes.
const MOST_RULES = 40;

/** All that is missing or wrong if it were served at `now`. */
export async function checkDraft(services: Services, draft: Draft, now: Millis): Promise<Checked> {
  const { body } = draft;
  const [counts, missing] = await Promise.all([
    countRecipients(services.db, draft.id),
    valueProblems(services.db, draft.id, body),
  ]);
  const servedAt = servedAtIf(services, body, now);
  const problems: Trouble[] = [...draftProblems(body, counts.total, servedAt)];
  if (await isReading(services.db, draft.id)) {
    problems.push({ step: 'whom', what: 'A file of recipients is being read. Wait until that is done.' });
  }
  const bytes = Buffer.byteLength(JSON.stringify({ ...body, columns: [] }));
  if (bytes > MAX_REQUEST_BYTES) {
    problems.push({
      step: 'what',
      what: `Items and letter together take ${bytes.toLocaleString('en-US')} bytes; an entry of the ledger holds ${MAX_REQUEST_BYTES.toLocaleString('en-US')}. Shorten them, or ask in two requests.`,
    });
  }
  if (body.follows) problems.push(...(await pastAsking(services.db, draft.id, now)));
  if (counts.problems > 0) {
    problems.push({
      step: 'whom',
      what:
        counts.problems === 1
          ? 'One row of the file cannot be used: mend it, or leave it out.'
          : `${counts.problems.toLocaleString('en-US')} rows of the file cannot be used: mend them, or leave them out.`,
    });
  }
  if ((body.due && byRecipient(body.due)) || ownDues(body).some(([, rule]) => byRecipient(rule))) {
    const { calendar, zone } = await withoutDays(services.db, draft.id);
    if (zone.total > 0) {
      problems.push({
        step: 'whom',
        what: `The due date counts by each recipient’s time zone, and ${lostWords(zone, 'is in a state with more than one', 'are in states with more than one')}. Give their time_zone, or count by your own calendar.`,
      });
    }
    if (calendar.total > 0) {
      problems.push({
        step: 'whom',
        what: `The due date counts by each recipient’s calendar, and ${lostWords(calendar, 'has no state that is known', 'have no state that is known')}. Give their states, or count by your own calendar.`,
      });
    }
  }
  if (new Set(ownDues(body).map(([, rule]) => JSON.stringify(rule))).size > MOST_RULES) {
    problems.push({
      step: 'when',
      what: `Items have more than ${MOST_RULES} different due dates. Give some of them the same, or ask in two requests.`,
    });
  }
  for (const what of missing.named) problems.push({ step: 'letter', what });
  if (missing.total > missing.named.length) {
    const more = (missing.total - missing.named.length).toLocaleString('en-US');
    problems.push({ step: 'letter', what: `${more} more values for the letter are missing or formulas.` });
  }
  return { counts, problems, ready: problems.length === 0 ? ready(body, counts.total, servedAt) : null };
}
