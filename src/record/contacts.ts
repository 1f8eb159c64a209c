/**
 * Addresses that changed while requests were open: letters that wait go to the new address, and services whose letter went to another one are
 * named, to send it again with one press. What the directory says now is asked each time; nothing is remembered here.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { Refusal } from '../base/errors.ts';
import type { Services } from '../base/services.ts';
import { correctContact } from '../rooms/requests/letters.ts';

export interface Outdated {
  readonly service: string;
  readonly request: string;
  readonly title: string;
  readonly party: string;
  readonly name: string;
  /** where letters of this service go; null where no address was known */
  readonly before: string | null;
  /** what the organisation noted since */
  readonly address: string;
  /** a letter waits that nobody has tried to send */
  readonly waits: boolean;
}

/**
 * Services of an organisation's requests that are open (served from here, not revoked, not every item answered) and whose address is none that
 * the organisation has noted for that party, though it noted one after they were served. The newest noted address is the one to use.
 */
export async function outdatedContacts(
  db: Kysely<Database>,
  issuer: string,
  which: RawBuilder<unknown> = sql`true`,
): Promise<readonly Outdated[]> {
  const { rows } = await sql<Outdated>`
    with standing as (
      select c.party, c.seq, lower(c.address) as key, c.address from view.channel c
      where c.by_party = ${issuer} and c.type = 'mail' and not exists (select 1 from view.channel n where n.replaces = c.id)
        and not exists (select 1 from view.channel_end e where e.channel = c.id)),
    newest as (select distinct on (party) party, seq, address from standing order by party, seq desc)
    select s.id as service, s.request, r.title, s.recipient as party, s.name, k.address as before, n.address,
      exists (select 1 from work.outbox o where o.service = s.id and o.kind = 'letter' and o.state = 'queued' and o.attempts = 0) as waits
    from newest n join view.service s on s.recipient = n.party and s.seq < n.seq join view.request r on r.id = s.request
    left join work.contact k on k.service = s.id
    where r.issuer = ${issuer} and r.conduct = 'served' and ${which}
      and not exists (select 1 from view.revocation v where v.request = r.id)
      and (select count(distinct a.item) from view.item_answer a where a.service = s.id) < jsonb_array_length(r.items)
      and not exists (select 1 from standing t where t.party = s.recipient and t.key = lower(k.address))
    order by r.seq desc, s.name, s.id limit 1000`.execute(db);
  return rows;
}

/**
 * Sends letters that wait, and nobody has tried to send, to the new addresses. What went out already is left to a person. Run again, it does
 * nothing twice. @returns how many letters go elsewhere now
 */
export async function followChannels(
  services: Pick<Services, 'db' | 'clock'>,
  issuer: string,
  which: RawBuilder<unknown> = sql`true`,
): Promise<number> {
  let moved = 0;
  for (const one of await outdatedContacts(services.db, issuer, which)) {
    if (!one.waits) continue;
    if (await sentTo(services, one)) moved++;
  }
  return moved;
}

/** Sends the letter of a service to the new address. False where somebody else did meanwhile, or the request was revoked. */
export async function sentTo(services: Pick<Services, 'db' | 'clock'>, one: Outdated): Promise<boolean> {
  try {
    await correctContact(services, one.service, one.address);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
