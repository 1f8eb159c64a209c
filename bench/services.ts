/** Services as the server has them, on a benchmark's database; mail is never sent by these benchmarks. */
import type pg from 'pg';
import { openKysely, openPool } from '../src/adapters/postgres/pool.ts';
import { instant } from '../src/base/clock.ts';
import { uuidv7 } from '../src/base/ids.ts';
import type { Services } from '../src/base/services.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { openMatter } from '../src/rooms/matters/commands.ts';
import type { DraftBody } from '../src/rooms/requests/draft.ts';
import { createDraft } from '../src/rooms/requests/drafts.ts';
import { replaceRecipients } from '../src/rooms/requests/reading.ts';
import type { BenchDatabase } from './database.ts';
import { benchLedger, clock, ORIGIN, random } from './ledger.ts';

export interface BenchServices {
  readonly services: Services;
  readonly ledger: Ledger;
  readonly pool: pg.Pool;
  stop(): Promise<void>;
}

const none = (what: string) => () => Promise.reject(new Error(`this benchmark has no ${what}`));

export async function benchServices(database: BenchDatabase): Promise<BenchServices> {
  // Two pools, as on the server: the ledger never waits behind what commands read.
  const { ledger, pool: writing } = await benchLedger(database);
  const pool = openPool(database.appConfig);
  const services: Services = {
    db: openKysely(pool),
    ledger,
    blobs: { put: none('blobs'), get: none('blobs'), sweep: none('blobs'), remove: none('blobs'), room: none('blobs') },
    clock,
    random,
    mailer: { send: none('mail') },
    config: { baseUrl: 'http://localhost:8080', logOrigin: ORIGIN, revokeMinutes: 10, maxFileBytes: 1_000_000 },
  };
  const stop = async () => {
    await ledger.stop();
    await Promise.all([pool.end(), writing.end()]);
  };
  return { services, ledger, pool, stop };
}

/** A CSV of `n` made-up places, each with an address. */
export function placesCsv(n: number): Uint8Array {
  const lines = ['name,kind,state,ocd_id,email'];
  for (let i = 1; i <= n; i++) {
    const no = String(i).padStart(6, '0');
    lines.push(
      `Place ${no},place,Example State,ocd-division/country:us/state:zz/place:p${no},clerk${no}@place.example.gov`,
    );
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

/** An organisation, its matter and a draft that lacks nothing. @param more an organisation that is there already; another due rule */
export async function draftFor(
  services: Services,
  slug: string,
  items: readonly string[],
  csv: Uint8Array,
  more: { readonly party?: string; readonly due?: DraftBody['due'] } = {},
): Promise<{ matter: string; draft: string; party: string }> {
  const newId = () => uuidv7(services.clock.now(), services.random);
  const party = more.party ?? newId();
  const registered = {
    kind: 'party.registered',
    id: newId(),
    matter: null,
    by: party,
    occurredAt: instant(services.clock.now()),
    audience: 'public' as const,
    body: { party, name: 'Office of Records', kind: 'agency', ocdId: null, state: null },
  };
  if (more.party === undefined) await services.ledger.append({ key: `office:${party}`, entries: [registered] });
  const office = { party, partyName: 'Office of Records' };
  const input = { title: `Bench ${slug}`, slug, summary: '', audience: 'public' as const };
  const { id: matter } = await openMatter(services, office, input, newId());
  const body: DraftBody = {
    title: 'Certification',
    authority: 'Example Code § 12',
    items: [...items],
    due: more.due ?? { type: 'days', days: 30, business: false, zone: 'America/New_York' },
    letter: {
      subject: '{{title}}: {{recipient}}',
      text: 'To {{recipient}}, {{state}}\n\n{{issuer}} asks under {{authority}}:\n{{items}}\n\nPlease answer by {{due_date}}: {{link}}\n',
    },
    columns: [],
    conduct: 'served',
    recorded: null,
  };
  const draft = await createDraft(services, matter, body);
  await replaceRecipients(services, draft, csv);
  return { matter, draft, party };
}
