/**
 * The outbox as SQL: which mails wait, who works on one, what became of it. Rows are written in the same transaction as the
 * entries they are about (src/ledger/append.ts); here they are claimed, and marked once their mail has left.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';

export const MAIL_KINDS = [
  'letter',
  'answer-receipt',
  'determination',
  'clock',
  'step',
  'reminder',
  'ask-refused',
  'moved-digest',
  'invitation',
  'invitation-update',
  'invitation-receipt',
  'follow-confirm',
  'follow-digest',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  /** null: about no single service */
  readonly service: string | null;
  readonly entry: string | null;
  readonly address: string;
  /** what the mail's writer needs besides; see letters.ts */
  readonly params: unknown;
  /** tries so far, this one included */
  readonly attempts: number;
}

/** While a worker has a mail, nobody else takes it for this long; if the worker dies, the mail is due again afterwards. */
export const LEASE_MS = 120_000;

/** Waits before the next try, in minutes, after each temporary failure: about a day in all. */
const RETRY_MINUTES = [1, 5, 15, 60, 180, 360, 720] as const;

/** When to try again after this many tries, or null when it is time to give up. */
export function retryAt(attempts: number, now: number): number | null {
  const minutes = RETRY_MINUTES[attempts - 1];
  return minutes === undefined ? null : now + minutes * 60_000;
}

/** Notices of a step that was taken back, or of a request that was revoked. */
const takenBack = sql`(exists (select 1 from view.revocation r where r.request = o.request)
  or exists (select 1 from view.step t join view.step_withdrawal w on w.run = t.run where t.entry = o.entry))`;

/**
 * Takes up to `limit` mails that are due, oldest first, and leases them. Letters of revoked requests are never handed out:
 * they are marked instead.
 */
export async function claim(db: Kysely<Database>, now: number, limit: number): Promise<readonly Job[]> {
  const at = new Date(now);
  await sql`update work.outbox o set state = 'revoked'
            where o.state = 'queued' and o.not_before <= ${at} and o.kind = 'letter'
              and exists (select 1 from view.revocation r where r.request = o.request)`.execute(db);
  await sql`update work.outbox o set state = 'revoked'
            where o.state = 'queued' and o.not_before <= ${at} and o.kind in ('step', 'reminder') and ${takenBack}`.execute(
    db,
  );
  const { rows } = await sql<Job>`
    update work.outbox o set not_before = ${new Date(now + LEASE_MS)}, attempts = o.attempts + 1
    from (select id from work.outbox where state = 'queued' and not_before <= ${at} order by not_before, id limit ${limit}
          for update skip locked) due
    where o.id = due.id
    returning o.id, o.kind, o.key, o.service, o.entry, o.address, o.params, o.attempts`.execute(db);
  return [...rows].sort((a, b) => a.id - b.id);
}

/**
 * Asked just before a mail leaves, which may be long after it was claimed: renews the lease. False when the lease had run out and
 * somebody else took the mail, or when its request was revoked meanwhile; then it must not leave from here.
 */
export async function hold(db: Kysely<Database>, job: Job, now: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update work.outbox o set not_before = ${new Date(now + LEASE_MS)}
    where o.id = ${job.id} and o.state = 'queued' and o.attempts = ${job.attempts}
      and not (o.kind = 'letter' and exists (select 1 from view.revocation r where r.request = o.request))
      and not (o.kind in ('step', 'reminder') and ${takenBack})`.execute(db);
  return numAffectedRows === 1n;
}

/** The mail has left. */
export async function sent(db: Kysely<Database>, id: number, messageId: string, now: number): Promise<void> {
  await db
    .updateTable('work.outbox')
    .set({ state: 'sent', message_id: messageId, sent_at: new Date(now), error: null })
    .where('id', '=', id)
    .execute();
}

/** The mail did not leave: again at `again` (ms), or never when that is null. `error` holds the mail server's words. */
export async function notSent(db: Kysely<Database>, id: number, error: string, again: number | null): Promise<void> {
  await db
    .updateTable('work.outbox')
    .set(again === null ? { state: 'failed', error } : { error, not_before: new Date(again) })
    .where('id', '=', id)
    .execute();
}

/** Puts a mail back without counting the try: what it is about is not ready yet. */
export async function later(db: Kysely<Database>, id: number, at: number): Promise<void> {
  await db
    .updateTable('work.outbox')
    .set((eb) => ({ not_before: new Date(at), attempts: eb('attempts', '-', 1) }))
    .where('id', '=', id)
    .execute();
}

/** What it was about does not hold any more: it never leaves. */
export async function never(db: Kysely<Database>, id: number): Promise<void> {
  await db.updateTable('work.outbox').set({ state: 'revoked' }).where('id', '=', id).execute();
}

/** When the next mail is due, or null when none waits. */
export async function nextDue(db: Kysely<Database>): Promise<number | null> {
  const row = await db
    .selectFrom('work.outbox')
    .select('not_before')
    .where('state', '=', 'queued')
    .orderBy('not_before')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row ? row.not_before.getTime() : null;
}
