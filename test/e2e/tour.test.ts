/**
 * The README's five-minute tour in a real browser against the server as `npm start` runs it: no stand-ins, and no JavaScript for the
 * people who ask and answer. Each step goes on from the one before. Pages are looked at in the states that pages.test.ts does not see. Set LOOK_PICTURES to a folder to keep pictures.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { axeViolations, look, withPage } from '../support/browser.ts';
import { codeIn, linkIn, PATIENCE, startTour, type Tour } from '../support/tour.ts';

const CLERK = 'clerk@millbrook.example.gov';
const RECORDS = 'records@cedar-county.example.gov';
const OWNER = 'owner@example.gov';
/** The README's own blocks of code, so that what it says is what is done here. */
const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const block = (start: string): string => {
  const found = [...README.matchAll(/^( *)```\n(.*?)^ *```$/gms)].find(([, , text]) =>
    text?.trimStart().startsWith(start),
  );
  if (!found) throw new Error(`the README has no block that begins with ${start}`);
  return (found[2] ?? '').replaceAll(new RegExp(`^${found[1]}`, 'gm'), '');
};
/** The file of the third step, with a line that is refused; then without it. */
const WITH_BAD_ROW = block('name,kind,state,ocd_id,email');
const CSV = WITH_BAD_ROW.replace(/^Washington,.*\n/m, '');
const DIRECTIVE = 'Directive 7: records are kept for seven years.\n';
const ITEMS = [
  'Directives on how records are kept, since 2024.',
  'Minutes of meetings about these directives.',
  'Complaints about records, since 2024.',
];
const RECORD = '/record/survey-of-record-keeping';
const wellKnown = z.object({ policy: z.string() });

let tour: Tour;
/** what people keep between the steps */
const kept = { board: '', link: '', json: '', pdf: '', policy: '', document: '', changed: '' };

beforeAll(async () => {
  tour = await startTour();
});
afterAll(async () => tour?.stop());

/** Clicks what leads to another page and waits until all of that is there. */
async function go(page: Page, what: Locator): Promise<void> {
  await Promise.all([page.waitForEvent('load'), what.click()]);
}
const press = (page: Page, name: string) => go(page, page.getByRole('button', { name, exact: true }));
const text = async (page: Page) => ((await page.locator('main').textContent()) ?? '').replace(/\s+/g, ' ');

async function download(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.slip').getByRole('link', { name, exact: true }).click(),
  ]);
  const path = `${tour.folder}/${file.suggestedFilename()}`;
  await file.saveAs(path);
  return path;
}

it('a visitor sees the record of the example, as of any time, and keeps a receipt', async () => {
  await withPage({ baseURL: tour.base, javaScript: false, timezone: 'America/New_York' }, async (page) => {
    // The server is ready before the example's last entry is under a checkpoint.
    await expect
      .poll(async () => (await page.goto('/')) && (await page.locator('.slip__number').count()), PATIENCE)
      .toBe(2);
    // Without signing in and on one page: what it is, a board, one receipt, and how to verify it.
    expect(await text(page)).toContain('Every step leaves a receipt on both sides that anyone can verify');
    expect(
      await page
        .getByRole('region', { name: /Recipients and items of/ })
        .locator('tbody tr')
        .count(),
    ).toBe(5);
    expect(await text(page)).toContain('The first 5 of all 23 recipients');
    const files = await Promise.all(
      ['this receipt', 'policy'].map(async (name) => {
        const path = await page.getByRole('link', { name, exact: true }).getAttribute('href');
        return await tour.keep(`home-${name.replace(' ', '-')}`, await (await page.request.get(path ?? '')).body());
      }),
    );
    expect(tour.counterfoil('verify', files[0] ?? '', '--policy', files[1] ?? '').code).toBe(0);
    await go(page, page.getByRole('link', { name: 'See the record' }));
    expect(await text(page)).toContain('23 asked');
    expect(await page.locator('table tbody tr').count()).toBe(23);

    const asOf = page.getByRole('form', { name: 'As of when' });
    await asOf.getByLabel('Show as of').fill('2018-01-25T06:53');
    await asOf.getByLabel('what had happened').check();
    await press(page, 'Show');
    expect(new URL(page.url()).search).toContain('axis=happened');
    expect(await page.locator('table tbody tr').count()).toBe(23);
    await page.getByRole('form', { name: 'As of when' }).getByLabel('what was known').check();
    await press(page, 'Show');
    expect(await text(page)).toContain('Nothing had been recorded here by then');

    await go(page, page.getByRole('link', { name: 'Show now' }));
    await go(page, page.getByRole('link', { name: 'Louisville Metro', exact: true }));
    await go(
      page,
      page
        .getByRole('main')
        .getByRole('link', { name: /receipt/i })
        .first(),
    );
    const receipt = await download(page, 'receipt as JSON');
    const policy = await (await page.request.get('/policy.txt')).text();
    expect(wellKnown.parse(await (await page.request.get('/.well-known/counterfoil')).json()).policy).toBe(policy);
    kept.policy = await tour.keep('policy.txt', policy);
    const verified = tour.counterfoil('verify', receipt, '--policy', kept.policy);
    expect(verified).toEqual({ code: 0, out: expect.stringContaining('This was in the log of localhost') });
  });
}, 180_000);

it('the owner sets up an organisation, composes a request in five steps and serves it once', async () => {
  await withPage({ baseURL: tour.base, javaScript: false }, async (page) => {
    await page.goto(tour.ownerLink);
    await page.getByLabel('Name of the organisation').fill('Office of Public Records');
    await page.getByLabel('Kind').selectOption('agency');
    await page.getByLabel('Your name').fill('Sample Owner');
    await page.getByLabel('Your e-mail address').fill(OWNER);
    await press(page, 'Set up');
    expect(new URL(page.url()).pathname).toBe('/desk');
    await look(page, 'desk-empty');

    await go(page, page.getByRole('link', { name: 'Open a matter' }).first());
    await page.getByLabel('Title').fill('Survey of record keeping');
    await page.getByLabel('In two sentences').fill('How records are kept, asked of three places.');
    await press(page, 'Open the matter');
    await press(page, 'New request');

    await page.getByLabel('Title of the request').fill('Directives and minutes since 2024');
    await page.getByLabel('Authority you ask under').fill('Example Code § 12');
    await page.getByLabel('Item 1', { exact: true }).fill(ITEMS[0] ?? '');
    await press(page, 'Add an item');
    await page.getByLabel('Item 2', { exact: true }).fill(ITEMS[1] ?? '');
    await press(page, 'Add an item');
    await page.getByLabel('Item 3', { exact: true }).fill(ITEMS[2] ?? '');
    await press(page, 'Save and go on to whom');

    const choose = async (csv: string) => {
      const file = { name: 'places.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
      await page.locator('input[name=file]').setInputFiles(file);
      await press(page, 'Read this file');
    };
    await choose(WITH_BAD_ROW);
    expect(await text(page)).toContain('1 row of the file cannot be used');
    expect(await text(page)).toMatch(/Line 5: .*Washington/);
    await look(page, 'whom-bad');
    await choose(CSV);
    expect(await text(page)).toContain('3 recipients, 2 with an e-mail address, 1 without.');
    await go(page, page.getByRole('link', { name: 'Go on to when' }));

    await press(page, 'Save and show the working');
    expect(await text(page)).toContain('Day 30 is');
    await press(page, 'Save and go on to the letter');
    await press(page, 'Save and show the letters');
    expect(await text(page)).toContain('Letter 1 of 3');
    await press(page, 'Save and go on to check');
    expect(await text(page)).toContain('Serves 3 parties, 2 by mail, 1 has no address');

    const check = page.url();
    await press(page, 'Serve');
    await expect.poll(() => new URL(page.url()).pathname, PATIENCE).toMatch(/^\/desk\/requests\//);
    kept.board = page.url();
    expect(await text(page)).toContain('3 parties are served');
    await look(page, 'board-served');

    // Going back and serving again leads to the same request: nobody is served twice.
    const again = await page.request.post(check.replace(/check$/, 'serve'), { headers: { origin: tour.base } });
    expect(again.url()).toContain(new URL(kept.board).pathname);
    await tour.mail(CLERK, 1);
    await tour.mail(RECORDS, 1);
    expect((await tour.mails(CLERK)).length).toBe(1);
    await page.goto('/desk/letters');
    // Letters leave at once here, so it is too late to take the request back, and the page says what to do instead.
    await page.goto(`${kept.board}/revoke`);
    expect(await text(page)).toContain('The letters have left, so the request cannot be taken back.');
    await look(page, 'revoke-late');
    await page.context().storageState({ path: `${tour.folder}/owner.json` });
  });
}, 240_000);

async function enter(page: Page, link: string): Promise<void> {
  const before = (await tour.mails(CLERK)).length;
  await page.goto(link);
  await press(page, 'Send me a code');
  const mail = await tour.mail(CLERK, before + 1);
  await page.getByLabel('Code', { exact: true }).fill(codeIn(mail));
  await press(page, 'Continue');
  expect(new URL(page.url()).pathname).toBe('/answer');
}

it('a clerk answers from the letter, item by item, leaves, comes back, and holds the receipt', async () => {
  const letter = await tour.mail(CLERK, 1);
  expect(letter.subject).toContain('Directives and minutes since 2024');
  kept.link = linkIn(letter);
  await withPage({ baseURL: tour.base, javaScript: false }, async (page) => {
    await page.goto(kept.link);
    await press(page, 'Send me a code');
    await look(page, 'code');
    await page.getByLabel('Code', { exact: true }).fill('1234 5678');
    await press(page, 'Continue');
    expect(await text(page)).toContain('This code does not fit.');
    await look(page, 'code-wrong');
    await page.getByLabel('Code', { exact: true }).fill(codeIn(await tour.mail(CLERK, 2)));
    await press(page, 'Continue');

    await page.locator('#item-1').getByLabel('We produce', { exact: true }).check();
    const buffer = Buffer.from(DIRECTIVE);
    await page
      .getByLabel('Files for item 1')
      .setInputFiles({ name: 'directive-7.txt', mimeType: 'text/plain', buffer });
    await go(page, page.getByRole('button', { name: 'Add files to item 1' }));
    expect(await page.locator('#item-1').textContent()).toContain('directive-7.txt');
    await page.locator('#item-2').getByLabel('We object').check();
    await page.getByLabel('Note to the issuer on item 2').fill('These meetings were not public.');
    await press(page, 'Save and go on later');
    expect(await text(page)).toContain('Saved. You can close this page and come back with the same link.');
    await look(page, 'answer-saved', { dark: true });
    await press(page, 'Leave');
    expect(await text(page)).toContain('What you saved is kept.');
    await look(page, 'left');
  });
  // Another browser, another day: the same link, a new code, the work as it was left.
  await withPage({ baseURL: tour.base, javaScript: false }, async (page) => {
    await enter(page, kept.link);
    expect(await page.getByLabel('Note to the issuer on item 2').inputValue()).toBe('These meetings were not public.');
    await page.locator('#item-3').getByLabel('We have no such records').check();
    await press(page, 'Review and send');
    await look(page, 'review');
    await press(page, 'Send 3 items');
    expect(await text(page)).toContain('Nothing was sent');
    await look(page, 'review-no-name');
    await page.getByLabel('Your name').fill('Sample Clerk');
    await page.getByLabel('Your title or office').fill('City Clerk');
    await press(page, 'Send 3 items');
    expect(new URL(page.url()).pathname).toMatch(/^\/answer\/sent\//);
    await page.locator('.slip').getByRole('link', { name: 'receipt as JSON' }).waitFor(PATIENCE);
    await look(page, 'slip', { dark: true });
    kept.json = await download(page, 'receipt as JSON');
    kept.pdf = await download(page, 'receipt as PDF');
    await page.goto('/answer/history');
  });
  const brought = await tour.mail(CLERK, 4);
  expect(brought.subject).toContain('Receipt: your answer');
  const files = brought.attachments.map((one) => [one.contentType, Buffer.from(one.content)] as const);
  expect(files.map(([type]) => type).sort()).toEqual(['application/json', 'application/pdf']);
  expect(files.find(([type]) => type === 'application/json')?.[1]).toEqual(await readFile(kept.json));
}, 240_000);

it('the issuer sees the board, reads the document and determines; the clerk is told with a receipt', async () => {
  const state = z.object({ cookies: z.array(z.object({ name: z.string(), value: z.string() })) });
  const { cookies } = state.parse(JSON.parse(await readFile(`${tour.folder}/owner.json`, 'utf8')));
  await withPage({ baseURL: tour.base, javaScript: false }, async (page) => {
    await page.context().addCookies(cookies.map(({ name, value }) => ({ name, value, url: tour.base })));
    await page.goto('/desk');
    await page.goto(kept.board);
    expect(await page.getByRole('row', { name: /Millbrook/ }).textContent()).toMatch(
      /produced[\s\S]*objected[\s\S]*no such records/,
    );
    await look(page, 'board', { dark: true });
    await go(page, page.getByRole('link', { name: 'Millbrook', exact: true }));
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'directive-7.txt' }).click(),
    ]);
    kept.document = `${tour.folder}/directive-7.txt`;
    await file.saveAs(kept.document);
    expect(await readFile(kept.document, 'utf8')).toBe(DIRECTIVE);

    await page.locator('#item-1').getByLabel('Accepted').check();
    await press(page, 'Record for item 1');
    await page.locator('#item-2').getByLabel('Deficient').check();
    await press(page, 'Record for item 2');
    expect(await page.getByRole('alert').textContent()).toContain('Nothing was written');
    await look(page, 'service-no-reasons');
    await page.getByLabel('Reasons on item 2').fill('Minutes are public once approved. Send those.');
    await press(page, 'Record for item 2');
    expect(await page.locator('#item-2').textContent()).toContain('Minutes are public once approved.');
    await look(page, 'service-determined');
  });
  const news = await tour.mail(CLERK, 6);
  expect(`${(await tour.mail(CLERK, 5)).text} ${news.text}`).toContain('Minutes are public once approved. Send those.');
  expect(news.attachments.length).toBeGreaterThanOrEqual(2);
  await withPage({ baseURL: tour.base, javaScript: false }, async (page) => {
    await enter(page, linkIn(news));
    expect(await page.locator('#item-1').textContent()).toContain('accepted');
    expect(await page.locator('#item-2').textContent()).toContain('Minutes are public once approved.');
    await look(page, 'answer-determined');
  });
}, 240_000);

it('the public record shows what each side says, and nothing that is not public', async () => {
  await withPage({ baseURL: tour.base, javaScript: false }, async (page) => {
    await page.goto(RECORD);
    const row = await page.getByRole('row', { name: /Millbrook/ }).textContent();
    expect(row).toMatch(
      /produced[\s\S]*accepted[\s\S]*objected[\s\S]*deficient[\s\S]*no such records[\s\S]*not reviewed/,
    );
    expect(row).toMatch(/answered|due/);
    await page.goto(`${RECORD}/timeline`);
    await page.goto(`${RECORD}/changes`);
    for (const path of [
      RECORD,
      `${RECORD}/timeline`,
      `/api/v1${RECORD.replace('record', 'records')}`,
      `${RECORD}/board.csv`,
    ]) {
      const page_ = await (await page.request.get(path)).text();
      expect(page_).toContain('Millbrook');
      for (const secret of [CLERK, 'directive-7.txt', 'not public.', 'Sample Clerk'])
        expect(page_).not.toContain(secret);
    }
  });
}, 120_000);

it('a stranger verifies the receipts, in a terminal and in a browser without a network', async () => {
  kept.changed = await tour.keep('changed.txt', DIRECTIVE.replace('seven', 'eight'));
  // The command of the eighth step, word for word but for the number, in the folder where the files were kept.
  const [program, ...words] = block('bin/counterfoil verify').trim().split(' ');
  expect(program).toBe('bin/counterfoil');
  const said = words.map((word) => (/^answer-sent-N\./.test(word) ? basename(kept.json) : word));
  expect(basename(kept.json)).toMatch(/^answer-sent-\d+\.receipt\.json$/);
  expect(tour.counterfoil(...said)).toEqual({
    code: 0,
    out: expect.stringContaining('This was in the log of localhost'),
  });
  for (const receipt of [kept.json, kept.pdf]) {
    const good = tour.counterfoil('verify', receipt, '--policy', kept.policy, '--document', kept.document);
    expect(good).toEqual({ code: 0, out: expect.stringContaining('the document you gave is one it names') });
    const bad = tour.counterfoil('verify', receipt, '--policy', kept.policy, '--document', kept.changed);
    expect(bad).toEqual({ code: 1, out: expect.stringContaining('document-mismatch') });
  }
  await withPage({ baseURL: tour.base }, async (page, { context, problems }) => {
    await page.goto('/verify');
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    const isKept = () => page.evaluate("caches.match('/verify').then((one) => one !== undefined)");
    await expect.poll(isKept, PATIENCE).toBe(true);
    await context.setOffline(true);
    await page.reload();
    const results = page.locator('#results');
    await page.setInputFiles('#f-receipts', [kept.json, kept.pdf]);
    await page.setInputFiles('#f-documents', [kept.document]);
    await expect.poll(() => results.locator('.verdict--good').count(), PATIENCE).toBe(2);
    expect(await results.textContent()).toContain('the document you gave is');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.setInputFiles('#f-receipts', [kept.json]);
    await page.setInputFiles('#f-documents', [kept.changed]);
    await expect.poll(() => results.textContent(), PATIENCE).toContain('document-mismatch');
    expect(await axeViolations(page)).toEqual([]);
    await context.setOffline(false);
    await look(page, 'verify-bad', { dark: true });
    expect(problems.filter((problem) => !problem.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
  });
}, 120_000);

it('the log and the views are sound', async () => {
  const checked = tour.counterfoil('fsck');
  expect(checked).toEqual({ code: 0, out: expect.stringMatching(/^✓ \d+ entries fit \d+ checkpoints of localhost/) });
  const rebuilt = tour.counterfoil('rebuild');
  expect(rebuilt).toEqual({ code: 0, out: expect.stringMatching(/The views equal what \d+ entries make of them\./) });
  expect(tour.counterfoil('mail', '--to', CLERK).out).toContain('Your code is');
}, 120_000);
