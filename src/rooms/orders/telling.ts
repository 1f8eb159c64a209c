/**
 * What a clock is told of an order and of those that change or end it, step by step in the order in which they were recorded: so that whatever
 * is written down late, the clock comes to the same. A span that a later fact takes out altogether is lifted before it began. Pure.
 */
import type { CellEvent } from '../clock/rules.ts';
import { type Order, orderNameTold } from './order.ts';
import { chainOf, intervalsOf, isEnding } from './touching.ts';

/** A span of time in which a chain of orders holds a clock, or sets its date. */
export interface Span {
  readonly begin: Order;
  /** the order that ended it */
  readonly until: Order | null;
  /** the last order whose words covered it */
  readonly by: Order;
  /** the day that it compels to; null for a stay */
  readonly to: string | null;
}

/** Each order of a chain that brought something under a date, or set another one. */
function compelling(chain: readonly Order[], covered: (order: Order) => boolean): readonly Span[] {
  const ended: Span[] = [];
  let open: Span[] = [];
  let to: string | null = null;
  for (const step of chain) {
    const before: string | null = to;
    to = step.compel ?? to;
    if (isEnding(step) || !covered(step)) {
      ended.push(...open.map((span) => ({ ...span, until: step })));
      open = [];
    } else if (open.length === 0 || to !== before) {
      // What another order of the chain replaced on its own day never set a date.
      open = open.filter(({ begin }) => begin.date !== step.date);
      open.push({ begin: step, by: step, until: null, to });
    }
  }
  return [...ended, ...open];
}

/** When a chain of orders held something, by what `covered` says of each; empty where it touches no clock. */
export function spansOf(chain: readonly Order[], covered: (order: Order) => boolean): readonly Span[] {
  const [original] = chain;
  if (original?.effect === 'compel') return compelling(chain, covered);
  if (original?.effect !== 'stay') return [];
  return intervalsOf(chain, covered).map((one) => ({ ...one, to: null }));
}

interface Told {
  readonly id: string;
  readonly begin: Order;
  readonly at: string;
  /** its own day, where it was made before the service */
  readonly dated: string | undefined;
  readonly to: string | null;
  readonly until: string | null;
}

/** The first line of an order's words, short enough for a step of the working. */
const wordsOf = ({ words }: Order): string => {
  const first = words.split('\n', 1)[0] ?? '';
  return first.length > 160 ? `${first.slice(0, 159).trimEnd()}…` : first;
};

const later = (a: string, b: string) => (a < b ? b : a);
const dayBefore = (day: string) => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);

function begun({ by, until }: Span, told: Told): CellEvent {
  const dated = told.dated === undefined ? {} : { dated: told.dated };
  const common = { id: told.id, at: told.at, order: orderNameTold(told.begin), ...dated };
  if (told.to !== null) return { type: 'compelled', ...common, words: wordsOf(by), to: told.to };
  return { type: 'stayed', ...common, ...(until === null ? {} : { until: until.date }), words: wordsOf(by) };
}

const lifted = (of: string, at: string, by: Order): CellEvent => ({
  type: 'lifted',
  ...{ id: by.id, at, of, order: orderNameTold(by), words: wordsOf(by) },
});

/** A name that no span of this clock had before. An order that modifies several begins a span for each. */
function nameOf({ begin }: Span, original: Order, used: ReadonlySet<string>): string {
  const own = begin.of.length < 2 ? begin.id : `${begin.id} ${original.id}`;
  if (!used.has(own)) return own;
  for (let n = 2; ; n++) if (!used.has(`${own} ${n}`)) return `${own} ${n}`;
}

/** What becomes of a date that was set and ended before it is told: both are told, or neither to who is served after it. */
export type Ended = 'told' | 'passed over';

/**
 * What a clock has to be told of the newest order of a chain.
 * @param orders those of the chain in the order in which they were recorded, the newest last
 * @param served the day of service: nothing happens to a clock before it
 */
export function tell(
  original: Order,
  orders: readonly Order[],
  covered: (order: Order) => boolean,
  served: string,
  ended: Ended = 'told',
): readonly CellEvent[] {
  const used = new Set<string>();
  let told: readonly Told[] = [];
  let events: CellEvent[] = [];
  for (const [i, newest] of orders.entries()) {
    events = [];
    const known = orders.slice(0, i + 1);
    if (!known.includes(original)) continue;
    const wanted = spansOf(chainOf(original, known), covered).filter(
      ({ until }) => until === null || until.date > served,
    );
    const matched = new Set<Span>();
    const still = told.flatMap((one): readonly Told[] => {
      const span = wanted.find(({ begin, to }) => begin.id === one.begin.id && to === one.to);
      if (!span) {
        // Taken out altogether: it ended before it began.
        const void_ = newest.date < one.begin.date ? newest.date : dayBefore(one.begin.date);
        events.push(lifted(one.id, later(void_, served), newest));
        return [];
      }
      matched.add(span);
      const until = span.until?.date ?? null;
      if (until !== null && (one.until === null || until < one.until)) events.push(lifted(one.id, until, newest));
      return [{ ...one, until }];
    });
    const fresh = wanted
      .filter((span) => !matched.has(span))
      .flatMap((span): readonly Told[] => {
        const { begin, until, to } = span;
        const one = {
          id: nameOf(span, original, used),
          ...{ begin, to, at: later(begin.date, served), until: until?.date ?? null },
          dated: begin.date < served ? begin.date : undefined,
        };
        used.add(one.id);
        if (ended === 'told' || to === null || until === null) events.push(begun(span, one));
        if (ended === 'told' && to !== null && until !== null) events.push(lifted(one.id, until.date, until));
        return [one];
      });
    told = [...still, ...fresh];
  }
  return events;
}
