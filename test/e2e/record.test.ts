/**
 * The public side in a real browser: framed by another site, moved through time by a slider, and verification with the network off, by dropped
 * files, by a plain form. That pages are sound is seen in pages.test.ts.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
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
const asOf = '2018-01-25T11:53:00Z';

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

it('stands in a frame of another site, and nothing else of this server does', async () => {
  const framed = `${base}/embed/record/2018-letters?asOf=${asOf}&axis=happened`;
  const hostile = `<!doctype html><title>Elsewhere</title><iframe id="good" src="${framed.replaceAll('&', '&amp;')}" sandbox="allow-popups allow-popups-to-escape-sandbox" width="640" height="480"></iframe>
    <iframe id="bad" src="${base}/record/2018-letters" width="640" height="480"></iframe>`;
  const other = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end(hostile));
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const address = other.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  // By its number, so that it is another site than localhost.
  const elsewhere = `http://127.0.0.1:${address.port}/`;
  await withPage({}, async (page, { context }) => {
    await page.goto(elsewhere);
    const good = page.frameLocator('#good');
    expect(await good.locator('h1').textContent()).toBe('The 2018 letters');
    expect(await good.getByText('25 Jan 2018, 06:53 ET').count()).toBe(1);
    // Styled: its style sheet was let through to a frame without an origin.
    const [frame, title] = [await page.locator('#good').boundingBox(), await good.locator('h1').boundingBox()];
    expect((title?.x ?? 0) - (frame?.x ?? 0)).toBe(16);
    expect(await page.frameLocator('#bad').getByText('The 2018 letters').count()).toBe(0);
    expect(await context.cookies()).toEqual([]);
    const [opened] = await Promise.all([context.waitForEvent('page'), good.getByText('Louisville Metro').click()]);
    await opened.waitForLoadState();
    expect(opened.url()).toContain(`${base}/record/2018-letters/services/${entry}`);
    expect(await opened.evaluate('window.opener === null')).toBe(true);
    expect(page.url()).toBe(elsewhere);
  });
  other.closeAllConnections();
  await new Promise((done) => other.close(done));
}, 60_000);

it('moves along its moments by a slider, by keyboard, to the address that the form would open', async () => {
  await withPage({ baseURL: base, timezone: 'America/New_York' }, async (page, { problems }) => {
    await page.goto(`/record/2018-letters/figures?asOf=${asOf}&axis=happened`);
    const slider = page.getByRole('slider', { name: 'Move through its moments' });
    await slider.focus();
    const before = await slider.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    const after = (await slider.getAttribute('aria-valuetext')) ?? '';
    expect(after).not.toBe(before);
    await page.waitForURL((url) => url.searchParams.get('asOf') !== asOf);
    const url = new URL(page.url());
    expect([url.pathname, url.searchParams.get('axis')]).toEqual(['/record/2018-letters/figures', 'happened']);
    expect(url.searchParams.get('asOf')).toMatch(/^20\d\d-/);
    // Who steps on by keyboard goes on where they were.
    await expect.poll(() => page.locator(':focus').getAttribute('aria-valuetext')).toBe(after);
    await page.keyboard.press('End');
    await page.waitForURL((at) => !at.searchParams.has('asOf'));
    expect(await slider.getAttribute('aria-valuetext')).toBe('now');
    expect(problems).toEqual([]);
  });
}, 60_000);

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
      expect(await page.locator('form#verify').textContent()).toContain('you trust what it says');
      await page.setInputFiles('#f-receipts', [receipt]);
      await page.getByRole('button', { name: 'Verify' }).click();
      expect(await page.locator('#results').textContent()).toContain('It holds.');
    });
  }, 60_000);
});
