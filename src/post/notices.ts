/** What a reminder or a final notice says: what is still open, until when, what the issuer adds, and the link. It sends nothing. */
import { t } from '../base/language.ts';
import type { Services } from '../base/services.ts';
import { stepTaken } from '../rooms/escalation/entries.ts';
import { isSettled, newestAnswers } from '../rooms/escalation/view.ts';
import { entriesOf } from '../rooms/stream.ts';
import { dateText } from '../ui/time.tsx';
import type { Job } from './outbox.ts';
import { type About, attach, type Composed, keepThis, linkFor } from './parts.ts';

/** A notice of escalation. Whoever answered everything since it was written does not get it any more. */
export async function notice(services: Services, job: Job, what: About): Promise<Composed> {
  const { request, service, issuerName } = what;
  const [receipt, entries, answers] = await Promise.all([
    job.entry ? services.ledger.receipt(job.entry) : null,
    entriesOf(services.db, service.id),
    newestAnswers(services.db, [service.id]),
  ]);
  const entry = entries.find((one) => one.id === job.entry);
  if (!entry) return { ready: false, never: true };
  const { kind, items, due, words } = stepTaken.parse(entry.body);
  const own = answers.get(service.id);
  const open = items.filter((item) => !isSettled(own?.get(item)));
  if (open.length === 0) return { ready: false, never: true };
  if (!receipt) return { ready: false };
  const link = await linkFor(services, what, job.address);
  const list = open.map((item) => `${item}. ${request.items.find((one) => one.item === item)?.text ?? ''}`);
  const text = t('letters.notice', {
    issuer: issuerName,
    recipient: service.name,
    kind: kind === 'final notice' ? 'final' : kind,
    title: request.title,
    authority: request.authority,
    items: list.join('\n'),
    due: dateText(due.on, true),
    added: words === '' ? 'no' : 'yes',
    words,
    link,
    keep: keepThis(services.config.baseUrl, receipt),
  });
  const subject = t('letters.notice.subject', { kind, title: request.title });
  const attachments = await attach(receipt, services.receiptPdf, what);
  return { ready: true, about: what, mail: { subject, text: `${text}\n`, attachments } };
}
