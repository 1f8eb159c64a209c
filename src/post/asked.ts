/** What tells a recipient that more time was refused: what it had asked for, the reason, the date that stands, and the receipt. It sends nothing. */
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
  const stands = [...dates].map((on) => (on === null ? 'none, the clock stands' : dateText(on, true))).join('; ');
  const text = `${issuerName} to ${service.name}, on “${request.title}”:

You asked for time until ${dateText(ask.until, true)}. It was refused.

Their reason:
${ask.answer.reason}

The due date stands: ${stands}

To see everything, or to answer, use this link; it replaces the earlier one:
${link}

${keepThis(services.config.baseUrl, receipt)}
`;
  const subject = `“${request.title}”: more time was refused`;
  return {
    ready: true,
    about: what,
    mail: { subject, text, attachments: await attach(receipt, services.receiptPdf, what) },
  };
}
