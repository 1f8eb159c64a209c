/** What the ids in a question name: public requests and meetings, as of its time. Reads only. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { t } from '../../base/language.ts';
import { type Request, requestById } from '../../rooms/requests/view.ts';
import { versionAt } from '../board-counts.ts';
import { type BoardFilter, filterConditions, reachConditions } from '../board-filter.ts';
import { type Cut, cutAt } from '../cut.ts';
import type { Moment } from '../matter.ts';
import { open } from '../open.ts';
import { type Reach, reachAt } from '../reach.ts';
import type { MeetingPart, Problems, Question, RequestPart } from './question.ts';

export interface KnownRequest {
  readonly part: RequestPart;
  readonly request: Request;
  readonly slug: string;
  readonly matter: string;
  readonly revoked: boolean;
  readonly moved: boolean;
  /** read where the question asks for orders or consequences */
  readonly reach: Reach | null;
  /** on services `s` of the request: who fits this part */
  readonly conditions: readonly RawBuilder<SqlBool>[];
}

export interface KnownMeeting {
  readonly part: MeetingPart;
  readonly subject: string;
  readonly slug: string;
  readonly matter: string;
}

/** A question with what it names. */
export interface Known {
  readonly question: Question;
  readonly moment: Moment;
  readonly cut: Cut;
  readonly requests: readonly KnownRequest[];
  readonly meetings: readonly KnownMeeting[];
}

const reaches = ({ order, consequence, consequenceKind, programme }: BoardFilter) =>
  (order ?? consequence ?? consequenceKind ?? programme) !== undefined;

interface Named {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
}

/** @returns also what is wrong: an id that names nothing public by then, an order that the request's matter does not have */
export async function knownOf(
  db: Kysely<Database>,
  question: Question,
  moment: Moment,
): Promise<{ readonly known: Known; readonly problems: Problems }> {
  const problems: Record<string, string> = {};
  const then = moment.asOf === null ? 'no' : 'yes';
  const cut = await cutAt(db, moment.now, moment.point);
  const seen = (alias: string) => sql`${open(alias, cut)} and m.audience = 'public'`;
  const requests: KnownRequest[] = [];
  if (question.requests.length > 0) {
    const ids = question.requests.map(({ request }) => request);
    const { rows } = await sql<Named>`
      select r.id, m.slug, m.title from view.request r join view.matter m on m.id = r.matter
      where r.id = any(${ids}::uuid[]) and ${seen('r')}`.execute(db);
    for (const part of question.requests) {
      const named = rows.find(({ id }) => id === part.request);
      const request = named ? await requestById(db, part.request) : null;
      if (!named || !request) problems[part.name] = t('record.q.no-request', { name: part.name, then });
      else requests.push(await knownRequest(db, { part, request, named, cut, moment, question }));
    }
  }
  for (const { part, reach } of requests) {
    const { order } = part.filter;
    if (order !== undefined && order !== 'any' && order !== 'none' && !reach?.orders.some(({ id }) => id === order))
      problems[`${part.name}.order`] = t('record.q.no-order', { name: `${part.name}.order`, then });
  }
  const meetings: KnownMeeting[] = [];
  if (question.meetings.length > 0) {
    const { rows } = await sql<Named & { subject: string }>`
      select t.id, m.slug, m.title, t.subject from view.meeting t join view.matter m on m.id = t.matter
      where t.id = any(${question.meetings.map(({ meeting }) => meeting)}::uuid[]) and ${seen('t')}`.execute(db);
    for (const part of question.meetings) {
      const named = rows.find(({ id }) => id === part.meeting);
      if (!named) problems[part.name] = t('record.q.no-meeting', { name: part.name, then });
      else meetings.push({ part, subject: named.subject, slug: named.slug, matter: named.title });
    }
  }
  return { known: { question, moment, cut, requests, meetings }, problems };
}

interface Asked {
  readonly part: RequestPart;
  readonly request: Request;
  readonly named: Named;
  readonly cut: Cut;
  readonly moment: Moment;
  readonly question: Question;
}

async function knownRequest(
  db: Kysely<Database>,
  { part, request, named, cut, moment, question }: Asked,
): Promise<KnownRequest> {
  const { filter, name } = part;
  const stand = await versionAt(db, request.id, moment.point, cut);
  const asks = question.columns.some((one) => one === `${name}.orders` || one === `${name}.consequences`);
  const reach = asks || reaches(filter) ? await reachAt(db, request.matter, cut, moment.at) : null;
  const facts = {
    ...{ request: request.id, items: request.items.length, cut, revoked: stand.revoked, now: moment.at },
    ...{ recorded: request.conduct === 'recorded', moved: stand.moved >= 0, present: moment.asOf === null },
    // Both only say when something that was remembered holds no more; nothing of a question is remembered.
    ...{ passed: null, soonPassed: null },
  };
  const all = [
    ...filterConditions(filter, facts),
    ...(reach && reaches(filter) ? reachConditions(filter, reach, request) : []),
  ];
  const conditions = all.flatMap((one) => ('sql' in one ? [one.sql(null)] : []));
  return {
    ...{ part, request, reach, conditions },
    ...{ slug: named.slug, matter: named.title, revoked: stand.revoked, moved: stand.moved >= 0 },
  };
}
