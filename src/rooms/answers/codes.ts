/**
 * One-time codes that follow a link, and the sessions that they open. Codes and session tokens are kept as hashes only; a code's hash cannot be
 * tried out without the link's token, which the server does not have.
 */
import { uuidv7 } from '../../base/ids.ts';
import { hashCode, hashToken, maskAddress, newCode, newToken, readCode, sameBytes, TOKEN } from '../../base/secrets.ts';
import {
  afterWrongCode,
  CODE_LIFE,
  HOUR,
  lockLink,
  mayHaveCode,
  type Needs,
  SESSION_LIFE,
  standing,
  stateOf,
  TRIES_A_CODE,
} from './links.ts';

export type SentCode =
  | { readonly state: 'sent'; readonly to: string; readonly code: string; readonly mailbox: string }
  | { readonly state: 'unknown' | 'expired' | 'replaced' | 'locked' }
  | { readonly state: 'wait'; readonly ms: number };

/**
 * Makes a code for an open link and voids the code before. `to` and `code` are for the mailer alone. The code's hash is keyed with the
 * token, which the server does not keep: who reads the database cannot try out codes.
 */
export async function makeCode(needs: Needs, token: string): Promise<SentCode> {
  if (!TOKEN.test(token)) return { state: 'unknown' };
  const hash = hashToken(token);
  return await needs.db.transaction().execute(async (tx): Promise<SentCode> => {
    const link = await lockLink(tx, hash);
    if (!link) return { state: 'unknown' };
    const now = needs.clock.now();
    const state = standing(stateOf(link), now);
    if (state !== 'ok') return { state };
    // For the mailbox, whichever of its links was opened: nobody fills it with codes by opening one after the other.
    const lately = await tx
      .selectFrom('work.code')
      .innerJoin('work.link', 'work.link.hash', 'work.code.link')
      .select('work.code.created_at')
      .where('work.link.service', '=', link.service)
      .where('work.link.address', '=', link.address)
      .where('work.code.created_at', '>', new Date(now - HOUR))
      .execute();
    const may = mayHaveCode(
      lately.map((row) => row.created_at.getTime()),
      now,
    );
    if (!may.ok) return { state: 'wait', ms: may.wait };
    const code = newCode(needs.random);
    await tx
      .updateTable('work.code')
      .set({ expires_at: new Date(now) })
      .where('link', '=', hash)
      .where('expires_at', '>', new Date(now))
      .execute();
    await tx
      .insertInto('work.code')
      .values({
        id: uuidv7(now, needs.random),
        link: hash,
        hash: hashCode(token, code),
        created_at: new Date(now),
        expires_at: new Date(now + CODE_LIFE),
      })
      .execute();
    return { state: 'sent', to: link.address, code, mailbox: maskAddress(link.address) };
  });
}

export type EnteredCode =
  /** `session` goes into the cookie; only its hash is kept */
  | { readonly state: 'in'; readonly session: string; readonly expiresAt: Date; readonly service: string }
  | { readonly state: 'wrong'; readonly triesLeft: number }
  /** no code is open: never asked for, used, too old, or tried too often */
  | { readonly state: 'no-code' }
  | { readonly state: 'unknown' | 'expired' | 'replaced' | 'locked' };

/**
 * Exchanges a code for a session of the link's service. The link's row is locked meanwhile, so tries at the same time count one after the other,
 * and the code is taken by a conditional update: it works once, whoever comes second finds it used.
 */
export async function enterCode(needs: Needs, token: string, typed: string): Promise<EnteredCode> {
  if (!TOKEN.test(token)) return { state: 'unknown' };
  const hash = hashToken(token);
  const code = readCode(typed);
  return await needs.db.transaction().execute(async (tx): Promise<EnteredCode> => {
    const link = await lockLink(tx, hash);
    if (!link) return { state: 'unknown' };
    const now = needs.clock.now();
    const at = new Date(now);
    const before = stateOf(link);
    const state = standing(before, now);
    if (state !== 'ok') return { state };
    const open = await tx
      .selectFrom('work.code')
      .select(['id', 'hash', 'tries'])
      .where('link', '=', hash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', at)
      .where('tries', '<', TRIES_A_CODE)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!open) return { state: 'no-code' };
    if (code === null || !sameBytes(open.hash, hashCode(token, code))) {
      const after = afterWrongCode(before, now);
      await tx
        .updateTable('work.code')
        .set({ tries: open.tries + 1 })
        .where('id', '=', open.id)
        .execute();
      await tx
        .updateTable('work.link')
        .set({
          wrong_codes: after.wrongCodes,
          locked_until: after.lockedUntil === null ? null : new Date(after.lockedUntil),
        })
        .where('service', '=', link.service)
        .where('address', '=', link.address)
        .where('replaced_at', 'is', null)
        .execute();
      if (after.lockedUntil !== null && after.lockedUntil > now) return { state: 'locked' };
      return { state: 'wrong', triesLeft: TRIES_A_CODE - open.tries - 1 };
    }
    const taken = await tx
      .updateTable('work.code')
      .set({ used_at: at })
      .where('id', '=', open.id)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    if (taken.numUpdatedRows !== 1n) return { state: 'no-code' };
    const session = newToken(needs.random);
    const expiresAt = new Date(now + SESSION_LIFE);
    await tx
      .insertInto('work.recipient_session')
      .values({
        hash: hashToken(session),
        service: link.service,
        address: link.address,
        link: hash,
        created_at: at,
        expires_at: expiresAt,
      })
      .execute();
    return { state: 'in', session, expiresAt, service: link.service };
  });
}

/** The service and address of a recipient's session cookie value, or null. */
export async function sessionOf(needs: Needs, session: string): Promise<{ service: string; address: string } | null> {
  if (!TOKEN.test(session)) return null;
  const row = await needs.db
    .selectFrom('work.recipient_session')
    .select(['service', 'address'])
    .where('hash', '=', hashToken(session))
    .where('expires_at', '>', new Date(needs.clock.now()))
    .executeTakeFirst();
  return row ?? null;
}

/** Ends a session; nothing happens if it is unknown. */
export async function leave(needs: Needs, session: string): Promise<void> {
  if (TOKEN.test(session))
    await needs.db.deleteFrom('work.recipient_session').where('hash', '=', hashToken(session)).execute();
}
