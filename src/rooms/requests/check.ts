/**
 * Everything that keeps a draft from being served, each with the step where it is mended: what draft.ts says of the draft itself,
 * plus what only its recipients can show (bad rows, letters that would lack a value). Reads; never writes.
 */
import { type Kysely, sql } from 'kysely';
import type { Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { listed, t } from '../../base/language.ts';
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
  const named = rows.map((row) =>
    t('requests.problem.no-value', {
      line: row.line,
      fields: listed(row.missing.map((f) => `{{${f}}}`)),
      name: row.name,
    }),
  );
  const formulas = await sql<{ line: number; name: string; field: string; value: string; total: number }>`
    select line, name, f.field, merge ->> f.field as value, count(*) over ()::int as total
    from work.draft_recipient, unnest(${fields}::text[]) f (field)
    where draft = ${draft} and merge ->> f.field ~ ${FORMULA} and merge ->> f.field !~* ${NUMBER}
    order by line, f.field limit ${NAMED}`.execute(db);
  const unsafe = formulas.rows.map(({ line, name, field, value }) =>
    t('requests.problem.formula', { line, field: `{{${field}}}`, name, sign: value.slice(0, 1) }),
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

const lostOf = ({ total, names }: Lost) => ({
  n: total,
  names: `${names.join(', ')}${total > names.length ? ' …' : ''}`,
});

/** Recipients of a subpoena of whom nothing can be asked any more: they answered, an order or the issuer pauses it, or it was served. */
async function pastAsking(db: Kysely<Database>, draft: string, now: Millis): Promise<readonly Trouble[]> {
  const why = [
    { say: 'requests.problem.answered', holds: sql`${settledItems} >= jsonb_array_length(r.items)` },
    { say: 'requests.problem.paused', holds: clockStands(new Date(now)) },
    { say: 'requests.problem.followed', holds: isFollowed },
  ] as const;
  const found: Trouble[] = [];
  for (const { say, holds } of why) {
    const { rows } = await sql<{ name: string; total: number }>`
      select s.name, count(*) over ()::int as total
      from work.draft_recipient d join view.service s on s.id = d.predecessor join view.request r on r.id = s.request
      where d.draft = ${draft} and ${holds} order by s.name limit 5`.execute(db);
    const total = rows[0]?.total ?? 0;
    if (total === 0) continue;
    const names = `${rows.map((row) => row.name).join(', ')}${total > rows.length ? ' …' : ''}`;
    found.push({ step: 'whom', what: t(say, { names }) });
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
    problems.push({ step: 'whom', what: t('requests.problem.reading') });
  }
  const bytes = Buffer.byteLength(JSON.stringify({ ...body, columns: [] }));
  if (bytes > MAX_REQUEST_BYTES) {
    problems.push({
      step: 'what',
      what: t('requests.problem.bytes', { bytes, most: MAX_REQUEST_BYTES }),
    });
  }
  if (body.follows) problems.push(...(await pastAsking(services.db, draft.id, now)));
  if (counts.problems > 0) {
    problems.push({
      step: 'whom',
      what: t('requests.problem.rows', { n: counts.problems }),
    });
  }
  if ((body.due && byRecipient(body.due)) || ownDues(body).some(([, rule]) => byRecipient(rule))) {
    const { calendar, zone } = await withoutDays(services.db, draft.id);
    if (zone.total > 0) {
      problems.push({
        step: 'whom',
        what: t('requests.problem.zones', lostOf(zone)),
      });
    }
    if (calendar.total > 0) {
      problems.push({
        step: 'whom',
        what: t('requests.problem.states', lostOf(calendar)),
      });
    }
  }
  if (new Set(ownDues(body).map(([, rule]) => JSON.stringify(rule))).size > MOST_RULES) {
    problems.push({
      step: 'when',
      what: t('requests.problem.rules', { most: MOST_RULES }),
    });
  }
  for (const what of missing.named) problems.push({ step: 'letter', what });
  if (missing.total > missing.named.length) {
    const n = missing.total - missing.named.length;
    problems.push({ step: 'letter', what: t('requests.problem.values', { n }) });
  }
  return { counts, problems, ready: problems.length === 0 ? ready(body, counts.total, servedAt) : null };
}
