/**
 * Links in letters, the first half of how a recipient comes in without an account (codes.ts is the second). Rules first (pure), then the SQL
 * that holds them when several come at once. Tokens are kept as hashes only; an address leaves here in full for the mailer alone.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from '../../base/database.ts';
import { hashToken, maskAddress, newToken, TOKEN } from '../../base/secrets.ts';
import type { Services } from '../../base/services.ts';

export type Needs = Pick<Services, 'db' | 'clock' | 'random'>;

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
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

/** The counters of a mailbox's links after one more wrong code: every twentieth locks them all for an hour. */
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
 * Makes a link for a service and voids those that went to another mailbox; those to the same one live on until they expire, so that a letter
 * that somebody kept goes on working (docs/decisions/0022). Returns the token for the letter: 256 random bits, base64url; it is nowhere kept.
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
    // One at a time for a service, so that letters to two mailboxes at once leave those of one open, not of both.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`link:${link.service}`}, 0))`.execute(db);
    await db
      .updateTable('work.link')
      .set({ replaced_at: now })
      .where('service', '=', link.service)
      .where('address', '!=', link.address)
      .where('replaced_at', 'is', null)
      .execute();
    // Wrong codes are counted for the mailbox: a further link is no way round a lock.
    const [mailbox] = await db
      .selectFrom('work.link')
      .select(['wrong_codes', 'locked_until'])
      .where('service', '=', link.service)
      .where('address', '=', link.address)
      .where('replaced_at', 'is', null)
      .orderBy('hash')
      .forUpdate()
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
        wrong_codes: mailbox?.wrong_codes ?? 0,
        locked_until: mailbox?.locked_until ?? null,
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

/** Links of a request's services that are locked now, for the issuer's staff to see. */
export async function lockedLinks(
  needs: Needs,
  request: string,
): Promise<{ service: string; name: string; until: Date; wrongCodes: number }[]> {
  const rows = await needs.db
    .selectFrom('work.link')
    .innerJoin('view.service', 'view.service.id', 'work.link.service')
    .select(['work.link.service', 'view.service.name', 'work.link.locked_until', 'work.link.wrong_codes'])
    .distinctOn(['view.service.name', 'work.link.service'])
    .where('view.service.request', '=', request)
    .where('work.link.locked_until', '>', new Date(needs.clock.now()))
    .orderBy('view.service.name')
    .orderBy('work.link.service')
    .orderBy('work.link.locked_until', 'desc')
    .execute();
  return rows.flatMap((row) =>
    row.locked_until
      ? [{ service: row.service, name: row.name, until: row.locked_until, wrongCodes: row.wrong_codes }]
      : [],
  );
}

export interface LinkRow {
  expires_at: Date;
  replaced_at: Date | null;
  locked_until: Date | null;
  wrong_codes: number;
}

/** The counted and timed columns of a row, for the rules. */
export function stateOf(row: LinkRow): LinkState {
  return {
    expiresAt: row.expires_at.getTime(),
    replacedAt: row.replaced_at?.getTime() ?? null,
    lockedUntil: row.locked_until?.getTime() ?? null,
    wrongCodes: row.wrong_codes,
  };
}

/**
 * The row of a link, locked until the transaction ends, and with it those of all links to the same mailbox that are open: tries on any of them
 * are counted one after the other.
 */
export async function lockLink(tx: Transaction<Database>, hash: Buffer) {
  const own = await tx
    .selectFrom('work.link')
    .select(['service', 'address'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  if (!own) return undefined;
  const rows = await tx
    .selectFrom('work.link')
    .selectAll()
    .where('service', '=', own.service)
    .where('address', '=', own.address)
    .where((eb) => eb.or([eb('replaced_at', 'is', null), eb('hash', '=', hash)]))
    .orderBy('hash')
    .forUpdate()
    .execute();
  return rows.find((row) => row.hash.equals(hash));
}
