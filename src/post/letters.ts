/**
 * What the mails say: the letter that serves a request, the receipt of an answer, the news of a determination or of a moved due date. Links are minted
 * at the moment of writing and stand nowhere else. It reads; it sends nothing.
 */

import { z } from 'zod';
import type { ReceiptFile } from '../base/append.ts';
import { t } from '../base/language.ts';
import type { Attachment } from '../base/mailer.ts';
import type { Services } from '../base/services.ts';
import { answersOf } from '../rooms/answers/view.ts';
import { movesIn, workingSaid } from '../rooms/clock/rules.ts';
import { determinationsOf } from '../rooms/determinations/view.ts';
import { letterTo } from '../rooms/requests/rules.ts';
import { letterDue } from '../rooms/requests/view.ts';
import { entriesOf } from '../rooms/stream.ts';
import { dateText } from '../ui/time.tsx';
import { disposition, finding, moveWords } from '../ui/words.ts';
import { askRefused } from './asked.ts';
import { digest } from './digest.ts';
import { followConfirm, followDigest } from './followers.ts';
import { composeInvitation, isInvitationMail } from './invitations.ts';
import { notice } from './notices.ts';
import type { Job } from './outbox.ts';
import { type About, about, attach, type Composed, keepThis, linkFor } from './parts.ts';
import { reminder } from './reminders.ts';

async function letter(services: Services, job: Job, what: About): Promise<Composed> {
  const receipt = await services.ledger.receipt(what.service.id);
  if (!receipt) return { ready: false };
  const { request, service } = what;
  const link = await linkFor(services, what, job.address);
  const filled = letterTo(
    {
      issuerName: what.issuerName,
      draft: { letter: request.letter, title: request.title, authority: request.authority, items: request.items },
    },
    { name: service.name, state: service.state, merge: service.merge, carried: service.carried },
    letterDue(service),
    link,
  );
  const words = t('letters.letter', { letter: filled.text, keep: keepThis(services.config.baseUrl, receipt) });
  return {
    ready: true,
    about: what,
    mail: {
      subject: filled.subject,
      text: `${words}\n`,
      attachments: [...(await attach(receipt, services.receiptPdf, what)), ...(await carriedReceipts(services, what))],
    },
  };
}

/** Receipts of what was answered before and is not asked again, so that the letter brings its own proof. */
async function carriedReceipts(services: Services, { service }: About): Promise<readonly Attachment[]> {
  const receipts = await services.ledger.receipts(service.carried.map((one) => one.entry));
  return [...receipts.values()].map(({ name, json }) => ({
    filename: name,
    contentType: 'application/json',
    content: json,
  }));
}

async function answerReceipt(services: Services, job: Job, what: About): Promise<Composed> {
  const answers = await answersOf(services.db, what.service.id);
  const answer = answers.find((a) => a.entry === job.entry);
  const receipt = job.entry ? await services.ledger.receipt(job.entry) : null;
  if (!answer || !receipt) return { ready: false };
  const items = answer.items.map((i) => {
    const files = i.documents.map((d) => t('letters.receipt.file', { name: d.name, bytes: d.bytes, hash: d.sha256 }));
    return [`  ${i.item}. ${disposition(i.disposition).word}`, ...files].join('\n');
  });
  const words = t('letters.receipt', {
    recipient: what.service.name,
    title: what.request.title,
    issuer: what.issuerName,
    name: answer.actedBy.name,
    at: receipt.entry.recordedAt.slice(0, 16).replace('T', ', '),
    items: items.join('\n'),
    keep: keepThis(services.config.baseUrl, receipt),
  });
  const mail = {
    subject: t('letters.receipt.subject', { title: what.request.title }),
    text: `${words}\n`,
    attachments: await attach(receipt, services.receiptPdf, what),
  };
  return { ready: true, about: what, mail };
}

const told = z.object({ entries: z.array(z.string()).optional() });

/** One mail for the determinations that were made in one step, each with its receipt. */
async function determination(services: Services, job: Job, what: About): Promise<Composed> {
  const ids = told.parse(job.params).entries ?? (job.entry ? [job.entry] : []);
  const made = (await determinationsOf(services.db, what.service.id)).filter((d) => ids.includes(d.entry));
  const receipts = await services.ledger.receipts(ids);
  if (made.length === 0 || made.length < ids.length || receipts.size < ids.length) return { ready: false };
  const link = await linkFor(services, what, job.address);
  const parts = made.map((one) => {
    const item = what.request.items.find((i) => i.item === one.item);
    const said = { n: one.item, text: item?.text ?? '', finding: finding(one.finding).word };
    return one.reasons === ''
      ? t('letters.found.item', said)
      : t('letters.found.item.reasons', { ...said, reasons: one.reasons });
  });
  const { title } = what.request;
  const words = t('letters.found', {
    issuer: what.issuerName,
    recipient: what.service.name,
    title,
    items: parts.join('\n\n'),
    link,
    keep: keepThis(services.config.baseUrl, leastSigned(receipts)),
  });
  const [only] = made;
  const subject =
    made.length === 1 && only
      ? t('letters.found.subject', { title, item: only.item, finding: finding(only.finding).word })
      : t('letters.found.subject.many', { title, n: made.length });
  const attachments: Attachment[] = [];
  for (const id of ids) {
    const receipt = receipts.get(id);
    if (receipt) attachments.push(...(await attach(receipt, services.receiptPdf, what)));
  }
  return { ready: true, about: what, mail: { subject, text: `${words}\n`, attachments } };
}

/** What moved the clock, the old date and the new one with its working, and the receipt. */
async function clock(services: Services, job: Job, what: About): Promise<Composed> {
  const receipt = job.entry ? await services.ledger.receipt(job.entry) : null;
  const entry = (await entriesOf(services.db, what.service.id)).find((one) => one.id === job.entry);
  const [move] = entry ? movesIn([entry]) : [];
  if (!receipt || !move || !entry) return { ready: false };
  const day = (on: string | null) => (on === null ? t('letters.no-date') : dateText(on, true));
  const link = await linkFor(services, what, job.address);
  const { title } = what.request;
  const words = t('letters.clock', {
    issuer: what.issuerName,
    recipient: what.service.name,
    title,
    n: move.items?.length ?? 0,
    items: move.items?.join(', ') ?? '',
    what: moveWords(move),
    before: day(move.before),
    after: day(move.after),
    reason: move.reason,
    working: workingSaid(workingIn(entry.body))
      .map((step, i) => `${i + 1}. ${step}`)
      .join('\n'),
    link,
    keep: keepThis(services.config.baseUrl, receipt),
  });
  const subject =
    move.after === null
      ? t('letters.clock.subject.paused', { title })
      : t('letters.clock.subject', { title, day: dateText(move.after) });
  return {
    ready: true,
    about: what,
    mail: { subject, text: `${words}\n`, attachments: await attach(receipt, services.receiptPdf, what) },
  };
}

const worked = z.object({ due: z.object({ working: z.array(z.string()) }) });
const workingIn = (body: unknown): readonly string[] => worked.parse(body).due.working;

/** Of several receipts in one mail, the one that the fewest have signed: what is said of it is true of all. */
function leastSigned(receipts: ReadonlyMap<string, ReceiptFile>): Pick<ReceiptFile, 'witnessed'> {
  const [least] = [...receipts.values()].sort((a, b) => (a.witnessed?.signed ?? 0) - (b.witnessed?.signed ?? 0));
  return least ?? {};
}

/** Writes the mail of a job. @throws Error for a kind that nobody knows */
export async function compose(services: Services, job: Job): Promise<Composed> {
  if (job.kind === 'moved-digest') return digest(services, job);
  if (isInvitationMail(job.kind)) {
    const composed = await composeInvitation(services, job);
    return composed.ready ? { ...composed, about: null } : composed;
  }
  if (job.kind === 'follow-confirm') return followConfirm(services, job);
  if (job.kind === 'follow-digest') return followDigest(services, job);
  const what = await about(services, job);
  switch (job.kind) {
    case 'letter':
      return letter(services, job, what);
    case 'answer-receipt':
      return answerReceipt(services, job, what);
    case 'determination':
      return determination(services, job, what);
    case 'clock':
      return clock(services, job, what);
    case 'step':
      return notice(services, job, what);
    case 'reminder':
      return reminder(services, job, what);
    case 'ask-refused':
      return askRefused(services, job, what);
    default:
      throw new Error(`the outbox holds a mail of an unknown kind: ${job.kind}`);
  }
}
