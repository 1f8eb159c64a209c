/** The forms of the API's answers about parties and people: answers are made from them, OpenAPI is generated from them. */
import { z } from 'zod';

const id = z.uuid();
const day = z.string().nullable().meta({ description: 'calendar date, or null where it is not known or still lasts' });
const instant = z.string().meta({ description: 'RFC 3339, UTC' });
const asOf = z.strictObject({ at: instant, axis: z.enum(['known', 'happened']), now: z.boolean() });
const source = z.strictObject({ publisher: z.string(), title: z.string(), date: z.string() });

const party = {
  id,
  name: z.string(),
  kind: z.string(),
  state: z.string().nullable(),
  seat: z.string().nullable(),
  timeZone: z.string().nullable(),
  ocdId: z.string().nullable(),
  ended: z.boolean().meta({ description: 'it exists no more, or the list it came from has it no more' }),
  page: z.string(),
};

export const partyLine = z.strictObject(party).meta({ id: 'Party' });
export const partyList = z
  .strictObject({ total: z.int(), page: z.int(), size: z.int(), parties: z.array(partyLine) })
  .meta({ id: 'PartyList' });

const holding = z
  .strictObject({
    id,
    person: id,
    name: z.string(),
    title: z.string(),
    party: id,
    partyName: z.string(),
    from: day,
    until: day,
  })
  .meta({ id: 'Holding', description: 'A person in an office, over a time' });
const membership = z
  .strictObject({
    id,
    association: id,
    associationName: z.string(),
    person: id.nullable(),
    member: id.nullable().meta({ description: 'the party that is a member itself' }),
    name: z.string(),
    role: z.string(),
    from: day,
    until: day,
    source,
  })
  .meta({ id: 'Membership' });
const affiliation = z
  .strictObject({ id, with: z.string(), from: day, until: day, source })
  .meta({ id: 'Affiliation', description: 'What somebody is counted among, according to a source' });
const meeting = z.strictObject({
  meeting: id,
  subject: z.string(),
  startsAt: instant,
  dayOnly: z.boolean(),
  cancelled: z.boolean(),
  name: z.string(),
  partstat: z.string().nullable(),
  record: z.string(),
});
const statement = z.strictObject({
  id,
  entry: id,
  speaker: z.string(),
  office: z.string().nullable(),
  words: z.string(),
  quotation: z.boolean(),
  at: instant,
  dayOnly: z.boolean(),
  record: z.string(),
});

export const partyBody = z
  .strictObject({
    asOf,
    party: partyLine,
    aliases: z.array(z.strictObject({ of: z.string(), value: z.string(), note: z.string().nullable(), entry: id })),
    holdings: z.array(holding),
    members: z.array(membership),
    memberships: z.array(membership),
    served: z.array(
      z.strictObject({
        service: id,
        request: id,
        title: z.string(),
        issuer: z.string(),
        record: z.string(),
        servedAt: instant,
      }),
    ),
    meetings: z.array(meeting),
    statements: z.array(statement),
  })
  .meta({ id: 'PartyBody', description: 'What is public of a party' });

export const personBody = z
  .strictObject({
    asOf,
    person: z.strictObject({ id, name: z.string(), note: z.string().nullable(), page: z.string() }),
    holdings: z.array(holding),
    memberships: z.array(membership),
    affiliations: z.array(affiliation),
    meetings: z.array(meeting),
    statements: z.array(statement),
  })
  .meta({ id: 'PersonBody', description: 'What is public of a person' });
