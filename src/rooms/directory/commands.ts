/** Writes what is said of one party: loads what is known, asks the rules, appends. Many at once come through an import. */

import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { InvalidInput, NotFound, RuleRefusal } from '../../base/errors.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { fieldNames } from '../directory-fields.ts';
import { isoDate, line, prose, timeZone, uuid } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { lastOf } from '../stream.ts';
import { channelsOf } from './channels.ts';
import { ALIAS_SORTS, CHANNEL_TYPES, ocdId, PARTY_KINDS } from './entries.ts';
import { addAlias, describeAnew, noteChannel, registerParty } from './rules.ts';
import { aliasesOf, candidatesFor, type Described, descriptionsOf, partiesLike, partyById } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

const choice = { error: () => t('directory.field.choice') };
const description = {
  name: line(200),
  kind: z.enum(PARTY_KINDS, choice),
  ocdId: orNone(ocdId),
  state: orNone(line(60)),
  seat: orNone(line(100)),
  timeZone: orNone(timeZone),
};
const ticked = z.preprocess((value) => value === 'on' || value === true, z.boolean());

/** The party of an address. @throws NotFound */
export async function theParty({ db }: Pick<Services, 'db'>, id: string): Promise<Described> {
  const party = UUID.test(id) ? await partyById(db, id) : null;
  if (!party) throw new NotFound('no-party', { what: t('directory.none'), next: t('directory.none.next') });
  return party;
}

const adding = z.object({ ...description, anyway: ticked });

/** Adds one party. @returns its id @throws InvalidInput; RuleRefusal `party-known` */
export async function addParty(services: Needs, by: string, form: unknown, once: string): Promise<string> {
  const { anyway, ...given } = checked(adding, form, fieldNames());
  const { db, ledger, clock, random } = services;
  const now = clock.now();
  const among = (await candidatesFor(db, [given]))(given);
  const ids = { entry: uuidv7(now, random), party: uuidv7(now, random) };
  const before = await db
    .selectFrom('ledger.command')
    .select('key')
    .where('key', '=', `party:${once}`)
    .executeTakeFirst();
  const entry = registerParty(before ? [] : among, given, anyway, ids, { by, occurredAt: instant(now) });
  const { entries } = await ledger.append({ key: `party:${once}`, entries: [entry] });
  return String(entries[0]?.entry.body['party'] ?? ids.party);
}

const anew = z.object({
  ...description,
  ended: ticked,
  reason: prose(500).pipe(z.string().min(1, { error: () => t('directory.field.missing') })),
  /** the day from which on it is so; empty: today */
  since: orNone(isoDate),
  wasWrong: ticked,
});

/** Writes that a party became different, or that it was described wrongly. @throws those of `describeAnew` */
export async function describeParty(
  services: Needs,
  by: string,
  id: string,
  form: unknown,
  once: string,
): Promise<void> {
  const { since, ...given } = checked(anew, form, fieldNames());
  const { db, ledger, clock, random } = services;
  const last = await lastOf(db, id);
  const party = await theParty(services, id);
  const newest = (await descriptionsOf(db, id)).at(-1);
  if (!newest) throw new NotFound('no-party', t('directory.none'));
  const now = clock.now();
  const kind = PARTY_KINDS.find((one) => one === party.kind) ?? 'other';
  const holder = given.ocdId === null ? null : ((await partiesLike(db, [given.ocdId], []))[0] ?? null);
  const entry = describeAnew(
    { now: { ...party, kind }, entry: newest.entry, since: newest.occurredAt.toISOString(), holder },
    given,
    uuidv7(now, random),
    by,
    // A day without an hour: its end, so that it lies after whatever was noted that day, and never in the future.
    since === null ? instant(now) : instant(Math.min(now, Date.parse(`${since}T23:59:59.999Z`))),
    since !== null && since > instant(now).slice(0, 10) ? '' : instant(now),
  );
  await ledger.append({ key: `describe:${once}`, entries: [entry], expect: [{ stream: id, last }] });
}

const aliasForm = z
  .object({ of: z.enum(ALIAS_SORTS, choice), value: line(300), note: orNone(line(300)) })
  .superRefine(({ of, value }, context) => {
    if (of === 'ocd-id' && !ocdId.safeParse(value).success)
      context.addIssue({ code: 'custom', path: ['value'], message: t('directory.not-division') });
  });

/** @throws InvalidInput; RuleRefusal `alias-known`, `alias-of-another` */
export async function giveAlias(services: Needs, by: string, id: string, form: unknown, once: string): Promise<void> {
  const given = checked(aliasForm, form, fieldNames());
  const party = await theParty(services, id);
  const { db, ledger, clock, random } = services;
  const now = clock.now();
  const holders = await (given.of === 'ocd-id'
    ? partiesLike(db, [given.value], [])
    : partiesLike(db, [], [given.value]));
  const ids = { entry: uuidv7(now, random), alias: uuidv7(now, random) };
  const entry = addAlias({ party: party.id, ...given }, holders, ids, { by, occurredAt: instant(now) });
  await ledger.append({ key: `alias:${once}`, entries: [entry] });
}

const reasoned = z.object({ reason: line(300) });

/** @throws NotFound `no-alias`; InvalidInput */
export async function withdrawAlias(
  services: Needs,
  by: string,
  id: string,
  alias: string,
  form: unknown,
  once: string,
): Promise<void> {
  const { reason } = checked(reasoned, form, fieldNames());
  if (!(await aliasesOf(services.db, id)).some((one) => one.id === alias))
    throw new NotFound('no-alias', { what: t('directory.no-alias'), lost: t('directory.nothing-written') });
  await write(services, `alias-withdrawn:${once}`, 'alias.withdrawn', by, { alias, party: id, reason }, 'public');
}

const channelForm = z.object({
  type: z.enum(CHANNEL_TYPES, choice),
  address: line(500),
  label: orNone(line(120)),
  replaces: orNone(uuid),
});

/**
 * Notes how an organisation reaches a party. Letters that wait and open requests are the caller's to look after (src/record/contacts.ts).
 * @throws InvalidInput `channel-refused`, `channel-unknown`; RuleRefusal `channel-known`
 */
export async function giveChannel(services: Needs, by: string, id: string, form: unknown, once: string): Promise<void> {
  const given = checked(channelForm, form, fieldNames());
  const party = await theParty(services, id);
  const { db, ledger, clock, random } = services;
  const now = clock.now();
  const standing = (await channelsOf(db, by, party.id)).filter((one) => one.over === null);
  const ids = { entry: uuidv7(now, random), channel: uuidv7(now, random) };
  const entry = noteChannel(standing, { party: party.id, ...given }, ids, { by, occurredAt: instant(now) });
  await ledger.append({ key: `channel:${once}`, entries: [entry] });
}

/** @throws NotFound `no-channel`; RuleRefusal `channel-over`; InvalidInput */
export async function endChannel(
  services: Needs,
  by: string,
  id: string,
  channel: string,
  form: unknown,
  once: string,
): Promise<void> {
  const { reason } = checked(reasoned, form, fieldNames());
  const there = (await channelsOf(services.db, by, id)).find((one) => one.id === channel);
  if (!there)
    throw new NotFound('no-channel', { what: t('directory.no-channel'), lost: t('directory.nothing-written') });
  if (there.over !== null)
    throw new RuleRefusal('channel-over', { what: t('directory.channel-over'), lost: t('directory.nothing-written') });
  await write(services, `channel-ended:${once}`, 'channel.ended', by, { channel, party: id, reason }, 'own');
}

async function write(
  { ledger, clock, random }: Needs,
  key: string,
  kind: string,
  by: string,
  body: NewEntry['body'],
  audience: NewEntry['audience'],
): Promise<void> {
  const now = clock.now();
  const entry = { kind, id: uuidv7(now, random), matter: null, by, occurredAt: instant(now), audience, body };
  await ledger.append({ key, entries: [entry] });
}

/** Names of the parties that a form's text fits, to say which are meant. @throws InvalidInput `party-unknown`, `party-ambiguous` */
export async function partyCalled({ db }: Pick<Services, 'db'>, name: string, field: string): Promise<Described> {
  const found = UUID.test(name) ? [await theParty({ db }, name)] : await partiesLike(db, [], [name]);
  const [party] = found;
  const refuse = (code: string, what: string) =>
    new InvalidInput(code, { what, lost: t('directory.kept') }, { [field]: what });
  if (!party) throw refuse('party-unknown', t('directory.unknown', { name }));
  if (found.length > 1) throw refuse('party-ambiguous', t('directory.several', { n: found.length, name }));
  return await theParty({ db }, party.id);
}
