/** Rules of what is withheld: embargoes with a time and a zone that is still to come, takedowns and what undoes them with a reason. Pure. */

import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { Forbidden, InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Role } from '../../base/route.ts';
import { instantOf } from '../../ui/asof.tsx';
import { isZone } from '../../ui/context.ts';
import type { Until } from '../until.ts';
import type { Thing } from './entries.ts';
import { publicSince, type Withholding } from './view.ts';

/** What every entry about a thing carries. */
export interface Concerned {
  readonly subject: string;
  readonly of: Thing;
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
}

/** Longer than this is a wrong year, and no embargo. */
const MOST_DAYS = 3660;

const wrong = (code: string, field: string, what: string) =>
  new InvalidInput(code, { what, lost: t('said.kept') }, { [field]: what });
const refuse = (code: string, what: string, next: string) =>
  new RuleRefusal(code, { what, lost: t('said.kept'), next });

/**
 * The time that was typed, or null where none was: day, time of day and zone belong together.
 * @throws InvalidInput `embargo-without-day`, `embargo-without-time`, `embargo-without-zone`, `embargo-zone-unknown`, `embargo-in-past`,
 *   `embargo-too-far`
 */
export function untilOf(
  typed: { readonly day: string; readonly time: string; readonly zone: string },
  now: Millis,
): Until | null {
  const [day, time, zone] = [typed.day.trim(), typed.time.trim(), typed.zone.trim()];
  if (day === '' && time === '') return null;
  if (day === '') throw wrong('embargo-without-day', 'embargoDay', t('said.publication.day'));
  if (time === '') throw wrong('embargo-without-time', 'embargoTime', t('said.publication.time'));
  if (zone === '') throw wrong('embargo-without-zone', 'embargoZone', t('said.publication.zone'));
  if (!isZone(zone)) throw wrong('embargo-zone-unknown', 'embargoZone', t('said.publication.zone.unknown', { zone }));
  const at = instantOf(`${day}T${time}`, zone)?.getTime();
  if (at === undefined) throw wrong('embargo-without-day', 'embargoDay', t('said.publication.calendar'));
  if (at <= now) throw wrong('embargo-in-past', 'embargoDay', t('said.publication.past'));
  if (at > now + MOST_DAYS * 86_400_000) throw wrong('embargo-too-far', 'embargoDay', t('said.publication.far'));
  return { until: at, zone };
}

function entryAbout(thing: Concerned, kind: string, id: string, now: Millis, more: NewEntry['body']): NewEntry {
  const { subject, of, matter, issuer, audience } = thing;
  const body = { subject, of, ...more };
  return { kind, id, matter, by: issuer, occurredAt: instant(now), audience, body };
}

/** Written in the same append as what it withholds. */
export const setEmbargo = (thing: Concerned, { until, zone }: Until, id: string, now: Millis): NewEntry =>
  entryAbout(thing, 'embargo.set', id, now, { until: instant(until), zone });

function mayDecide(role: Role): void {
  if (role !== 'viewer') return;
  throw new Forbidden('role-too-weak', {
    what: t('said.publication.viewer'),
    lost: t('said.unchanged'),
    next: t('said.no-viewer.next'),
  });
}

function given(reason: string): string {
  if (reason.trim() !== '') return reason.trim();
  throw wrong('reason-missing', 'reason', t('said.publication.reason'));
}

/** @throws RuleRefusal `no-embargo`, `embargo-over` */
function underEmbargo(stands: Withholding, now: Millis): Date {
  const since = publicSince(stands);
  if (since === null) throw refuse('no-embargo', t('said.publication.no-embargo'), t('said.publication.take-down'));
  if (since.getTime() <= now)
    throw refuse('embargo-over', t('said.publication.embargo-over'), t('said.publication.take-down'));
  return since;
}

/** Earlier or later. @throws Forbidden; InvalidInput `reason-missing` and those of `untilOf`; RuleRefusal `no-embargo`, `embargo-over`, `embargo-set-so` */
export function moveEmbargo(
  thing: Concerned,
  stands: Withholding,
  to: Until | null,
  reason: string,
  role: Role,
  id: string,
  now: Millis,
): NewEntry {
  mayDecide(role);
  const since = underEmbargo(stands, now);
  if (to === null) throw wrong('embargo-without-day', 'embargoDay', t('said.publication.day'));
  if (to.until === since.getTime())
    throw refuse('embargo-set-so', t('said.publication.set-so'), t('said.publication.set-so.next'));
  const body = { until: instant(to.until), zone: to.zone, reason: given(reason) };
  return entryAbout(thing, 'embargo.moved', id, now, body);
}

/** @throws Forbidden; InvalidInput `reason-missing`; RuleRefusal `no-embargo`, `embargo-over` */
export function liftEmbargo(
  thing: Concerned,
  stands: Withholding,
  reason: string,
  role: Role,
  id: string,
  now: Millis,
): NewEntry {
  mayDecide(role);
  underEmbargo(stands, now);
  return entryAbout(thing, 'embargo.lifted', id, now, { reason: given(reason) });
}

export interface Written {
  readonly entry: string;
  readonly position: number;
  readonly commitment: string;
}

const isDown = ({ takedown }: Pick<Withholding, 'takedown'>) => takedown.at(-1)?.down === true;

function owns(role: Role): void {
  if (role === 'owner') return;
  throw new Forbidden('role-too-weak', {
    what: t('said.publication.owner'),
    lost: t('said.unchanged'),
    next: t('said.publication.owner.next'),
  });
}

/** @throws Forbidden; InvalidInput `reason-missing`; RuleRefusal `taken-down-already` */
export function takeDown(
  thing: Concerned,
  stands: Withholding,
  entries: readonly Written[],
  reason: string,
  role: Role,
  id: string,
  now: Millis,
): NewEntry {
  owns(role);
  if (isDown(stands))
    throw refuse('taken-down-already', t('said.publication.down-already'), t('said.publication.down-already.next'));
  const body = { reason: given(reason), decidedBy: 'owner', entries: entries.map((one) => ({ ...one })) };
  return entryAbout(thing, 'publication.withdrawn', id, now, body);
}

/** @throws Forbidden; InvalidInput `reason-missing`; RuleRefusal `not-taken-down` */
export function putBack(
  thing: Concerned,
  stands: Withholding,
  reason: string,
  role: Role,
  id: string,
  now: Millis,
): NewEntry {
  owns(role);
  if (!isDown(stands))
    throw refuse('not-taken-down', t('said.publication.not-down'), t('said.publication.not-down.next'));
  return entryAbout(thing, 'publication.restored', id, now, { reason: given(reason), decidedBy: 'owner' });
}
