/**
 * A real browser for tests: one per test file, a fresh profile per page, and axe for what people with other senses or hands would
 * meet. It reaches nothing but what the test opens. Used inside Vitest only.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { z } from 'zod';
import { ensureBrowser } from './browser-program.ts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage', // containers often have 64 MB of shared memory
];

export interface PageOptions {
  /** CSS pixels; 390 is a phone, 1280 a laptop (the default). */
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** false: as for those who turned it off. */
  readonly javaScript?: boolean;
  /** Makes `page.goto('/x')` work. */
  readonly baseURL?: string;
  /** Time zone of the reader, `Europe/Paris`; default UTC. */
  readonly timezone?: string;
}

export interface Seen {
  /** Errors of scripts, and refusals of the content security policy; a sound page leaves it empty. */
  readonly problems: readonly string[];
  readonly context: BrowserContext;
}

let launched: Promise<{ browser: Browser; home: string }> | undefined;

async function launch(): Promise<{ browser: Browser; home: string }> {
  const executablePath = await ensureBrowser(console.log);
  // A home of its own: it reads nobody's settings, and works where there is none.
  const home = mkdtempSync(join(tmpdir(), 'counterfoil-browser-'));
  const env: Record<string, string> = {
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_CACHE_HOME: home,
    PATH: process.env.PATH ?? '',
    TMPDIR: tmpdir(),
    LANG: 'C.UTF-8',
  };
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS, env, timeout: 60_000 });
  return { browser, home };
}

afterAll(async () => {
  const done = await launched?.catch(() => undefined);
  launched = undefined;
  glasses.clear();
  if (done === undefined) return;
  await done.browser.close();
  rmSync(done.home, { recursive: true, force: true });
});

/** Opens a page with a fresh profile, hands it to `use`, and closes it again. */
export async function withPage<T>(options: PageOptions, use: (page: Page, seen: Seen) => Promise<T>): Promise<T> {
  launched ??= launch();
  const { browser } = await launched;
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    colorScheme: options.colorScheme ?? 'light',
    javaScriptEnabled: options.javaScript ?? true,
    reducedMotion: 'reduce',
    timezoneId: options.timezone ?? 'UTC',
    locale: 'en-US',
    ...(options.baseURL === undefined ? {} : { baseURL: options.baseURL }),
  });
  try {
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    return await use(page, { problems, context });
  } finally {
    await context.close();
  }
}

const violations = z.array(
  z.object({ id: z.string(), impact: z.string().nullish(), help: z.string(), nodes: z.array(z.string()) }),
);
export type AxeViolation = z.infer<typeof violations>[number];

let axeSource: string | undefined;

/** By the debugger and not as a script element: the pages' own policy stays in force and forbids the latter. */
async function loadAxe(page: Page): Promise<void> {
  axeSource ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(`${axeSource};undefined`);
}

async function runAxe(page: Page): Promise<AxeViolation[]> {
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) => ({
      id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map((n) => n.target.join(' ')) })))`,
  );
  return violations.parse(found);
}

/** What axe finds wrong, best practices included; `nodes` are CSS selectors. The page needs JavaScript turned on. */
export async function axeViolations(page: Page): Promise<AxeViolation[]> {
  await loadAxe(page);
  return await runAxe(page);
}

/**
 * One page for each site, with axe in it, that is shown what others show: axe takes longer to load than to look, and people who turned
 * scripts off see the same bytes.
 */
const glasses = new Map<string, Promise<Page>>();

async function glass(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', timezoneId: 'UTC', serviceWorkers: 'block' });
  const page = await context.newPage();
  // What is shown is the page as its scripts left it; they need not run again, and some would lead away.
  await page.route('**/*.js', (route) => route.abort());
  const blank = `${origin}/glass`;
  await page.route(blank, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>-</title>' }),
  );
  await page.goto(blank);
  await loadAxe(page);
  return page;
}

const sideways = z.number();

export interface LookOptions {
  /** by night too */
  readonly dark?: boolean;
}

/**
 * Looks at the page that is open, at phone and desk width: no axe violation, nothing that scrolls sideways. The structure is looked at on
 * the phone by day and, with `dark`, at the desk by night. Keeps pictures of both widths and colours in the folder LOOK_PICTURES.
 */
export async function look(page: Page, name: string, { dark = false }: LookOptions = {}): Promise<void> {
  const pictures = process.env.LOOK_PICTURES;
  const browser = page.context().browser();
  if (!browser) throw new Error('no browser');
  const url = new URL(page.url());
  const body = await page.content();
  let found = glasses.get(url.origin);
  if (!found) {
    found = glass(browser, url.origin);
    glasses.set(url.origin, found);
  }
  const copy = await found;
  await copy.evaluate(`history.replaceState(null, '', ${JSON.stringify(url.pathname + url.search)})`);
  await copy.emulateMedia({ colorScheme: 'light' });
  await copy.setViewportSize({ width: 390, height: 900 });
  await copy.setContent(body);
  const looks = [
    { width: 390, colorScheme: 'light' as const },
    ...(dark ? [{ width: 1280, colorScheme: 'dark' as const }] : []),
  ];
  for (const { width, colorScheme } of looks) {
    await copy.emulateMedia({ colorScheme });
    await copy.setViewportSize({ width, height: 900 });
    await fits(copy, name, width);
    expect(`${name} ${width} ${colorScheme} ${JSON.stringify(await runAxe(copy))}`).toBe(
      `${name} ${width} ${colorScheme} []`,
    );
  }
  if (!dark) {
    await copy.setViewportSize({ width: 1280, height: 900 });
    await fits(copy, name, 1280);
  }
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  for (const width of [390, 1280]) {
    await copy.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await copy.emulateMedia({ colorScheme });
      await copy.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}

/** Nothing reaches beyond the window's width, which the page is laid out for already. */
async function fits(copy: Page, name: string, width: number): Promise<void> {
  const wide = sideways.parse(
    await copy.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
  );
  expect(`${name} at ${width}: ${wide} px sideways`).toBe(`${name} at ${width}: 0 px sideways`);
}
