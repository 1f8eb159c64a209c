/**
 * The working of a due date in the reader's language. Entries hold it as the sentences in which it was told (count.ts, due.ts, moves.ts, pauses.ts),
 * and those never change; here each is known again by its form and said with the same dates, numbers and quoted words. A sentence that is
 * not known, as an older version may have written it, stays as it is, and so do names of holidays and the words of parties and courts.
 */
import { ENGLISH, language, locale, t } from '../../base/language.ts';
import { dateText } from '../../ui/time.tsx';
import { WEEKDAYS } from './days.ts';

const MONTHS = /Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec/.source.split('|');
const DAY = `(?:${WEEKDAYS.map((name) => name.slice(0, 3)).join('|')}) \\d{1,2} (?:${MONTHS.join('|')}) \\d{1,4}`;
const MANY = /\d+ (?:business days?|days?|weeks?|months?)/.source;
/** What stands for @name in a form; anything else is text of any length. */
const KINDS: Readonly<Record<string, string>> = {
  day: DAY,
  to: DAY,
  past: DAY,
  time: '\\d{2}:\\d{2}',
  n: '\\d+',
  many: MANY,
};

type Groups = Readonly<Record<string, string | undefined>>;
type Form = readonly [RegExp, (given: Groups) => string];

/** A form of sentence with its gaps, `@day`, `@words`, as a pattern for the whole of it. */
const form = ({ source }: RegExp): RegExp =>
  new RegExp(`^${source.replaceAll(/@([a-z]+)/g, (_, name: string) => `(?<${name}>${KINDS[name] ?? '.+?'})`)}$`, 's');

/** "Fri 23 Feb 2018" → that day, as the reader's language writes it. */
function day(text = ''): string {
  const [, date = '', month = '', year = ''] = text.split(' ');
  const two = (n: number | string) => String(n).padStart(2, '0');
  return dateText(`${year.padStart(4, '0')}-${two(MONTHS.indexOf(month) + 1)}-${two(date)}`, true);
}

/** "20 business days" */
function many(text = ''): string {
  const [count = '', ...unit] = text.split(' ');
  const n = Number(count);
  switch (unit.join(' ').replace(/s$/, '')) {
    case 'business day':
      return t('clock.many.business-days', { n });
    case 'week':
      return t('clock.many.weeks', { n });
    case 'month':
      return t('clock.many.months', { n });
    default:
      return t('clock.many.days', { n });
  }
}

// 5 January 1970 was a Monday.
const WEEKDAY = new Map(WEEKDAYS.map((name, i) => [name as string, 4 + i]));

/** Why a day is closed: the name of a weekday, or that of a holiday as its calendar has it. */
function closed(why = ''): string {
  const at = WEEKDAY.get(why);
  if (at === undefined) return why;
  return new Intl.DateTimeFormat(locale(), { weekday: 'long', timeZone: 'UTC' }).format(at * 86_400_000);
}

const LISTED = new RegExp(`(${DAY}) \\((.*?)\\)(?=, (?:${DAY}|and \\d+ more)|$)`, 'gs');
const MORE = /and (\d+) more$/;

/** "Mon 19 Feb 2018 (Washington's Birthday), and 2 more" */
const listOf = (text = ''): string =>
  text
    .replaceAll(LISTED, (_, on: string, why: string) => t('clock.how.closed-day', { day: day(on), why: closed(why) }))
    .replace(MORE, (_, n: string) => t('clock.how.closed-more', { n }));

const PAUSE = form(/stayed by @rest/);

/** "tolled: words; stayed by a court: words" */
const pauses = (text = ''): string =>
  text
    .split(/; (?=tolled(?:: |; |$)|stayed by )/)
    .map((one) => {
      const rest = PAUSE.exec(one)?.groups?.rest;
      if (rest !== undefined) return t('clock.how.stayed', { rest });
      if (one === 'tolled') return t('clock.how.tolled');
      return one.startsWith('tolled: ') ? t('clock.how.tolled.why', { why: one.slice('tolled: '.length) }) : one;
    })
    .join('; ');

const yes = (there: unknown): string => (there === undefined ? 'no' : 'yes');
const quoted = ({ words }: Groups) => ({ words: words ?? '', said: yes(words) });
const QUOTE = /(?:: “@words”)?/.source;

const SENTENCES: readonly Form[] = [
  [/Counted under @rest\./, ({ rest = '' }) => t('clock.how.under', { citation: rest })],
  [
    new RegExp(`The date of service was corrected on @day${QUOTE}\\.`),
    (g) => t('clock.how.corrected', { day: day(g.day), ...quoted(g) }),
  ],
  [/The clock stands; the due date follows when it runs again\./, () => t('clock.how.stands')],
  [/Due by the end of @day, 24:00 in @zone\./, ({ zone = '', ...g }) => t('clock.how.due', { day: day(g.day), zone })],
  [
    /Served @day, @time \(@zone\)\./,
    ({ time = '', zone = '', ...g }) => t('clock.how.served.at', { day: day(g.day), time, zone }),
  ],
  [/Served @day \(@zone\)\./, ({ zone = '', ...g }) => t('clock.how.served', { day: day(g.day), zone })],
  [
    /That is after @time, so it counts as received on @day\./,
    ({ time = '', ...g }) => t('clock.how.after-hours', { time, day: day(g.day) }),
  ],
  [/The hour is not known; it counts as before @time\./, ({ time = '' }) => t('clock.how.hour-unknown', { time })],
  [
    /@day is no business day \(@why\), so it counts as received on @to\./,
    (g) => t('clock.how.received-later', { day: day(g.day), why: closed(g.why), to: day(g.to) }),
  ],
  [/The request names a fixed date: @day\./, (g) => t('clock.how.fixed', { day: day(g.day) })],
  [
    /The day of (?<event>service|receipt) is not counted; (?<unit>business )?day 1 is @day\./,
    ({ event = '', unit, ...g }) => t('clock.how.first-day', { event, business: yes(unit), day: day(g.day) }),
  ],
  [/Not counted: @list\./, (g) => t('clock.how.not-counted', { list: listOf(g.list) })],
  [
    /Counting Monday to Friday, business day @n is @day\. Holidays are not taken out\./,
    ({ n = '', ...g }) => t('clock.how.weekdays', { n, day: day(g.day) }),
  ],
  [
    /Counting business days by the calendar @id, day @n is @day\./,
    ({ id = '', n = '', ...g }) => t('clock.how.by-calendar', { id, n, day: day(g.day) }),
  ],
  [
    /@many after @day is @to(?<cut>; that month has no such day, so its last day counts)?\./,
    ({ cut, ...g }) => t('clock.how.after', { many: many(g.many), day: day(g.day), to: day(g.to), cut: yes(cut) }),
  ],
  [/Day @n is @day\./, ({ n = '', ...g }) => t('clock.how.day', { n, day: day(g.day) })],
  [
    /@day is no business day(?:: @list)?; it moves to @to\./,
    ({ list, ...g }) => t('clock.how.rolls', { day: day(g.day), named: yes(list), list: listOf(list), to: day(g.to) }),
  ],
  [
    new RegExp(`@day: @order sets the date to @to${QUOTE}\\.`),
    ({ order = '', ...g }) => t('clock.how.compelled', { day: day(g.day), order, to: day(g.to), ...quoted(g) }),
  ],
  [
    new RegExp(
      `@day: @order ends an order that had set the date${QUOTE}; the date before it stands again(?:, and as it has passed meanwhile, @past)?\\.`,
    ),
    ({ order = '', past, ...g }) =>
      t('clock.how.lifted', {
        ...{ day: day(g.day), order, named: order === 'an order' ? 'no' : 'yes' },
        ...{ passed: yes(past), past: past === undefined ? '' : day(past), ...quoted(g) },
      }),
  ],
  [
    new RegExp(`@day: the issuer extends to @to${QUOTE}(?<late>\\.|; that is no later than the date that stands\\.)`),
    ({ late, ...g }) =>
      t('clock.how.extended', { day: day(g.day), to: day(g.to), ...quoted(g), later: late === '.' ? 'yes' : 'no' }),
  ],
  [
    new RegExp(`@day: the issuer extends by @many${QUOTE}\\.`),
    (g) => t('clock.how.extended.by', { day: day(g.day), many: many(g.many), ...quoted(g) }),
  ],
  [
    /The clock had run out before @day \(@why\); that changes nothing\./,
    (g) => t('clock.how.run-out', { day: day(g.day), why: pauses(g.why) }),
  ],
  [
    /Paused @day(?: to @to| on) \(@why\); (?:the rest of that day is left|@many left)\./,
    ({ to, many: left, ...g }) =>
      t('clock.how.paused', {
        ...{ day: day(g.day), ended: yes(to), to: to === undefined ? '' : day(to), why: pauses(g.why) },
        ...{ some: yes(left), left: left === undefined ? '' : many(left) },
      }),
  ],
  [
    /It runs again after @day: what is left ends on @to\./,
    (g) => t('clock.how.runs-again', { day: day(g.day), to: day(g.to) }),
  ],
  [
    /Served by mail: @many are added after that, to @day\./,
    (g) => t('clock.how.by-mail', { many: many(g.many), day: day(g.day) }),
  ],
];

/** Every form of sentence, with how it is said. */
export const FORMS = SENTENCES.map(([sentence, say]): Form => [form(sentence), say]);

/** One sentence of a working in the language of what is going on; as it is where its form is not known. */
export function stepSaid(step: string): string {
  for (const [known, say] of FORMS) {
    const found = known.exec(step);
    if (found) return say(found.groups ?? {});
  }
  return step;
}

/** A working as it is shown: in English as it was told, in other languages sentence by sentence. */
export const workingSaid = (steps: readonly string[]): readonly string[] =>
  language() === ENGLISH ? steps : steps.map(stepSaid);
