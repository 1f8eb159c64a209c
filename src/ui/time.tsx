/** Times and dates written out for people, in a stated zone, with the exact instant in `<time>`. Never guesses a zone. */
import { locale } from '../base/language.ts';
import { DEFAULT_ZONE } from './context.ts';

export interface TimeText {
  /** "24 Jan 2018, 12:00 ET" */
  readonly text: string;
  /** RFC 3339 in UTC */
  readonly iso: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, seconds: boolean): Intl.DateTimeFormat {
  const key = `${locale()} ${zone} ${seconds}`;
  let f = formats.get(key);
  if (!f) {
    f = new Intl.DateTimeFormat(locale(), {
      timeZone: zone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      ...(seconds ? { second: '2-digit' as const } : {}),
      hourCycle: 'h23',
      timeZoneName: 'shortGeneric',
    });
    formats.set(key, f);
  }
  return f;
}

/** Writes an instant out: "24 Jan 2018, 12:00 ET"; `weekday` puts "Wed" before it, `seconds` adds them. */
export function timeText(
  at: Date,
  zone: string = DEFAULT_ZONE,
  options: { readonly weekday?: boolean; readonly seconds?: boolean } = {},
): TimeText {
  const parts = format(zone, options.seconds === true).formatToParts(at);
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.find((p) => p.type === type)?.value ?? '';
  const clock = [get('hour'), get('minute'), ...(options.seconds ? [get('second')] : [])].join(':');
  const day = `${options.weekday ? `${get('weekday')} ` : ''}${get('day')} ${get('month')} ${get('year')}`;
  return {
    text: `${day}, ${clock} ${get('timeZoneName').replace('GMT', 'UTC').replace(/\+0$/, '')}`,
    iso: at.toISOString(),
  };
}

/** A date without a time, from `YYYY-MM-DD`: "23 Feb 2018", with `weekday` "Fri 23 Feb 2018". Other text comes back as it is. */
export function dateText(ymd: string, weekday = false): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(ymd) ? new Date(`${ymd}T00:00:00Z`) : null;
  if (!at || Number.isNaN(at.getTime())) return ymd;
  const [text] = timeText(at, 'UTC', { weekday }).text.split(',');
  return text ?? ymd;
}

/** Value for `<input type="datetime-local">`: the wall clock of `at` in `zone`, to the minute. */
export function localInput(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.find((p) => p.type === type)?.value ?? '';
  return `${get('year')}-${get('month')}-${get('day')}T${get('hour')}:${get('minute')}`;
}

export function Time({
  at,
  zone,
  weekday,
  seconds,
  dayOnly,
}: {
  at: Date;
  zone?: string;
  weekday?: boolean;
  seconds?: boolean;
  /** the hour is not known: the day stands alone */
  dayOnly?: boolean | undefined;
}) {
  const t = timeText(at, zone, { weekday: weekday === true, seconds: seconds === true });
  if (dayOnly) return <time datetime={localInput(at, zone ?? DEFAULT_ZONE).slice(0, 10)}>{t.text.split(',')[0]}</time>;
  return <time datetime={t.iso}>{t.text}</time>;
}

/** A calendar date (`YYYY-MM-DD`) without a zone, such as a due date. */
export function Day({ on, weekday }: { on: string; weekday?: boolean }) {
  return <time datetime={on}>{dateText(on, weekday === true)}</time>;
}
