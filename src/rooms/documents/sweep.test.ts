import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestLedger, testLedger } from '../../../test/support/ledger.ts';
import { testMatter } from '../../../test/support/matter.ts';
import { type TestServices, testServices } from '../../../test/support/services.ts';
import { openPool } from '../../adapters/postgres/pool.ts';
import { instant } from '../../base/clock.ts';
import { daily } from '../../base/daily.ts';
import { addUpload, removeUpload } from '../answers/saving.ts';
import { sweepDocuments, UNNAMED_DAYS } from './sweep.ts';
import { uploadsOf } from './view.ts';

let t: TestLedger;
let s: TestServices;
beforeAll(async () => {
  t = await testLedger();
  s = await testServices(t);
});
afterAll(async () => {
  await s.close();
  await t.close();
});

const document = { name: 'minutes.txt', type: 'text/plain' };
const put = (text: string) => s.services.blobs.put(Readable.from([Buffer.from(text)]), { maxBytes: 1000 });
const place = (sha256: string) => join(s.dataDir, 'blobs', sha256.slice(0, 2), sha256);
async function aged(text: string, days: number) {
  const stored = await put(text);
  const then = new Date(t.clock.now() - days * 86_400_000);
  await utimes(place(stored.sha256), then, then);
  return stored;
}
const there = async (sha256: string) => (await s.services.blobs.get(sha256)) !== null;

/** A sent answer that names this file. */
async function answered<T extends { readonly sha256: string; readonly bytes: number }>(file: T): Promise<T> {
  const m = await testMatter(t);
  const item = { item: 1, disposition: 'produced', note: '', documents: [{ ...file, ...document }] };
  const body = {
    answer: t.newId(),
    service: m.services[0] ?? '',
    request: m.request,
    round: 1,
    actedBy: { name: 'A Clerk', title: 'Clerk', address: 'clerk@city.example.gov' },
    items: [item],
  };
  const common = { matter: m.matter, by: m.issuer, occurredAt: instant(t.clock.now()), audience: 'parties' } as const;
  await t.ledger.append({ key: t.newId(), entries: [{ kind: 'answer.sent', id: t.newId(), ...common, body }] });
  return file;
}

it('deletes what nothing names, after a week, and nothing else', async () => {
  const m = await testMatter(t);
  const service = m.services[0] ?? '';
  const lying = await aged('beside an item', 400);
  await addUpload(s.services, service, 1, { ...lying, ...document });
  const sent = await answered(await aged('sent with an answer', 400));
  const taken = await aged('taken away again', UNNAMED_DAYS + 1);
  await addUpload(s.services, service, 1, { ...taken, ...document });
  for (const upload of await uploadsOf(t.db, service)) {
    if (upload.sha256 === taken.sha256) await removeUpload(s.services, service, upload.id);
  }
  const recent = await aged('came just now', UNNAMED_DAYS - 1);

  expect(await sweepDocuments(s.services)).toBe(1);
  const kept = await Promise.all([lying, sent, taken, recent].map(({ sha256 }) => there(sha256)));
  expect(kept).toEqual([true, true, false, true]);
  expect(await sweepDocuments(s.services)).toBe(0);
});

it('believes the entries where a view lacks them', async () => {
  const { sha256 } = await answered(await aged('named by an entry alone', 400));
  const owner = openPool(t.database.ownerConfig, 1);
  await owner.query('delete from view.answer');
  await owner.end();
  expect(await sweepDocuments(s.services)).toBe(0);
  expect(await there(sha256)).toBe(true);
});

it('leaves what comes again while it looks, at whatever moment', async () => {
  for (const when of ['before', 'while named', 'after'] as const) {
    const text = `the same content ${when}`;
    const old = await aged(text, 400);
    let again: Promise<unknown> = Promise.resolve();
    if (when === 'before') again = put(text);
    const before = new Date(t.clock.now() - UNNAMED_DAYS * 86_400_000);
    await s.services.blobs.sweep(before, async () => {
      if (when === 'while named') await put(text);
      // Not waited for: the file is being deleted and stored in the same moment.
      if (when === 'after') again = put(text);
      return new Set();
    });
    await again;
    expect(await there(old.sha256), when).toBe(true);
    expect(await readdir(join(s.dataDir, 'blobs', 'incoming'))).toEqual([]);
  }
});

it('sweeps at the start, and tells of trouble instead of ending the server', async () => {
  const old = await aged('at the start', 400);
  const troubles: unknown[] = [];
  await daily(
    () => sweepDocuments(s.services),
    (error) => troubles.push(error),
  )();
  expect(await there(old.sha256)).toBe(false);
  const broken = { ...s.services.blobs, sweep: () => Promise.reject(new Error('the disk is gone')) };
  await daily(
    () => sweepDocuments({ ...s.services, blobs: broken }),
    (error) => troubles.push(error),
  )();
  expect(troubles.map(String)).toEqual(['Error: the disk is gone']);
});
