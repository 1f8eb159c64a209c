/** The description of the public API, generated from the schemas that its answers are made of. */
import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { CONSEQUENCE_KINDS } from '../rooms/consequences/entries.ts';
import { documentList, peopleList } from './api-around-schemas.ts';
import { mapBody, momentList } from './api-map-schemas.ts';
import { consequenceList, orderList } from './api-orders-schemas.ts';
import { partyBody, partyList, personBody } from './api-parties-schemas.ts';
import { questionBody } from './api-questions-schemas.ts';
import {
  figureList,
  meetingList,
  problem,
  recordBody,
  recordList,
  searchBody,
  serviceBody,
  statementList,
} from './api-schemas.ts';
import { ANSWER_FILTERS, CLOCK_FILTERS, CONSEQUENCE_FILTERS, DETERMINATION_FILTERS, SORTS } from './board-filter.ts';
import { ftmList } from './ftm.ts';
import { PARTY_SORTS } from './parties.ts';
import { PEOPLE_SORTS } from './people.ts';
import { PARTICIPATIONS, QUESTION_SORTS } from './questions/question.ts';

const registry = new OpenAPIRegistry();
const json = (description: string, schema: z.ZodType) => ({ description, content: { 'application/json': { schema } } });

const asOf = {
  asOf: z
    .string()
    .optional()
    .meta({ description: 'RFC 3339 with Z or offset, or a wall clock in `tz`; left out: now' }),
  axis: z.enum(['known', 'happened']).optional().meta({
    description: 'known (default): what the record showed then; happened: what had happened by then, as known today',
  }),
  tz: z.string().optional().meta({ description: 'IANA time zone for `asOf` without one; default America/New_York' }),
};

/** What narrows a board, and the map of the same recipients. */
const narrowing = {
  request: z.uuid().optional().meta({ description: 'which request’s board; default the newest' }),
  kind: z.string().optional(),
  state: z.string().optional().meta({ description: 'as the directory words it; `none`: it names none' }),
  text: z.string().optional(),
  answer: z.enum(ANSWER_FILTERS).optional(),
  determination: z.enum(DETERMINATION_FILTERS).optional(),
  clock: z.enum(CLOCK_FILTERS).optional(),
  step: z.int().min(1).max(9).optional(),
  order: z.string().optional().meta({ description: 'touched by this order (its id), by `any`, or by `none`' }),
  consequence: z.enum(CONSEQUENCE_FILTERS).optional().meta({ description: 'status of a consequence' }),
  consequenceKind: z.enum(CONSEQUENCE_KINDS).optional(),
  programme: z.string().optional().meta({ description: 'of a consequence, as it was announced' }),
};

registry.registerPath({
  method: 'get',
  path: '/api/v1/records',
  summary: 'Public records of this server, newest first',
  request: {
    query: z.object({
      q: z.string().optional().meta({ description: 'words that must stand in title, summary or issuer' }),
      page: z.int().min(1).optional(),
    }),
  },
  responses: { 200: json('A page of records', recordList) },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/search',
  summary: 'Words in everything public: entries, the best first, and recipients by name',
  request: {
    query: z.object({
      q: z.string().meta({ description: 'words, “a phrase”, -not' }),
      page: z.int().min(1).max(500).optional(),
    }),
  },
  responses: { 200: json('What was found', searchBody) },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}',
  summary: 'The public record of a matter, now or as of any time',
  request: {
    params: z.object({ slug: z.string() }),
    query: z.object({
      ...asOf,
      ...narrowing,
      sort: z.enum(SORTS).optional(),
      dir: z.enum(['up', 'down']).optional(),
      page: z.int().min(1).optional(),
      size: z.int().min(1).max(1000).optional(),
    }),
  },
  responses: {
    200: json('The record', recordBody),
    404: json('There is no public record of this name', problem),
    422: json('The time asked for is not one', problem),
  },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}/services/{service}',
  summary: 'One recipient of a public record: its due dates with their working, and what moved them',
  request: {
    params: z.object({ slug: z.string(), service: z.uuid() }),
    query: z.object(asOf),
  },
  responses: {
    200: json('The recipient', serviceBody),
    404: json('There is no such recipient in this record, or it had not been asked by then', problem),
    422: json('The time asked for is not one', problem),
  },
});

const refusals = {
  404: json('There is no public record of this name', problem),
  422: json('The time asked for is not one', problem),
};

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}/statements',
  summary: 'Who said what around a matter, now or as of any time',
  request: {
    params: z.object({ slug: z.string() }),
    query: z.object({ ...asOf, q: z.string().optional().meta({ description: 'in words, speaker or office' }) }),
  },
  responses: { 200: json('Its statements, oldest first', statementList), ...refusals },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}/meetings',
  summary: 'Meetings of a matter and who takes part, now or as of any time',
  request: { params: z.object({ slug: z.string() }), query: z.object(asOf) },
  responses: { 200: json('Its meetings, the first to be held first', meetingList), ...refusals },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}/people',
  summary: 'People whom a record names, with their office and what they did in it',
  request: {
    params: z.object({ slug: z.string() }),
    query: z.object({
      ...asOf,
      q: z.string().optional().meta({ description: 'in name or office' }),
      sort: z.enum(PEOPLE_SORTS).optional(),
      dir: z.enum(['up', 'down']).optional(),
      page: z.int().min(1).optional(),
    }),
  },
  responses: { 200: json('A page of people', peopleList), ...refusals },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}/documents',
  summary: 'Documents of a record that are public: orders, and the sources of statements and figures',
  request: { params: z.object({ slug: z.string() }), query: z.object(asOf) },
  responses: { 200: json('Its documents', documentList), ...refusals },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}/figures',
  summary: 'Figures claimed around a matter, now or as of any time',
  request: { params: z.object({ slug: z.string() }), query: z.object(asOf) },
  responses: { 200: json('Its figures, those of one measure together', figureList), ...refusals },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}/map',
  summary: 'Recipients of a request by state, with the same filters and times as its board',
  request: { params: z.object({ slug: z.string() }), query: z.object({ ...asOf, ...narrowing }) },
  responses: { 200: json('Its areas, and the places while they are few', mapBody), ...refusals },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/records/{slug}/moments',
  summary: 'Times at which a record changed, at most 200 of them',
  request: { params: z.object({ slug: z.string() }), query: z.object({ axis: asOf.axis }) },
  responses: { 200: json('Ascending; what is to come is left out', momentList), 404: refusals[404] },
});

for (const [path, summary, schema] of [
  ['figures/ftm', 'Figures, a line a value, in the names of FollowTheMoney’s statement model', ftmList],
  ['statements/ftm', 'Statements, likewise', ftmList],
  ['orders', 'Orders of a record: whom each reaches, and what holds now', orderList],
  [
    'consequences',
    'Consequences of a record: statuses, amounts, and totals that say what is not known',
    consequenceList,
  ],
] as const) {
  registry.registerPath({
    method: 'get',
    path: `/api/v1/records/{slug}/${path}`,
    summary,
    request: { params: z.object({ slug: z.string() }), query: z.object(asOf) },
    responses: { 200: json(summary, schema), ...refusals },
  });
}

registry.registerPath({
  method: 'get',
  path: '/api/v1/parties',
  summary: 'Parties of the directory',
  request: {
    query: z.object({
      q: z.string().optional().meta({ description: 'in the name or a further name, or a whole Open Civic Data id' }),
      kind: z.string().optional(),
      state: z.string().optional().meta({ description: 'name or postal code' }),
      association: z
        .uuid()
        .optional()
        .meta({ description: 'members of this association, and parties with an office that a member holds' }),
      sort: z.enum(PARTY_SORTS).optional(),
      dir: z.enum(['up', 'down']).optional(),
      page: z.int().min(1).optional(),
      size: z.int().min(1).max(1000).optional(),
    }),
  },
  responses: { 200: json('A page of parties', partyList) },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/parties/{party}',
  summary: 'What is public of a party, now or as of any time',
  request: { params: z.object({ party: z.uuid() }), query: z.object(asOf) },
  responses: {
    200: json('The party', partyBody),
    404: json('The directory has no such party, or had none by then', problem),
    422: json('The time asked for is not one', problem),
  },
});

registry.registerPath({
  method: 'get',
  path: '/api/v1/people/{person}',
  summary: 'What is public of a person, now or as of any time',
  request: { params: z.object({ person: z.uuid() }), query: z.object(asOf) },
  responses: {
    200: json('The person', personBody),
    404: json('The directory has no such person, or had none by then', problem),
    422: json('The time asked for is not one', problem),
  },
});

const not = z.literal('yes').optional();
registry.registerPath({
  method: 'get',
  path: '/api/v1/questions',
  summary: 'Parties across requests and meetings: who was asked by one, answered another, was invited to a meeting',
  request: {
    query: z.object({
      ...asOf,
      r1: z.uuid().optional().meta({
        description:
          'id of a public request: asked by it; r2 and r3 likewise, each with its own filters; one of r1, m1 is needed',
      }),
      'r1.not': not.meta({ description: 'yes: whoever is not what r1 and its filters say' }),
      'r1.answer': z.enum(ANSWER_FILTERS).optional(),
      'r1.determination': z.enum(DETERMINATION_FILTERS).optional(),
      'r1.clock': z.enum(CLOCK_FILTERS).optional(),
      'r1.order': z.string().optional().meta({ description: 'touched by this order (its id), by `any`, or by `none`' }),
      'r1.consequence': z.enum(CONSEQUENCE_FILTERS).optional(),
      'r1.consequenceKind': z.enum(CONSEQUENCE_KINDS).optional(),
      'r1.programme': z.string().optional(),
      m1: z.uuid().optional().meta({ description: 'id of a public meeting: invited to it; m2 likewise' }),
      'm1.not': not,
      'm1.participation': z.enum(PARTICIPATIONS).optional(),
      kind: z.string().optional(),
      state: z.string().optional(),
      member: z.uuid().optional().meta({ description: 'of this association, or with an office that a member holds' }),
      affiliation: z.string().optional().meta({ description: 'of somebody who holds an office of the party' }),
      text: z.string().optional().meta({ description: 'in the name' }),
      col: z
        .array(z.string())
        .optional()
        .meta({ description: 'columns: kind, state, ocd, affiliation, r1.says, m1.participation, …' }),
      sort: z.enum(QUESTION_SORTS).optional(),
      dir: z.enum(['up', 'down']).optional(),
      after: z.uuid().optional().meta({ description: 'the party that the rows come after; `next` has it' }),
      size: z.int().min(1).max(1000).optional(),
    }),
  },
  responses: {
    200: json('The parties that fit, a page of them', questionBody),
    422: json('A parameter is not one, or names nothing public; each is named', problem),
  },
});

/** OpenAPI 3.1 document of the public API. @param baseUrl where people reach this server */
export function openApi(baseUrl: string) {
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Counterfoil, public records', version: '1', license: { name: 'AGPL-3.0-or-later' } },
    servers: [{ url: baseUrl }],
  });
}
