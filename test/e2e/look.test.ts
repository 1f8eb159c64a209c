/**
 * Every part of a page in a real browser: at phone and desk width, by day and night, without axe violations and without a page that scrolls
 * sideways. Set LOOK_PICTURES to a folder to keep pictures. Uses a small launcher of its own.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildAssets } from '../../src/adapters/assets.ts';
import type { Assets } from '../../src/ui/assets.ts';
import { buildApp } from '../../src/web/app.tsx';
import { galleryRoutes } from '../../src/web/gallery.tsx';
import { STAFF, servicesWithoutStore } from '../support/web.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const Violations = z.array(
  z.object({ id: z.string(), help: z.string(), nodes: z.array(z.object({ html: z.string(), any: z.unknown() })) }),
);
const pictures = process.env.LOOK_PICTURES;

let browser: Browser;
let assets: Assets;
let base: string;
let server: ReturnType<typeof createAdaptorServer>;
let axe: string;

beforeAll(async () => {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) =>
    existsSync(p),
  );
  [assets, axe, browser] = await Promise.all([
    buildAssets({ cacheDir: 'build/assets' }),
    readFile(AXE, 'utf8'),
    chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox', '--disable-gpu'] }),
  ]);
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
  if (pictures) await mkdir(pictures, { recursive: true });
});

afterAll(async () => {
  await browser.close();
  await new Promise((done) => server.close(done));
});

const PAGES = ['/gallery', '/gallery/cell', '/gallery/form', '/gallery/form?errors', '/nowhere'];
const LOOKS = [390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

describe.each(LOOKS)('at $width px, $colorScheme', ({ width, colorScheme }) => {
  it.each(PAGES)('%s has no axe violation and does not scroll sideways', async (path) => {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, bypassCSP: true });
    try {
      const tab = await context.newPage();
      const problems: string[] = [];
      tab.on('console', (message) => {
        // A page that answers 404 or 422 on purpose is reported by the browser as a failed resource.
        if (message.type() === 'error' && !message.text().includes('status of 4')) problems.push(message.text());
      });
      await tab.goto(base + path, { waitUntil: 'load' });
      if (pictures)
        await tab.screenshot({
          path: join(pictures, `${path.replaceAll(/\W+/g, '-')}-${width}-${colorScheme}.png`),
          fullPage: true,
        });
      await tab.evaluate(axe);
      const found = Violations.parse(await tab.evaluate('axe.run().then((r) => r.violations)'));
      const wide = await tab.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(found.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' | ')}`)).toEqual([]);
      expect(wide).toBe(0);
      expect(problems).toEqual([]);
    } finally {
      await context.close();
    }
  });
});

describe('the frame', () => {
  it('loads within 100 KB on the first view, nothing from elsewhere, and obeys its own policy', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 844 } });
    try {
      const tab = await context.newPage();
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
    } finally {
      await context.close();
    }
  });

  it('works without JavaScript: as of by a form, a notice once after a post', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    try {
      const tab = await context.newPage();
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
    } finally {
      await context.close();
    }
  });
});
