/**
 * What orders and consequences mean for the recipients of a matter, as of a cut: which orders touch whom, what is announced, imposed,
 * released, and what an order blocks. The same for one recipient in words and for all of them in SQL. Derived when read; stores nothing.
 */
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { type Money, money } from '../rooms/consequences/entries.ts';
import { type Consequence, consequencesOf } from '../rooms/consequences/view.ts';
import type { Geography } from '../rooms/orders/entries.ts';
import { type Order, ordersOf, statesOf } from '../rooms/orders/view.ts';
import { type Reach, reachFrom } from '../rooms/reach.ts';
import { type Cut, visible } from './cut.ts';

export { concerning, type Reach, reachFrom, type Standing, standingOf, touchesOf } from '../rooms/reach.ts';

/** Orders and consequences of a matter at a cut. Two queries. */
export async function reachAt(db: Kysely<Database>, matter: string, cut: Cut, at: Date): Promise<Reach> {
  const [orders, consequences] = [await ordersOf(db, matter, cut), await consequencesOf(db, matter, cut)];
  return reachFrom(orders, consequences, at.getTime());
}

type Sql = RawBuilder<SqlBool>;
const NOBODY = sql<SqlBool>`false`;
const either = (all: readonly Sql[]): Sql => (all.length === 0 ? NOBODY : sql<SqlBool>`(${sql.join(all, sql` or `)})`);

/** Services `s` that lie where an order holds; the same as `lies`. */
function liesSql(geography: Geography): Sql {
  if (geography === 'nationwide') return sql<SqlBool>`true`;
  if ('parties' in geography) {
    const parties = geography.parties.flatMap(({ party }) => party ?? []);
    return parties.length === 0 ? NOBODY : sql<SqlBool>`s.recipient = any(${parties}::uuid[])`;
  }
  const { divisions } = geography;
  const states = statesOf(divisions);
  return sql<SqlBool>`case when s.ocd_id is null then coalesce(s.state = any(${[...states]}::text[]), false)
    else exists (select from unnest(${[...divisions]}::text[]) d (id)
      where s.ocd_id = d.id or starts_with(s.ocd_id, d.id || '/')) end`;
}

/** Services `s` of a request that the words of an order reach, whatever of them. */
function reachesSql({ scope, geography }: Order, request: string): Sql {
  if (scope.requests !== null && !scope.requests.includes(request)) return NOBODY;
  const some = scope.recipients === null ? sql`true` : sql`s.id = any(${[...scope.recipients]}::uuid[])`;
  return sql<SqlBool>`(${some} and ${liesSql(geography)})`;
}

const forSql = (recipients: readonly string[] | null): Sql =>
  recipients === null ? sql<SqlBool>`true` : sql<SqlBool>`s.id = any(${[...recipients]}::uuid[])`;

export interface OfRequest {
  readonly id: string;
  readonly items: readonly { readonly item: number }[];
}

/** Services `s` of a request that an order in force touches now: an item of theirs, or a consequence that concerns them. */
export function touchedSql(reach: Reach, order: string, request: OfRequest): Sql {
  const force = reach.forces.find((one) => one.order.id === order);
  if (!force) return NOBODY;
  const { scope } = force.now;
  const some = request.items.some(({ item }) => scope.items === null || scope.items.includes(item));
  const through = some
    ? [sql<SqlBool>`true`]
    : reach.consequences
        .filter((one) => one.request === request.id && one.at <= reach.at && scope.consequences.includes(one.id))
        .map((one) => forSql(one.recipients));
  return sql<SqlBool>`(${reachesSql(force.now, request.id)} and ${either(through)})`;
}

export const anyTouchedSql = (reach: Reach, request: OfRequest): Sql =>
  either(reach.forces.map(({ order }) => touchedSql(reach, order.id, request)));

/** Newest first: what holds is the first that is for the service. */
function latest(one: Consequence, at: number, what: 'status' | 'amount') {
  return one.changes.filter((change) => change.at <= at && what in change.to).toReversed();
}

/** The status of a consequence for service `s`, as `standingOf` says it. */
function statusSql(reach: Reach, one: Consequence): RawBuilder<string> {
  const written = latest(one, reach.at, 'status').map(
    ({ to, recipients }) => sql`when ${forSql(recipients)} then ${'status' in to ? to.status : ''}::text`,
  );
  const status = sql`case ${written.length > 0 ? sql.join(written, sql` `) : sql`when false then ''`} else 'announced' end`;
  const blocking = reach.forces
    .filter(({ order, now }) => order.effect !== 'compel' && now.scope.consequences.includes(one.id))
    .map(({ now }) => reachesSql(now, one.request));
  if (blocking.length === 0) return sql<string>`${status}`;
  return sql<string>`case when ${status} <> 'released' and ${either(blocking)} then 'blocked' else ${status} end`;
}

const jsonOf = (amount: Money | null) => (amount === null ? null : JSON.stringify(amount));

function amountSql(reach: Reach, one: Consequence): RawBuilder<string | null> {
  const stated = latest(one, reach.at, 'amount').map(
    ({ to, recipients }) => sql`when ${forSql(recipients)} then ${'amount' in to ? jsonOf(to.amount) : null}::text`,
  );
  const first = sql`${jsonOf(one.amount)}::text`;
  return stated.length === 0
    ? sql<string | null>`${first}`
    : sql<string | null>`case ${sql.join(stated, sql` `)} else ${first} end`;
}

/** Services `s` of a request with a consequence of this status. */
export const statusIsSql = (reach: Reach, status: string, request: string): Sql =>
  either(
    reach.consequences
      .filter((one) => one.request === request && one.at <= reach.at)
      .map((one) => sql<SqlBool>`(${forSql(one.recipients)} and ${statusSql(reach, one)} = ${status})`),
  );

/** Recipients of one consequence with the same status and amount. */
export interface Group {
  readonly consequence: string;
  readonly status: string;
  readonly amount: Money | null;
  readonly n: number;
}

const AT_ONCE = 50;

/** How many recipients each consequence has in each status, by amount. */
export async function groupsOf(db: Kysely<Database>, reach: Reach, cut: Cut): Promise<readonly Group[]> {
  const groups: Group[] = [];
  const all = reach.consequences.filter((one) => one.at <= reach.at);
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const each = all.slice(from, from + AT_ONCE).map(
      (one) => sql`select ${one.id}::text as consequence, t.status, t.amount, count(*)::int as n from (
        select ${statusSql(reach, one)} as status, ${amountSql(reach, one)} as amount from view.service s
        where s.request = ${one.request} and ${visible('s', cut)} and ${forSql(one.recipients)}) t group by 2, 3`,
    );
    const { rows } = await sql<Omit<Group, 'amount'> & { amount: string | null }>`
      ${sql.join(each, sql` union all `)} order by 1, 2, 3`.execute(db);
    for (const { amount, ...row } of rows) groups.push({ ...row, amount: amount === null ? null : moneyOf(amount) });
  }
  return groups;
}

function moneyOf(text: string): Money {
  return money.parse(JSON.parse(text));
}

/** Recipients, each party once, that each order in force touches, by order. One query. */
export async function touchedCounts(
  db: Kysely<Database>,
  reach: Reach,
  requests: readonly OfRequest[],
  cut: Cut,
): Promise<ReadonlyMap<string, number>> {
  if (reach.forces.length === 0 || requests.length === 0) return new Map();
  const each = reach.forces.map(({ order }) => {
    const any = requests.map(
      (request) => sql<SqlBool>`(s.request = ${request.id} and ${touchedSql(reach, order.id, request)})`,
    );
    return sql`select ${order.id}::text as id, count(distinct s.recipient)::int as n from view.service s
      where s.request = any(${requests.map(({ id }) => id)}::uuid[]) and ${visible('s', cut)} and ${either(any)}`;
  });
  const { rows } = await sql<{ id: string; n: number }>`${sql.join(each, sql` union all `)}`.execute(db);
  return new Map(rows.map(({ id, n }) => [id, n]));
}

/** Sums by programme, year and status; what is not known is counted and never added. */
export interface Total {
  readonly programme: string;
  readonly fiscalYear: number | null;
  readonly status: string;
  readonly recipients: number;
  readonly known: number;
  readonly unknown: number;
  /** by currency, in cents */
  readonly sums: readonly { readonly currency: string; readonly cents: bigint }[];
}

export function totalsOf(consequences: readonly Consequence[], groups: readonly Group[]): readonly Total[] {
  const byId = new Map(consequences.map((one) => [one.id, one]));
  const totals = new Map<string, Total>();
  for (const { consequence, status, amount, n } of groups) {
    const one = byId.get(consequence);
    if (!one) continue;
    const { programme, fiscalYear } = one;
    const key = JSON.stringify([programme, fiscalYear, status]);
    const before = totals.get(key) ?? { programme, fiscalYear, status, recipients: 0, known: 0, unknown: 0, sums: [] };
    const sums = new Map(before.sums.map(({ currency, cents }) => [currency, cents]));
    if (amount) sums.set(amount.currency, (sums.get(amount.currency) ?? 0n) + BigInt(amount.cents) * BigInt(n));
    totals.set(key, {
      ...before,
      recipients: before.recipients + n,
      known: before.known + (amount ? n : 0),
      unknown: before.unknown + (amount ? 0 : n),
      sums: [...sums].map(([currency, cents]) => ({ currency, cents })),
    });
  }
  const order = (one: Total) => `${one.programme}\0${one.fiscalYear ?? ''}\0${one.status}`;
  return [...totals.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
