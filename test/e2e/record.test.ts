/**
 * The public side in a real browser: the record at phone and desk width, by day and night; verification with the network off. Set
 * LOOK_PICTURES to a folder to keep pictures.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadExample } from '../../src/record/example.ts';
import { peopleNamed } from '../../src/rooms/people/view.ts';
import { look, withPage } from '../support/browser.ts';
import { testMatter } from '../support/matter.ts';
import { type TestPublic, testPublic } from '../support/public.ts';

let p: TestPublic;
let base: string;
let folder: string;
let service: string;
let entry: string;
let party: string;
let person: string;
const asOf = '2018-01-25T11:53:00Z';

beforeAll(async () => {
  p = await testPublic();
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-record-'));
  const m = await testMatter(p.t, { slug: 'sample-inquiry', recipients: 6, items: 3 });
  const a = await m.answer(0, 1, 'produced');
  await m.determine(0, 1, a.answer, 'deficient');
  await m.answer(1, 2, 'withheld');
  await loadExample(p.services);
  await p.t.ledger.publish();
  const row = await p.t.db
    .selectFrom('view.service')
    .select(['id', 'recipient'])
    .where('name', '=', 'Louisville Metro')
    .executeTakeFirstOrThrow();
  service = row.id;
  party = row.recipient;
  person = (await peopleNamed(p.t.db, 'Greg Fischer'))[0]?.id ?? '';
  entry = row.id;
  base = await p.listen();
});
afterAll(async () => {
  await p.close();
  await rm(folder, { recursive: true, force: true });
});

it('every public page is sound: no axe violation, nothing sideways, no script error', async () => {
  const pages: Record<string, string> = {
    home: '/',
    records: '/records',
    record: '/record/2018-letters',
    back: `/record/2018-letters?asOf=${asOf}&axis=happened`,
    unknown: `/record/2018-letters?asOf=${asOf}`,
    sample: '/record/sample-inquiry?answer=produced',
    timeline: '/record/2018-letters/timeline',
    changes: '/record/sample-inquiry/changes',
    service: `/record/2018-letters/services/${service}`,
    entry: `/record/2018-letters/entries/${entry}`,
    parties: '/parties?q=louisville',
    party: `/party/${party}`,
    person: `/person/${person}`,
    verify: '/verify',
  };
  await withPage({ baseURL: base, timezone: 'America/New_York' }, async (page, { problems }) => {
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      await look(page, name, { dark: true });
    }
    expect(problems).toEqual([]);
  });
}, 120_000);

describe('verification', () => {
  async function files() {
    const receipt = join(folder, 'one.receipt.json');
    const pdf = join(folder, 'one.receipt.pdf');
    const broken = join(folder, 'broken.receipt.json');
    const json = await (await p.get(`/receipts/${entry}.receipt.json`)).text();
    await writeFile(receipt, json);
    await writeFile(pdf, new Uint8Array(await (await p.get(`/receipts/${entry}.pdf`)).arrayBuffer()));
    await writeFile(broken, json.replace('Louisville Metro', 'Louisville Retro'));
    return { receipt, pdf, broken };
  }

  it('runs in the browser with the network off, also after opening the page again', async () => {
    const { receipt, pdf, broken } = await files();
    await withPage({ baseURL: base }, async (page, { context, problems }) => {
      await page.goto('/verify');
      await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
      // Everything that the page needs without a network has been kept once the page itself is.
      await expect
        .poll(() => page.evaluate("caches.match('/verify').then((kept) => kept !== undefined)"), { timeout: 15_000 })
        .toBe(true);
      await context.setOffline(true);
      await page.setInputFiles('#f-receipts', [receipt]);
      const results = page.locator('#results');
      await expect.poll(() => results.textContent()).toContain('It holds. This was in the log records.example.gov/log');
      await page.reload();
      expect(await page.locator('h1').textContent()).toBe('Verify a receipt');
      await page.setInputFiles('#f-receipts', [receipt, pdf, broken]);
      await expect.poll(() => results.locator('li.verdict').count()).toBe(3);
      expect(await results.locator('.verdict--good').count()).toBe(2);
      expect(await results.locator('.verdict--bad').textContent()).toContain('commitment-mismatch');
      await page.locator('.verify__policy > summary').click();
      await page.fill('#f-policy', 'nonsense');
      await page.locator('#f-policy').blur();
      await expect.poll(() => results.textContent()).toContain('bad-policy');
      expect(problems.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
    });
  }, 60_000);

  it('takes dropped files, and says when a document is not the one', async () => {
    const { receipt } = await files();
    await withPage({ baseURL: base }, async (page) => {
      await page.goto('/verify');
      const drop = (name: string, text: string) =>
        page.evaluate(
          `{
            const held = new DataTransfer();
            held.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));
            const event = new DragEvent('drop', { dataTransfer: held, bubbles: true, cancelable: true });
            document.querySelector('#drop').dispatchEvent(event);
          }`,
        );
      const results = page.locator('#results');
      await drop('one.receipt.json', await readFile(receipt, 'utf8'));
      await expect.poll(() => results.textContent()).toContain('It holds.');
      await drop('other.txt', 'something else');
      await expect.poll(() => results.textContent()).toContain('document-mismatch');
      await look(page, 'verify-result', { dark: true });
    });
  }, 60_000);

  it('works by a plain form, and says that the server is trusted then', async () => {
    const { receipt } = await files();
    await withPage({ baseURL: base, javaScript: false }, async (page) => {
      await page.goto('/verify');
      expect(await page.locator('form').textContent()).toContain('you trust what it says');
      await page.setInputFiles('#f-receipts', [receipt]);
      await page.getByRole('button', { name: 'Verify' }).click();
      expect(await page.locator('#results').textContent()).toContain('It holds.');
    });
  }, 60_000);
});
