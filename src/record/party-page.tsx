/** A party and a person as everyone may see them, as of any time: names, offices, memberships, and what public records hold of them. */

import { type RawBuilder, sql } from 'kysely';
import { NotFound } from '../base/errors.ts';
import { UUID } from '../base/ids.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { aliasesOf, descriptionsOf, partyById } from '../rooms/directory/view.ts';
import {
  affiliationsOf,
  type Held,
  holdingsOfParty,
  holdingsOfPerson,
  membershipsOfParty,
  membershipsOfPerson,
  membersOf,
  personById,
} from '../rooms/people/view.ts';
import { AsOf } from '../ui/asof.tsx';
import { zoneOf } from '../ui/context.ts';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Facts, Links } from '../ui/table.tsx';
import { localInput, Time } from '../ui/time.tsx';
import { partyKind } from '../ui/words.ts';
import { cacheRecord } from './caching.ts';
import { type Cut, cutAt } from './cut.ts';
import { type Moment, momentOf, momentParams } from './matter.ts';
import { knownAt, meetingsWith, saidIn, seenAt, servedOn } from './parties.ts';
import { href } from './parts.tsx';
import { Affiliations, Holdings, Meetings, Memberships, Said, Served, type Side } from './party-parts.tsx';
import { partyPath, personPath } from './party-paths.ts';
import { queryOf, refuseBadTime } from './record-page.tsx';

/** The moment of a query, and the cut that goes with it. @throws InvalidInput `bad-time` */
export async function momentAndCut(
  c: Ctx,
): Promise<{ readonly moment: Moment; readonly now: Date; readonly cut: Cut }> {
  const { db, clock } = c.get('services');
  const now = new Date(clock.now());
  const moment = momentOf(queryOf(c), zoneOf(c), now);
  refuseBadTime(moment);
  return { moment, now, cut: await cutAt(db, moment.now, moment.point) };
}

const dayOf = (moment: Moment): string => localInput(moment.at, moment.zone).slice(0, 10);

/** What had begun by the day of a cut on the axis of happening; all of it on the other one. */
export const begun = <R extends Held>(rows: readonly R[], moment: Moment): readonly R[] =>
  moment.point?.axis === 'occurred' ? rows.filter(({ from }) => from === null || from <= dayOf(moment)) : rows;

const side = (moment: Moment): Side => {
  const keep = momentParams(moment);
  return {
    party: (id) => href(partyPath(id), keep),
    person: (id) => href(personPath(id), keep),
    served: (one) => href(`/record/${one.slug}/services/${one.service}`, keep),
    meeting: (one) => href(`/record/${one.slug}/meetings`, keep),
    said: (one) => href(`/record/${one.slug}/statements`, keep),
    day: dayOf(moment),
    zone: moment.zone,
  };
};

/** Everything public of a party at a cut. @throws NotFound `no-party` where it was not known by then */
export async function publicParty(c: Ctx) {
  const { db } = c.get('services');
  const { moment, now, cut } = await momentAndCut(c);
  const id = c.req.param('party') ?? '';
  const seen = seenAt(cut);
  const known = knownAt(cut);
  const party = UUID.test(id) ? await partyById(db, id, seen) : null;
  if (!party) {
    throw new NotFound('no-party', {
      what: t(moment.asOf === null ? 'record.no-party' : 'record.no-party.then'),
      next: t('record.no-party.next'),
    });
  }
  const offices = sql`o.party = ${id}`;
  const [aliases, history, holdings, memberships, members, served, meetings, said] = await Promise.all([
    aliasesOf(db, id, seen),
    descriptionsOf(db, id, seen),
    holdingsOfParty(db, id, known),
    membershipsOfParty(db, id, known),
    party.kind === 'association' ? membersOf(db, id, known) : [],
    servedOn(db, id, cut, null),
    meetingsWith(db, sql`p.party = ${id}`, cut, null),
    saidIn(db, offices, cut, null),
  ]);
  return {
    ...{ moment, now, cut, party, aliases, history, served, meetings, said },
    holdings: begun(holdings, moment),
    memberships: begun(memberships, moment),
    members: begun(members, moment),
  };
}

async function getParty(c: Ctx): Promise<Response> {
  const read = await publicParty(c);
  const { moment, now, party, aliases, history, holdings, memberships, members, served, meetings, said } = read;
  const at = side(moment);
  const keep = momentParams(moment);
  const names = aliases.filter((one) => one.what === 'name').map((one) => one.value);
  const ids = aliases.filter((one) => one.what === 'ocd-id').map((one) => one.value);
  cacheRecord(c, moment, null, now);
  return page(
    c,
    { title: party.name, area: 'public', wide: true },
    <>
      <Heading
        title={party.name}
        tags={party.ended ? [t('record.party.ended')] : []}
        lead={[partyKind(party.kind), party.state].filter(Boolean).join(', ')}
        crumbs={[{ text: t('record.parties'), href: '/parties' }]}
      />
      <AsOf action={partyPath(party.id)} asOf={moment.asOf} now={now} axis={moment.axis} zone={moment.zone} />
      <Facts
        facts={[
          ...(names.length > 0 ? [{ name: t('record.party.called'), value: names.join(', ') }] : []),
          ...(party.seat === null ? [] : [{ name: t('record.party.seat'), value: party.seat }]),
          ...(party.timeZone === null ? [] : [{ name: t('record.party.zone'), value: party.timeZone }]),
          ...(party.ocdId === null
            ? []
            : [{ name: t('record.party.ocd'), value: <code class="id">{party.ocdId}</code> }]),
          ...(ids.length === 0
            ? []
            : [{ name: t('record.party.ids'), value: ids.map((id) => <code class="id">{id} </code>) }]),
        ]}
      />
      <Links label={t('record.download')} links={[{ text: 'JSON', href: href(`/api/v1/parties/${party.id}`, keep) }]} />
      <section aria-labelledby="served">
        <h2 id="served">{t('record.party.served')}</h2>
        <Served served={served} side={at} />
      </section>
      <section aria-labelledby="offices">
        <h2 id="offices">{t('record.party.offices')}</h2>
        <Holdings holdings={holdings} side={at} by="party" how={t('record.party.offices.how')} />
      </section>
      {party.kind === 'association' ? (
        <section aria-labelledby="members">
          <h2 id="members">{t('record.party.members')}</h2>
          <Memberships memberships={members} side={at} show="members" />
        </section>
      ) : null}
      {memberships.length > 0 ? (
        <section aria-labelledby="memberships">
          <h2 id="memberships">{t('record.party.memberships')}</h2>
          <Memberships memberships={memberships} side={at} show="associations" />
        </section>
      ) : null}
      <section aria-labelledby="meetings">
        <h2 id="meetings">{t('record.tab.meetings')}</h2>
        <Meetings meetings={meetings} side={at} />
      </section>
      <section aria-labelledby="said">
        <h2 id="said">{t('record.party.said')}</h2>
        <Said said={said} side={at} />
      </section>
      {history.length > 1 ? (
        <section aria-labelledby="history">
          <h2 id="history">{t('record.party.history')}</h2>
          <ul class="entries">
            {history.map((one) => (
              <li>
                {rich('record.party.was', {
                  name: one.name,
                  what: [partyKind(one.kind), one.state].filter(Boolean).join(', '),
                  ended: one.ended ? 'yes' : 'no',
                  at: <Time at={one.occurredAt} zone={moment.zone} />,
                  corrects: one.corrects ? 'yes' : 'no',
                })}
                {one.reason === '' ? null : <div class="soft">{one.reason}</div>}
                <div class="soft">
                  <a href={`/receipts/${one.entry}.receipt.json`}>
                    {rich('record.receipt-of', { of: one.name, more: quiet })}
                  </a>
                </div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>,
  );
}

/** Everything public of a person at a cut. @throws NotFound `no-person` */
export async function publicPerson(c: Ctx) {
  const { db } = c.get('services');
  const { moment, now, cut } = await momentAndCut(c);
  const id = c.req.param('person') ?? '';
  const known = knownAt(cut);
  const person = UUID.test(id) ? await personById(db, id, known) : null;
  if (!person) {
    throw new NotFound('no-person', {
      what: t(moment.asOf === null ? 'record.no-person' : 'record.no-person.then'),
      next: t('record.no-person.next'),
    });
  }
  const held: RawBuilder<unknown> = sql`h.person = ${id}`;
  const [holdings, memberships, affiliations, meetings, said] = await Promise.all([
    holdingsOfPerson(db, id, known),
    membershipsOfPerson(db, id, known),
    affiliationsOf(db, id, known),
    meetingsWith(db, sql`p.holding in (select h.id from view.holding h where h.person = ${id})`, cut, null),
    saidIn(db, held, cut, null),
  ]);
  return {
    ...{ moment, now, person, meetings, said },
    holdings: begun(holdings, moment),
    memberships: begun(memberships, moment),
    affiliations: begun(affiliations, moment),
  };
}

async function getPerson(c: Ctx): Promise<Response> {
  const { moment, now, person, holdings, memberships, affiliations, meetings, said } = await publicPerson(c);
  const at = side(moment);
  cacheRecord(c, moment, null, now);
  return page(
    c,
    { title: person.name, area: 'public', wide: true },
    <>
      <Heading
        title={person.name}
        lead={person.note ?? undefined}
        crumbs={[{ text: t('record.parties'), href: '/parties' }]}
      />
      <AsOf action={personPath(person.id)} asOf={moment.asOf} now={now} axis={moment.axis} zone={moment.zone} />
      <Links
        label={t('record.download')}
        links={[{ text: 'JSON', href: href(`/api/v1/people/${person.id}`, momentParams(moment)) }]}
      />
      <section aria-labelledby="offices">
        <h2 id="offices">{t('record.party.offices')}</h2>
        <Holdings holdings={holdings} side={at} by="person" how={t('record.party.offices.how')} />
      </section>
      {memberships.length > 0 ? (
        <section aria-labelledby="memberships">
          <h2 id="memberships">{t('record.person.memberships')}</h2>
          <Memberships memberships={memberships} side={at} show="associations" />
        </section>
      ) : null}
      {affiliations.length > 0 ? (
        <section aria-labelledby="affiliation">
          <h2 id="affiliation">{t('record.affiliation')}</h2>
          <Affiliations affiliations={affiliations} side={at} />
        </section>
      ) : null}
      <section aria-labelledby="meetings">
        <h2 id="meetings">{t('record.tab.meetings')}</h2>
        <Meetings meetings={meetings} side={at} />
      </section>
      <section aria-labelledby="said">
        <h2 id="said">{t('record.tab.statements')}</h2>
        <Said said={said} side={at} />
      </section>
    </>,
  );
}

export const partyPages: readonly Route[] = [
  { method: 'GET', path: '/party/:party', access: ANYONE, handler: getParty },
  { method: 'GET', path: '/person/:person', access: ANYONE, handler: getPerson },
];
