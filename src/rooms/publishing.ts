/** What every room that publishes asks and writes: whether somebody may publish at once, and a fact with the embargo that it is published under. Pure. */

import type { NewEntry } from '../base/append.ts';
import type { Millis } from '../base/clock.ts';
import { Forbidden, RuleRefusal } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Role } from '../base/route.ts';
import type { Thing } from './publication/entries.ts';
import { setEmbargo } from './publication/rules.ts';
import type { ReviewSetting } from './review/view.ts';
import type { Until } from './until.ts';

/** Without a draft that somebody else has looked at. @throws Forbidden `role-too-weak`; RuleRefusal `review-needed` */
export function mayPublishAlone(setting: ReviewSetting, role: Role): void {
  if (role === 'viewer') {
    throw new Forbidden('role-too-weak', {
      what: t('said.publish.viewer'),
      lost: t('said.unchanged'),
      next: t('said.no-viewer.next'),
    });
  }
  if (!setting.second) return;
  throw new RuleRefusal('review-needed', {
    what: t('said.publish.second'),
    lost: t('said.publish.second.lost'),
    next: t('said.review.send.first'),
  });
}

/**
 * A fact, and with it what withholds it: written in one append, so that there is no moment at which everyone sees it.
 * @param subject id of the thing @param newId an id for the embargo's entry
 */
export function underEmbargo(
  fact: NewEntry,
  thing: { readonly of: Thing; readonly subject: string },
  until: Until | null,
  newId: () => string,
  now: Millis,
): readonly NewEntry[] {
  if (until === null) return [fact];
  if (fact.matter === null || fact.audience === 'own') throw new Error('an embargo on what nobody was to see');
  const of = { ...thing, matter: fact.matter, issuer: fact.by, audience: fact.audience };
  return [fact, setEmbargo(of, until, newId(), now)];
}
