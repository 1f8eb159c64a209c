/** Serves invitations on the invited: whom a letter can go to, and the one append that makes entries, mailboxes and letters. */

import { InvalidInput } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { channelsOfAll } from '../directory/view.ts';
import { mailbox } from '../fields.ts';
import { meetingIn, ofMatter } from './commands.ts';
import { invitationsOf } from './invitations.ts';
import { serveInvitations } from './inviting.ts';
import type { Participant } from './view.ts';

/** Letters queued in one append. */
const CHUNK = 500;

/** The newest mail address that the organisation noted of each party, by party. */
export async function addressesFor(
  { db }: Pick<Services, 'db'>,
  issuer: string,
  participants: readonly Pick<Participant, 'party'>[],
): Promise<ReadonlyMap<string, string>> {
  const all = await channelsOfAll(db, issuer, [...new Set(participants.map((one) => one.party))]);
  const found = new Map<string, string>();
  for (const [party, channels] of all) {
    const mail = channels.find((one) => one.type === 'mail' && one.over === null);
    if (mail) found.set(party, mail.address);
  }
  return found;
}

/** `example.gov` of `http://example.gov:8080`: what calendar ids end with. */
const hostOf = (baseUrl: string): string => new URL(baseUrl).hostname;

/** A tag of 128 random bits in small letters and digits: mail servers may change the case of what stands before the @. */
const newTag = ({ random }: Pick<Services, 'random'>): string => Buffer.from(random(16)).toString('hex');

/**
 * Writes `invitation.served` and queues the letter for each participant with an address; who has one already is passed over.
 * @param addresses by participant; empty ones are left out
 * @returns how many letters @throws InvalidInput `address-refused`, `nobody-chosen`; those of `serveInvitations`
 */
export async function serveTo(
  services: Services,
  matter: string,
  meetingId: string,
  addresses: ReadonlyMap<string, string>,
  once: string,
): Promise<number> {
  const { db, ledger, clock, random, config } = services;
  const of = await ofMatter(services, matter);
  const { meeting, participants } = await meetingIn(services, of.matter, meetingId);
  const fields: Record<string, string> = {};
  for (const [id, address] of addresses) {
    if (address !== '' && !mailbox.safeParse(address).success) fields[`address-${id}`] = t('meetings.serve.address');
  }
  if (Object.keys(fields).length > 0)
    throw new InvalidInput(
      'address-refused',
      { what: t('meetings.serve.addresses'), lost: t('meetings.serve.addresses.lost') },
      fields,
    );
  const to = participants.filter((one) => (addresses.get(one.id) ?? '') !== '');
  const keys = Array.from({ length: Math.ceil(to.length / CHUNK) }, (_, i) => `invitations:${once}:${i}`);
  const before = await db
    .selectFrom('ledger.command')
    .select('count')
    .where('key', 'in', ['', ...keys])
    .execute();
  if (before.length === keys.length && keys.length > 0) return before.reduce((n, row) => n + row.count, 0);
  if (to.length === 0)
    throw new InvalidInput('nobody-chosen', {
      what: t('meetings.serve.nobody'),
      lost: t('meetings.serve.nobody.lost'),
      next: t('meetings.serve.nobody.next'),
    });
  let sent = 0;
  for (const [i, key] of keys.entries()) {
    const served = new Set((await invitationsOf(db, meeting.id)).map((one) => one.id));
    const chunk = to.slice(i * CHUNK, (i + 1) * CHUNK);
    const now = clock.now();
    const entries = serveInvitations(
      of,
      meeting,
      chunk,
      served,
      hostOf(config.baseUrl),
      () => uuidv7(now, random),
      now,
    );
    const each = entries.flatMap((entry) => {
      const id = entry.body['invitation'];
      const address = typeof id === 'string' ? addresses.get(id) : undefined;
      return typeof id === 'string' && address !== undefined ? [{ id, address, entry: entry.id }] : [];
    });
    const written = await ledger.append({
      key,
      entries: [...entries],
      // An invitation is served once, whoever else sends the same form at this moment.
      expect: each.map(({ id }) => ({ stream: id, last: null })),
      rows: [
        { table: 'work.contact', rows: each.map(({ id, address }) => ({ service: id, address })) },
        { table: 'work.invitation', rows: each.map(({ id }) => ({ invitation: id, tag: newTag(services) })) },
        {
          table: 'work.outbox',
          rows: each.map(({ id, address, entry }) => ({
            kind: 'invitation',
            key: `invitation:${id}`,
            service: id,
            request: null,
            entry,
            address,
            params: {},
            not_before: new Date(now).toISOString(),
            state: 'queued',
            attempts: 0,
          })),
        },
      ],
    });
    sent += written.entries.length;
  }
  return sent;
}
