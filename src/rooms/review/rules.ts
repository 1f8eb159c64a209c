/**
 * Rules of review: what may become of a draft, and by whose hand. Pure. Where an organisation wants a second person, nobody publishes what they
 * wrote a word of, whatever their role; where it does not, publishing is one step.
 */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { Conflict, Forbidden, RuleRefusal } from '../../base/errors.ts';
import { ROLES, type Role } from '../../base/route.ts';
import type { ReviewSetting } from './view.ts';

/** `publishing`: somebody published it and the answer never came; publishing once more finishes it. */
export const WRITING_STATES = ['draft', 'waiting', 'returned', 'publishing', 'published'] as const;
export type WritingState = (typeof WRITING_STATES)[number];

export interface Drafted {
  readonly state: WritingState;
  readonly version: number;
  /** user who began it */
  readonly author: string;
  /** users who saved something of it */
  readonly writers: readonly string[];
  readonly deleted: boolean;
}

export interface Person {
  readonly userId: string;
  readonly role: Role;
}

const kept = 'Nothing was published, and the draft is kept.';
const refuse = (code: string, what: string, next: string) => new RuleRefusal(code, { what, lost: kept, next });

const atLeast = (role: Role, wanted: Role) => ROLES.indexOf(role) >= ROLES.indexOf(wanted);
const wrote = (draft: Drafted, who: Person) => draft.author === who.userId || draft.writers.includes(who.userId);

/** @throws Forbidden `role-too-weak` */
function mayWrite(who: Person): void {
  if (atLeast(who.role, 'editor')) return;
  throw new Forbidden('role-too-weak', {
    what: 'Whoever looks on alone writes and publishes nothing.',
    lost: 'Nothing was changed.',
    next: 'Ask an owner of your organisation to change your role.',
  });
}

/** @throws Conflict `draft-changed`; RuleRefusal `draft-published`, `draft-deleted` */
function stands(draft: Drafted, version: number): void {
  if (draft.state === 'published')
    throw refuse('draft-published', 'This is published already.', 'Write a correction, if something is wrong in it.');
  if (draft.deleted) throw refuse('draft-deleted', 'This draft was deleted.', 'Bring it back first.');
  if (draft.version !== version) {
    throw new Conflict('draft-changed', {
      what: 'Somebody changed this draft since you opened it.',
      lost: kept,
      next: 'Look at it as it is now, and decide again.',
    });
  }
}

/** Whether its words may be changed. @throws Forbidden, Conflict, RuleRefusal `draft-waits` */
export function mayChange(draft: Drafted, who: Person, version: number): void {
  mayWrite(who);
  stands(draft, version);
  if (draft.state === 'waiting' || draft.state === 'publishing')
    throw refuse('draft-waits', 'It waits for review, so its words stand still.', 'Take it back first.');
}

/** @throws as `mayChange` */
export const maySubmit = mayChange;

/** Whoever wrote it takes it back out of review. @throws Forbidden, Conflict, RuleRefusal `draft-not-waiting`, `draft-of-others` */
export function mayTakeBack(draft: Drafted, who: Person, version: number): void {
  mayWrite(who);
  stands(draft, version);
  if (draft.state !== 'waiting')
    throw refuse('draft-not-waiting', 'It does not wait for review.', 'Look at it as it is now.');
  if (!wrote(draft, who))
    throw refuse('draft-of-others', 'You wrote nothing of it.', 'Send it back with a note instead.');
}

/** Whether this person may decide about what others wrote. @throws Forbidden, RuleRefusal `own-draft`, `reviewer-role` */
function mayReview(setting: ReviewSetting, draft: Drafted, who: Person): void {
  if (wrote(draft, who)) {
    throw refuse(
      'own-draft',
      'You wrote this yourself, and your organisation wants a second person to look at it.',
      'Ask somebody else of your organisation to review it.',
    );
  }
  if (!atLeast(who.role, setting.reviewer)) {
    throw refuse(
      'reviewer-role',
      `In your organisation only an ${setting.reviewer} may publish what somebody else wrote.`,
      `Ask an ${setting.reviewer} to review it.`,
    );
  }
}

/** @throws Forbidden `role-too-weak`; Conflict `draft-changed`; RuleRefusal `draft-not-submitted`, `own-draft`, `reviewer-role` */
export function mayPublish(setting: ReviewSetting, draft: Drafted, who: Person, version: number): void {
  mayWrite(who);
  stands(draft, version);
  if (!setting.second) return;
  if (draft.state !== 'waiting' && draft.state !== 'publishing') {
    throw refuse(
      'draft-not-submitted',
      'It was not sent for review, and your organisation wants a second person to look at it.',
      'Send it for review.',
    );
  }
  mayReview(setting, draft, who);
}

/** @throws as `mayPublish`, and RuleRefusal `draft-not-waiting`, `note-missing` */
export function maySendBack(setting: ReviewSetting, draft: Drafted, who: Person, version: number, note: string): void {
  mayWrite(who);
  stands(draft, version);
  if (draft.state !== 'waiting')
    throw refuse('draft-not-waiting', 'It does not wait for review.', 'Look at it as it is now.');
  mayReview(setting, draft, who);
  if (note.trim() === '') {
    throw new RuleRefusal(
      'note-missing',
      { what: 'Say what is to be changed.', lost: kept },
      { note: 'Say what is to be changed: whoever wrote it reads this.' },
    );
  }
}

/** @throws Forbidden, Conflict, RuleRefusal `draft-of-others` */
export function mayDelete(draft: Drafted, who: Person, version: number): void {
  mayWrite(who);
  stands(draft, version);
  if (!wrote(draft, who) && who.role !== 'owner')
    throw refuse('draft-of-others', 'You wrote nothing of it.', 'Whoever wrote it, or an owner, can delete it.');
}

/** @throws Forbidden `role-too-weak`; RuleRefusal `review-set-so` */
export function setReview(
  before: ReviewSetting,
  wanted: ReviewSetting,
  of: { readonly party: string; readonly role: Role },
  id: string,
  now: Millis,
): NewEntry {
  if (of.role !== 'owner') {
    throw new Forbidden('role-too-weak', {
      what: 'Only an owner decides how the organisation reviews.',
      lost: 'Nothing was changed.',
      next: 'Ask an owner.',
    });
  }
  if (before.second === wanted.second && (before.reviewer === wanted.reviewer || !wanted.second)) {
    throw new RuleRefusal('review-set-so', {
      what: 'It is set so already.',
      lost: 'Nothing was changed.',
      next: 'Change something, or leave it as it is.',
    });
  }
  return {
    kind: 'review.set',
    id,
    matter: null,
    by: of.party,
    occurredAt: instant(now),
    audience: 'own',
    body: { party: of.party, second: wanted.second, reviewer: wanted.reviewer },
  };
}
