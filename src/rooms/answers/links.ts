/**
 * How a recipient comes in without an account: a link from a letter, then a code to the same mailbox. Rules first (pure), then the SQL that
 * holds them when several come at once. Tokens and codes are kept as hashes only; nothing here logs or returns an address in full but to
 * the mailer.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from '../../base/database.ts';
import { uuidv7 } from '../../base/ids.ts';
import { hashCode, hashToken, maskAddress, newCode, newToken, readCode, sameBytes, TOKEN } from '../../base/secrets.ts';
import type { Services } from '../../base/services.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'random'>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const CODE_LIFE = 15 * MINUTE;
export const TRIES_A_CODE = 5;
export const CODES_AN_HOUR = 5;
export const WRONG_BEFORE_LOCK = 20;
export const LOCK = HOUR;
export const RENEWALS_AN_HOUR = 3;
export const SESSION_LIFE = 12 * HOUR;

/** A link as it stands in the database. Times in milliseconds since the epoch. */
export interface LinkState {
  readonly expiresAt: number;
  readonly replacedAt: number | null;
  readonly lockedUntil: number | null;
  readonly wrongCodes: number;
}
export type LinkStanding = 'expired' | 'replaced' | 'locked' | 'ok';

/** What a known link is worth now. Replaced counts before expired: it says where the newer one went. */
export function standing(link: LinkState, now: number): LinkStanding {
  if (link.replacedAt !== null) return 'replaced';
  if (link.expiresAt <= now) return 'expired';
  if (link.lockedUntil !== null && link.lockedUntil > now) return 'locked';
  return 'ok';
}

/** The link's counters after one more wrong code: every twentieth locks it for an hour. */
export function afterWrongCode(link: LinkState, now: number): { wrongCodes: number; lockedUntil: number | null } {
  const wrongCodes = link.wrongCodes + 1;
  return { wrongCodes, lockedUntil: wrongCodes % WRONG_BEFORE_LOCK === 0 ? now + LOCK : link.lockedUntil };
}

/** Whether one more code may leave, given when the last hour's codes left. `wait` in milliseconds. */
export function mayHaveCode(leftAt: readonly number[], now: number): { ok: true } | { ok: false; wait: number } {
  const lately = leftAt.filter((at) => at > now - HOUR).sort((a, b) => a - b);
  const first = lately[lately.length - CODES_AN_HOUR];
  return first === undefined ? { ok: true } : { ok: false, wait: first + HOUR - now };
}

/**
 * Makes a link for a service and voids the older ones. Returns the token for the letter: 256 random bits, base64url; it is nowhere kept.
 * Sessions of the service that began at another address end: that mailbox is not the recipient's any more. Pass `tx` to do it inside
 * the transaction that queues the letter.
 */
export async function mintLink(
  needs: Needs,
  link: { readonly service: string; readonly address: string; readonly expiresAt: Date },
  tx?: Transaction<Database>,
): Promise<string> {
  const token = newToken(needs.random);
  const now = new Date(needs.clock.now());
  const work = async (db: Kysely<Database>) => {
    // One at a time for a service, so that two letters at once leave one link open, not two.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`link:${link.service}`}, 0))`.execute(db);
    await db
      .updateTable('work.link')
      .set({ replaced_at: now })
      .where('service', '=', link.service)
      .where('replaced_at', 'is', null)
      .execute();
    await db
      .deleteFrom('work.recipient_session')
      .where('service', '=', link.service)
      .where('address', '!=', link.address)
      .execute();
    await db
      .insertInto('work.link')
      .values({
        hash: hashToken(token),
        service: link.service,
        address: link.address,
        created_at: now,
        expires_at: link.expiresAt,
      })
      .execute();
  };
  if (tx) await work(tx);
  else await needs.db.transaction().execute(work);
  return token;
}

export type OpenLink =
  | { readonly state: 'unknown' }
  | {
      readonly state: LinkStanding;
      readonly service: string;
      readonly mailbox: string;
      readonly lockedUntil: Date | null;
    };

/** Looks at a link and changes nothing: mail scanners open links before people do. `mailbox` is masked. */
export async function openLink(needs: Needs, token: string): Promise<OpenLink> {
  if (!TOKEN.test(token)) return { state: 'unknown' };
  const link = await needs.db
    .selectFrom('work.link')
    .selectAll()
    .where('hash', '=', hashToken(token))
    .executeTakeFirst();
  if (!link) return { state: 'unknown' };
  const state = standing(stateOf(link), needs.clock.now());
  return { state, service: link.service, mailbox: maskAddress(link.address), lockedUntil: link.locked_until };
}

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
    const lately = await tx
      .selectFrom('work.code')
      .select('created_at')
      .where('link', '=', hash)
      .where('created_at', '>', new Date(now - HOUR))
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
        .where('hash', '=', hash)
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

export type RenewedLink =
  | { readonly state: 'sent'; readonly to: string; readonly token: string; readonly service: string }
  | { readonly state: 'unknown' | 'ok' | 'locked' | 'wait' };

/**
 * A fresh link for an expired or replaced one, as long-lived as that one was meant to be. `to` is the address on file, for the mailer alone.
 * At most three an hour for a service, whoever asks.
 */
export async function renewLink(needs: Needs, token: string): Promise<RenewedLink> {
  if (!TOKEN.test(token)) return { state: 'unknown' };
  return await needs.db.transaction().execute(async (tx): Promise<RenewedLink> => {
    const link = await tx.selectFrom('work.link').selectAll().where('hash', '=', hashToken(token)).executeTakeFirst();
    if (!link) return { state: 'unknown' };
    await sql`select pg_advisory_xact_lock(hashtextextended(${`link:${link.service}`}, 0))`.execute(tx);
    const now = needs.clock.now();
    const state = standing(stateOf(link), now);
    if (state === 'ok' || state === 'locked') return { state };
    const newest = await tx
      .selectFrom('work.link')
      .select(['created_at', 'locked_until'])
      .where('service', '=', link.service)
      .where((eb) => eb.or([eb('created_at', '>', new Date(now - HOUR)), eb('locked_until', '>', new Date(now))]))
      .execute();
    // A lock outlives its link: asking for a fresh one must not be the way round it.
    if (newest.some((row) => row.locked_until !== null && row.locked_until.getTime() > now)) return { state: 'locked' };
    if (newest.length >= RENEWALS_AN_HOUR) return { state: 'wait' };
    const contact = await tx
      .selectFrom('work.contact')
      .select('address')
      .where('service', '=', link.service)
      .executeTakeFirst();
    const to = contact?.address ?? link.address;
    const life = Math.max(link.expires_at.getTime() - link.created_at.getTime(), 24 * HOUR);
    const fresh = await mintLink(needs, { service: link.service, address: to, expiresAt: new Date(now + life) }, tx);
    return { state: 'sent', to, token: fresh, service: link.service };
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

/** Links of a request's services that are locked now, for the issuer's staff to see. */
export async function lockedLinks(
  needs: Needs,
  request: string,
): Promise<{ service: string; name: string; until: Date; wrongCodes: number }[]> {
  const rows = await needs.db
    .selectFrom('work.link')
    .innerJoin('view.service', 'view.service.id', 'work.link.service')
    .select(['work.link.service', 'view.service.name', 'work.link.locked_until', 'work.link.wrong_codes'])
    .where('view.service.request', '=', request)
    .where('work.link.locked_until', '>', new Date(needs.clock.now()))
    .orderBy('view.service.name')
    .execute();
  return rows.flatMap((row) =>
    row.locked_until
      ? [{ service: row.service, name: row.name, until: row.locked_until, wrongCodes: row.wrong_codes }]
      : [],
  );
}

interface LinkRow {
  expires_at: Date;
  replaced_at: Date | null;
  locked_until: Date | null;
  wrong_codes: number;
}

function stateOf(row: LinkRow): LinkState {
  return {
    expiresAt: row.expires_at.getTime(),
    replacedAt: row.replaced_at?.getTime() ?? null,
    lockedUntil: row.locked_until?.getTime() ?? null,
    wrongCodes: row.wrong_codes,
  };
}

async function lockLink(tx: Transaction<Database>, hash: Buffer) {
  return await tx.selectFrom('work.link').selectAll().where('hash', '=', hash).forUpdate().executeTakeFirst();
}
