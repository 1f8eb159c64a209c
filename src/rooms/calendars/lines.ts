/**
 * What stands in a person's calendar: for a recipient every request that its mailbox was sent, for staff what their organisation asked. A
 * request to few recipients gives one date for each of them; one to many gives one for each day on which some are due. Derived when read.
 */
import { type Kysely, sql } from 'kysely';
import type { Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { t } from '../../base/language.ts';
import { type DueLine, dueLines, servicesOfMailbox } from '../due-list.ts';
import type { Holder } from './feeds.ts';
import type { CalendarLine } from './ics.ts';

/** Up to so many recipients of a request stand in the staff's calendar one by one. */
export const ONE_BY_ONE = 40;
/** At most so many requests, the newest. */
const MOST_REQUESTS = 100;

interface Calendar {
  readonly name: string;
  readonly lines: readonly CalendarLine[];
}

/** The calendar of a holder at `now`. @param baseUrl of the server, for the staff's links */
export async function calendarOf(
  db: Kysely<Database>,
  holder: Holder,
  baseUrl: string,
  now: Millis,
): Promise<Calendar> {
  if (holder.who === 'recipient') {
    const ids = await ownServices(db, holder);
    const lines = await dueLines(db, ids, now);
    return { name: t('clock.feed.name'), lines: lines.flatMap((line) => lineOf(line, 'recipient', null)) };
  }
  const { rows } = await sql<{ id: string; n: number; name: string }>`
    select r.id, p.name, (select count(*)::int from view.service s where s.request = r.id) as n
    from view.request r join view.party p on p.id = r.issuer
    where r.issuer = ${holder.party} and r.conduct = 'served'
    order by r.seq desc limit ${MOST_REQUESTS}`.execute(db);
  const few = rows.filter((row) => row.n <= ONE_BY_ONE).map((row) => row.id);
  const many = rows.filter((row) => row.n > ONE_BY_ONE).map((row) => row.id);
  const services = await sql<{ id: string }>`
    select s.id from view.service s where s.request = any(${few}::uuid[])`.execute(db);
  const single = await dueLines(
    db,
    services.rows.map(({ id }) => id),
    now,
  );
  const grouped = await daysOf(db, many, baseUrl);
  const lines = single.flatMap((line) => lineOf(line, 'staff', `${baseUrl}/desk/services/${line.service}`));
  return { name: t('clock.feed.name.of', { name: rows[0]?.name ?? 'Counterfoil' }), lines: [...lines, ...grouped] };
}

/** Services that a feed of a mailbox may show: what the mailbox was sent, and the one whose link it was made by while it goes there. */
async function ownServices(
  db: Kysely<Database>,
  { address, service }: Extract<Holder, { who: 'recipient' }>,
): Promise<readonly string[]> {
  const own = await db
    .selectFrom('work.contact')
    .select('service')
    .where('service', '=', service)
    .where('address', '=', address)
    .executeTakeFirst();
  return [...new Set([...(own ? [service] : []), ...(await servicesOfMailbox(db, address))])];
}

/** One service as an event; nothing while no date was ever known. */
function lineOf(line: DueLine, side: 'staff' | 'recipient', url: string | null): readonly CalendarLine[] {
  const on = line.dueOn ?? line.servedDueOn;
  const who = side === 'staff' ? line.name : line.issuer;
  const done = line.clock.state === 'stopped' || line.clock.state === 'revoked' || line.dueOn === null;
  return [
    {
      uid: `due-${line.service}`,
      sequence: line.changes,
      on,
      summary: t('clock.feed.line', { title: line.title, who }),
      description: [
        stateWords(line, side),
        '',
        t('clock.feed.under', {
          authority: line.authority,
          compulsory: line.compulsory ? 'yes' : 'no',
          open: line.open,
          items: line.items,
        }),
        ...(line.revoked ? [] : ['', ...line.working.map((step, i) => `${i + 1}. ${step}`)]),
      ].join('\n'),
      url,
      cancelled: done,
      changedAt: line.changedAt,
    },
  ];
}

function stateWords(line: DueLine, side: 'staff' | 'recipient'): string {
  const asks = { side, name: line.name, issuer: line.issuer };
  switch (line.clock.state) {
    case 'stopped':
      return t('clock.feed.state.stopped', asks);
    case 'revoked':
      return t('clock.feed.state.revoked', asks);
    case 'paused': {
      const { words } = line.clock;
      const known = line.dueOn === null ? 'no' : 'yes';
      return t('clock.feed.state.paused', { ...asks, said: words === null ? 'no' : 'yes', words: words ?? '', known });
    }
    default:
      return t('clock.feed.state', asks);
  }
}

/** Requests with many recipients: a date for each day on which some of them are due, with how many still owe an answer. */
async function daysOf(
  db: Kysely<Database>,
  requests: readonly string[],
  baseUrl: string,
): Promise<readonly CalendarLine[]> {
  if (requests.length === 0) return [];
  const { rows } = await sql<{
    request: string;
    title: string;
    authority: string;
    on: string;
    all: number;
    open: number;
    revoked: boolean;
    changes: number;
    changed: Date;
  }>`
    with r as (select r.*, jsonb_array_length(r.items) as asked,
        (select v.recorded_at from view.revocation v where v.request = r.id limit 1) as revoked_at
      from view.request r where r.id = any(${[...requests]}::uuid[])),
    moved as (select distinct on (d.service) d.service, d.due_on, d.recorded_at from view.due d
      where d.request = any(${[...requests]}::uuid[]) order by d.service, d.seq desc, d.occurred_at desc),
    moves as (select d.service, count(distinct d.entry) filter (where d.entry <> d.service)::int as n from view.due d
      where d.request = any(${[...requests]}::uuid[]) group by d.service),
    answers as (select a.service, count(*)::int as n, count(distinct a.item)::int as items, max(a.recorded_at) as at
      from view.item_answer a where a.request = any(${[...requests]}::uuid[]) group by a.service),
    -- Everything that ever changed about the request: it only rises, and a date that gains or loses recipients changes with it.
    total as (select r.id, coalesce((select sum(n) from moves where service in (select s.id from view.service s where s.request = r.id)), 0)
        + coalesce((select sum(n) from answers where service in (select s.id from view.service s where s.request = r.id)), 0)
        + case when r.revoked_at is null then 0 else 1 end as n from r)
    select r.id as request, r.title, r.authority, (case when m.service is null then s.due_on else m.due_on end)::text as "on",
      count(*)::int as "all", count(*) filter (where coalesce(a.items, 0) < r.asked)::int as open, r.revoked_at is not null as revoked,
      t.n::int as changes, max(greatest(s.recorded_at, m.recorded_at, a.at, r.revoked_at)) as changed
    from r join view.service s on s.request = r.id join total t on t.id = r.id
    left join moved m on m.service = s.id left join answers a on a.service = s.id
    where m.service is null or m.due_on is not null
    group by r.id, r.title, r.authority, r.revoked_at, t.n, 4 order by 4, r.id limit 1000`.execute(db);
  return rows.map((row) => ({
    uid: `due-${row.request}-${row.on}`,
    sequence: row.changes,
    on: row.on,
    summary: t('clock.feed.line.days', { title: row.title, open: row.open, all: row.all }),
    description: row.revoked ? t('clock.feed.revoked') : t('clock.feed.under.only', { authority: row.authority }),
    url: `${baseUrl}/desk/requests/${row.request}`,
    cancelled: row.revoked || row.open === 0,
    changedAt: row.changed,
  }));
}
