/** What all mails are made of: whom they are about, a link minted at the moment of writing, receipts as files. It sends nothing. */
import type { ReceiptFile } from '../base/append.ts';
import { t } from '../base/language.ts';
import type { Attachment, Mail } from '../base/mailer.ts';
import type { ReceiptPdf, Services } from '../base/services.ts';
import { mintLink } from '../rooms/answers/links.ts';
import { movedDues } from '../rooms/clock/view.ts';
import { partyById } from '../rooms/directory/view.ts';
import { type Request, requestById, type Service, serviceById } from '../rooms/requests/view.ts';
import { signedByWords } from '../ui/words.ts';
import type { Job } from './outbox.ts';

/** Links live this long past the due date, in days: answers come late, and receipts are wanted afterwards. */
const LINK_DAYS = 90;
const DAY = 86_400_000;

/** What a mail is about, or null while its receipt is not there yet. */
export interface About {
  readonly request: Request;
  readonly service: Service;
  readonly issuerName: string;
}

export type Composed =
  | {
      readonly ready: true;
      readonly mail: Omit<Mail, 'to'> /** null: about no single service */;
      readonly about: About | null;
    }
  /** `never`: what it was about does not hold any more, so it must not leave */
  | { readonly ready: false; readonly never?: true };

export async function about(services: Services, job: Job): Promise<About> {
  const service = job.service === null ? null : await serviceById(services.db, job.service);
  const request = service ? await requestById(services.db, service.request) : null;
  if (!service || !request) throw new Error('a mail in the outbox is about a service that does not exist');
  const issuer = await partyById(services.db, request.issuer);
  return { service, request, issuerName: issuer?.name ?? t('letters.the-issuer') };
}

export async function linkFor(services: Services, { request, service }: About, address: string): Promise<string> {
  const now = services.clock.now();
  const moved = await movedDues(services.db, service.id);
  // While the clock stands nobody knows the date; when it runs again a new link goes out.
  const dues = moved && request.items.map(({ item }) => moved.due(item).at ?? now);
  const expiresAt = new Date(Math.max(now, ...(dues ?? [service.dueAt.getTime()])) + LINK_DAYS * DAY);
  const token = await mintLink(services, { service: service.id, address, expiresAt });
  return `${services.config.baseUrl}/r/${token}`;
}

export async function attach(receipt: ReceiptFile, pdf: ReceiptPdf | undefined, what: About): Promise<Attachment[]> {
  const files: Attachment[] = [{ filename: receipt.name, contentType: 'application/json', content: receipt.json }];
  if (pdf) {
    const names = { issuer: what.issuerName, recipient: what.service.name, title: what.request.title };
    const filename = receipt.name.replace(/\.receipt\.json$/, '.receipt.pdf');
    files.push({ filename, contentType: 'application/pdf', content: await pdf(receipt, names) });
  }
  return files;
}

export function keepThis(baseUrl: string, { witnessed }: Pick<ReceiptFile, 'witnessed'>): string {
  const verify = `${baseUrl}/verify`;
  return witnessed ? t('letters.keep.signed', { by: signedByWords(witnessed), verify }) : t('letters.keep', { verify });
}
