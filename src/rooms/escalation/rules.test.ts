/** Given a request, its ladder and a recipient, when somebody takes a step, then one entry, or one refusal by name. */
import { describe, expect, it } from 'vitest';
import { instant } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import type { Role } from '../../base/route.ts';
import { dayOf } from '../clock/days.ts';
import type { CellDue } from '../clock/rules.ts';
import { checkBody, streamOf } from '../entries.ts';
import { checkLadder, FIRST_LADDER } from '../ladder.ts';
import type { LadderStep } from './entries.ts';
import {
  type Asked,
  type AskedItem,
  nextStep,
  type Pressed,
  setLadder,
  stepFrom,
  takeStep,
  withdraw,
} from './rules.ts';

const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = (text: string) => Date.parse(text);
const ZONE = 'America/New_York';

const asked = (more: Partial<Asked> = {}): Asked => ({
  matter: uuid(1),
  issuer: uuid(2),
  audience: 'public',
  request: uuid(3),
  revoked: false,
  recorded: false,
  zone: ZONE,
  ladder: FIRST_LADDER,
  ...more,
});
// Due by the end of Wed 1 Apr 2026 in New York.
const DUE: CellDue = { on: '2026-04-01', at: at('2026-04-02T04:00:00Z'), pauses: [] };
const item = (n: number, more: Partial<AskedItem> = {}): AskedItem => ({ item: n, settled: false, due: DUE, ...more });
const recipient = (more: Partial<Pressed> = {}): Pressed => ({
  service: uuid(4),
  items: [item(1), item(2)],
  taken: 0,
  followed: false,
  ...more,
});
const pause = (kind: 'tolling' | 'stay', until: string | null) => ({
  kind,
  from: dayOf('2026-03-20'),
  until: until === null ? null : dayOf(until),
  fromAt: at('2026-03-20T12:00:00Z'),
  untilAt: until === null ? null : at(`${until}T12:00:00Z`),
  order: kind === 'stay' ? 'D. Example, No. 1:26-cv-1' : null,
  words: null,
});
const NOW = at('2026-04-02T12:00:00Z');
const command = (step: number, role: Role = 'editor') => ({
  run: uuid(5),
  step,
  role,
  words: 'Please answer.',
  leavesAt: NOW + 600_000,
});

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RuleRefusal) return error.code;
    throw error;
  }
  return 'taken';
}
const taking = (one: Pressed, step = 1, role: Role = 'editor', now = NOW, state = asked()) =>
  code(() => takeStep(state, one, command(step, role), uuid(9), now));

describe('taking a step', () => {
  it('writes one entry, in the history of the service, with what is open and the date as it stands', () => {
    const entry = takeStep(
      asked(),
      recipient({ items: [item(1, { settled: true }), item(2)] }),
      command(1),
      uuid(9),
      NOW,
    );
    checkBody(entry);
    expect(streamOf(entry)).toBe(uuid(4));
    expect(entry).toMatchObject({
      kind: 'step.taken',
      audience: 'public',
      occurredAt: instant(NOW),
      body: { step: 1, kind: 'reminder', items: [2], due: { on: '2026-04-01', at: '2026-04-02T04:00:00.000Z' } },
    });
  });

  it('may be taken from the beginning of its day on, in the zone of the rule', () => {
    expect(stepFrom({ after: 1 }, '2026-04-01', ZONE)).toBe(DUE.at);
    expect(stepFrom({ after: 0 }, '2026-04-01', ZONE)).toBe(at('2026-04-01T04:00:00Z'));
    // Summer time begins on 8 March: a day has 23 hours, and days are still days.
    expect(stepFrom({ after: -30 }, '2026-04-01', ZONE)).toBe(at('2026-03-02T05:00:00Z'));
    expect(taking(recipient(), 1, 'editor', at('2026-04-02T04:00:00Z') - 1)).toBe('too-early');
    expect(taking(recipient(), 1, 'editor', at('2026-04-02T04:00:00Z'))).toBe('taken');
  });

  it('is refused by name', () => {
    expect(taking(recipient(), 1, 'editor', NOW, asked({ revoked: true }))).toBe('request-revoked');
    expect(taking(recipient(), 1, 'editor', NOW, asked({ recorded: true }))).toBe('request-recorded');
    expect(taking(recipient(), 7)).toBe('no-such-step');
    expect(taking(recipient(), 1, 'editor', NOW, asked({ ladder: [] }))).toBe('no-such-step');
    expect(taking(recipient(), 1, 'viewer')).toBe('not-your-role');
    const late = at('2026-06-01T12:00:00Z');
    expect(taking(recipient({ taken: 2 }), 3, 'editor', late)).toBe('not-your-role');
    expect(taking(recipient({ taken: 2 }), 3, 'owner', late)).toBe('step-is-a-subpoena');
    expect(taking(recipient({ taken: 1 }))).toBe('step-taken-already');
    expect(taking(recipient(), 2, 'editor', late)).toBe('earlier-step-first');
    expect(taking(recipient({ followed: true }))).toBe('followed-already');
    const done = [item(1, { settled: true }), item(2, { settled: true })];
    expect(taking(recipient({ items: done }))).toBe('item-answered');
  });

  it('is not taken while the clock stands, and says what holds it', () => {
    const held = (kind: 'tolling' | 'stay', until: string | null) => {
      const due = {
        on: until === null ? null : '2026-04-01',
        at: until === null ? null : DUE.at,
        pauses: [pause(kind, until)],
      };
      return recipient({ items: [item(1, { due })] });
    };
    expect(taking(held('tolling', null))).toBe('clock-paused');
    expect(taking(held('stay', null))).toBe('clock-stayed');
    expect(taking(held('tolling', '2026-04-20'))).toBe('clock-paused');
    expect(taking(held('tolling', '2026-03-25'))).toBe('taken');
  });

  it('leaves out items whose clock stands or whose day has not come', () => {
    const later = { on: '2026-05-01', at: at('2026-05-02T04:00:00Z'), pauses: [] };
    const stayed = { on: null, at: null, pauses: [pause('stay', null)] };
    const items = [item(1), item(2, { due: later }), item(3, { due: stayed })];
    expect(takeStep(asked(), recipient({ items }), command(1), uuid(9), NOW).body).toMatchObject({ items: [1] });
  });
});

describe('a ladder', () => {
  const step = (n: number, kind: LadderStep['kind'], after: number): LadderStep => ({
    step: n,
    kind,
    who: 'editor',
    after,
  });

  it('goes from milder to harder, never earlier, and ends with a subpoena', () => {
    expect(code(() => checkLadder(FIRST_LADDER))).toBe('taken');
    expect(
      code(() => checkLadder([step(1, 'reminder', -7), step(2, 'reminder', -1), step(3, 'final notice', 3)])),
    ).toBe('taken');
    expect(code(() => checkLadder([step(1, 'final notice', 1), step(2, 'reminder', 2)]))).toBe('ladder-order');
    expect(code(() => checkLadder([step(2, 'reminder', 1)]))).toBe('ladder-order');
    expect(code(() => checkLadder([step(1, 'reminder', 5), step(2, 'final notice', 4)]))).toBe('ladder-days');
    expect(code(() => checkLadder([step(1, 'subpoena', 5), step(2, 'subpoena', 6)]))).toBe('ladder-subpoena');
  });

  it('is set by an entry of the request; what was taken stays what it was', () => {
    const entry = setLadder({ ...asked(), reached: 1 }, FIRST_LADDER, uuid(9), NOW);
    checkBody(entry);
    expect(streamOf(entry)).toBe(uuid(3));
    const other = [step(1, 'final notice', 3)];
    expect(code(() => setLadder({ ...asked(), reached: 1 }, other, uuid(9), NOW))).toBe('step-was-taken');
    expect(code(() => setLadder({ ...asked(), reached: 0 }, other, uuid(9), NOW))).toBe('taken');
    expect(code(() => setLadder({ ...asked({ revoked: true }), reached: 0 }, other, uuid(9), NOW))).toBe(
      'request-revoked',
    );
    expect(nextStep(FIRST_LADDER, 1)?.kind).toBe('final notice');
    expect(nextStep(FIRST_LADDER, 3)).toBeNull();
  });
});

it('notices can be taken back until just before they leave', () => {
  const run = (withdrawn: boolean, leavesAt: number) => ({ ...asked(), run: uuid(5), withdrawn, leavesAt });
  const entry = withdraw(run(false, NOW + 60_000), 'Sent by mistake.', uuid(9), NOW);
  checkBody(entry);
  expect(streamOf(entry)).toBe(uuid(3));
  expect(code(() => withdraw(run(false, NOW + 1_000), 'Late.', uuid(9), NOW))).toBe('notices-left');
  expect(code(() => withdraw(run(true, NOW + 60_000), 'Again.', uuid(9), NOW))).toBe('already-withdrawn');
});
