/** Rules of the directory: when a party may be added, described anew, given another name, reached in another way. Pure. */

import type { NewEntry } from '../../base/append.ts';
import { InvalidInput, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { partyKind } from '../../ui/words.ts';
import { mailbox } from '../fields.ts';
import type { ChannelType, PartyKind } from './entries.ts';
import { type Candidate, meant, type Party } from './match.ts';

type Common = Pick<NewEntry, 'by' | 'occurredAt'>;

/** Everything that is said of a party. */
export interface Description {
  readonly name: string;
  readonly kind: PartyKind;
  readonly ocdId: string | null;
  readonly state: string | null;
  readonly seat: string | null;
  readonly timeZone: string | null;
}

/** "Washington township (place, Iowa)" */
export const partyWords = ({ name, kind, state }: Pick<Party, 'name' | 'kind' | 'state'>): string =>
  `${name} (${state ? `${partyKind(kind)}, ${state}` : partyKind(kind)})`;

/**
 * The entry `party.registered`.
 * @param among the directory's candidates @param anyway said that it is another one, where the directory has some like it
 * @throws RuleRefusal `party-known`
 */
export function registerParty(
  among: readonly Candidate[],
  { seat, timeZone, ...given }: Description,
  anyway: boolean,
  ids: { readonly entry: string; readonly party: string },
  common: Common,
): NewEntry {
  const found = meant(given, among);
  const like = found.match === 'known' ? [found.party] : found.match === 'ambiguous' ? found.among : [];
  const sameId = given.ocdId !== null && like.some((one) => one.ocdId === given.ocdId);
  if (like.length > 0 && (!anyway || sameId)) {
    throw new RuleRefusal('party-known', {
      what: t('directory.known', { parties: like.slice(0, 3).map(partyWords).join('; ') }),
      lost: t('directory.kept'),
      next: sameId ? t('directory.known.id') : t('directory.known.anyway'),
    });
  }
  const more = { ...(seat === null ? {} : { seat }), ...(timeZone === null ? {} : { timeZone }) };
  const body = { party: ids.party, ...given, ...more };
  return { kind: 'party.registered', id: ids.entry, matter: null, ...common, audience: 'public', body };
}

/** What stands of a party when it is described anew. */
export interface Standing {
  readonly now: Description & { readonly id: string; readonly ended: boolean };
  /** the entry that describes it now, and since when */
  readonly entry: string;
  readonly since: string;
  /** another party with the id that it is to have */
  readonly holder: Party | null;
}

const FIELDS = ['name', 'kind', 'ocdId', 'state', 'seat', 'timeZone'] as const;
export type Field = (typeof FIELDS)[number];

/** Fields that differ, old and new. */
export const differences = (
  before: Description,
  after: Description,
): readonly { readonly field: Field; readonly before: string | null; readonly after: string | null }[] =>
  FIELDS.filter((field) => before[field] !== after[field]).map((field) => ({
    field,
    before: before[field],
    after: after[field],
  }));

/**
 * `party.changed` from a time on, or `party.corrected`, which holds from the time of what it corrects.
 * @throws RuleRefusal `nothing-new`, `id-of-another`; InvalidInput `changed-in-future`, `changed-before-known`
 */
export function describeAnew(
  standing: Standing,
  given: Description & { readonly ended: boolean; readonly reason: string; readonly wasWrong: boolean },
  id: string,
  by: string,
  at: string,
  now: string,
): NewEntry {
  const { wasWrong, ...description } = given;
  if (differences(standing.now, given).length === 0 && given.ended === standing.now.ended)
    throw new RuleRefusal('nothing-new', { what: t('directory.says-already'), lost: t('directory.kept') });
  if (standing.holder !== null && standing.holder.id !== standing.now.id)
    throw new RuleRefusal('id-of-another', {
      what: t('directory.id-of-another', { party: partyWords(standing.holder) }),
      lost: t('directory.kept'),
      next: t('directory.id-of-another.next'),
    });
  const wrongTime = (code: string, since: string) =>
    new InvalidInput(code, { what: since, lost: t('directory.kept') }, { since });
  if (at > now) throw wrongTime('changed-in-future', t('directory.future'));
  if (!wasWrong && at < standing.since) throw wrongTime('changed-before-known', t('directory.newer'));
  const body = { party: standing.now.id, ...description, source: null };
  const common = { id, matter: null, by, audience: 'public' as const, body };
  return wasWrong
    ? { kind: 'party.corrected', ...common, occurredAt: standing.since, corrects: standing.entry }
    : { kind: 'party.changed', ...common, occurredAt: at };
}

/** @param holder the party that has this value already @throws RuleRefusal `alias-known`, `alias-of-another` */
export function addAlias(
  alias: {
    readonly party: string;
    readonly of: 'name' | 'ocd-id';
    readonly value: string;
    readonly note: string | null;
  },
  holders: readonly Party[],
  ids: { readonly entry: string; readonly alias: string },
  common: Common,
): NewEntry {
  const refuse = (code: string, what: string, next?: string) =>
    new RuleRefusal(code, { what, lost: t('directory.kept'), ...(next ? { next } : {}) }, { value: what });
  if (holders.some((one) => one.id === alias.party)) throw refuse('alias-known', t('directory.alias-known'));
  const [other] = holders;
  // Two parties may share a further name: whoever writes it is asked which is meant. An id stands for one alone.
  if (alias.of === 'ocd-id' && other)
    throw refuse(
      'alias-of-another',
      t('directory.alias-of-another', { party: partyWords(other) }),
      t('directory.alias-of-another.next'),
    );
  const body = { alias: ids.alias, ...alias };
  return { kind: 'alias.added', id: ids.entry, matter: null, ...common, audience: 'public', body };
}

const FORMS: Readonly<Record<ChannelType, (address: string) => boolean>> = {
  mail: (address) => mailbox.safeParse(address).success,
  phone: (address) => /^[0-9+(][0-9+() ./-]{4,30}(?: ?x ?\d{1,6})?$/.test(address),
  postal: (address) => address.length >= 8,
};

/** What is wrong with an address, in a sentence; null where nothing is. */
export const addressProblem = (type: ChannelType, address: string): string | null =>
  FORMS[type](address) ? null : t(`directory.wrong.${type}`);

export interface StandingChannel {
  readonly id: string;
  readonly type: string;
  readonly address: string;
}

/**
 * The entry `channel.noted`: for whoever writes it alone.
 * @param standing what the organisation knows of the party now @throws InvalidInput `channel-refused`, `channel-unknown`; RuleRefusal `channel-known`
 */
export function noteChannel(
  standing: readonly StandingChannel[],
  channel: {
    readonly party: string;
    readonly type: ChannelType;
    readonly address: string;
    readonly label: string | null;
    readonly replaces: string | null;
  },
  ids: { readonly entry: string; readonly channel: string },
  common: Common,
): NewEntry {
  const problem = addressProblem(channel.type, channel.address);
  if (problem)
    throw new InvalidInput('channel-refused', { what: problem, lost: t('directory.kept') }, { address: problem });
  const before = standing.find((one) => one.id === channel.replaces);
  if (channel.replaces !== null && before?.type !== channel.type)
    throw new InvalidInput('channel-unknown', { what: t('directory.channel-unknown'), lost: t('directory.kept') });
  const there = standing.some(
    (one) => one.type === channel.type && one.address.toLowerCase() === channel.address.toLowerCase(),
  );
  if (there)
    throw new RuleRefusal(
      'channel-known',
      { what: t('directory.channel-known'), lost: t('directory.kept') },
      { address: t('directory.channel-known') },
    );
  const body = { channel: ids.channel, ...channel };
  return { kind: 'channel.noted', id: ids.entry, matter: null, ...common, audience: 'own', body };
}
