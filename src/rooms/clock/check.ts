/** What nobody may write down about a clock, each refusal by its name. Pure; reading is never refused: late facts must not make a record unreadable. */
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { daySaid } from './day-said.ts';
import { dayOf } from './days.ts';
import { serviceOf } from './due.ts';
import type { CalendarEvent, CellEvent, Service, When } from './events.ts';
import { datedOn } from './pauses.ts';
import { dayIn } from './zone.ts';

function refuse(code: string, what: string): RuleRefusal {
  return new RuleRefusal(code, { what, lost: t('clock.lost.changed'), next: t('clock.check.next') });
}

/** Days of a closing; ten years of them are no closing any more. */
const LONGEST = 3660;

/** Where several things are wrong, which of them is named must not follow the order of recording: what is said is looked at in order. */
const inOrder = <T extends CalendarEvent | CellEvent>(events: readonly T[]): readonly T[] =>
  events
    .map((event) => ({ event, text: JSON.stringify(event) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ event }) => event);

/** @throws RuleRefusal `ends-before-it-begins`, `closing-too-long` */
export function checkClosings(events: readonly CalendarEvent[]): void {
  for (const event of inOrder(events)) {
    if (event.type !== 'closing' || !('until' in event)) continue;
    const days = dayOf(event.until) - dayOf(event.from);
    if (days < 0) throw refuse('ends-before-it-begins', t('clock.check.closing-ends', { name: event.name }));
    if (days > LONGEST)
      throw refuse('closing-too-long', t('clock.check.closing-long', { name: event.name, days: LONGEST }));
  }
}

/**
 * Dates before service, ends before beginnings, an order that stays and compels at once, ends of pauses that never were.
 * @throws RuleRefusal `date-before-service`, `ends-before-it-begins`, `dated-after-it-began`, `order-stays-and-compels`, `not-paused`
 */
export function checkEvents(
  given: { readonly service: Service },
  recorded: readonly CellEvent[],
  at: (moment: When) => number,
  zone: string,
): void {
  const events = inOrder(recorded);
  const day = (moment: When) => (moment.length === 10 ? dayOf(moment) : dayIn(zone, Date.parse(moment)));
  const dayServed = (one: Service) => day('at' in one ? one.at : one.on);
  const served = Math.min(dayServed(given.service), dayServed(serviceOf(given.service, events, at).service));
  const pausing = new Set<string>();
  for (const event of events) {
    if (event.type === 'tolled' || event.type === 'stayed' || event.type === 'compelled') pausing.add(event.id ?? '');
    if (event.type !== 'service-corrected' && day(event.at) < served) {
      throw refuse(
        'date-before-service',
        t('clock.check.before-service', { day: daySaid(day(event.at)), served: daySaid(served) }),
      );
    }
    if ((event.type === 'compelled' || event.type === 'extended') && 'to' in event && dayOf(event.to) < served) {
      throw refuse(
        'date-before-service',
        t('clock.check.before-service', { day: daySaid(dayOf(event.to)), served: daySaid(served) }),
      );
    }
    if ('dated' in event && event.dated !== undefined && dayOf(event.dated) > day(event.at)) {
      throw refuse(
        'dated-after-it-began',
        t('clock.check.dated', {
          order: event.order,
          dated: daySaid(dayOf(event.dated)),
          day: daySaid(day(event.at)),
        }),
      );
    }
    if (
      (event.type === 'tolled' || event.type === 'stayed') &&
      event.until !== undefined &&
      at(event.until) < at(event.at)
    ) {
      throw refuse(
        'ends-before-it-begins',
        t('clock.check.pause-ends', { until: daySaid(day(event.until)), from: daySaid(day(event.at)) }),
      );
    }
  }
  for (const event of events) {
    if ((event.type === 'resumed' || event.type === 'lifted') && !pausing.has(event.of)) {
      throw refuse('not-paused', t('clock.check.not-paused', { id: event.of }));
    }
    if (event.type !== 'compelled') continue;
    const both = events.find(
      (other) =>
        other.type === 'stayed' &&
        meet(other.items, event.items) &&
        (other.order === event.order
          ? overlaps(other, event, day)
          : datedOn(other, { day, at }) === datedOn(event, { day, at })),
    );
    if (both) {
      throw refuse(
        'order-stays-and-compels',
        t('clock.check.stays-and-compels', {
          order: event.order,
          to: daySaid(dayOf(event.to)),
          from: daySaid(day(both.at)),
        }),
      );
    }
  }
}

/** Whether two events touch the same item; an event without items touches all. */
const meet = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean =>
  a === undefined || b === undefined || a.some((item) => b.includes(item));

/** Whether a stay still stands on the day by which an order compels, or begins no later than that. */
function overlaps(
  stay: Extract<CellEvent, { type: 'stayed' }>,
  order: Extract<CellEvent, { type: 'compelled' }>,
  day: (moment: When) => number,
): boolean {
  return day(stay.at) <= dayOf(order.to) && (stay.until === undefined || day(stay.until) > day(order.at));
}
