/**
 * A matter with one request for tests of what reads: made of the same entries as rooms write, appended to a real ledger. Places are
 * made up and say so.
 */
import { createHash } from 'node:crypto';
import type { NewEntry } from '../../src/base/append.ts';
import { type Clock, instant } from '../../src/base/clock.ts';
import type { DueRule } from '../../src/rooms/clock/entries.ts';
import { dueOf } from '../../src/rooms/clock/rules.ts';
import { requestById } from '../../src/rooms/requests/view.ts';
import type { TestLedger } from './ledger.ts';

export interface TestMatterOptions {
  readonly audience?: 'public' | 'parties';
  readonly conduct?: 'served' | 'recorded';
  readonly items?: number;
  readonly recipients?: number;
  readonly slug?: string;
  readonly example?: boolean;
  /** when the request counts as served; default: the test's present */
  readonly servedAt?: number;
  /** default: a fixed date */
  readonly due?: DueRule;
}

export interface TestMatter {
  readonly matter: string;
  readonly slug: string;
  readonly issuer: string;
  readonly request: string;
  /** `Place 001` … in this order */
  readonly services: readonly string[];
  readonly entries: { readonly opened: string; readonly issued: string };
  answer(
    service: number,
    item: number,
    disposition: string,
    occurredAt?: number,
  ): Promise<{ entry: string; answer: string }>;
  determine(service: number, item: number, answer: string, finding: string, occurredAt?: number): Promise<string>;
  /** one more recipient, served now */
  serve(name: string, state: string | null): Promise<string>;
  revoke(reason: string): Promise<string>;
  note(text: string, occurredAt?: number): Promise<string>;
}

interface Recipient {
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly ocdId: string | null;
}

const KINDS = ['place', 'county', 'state'] as const;
const STATES = ['Example State', 'Sample State'] as const;

export async function testMatter(
  t: Pick<TestLedger, 'ledger' | 'db' | 'newId'> & { readonly clock: Clock },
  options: TestMatterOptions = {},
): Promise<TestMatter> {
  const { audience = 'public', conduct = 'served', items = 2, recipients = 3 } = options;
  const slug = options.slug ?? `matter-${t.newId().slice(-8)}`;
  const [matter, issuer, request] = [t.newId(), t.newId(), t.newId()];
  const now = t.clock.now();
  const servedAt = options.servedAt ?? now;
  const entry = (kind: string, body: NewEntry['body'], more: Partial<NewEntry> = {}): NewEntry => ({
    kind,
    id: t.newId(),
    matter,
    by: issuer,
    occurredAt: instant(t.clock.now()),
    audience,
    body,
    ...more,
  });
  const write = async (entries: readonly NewEntry[]) => {
    await t.ledger.append({ key: t.newId(), entries });
    return entries[0]?.id ?? '';
  };
  const rule = { type: 'fixed', on: '2026-04-01', zone: 'America/New_York' } as const;
  const dueRule: DueRule = options.due ?? (conduct === 'recorded' ? { ...rule, on: '2018-02-23' } : rule);
  const due = dueOf(dueRule.type === 'count' ? { ...dueRule, whose: 'issuer' } : dueRule, servedAt);
  const source = { publisher: 'Example Gazette', title: 'Letters sent', date: '2018-01-24' };

  const opened = entry('matter.opened', {
    title: 'Example inquiry',
    slug,
    summary: 'An inquiry made up for a test.',
    issuer,
    issuerName: 'Office of Examples',
    example: options.example ?? false,
  });
  const issued = entry(
    'request.issued',
    {
      request,
      title: 'Documents on examples',
      authority: 'Example Code § 1',
      compulsory: false,
      conduct,
      items: Array.from({ length: items }, (_, i) => ({ item: i + 1, text: `Documents of sort ${i + 1}` })),
      due: JSON.parse(JSON.stringify(dueRule)),
      letter: conduct === 'recorded' ? null : { subject: 'Request', text: 'Dear {{recipient}} {{link}}' },
      source: conduct === 'recorded' ? source : null,
      recipients,
    },
    { occurredAt: instant(servedAt) },
  );
  const party = (id: string, who: Recipient) =>
    entry('party.registered', { party: id, ...who }, { matter: null, by: issuer, audience: 'public' });
  const service = (id: string, recipient: string, who: Recipient) => {
    const recorded = conduct === 'recorded';
    const letter = {
      sha256: createHash('sha256').update(id).digest('hex'),
      bytes: 36,
      name: 'letter.txt',
      type: 'text/plain',
    };
    const body = {
      service: id,
      request,
      recipient,
      ...who,
      channel: recorded ? 'recorded' : 'mail',
      leavesAt: null,
      due: { ...due, working: [...due.working] },
      letter: recorded ? null : letter,
      merge: {},
    };
    return entry('request.served', body, { id, occurredAt: instant(servedAt) });
  };
  const parties: NewEntry[] = [];
  const served: NewEntry[] = [];
  for (let i = 0; i < recipients; i++) {
    const id = t.newId();
    const name = `Place ${String(i + 1).padStart(3, '0')}`;
    const who = { name, kind: KINDS[i % 3] ?? 'place', state: STATES[i % 2] ?? null, ocdId: null };
    parties.push(party(id, who));
    served.push(service(t.newId(), id, who));
  }
  const own = entry(
    'party.registered',
    { party: issuer, name: 'Office of Examples', kind: 'agency', ocdId: null, state: null },
    { matter: null, audience: 'public' },
  );
  await write([own, ...parties, opened, issued, ...served]);
  const services = served.map((one) => one.id);
  const at = (occurredAt?: number) => ({ occurredAt: instant(occurredAt ?? t.clock.now()) });
  return {
    matter,
    slug,
    issuer,
    request,
    services,
    entries: { opened: opened.id, issued: issued.id },
    async answer(service, item, disposition, occurredAt) {
      const answer = t.newId();
      const body = { answer, service: services[service] ?? '', request, item, disposition, documents: 1 };
      return { answer, entry: await write([entry('item.answered', body, at(occurredAt))]) };
    },
    determine: (service, item, answer, finding, occurredAt) =>
      write([
        entry(
          'item.determined',
          {
            service: services[service] ?? '',
            request,
            item,
            answer,
            finding,
            reasons: finding === 'deficient' ? 'Page 2 is missing.' : '',
          },
          at(occurredAt),
        ),
      ]),
    async serve(name, state) {
      const id = t.newId();
      const who = { name, kind: 'place', state, ocdId: null };
      return write([service(t.newId(), id, who), party(id, who)]);
    },
    revoke: (reason) => write([entry('request.revoked', { request, reason })]),
    note: (text, occurredAt) => write([entry('matter.noted', { text, source }, at(occurredAt))]),
  };
}

/** The request as the read model has it. */
export async function requestOf(t: TestLedger, made: Pick<TestMatter, 'request'>) {
  const request = await requestById(t.db, made.request);
  if (!request) throw new Error('the test matter has no request');
  return request;
}
