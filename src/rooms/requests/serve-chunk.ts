/**
 * What one append of a serving holds: parties that are new, services, where their letters go, and the letters in the outbox. Asks the
 * directory, writes nothing; two look-ups a chunk, none a recipient.
 */
import { createHash } from 'node:crypto';
import type { NewEntry, Rows } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { risingIds } from '../../base/ids.ts';
import type { Services } from '../../base/services.ts';
import { closingsFor } from '../clock/view.ts';
import { isSettled, newestAnswers } from '../escalation/view.ts';

import { type DraftRecipient, directoryFor } from './draft-recipients.ts';

import { type Before, dueFor, type Serving, serve } from './rules.ts';
import { matchParty } from './same-party.ts';

const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex');

export type Written = { readonly entries: readonly NewEntry[]; readonly rows: readonly Rows[] };
export type WriteChunk = (recipients: readonly DraftRecipient[]) => Promise<Written>;

/** Makes entries and rows for a chunk of recipients. A few look-ups a chunk, none a recipient. */
export function chunkWriter(services: Services, serving: Serving, columns: readonly string[]): WriteChunk {
  const occurredAt = instant(serving.draft.recorded ? Date.parse(serving.draft.recorded.servedAt) : serving.now);
  const newId = risingIds(serving.now, services.random);
  const leavesAt = serving.leavesAt === null ? null : instant(serving.leavesAt);
  return async (recipients) => {
    const partyOf = await partiesFor(services, serving.request, recipients);
    const beforeOf = await beforeFor(services, serving, recipients);
    // Anew for each chunk: a day that was added meanwhile counts for those who are not served yet.
    const dueOf = dueFor(serving, await closingsFor(services.db, serving.matter.issuer));
    const entries: NewEntry[] = [];
    const contacts: Record<string, unknown>[] = [];
    const letters: Record<string, unknown>[] = [];
    for (const recipient of recipients) {
      const before = beforeOf(recipient);
      // Answered everything since it was composed: nothing is left to ask.
      if (before && before.carried.length >= serving.draft.items.length) continue;
      let party = partyOf(recipient);
      if (party === null) {
        party = newId();
        entries.push({
          kind: 'party.registered',
          id: newId(),
          matter: null,
          by: serving.matter.issuer,
          occurredAt,
          audience: 'public',
          // In the order of canonical JSON, like the bodies of services.
          body: { kind: recipient.kind, name: recipient.name, ocdId: recipient.ocdId, party, state: recipient.state },
        });
      }
      // Only columns that the letter uses become part of the record.
      const merge = Object.fromEntries(columns.map((column) => [column, recipient.merge[column] ?? '']));
      const to = { ...recipient, merge, party, before };
      const { entry, service } = serve(serving, dueOf({ ...recipient, party }), to, newId(), sha256Hex);
      entries.push(entry);
      if (recipient.email === null) continue;
      contacts.push({ service, address: recipient.email });
      if (leavesAt === null) continue;
      letters.push({
        kind: 'letter',
        key: `letter:${service}`,
        service,
        request: serving.request,
        entry: entry.id,
        address: recipient.email,
        not_before: leavesAt,
        params: {},
        state: 'queued',
        attempts: 0,
      });
    }
    const rows: Rows[] = [];
    if (contacts.length > 0) rows.push({ table: 'work.contact', rows: contacts });
    if (letters.length > 0) rows.push({ table: 'work.outbox', rows: letters });
    return { entries, rows };
  };
}

/** What each recipient of a subpoena answered in the request before, as it stands now; null for requests that follow none. */
async function beforeFor(
  { db }: Services,
  { draft }: Serving,
  recipients: readonly DraftRecipient[],
): Promise<(recipient: DraftRecipient) => Before | null> {
  if (!draft.follows) return () => null;
  const answers = await newestAnswers(
    db,
    recipients.flatMap((one) => one.predecessor ?? []),
  );
  return ({ predecessor }) => {
    if (!predecessor) return null;
    const said = [...(answers.get(predecessor)?.values() ?? [])].filter(isSettled).sort((a, b) => a.item - b.item);
    const carried = said.map(({ item, entry, answer, disposition, documents, finding, determination }) => ({
      ...{ item, entry, answer, disposition, documents },
      found: finding === null || determination === null ? null : { entry: determination, finding },
    }));
    return { service: predecessor, carried };
  };
}

/**
 * The directory's party of each recipient of a chunk, or null for one to register. Asked again here, because another serving may
 * have registered the same party since the draft was made; a party that this request serves already is never used twice.
 */
async function partiesFor(
  services: Services,
  request: string,
  recipients: readonly DraftRecipient[],
): Promise<(recipient: DraftRecipient) => string | null> {
  const fresh = recipients.filter((recipient) => recipient.party === null);
  if (fresh.length === 0) return (recipient) => recipient.party;
  const candidates = await directoryFor(services.db, fresh);
  const found = new Map<number, string>();
  for (const row of fresh) {
    const match = matchParty(row, candidates(row));
    // An id stands for one party, also where it was registered under another spelling just now.
    if (match.match === 'known' || match.match === 'contradicts') found.set(row.line, match.party.id);
  }
  const used = new Set(recipients.flatMap((recipient) => (recipient.party ? [recipient.party] : [])));
  if (found.size > 0) {
    const served = await services.db
      .selectFrom('view.service')
      .select('recipient')
      .where('request', '=', request)
      .where((eb) => eb('recipient', '=', eb.fn.any(eb.val([...found.values()]))))
      .execute();
    for (const row of served) used.add(row.recipient);
  }
  return (recipient) => {
    if (recipient.party !== null) return recipient.party;
    const party = found.get(recipient.line);
    if (party === undefined || used.has(party)) return null;
    used.add(party);
    return party;
  };
}
