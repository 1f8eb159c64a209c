/**
 * A real browser for tests: one per test file, a fresh profile per page, and axe for what people with other senses or hands would
 * meet. It reaches nothing but what the test opens. Used inside Vitest only.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll } from 'vitest';
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

/** What axe finds wrong, best practices included; `nodes` are CSS selectors. The page needs JavaScript turned on. */
export async function axeViolations(page: Page): Promise<AxeViolation[]> {
  axeSource ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // By the debugger and not as a script element: the pages' own policy stays in force and forbids the latter.
  await page.evaluate(`${axeSource};undefined`);
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) => ({
      id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map((n) => n.target.join(' ')) })))`,
  );
  return violations.parse(found);
}
