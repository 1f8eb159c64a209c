/** What memory says of a request's history is what the database says, as of any time on either axis. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { requestOf, testMatter } from '../../test/support/matter.ts';
import { DISPOSITIONS } from '../rooms/answers/entries.ts';
import { moveDue } from '../rooms/clock/moving.ts';
import { clockedOf } from '../rooms/clock/rules.ts';
import { facets } from './board-counts.ts';
import { ANSWER_FILTERS, type BoardFilter, CLOCK_FILTERS, DETERMINATION_FILTERS } from './board-filter.ts';
import { narrowed } from './board-narrowed.ts';
import { facetsOf } from './board-replay.ts';
import type { AsOfPoint } from './cut.ts';

let t: TestLedger;
beforeAll(async () => {
  t = await testLedger();
});
afterAll(() => t.close());

const MINUTE = 60_000;
const DAY = 86_400_000;
const FILTERS: readonly BoardFilter[] = [
  ...ANSWER_FILTERS.map((answer) => ({ answer })),
  ...DETERMINATION_FILTERS.map((determination) => ({ determination })),
  ...CLOCK_FILTERS.map((clock) => ({ clock })),
];
/** What only the database tells. */
const LEFT = ['tolled', 'stayed', 'late'];

it('counts and narrows as SQL does', async () => {
  const start = t.clock.now();
  const m = await testMatter(t, { recipients: 8, items: 3 });
  const request = await requestOf(t, m);
  const services = await t.db.selectFrom('view.service').selectAll().where('request', '=', request.id).execute();
  let seed = 11;
  const pick = (n: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(seed / 65_536) % n;
  };
  const answers: { service: number; item: number; answer: string }[] = [];
  const move = async (n: number, items: readonly number[] | null, paused: boolean) => {
    const id = m.services[n] ?? '';
    const service = services.find((one) => one.id === id);
    if (!service) throw new Error('no such service');
    const clocked = clockedOf(
      {
        ...{
          service: id,
          request: request.id,
          matter: request.matter,
          issuer: request.issuer,
          recipient: service.recipient,
        },
        ...{
          audience: 'public',
          conduct: 'served',
          revoked: false,
          items: [1, 2, 3],
          rule: request.dueRule,
          own: new Map(),
        },
        ...{ servedAt: service.occurred_at, ocdId: null, zone: null, state: null },
      },
      [],
      [],
    );
    const now = t.clock.now();
    const command = paused
      ? ({
          do: 'toll',
          items,
          cause: 'other',
          from: now - MINUTE,
          until: pick(2) ? now + 3 * MINUTE : null,
          reason: 'Agreed.',
        } as const)
      : ({
          do: 'extend',
          items,
          to: null,
          by: { count: 10 + pick(9), unit: 'days' },
          asked: true,
          reason: 'Asked.',
        } as const);
    await t.ledger.append({ key: t.newId(), entries: [moveDue(clocked, command, t.newId(), now)] });
  };
  const moments: number[] = [start];
  for (let i = 0; i < 40; i++) {
    t.clock.tick(MINUTE);
    const known = answers[pick(Math.max(1, answers.length))];
    if (i % 9 === 4) await move(pick(8), i % 2 === 0 ? null : [1 + pick(3)], i % 4 === 1);
    else if (i % 3 === 2 && known)
      await m.determine(known.service, known.item, known.answer, pick(2) ? 'deficient' : 'accepted');
    else {
      const [service, item] = [pick(8), 1 + pick(3)];
      // Some are told late: they happened long before they were written.
      const happened = pick(4) === 0 ? start + pick(30 * MINUTE) : undefined;
      const { answer } = await m.answer(service, item, DISPOSITIONS[pick(5)] ?? 'produced', happened);
      answers.push({ service, item, answer });
    }
    if (i % 5 === 0) moments.push(t.clock.now());
  }
  await m.serve('Place 999', 'Sample State');
  moments.push(t.clock.now());
  const points: (AsOfPoint | undefined)[] = moments.flatMap((ms) =>
    (['recorded', 'occurred'] as const).map((axis) => ({ axis, at: new Date(ms) })),
  );
  let compared = 0;
  const some = new Map<string, number>();
  for (const asOf of [undefined, ...points]) {
    for (const now of [asOf?.at ?? new Date(t.clock.now()), new Date(t.clock.now() + 31 * DAY)]) {
      for (const filter of FILTERS) {
        const stand = await narrowed(t.db, { request, filter, now, ...(asOf ? { asOf } : {}) });
        expect(facetsOf(await stand.replay())).toEqual(await facets(t.db, request, stand.cut));
        for (const condition of stand.conditions) {
          if (!('sql' in condition)) continue;
          const [name = ''] = Object.values(filter);
          if (!condition.key.startsWith('["served"')) expect(condition.holds === undefined).toBe(LEFT.includes(name));
          if (!condition.holds) continue;
          const holds = condition.holds(await stand.replay());
          const { rows } = await sql<{ n: number; fits: boolean }>`
            select (row_number() over (order by s.seq) - 1)::int as n, (${condition.sql(null)}) as fits
            from view.service s where s.request = ${request.id} and s.seq <= ${stand.cut.last} order by s.seq`.execute(
            t.db,
          );
          expect(
            rows.map(({ n }) => holds(n)),
            `${condition.key} ${asOf?.axis} ${asOf?.at.toISOString()}`,
          ).toEqual(rows.map(({ fits }) => fits === true));
          compared++;
          some.set(name, (some.get(name) ?? 0) + rows.filter(({ fits }) => fits).length);
        }
      }
    }
  }
  expect(compared).toBeGreaterThan(300);
  for (const name of [
    'produced',
    'unanswered',
    'deficient',
    'not reviewed',
    'to review',
    'paused',
    'running',
    'overdue',
  ])
    expect(some.get(name), name).toBeGreaterThan(0);
});
