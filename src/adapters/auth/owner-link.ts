/**
 * The link that lets the first person in. It is printed once by the program that starts the server; only its hash is kept. It opens
 * nothing as soon as an organisation exists.
 */
import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Clock, Random } from '../../base/clock.ts';
import { uuidv7 } from '../../base/ids.ts';
import { hashToken, newToken, TOKEN } from '../../base/secrets.ts';
import type { Setup } from '../../rooms/access/port.ts';
import { query } from './sql.ts';

const DAY = 86_400_000;

/**
 * Makes a new owner link, valid for 24 hours, and voids the one before; null when an organisation exists. Call it on every start and
 * print what it returns.
 */
export async function ownerLink(to: {
  pool: Pool;
  clock: Clock;
  random: Random;
  baseUrl: string;
}): Promise<string | null> {
  const token = newToken(to.random);
  const now = to.clock.now();
  const { rowCount } = await query(
    to.pool,
    `insert into auth.owner_link (hash, organisation, party, expires_at)
     select $1, $2, $3, $4 where not exists (select from auth.organization)
     on conflict (only_row) do update set hash = excluded.hash, expires_at = excluded.expires_at
       where auth.owner_link.used_at is null`,
    [hashToken(token), randomBytes(16).toString('hex'), uuidv7(now, to.random), new Date(now + DAY)],
  );
  return rowCount === 1 ? `${to.baseUrl}/setup/${token}` : null;
}

/** What this token leads to; null for anything but the newest unused link. */
export async function findSetup(pool: Pool, clock: Clock, token: string): Promise<Setup | null> {
  if (!TOKEN.test(token)) return null;
  const { rows } = await query<Setup>(
    pool,
    `select organisation, party from auth.owner_link where hash = $1 and used_at is null and expires_at > $2
       and not exists (select from auth.organization)`,
    [hashToken(token), new Date(clock.now())],
  );
  return rows[0] ?? null;
}

/** Marks the link used, inside the caller's transaction. Of two at once only one gets an answer; the other finds it used. */
export async function useSetup(tx: PoolClient, clock: Clock, token: string): Promise<Setup | null> {
  if (!TOKEN.test(token)) return null;
  const { rows } = await query<Setup>(
    tx,
    `update auth.owner_link set used_at = $2 where hash = $1 and used_at is null and expires_at > $2
       and not exists (select from auth.organization) returning organisation, party`,
    [hashToken(token), new Date(clock.now())],
  );
  return rows[0] ?? null;
}
