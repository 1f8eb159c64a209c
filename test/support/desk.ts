/**
 * The issuer's side with everything real around it: PostgreSQL, ledger, rules. Gives services, a matter of an organisation of
 * made-up name, and drafts ready to be served. No post runs: letters stay in the outbox.
 */
import type { Services } from '../../src/base/services.ts';
import { openMatter } from '../../src/rooms/matters/commands.ts';
import { type DraftBody, EMPTY_DRAFT } from '../../src/rooms/requests/draft.ts';
import { createDraft, loadDraft, saveDraft } from '../../src/rooms/requests/drafts.ts';
import { replaceRecipients } from '../../src/rooms/requests/reading.ts';
import { partyEntry, type TestLedger, testLedger } from './ledger.ts';
import { testServices } from './services.ts';

export interface Desk {
  readonly t: TestLedger;
  readonly services: Services;
  /** the organisation that asks */
  readonly office: { readonly party: string; readonly partyName: string };
  openMatter(slug?: string, audience?: 'public' | 'parties'): Promise<string>;
  /** A draft that lacks nothing but what `change` takes away, with the recipients of this CSV. */
  draft(matter: string, csv: string, change?: Partial<DraftBody>): Promise<string>;
  close(): Promise<void>;
}

export { REVOKE_MINUTES } from './services.ts';

export const READY: DraftBody = {
  ...EMPTY_DRAFT,
  title: 'Orders and guidance to employees',
  authority: 'Example Code § 12',
  items: ['Orders to employees since 2024.', 'Guidance to employees since 2024.'],
  due: { type: 'days', days: 30, business: false, zone: 'America/New_York' },
  letter: {
    subject: '{{title}}',
    text: 'To {{recipient}}\n\n{{issuer}} asks:\n{{items}}\n\nBy {{due_date}}: {{link}}',
  },
};

/** A draft that lacks nothing but what `change` takes away, with the recipients of this CSV. */
export async function readyDraft(
  services: Services,
  matter: string,
  csv: string,
  change: Partial<DraftBody> = {},
): Promise<string> {
  const id = await createDraft(services, matter, { ...READY, ...change });
  await replaceRecipients(services, id, new TextEncoder().encode(csv));
  const { body, version } = await loadDraft(services.db, id);
  await saveDraft(services, id, version, { ...body, ...change });
  return id;
}

export async function testDesk(t?: TestLedger): Promise<Desk> {
  const ledger = t ?? (await testLedger());
  const { services, close } = await testServices(ledger);
  const entry = partyEntry(ledger, 'Office of Records');
  await ledger.ledger.append({ key: `office:${entry.id}`, entries: [entry] });
  const office = { party: entry.by, partyName: 'Office of Records' };
  return {
    t: ledger,
    services,
    office,
    async openMatter(slug = '', audience = 'public') {
      const input = { title: 'The sample letters', slug, summary: '', audience };
      return (await openMatter(services, office, input, ledger.newId())).id;
    },
    draft: (matter, csv, change) => readyDraft(services, matter, csv, change),
    async close() {
      if (!t) await ledger.close();
      await close();
    },
  };
}

/** A CSV of `n` places of made-up names, each with an address unless `mail` says otherwise. */
export function placesCsv(n: number, mail: (i: number) => boolean = () => true): string {
  const lines = ['name,kind,state,ocd_id,email'];
  for (let i = 1; i <= n; i++) {
    const no = String(i).padStart(6, '0');
    const address = mail(i) ? `clerk${no}@place.example.gov` : '';
    lines.push(`Place ${no},city,Example State,ocd-division/country:us/state:zz/place:p${no},${address}`);
  }
  return `${lines.join('\r\n')}\r\n`;
}
