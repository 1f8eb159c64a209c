/** Answers as read: the newest disposition of each item, and each answer as it was sent. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Millis } from '../../base/clock.ts';
import type { Database } from '../../base/database.ts';
import { t } from '../../base/language.ts';
import { type Project, stamps } from '../../base/row.ts';
import { type CellDue, type Clocked, clockedOf, clocksOf } from '../clock/rules.ts';
import { closingsFor, movedDues } from '../clock/view.ts';
import { type Determination, determinationsOf } from '../determinations/view.ts';
import { partyById } from '../directory/view.ts';
import { type Matter, matterById } from '../matters/view.ts';
import { type Request, requestById, revocationOf, type Service, servedFacts, serviceById } from '../requests/view.ts';
import { lastOf, type StreamEntry } from '../stream.ts';
import { answerSent, itemAnswered } from './entries.ts';

export type SentAnswer = z.infer<typeof answerSent> & {
  readonly seq: number;
  readonly entry: string;
  readonly recordedAt: Date;
};

const storedAnswer = z.object({ entry: z.string(), sent: answerSent });

export const projectAnswers: Project = (entry, seq) => {
  if (entry.kind === 'answer.sent') {
    const b = answerSent.parse(entry.body);
    const row = {
      ...stamps(entry, seq),
      id: b.answer,
      service: b.service,
      round: b.round,
      body: { entry: entry.id, sent: b },
    };
    return [{ table: 'view.answer', row }];
  }
  if (entry.kind === 'item.answered') {
    const b = itemAnswered.parse(entry.body);
    return [
      {
        table: 'view.item_answer',
        row: {
          ...stamps(entry, seq),
          entry: entry.id,
          service: b.service,
          request: b.request,
          item: b.item,
          disposition: b.disposition,
          answer: b.answer,
          documents: b.documents,
          carried_from: null,
        },
      },
    ];
  }
  return [];
};

/** Answers that were sent for a service, oldest first. For the parties' eyes: notes, documents and who acted are in it. */
export async function answersOf(db: Kysely<Database>, service: string): Promise<readonly SentAnswer[]> {
  const rows = await db.selectFrom('view.answer').selectAll().where('service', '=', service).orderBy('seq').execute();
  return rows.map((row) => {
    const stored = storedAnswer.parse(row.body);
    return { ...stored.sent, entry: stored.entry, seq: row.seq, recordedAt: row.recorded_at };
  });
}

/** What a recipient says of one item now: the newest answer to it. */
export interface ItemAnswer {
  readonly item: number;
  readonly disposition: string;
  readonly answer: string;
  readonly documents: number;
  readonly entry: string;
  readonly seq: number;
  readonly occurredAt: Date;
  /** the service that it was answered in, where it was carried over */
  readonly carriedFrom: string | null;
}

/** The newest answer of each answered item of a service. */
export async function itemAnswersOf(db: Kysely<Database>, service: string): Promise<ReadonlyMap<number, ItemAnswer>> {
  const rows = await db
    .selectFrom('view.item_answer')
    .selectAll()
    .where('service', '=', service)
    .orderBy('seq')
    .execute();
  return new Map(
    rows.map((row) => [
      row.item,
      {
        item: row.item,
        disposition: row.disposition,
        answer: row.answer,
        documents: row.documents,
        entry: row.entry,
        seq: row.seq,
        occurredAt: row.occurred_at,
        carriedFrom: row.carried_from,
      },
    ]),
  );
}

/** Everything that stands between one issuer and one recipient: what was asked, said and found. For the two of them alone. */
export interface Exchange {
  readonly service: Service;
  readonly request: Request;
  readonly matter: Matter;
  readonly issuerName: string;
  readonly revocation: { readonly reason: string; readonly recordedAt: Date } | null;
  /** oldest first */
  readonly answers: readonly SentAnswer[];
  /** newest answer by item */
  readonly items: ReadonlyMap<number, ItemAnswer>;
  /** oldest first */
  readonly determinations: readonly Determination[];
  /** the date of each item as it stands */
  readonly due: (item: number) => CellDue;
  /** whether anything moved it since it was served */
  readonly moved: boolean;
  /** position of the last entry of the service that was there before all this was read; for `expect` */
  readonly last: number | null;
}

/** The exchange on a service, or null when there is no such service. */
export async function exchangeOf(db: Kysely<Database>, id: string): Promise<Exchange | null> {
  const last = await lastOf(db, id);
  const service = await serviceById(db, id);
  if (!service) return null;
  const [request, matter, revocation, answers, items, determinations, moved] = await Promise.all([
    requestById(db, service.request),
    matterById(db, service.matter),
    revocationOf(db, service.request),
    answersOf(db, id),
    itemAnswersOf(db, id),
    determinationsOf(db, id),
    movedDues(db, id),
  ]);
  if (!request || !matter) return null;
  const issuer = await partyById(db, matter.issuer);
  return {
    service,
    request,
    matter,
    issuerName: issuer?.name ?? t('answers.shared.issuer'),
    revocation,
    answers,
    items,
    determinations,
    due: moved?.due ?? (() => ({ on: service.dueOn, at: service.dueAt.getTime(), pauses: [] })),
    moved: moved?.moved ?? false,
    last,
  };
}

/** What the clock says, as a whole and of each item in the order of the request. */
export function clocksIn(exchange: Exchange, now: Millis) {
  const { service, request, revocation } = exchange;
  // An item is stopped by its first answer; a later one does not make it late.
  const first = (item: number) => exchange.answers.find((one) => one.items.some((said) => said.item === item));
  return clocksOf(
    request.items.map(({ item }) => ({
      due: exchange.due(item),
      answeredAt: first(item)?.recordedAt.getTime() ?? exchange.items.get(item)?.occurredAt.getTime() ?? null,
    })),
    { revoked: revocation !== null, conduct: request.conduct, servedDueOn: service.dueOn },
    now,
  );
}

/** What was sent for an item in one answer, or undefined. */
export function sentItem(exchange: Exchange, answer: string, item: number) {
  return exchange.answers.find((one) => one.answer === answer)?.items.find((one) => one.item === item);
}

/** The newest determination that looks at the newest answer to an item; an older one is of an answer that was replaced. */
export function standingOf(exchange: Exchange, item: number): Determination | null {
  const answer = exchange.items.get(item)?.answer;
  return exchange.determinations.findLast((one) => one.item === item && one.answer === answer) ?? null;
}

/** The clock of a service as rules take it, out of its entries. */
export async function clockedIn(
  db: Kysely<Database>,
  exchange: Exchange,
  entries: readonly StreamEntry[],
): Promise<Clocked> {
  const { service, request, matter, revocation } = exchange;
  const closings = await closingsFor(db, matter.issuer);
  return clockedOf(servedFacts(service, { ...request, issuer: matter.issuer }, revocation !== null), entries, closings);
}
