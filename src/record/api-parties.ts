/** Parties and people as JSON and CSV: the same as their public pages, made from the same reading. */
import { sql } from 'kysely';
import type { z } from 'zod';
import { csvDownload } from '../base/csv.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import type { Described } from '../rooms/directory/view.ts';
import type { Affiliation, Holding, Membership } from '../rooms/people/view.ts';
import type { partyBody, partyLine, partyList, personBody } from './api-parties-schemas.ts';
import { cachePublic, cacheRecord } from './caching.ts';
import type { Moment } from './matter.ts';
import { type AskedToMeet, allParties, PARTIES_SIZE, partiesPage, partyFilter, type SaidBy } from './parties.ts';
import { publicParty, publicPerson } from './party-page.tsx';
import { partyPath, personPath } from './party-paths.ts';
import { queryOf } from './record-page.tsx';

const MAX_SIZE = 1000;
const everything = () => sql`true`;

const jsonParty = ({ id, name, kind, state, seat, timeZone, ocdId, ended }: Described): z.infer<typeof partyLine> => ({
  ...{ id, name, kind, state, seat, timeZone, ocdId, ended },
  page: partyPath(id),
});
const jsonMoment = (moment: Moment) => ({ at: moment.at.toISOString(), axis: moment.axis, now: moment.asOf === null });
const jsonHolding = ({ id, person, name, title, party, partyName, from, until }: Holding) => ({
  ...{ id, person, name, title, party, partyName, from, until },
});
const jsonMembership = ({
  id,
  association,
  associationName,
  person,
  member,
  name,
  role,
  from,
  until,
  source,
}: Membership) => ({
  ...{ id, association, associationName, person, member, name, role, from, until },
  source: { ...source },
});
const jsonAffiliation = ({ id, from, until, source, ...one }: Affiliation) => ({
  ...{ id, with: one.with, from, until },
  source: { ...source },
});
const jsonMeeting = ({ meeting, subject, startsAt, dayOnly, cancelled, name, partstat, slug }: AskedToMeet) => ({
  ...{ meeting, subject, dayOnly, cancelled, name, partstat },
  startsAt: startsAt.toISOString(),
  record: slug,
});
const jsonSaid = ({ id, entry, speaker, office, words, quotation, at, dayOnly, slug }: SaidBy) => ({
  ...{ id, entry, speaker, office, words, quotation, dayOnly },
  at: at.toISOString(),
  record: slug,
});

async function list(c: Ctx): Promise<Response> {
  const query = queryOf(c);
  const page = Math.max(1, Math.min(100_000, Math.trunc(Number(query.page)) || 1));
  const wanted = Number(query.size ?? PARTIES_SIZE);
  const size = Number.isSafeInteger(wanted) && wanted >= 1 && wanted <= MAX_SIZE ? wanted : PARTIES_SIZE;
  const { rows, total } = await partiesPage(c.get('services').db, partyFilter(query), everything, page, size);
  cachePublic(c, 10);
  c.header('Access-Control-Allow-Origin', '*');
  const body: z.infer<typeof partyList> = { total, page, size, parties: rows.map(jsonParty) };
  return c.json(body);
}

async function party(c: Ctx): Promise<Response> {
  const read = await publicParty(c);
  cacheRecord(c, read.moment, null, read.now);
  c.header('Access-Control-Allow-Origin', '*');
  const body: z.infer<typeof partyBody> = {
    asOf: jsonMoment(read.moment),
    party: jsonParty(read.party),
    aliases: read.aliases.map(({ what, value, note, entry }) => ({ of: what, value, note, entry })),
    holdings: read.holdings.map(jsonHolding),
    members: read.members.map(jsonMembership),
    memberships: read.memberships.map(jsonMembership),
    served: read.served.map(({ service, request, title, issuer, slug, servedAt }) => ({
      ...{ service, request, title, issuer },
      record: slug,
      servedAt: servedAt.toISOString(),
    })),
    meetings: read.meetings.map(jsonMeeting),
    statements: read.said.map(jsonSaid),
  };
  return c.json(body);
}

async function person(c: Ctx): Promise<Response> {
  const read = await publicPerson(c);
  cacheRecord(c, read.moment, null, read.now);
  c.header('Access-Control-Allow-Origin', '*');
  const { id, name, note } = read.person;
  const body: z.infer<typeof personBody> = {
    asOf: jsonMoment(read.moment),
    person: { id, name, note, page: personPath(id) },
    holdings: read.holdings.map(jsonHolding),
    memberships: read.memberships.map(jsonMembership),
    affiliations: read.affiliations.map(jsonAffiliation),
    meetings: read.meetings.map(jsonMeeting),
    statements: read.said.map(jsonSaid),
  };
  return c.json(body);
}

export const PARTY_CSV = ['id', 'name', 'kind', 'state', 'seat', 'time_zone', 'ocd_id', 'ended'];

/** Parties that fit a query as a CSV, made while it is read. */
export function partiesCsv(c: Ctx): Response {
  const { db } = c.get('services');
  async function* rows() {
    for await (const some of allParties(db, partyFilter(queryOf(c)), everything))
      yield some.map((one) => [
        ...[one.id, one.name, one.kind, one.state, one.seat, one.timeZone, one.ocdId],
        one.ended ? 'yes' : 'no',
      ]);
  }
  return csvDownload('parties.csv', PARTY_CSV, rows());
}

export const partyApi: readonly Route[] = [
  { method: 'GET', path: '/api/v1/parties', access: ANYONE, handler: list },
  { method: 'GET', path: '/api/v1/parties/:party', access: ANYONE, handler: party },
  { method: 'GET', path: '/api/v1/people/:person', access: ANYONE, handler: person },
  {
    method: 'GET',
    path: '/parties.csv',
    access: ANYONE,
    handler: (c) => {
      cachePublic(c, 10);
      return partiesCsv(c);
    },
  },
];
