/**
 * Due dates of many services of any requests, as they stand: for a recipient's list of everything asked of it and for calendars. Three
 * queries however many they are; derived when read. Who may see which is decided by whoever asks.
 */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Millis } from '../base/clock.ts';
import type { Database } from '../base/database.ts';
import { type ClockState, clocksOf, workingSaid } from './clock/rules.ts';
import { duesIn } from './clock/view.ts';
import { item } from './requests/entries.ts';

export interface DueLine {
  readonly service: string;
  /** the recipient's name */
  readonly name: string;
  readonly request: string;
  readonly title: string;
  readonly authority: string;
  readonly compulsory: boolean;
  readonly issuer: string;
  readonly revoked: boolean;
  readonly clock: ClockState;
  /** the date that the clock says, null while nobody knows it */
  readonly dueOn: string | null;
  /** the date with which it was served */
  readonly servedDueOn: string;
  readonly items: number;
  readonly open: number;
  /** numbers of the items without an answer */
  readonly openItems: readonly number[];
  /** the first instant that is too late for the open item that is due first; null while nobody knows it, or none is open */
  readonly dueAt: Millis | null;
  /** how it is counted, step by step, in the reader's language */
  readonly working: readonly string[];
  /** how often anything that this list says of it changed: moves of its date, answers, revocation; only rises */
  readonly changes: number;
  /** when anything of this last changed, as recorded */
  readonly changedAt: Date;
}

interface Line {
  readonly service: string;
  readonly name: string;
  readonly request: string;
  readonly title: string;
  readonly authority: string;
  readonly compulsory: boolean;
  readonly conduct: string;
  readonly issuer: string;
  readonly items: unknown;
  readonly due_on: string;
  readonly due_at: Date;
  readonly working: unknown;
  readonly revoked_at: Date | null;
  readonly recorded_at: Date;
  readonly cells: unknown;
  readonly moved_at: Date | null;
  readonly moves: number;
  readonly moved_by: string | null;
}

const steps = z.array(z.string());
const movedBody = z.object({ body: z.object({ due: z.object({ working: steps }) }) });

function firstOpen(cells: readonly { due: { at: Millis | null }; answeredAt: Millis | null }[]): Millis | null {
  const dates = cells.flatMap(({ due, answeredAt }) => (answeredAt === null && due.at !== null ? [due.at] : []));
  return dates.length === 0 ? null : Math.min(...dates);
}

/** Due dates of these services at `now`, by date and name; those without a date last. */
export async function dueLines(
  db: Kysely<Database>,
  services: readonly string[],
  now: Millis,
): Promise<readonly DueLine[]> {
  if (services.length === 0) return [];
  const among = sql`any(${[...services]}::uuid[])`;
  const [lines, answers] = await Promise.all([
    sql<Line>`
      select s.id as service, s.name, r.id as request, r.title, r.authority, r.compulsory, r.conduct, p.name as issuer, r.items,
        s.due_on::text as due_on, s.due_at, s.working, s.recorded_at, d.cells, d.recorded_at as moved_at, e.canonical as moved_by,
        (select count(distinct x.entry)::int from view.due x where x.service = s.id and x.entry <> s.id) as moves,
        (select v.recorded_at from view.revocation v where v.request = r.id limit 1) as revoked_at
      from view.service s join view.request r on r.id = s.request join view.party p on p.id = r.issuer
      left join lateral (select x.seq, x.cells, x.recorded_at from view.due x where x.service = s.id
        order by x.seq desc, x.occurred_at desc limit 1) d on true
      left join ledger.entry e on e.seq = d.seq
      where s.id = ${among}`.execute(db),
    sql<{ service: string; item: number; first: Date; recorded: Date; n: number }>`
      select a.service, a.item, min(a.occurred_at) as first, max(a.recorded_at) as recorded, count(*)::int as n
      from view.item_answer a where a.service = ${among} group by a.service, a.item`.execute(db),
  ]);
  const said = new Map(answers.rows.map((row) => [`${row.service} ${row.item}`, row]));
  const latest = (...times: readonly (Date | null | undefined)[]) =>
    new Date(Math.max(...times.map((time) => time?.getTime() ?? 0)));
  const made = lines.rows.map((row): DueLine => {
    const asked = z.array(item).parse(row.items);
    const served = { on: row.due_on, at: row.due_at.getTime(), pauses: [] };
    const due = row.cells === null ? () => served : duesIn(row.cells);
    const firsts = asked.map((one) => said.get(`${row.service} ${one.item}`));
    const cells = asked.map((one, i) => ({ due: due(one.item), answeredAt: firsts[i]?.first.getTime() ?? null }));
    const conduct = row.conduct === 'recorded' ? 'recorded' : 'served';
    const common = { revoked: row.revoked_at !== null, conduct, servedDueOn: row.due_on } as const;
    const { whole } = clocksOf(cells, common, now);
    const moved = row.moved_by === null ? null : movedBody.safeParse(JSON.parse(row.moved_by));
    return {
      service: row.service,
      name: row.name,
      request: row.request,
      title: row.title,
      authority: row.authority,
      compulsory: row.compulsory,
      issuer: row.issuer,
      revoked: row.revoked_at !== null,
      clock: whole,
      dueOn: 'dueOn' in whole ? whole.dueOn : row.revoked_at === null ? null : row.due_on,
      servedDueOn: row.due_on,
      items: asked.length,
      open: firsts.filter((one) => one === undefined).length,
      openItems: asked.flatMap((one, i) => (firsts[i] === undefined ? [one.item] : [])),
      dueAt: firstOpen(cells),
      working: workingSaid(moved?.data?.body.due.working ?? steps.parse(row.working)),
      changes:
        row.moves +
        (row.revoked_at === null ? 0 : 1) +
        firsts.reduce((n, one) => n + (one === undefined ? 0 : one.n), 0),
      changedAt: latest(row.recorded_at, row.moved_at, row.revoked_at, ...firsts.map((one) => one?.recorded)),
    };
  });
  const day = (line: DueLine) => line.dueOn ?? '~';
  return made.sort((a, b) => (day(a) === day(b) ? a.name.localeCompare(b.name, 'en') : day(a) < day(b) ? -1 : 1));
}

/** At most so many are listed for one mailbox. */
const MOST = 300;

/**
 * Services whose letters went to this mailbox and that are still meant for it: what a person may see who has shown that the mailbox is
 * theirs. A letter that has not left yet, or that went elsewhere, is not told of.
 */
export async function servicesOfMailbox(db: Kysely<Database>, address: string): Promise<readonly string[]> {
  const { rows } = await sql<{ service: string }>`
    select c.service from work.contact c
    where c.address = ${address} and exists (select 1 from work.outbox o
      where o.service = c.service and o.kind = 'letter' and o.state = 'sent' and o.address = c.address)
    order by c.service desc limit ${MOST}`.execute(db);
  return rows.map((row) => row.service);
}
