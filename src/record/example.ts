/**
 * Loads the example matter through the same commands as anyone's data: a party, a matter, a draft with recipients from a CSV, its
 * serving, notes with their sources. Every step has a key of its own, so that a start which was cut off goes on and a second
 * start writes nothing. Sends nothing: the request is recorded from public sources, not conducted here.
 */
import { instant } from '../base/clock.ts';
import { uuidv7 } from '../base/ids.ts';
import type { Services } from '../base/services.ts';
import { partyRegistered } from '../rooms/directory/entries.ts';
import { noteMatter, openMatter, type Speaker } from '../rooms/matters/commands.ts';
import { notesOf } from '../rooms/matters/view.ts';
import { EMPTY_DRAFT } from '../rooms/requests/draft.ts';
import { createDraft, draftsOf } from '../rooms/requests/drafts.ts';
import { replaceRecipients } from '../rooms/requests/reading.ts';
import { serveDraft } from '../rooms/requests/serve.ts';
import { requestsOf } from '../rooms/requests/view.ts';
import { type ExampleData, readExample } from './example-data.ts';
import { loadOrders } from './example-orders.ts';
import { loadMeeting, loadSaid } from './example-said.ts';

/**
 * Loads what is missing of the example.
 * @returns id and slug of its matter
 * @throws InvalidInput `slug-taken` where somebody's own matter already has the example's address
 */
export async function loadExample(
  services: Services,
  data?: ExampleData,
): Promise<{ readonly id: string; readonly slug: string }> {
  const example = data ?? (await readExample());
  const { matter } = example;
  const key = `example:${matter.slug}`;
  const issuer = await issuerOf(services, example, `${key}:issuer`);
  const { title, slug, summary } = matter;
  // The matter was opened when it was recorded here; only what it is about happened in the past.
  const opened = await openMatter(services, issuer, { title, slug, summary, audience: 'public', example: true }, key);
  await serveOnce(services, opened.id, example);
  if ((await notesOf(services.db, opened.id)).length < example.notes.length) {
    for (const [i, note] of example.notes.entries()) {
      const { text, source, at } = note;
      await noteMatter(services, opened.id, { text, source }, `${key}:note:${i}`, Date.parse(at));
    }
  }
  await loadOrders(services, opened.id, example, key);
  await loadSaid(services, opened.id, issuer, example, key);
  await loadMeeting(services, opened.id, example, key);
  return opened;
}

/** The party that asks, named as an example wherever it is shown. Asking twice registers it once. */
async function issuerOf(services: Services, { matter }: ExampleData, key: string): Promise<Speaker> {
  const now = services.clock.now();
  const party = uuidv7(now, services.random);
  const body = { party, name: matter.issuer.name, kind: matter.issuer.kind, ocdId: null, state: null };
  const { entries } = await services.ledger.append({
    key,
    entries: [
      {
        kind: 'party.registered',
        id: uuidv7(now, services.random),
        matter: null,
        by: party,
        occurredAt: instant(now),
        audience: 'public',
        body,
      },
    ],
  });
  // On a second start this is what was written on the first.
  const written = partyRegistered.parse(entries[0]?.entry.body);
  return { party: written.party, partyName: written.name };
}

async function serveOnce(services: Services, matterId: string, { matter, recipients }: ExampleData): Promise<void> {
  const [draft] = await draftsOf(services.db, matterId);
  if (!draft && (await requestsOf(services.db, matterId)).length > 0) return;
  const { title, authority, items, due, source } = matter.request;
  const body = { ...EMPTY_DRAFT, title, authority, items: [...items], due };
  const recorded = { servedAt: matter.servedAt, source: { ...source } };
  const id = draft?.id ?? (await createDraft(services, matterId, { ...body, conduct: 'recorded', recorded }));
  if (!draft?.serving) await replaceRecipients(services, id, recipients);
  await serveDraft(services, id);
}
