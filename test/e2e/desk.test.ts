/**
 * A request composed and served in a real browser without JavaScript, and the progress of a large one with and without. That pages are sound is
 * seen in pages.test.ts.
 */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildAssets } from '../../src/adapters/assets.ts';
import { loadDraft } from '../../src/rooms/requests/drafts.ts';
import { SERVING_LOCK, serveInBackground, startServing } from '../../src/rooms/requests/serve.ts';
import { look, withPage } from '../support/browser.ts';
import { type Desk, placesCsv, testDesk } from '../support/desk.ts';
import { deskApp } from '../support/desk-app.ts';
import { testLedger } from '../support/ledger.ts';

let desk: Desk;
let base: string;
let server: ReturnType<typeof createAdaptorServer>;

beforeAll(async () => {
  const assets = await buildAssets({ cacheDir: 'build/assets' });
  // The port is known only once the server listens, and forms are taken from this address alone.
  const listening = createAdaptorServer({ fetch: (request) => app.fetch(request) });
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  server = listening;
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  base = `http://127.0.0.1:${address.port}`;
  desk = await testDesk(await testLedger());
  const app = deskApp(
    { ...desk, services: { ...desk.services, config: { ...desk.services.config, baseUrl: base } } },
    assets,
    'owner',
  );
});

afterAll(async () => {
  await new Promise((done) => server.close(done));
  await desk.t.close();
});

it('composes and serves a request without JavaScript', async () => {
  await withPage({ javaScript: false, baseURL: base }, async (tab) => {
    await tab.goto('/desk/matters/new');
    await tab.getByLabel('Title').fill('Survey of sample records');
    await tab.getByRole('button', { name: 'Open the matter' }).click();
    await tab.getByRole('button', { name: 'New request' }).click();
    await tab.getByLabel('Title of the request').fill('Orders to employees');
    await tab.getByLabel('Authority you ask under').fill('Example Code § 12');
    await tab.getByLabel('Item 1', { exact: true }).fill('Orders since 2024.');
    await tab.getByRole('button', { name: 'Add an item' }).click();
    await tab.getByLabel('Item 2', { exact: true }).fill('Guidance since 2024.');
    await tab.getByRole('button', { name: 'Move item 2 up' }).click();
    expect(await tab.getByLabel('Item 1', { exact: true }).inputValue()).toBe('Guidance since 2024.');
    await tab.getByRole('button', { name: 'Save and go on to whom' }).click();
    await tab.getByLabel('CSV file').setInputFiles({
      name: 'list.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(placesCsv(23, (i) => i > 2)),
    });
    await tab.getByRole('button', { name: 'Read this file' }).click();
    expect(await tab.getByRole('status').first().textContent()).toBe('23 recipients read from the file.');
    await tab.getByRole('link', { name: 'Go on to when' }).click();
    await tab.getByRole('button', { name: 'Save and show the working' }).click();
    expect(await tab.getByText('Day 30 is').count()).toBe(1);
    await tab.getByRole('button', { name: 'Save and go on to the letter' }).click();
    await tab.getByRole('button', { name: 'Save and go on to check' }).click();
    expect(await tab.getByText('Serves 23 parties, 21 by mail, 2 have no address').count()).toBe(1);
    await tab.getByRole('button', { name: 'Serve', exact: true }).click();
    expect(new URL(tab.url()).pathname).toMatch(/^\/desk\/requests\//);
    expect(await tab.getByRole('status').first().textContent()).toBe('23 parties are served.');
    await tab.getByRole('link', { name: 'Revoke the request' }).click();
    await tab.getByLabel('Why').fill('Wrong items');
    await tab.getByRole('button', { name: 'Revoke the request' }).click();
    expect(await tab.getByText('This request was revoked').count()).toBe(1);
  });
});

it('shows the progress of a large list and of a large request, and leads to the board at the end', async () => {
  const matter = await desk.openMatter();
  const draft = await desk.draft(matter, placesCsv(1));
  const n = 6_000;
  await withPage({ javaScript: false, baseURL: base }, async (tab) => {
    const bar = tab.locator('progress');
    // Whoever reads it looks again; where the page does that by itself, the two may cross.
    const looked = async () => {
      if ((await bar.count()) > 0) await tab.reload().catch(() => {});
      return new URL(tab.url()).pathname;
    };
    const heading = async () => {
      await looked();
      return (await tab.locator('h1').textContent()) ?? '';
    };
    const percent = async () => {
      const words = await tab.locator('.progress__count').textContent();
      expect(words).toMatch(/^[\d,]+ of [\d,]+ (lines|rows|recipients) \(\d+%\)$/);
      expect(Number(await bar.getAttribute('value'))).toBeLessThanOrEqual(Number(await bar.getAttribute('max')));
      return words ?? '';
    };
    await tab.goto(`/desk/drafts/${draft}/whom`);
    await tab.getByLabel('Another CSV file').setInputFiles({
      name: 'list.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(placesCsv(n)),
    });
    // While somebody holds the recipients there were, they are not replaced, so that the page can be looked at.
    await held(sql`select from work.draft_recipient where draft = ${draft} for share`, async () => {
      await tab.getByRole('button', { name: 'Read this file' }).click();
      expect(new URL(tab.url()).pathname).toBe(`/desk/drafts/${draft}/whom/reading`);
      await percent();
      await look(tab, 'desk-reading', { dark: true });
    });
    await expect.poll(looked, { timeout: 25_000 }).toBe(`/desk/drafts/${draft}/whom`);
    expect(await tab.getByRole('status').first().textContent()).toBe(
      `${n.toLocaleString('en-US')} recipients read from the file.`,
    );

    await tab.goto(`/desk/drafts/${draft}/check`);
    // Another serving is under way: this one is checked meanwhile, and waits for its turn.
    await held(sql`select pg_advisory_xact_lock(${SERVING_LOCK})`, async () => {
      await tab.getByRole('button', { name: 'Serve', exact: true }).click();
      expect(new URL(tab.url()).pathname).toBe(`/desk/drafts/${draft}/serving`);
      expect(await percent()).toContain('of 6,000 recipients');
      await expect.poll(heading, { timeout: 25_000 }).toMatch(/^Serving “/);
      expect(await percent()).toBe('0 of 6,000 recipients (0%)');
      await look(tab, 'desk-serving', { dark: true });
    });
    await expect.poll(looked, { timeout: 40_000 }).toMatch(/^\/desk\/requests\//);
    await tab.getByText('1–100 of 6,000 recipients').waitFor();
  });
  expect((await loadDraft(desk.t.db, draft)).serving?.ended).toBe('served');
});

it('with the script, the page of a serving follows it in place and leads to the board at the end', async () => {
  const matter = await desk.openMatter();
  const draft = await desk.draft(matter, placesCsv(5));
  // Marked as being served, as a server that stopped there leaves it: the page waits until somebody goes on.
  await startServing(desk.services, draft);
  await withPage({ baseURL: base }, async (tab, seen) => {
    await tab.goto(`/desk/drafts/${draft}/serving`);
    expect(await tab.locator('.progress__count').textContent()).toBe('0 of 5 recipients (0%)');
    await tab.evaluate("document.querySelector('.progress').dataset.here = 'yes'");
    await tab.locator('[data-again] a').focus();
    const looks = tab.waitForResponse((response) => response.url().endsWith('/serving'));
    await looks;
    expect(await tab.locator('[data-again] a:focus').count()).toBe(1);
    await serveInBackground(desk.services, draft);
    await tab.waitForURL('**/desk/requests/*');
    await tab.getByText('5 parties are served.').waitFor();
    expect(seen.problems).toEqual([]);
  });
});

/** Runs `work` while something is held in the database that the work in the background needs. */
async function held(what: RawBuilder<unknown>, work: () => Promise<void>): Promise<void> {
  await desk.t.db.transaction().execute(async (trx) => {
    await what.execute(trx);
    await work();
  });
}
