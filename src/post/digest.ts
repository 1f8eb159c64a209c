/**
 * The mail that tells a person of the staff which due dates moved: at most one an hour or a day, as they chose, and none while nothing moved.
 * Queued in the same transaction in which it is noted what was told; so no start and no second process tells the same twice.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import { t } from '../base/language.ts';
import type { Attachment } from '../base/mailer.ts';
import type { Services } from '../base/services.ts';
import { isStaff } from '../rooms/calendars/feeds.ts';
import { headOf, type Moved, movedSince } from '../rooms/moved/view.ts';
import { dateText } from '../ui/time.tsx';
import { kindWord } from '../ui/words.ts';
import type { Job } from './outbox.ts';
import { type Composed, keepThis } from './parts.ts';

const INTERVAL = { hour: 3_600_000, day: 86_400_000 } as const;
/** Lines, and receipts attached, in one mail; the rest is on the desk. */
const MOST_LINES = 40;
const MOST_RECEIPTS = 20;

interface Due {
  readonly user_id: string;
  readonly party: string;
  readonly told_seq: number;
  readonly email: string;
}

/** Queues the mails that are due. @returns how many */
export async function queueDigests(services: Pick<Services, 'db' | 'clock'>): Promise<number> {
  const { db, clock } = services;
  const now = clock.now();
  const { rows } = await sql<Due>`
    select t.user_id, t.party, t.told_seq, u."email" as email from work.moved_seen t join auth."user" u on u."id" = t.user_id
    where (t.every = 'hour' and (t.told_at is null or t.told_at <= ${new Date(now - INTERVAL.hour)}))
      or (t.every = 'day' and (t.told_at is null or t.told_at <= ${new Date(now - INTERVAL.day)}))
    order by t.user_id, t.party`.execute(db);
  let queued = 0;
  for (const one of rows) {
    const from = Number(one.told_seq);
    const upTo = await headOf(db);
    if (upTo <= from || !(await isStaff(db, one.user_id, one.party))) continue;
    const [some] = await movedSince(db, one.party, { after: from, upTo, limit: 1 });
    if (!some) continue;
    queued += await db.transaction().execute(async (tx) => {
      const mine = await sql`
        update work.moved_seen set told_seq = ${upTo}, told_at = ${new Date(now)}
        where user_id = ${one.user_id} and party = ${one.party} and told_seq = ${from} and every <> 'off'`.execute(tx);
      if (mine.numAffectedRows !== 1n) return 0;
      await tx
        .insertInto('work.outbox')
        .values({
          kind: 'moved-digest',
          key: `moved-digest:${one.party}:${one.user_id}:${from}`,
          service: null,
          request: null,
          entry: null,
          address: one.email,
          params: JSON.stringify({ party: one.party, user: one.user_id, after: from, upTo }),
          not_before: new Date(now),
          error: null,
          message_id: null,
        })
        .execute();
      return 1;
    });
  }
  return queued;
}

const params = z.object({ party: z.string(), user: z.string(), after: z.number(), upTo: z.number() });
const day = (on: string | null) => (on === null ? t('letters.digest.no-date') : dateText(on, true));

function lineOf(one: Moved): string {
  const what = `${kindWord(one.kind)}: ${one.reason.replace(/\s+/g, ' ')}`;
  if (one.n > 1) return t('letters.digest.many', { n: one.n, title: one.title, what });
  return `${one.name}, “${one.title}”\n  ${day(one.before)} → ${day(one.after)}\n  ${what}`;
}

/** What the mail says. It never leaves to somebody who is no longer in the team. */
export async function digest(services: Services, job: Job): Promise<Composed> {
  const { party, user, after, upTo } = params.parse(job.params);
  if (!(await isStaff(services.db, user, party))) return { ready: false, never: true };
  const moved = await movedSince(services.db, party, { after, upTo, limit: MOST_LINES + 1 });
  if (moved.length === 0) return { ready: false, never: true };
  const listed = moved.slice(0, MOST_LINES);
  const single = listed.slice(0, MOST_RECEIPTS);
  const receipts = await services.ledger.receipts(single.map(({ entry }) => entry));
  if (receipts.size < single.length) return { ready: false };
  const [first] = receipts.values();
  const more = moved.length > MOST_LINES;
  const words = t('letters.digest', {
    lines: listed.map(lineOf).join('\n\n'),
    more: more ? 'yes' : 'no',
    link: `${services.config.baseUrl}/desk/moved`,
    keep: first ? keepThis(services.config.baseUrl, first) : '',
  });
  const attachments: Attachment[] = [...receipts.values()].map(({ name, json }) => ({
    filename: name,
    contentType: 'application/json',
    content: json,
  }));
  const total = listed.reduce((n, one) => n + one.n, 0);
  const subject = t(more ? 'letters.digest.subject.more' : 'letters.digest.subject', { n: total });
  return { ready: true, about: null, mail: { subject, text: `${words}\n`, attachments } };
}
