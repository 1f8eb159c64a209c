/**
 * Addresses of calendar feeds: made, listed, turned off, looked up. The secret in an address is kept as a hash and handed out once. What a
 * feed shows is in lines.ts.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { hashToken, newToken, TOKEN } from '../../base/secrets.ts';
import type { Services } from '../../base/services.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'random'>;

/** Whose calendar it is: a person of an organisation's staff, or whoever holds a mailbox that was written to. */
export type Holder =
  | { readonly who: 'staff'; readonly userId: string; readonly party: string }
  | { readonly who: 'recipient'; readonly address: string; readonly service: string };

export interface Feed {
  readonly id: string;
  readonly createdAt: Date;
}

/** More than a person has devices; a page that makes addresses without end helps nobody. */
export const MOST_FEEDS = 5;

const columnsOf = (holder: Holder) =>
  holder.who === 'staff'
    ? { user_id: holder.userId, party: holder.party, address: null, service: null }
    : { user_id: null, party: null, address: holder.address, service: holder.service };

const ofHolder = (holder: Holder) =>
  holder.who === 'staff'
    ? sql<boolean>`user_id = ${holder.userId} and party = ${holder.party}`
    : sql<boolean>`address = ${holder.address}`;

/** The addresses that are on, oldest first, without their secrets. */
export async function feedsOf(db: Kysely<Database>, holder: Holder): Promise<readonly Feed[]> {
  const rows = await db
    .selectFrom('work.calendar_feed')
    .select(['id', 'created_at'])
    .where(ofHolder(holder))
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ id: row.id, createdAt: row.created_at }));
}

/**
 * Makes an address. @param id the form's token: the same form never makes two
 * @returns the secret for the address, which is kept nowhere
 * @throws RuleRefusal `calendar-made-already`, `too-many-calendars`
 */
export async function makeFeed(needs: Needs, holder: Holder, id: string): Promise<string> {
  const token = newToken(needs.random);
  return await needs.db.transaction().execute(async (tx) => {
    const key = holder.who === 'staff' ? `${holder.party} ${holder.userId}` : holder.address;
    await sql`select pg_advisory_xact_lock(hashtextextended(${`calendar:${key}`}, 0))`.execute(tx);
    const known = await tx.selectFrom('work.calendar_feed').select('id').where('id', '=', id).executeTakeFirst();
    if (known) {
      throw new RuleRefusal('calendar-made-already', {
        what: t('clock.feed.made'),
        lost: t('clock.feed.made.lost'),
        next: t('clock.feed.made.next'),
      });
    }
    if ((await feedsOf(tx, holder)).length >= MOST_FEEDS) {
      throw new RuleRefusal('too-many-calendars', {
        what: t('clock.feed.many', { n: MOST_FEEDS }),
        lost: t('clock.lost.changed'),
        next: t('clock.feed.many.next'),
      });
    }
    await tx
      .insertInto('work.calendar_feed')
      .values({ id, hash: hashToken(token), ...columnsOf(holder), created_at: new Date(needs.clock.now()) })
      .execute();
    return token;
  });
}

/** Turns an address of this holder off; false where there is none such that is on. */
export async function revokeFeed(needs: Pick<Needs, 'db' | 'clock'>, holder: Holder, id: string): Promise<boolean> {
  const { numUpdatedRows } = await needs.db
    .updateTable('work.calendar_feed')
    .set({ revoked_at: new Date(needs.clock.now()) })
    .where('id', '=', id)
    .where(ofHolder(holder))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Whose calendar an address opens; `off` where it was turned off, or where the person has left the organisation. @param token out of an address
 */
export async function holderOf(db: Kysely<Database>, token: string): Promise<Holder | 'off' | null> {
  if (!TOKEN.test(token)) return null;
  const row = await db
    .selectFrom('work.calendar_feed')
    .selectAll()
    .where('hash', '=', hashToken(token))
    .executeTakeFirst();
  if (!row) return null;
  if (row.revoked_at !== null) return 'off';
  if (row.address !== null && row.service !== null) {
    return { who: 'recipient', address: row.address, service: row.service };
  }
  if (row.user_id === null || row.party === null) return 'off';
  return (await isStaff(db, row.user_id, row.party)) ? { who: 'staff', userId: row.user_id, party: row.party } : 'off';
}

/** Whether a person is (still) in the team of an organisation. */
export async function isStaff(db: Kysely<Database>, userId: string, party: string): Promise<boolean> {
  const { rows } = await sql<{ one: number }>`
    select 1 as one from auth.member m join work.organisation w on w.auth_id = m."organizationId"
    where m."userId" = ${userId} and w.party = ${party} limit 1`.execute(db);
  return rows.length > 0;
}
