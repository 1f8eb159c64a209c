/**
 * Mail that came in and found its place, or was set aside, is kept whole for a while so that somebody can look what was sent; then its text goes. What it said
 * stands in an entry; that it came, and that the same mail is never taken twice, stays. Mail that waits for somebody is kept.
 */
import { sql } from 'kysely';
import type { Services } from '../../base/services.ts';

const DAY = 86_400_000;
export const KEPT_DAYS = 90;

/** @returns how many mails lost their text */
export async function forgetMails({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> {
  const { rows } = await sql`
    update work.mail_in set raw = '', read = null
    where state in ('placed', 'repeated', 'aside') and length(raw) > 0
      and coalesce(settled_at, received_at) < ${new Date(clock.now() - KEPT_DAYS * DAY)} returning id`.execute(db);
  return rows.length;
}
