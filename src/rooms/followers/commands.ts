/**
 * Following a record by mail: asked for, confirmed by the link in the first mail, ended by the link in every mail. Addresses are kept while
 * somebody follows and no longer; links as hashes only. Nothing here is evidence, so nothing of it is an entry.
 */

import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { uuidv7 } from '../../base/ids.ts';
import { hashToken, newToken, TOKEN } from '../../base/secrets.ts';
import type { Services } from '../../base/services.ts';
import { CONFIRM_LIFE, LINK_LIFE, mayAsk, type Rhythm } from './rules.ts';

type Needs = Pick<Services, 'db' | 'clock' | 'random'>;
const DAY = 86_400_000;

const addressHash = (address: string): Buffer => createHash('sha256').update(address.toLowerCase(), 'utf8').digest();

/** Asks by mail whether this mailbox wants to follow. @returns whether a mail was queued; whoever asked is not told */
export async function askToFollow(
  { db, clock, random }: Needs,
  matter: string,
  address: string,
  every: Rhythm,
): Promise<boolean> {
  const now = clock.now();
  const hash = addressHash(address);
  return await db.transaction().execute(async (tx) => {
    // Two forms sent at once are one after the other; the lock goes with the transaction.
    await sql`select pg_advisory_xact_lock(hashtextextended(${hash.toString('hex')}, 63))`.execute(tx);
    const rows = await tx.selectFrom('work.follower').selectAll().where('address_hash', '=', hash).execute();
    const mine = rows.find((row) => row.matter === matter);
    const lately = rows.reduce((n, row) => n + (row.asked_at.getTime() > now - DAY ? row.mails : 0), 0);
    const before = mine ? { follows: mine.follows, askedAt: mine.asked_at.getTime() } : null;
    if (!mayAsk(before, lately, now)) return false;
    const id = mine?.id ?? uuidv7(now, random);
    const mails = (mine?.mails ?? 0) + 1;
    const asked = { address, every, asked_at: new Date(now), mails };
    if (mine) await tx.updateTable('work.follower').set(asked).where('id', '=', id).execute();
    else
      await tx
        .insertInto('work.follower')
        .values({ ...asked, id, matter, address_hash: hash })
        .execute();
    await tx
      .insertInto('work.outbox')
      .values({
        ...{ kind: 'follow-confirm', key: `follow-confirm:${id}:${mails}`, service: null, request: null, entry: null },
        ...{
          address,
          params: JSON.stringify({ follower: id }),
          not_before: new Date(now),
          error: null,
          message_id: null,
        },
      })
      .execute();
    return true;
  });
}

/** A link for a mail. The token is for the mail alone; its hash is kept. */
export async function mintFollowerLink(
  { db, clock, random }: Needs,
  follower: string,
  does: 'confirm' | 'leave',
): Promise<string> {
  const token = newToken(random);
  const row = { hash: hashToken(token), follower, does, made_at: new Date(clock.now()) };
  await db.insertInto('work.follower_link').values(row).execute();
  return token;
}

export interface Follower {
  readonly id: string;
  readonly matter: string;
  readonly slug: string;
  readonly title: string;
  readonly address: string;
  readonly every: Rhythm;
  readonly follows: boolean;
  readonly toldSeq: number;
}

const rhythm = (text: string): Rhythm => (text === 'week' ? 'week' : 'day');

/** Whoever follows under this id, with the public record; null where there is nobody, or the record is not public any more. */
export async function followerById({ db }: Pick<Needs, 'db'>, id: string): Promise<Follower | null> {
  const row = await db
    .selectFrom('work.follower as f')
    .innerJoin('view.matter as m', 'm.id', 'f.matter')
    .select(['f.id', 'f.matter', 'f.address', 'f.every', 'f.follows', 'f.told_seq', 'm.slug', 'm.title'])
    .where('f.id', '=', id)
    .where('m.audience', '=', 'public')
    .executeTakeFirst();
  if (!row) return null;
  const { told_seq, every, ...rest } = row;
  return { ...rest, every: rhythm(every), toldSeq: Number(told_seq) };
}

export type FollowerLink =
  /** no such link, or one that is forgotten */
  | { readonly state: 'unknown' }
  /** whoever it was sent to does not follow (any more) */
  | { readonly state: 'over' }
  | { readonly state: 'open'; readonly follower: Follower };

/** What a link in a mail opens. */
export async function followerOf(needs: Needs, token: string, does: 'confirm' | 'leave'): Promise<FollowerLink> {
  if (!TOKEN.test(token)) return { state: 'unknown' };
  const link = await needs.db
    .selectFrom('work.follower_link')
    .select(['follower', 'made_at'])
    .where('hash', '=', hashToken(token))
    .where('does', '=', does)
    .executeTakeFirst();
  if (!link) return { state: 'unknown' };
  const follower = link.follower === null ? null : await followerById(needs, link.follower);
  if (!follower) return { state: 'over' };
  const late = does === 'confirm' && !follower.follows && needs.clock.now() - link.made_at.getTime() > CONFIRM_LIFE;
  return late ? { state: 'over' } : { state: 'open', follower };
}

/** From now on this mailbox is told what changes. Pressed again, it changes nothing. */
export async function confirmFollower(needs: Needs, token: string): Promise<FollowerLink> {
  const link = await followerOf(needs, token, 'confirm');
  if (link.state !== 'open' || link.follower.follows) return link;
  await sql`
    update work.follower set follows = true, told_at = ${new Date(needs.clock.now())},
      told_seq = coalesce((select size - 1 from log.head), 0)
    where id = ${link.follower.id} and not follows`.execute(needs.db);
  return { state: 'open', follower: { ...link.follower, follows: true } };
}

/** Ends it: the address goes, also from mails that were sent or wait. Pressed again, it changes nothing. */
export async function leaveFollowing(needs: Needs, token: string): Promise<FollowerLink> {
  const link = await followerOf(needs, token, 'leave');
  if (link.state === 'open') await forget(needs, [link.follower.id]);
  return link;
}

/** Deletes followers, and their address wherever the outbox has it. */
async function forget({ db }: Pick<Needs, 'db'>, ids: readonly string[]): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`
      update work.outbox set address = '', state = case when state = 'queued' then 'revoked' else state end
      where kind in ('follow-confirm', 'follow-digest') and params ->> 'follower' = any(${[...ids]}::text[])`.execute(
      tx,
    );
    await tx
      .deleteFrom('work.follower')
      .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
      .execute();
  });
}

/** Forgets who never answered the first mail, and links of long ago. @returns how many people */
export async function forgetUnconfirmed(needs: Pick<Needs, 'db' | 'clock'>): Promise<number> {
  const now = needs.clock.now();
  const rows = await needs.db
    .selectFrom('work.follower')
    .select('id')
    .where('follows', '=', false)
    .where('asked_at', '<', new Date(now - CONFIRM_LIFE))
    .limit(1000)
    .execute();
  if (rows.length > 0)
    await forget(
      needs,
      rows.map(({ id }) => id),
    );
  await needs.db
    .deleteFrom('work.follower_link')
    .where('made_at', '<', new Date(now - LINK_LIFE))
    .execute();
  return rows.length;
}
