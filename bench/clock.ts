/**
 * `npm run bench -- clock`: 100,000 open due dates computed anew after a holiday was added, the pure part: services over a year, at
 * any time of day, in 50 states by their own calendars, one in ten with a pause and an extension. Loading the holidays is in it. The
 * reference is a bare walk over days for the same services, which knows no holidays, zones or events. A second line is the server's whole
 * recount, in recount.ts.
 */

import { counterFor } from '../src/rooms/clock/due.ts';

import { calendarEvent } from '../src/rooms/clock/events.ts';
import type { CountRule } from '../src/rooms/clock/rule.ts';
import { type BenchLine, isRole, median, report, round, runRole } from './lib.ts';
import { recountLine } from './recount.ts';

const SERVICES = 100_000;
const GOAL = 5;
const ROUNDS = 5;
const DAY = 86_400_000;
const STATES = ['CA', 'WA', 'IL', 'VA', 'CO', 'NY', 'TX', 'PA', 'NJ', 'MI'] as const;
const START = Date.parse('2026-01-05T14:00:00Z');

const rule: CountRule = {
  type: 'count',
  count: 20,
  unit: 'business days',
  zone: 'America/New_York',
  holidays: 'US',
  whose: 'recipient',
  roll: 'next business day',
  cutOff: '17:00',
  receivedOn: 'business days',
  mailDays: 3,
  preset: null,
};

/** Spread over a year by a step that no week divides. */
const servedAt = (i: number) => START + ((i * 7919) % 365) * DAY + ((i * 104_729) % 1440) * 60_000;

function ours(): { seconds: number; moved: number } {
  const dates = (closings: Parameters<typeof counterFor>[1]) => {
    const counters = STATES.map((state) => counterFor(rule, { ...closings, recipient: { holidays: `US-${state}` } }));
    const on: string[] = [];
    for (let i = 0; i < SERVICES; i++) {
      const at = servedAt(i);
      const events =
        i % 10 === 0
          ? [
              { type: 'tolled' as const, at: day(at + 3 * DAY), until: day(at + 9 * DAY) },
              { type: 'extended' as const, at: day(at + 10 * DAY), to: day(at + 60 * DAY) },
            ]
          : undefined;
      const found = counters[i % counters.length]?.date({ at: new Date(at).toISOString() }, events);
      on.push(found?.on ?? '');
    }
    return on;
  };
  const start = performance.now();
  const after = dates({ closings: [calendarEvent.parse({ type: 'holiday', on: '2026-06-12', name: 'added' })] });
  const seconds = (performance.now() - start) / 1000;
  const before = dates({});
  return { seconds, moved: after.filter((on, i) => on !== before[i]).length };
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Monday to Friday, day by day, on UTC dates. */
function bare(): { seconds: number } {
  const start = performance.now();
  let sum = 0;
  for (let i = 0; i < SERVICES; i++) {
    const date = new Date(servedAt(i));
    for (let counted = 0; counted < rule.count; ) {
      date.setUTCDate(date.getUTCDate() + 1);
      if (date.getUTCDay() % 6 !== 0) counted++;
    }
    sum += date.getTime();
  }
  if (sum === 0) throw new Error('nothing was counted');
  return { seconds: (performance.now() - start) / 1000 };
}

/** Runs the benchmark, prints its lines and returns them. */
export async function run(): Promise<readonly BenchLine[]> {
  const times = { ours: [] as number[], bare: [] as number[] };
  let moved = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const result = await runRole(import.meta.url, 'ours');
    times.ours.push(result['seconds'] ?? Number.NaN);
    moved = result['moved'] ?? 0;
    times.bare.push((await runRole(import.meta.url, 'bare'))['seconds'] ?? Number.NaN);
  }
  if (moved === 0) throw new Error('the holiday moved no date');
  const mine = median(times.ours);
  const pure = report({
    bench: 'clock',
    work: `${SERVICES} open due dates anew after a holiday, of which ${moved} move`,
    unit: 's',
    ours: round(mine),
    reference: round(median(times.bare)),
    referenceName: 'a bare walk over weekdays for the same services',
    ratio: round(mine / median(times.bare)),
    goal: `≤ ${GOAL} s`,
    met: mine <= GOAL,
  });
  return [pure, await recountLine()];
}

const print = (result: object) => process.stdout.write(`${JSON.stringify(result)}\n`);
if (isRole('ours')) print(ours());
if (isRole('bare')) print(bare());
