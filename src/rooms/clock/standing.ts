/** The clock of one service out of its stream: what rules decide on, its working as it stands, and what moved it. Pure; reads no database. */
import { z } from 'zod';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Closing, type Counted, duesOf, grouped } from './counting.ts';
import type { DueResult } from './due.ts';
import type { DueRule } from './entries.ts';
import { cellEventsIn, type Recorded, servedIn } from './history.ts';
import type { Clocked } from './moving.ts';
import { calendarOfPlace, type Place } from './places.ts';

/** What other rooms know of a service. */
export interface Served extends Place {
  readonly service: string;
  readonly request: string;
  readonly matter: string;
  readonly issuer: string;
  /** the party that was served */
  readonly recipient: string;
  readonly audience: string;
  readonly conduct: 'served' | 'recorded';
  readonly revoked: boolean;
  readonly items: readonly number[];
  readonly rule: DueRule;
  /** items with a rule of their own */
  readonly own: ReadonlyMap<number, DueRule>;
  readonly servedAt: Date;
}

/**
 * @param entries of the stream of the service, oldest first
 * @param closings that count, of the issuer's and the recipient's calendar
 */
export function clockedOf(served: Served, entries: readonly Recorded[], closings: readonly Closing[]): Clocked {
  const { service, request, matter, issuer, recipient, revoked, items, rule, own } = served;
  const place = calendarOfPlace(served);
  return {
    ...{ service, request, matter, issuer, recipient, revoked, items, rule, own, closings },
    audience: served.audience === 'public' ? 'public' : 'parties',
    recorded: served.conduct === 'recorded',
    // A service that was made without one counts where the rule does.
    setting: place === null ? {} : { recipient: { holidays: place, ...(served.zone ? { zone: served.zone } : {}) } },
    served: servedIn(entries) ?? { at: served.servedAt.toISOString() },
    events: cellEventsIn(entries),
  };
}

export interface Worked {
  /** null: all of them */
  readonly items: readonly number[] | null;
  readonly due: Pick<DueResult, 'on' | 'working'>;
}

/** The working as it stands: one for all items, or one for those that share it. */
export function workingsOf(clocked: Counted): readonly Worked[] {
  const dueOf = duesOf(clocked, clocked.events);
  const only = (item: number) => {
    const { on, working } = dueOf(item);
    return { on, working };
  };
  return grouped(clocked, clocked.events, only).map(({ items, one }) => ({ items, due: one }));
}

const someItems = z.array(z.number()).nullable().optional();
const asTold = z.object({
  due: z.object({
    on: z.string().optional(),
    after: z.string().nullable().optional(),
    working: z.array(z.string()),
    states: z.array(z.object({ cells: z.array(z.object({ items: someItems, on: z.string().nullable() })) })).optional(),
  }),
  items: someItems,
  event: z.object({ items: someItems }).nullable().optional(),
  cells: z
    .array(z.object({ items: z.array(z.number()).nullable(), on: z.string(), working: z.array(z.string()) }))
    .optional(),
});

/** The working that an entry carries, for all items or for those that share it; empty where it is about no date. */
export function workingsTold(body: unknown): readonly Worked[] {
  const told = asTold.safeParse(body);
  if (!told.success) return [];
  const { due, cells } = told.data;
  if (cells) return cells.map(({ items, on, working }) => ({ items, due: { on, working } }));
  const on = due.on ?? due.after ?? null;
  // What moved some items alone is the working of those; where items differ anyhow, of those that have that date.
  const same = due.states?.at(-1)?.cells.find((cell) => cell.on === on)?.items;
  return [{ items: told.data.items ?? told.data.event?.items ?? same ?? null, due: { on, working: due.working } }];
}

/** One thing that moved the clock, as it was told. */
export interface Move {
  readonly entry: string;
  readonly kind: string;
  readonly by: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string;
  readonly items: readonly number[] | null;
  readonly cause: string | null;
  readonly asked: boolean | null;
  readonly until: string | null;
  readonly tolled: string | null;
  readonly servedAt: string | null;
  /** what it means where a fact moved many clocks at once: the type of the event, and the order that is named */
  readonly event: { readonly type: string; readonly order?: string | undefined } | null;
}

const told = z.object({
  reason: z.string(),
  due: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
  items: z.array(z.number()).nullable().default(null),
  cause: z.string().nullable().default(null),
  asked: z.boolean().nullable().default(null),
  until: z.string().nullable().default(null),
  tolled: z.string().nullable().default(null),
  servedAt: z.string().nullable().default(null),
  event: z
    .object({ type: z.string(), order: z.string().optional(), items: z.array(z.number()).optional() })
    .nullable()
    .default(null),
});

export const MOVING_KINDS = [
  'due.extended',
  'clock.tolled',
  'clock.resumed',
  'service.corrected',
  'due.recounted',
] as const;
const KINDS = new Set<string>(MOVING_KINDS);

/** What moved the clock, in the order of the stream. */
export function movesIn(entries: readonly (Recorded & { readonly by: string })[]): readonly Move[] {
  return entries.flatMap((entry) => {
    if (!KINDS.has(entry.kind)) return [];
    const { due, ...rest } = told.parse(entry.body);
    const { id, kind, by, occurredAt, recordedAt } = entry;
    const items = rest.items ?? rest.event?.items ?? null;
    // What a recount names as its cause is an entry, not a word.
    const cause = kind === 'due.recounted' ? null : rest.cause;
    return [
      { entry: id, kind, by, occurredAt, recordedAt, before: due.before, after: due.after, ...rest, items, cause },
    ];
  });
}

/** Pauses that nothing ended yet and that name no end of their own. */
export function openPauses(moves: readonly Move[]): readonly Move[] {
  const ended = new Set(moves.flatMap((move) => move.tolled ?? []));
  return moves.filter((move) => move.kind === 'clock.tolled' && !ended.has(move.entry));
}

/** What stood when a page was made: the last thing that moved the clock, '' for none. */
export const seenOf = (moves: readonly Move[]): string => moves.at(-1)?.entry ?? '';

/** @throws RuleRefusal `clock-moved` where something moved the clock since a page was made */
export function sameAsSeen(moves: readonly Move[], seen: string): void {
  if (seenOf(moves) === seen) return;
  throw new RuleRefusal('clock-moved', {
    what: t('clock.moved-meanwhile'),
    lost: t('clock.lost.typed'),
    next: t('clock.moved-meanwhile.next'),
  });
}
