import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../base/route.ts';
import { mayErase } from '../erasure/rules.ts';
import { type Concerned, liftEmbargo, moveEmbargo, putBack, setEmbargo, takeDown, untilOf } from './rules.ts';
import { type EmbargoStep, publicSince, type TakedownStep, type Withholding } from './view.ts';

const at = (text: string) => Date.parse(text);
const NOW = at('2026-03-02T15:00:00Z');
const THING: Concerned = { subject: 's', of: 'statement', matter: 'm', issuer: 'i', audience: 'public' };
const NONE: Withholding = { embargo: [], takedown: [] };
const step = (recorded: string, until: string): EmbargoStep => ({
  entry: 'e',
  what: 'moved',
  until: new Date(until),
  zone: 'UTC',
  reason: null,
  recordedAt: new Date(recorded),
});
const taken = (down: boolean): TakedownStep => ({
  entry: 'e',
  down,
  reason: 'r',
  decidedBy: 'owner',
  recordedAt: new Date(NOW),
});
const UNDER: Withholding = { ...NONE, embargo: [step('2026-03-02T12:00:00Z', '2026-03-02T18:00:00Z')] };
const said = (rule: () => unknown): unknown => {
  try {
    rule();
    return 'passes';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};
const later = { until: at('2026-03-03T12:00:00Z'), zone: 'UTC' };

describe('the time of an embargo', () => {
  it.each([
    ['', '', 'America/New_York', 'passes'],
    ['2026-03-02', '18:00', 'America/New_York', 'passes'],
    ['2026-03-02', '18:00', '', 'embargo-without-zone'],
    ['2026-03-02', '18:00', 'Eastern', 'embargo-zone-unknown'],
    ['2026-03-02', '', 'UTC', 'embargo-without-time'],
    ['', '18:00', 'UTC', 'embargo-without-day'],
    ['2026-02-30', '18:00', 'UTC', 'embargo-without-day'],
    ['2026-03-02', '15:00', 'UTC', 'embargo-in-past'],
    ['2026-03-02', '10:00', 'America/New_York', 'embargo-in-past'],
    ['2326-03-02', '10:00', 'UTC', 'embargo-too-far'],
  ])('%s %s %s: %s', (day, time, zone, code) => {
    expect(said(() => untilOf({ day, time, zone }, NOW))).toBe(code);
  });

  it('is an instant: the same hour in the west comes later', () => {
    expect(untilOf({ day: '2026-03-02', time: '18:00', zone: 'America/Los_Angeles' }, NOW)?.until).toBe(
      at('2026-03-03T02:00:00Z'),
    );
    expect(setEmbargo(THING, later, 'id', NOW)).toMatchObject({
      kind: 'embargo.set',
      body: { subject: 's', of: 'statement', until: '2026-03-03T12:00:00.000Z', zone: 'UTC' },
    });
  });
});

describe('given an embargo until 18:00', () => {
  it('when it is moved or lifted before, then by an entry with its reason', () => {
    expect(moveEmbargo(THING, UNDER, later, 'Put off.', 'editor', 'id', NOW)).toMatchObject({
      kind: 'embargo.moved',
      body: { until: '2026-03-03T12:00:00.000Z', reason: 'Put off.' },
    });
    expect(liftEmbargo(THING, UNDER, 'It is out.', 'editor', 'id', NOW)).toMatchObject({ kind: 'embargo.lifted' });
  });

  it.each([
    ['viewer', 'role-too-weak'],
    ['editor', 'passes'],
    ['owner', 'passes'],
  ] as const)('%s: %s', (role, code) => {
    expect(said(() => moveEmbargo(THING, UNDER, later, 'r', role, 'id', NOW))).toBe(code);
    expect(said(() => liftEmbargo(THING, UNDER, 'r', role, 'id', NOW))).toBe(code);
  });

  it('when it is over, then everyone has seen it, and nothing brings it back', () => {
    const over = at('2026-03-02T18:00:00Z');
    expect(said(() => moveEmbargo(THING, UNDER, later, 'r', 'owner', 'id', over))).toBe('embargo-over');
    expect(said(() => liftEmbargo(THING, UNDER, 'r', 'owner', 'id', over))).toBe('embargo-over');
    expect(said(() => liftEmbargo(THING, NONE, 'r', 'owner', 'id', NOW))).toBe('no-embargo');
  });

  it('without a reason, or to the same time, it is refused', () => {
    expect(said(() => liftEmbargo(THING, UNDER, ' ', 'owner', 'id', NOW))).toBe('reason-missing');
    const same = { until: at('2026-03-02T18:00:00Z'), zone: 'UTC' };
    expect(said(() => moveEmbargo(THING, UNDER, same, 'r', 'owner', 'id', NOW))).toBe('embargo-set-so');
    expect(said(() => moveEmbargo(THING, UNDER, null, 'r', 'owner', 'id', NOW))).toBe('embargo-without-day');
  });

  it('since when it is public: the last change that came in time counts, and one that came too late does not', () => {
    const [first, early] = [UNDER.embargo[0] ?? step('', ''), step('2026-03-02T13:00:00Z', '2026-03-02T14:00:00Z')];
    const late = step('2026-03-02T14:00:00Z', '2026-03-09T14:00:00Z');
    expect(publicSince(NONE)).toBeNull();
    expect(publicSince({ embargo: [first] })?.toISOString()).toBe('2026-03-02T18:00:00.000Z');
    expect(publicSince({ embargo: [first, early] })?.toISOString()).toBe('2026-03-02T14:00:00.000Z');
    expect(publicSince({ embargo: [first, early, late] })?.toISOString()).toBe('2026-03-02T14:00:00.000Z');
  });
});

describe('taking down and putting back', () => {
  const written = [{ entry: 'e', position: 7, commitment: 'ab'.repeat(32) }];
  const down = (stands: Withholding, reason: string, role: Role) =>
    takeDown(THING, stands, written, reason, role, 'id', NOW);

  it.each(ROLES)('%s: owners alone', (role) => {
    const code = role === 'owner' ? 'passes' : 'role-too-weak';
    expect(said(() => down(NONE, 'r', role))).toBe(code);
    expect(said(() => putBack(THING, { ...NONE, takedown: [taken(true)] }, 'r', role, 'id', NOW))).toBe(code);
  });

  it('needs a reason, names what the log holds, and is undone by a later entry', () => {
    expect(said(() => down(NONE, '', 'owner'))).toBe('reason-missing');
    expect(down(NONE, ' Wrong person. ', 'owner')).toMatchObject({
      kind: 'publication.withdrawn',
      body: { reason: 'Wrong person.', decidedBy: 'owner', entries: written },
    });
    expect(said(() => down({ ...NONE, takedown: [taken(true)] }, 'r', 'owner'))).toBe('taken-down-already');
    expect(said(() => putBack(THING, NONE, 'r', 'owner', 'id', NOW))).toBe('not-taken-down');
    expect(
      said(() => putBack(THING, { ...NONE, takedown: [taken(true), taken(false)] }, 'r', 'owner', 'id', NOW)),
    ).toBe('not-taken-down');
    expect(said(() => putBack(THING, { ...NONE, takedown: [taken(true)] }, '', 'owner', 'id', NOW))).toBe(
      'reason-missing',
    );
  });
});

describe('what keeps something from being shown', () => {
  it('is not erased alone, which would show it; with all of a matter it goes', () => {
    const target = (kind: string) => ({
      ...{ id: 'i', position: 1, kind, matter: 'm', audience: 'public' as const, commitment: 'ab', body: {} },
    });
    const decision = { hanging: 0, issuer: false };
    for (const kind of ['embargo.set', 'embargo.moved', 'publication.withdrawn'])
      expect(said(() => mayErase({ ...decision, targets: [target(kind)] }))).toBe('withholding-stays');
    const all = [target('matter.opened'), target('statement.made'), target('embargo.set')];
    expect(said(() => mayErase({ ...decision, targets: all }))).toBe('passes');
  });
});
