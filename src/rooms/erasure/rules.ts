/** When something may be erased, and the entry that erases it. Pure: what it decides on was read before. */
import type { NewEntry } from '../../base/append.ts';
import { instant, type Millis } from '../../base/clock.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { JsonValue } from '../../proof/index.ts';
import type { DocumentErased, EntryErased } from './entries.ts';

/** Entries that one erasure takes at most: more is a decision for the people who run the server, not for a form. */
export const MOST_ERASED = 500;

/** An entry that is to be erased, as the ledger holds it. */
export interface Target {
  readonly id: string;
  readonly position: number;
  readonly kind: string;
  readonly matter: string | null;
  readonly audience: 'public' | 'parties' | 'own';
  /** hex */
  readonly commitment: string;
  readonly body: Readonly<Record<string, JsonValue>>;
}

export interface Decision {
  readonly targets: readonly Target[];
  /** further entries that could not be understood without these */
  readonly hanging: number;
  /** the party is somebody who asks: matters hang on it */
  readonly issuer: boolean;
}

/** Refuses what must stay. @throws RuleRefusal `erasure-stays`, `handover-stays`, `withholding-stays`, `entry-in-use`, `party-in-use`, `too-many-to-erase` */
export function mayErase({ targets, hanging, issuer }: Decision): void {
  const lost = t('access.erasure.nothing');
  if (targets.some((one) => one.kind === 'entry.erased' || one.kind === 'document.erased'))
    throw new RuleRefusal('erasure-stays', {
      what: t('access.erasure.stays'),
      lost,
    });
  if (targets.some((one) => one.kind === 'log.handed-over' || one.kind === 'log.continued'))
    throw new RuleRefusal('handover-stays', {
      what: t('access.erasure.handover'),
      lost,
    });
  const [only] = targets;
  if (only && targets.length === 1 && /^(embargo|publication)\./.test(only.kind))
    throw new RuleRefusal('withholding-stays', {
      what: t('access.erasure.withholding'),
      lost,
      next: t('access.erasure.withholding.next'),
    });
  if (issuer)
    throw new RuleRefusal('party-in-use', {
      what: t('access.erasure.issuer'),
      lost,
      next: t('access.erasure.issuer.next'),
    });
  if (targets.length + hanging > MOST_ERASED)
    throw new RuleRefusal('too-many-to-erase', {
      what: t('access.erasure.too-many', { n: targets.length + hanging, most: MOST_ERASED }),
      lost,
      next: t('access.erasure.too-many.next'),
    });
  if (hanging > 0)
    throw new RuleRefusal('entry-in-use', {
      what: t('access.erasure.in-use', { n: hanging }),
      lost,
      next: t('access.erasure.in-use.next'),
    });
}

export interface Authority {
  readonly authority: string;
  readonly reason: string;
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** The entry that erases another: in the same matter, history and audience. @param by party that erases */
export function eraseEntry(target: Target, given: Authority, by: string, id: string, now: Millis): NewEntry {
  const { service, request, party } = target.body;
  const body = {
    entry: target.id,
    position: target.position,
    commitment: target.commitment,
    ...given,
  } satisfies EntryErased;
  const ids = { service: text(service), request: text(request), party: text(party) };
  const known = Object.fromEntries(Object.entries(ids).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
  return {
    kind: 'entry.erased',
    id,
    matter: target.matter,
    by,
    occurredAt: instant(now),
    audience: target.audience,
    body: { ...body, ...known },
  };
}

/** The entry that erases a document from a service. */
export function eraseDocument(
  document: string,
  where: { readonly matter: string; readonly service: string },
  given: Authority,
  by: string,
  id: string,
  now: Millis,
): NewEntry {
  const body = { document, ...given, service: where.service } satisfies DocumentErased;
  return {
    kind: 'document.erased',
    id,
    matter: where.matter,
    by,
    occurredAt: instant(now),
    audience: 'parties',
    body: { ...body },
  };
}
