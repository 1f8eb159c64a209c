/** Verification in a real browser: with the network off, by dropped files, by a plain form. That pages are sound is seen in pages.test.ts. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadExample } from '../../src/record/example.ts';
import { look, withPage } from '../support/browser.ts';
import { type TestPublic, testPublic } from '../support/public.ts';

let p: TestPublic;
let base: string;
let folder: string;
let entry: string;

beforeAll(async () => {
  p = await testPublic();
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-record-'));
  await loadExample(p.services);
  await p.t.ledger.publish();
  const row = await p.t.db
    .selectFrom('view.service')
    .select('id')
    .where('name', '=', 'Louisville Metro')
    .executeTakeFirstOrThrow();
  entry = row.id;
  base = await p.listen();
});
afterAll(async () => {
  await p.close();
  await rm(folder, { recursive: true, force: true });
});

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
