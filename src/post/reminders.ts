/**
 * The scheduler of courtesy reminders: looks who is due for one, writes the entry and queues its mail in one append. It decides nothing; the
 * rules do. The mail itself is sent by the worker, which looks once more whether it still holds.
 *
 * What a crash means: an entry that was written is found by its key, made of the service, the date and the day; so nobody gets a reminder
 * twice, however often the server starts, and whichever of several processes looks.
 */
import { instant } from '../base/clock.ts';
import { Conflict } from '../base/errors.ts';
import { uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import type { Services } from '../base/services.ts';
import { reminderWritten } from '../rooms/reminders/entries.ts';
import { reminderDue, writeReminder } from '../rooms/reminders/rules.ts';
import { perhapsDue, remindedOf, remindingRequests } from '../rooms/reminders/view.ts';
import { entriesById } from '../rooms/stream.ts';
import { dateText } from '../ui/time.tsx';
import type { Job } from './outbox.ts';
import { type About, attach, type Composed, keepThis, linkFor } from './parts.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

/** Services looked up and written together. */
const CHUNK = 200;

/** Writes the reminders that are due now. @returns how many it wrote */
export async function remindAll(needs: Needs, goesOn: () => boolean = () => true): Promise<number> {
  let wrote = 0;
  for (const { request, plan } of await remindingRequests(needs.db)) {
    for (let after: string | null = null; goesOn(); ) {
      const now = needs.clock.now();
      const ids = await perhapsDue(needs.db, request, plan, now, { after, limit: CHUNK });
      const all = await remindedOf(needs.db, ids, now);
      const done = await Promise.all(
        all.map(async (who) => {
          const days = reminderDue(plan, who, now);
          if (days === null || who.address === null) return false;
          const entry = writeReminder(who, days, uuidv7(now, needs.random), now);
          const mail = {
            kind: 'reminder',
            key: `reminder:${entry.id}`,
            service: who.service,
            request,
            entry: entry.id,
            address: who.address,
            params: {},
            not_before: instant(now),
          };
          try {
            const written = await needs.ledger.append({
              key: `reminder:${who.service}:${who.dueOn}:${days}`,
              entries: [entry],
              expect: [{ stream: who.service, last: who.last }],
              rows: [{ table: 'work.outbox', rows: [mail] }],
            });
            return !written.repeated;
          } catch (error) {
            // Something was written about this recipient in between, perhaps its answer: it is looked at again in the next round.
            if (error instanceof Conflict) return false;
            throw error;
          }
        }),
      );
      wrote += done.filter(Boolean).length;
      after = ids.at(-1) ?? null;
      if (ids.length < CHUNK || after === null) break;
    }
  }
  return wrote;
}

/**
 * What a reminder says. It never leaves after an answer to everything it names, nor where the clock has stopped, stands, or runs to another
 * date, nor where the recipient has said that it wants none.
 */
export async function reminder(services: Services, job: Job, what: About): Promise<Composed> {
  const { request, service, issuerName } = what;
  const now = services.clock.now();
  const [[entry], [who], receipt] = await Promise.all([
    entriesById(services.db, job.entry ? [job.entry] : []),
    remindedOf(services.db, [service.id], now),
    job.entry ? services.ledger.receipt(job.entry) : null,
  ]);
  if (!entry || !who) return { ready: false, never: true };
  const { due, items } = reminderWritten.parse(entry.body);
  const open = items.filter((item) => who.openItems.includes(item));
  const holds = who.clock === 'running' && who.dueOn === due.on && who.wanted && open.length > 0;
  if (!holds || (await isRevoked(services, request.id))) return { ready: false, never: true };
  if (!receipt) return { ready: false };
  const link = await linkFor(services, what, job.address);
  const days = Math.max(1, Math.ceil((Date.parse(due.at) - now) / 86_400_000));
  const list = open.map((item) => `${item}. ${request.items.find((one) => one.item === item)?.text ?? ''}`);
  const words = t('letters.reminder', {
    issuer: issuerName,
    recipient: service.name,
    title: request.title,
    authority: request.authority,
    items: list.join('\n'),
    due: dateText(due.on, true),
    days,
    link,
    keep: keepThis(services.config.baseUrl, receipt),
  });
  const subject = t('letters.clock.subject', { title: request.title, day: dateText(due.on) });
  return {
    ready: true,
    about: what,
    mail: { subject, text: `${words}\n`, attachments: await attach(receipt, services.receiptPdf, what) },
  };
}

async function isRevoked({ db }: Pick<Services, 'db'>, request: string): Promise<boolean> {
  const row = await db.selectFrom('view.revocation').select('seq').where('request', '=', request).executeTakeFirst();
  return row !== undefined;
}
