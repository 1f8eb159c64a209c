/**
 * A question across requests and meetings, as its address says it: whom it is about, what of each is shown, and in which order. Pure.
 * An address that says something else is not guessed at: each parameter that does not fit is named.
 */
import { z } from 'zod';
import { t } from '../../base/language.ts';
import { CONSEQUENCE_KINDS } from '../../rooms/consequences/entries.ts';
import { PARTY_KINDS } from '../../rooms/directory/entries.ts';
import { STATUSES } from '../../rooms/meetings/standing.ts';
import {
  ANSWER_FILTERS,
  type BoardFilter,
  CLOCK_FILTERS,
  CONSEQUENCE_FILTERS,
  DETERMINATION_FILTERS,
} from '../board-filter.ts';

export const REQUEST_PARTS = ['r1', 'r2', 'r3'] as const;
export const MEETING_PARTS = ['m1', 'm2'] as const;
export type RequestName = (typeof REQUEST_PARTS)[number];
export type MeetingName = (typeof MEETING_PARTS)[number];

/** Asked by this request, with these answers, findings, clocks and orders; with `not`, none of that. */
export interface RequestPart {
  readonly name: RequestName;
  readonly request: string;
  readonly not: boolean;
  readonly filter: BoardFilter;
}

/** How somebody stands to a meeting: the last word, or whether they were seen there. */
export const PARTICIPATIONS = [...STATUSES, 'came', 'did not come'] as const;

/** Invited to this meeting, by itself or through somebody in one of its offices. */
export interface MeetingPart {
  readonly name: MeetingName;
  readonly meeting: string;
  readonly not: boolean;
  readonly participation?: (typeof PARTICIPATIONS)[number] | undefined;
}

export const QUESTION_SORTS = ['name', 'kind', 'state'] as const;
export const PARTY_COLUMNS = ['kind', 'state', 'ocd', 'affiliation'] as const;
export const REQUEST_COLUMNS = ['served', 'says', 'found', 'clock', 'orders', 'consequences'] as const;
export const MEETING_COLUMNS = ['who', 'participation', 'reason', 'came'] as const;

export interface Question {
  readonly requests: readonly RequestPart[];
  readonly meetings: readonly MeetingPart[];
  readonly kind?: string | undefined;
  readonly state?: string | undefined;
  /** id of the association */
  readonly member?: string | undefined;
  readonly affiliation?: string | undefined;
  /** part of the name, any case */
  readonly text?: string | undefined;
  /** `kind`, or `r1.clock`; those that were chosen, in the order of the table */
  readonly columns: readonly string[];
  readonly sort: (typeof QUESTION_SORTS)[number];
  readonly down: boolean;
  /** the party that the page begins after, or ends before */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** What is wrong, by parameter, each as a sentence. */
export type Problems = Readonly<Record<string, string>>;

const words = (most: number) => z.string().trim().min(1).max(most);
const REQUEST_FIELDS = {
  not: z.literal('yes'),
  answer: z.enum(ANSWER_FILTERS),
  determination: z.enum(DETERMINATION_FILTERS),
  clock: z.enum(CLOCK_FILTERS),
  order: z.union([z.enum(['any', 'none']), z.uuid()]),
  consequence: z.enum(CONSEQUENCE_FILTERS),
  consequenceKind: z.enum(CONSEQUENCE_KINDS),
  programme: words(200),
};
const MEETING_FIELDS = { not: z.literal('yes'), participation: z.enum(PARTICIPATIONS) };
const PLAIN = {
  kind: z.enum(PARTY_KINDS),
  state: words(60),
  member: z.uuid(),
  affiliation: words(200),
  text: words(200),
  sort: z.enum(QUESTION_SORTS),
  dir: z.enum(['up', 'down']),
  after: z.uuid(),
  before: z.uuid(),
};

/** Columns that a question can show, in the order of its table. */
export function columnsOf(question: Pick<Question, 'requests' | 'meetings'>): readonly string[] {
  const shown = (parts: readonly { name: string; not: boolean }[], columns: readonly string[]) =>
    parts.filter((part) => !part.not).flatMap(({ name }) => columns.map((column) => `${name}.${column}`));
  return [...PARTY_COLUMNS, ...shown(question.requests, REQUEST_COLUMNS), ...shown(question.meetings, MEETING_COLUMNS)];
}

const USUAL = ['kind', 'state', 'says', 'clock', 'orders', 'who', 'participation'];
const usual = (columns: readonly string[]) => columns.filter((one) => USUAL.includes(one.replace(/^\w+\./, '')));

/** Reads a question from the parameters of an address. Empty values count as left out: that is how forms send what was not chosen. */
export function readQuestion(params: URLSearchParams): { readonly question: Question; readonly problems: Problems } {
  const problems: Record<string, string> = {};
  const given = (name: string) => params.getAll(name).at(-1)?.trim() ?? '';
  function read<T>(name: string, schema: z.ZodType<T>): T | undefined {
    const text = given(name);
    if (text === '') return undefined;
    const value = schema.safeParse(text);
    if (value.success) return value.data;
    problems[name] = badValue(name, text.slice(0, 60), schema);
    return undefined;
  }
  const requests = REQUEST_PARTS.flatMap((name): readonly RequestPart[] => {
    const request = read(name, z.uuid());
    const f = (field: string) => `${name}.${field}`;
    const not = read(f('not'), REQUEST_FIELDS.not) === 'yes';
    const filter: BoardFilter = {
      answer: read(f('answer'), REQUEST_FIELDS.answer),
      determination: read(f('determination'), REQUEST_FIELDS.determination),
      clock: read(f('clock'), REQUEST_FIELDS.clock),
      order: read(f('order'), REQUEST_FIELDS.order),
      consequence: read(f('consequence'), REQUEST_FIELDS.consequence),
      consequenceKind: read(f('consequenceKind'), REQUEST_FIELDS.consequenceKind),
      programme: read(f('programme'), REQUEST_FIELDS.programme),
    };
    return request === undefined ? [] : [{ name, request, not, filter }];
  });
  const meetings = MEETING_PARTS.flatMap((name): readonly MeetingPart[] => {
    const meeting = read(name, z.uuid());
    const not = read(`${name}.not`, MEETING_FIELDS.not) === 'yes';
    const participation = read(`${name}.participation`, MEETING_FIELDS.participation);
    return meeting === undefined ? [] : [{ name, meeting, not, participation }];
  });
  const known = new Set(
    [
      ...REQUEST_PARTS.map((n) => [n, REQUEST_FIELDS] as const),
      ...MEETING_PARTS.map((n) => [n, MEETING_FIELDS] as const),
    ].flatMap(([name, fields]) => [name, ...Object.keys(fields).map((field) => `${name}.${field}`)]),
  );
  for (const name of new Set(params.keys()))
    if (/^[rm]\d|\./.test(name) && !known.has(name))
      problems[name] = t('record.q.no-parameter', { name: name.slice(0, 60) });
  const can = columnsOf({ requests, meetings });
  const asked = params.getAll('col').filter((one) => one !== '');
  const strange = asked.filter((one) => !can.includes(one) && !/^[rm]\d\./.test(one));
  if (strange.length > 0)
    problems['col'] = t('record.q.no-column', {
      names: strange.slice(0, 5).join(', ').slice(0, 100),
      columns: can.join(', '),
    });
  const chosen = can.filter((one) => asked.includes(one));
  return {
    question: {
      ...{ requests, meetings },
      kind: read('kind', PLAIN.kind),
      state: read('state', PLAIN.state),
      member: read('member', PLAIN.member),
      affiliation: read('affiliation', PLAIN.affiliation),
      text: read('text', PLAIN.text),
      columns: asked.length > 0 ? chosen : usual(can),
      sort: read('sort', PLAIN.sort) ?? 'name',
      down: read('dir', PLAIN.dir) === 'down',
      after: read('after', PLAIN.after),
      before: read('before', PLAIN.before),
    },
    problems,
  };
}

function badValue(name: string, text: string, schema: z.ZodType): string {
  const oneOf = (choices: Iterable<unknown>) =>
    t('record.q.bad-choice', { name, text, choices: [...choices].join(', ') });
  if (schema instanceof z.ZodEnum) return oneOf(schema.options);
  if (schema instanceof z.ZodLiteral) return oneOf(schema.values);
  return t(schema instanceof z.ZodUUID ? 'record.q.bad-id' : 'record.q.bad', { name, text });
}

/** The parameters of a question, without the place in its table. What is at its default is left out, so one question has one address. */
export function questionParams(question: Question): readonly (readonly [string, string])[] {
  const { requests, meetings, columns, sort, down } = question;
  const pairs: [string, string][] = [];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') pairs.push([name, value]);
  };
  for (const { name, request, not, filter } of requests) {
    add(name, request);
    add(`${name}.not`, not ? 'yes' : undefined);
    for (const [field, value] of Object.entries(filter)) add(`${name}.${field}`, value);
  }
  for (const { name, meeting, not, participation } of meetings) {
    add(name, meeting);
    add(`${name}.not`, not ? 'yes' : undefined);
    add(`${name}.participation`, participation);
  }
  add('kind', question.kind);
  add('state', question.state);
  add('member', question.member);
  add('affiliation', question.affiliation);
  add('text', question.text);
  if (columns.join() !== usual(columnsOf(question)).join()) for (const column of columns) add('col', column);
  add('sort', sort === 'name' ? undefined : sort);
  add('dir', down ? 'down' : undefined);
  return pairs;
}

/** The address of a question, or of one of its downloads. */
export function questionHref(path: string, question: Question, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(
    [...questionParams(question), ...Object.entries(more).filter(([, v]) => v !== '')].map(([k, v]) => [k, v]),
  );
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Nothing was chosen yet: the page shows the form alone. */
export const isEmpty = (q: Question): boolean => q.requests.length === 0 && q.meetings.length === 0;
