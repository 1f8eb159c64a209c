/**
 * Mails to those who follow a record: the first one, which asks, and at most one a day or week with what changed, never after nothing changed.
 * Queued in the same transaction in which it is noted what was told; so no start and no second process tells the same twice.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import { t } from '../base/language.ts';
import type { Services } from '../base/services.ts';
import { entriesBetween } from '../record/changes.ts';
import { openNow } from '../record/open.ts';
import { entryPath, recordPath } from '../record/paths.ts';
import { followerById, forgetUnconfirmed, mintFollowerLink } from '../rooms/followers/commands.ts';
import { INTERVAL } from '../rooms/followers/rules.ts';
import { timeText } from '../ui/time.tsx';
import type { Job } from './outbox.ts';
import type { Composed } from './parts.ts';

/** Lines in one mail; the rest is in the record. */
const MOST_LINES = 40;
/** Mails queued in one look; the next one goes on. */
const AT_ONCE = 500;

interface Due {
  readonly id: string;
  readonly address: string;
  readonly told_seq: number;
  readonly told_at: Date;
  readonly up_to: number;
}

/** Queues the mails that are due, and forgets who never answered the first one. @returns how many were queued */
export async function queueFollowerMails(services: Pick<Services, 'db' | 'clock'>): Promise<number> {
  const { db, clock } = services;
  await forgetUnconfirmed(services);
  const now = clock.now();
  const before = (ms: number) => new Date(now - ms);
  const { rows } = await sql<Due>`
    select f.id, f.address, f.told_seq, f.told_at, h.size - 1 as up_to
    from work.follower f cross join log.head h join view.matter m on m.id = f.matter and m.audience = 'public'
    where f.follows and f.told_at <= case f.every when 'day' then ${before(INTERVAL.day)}::timestamptz else ${before(INTERVAL.week)}::timestamptz end
      and (exists (select from ledger.entry e where e.matter = f.matter and ${openNow('e', new Date(now))} and e.canonical is not null
             and e.seq > f.told_seq and e.seq < h.size)
           or exists (select from work.public_since(${new Date(now)}) p where p.matter = f.matter and p.since > f.told_at))
    order by f.told_at, f.id limit ${AT_ONCE}`.execute(db);
  let queued = 0;
  for (const one of rows) {
    queued += await db.transaction().execute(async (tx) => {
      const mine = await sql`
        update work.follower set told_seq = ${one.up_to}, told_at = ${new Date(now)}
        where id = ${one.id} and told_seq = ${one.told_seq} and told_at = ${one.told_at} and follows`.execute(tx);
      if (mine.numAffectedRows !== 1n) return 0;
      const seen = { after: Number(one.told_seq), since: one.told_at.getTime(), upTo: Number(one.up_to), shownAt: now };
      const params = { follower: one.id, ...seen };
      await tx
        .insertInto('work.outbox')
        .values({
          ...{
            kind: 'follow-digest',
            key: `follow-digest:${one.id}:${one.told_seq}:${one.told_at.getTime()}`,
            service: null,
            request: null,
          },
          ...{ entry: null, address: one.address, params: JSON.stringify(params), not_before: new Date(now) },
          ...{ error: null, message_id: null },
        })
        .execute();
      return 1;
    });
  }
  return queued;
}

const asking = z.object({ follower: z.string() });
/** Positions, and times in ms. */
const telling = asking.extend({ after: z.number(), since: z.number(), upTo: z.number(), shownAt: z.number() });
const NEVER: Composed = { ready: false, never: true };

/** The first mail. It never leaves to somebody who follows already, or was forgotten meanwhile. */
export async function followConfirm(services: Services, job: Job): Promise<Composed> {
  const who = await followerById(services, asking.parse(job.params).follower);
  if (!who || who.follows) return NEVER;
  const token = await mintFollowerLink(services, who.id, 'confirm');
  const { baseUrl } = services.config;
  const text = t('letters.follow.confirm', {
    title: who.title,
    record: `${baseUrl}${recordPath(who)}`,
    every: who.every,
    link: `${baseUrl}/follow/confirm/${token}`,
  });
  const subject = t('letters.follow.confirm.subject', { title: who.title });
  return { ready: true, about: null, mail: { subject, text: `${text}\n` } };
}

/** What changed since the mail before. It never leaves where what changed was taken away meanwhile, nor to somebody who left. */
export async function followDigest(services: Services, job: Job): Promise<Composed> {
  const { follower, after, since, upTo, shownAt } = telling.parse(job.params);
  const who = await followerById(services, follower);
  if (!who?.follows) return NEVER;
  const { told, total, served } = await entriesBetween(
    services.db,
    who.matter,
    { last: after, shownAt: new Date(since) },
    { last: upTo, shownAt: new Date(shownAt) },
    MOST_LINES,
  );
  if (total + served === 0) return NEVER;
  const { baseUrl } = services.config;
  const leave = `${baseUrl}/follow/leave/${await mintFollowerLink(services, who.id, 'leave')}`;
  const lines = told.map(({ title, recipient, text, entry, dayOnly }) => {
    const when = timeText(new Date(entry.occurredAt)).text;
    const words = text === null ? '' : `\n  ${text.replace(/\s+/g, ' ').slice(0, 400)}`;
    return `${recipient ? `${title} · ${recipient.name}` : title}\n  ${dayOnly ? when.split(',')[0] : when}${words}\n  ${baseUrl}${entryPath(who, entry.id)}`;
  });
  if (served > 0) lines.push(t('letters.follow.served', { n: served }));
  if (total > told.length) lines.push(t('letters.follow.more', { n: total - told.length }));
  const words = t('letters.follow.digest', {
    title: who.title,
    lines: lines.join('\n\n'),
    record: `${baseUrl}${recordPath(who)}`,
    every: who.every,
    leave,
  });
  const subject = t('letters.follow.subject', { title: who.title, n: total + served });
  return { ready: true, about: null, mail: { subject, text: `${words}\n`, unsubscribe: leave } };
}
