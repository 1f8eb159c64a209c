import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../base/route.ts';
import { mayPublishAlone } from '../publishing.ts';
import {
  type Drafted,
  mayChange,
  mayDelete,
  mayPublish,
  maySendBack,
  maySubmit,
  mayTakeBack,
  setReview,
} from './rules.ts';
import { ONE_STEP, type ReviewSetting } from './view.ts';

const SECOND: ReviewSetting = { second: true, reviewer: 'editor' };
const OWNERS: ReviewSetting = { second: true, reviewer: 'owner' };
const DRAFT: Drafted = { state: 'draft', version: 3, author: 'ann', writers: ['ann', 'bob'], deleted: false };
const WAITING: Drafted = { ...DRAFT, state: 'waiting' };
const who = (userId: string, role: Role = 'editor') => ({ userId, role });
/** The code of a refusal, or "passes". */
const said = (rule: () => unknown): unknown => {
  try {
    rule();
    return 'passes';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('given that a second person is wanted', () => {
  it.each(ROLES)('when the author, %s, publishes their own, then it is refused by name', (role) => {
    const expected = role === 'viewer' ? 'role-too-weak' : 'own-draft';
    for (const setting of [SECOND, OWNERS])
      expect(said(() => mayPublish(setting, WAITING, who('ann', role), 3))).toBe(expected);
  });

  it.each(ROLES)('when %s, who changed a word of it, publishes it, then it is their own too', (role) => {
    expect(said(() => mayPublish(SECOND, WAITING, who('bob', role), 3))).toBe(
      role === 'viewer' ? 'role-too-weak' : 'own-draft',
    );
  });

  it.each([
    ['viewer', 'role-too-weak', 'role-too-weak'],
    ['editor', 'passes', 'reviewer-role'],
    ['owner', 'passes', 'passes'],
  ] as const)('when another, %s, publishes it, then %s; where owners alone may, %s', (role, editors, owners) => {
    expect(said(() => mayPublish(SECOND, WAITING, who('cleo', role), 3))).toBe(editors);
    expect(said(() => mayPublish(OWNERS, WAITING, who('cleo', role), 3))).toBe(owners);
    expect(said(() => maySendBack(OWNERS, WAITING, who('cleo', role), 3, 'Shorter.'))).toBe(owners);
  });

  it('what was not sent for review is published by nobody, and words that wait stand still', () => {
    expect(said(() => mayPublish(SECOND, DRAFT, who('cleo', 'owner'), 3))).toBe('draft-not-submitted');
    expect(said(() => mayPublish(SECOND, { ...DRAFT, state: 'returned' }, who('cleo'), 3))).toBe('draft-not-submitted');
    expect(said(() => mayChange(WAITING, who('ann'), 3))).toBe('draft-waits');
    expect(said(() => maySubmit(WAITING, who('cleo'), 3))).toBe('draft-waits');
    expect(said(() => mayChange({ ...DRAFT, state: 'returned' }, who('ann'), 3))).toBe('passes');
  });

  it('nobody publishes without a draft', () => {
    for (const role of ROLES)
      expect(said(() => mayPublishAlone(SECOND, role))).toBe(role === 'viewer' ? 'role-too-weak' : 'review-needed');
  });

  it('it is sent back with a note alone, by somebody who did not write it, and taken back by who did', () => {
    expect(said(() => maySendBack(SECOND, WAITING, who('cleo'), 3, ' '))).toBe('note-missing');
    expect(said(() => maySendBack(SECOND, WAITING, who('ann'), 3, 'Shorter.'))).toBe('own-draft');
    expect(said(() => maySendBack(SECOND, DRAFT, who('cleo'), 3, 'Shorter.'))).toBe('draft-not-waiting');
    expect(said(() => mayTakeBack(WAITING, who('bob'), 3))).toBe('passes');
    expect(said(() => mayTakeBack(WAITING, who('cleo', 'owner'), 3))).toBe('draft-of-others');
    expect(said(() => mayTakeBack(DRAFT, who('ann'), 3))).toBe('draft-not-waiting');
  });
});

describe('given that nobody set anything', () => {
  it('publishing is one step for whoever may write', () => {
    expect(ROLES.map((role) => said(() => mayPublish(ONE_STEP, DRAFT, who('ann', role), 3)))).toEqual([
      'role-too-weak',
      'passes',
      'passes',
    ]);
    expect(ROLES.map((role) => said(() => mayPublishAlone(ONE_STEP, role)))).toEqual([
      'role-too-weak',
      'passes',
      'passes',
    ]);
  });
});

describe('given a draft that is not as it was looked at', () => {
  it('everything is refused by name', () => {
    for (const [draft, code] of [
      [{ ...DRAFT, version: 4 }, 'draft-changed'],
      [{ ...DRAFT, deleted: true }, 'draft-deleted'],
      [{ ...DRAFT, state: 'published' }, 'draft-published'],
    ] as const) {
      expect(said(() => mayChange(draft, who('ann'), 3))).toBe(code);
      expect(said(() => mayPublish(ONE_STEP, draft, who('ann'), 3))).toBe(code);
      expect(said(() => maySendBack(SECOND, draft, who('cleo'), 3, 'Shorter.'))).toBe(code);
      expect(said(() => mayDelete(draft, who('ann'), 3))).toBe(code);
    }
    expect(said(() => mayDelete(DRAFT, who('cleo'), 3))).toBe('draft-of-others');
    expect(said(() => mayDelete(DRAFT, who('cleo', 'owner'), 3))).toBe('passes');
  });
});

describe('how an organisation reviews', () => {
  it('an owner sets it, once', () => {
    const of = (role: Role) => ({ party: 'p', role });
    expect(said(() => setReview(ONE_STEP, SECOND, of('editor'), 'id', 0))).toBe('role-too-weak');
    expect(said(() => setReview(SECOND, SECOND, of('owner'), 'id', 0))).toBe('review-set-so');
    expect(said(() => setReview(ONE_STEP, { second: false, reviewer: 'owner' }, of('owner'), 'id', 0))).toBe(
      'review-set-so',
    );
    expect(setReview(SECOND, OWNERS, of('owner'), 'id', 0)).toMatchObject({
      kind: 'review.set',
      audience: 'own',
      body: { party: 'p', second: true, reviewer: 'owner' },
    });
  });
});
