/**
 * Mail that came in: kept whole, placed where its calendar id, its tag and its attendee say, or kept for staff with the reason by name.
 *
 * What a crash means: a mail that is kept but not placed is placed by the next look; its entry has a key made of what it says, so it is
 * written once, however often and by whichever way the mail comes.
 */
import { createHash } from 'node:crypto';
import { Conflict, Refusal } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import type { Services } from '../../base/services.ts';
import { ATTEMPTS, type Invited, invitedOf, receiptMail } from './answering.ts';
import { answersOfInvitation, invitationByUid, mailboxOf } from './invitations.ts';
import { type Answering, answerInvitation } from './inviting.ts';
import {
  type KnownInvitation,
  type Placed,
  type Placing,
  place,
  type ReadMail,
  readMail,
  uidsIn,
  type Why,
} from './itip.ts';

/** Largest mail that is kept, in bytes. */
export const MOST_BYTES = 10 * 1024 * 1024;

export type Taken = 'placed' | 'repeated' | 'unplaced';

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest();
};

/** One key for a mail, whichever servers wrote their lines above it: its own id and what stands in its calendars. */
const keyOf = (raw: Uint8Array, read: ReadMail | null): Buffer =>
  read?.messageId ? sha256('id', read.messageId, JSON.stringify(read.calendars), read.words ?? '') : sha256('raw', raw);

/**
 * Keeps a mail and places it. @param read what the reader made of it; null where it could not be read
 * @returns what became of it; `repeated` also for one that was here before
 */
export async function takeMail(services: Services, raw: Uint8Array, read: ReadMail | null): Promise<Taken> {
  const { db, clock, random } = services;
  const now = clock.now();
  const key = keyOf(raw, read);
  await db
    .insertInto('work.mail_in')
    .values({
      id: uuidv7(now, random),
      key,
      received_at: new Date(now),
      raw: Buffer.from(raw),
      bytes: raw.length,
      read: read === null ? null : JSON.stringify(read),
      sender: read?.from ?? null,
      subject: read?.subject ?? null,
      why: null,
      detail: null,
      party: null,
      invitation: null,
      entry: null,
      settled_by: null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const row = await db
    .selectFrom('work.mail_in')
    .select(['id', 'state'])
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  return row.state === 'received' ? await settleMail(services, row.id) : 'repeated';
}

/** Mail that was kept and not placed when the process ended. @returns how many */
export async function settleAll(services: Services): Promise<number> {
  const rows = await services.db
    .selectFrom('work.mail_in')
    .select('id')
    .where('state', '=', 'received')
    .orderBy('received_at')
    .execute();
  for (const { id } of rows) await settleMail(services, id);
  return rows.length;
}

async function knownIn(services: Services, read: ReadMail): Promise<(uid: string) => KnownInvitation | null> {
  const found = new Map<string, KnownInvitation>();
  for (const uid of uidsIn(read).slice(0, 20)) {
    const invitation = await invitationByUid(services.db, uid);
    const mailbox = invitation && (await mailboxOf(services.db, invitation.id));
    if (!invitation || !mailbox) continue;
    const mails = (await answersOfInvitation(services.db, invitation.id)).flatMap(({ mail }) => mail ?? []);
    const last = mails
      .map(({ sequence, at }) => ({ sequence, at: Date.parse(at) }))
      .toSorted((a, b) => a.sequence - b.sequence || a.at - b.at)
      .at(-1);
    const { id, sequence, servedAt } = invitation;
    found.set(uid, { id, sequence, servedAt: servedAt.getTime(), ...mailbox, last: last ?? null });
  }
  return (uid) => found.get(uid) ?? null;
}

async function settleMail(services: Services, id: string): Promise<Taken> {
  const { db, clock } = services;
  const row = await db
    .selectFrom('work.mail_in')
    .select(['read', 'received_at'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const read = row.read === null ? null : readMail.parse(row.read);
  const placing: Placing = read
    ? place(read, await knownIn(services, read), row.received_at.getTime())
    : { placed: false, why: 'unreadable', detail: null, invitation: null };
  const mark = async (change: {
    state: Taken;
    why: Why | null;
    detail: string | null;
    invitation: string | null;
    entry: string | null;
  }) => {
    const of = change.invitation === null ? null : await invitedOf(services, change.invitation);
    await db
      .updateTable('work.mail_in')
      .set({ ...change, party: of?.invitation.issuer ?? null, settled_at: new Date(clock.now()) })
      .where('id', '=', id)
      .execute();
    return change.state;
  };
  if (!placing.placed) {
    const { why, detail, invitation } = placing;
    return await mark({ state: 'unplaced', why, detail, invitation, entry: null });
  }
  const { invitation } = placing;
  try {
    const written = await answerByMail(services, placing, read?.messageId ?? null);
    return await mark({ state: written.state, why: null, detail: null, invitation, entry: written.entry });
  } catch (error) {
    if (!(error instanceof Refusal) || error instanceof Conflict) throw error;
    // The same word once more, under a new date: there is nothing to write and nobody to ask.
    if (error.code === 'said-so-already')
      return await mark({ state: 'repeated', why: null, detail: null, invitation, entry: null });
    return await mark({ state: 'unplaced', why: 'refused', detail: error.advice.what, invitation, entry: null });
  }
}

/** Once for what the mail says: RFC 5546 tells two versions of a reply apart by SEQUENCE and DTSTAMP. */
const mailKey = ({ invitation, method, sequence, at, partstat, proposal }: Placed): string =>
  `calendar-mail:${invitation}:${sha256(method, String(sequence), String(at), partstat, JSON.stringify(proposal)).toString('hex')}`;

async function answerByMail(
  services: Services,
  placed: Placed,
  messageId: string | null,
): Promise<{ readonly state: 'placed' | 'repeated'; readonly entry: string | null }> {
  const { method, sequence, at, partstat, delegate, reason, proposal } = placed;
  const said = { partstat, delegate, reason, proposal, at };
  // Whoever writes a comment into a calendar program does not know of a public record: it stays with the two sides.
  const mail = { method, messageId, sequence, at, placedBy: null };
  const through = { openly: false, through: 'calendar mail', actedBy: null, mail } as const;
  const before = await services.db
    .selectFrom('ledger.command')
    .select('key')
    .where('key', '=', mailKey(placed))
    .executeTakeFirst();
  if (before) return { state: 'repeated', entry: null };
  const entry = await writeAnswer(services, placed.invitation, { ...said, ...through }, mailKey(placed));
  return { state: 'placed', entry };
}

/** Writes an answer that did not come through the link, and the mail with its receipt. @returns id of the entry */
export async function writeAnswer(
  services: Services,
  invitation: string,
  answering: Answering,
  key: string,
): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    const invited: Invited | null = await invitedOf(services, invitation);
    if (!invited) return null;
    const now = services.clock.now();
    const newId = () => uuidv7(now, services.random);
    const ids = { answer: newId(), entry: newId(), stated: newId() };
    const { of, meeting, participant, last } = invited;
    const entries = answerInvitation(of, invited.invitation, meeting, participant, answering, ids, now);
    const mailbox = await mailboxOf(services.db, invitation);
    const receipt = mailbox && receiptMail(services, invitation, ids.answer, ids.entry, mailbox.address);
    try {
      const written = await services.ledger.append({
        key,
        entries: [...entries],
        expect: [{ stream: invitation, last }],
        ...(receipt ? { rows: [{ table: 'work.outbox', rows: [receipt] }] } : {}),
      });
      return written.entries[0]?.entry.id ?? null;
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}
