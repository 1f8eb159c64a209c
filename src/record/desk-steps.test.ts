/** The lists of who is due for a step, in SQL, hold exactly those with whom the rules let a person take it, whatever the items' states. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, placesCsv, testDesk } from '../../test/support/desk.ts';
import { RuleRefusal } from '../base/errors.ts';
import type { Entry } from '../proof/index.ts';
import { projectClock } from '../rooms/clock/view.ts';
import { askedOf, pressedOf } from '../rooms/escalation/facts.ts';
import { stepFor } from '../rooms/escalation/rules.ts';
import { serveDraft } from '../rooms/requests/serve.ts';
import { countDueSteps, listDueStep } from './desk-steps.ts';

const PLACES = 400;
const DAY = 86_400_000;

let desk: Desk;
let request: string;
let matter: string;
let services: readonly string[];
beforeAll(async () => {
  desk = await testDesk();
  matter = await desk.openMatter('who-is-due');
  request = await serveDraft(
    desk.services,
    await desk.draft(matter, placesCsv(PLACES), { items: ['One.', 'Two.', 'Three.'] }),
  );
  const rows = await desk.t.db.selectFrom('view.service').select('id').where('request', '=', request).execute();
  services = rows.map(({ id }) => id);
});
afterAll(() => desk.close());

interface Cell {
  /** days from now at which the day of the date ends; null while the clock stands */
  readonly due: number | null;
  /** days from now at which its pause ends */
  readonly until: number | null;
}
interface State {
  /** null: the one date that was served */
  readonly cells: readonly Cell[] | null;
  readonly said: readonly ('nothing' | 'answered' | 'sufficient' | 'deficient' | 'again' | 'found before')[];
  readonly taken: number;
}

const cell = fc.record<Cell>({
  due: fc.option(fc.integer({ min: -20, max: 6 }), { freq: 8 }),
  until: fc.option(fc.integer({ min: -3, max: 3 }), { freq: 2 }),
});
const state = fc.record<State>({
  cells: fc.oneof(
    fc.constant(null),
    fc.array(cell, { minLength: 1, maxLength: 1 }),
    fc.array(cell, { minLength: 3, maxLength: 3 }),
  ),
  said: fc.array(fc.constantFrom('nothing', 'answered', 'sufficient', 'deficient', 'again', 'found before'), {
    minLength: 3,
    maxLength: 3,
  }),
  taken: fc.constantFrom(0, 0, 0, 1, 2),
});

let seq = 1_000_000;
const stamp = () => {
  seq++;
  const at = new Date(desk.t.clock.now());
  return { seq, occurred_at: at, recorded_at: at, request };
};

/** Writes what a state says of a recipient, as the projections would. */
async function write(service: string, one: State): Promise<void> {
  const { db, clock } = desk.t;
  const midnight = Date.parse('2026-04-15T04:00:00Z');
  if (one.cells !== null) {
    const cells = one.cells.map(({ due, until }, i) => ({
      items: one.cells?.length === 1 ? null : [i + 1],
      on: due === null ? null : new Date(midnight + (due - 1) * DAY).toISOString().slice(0, 10),
      at: due === null ? null : new Date(midnight + due * DAY).toISOString(),
      pauses:
        due === null || until !== null
          ? [
              {
                kind: 'tolling',
                from: '2026-03-04',
                until:
                  due === null || until === null ? null : new Date(midnight + until * DAY).toISOString().slice(0, 10),
                fromAt: '2026-03-04T05:00:00.000Z',
                untilAt: due === null || until === null ? null : new Date(midnight + until * DAY).toISOString(),
                order: null,
                words: null,
              },
            ]
          : [],
    }));
    const body = {
      ...{ service, request, reason: 'x', items: null, to: '2026-09-01', by: null, asked: false },
      due: { before: null, after: null, working: ['x'], states: [{ from: '2026-03-03T00:00:00.000Z', cells }] },
    };
    const at = new Date(clock.now()).toISOString();
    const entry: Entry = {
      ...{ v: 1, kind: 'due.extended', id: desk.t.newId(), matter, by: desk.office.party, audience: 'public', body },
      ...{ occurredAt: at, recordedAt: at },
    };
    seq++;
    for (const { row } of projectClock(entry, seq)) {
      const json = JSON.stringify(row);
      await desk.t.pool.query('insert into view.due select * from json_populate_record(null::view.due, $1)', [json]);
    }
  }
  for (const [i, said] of one.said.entries()) {
    if (said === 'nothing') continue;
    const about = { service, item: i + 1 };
    const answers = said === 'again' || said === 'found before' ? [desk.t.newId(), desk.t.newId()] : [desk.t.newId()];
    const found = said === 'sufficient' || said === 'deficient' ? said : said === 'again' ? 'deficient' : null;
    for (const [n, answer] of answers.entries()) {
      const row = { entry: answer, answer, disposition: 'produced', documents: 0, carried_from: null };
      await db
        .insertInto('view.item_answer')
        .values({ ...stamp(), ...about, ...row })
        .execute();
      // "again": the first answer was deficient and the newest is not looked at; "found before": it was the newest that is deficient.
      const finding = said === 'found before' ? (n === 1 ? 'deficient' : 'sufficient') : n === 0 ? found : null;
      if (finding === null) continue;
      const entry = desk.t.newId();
      await db
        .insertInto('view.item_determination')
        .values({ ...stamp(), ...about, entry, finding, reasons: '', answer })
        .execute();
    }
  }
  if (one.taken > 0) {
    const row = {
      entry: desk.t.newId(),
      service,
      run: desk.t.newId(),
      step: one.taken,
      kind: 'reminder',
      due_on: '2026-04-01',
    };
    await db
      .insertInto('view.step')
      .values({ ...stamp(), ...row, items: JSON.stringify([1]) })
      .execute();
  }
}

it('are those of the rules', async () => {
  const { db, clock } = desk.t;
  const steps = [
    { step: 1, kind: 'reminder', who: 'editor', after: 1 },
    { step: 2, kind: 'final notice', who: 'editor', after: 8 },
  ];
  await db
    .insertInto('view.ladder')
    .values({ ...stamp(), entry: desk.t.newId(), steps: JSON.stringify(steps) })
    .execute();
  const states = fc.sample(state, PLACES);
  for (const [i, one] of states.entries()) await write(services[i] ?? '', one);
  clock.set(Date.parse('2026-04-15T16:00:00Z'));
  const now = clock.now();
  const asked = await askedOf(db, request);
  const pressed = await pressedOf(db, asked.of, services);
  const counted = await countDueSteps(db, { request }, new Date(now));
  for (const { step } of steps) {
    const listed = new Map(
      (await listDueStep(db, request, step, new Date(now), { size: PLACES, skip: 0 })).map((one) => [
        one.service,
        one.dueOn,
      ]),
    );
    const wrong = services.flatMap((service, i) => {
      const one = pressed.get(service);
      if (!one) throw new Error('a recipient that is not read');
      let due: string | undefined;
      try {
        due = stepFor(asked, one, step, 'owner', now).due.on;
      } catch (error) {
        if (!(error instanceof RuleRefusal)) throw error;
      }
      return due === listed.get(service) ? [] : [{ step, rules: due, list: listed.get(service), state: states[i] }];
    });
    expect(wrong).toEqual([]);
    expect(listed.size).toBeGreaterThan(step === 1 ? 40 : 3);
    expect(counted.find((one) => one.step === step)?.n).toBe(listed.size);
  }
}, 60_000);
