/** Between instants and calendar days of a time zone. Keeps each zone's offsets once found; never reads the time itself. */
import { Temporal } from 'temporal-polyfill';
import type { Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { daySaid } from './day-said.ts';
import { type Day, isoOf } from './days.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

interface Span {
  readonly from: Millis;
  /** first instant that is no longer in it */
  readonly until: Millis;
  readonly offset: Millis;
}

// Offsets change a few times a year: asking the zone for each of 100,000 instants would cost more than all counting.
const spans = new Map<string, Span[]>();

function offsetAt(zone: string, at: Millis): Millis {
  const known = spans.get(zone) ?? [];
  if (known.length === 0) spans.set(zone, known);
  for (const span of known) if (at >= span.from && at < span.until) return span.offset;
  const here = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  // "previous" is strictly before: one nanosecond later, a change at this very instant is found too.
  const before = here.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  const after = here.getTimeZoneTransition('next');
  const span = {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: after?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: here.offsetNanoseconds / 1e6,
  };
  known.push(span);
  return span.offset;
}

/** The calendar day of an instant in a zone. */
export const dayIn = (zone: string, at: Millis): Day => Math.floor((at + offsetAt(zone, at)) / DAY);

/** `17:02`, the wall clock of an instant in a zone. */
export function timeIn(zone: string, at: Millis): string {
  const local = at + offsetAt(zone, at);
  const minutes = Math.floor((local - Math.floor(local / DAY) * DAY) / MINUTE);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const starts = new Map<string, Map<Day, Millis>>();

/** The first instant of a day in a zone. Midnight as a rule; where summer time skips midnight, the first instant after it. */
export function startOf(zone: string, day: Day): Millis {
  const known = starts.get(zone) ?? new Map<Day, Millis>();
  if (known.size === 0) starts.set(zone, known);
  let at = known.get(day);
  if (at === undefined) {
    at = Temporal.PlainDate.from(isoOf(day)).toZonedDateTime(zone).epochMilliseconds;
    known.set(day, at);
  }
  return at;
}

/**
 * The instant at which the clocks of a zone show `time` on a day; where they show it twice, the first time.
 * @param time `17:00`
 * @throws RuleRefusal `cut-off-in-gap` on a day on which summer time skips that time
 */
export function instantOf(zone: string, day: Day, time: string): Millis {
  const wall = Temporal.PlainDateTime.from(`${isoOf(day)}T${time}`);
  const at = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (!at.toPlainDateTime().equals(wall)) {
    throw new RuleRefusal('cut-off-in-gap', {
      what: t('clock.cut-off', { day: daySaid(day), zone, time }),
      lost: t('clock.lost.changed'),
      next: t('clock.cut-off.next'),
    });
  }
  return at.epochMilliseconds;
}
