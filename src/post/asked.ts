/** What tells a recipient that more time was refused: what it had asked for, the reason, the date that stands, and the receipt. It sends nothing. */
import { t } from '../base/language.ts';
import type { Services } from '../base/services.ts';
import { asksIn } from '../rooms/clock/rules.ts';
import { movedDues } from '../rooms/clock/view.ts';
import { entriesOf } from '../rooms/stream.ts';
import { dateText } from '../ui/time.tsx';
import type { Job } from './outbox.ts';
import { type About, attach, type Composed, keepThis, linkFor } from './parts.ts';

export async function askRefused(services: Services, job: Job, what: About): Promise<Composed> {
  const { request, service, issuerName } = what;
  const [receipt, entries, moved] = await Promise.all([
    job.entry ? services.ledger.receipt(job.entry) : null,
    entriesOf(services.db, service.id),
    movedDues(services.db, service.id),
  ]);
  const ask = asksIn(entries).find(({ answer }) => answer?.outcome === 'refused' && answer.entry === job.entry);
  if (ask?.answer?.outcome !== 'refused') return { ready: false, never: true };
  if (!receipt) return { ready: false };
  const link = await linkFor(services, what, job.address);
  const dates = new Set(request.items.map(({ item }) => (moved ? moved.due(item).on : service.dueOn)));
  const stands = [...dates].map((on) => (on === null ? t('letters.no-date') : dateText(on, true))).join('; ');
  const words = t('letters.asked', {
    issuer: issuerName,
    recipient: service.name,
    title: request.title,
    until: dateText(ask.until, true),
    reason: ask.answer.reason,
    due: stands,
    link,
    keep: keepThis(services.config.baseUrl, receipt),
  });
  const subject = t('letters.asked.subject', { title: request.title });
  return {
    ready: true,
    about: what,
    mail: { subject, text: `${words}\n`, attachments: await attach(receipt, services.receiptPdf, what) },
  };
}
