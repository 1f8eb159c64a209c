/**
 * Rules of review: what may become of a draft, and by whose hand. Pure. Where an organisation wants a second person, nobody publishes what they
 * wrote a word of, whatever their role; where it does not, publishing is one step.
 */

import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { Conflict, Forbidden, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
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

const kept = () => t('said.draft.kept');
const refuse = (code: string, what: string, next: string) => new RuleRefusal(code, { what, lost: kept(), next });

const atLeast = (role: Role, wanted: Role) => ROLES.indexOf(role) >= ROLES.indexOf(wanted);
const wrote = (draft: Drafted, who: Person) => draft.author === who.userId || draft.writers.includes(who.userId);

/** @throws Forbidden `role-too-weak` */
function mayWrite(who: Person): void {
  if (atLeast(who.role, 'editor')) return;
  throw new Forbidden('role-too-weak', {
    what: t('said.draft.viewer'),
    lost: t('said.unchanged'),
    next: t('said.no-viewer.next'),
  });
}

/** @throws Conflict `draft-changed`; RuleRefusal `draft-published`, `draft-deleted` */
function stands(draft: Drafted, version: number): void {
  if (draft.state === 'published')
    throw refuse('draft-published', t('said.draft.published'), t('said.draft.published.next'));
  if (draft.deleted) throw refuse('draft-deleted', t('said.draft.deleted'), t('said.draft.deleted.next'));
  if (draft.version !== version) {
    throw new Conflict('draft-changed', {
      what: t('said.draft.changed'),
      lost: kept(),
      next: t('said.draft.changed.next'),
    });
  }
}

/** Whether its words may be changed. @throws Forbidden, Conflict, RuleRefusal `draft-waits` */
export function mayChange(draft: Drafted, who: Person, version: number): void {
  mayWrite(who);
  stands(draft, version);
  if (draft.state === 'waiting' || draft.state === 'publishing')
    throw refuse('draft-waits', t('said.draft.waits'), t('said.draft.waits.next'));
}

/** @throws as `mayChange` */
export const maySubmit = mayChange;

/** Whoever wrote it takes it back out of review. @throws Forbidden, Conflict, RuleRefusal `draft-not-waiting`, `draft-of-others` */
export function mayTakeBack(draft: Drafted, who: Person, version: number): void {
  mayWrite(who);
  stands(draft, version);
  if (draft.state !== 'waiting')
    throw refuse('draft-not-waiting', t('said.draft.not-waiting'), t('said.draft.not-waiting.next'));
  if (!wrote(draft, who)) throw refuse('draft-of-others', t('said.draft.of-others'), t('said.draft.of-others.next'));
}

/** Whether this person may decide about what others wrote. @throws Forbidden, RuleRefusal `own-draft`, `reviewer-role` */
function mayReview(setting: ReviewSetting, draft: Drafted, who: Person): void {
  if (wrote(draft, who)) {
    throw refuse('own-draft', t('said.draft.own'), t('said.draft.own.next'));
  }
  if (!atLeast(who.role, setting.reviewer)) {
    throw refuse(
      'reviewer-role',
      t('said.draft.role', { role: setting.reviewer }),
      t('said.draft.role.next', { role: setting.reviewer }),
    );
  }
}

/** @throws Forbidden `role-too-weak`; Conflict `draft-changed`; RuleRefusal `draft-not-submitted`, `own-draft`, `reviewer-role` */
export function mayPublish(setting: ReviewSetting, draft: Drafted, who: Person, version: number): void {
  mayWrite(who);
  stands(draft, version);
  if (!setting.second) return;
  if (draft.state !== 'waiting' && draft.state !== 'publishing') {
    throw refuse('draft-not-submitted', t('said.draft.not-submitted'), t('said.review.send.first'));
  }
  mayReview(setting, draft, who);
}

/** @throws as `mayPublish`, and RuleRefusal `draft-not-waiting`, `note-missing` */
export function maySendBack(setting: ReviewSetting, draft: Drafted, who: Person, version: number, note: string): void {
  mayWrite(who);
  stands(draft, version);
  if (draft.state !== 'waiting')
    throw refuse('draft-not-waiting', t('said.draft.not-waiting'), t('said.draft.not-waiting.next'));
  mayReview(setting, draft, who);
  if (note.trim() === '') {
    throw new RuleRefusal(
      'note-missing',
      { what: t('said.draft.note'), lost: kept() },
      { note: t('said.draft.note.field') },
    );
  }
}

/** @throws Forbidden, Conflict, RuleRefusal `draft-of-others` */
export function mayDelete(draft: Drafted, who: Person, version: number): void {
  mayWrite(who);
  stands(draft, version);
  if (!wrote(draft, who) && who.role !== 'owner')
    throw refuse('draft-of-others', t('said.draft.of-others'), t('said.draft.delete.next'));
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
      what: t('said.review.owner'),
      lost: t('said.unchanged'),
      next: t('said.review.owner.next'),
    });
  }
  if (before.second === wanted.second && (before.reviewer === wanted.reviewer || !wanted.second)) {
    throw new RuleRefusal('review-set-so', {
      what: t('said.review.set-so'),
      lost: t('said.unchanged'),
      next: t('said.review.set-so.next'),
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
