/**
 * Every part of a page in a real browser: at phone and desk width, by day and night, without axe violations and without a page that scrolls
 * sideways.
 */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAssets } from '../../src/adapters/assets.ts';
import type { Assets } from '../../src/ui/assets.ts';
import { buildApp } from '../../src/web/app.tsx';
import { galleryRoutes } from '../../src/web/gallery.tsx';
import { look, withPage } from '../support/browser.ts';
import { STAFF, servicesWithoutStore } from '../support/web.ts';

let assets: Assets;
let base: string;
let server: ReturnType<typeof createAdaptorServer>;

beforeAll(async () => {
  assets = await buildAssets({ cacheDir: 'build/assets' });
  const app = buildApp({
    services: servicesWithoutStore('http://localhost:8080'),
    assets,
    routes: galleryRoutes,
    whoIs: async (c) => (c.req.path === '/gallery/form' ? STAFF : { who: 'anyone' }),
  });
  server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  base = `http://127.0.0.1:${address.port}`;
});

afterAll(async () => {
  await new Promise((done) => server.close(done));
});

const PAGES = ['/gallery', '/gallery/cell', '/gallery/form', '/gallery/form?errors', '/nowhere'];

it.each(PAGES)('%s has no axe violation and does not scroll sideways', async (path) => {
  await withPage({ baseURL: base }, async (tab, seen) => {
    await tab.goto(path);
    await look(tab, path.slice(1).replaceAll(/\W+/g, '-'), { dark: true });
    // A page that answers 404 or 422 on purpose is reported by the browser as a failed resource.
    expect(seen.problems.filter((problem) => !problem.includes('status of 4'))).toEqual([]);
  });
});

describe('the frame', () => {
  it('loads within 100 KB on the first view, nothing from elsewhere, and obeys its own policy', async () => {
    await withPage({ baseURL: base }, async (tab, { context }) => {
      const session = await context.newCDPSession(tab);
      await session.send('Network.enable');
      let bytes = 0;
      session.on('Network.loadingFinished', (event) => {
        bytes += event.encodedDataLength;
      });
      const refused: string[] = [];
      const elsewhere: string[] = [];
      tab.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
      tab.on('request', (request) => !request.url().startsWith(base) && elsewhere.push(request.url()));
      await tab.goto(`${base}/gallery`, { waitUntil: 'networkidle' });
      // Page, style sheet and both fonts have been counted once this is reached; the browser reports them late.
      await expect.poll(() => bytes, { timeout: 10_000 }).toBeGreaterThan(72_000);
      console.log(`first view: ${bytes} bytes`);
      expect(bytes).toBeLessThanOrEqual(100_000);
      expect(elsewhere).toEqual([]);
      expect(refused).toEqual([]);
    });
  });

  it('works without JavaScript: as of by a form, a notice once after a post', async () => {
    await withPage({ baseURL: base, javaScript: false }, async (tab) => {
      await tab.goto(`${base}/gallery`);
      await tab.getByLabel('Show as of').fill('2018-01-24T12:00');
      await tab.getByLabel('what was known').check();
      await tab.getByRole('button', { name: 'Show' }).click();
      expect(tab.url()).toContain('axis=known');
      expect(await tab.locator('.asof__state').textContent()).toContain('24 Jan 2018, 12:00 ET');
      await tab.goto(`${base}/gallery/form`);
      await tab.getByRole('button', { name: 'Save and go on' }).click();
      expect(await tab.getByRole('status').first().textContent()).toBe('Saved 14:02.');
      await tab.reload();
      expect(await tab.getByText('Saved 14:02.').count()).toBe(0);
      // The skip link is the first thing that the keyboard reaches.
      await tab.keyboard.press('Tab');
      expect(await tab.locator(':focus').textContent()).toBe('Skip to the content');
    });
  });
});
