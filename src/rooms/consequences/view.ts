/** Consequences as read: each with what became of it, and for one recipient its status and amount at a time. Orders are not looked at here. */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { locale, t } from '../../base/language.ts';
import { type Project, stamps } from '../../base/row.ts';
import { uuid } from '../fields.ts';
import { type Source, source } from '../matters/entries.ts';
import {
  CONSEQUENCE_KINDS,
  type ConsequenceKind,
  consequenceAmountStated,
  consequenceAnnounced,
  consequenceStatusChanged,
  type Money,
  STATUSES,
  type Status,
} from './entries.ts';

/** Ids of services; null for all that the consequence is for. */
type Recipients = readonly string[] | null;

export interface ConsequenceChange {
  readonly entry: string;
  /** one of both: a status, or an amount (null inside: not known) */
  readonly to: { readonly status: Status } | { readonly amount: Money | null };
  readonly recipients: Recipients;
  readonly reason: string;
  /** the order that brought it about */
  readonly order: string | null;
  readonly source: Source | null;
  readonly at: Millis;
  readonly recordedAt: Date;
}

export interface Consequence {
  readonly id: string;
  readonly matter: string;
  readonly request: string;
  readonly recipients: Recipients;
  readonly kind: ConsequenceKind;
  readonly programme: string;
  readonly fiscalYear: number | null;
  readonly amount: Money | null;
  readonly words: string;
  readonly source: Source | null;
  readonly audience: string;
  readonly at: Millis;
  readonly recordedAt: Date;
  /** in the order in which things happened */
  readonly changes: readonly ConsequenceChange[];
}

/** What is written of a consequence for one recipient. */
export interface Written {
  readonly status: Status;
  readonly since: Millis;
  /** the entry that says so */
  readonly entry: string;
  readonly amount: Money | null;
}

/** Whether a consequence, or a change of one, is for this recipient. */
export const isFor = (recipients: Recipients, service: string): boolean =>
  recipients === null || recipients.includes(service);

/**
 * What is written of a consequence for one recipient at a time, or null where it is not for it, or had not been announced by then.
 * By when things happened, whatever was recorded first.
 */
export function writtenOf(one: Consequence, request: string, service: string, at: Millis): Written | null {
  if (one.request !== request || !isFor(one.recipients, service) || one.at > at) return null;
  let written: Written = { status: 'announced', since: one.at, entry: one.id, amount: one.amount };
  for (const change of one.changes) {
    if (change.at > at || !isFor(change.recipients, service)) continue;
    if ('amount' in change.to) written = { ...written, amount: change.to.amount };
    else if (change.to.status !== written.status)
      written = { ...written, status: change.to.status, since: change.at, entry: change.entry };
  }
  return written;
}

export const projectConsequences: Project = (entry, seq) => {
  const common = { ...stamps(entry, seq), matter: entry.matter, audience: entry.audience };
  if (entry.kind === 'consequence.announced') {
    const b = consequenceAnnounced.parse(entry.body);
    const row = {
      ...common,
      id: b.consequence,
      request: b.scope.request,
      recipients: b.scope.recipients,
      kind: b.kind,
      programme: b.programme,
      fiscal_year: b.fiscalYear,
      cents: b.amount?.cents ?? null,
      currency: b.amount?.currency ?? null,
      words: b.words,
      source: b.source,
    };
    return [{ table: 'view.consequence', row }];
  }
  const change = {
    ...common,
    entry: entry.id,
    status: null,
    cents: null,
    currency: null,
    court_order: null,
  };
  if (entry.kind === 'consequence.status-changed') {
    const { consequence, status, recipients, reason, order, source } = consequenceStatusChanged.parse(entry.body);
    const row = { ...change, consequence, what: 'status', status, recipients, reason, court_order: order, source };
    return [{ table: 'view.consequence_change', row }];
  }
  if (entry.kind === 'consequence.amount-stated') {
    const { consequence, amount, recipients, reason, source } = consequenceAmountStated.parse(entry.body);
    const to = { what: 'amount', cents: amount?.cents ?? null, currency: amount?.currency ?? null };
    return [{ table: 'view.consequence_change', row: { ...change, ...to, consequence, recipients, reason, source } }];
  }
  return [];
};

/** Which facts count: up to a position of the log, and up to a time of happening where one is given. */
export interface UpTo {
  readonly last: number;
  readonly until: Date | null;
}
const ALL: UpTo = { last: Number.MAX_SAFE_INTEGER, until: null };

const at = z.coerce.date();
const ids = z.array(uuid).nullable();
const numeric = z.union([z.number(), z.string()]).nullable();

const stored = z.object({
  id: uuid,
  matter: uuid,
  request: uuid,
  recipients: ids,
  kind: z.enum(CONSEQUENCE_KINDS),
  programme: z.string(),
  fiscal_year: z.number().nullable(),
  cents: numeric,
  currency: z.string().nullable(),
  words: z.string(),
  source: source.nullable(),
  audience: z.string(),
  occurred_at: at,
  recorded_at: at,
  changes: z.array(
    z.object({
      entry: uuid,
      what: z.enum(['status', 'amount']),
      status: z.enum(STATUSES).nullable(),
      cents: numeric,
      currency: z.string().nullable(),
      recipients: ids,
      reason: z.string(),
      court_order: uuid.nullable(),
      source: source.nullable(),
      occurred_at: at,
      recorded_at: at,
    }),
  ),
});
type Stored = z.infer<typeof stored>;

const moneyOf = (row: { readonly cents: number | string | null; readonly currency: string | null }): Money | null =>
  row.cents === null || row.currency === null ? null : { cents: Number(row.cents), currency: row.currency };

function toChange(row: Stored['changes'][number]): ConsequenceChange {
  const { entry, recipients, reason, court_order: order, source, occurred_at, recorded_at } = row;
  const to = row.status === null ? { amount: moneyOf(row) } : { status: row.status };
  return { entry, to, recipients, reason, order, source, at: occurred_at.getTime(), recordedAt: recorded_at };
}

const toConsequence = (row: Stored): Consequence => ({
  id: row.id,
  matter: row.matter,
  request: row.request,
  recipients: row.recipients,
  kind: row.kind,
  programme: row.programme,
  fiscalYear: row.fiscal_year,
  amount: moneyOf(row),
  words: row.words,
  source: row.source,
  audience: row.audience,
  at: row.occurred_at.getTime(),
  recordedAt: row.recorded_at,
  changes: row.changes.map(toChange),
});

/** Consequences of a matter with their changes, in the order in which they were announced. One query. */
export async function consequencesOf(
  db: Kysely<Database>,
  matter: string,
  { last, until }: UpTo = ALL,
): Promise<readonly Consequence[]> {
  const counts = (t: string) =>
    sql`${sql.ref(`${t}.seq`)} <= ${last} and ${until === null ? sql`true` : sql`${sql.ref(`${t}.occurred_at`)} <= ${until}`}`;
  const { rows } = await sql`
    select c.*, (
      select coalesce(jsonb_agg(to_jsonb(x) order by x.occurred_at, x.seq), '[]'::jsonb) from view.consequence_change x
      where x.matter = ${matter} and x.consequence = c.id and ${counts('x')}) as changes
    from view.consequence c where c.matter = ${matter} and ${counts('c')}
    order by c.occurred_at, c.seq`.execute(db);
  return rows.map((row) => toConsequence(stored.parse(row)));
}

/** "Byrne JAG, FY2016" */
export const programmeWords = (one: Pick<Consequence, 'programme' | 'fiscalYear'>): string =>
  one.fiscalYear === null ? one.programme : t('orders.programme', { programme: one.programme, year: one.fiscalYear });

/** An amount as decimal text, without currency: "1250000.00". */
export const decimal = (cents: number | bigint): string => {
  const text = String(cents).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
};

/** What stands before the cents in the reader's language. */
const decimalSign = (): string =>
  new Intl.NumberFormat(locale()).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.';

/** An amount as people read it: "$1,250,000.00"; other currencies by their code. */
export function moneyWords({
  cents,
  currency,
}: {
  readonly cents: number | bigint;
  readonly currency: string;
}): string {
  const [whole = '0', rest = '00'] = decimal(cents).split('.');
  const grouped = `${BigInt(whole).toLocaleString(locale())}${decimalSign()}${rest}`;
  return currency === 'USD' ? `$${grouped}` : `${grouped} ${currency}`;
}
