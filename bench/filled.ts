/** Requests served, answered and determined for benchmarks of pages: real entries through the one append. */
import type { NewEntry } from '../src/base/append.ts';
import { instant } from '../src/base/clock.ts';
import { uuidv7 } from '../src/base/ids.ts';
import type { Services } from '../src/base/services.ts';
import { finishServing, startServing } from '../src/rooms/requests/serve.ts';
import { draftFor, placesCsv } from './services.ts';

const DISPOSITIONS = ['produced', 'produced in part', 'withheld', 'objected', 'no responsive records', 'certified'];

export interface Served {
  readonly slug: string;
  readonly matter: string;
  readonly issuer: string;
  readonly request: string;
  readonly services: readonly { readonly id: string; readonly recipient: string }[];
}

export async function serveTo(services: Services, slug: string, items: number, recipients: number): Promise<Served> {
  const texts = Array.from({ length: items }, (_, i) => `Item ${i + 1}: every document that shows compliance.`);
  const { matter, draft, party } = await draftFor(services, slug, texts, placesCsv(recipients));
  const { request } = await startServing(services, draft);
  await finishServing(services, draft);
  const rows = await services.db
    .selectFrom('view.service')
    .select(['id', 'recipient'])
    .where('request', '=', request)
    .orderBy('seq')
    .execute();
  return { slug, matter, issuer: party, request, services: rows };
}

const id = (services: Services) => uuidv7(services.clock.now(), services.random);

/** What the recipient at `n` says of `item`, and the answer's id. */
export function answered(
  services: Services,
  served: Served,
  n: number,
  item: number,
): { entry: NewEntry; answer: string } {
  const { id: service, recipient } = served.services[n] ?? { id: '', recipient: '' };
  const answer = id(services);
  const disposition = DISPOSITIONS[(n + item) % DISPOSITIONS.length] ?? 'produced';
  const body = { answer, disposition, documents: n % 4, item, request: served.request, service };
  const common = { id: id(services), matter: served.matter, by: recipient, occurredAt: instant(services.clock.now()) };
  return { entry: { kind: 'item.answered', ...common, audience: 'public', body }, answer };
}

export function determined(services: Services, served: Served, n: number, item: number, answer: string): NewEntry {
  const finding = (n + item) % 3 === 0 ? 'deficient' : 'accepted';
  const reasons = finding === 'deficient' ? 'Page 2 is missing.' : '';
  const body = { answer, finding, item, reasons, request: served.request, service: served.services[n]?.id ?? '' };
  const common = {
    id: id(services),
    matter: served.matter,
    by: served.issuer,
    occurredAt: instant(services.clock.now()),
  };
  return { kind: 'item.determined', ...common, audience: 'public', body };
}

export async function write(services: Services, entries: readonly NewEntry[]): Promise<void> {
  for (let at = 0; at < entries.length; at += 1000) {
    await services.ledger.append({ key: id(services), entries: entries.slice(at, at + 1000) });
  }
}
