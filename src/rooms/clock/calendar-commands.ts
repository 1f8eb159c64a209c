/**
 * What staff do with calendars, as load → rules → append: add a closing, take one back. In the same append every request whose open dates
 * may move gets its row for the worker (recount.ts).
 */
import { sql } from 'kysely';
import type { NewEntry } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { Conflict } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import type { Services } from '../../base/services.ts';
import { lastOf } from '../stream.ts';
import { type Adding, addClosing, closingWords, type Office, withdrawClosing } from './adding.ts';
import { addedBy } from './closings.ts';
import type { CalendarEvent } from './events.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

const ATTEMPTS = 5;

/** Who does it, and in which zone the days of its calendar begin. */
export interface By {
  readonly issuer: string;
  readonly zone: string;
}

/** A request that counts by a calendar and has services whose items are not all answered; those services where it is not the issuer's calendar. */
interface Touched {
  readonly request: string;
  readonly services: string[] | null;
  readonly total: number;
}

const open = sql`(select count(distinct a.item) from view.item_answer a where a.service = s.id) < jsonb_array_length(r.items)`;
const stands = sql`r.conduct = 'served' and not exists (select 1 from view.revocation v where v.request = r.id)`;
const countsBy = (whose: 'issuer' | 'recipient') => sql`(coalesce(r.due_rule ->> 'whose', 'issuer') = ${whose}
  or exists (select 1 from jsonb_array_elements(r.items) i
    where i -> 'due' is not null and coalesce(i -> 'due' ->> 'whose', 'issuer') = ${whose}))`;
/** A named date counts no days, unless something moved it. */
const counts = sql`(r.due_rule ->> 'type' <> 'fixed' or exists (select 1 from view.due d where d.request = r.id)
  or jsonb_path_exists(r.items, '$[*].due'))`;

async function touchedBy({ db }: Pick<Services, 'db'>, issuer: string, party: string): Promise<readonly Touched[]> {
  if (party === issuer) {
    const { rows } = await sql<Touched>`
      select r.id as request, null as services, (select count(*)::int from view.service s where s.request = r.id) as total
      from view.request r
      where r.issuer = ${issuer} and ${stands} and ${counts} and ${countsBy('issuer')}
        and exists (select 1 from view.service s where s.request = r.id and ${open})
      order by r.seq`.execute(db);
    return rows;
  }
  const { rows } = await sql<Touched>`
    select r.id as request, array_agg(s.id) as services, count(*)::int as total
    from view.request r join view.service s on s.request = r.id and s.recipient = ${party}
    where r.issuer = ${issuer} and ${stands} and ${counts} and ${countsBy('recipient')} and ${open}
    group by r.id, r.seq order by r.seq`.execute(db);
  return rows;
}

/** How many open clocks a change of the calendar will probably touch: those that end on its first day or later. */
export async function touches(
  { db }: Pick<Services, 'db'>,
  issuer: string,
  party: string,
  event: CalendarEvent,
): Promise<{ readonly clocks: number; readonly requests: number }> {
  const first = 'on' in event ? event.on : 'every' in event ? null : event.from;
  const whose = party === issuer ? 'issuer' : 'recipient';
  const { rows } = await sql<{ clocks: number; requests: number }>`
    select count(*)::int as clocks, count(distinct r.id)::int as requests
    from view.request r join view.service s on s.request = r.id
    left join lateral (select x.due_on from view.due x where x.service = s.id
      order by x.seq desc, x.occurred_at desc limit 1) m on true
    where r.issuer = ${issuer} and ${stands} and ${counts} and ${countsBy(whose)} and ${open}
      and (r.due_rule ->> 'type' <> 'fixed' or m.due_on is not null)
      and (${whose} = 'issuer' or s.recipient = ${party})
      and (${first}::date is null or coalesce(m.due_on, s.due_on) >= ${first}::date)`.execute(db);
  return rows[0] ?? { clocks: 0, requests: 0 };
}

export interface Changed {
  readonly entry: string;
  readonly repeated: boolean;
  /** services that the worker goes through */
  readonly services: number;
}

/** Decides, and writes the entry with its rows; anew where somebody changed the same calendar meanwhile. */
async function change(
  needs: Needs,
  { issuer, zone }: By,
  party: string,
  key: string,
  decide: (office: Office, now: number) => { readonly entry: NewEntry; readonly reason: string },
): Promise<Changed> {
  for (let attempt = 1; ; attempt++) {
    const last = await lastOf(needs.db, party);
    const before = await needs.db
      .selectFrom('ledger.command')
      .innerJoin('ledger.entry', 'ledger.entry.seq', 'ledger.command.first_seq')
      .select('ledger.entry.id')
      .where('key', '=', key)
      .executeTakeFirst();
    if (before) return { entry: before.id, repeated: true, services: 0 };
    const now = needs.clock.now();
    const { entry, reason } = decide({ issuer, zone, added: await addedBy(needs.db, issuer) }, now);
    const touched = await touchedBy(needs, issuer, party);
    const rows = touched.map((one) => ({
      id: uuidv7(now, needs.random),
      cause: entry.id,
      request: one.request,
      services: one.services,
      event: null,
      reason,
      total: one.total,
      created_at: instant(now),
    }));
    try {
      const { repeated } = await needs.ledger.append({
        key,
        entries: [entry],
        expect: [{ stream: party, last }],
        ...(rows.length === 0 ? {} : { rows: [{ table: 'work.recount', rows }] }),
      });
      return { entry: entry.id, repeated, services: touched.reduce((sum, one) => sum + one.total, 0) };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

const short = (text: string) => (text.length > 1000 ? `${text.slice(0, 999)}…` : text);

/** Adds to a calendar. @param once the form's token @throws RuleRefusal as `addClosing`; Conflict */
export const addToCalendar = (needs: Needs, by: By, adding: Adding, once: string): Promise<Changed> =>
  change(needs, by, adding.party, `closing:${by.issuer}:${once}`, (office, now) => ({
    entry: addClosing(office, adding, uuidv7(now, needs.random), now),
    reason: short(`${closingWords(adding.event)}. ${adding.reason}`),
  }));

/** Takes back what was added. @throws RuleRefusal as `withdrawClosing`; Conflict */
export async function withdrawFromCalendar(
  needs: Needs,
  by: By,
  closing: string,
  reason: string,
  once: string,
): Promise<Changed> {
  const one = (await addedBy(needs.db, by.issuer)).find((added) => added.id === closing);
  return await change(needs, by, one?.party ?? by.issuer, `closing:${by.issuer}:${once}`, (office, now) => ({
    entry: withdrawClosing(office, closing, reason, uuidv7(now, needs.random)),
    reason: short(`Taken back: ${one ? closingWords(one.event) : ''}. ${reason}`),
  }));
}
