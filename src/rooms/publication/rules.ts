/** Rules of what is withheld: embargoes with a time and a zone that is still to come, takedowns and what undoes them with a reason. Pure. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { Forbidden, InvalidInput, RuleRefusal } from '../../base/errors.ts';
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

const LOST = 'Nothing was written, and what you entered is kept.';
/** Longer than this is a wrong year, and no embargo. */
const MOST_DAYS = 3660;

const wrong = (code: string, field: string, what: string) =>
  new InvalidInput(code, { what, lost: LOST }, { [field]: what });
const refuse = (code: string, what: string, next: string) => new RuleRefusal(code, { what, lost: LOST, next });

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
  if (day === '') throw wrong('embargo-without-day', 'embargoDay', 'Say on which day it becomes public.');
  if (time === '')
    throw wrong('embargo-without-time', 'embargoTime', 'Say at what time of that day it becomes public.');
  if (zone === '')
    throw wrong(
      'embargo-without-zone',
      'embargoZone',
      'Say in which time zone: the same hour comes earlier in the east.',
    );
  if (!isZone(zone))
    throw wrong('embargo-zone-unknown', 'embargoZone', `${zone} is not a time zone such as America/New_York.`);
  const at = instantOf(`${day}T${time}`, zone)?.getTime();
  if (at === undefined) throw wrong('embargo-without-day', 'embargoDay', 'Give a day and a time of the calendar.');
  if (at <= now)
    throw wrong(
      'embargo-in-past',
      'embargoDay',
      'This time has passed. Leave it empty to publish at once, or name a later one.',
    );
  if (at > now + MOST_DAYS * 86_400_000)
    throw wrong('embargo-too-far', 'embargoDay', 'This is more than ten years away. Name an earlier time.');
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
    what: 'Whoever looks on alone decides nothing.',
    lost: 'Nothing was changed.',
    next: 'Ask an owner of your organisation to change your role.',
  });
}

function given(reason: string): string {
  if (reason.trim() !== '') return reason.trim();
  throw wrong('reason-missing', 'reason', 'Say why: the reason stands in the record.');
}

/** @throws RuleRefusal `no-embargo`, `embargo-over` */
function underEmbargo(stands: Withholding, now: Millis): Date {
  const since = publicSince(stands);
  if (since === null)
    throw refuse('no-embargo', 'It is not under an embargo.', 'Take it down, if nobody is to see it.');
  if (since.getTime() <= now)
    throw refuse('embargo-over', 'Its embargo is over: everyone sees it.', 'Take it down, if nobody is to see it.');
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
  if (to === null) throw wrong('embargo-without-day', 'embargoDay', 'Say on which day it becomes public.');
  if (to.until === since.getTime())
    throw refuse('embargo-set-so', 'It is set so already.', 'Name another time, or leave it as it is.');
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
    what: 'Only an owner takes down what is published, or puts it back.',
    lost: 'Nothing was changed.',
    next: 'Ask an owner of your organisation.',
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
    throw refuse('taken-down-already', 'It is taken down already.', 'Put it back first, if the reason was wrong.');
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
  if (!isDown(stands)) throw refuse('not-taken-down', 'It is not taken down.', 'Nothing is to be done.');
  return entryAbout(thing, 'publication.restored', id, now, { reason: given(reason), decidedBy: 'owner' });
}
