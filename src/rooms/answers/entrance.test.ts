/** A recipient's way in over HTTP: from the link in the letter to /answer, and everything that must not open it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aService, browser, codeIn, count, linkIn, random, type World, world } from '../../../test/support/world.ts';
import { newToken } from '../../base/secrets.ts';
import { HOUR, mintLink } from './links.ts';

const CLERK = 'clerk@example.gov';
let w: World;
let service: string;
let token: string;
beforeEach(async () => {
  w = await world();
  ({ service } = await aService(w));
  token = await mintLink(w.services, { service, address: CLERK, expiresAt: new Date(w.clock.now() + 30 * 24 * HOUR) });
});
afterEach(() => w.close());

async function enter(b = browser(w.app), mails = 1) {
  await b.post(`/r/${token}/code`);
  return await b.post(`/r/${token}/enter`, { code: codeIn(await w.mailTo(CLERK, mails)) });
}

it('goes from link to code to answer without JavaScript', async () => {
  const b = browser(w.app);
  const seen = await b.get(`/r/${token}`);
  expect(seen.status).toBe(200);
  for (const text of [
    'Office of Examples',
    'Place 001',
    'Documents on examples',
    'c•••k@example.gov',
    'Send me a code',
  ])
    expect(seen.text).toContain(text);
  expect(seen.text).not.toContain(CLERK);
  expect(seen.text).not.toMatch(/<script(?![^>]*src=)|style=/);
  expect(seen.headers.get('referrer-policy')).toBe('same-origin');
  expect(seen.headers.get('cache-control')).toBe('no-store');

  const asked = await b.post(`/r/${token}/code`);
  expect(asked.text).toContain('is on its way to c•••k@example.gov');
  const mail = await w.mailTo(CLERK);
  const code = codeIn(mail);
  expect(asked.text).not.toContain(code);
  expect(mail.subject).not.toContain(code.slice(0, 4));
  const entered = await b.post(`/r/${token}/enter`, { code: `${code.slice(0, 4)} ${code.slice(4)}` });
  expect([entered.status, entered.to]).toEqual([303, '/answer']);
  expect(entered.cookies[0]).toMatch(
    /^answer_session=[\w-]{43}; Max-Age=43200; Path=\/answer; HttpOnly; SameSite=Lax$/,
  );
  expect(JSON.parse((await b.get('/answer')).text)).toEqual({ who: 'recipient', service, address: CLERK });

  expect((await b.post('/answer/leave')).status).toBe(200);
  expect((await b.get('/answer')).status).toBe(401);
  expect(await count(w, 'select count(*)::int as n from work.recipient_session')).toBe(0);
});

it('survives mail scanners: opening the link any number of times changes nothing', async () => {
  const before = JSON.stringify((await w.owner.query('select * from work.link')).rows);
  for (let i = 0; i < 40; i++) expect((await browser(w.app).get(`/r/${token}`)).status).toBe(200);
  expect(JSON.stringify((await w.owner.query('select * from work.link')).rows)).toBe(before);
  expect(await w.mails()).toEqual([]);
  expect((await enter()).to).toBe('/answer');
});

it('counts only under /answer, and staff sessions do not count there', async () => {
  const b = browser(w.app);
  await enter(b);
  const session = b.jar.get('answer_session')?.value ?? '';
  const elsewhere = await b.get('/desk', { cookie: `answer_session=${session}` });
  expect(elsewhere.to).toBe('/sign-in?next=%2Fdesk');
  const stranger = browser(w.app);
  expect((await stranger.get('/answer')).status).toBe(401);
  for (const cookie of [
    'answer_session=',
    'answer_session=x',
    `answer_session=${newToken(random)}`,
    `other=${session}`,
  ])
    expect((await stranger.get('/answer', { cookie })).status).toBe(401);
});

it('opens nothing for somebody with the link but not the mailbox', async () => {
  const b = browser(w.app);
  await b.post(`/r/${token}/code`);
  const right = codeIn(await w.mailTo(CLERK));
  const wrong = right === '11111111' ? '22222222' : '11111111';
  const tried = await b.post(`/r/${token}/enter`, { code: wrong });
  expect(tried.status).toBe(422);
  expect(tried.text).toContain('4 tries are left');
  expect((await b.post(`/r/${token}/enter`, {})).status).toBe(422);
  expect((await b.get('/answer')).status).toBe(401);
});

it('refuses a used code, and says when a link is locked after twenty wrong ones', async () => {
  const b = browser(w.app);
  await enter(b);
  const used = codeIn(await w.mailTo(CLERK));
  expect((await browser(w.app).post(`/r/${token}/enter`, { code: used })).text).toContain('is used, too old');
  for (let c = 0; c < 4; c++) {
    await b.post(`/r/${token}/code`);
    const right = codeIn(await w.mailTo(CLERK, c + 2));
    for (let i = 0; i < 5; i++)
      await b.post(`/r/${token}/enter`, { code: right === '11111111' ? '22222222' : '11111111' });
  }
  const locked = await b.get(`/r/${token}`);
  expect([locked.status, locked.text.includes('Locked for an hour')]).toEqual([429, true]);
  // Who is in already stays in: a stranger with the link cannot throw the recipient out.
  expect((await b.get('/answer')).status).toBe(200);
});

it('shows guessers one page, whether a link is unknown, garbled or guessed too often', async () => {
  const b = browser(w.app, '203.0.113.66');
  const first = await b.get(`/r/${newToken(random)}`);
  expect(first.status).toBe(404);
  const pages = [
    await b.get('/r/x'),
    await b.get(`/r/${'A'.repeat(43)}`),
    await b.post(`/r/${newToken(random)}/code`),
    await b.post(`/r/${newToken(random)}/renew`),
  ];
  for (let i = 0; i < 40; i++) pages.push(await b.get(`/r/${newToken(random)}`));
  pages.push(await b.get(`/r/${token}`)); // guessed right, after too many guesses
  for (const page of pages) expect([page.status, page.text]).toEqual([404, first.text]);
  expect((await browser(w.app, '203.0.113.67').get(`/r/${token}`)).status).toBe(200);
  w.pass(60_000);
  expect((await b.get(`/r/${token}`)).status).toBe(200);
});

it('offers a new link for an old one, mails it to the address on file, and never shows that address', async () => {
  w.pass(31 * 24 * HOUR);
  await w.owner.query(`update work.contact set address = 'records@example.gov'`);
  const b = browser(w.app);
  const old = await b.get(`/r/${token}`);
  expect([old.status, old.text.includes('This link is too old')]).toEqual([410, true]);
  const answers = [];
  for (let i = 0; i < 4; i++) answers.push(await b.post(`/r/${token}/renew`));
  expect(new Set(answers.map((a) => `${a.status} ${a.text}`)).size).toBe(1);
  expect([...answers, old].map((a) => a.text).join()).not.toMatch(/clerk@|records@|r•••s/);
  expect(await w.mails()).toHaveLength(3);
  const fresh = linkIn(await w.mailTo('records@example.gov', 3));
  expect((await b.get(fresh)).status).toBe(200);
  // The older one went to the mailbox of before: it says so, and what to do.
  const before = await b.get(`/r/${token}`);
  expect(before.status).toBe(410);
  for (const words of ['Letters go to another mailbox now', 'c•••k@example.gov', 'Send me a new link'])
    expect(before.text).toContain(words);
});

it('lets a letter that somebody kept go on working after later mails to the same mailbox', async () => {
  const later = await mintLink(w.services, {
    service,
    address: CLERK,
    expiresAt: new Date(w.clock.now() + 30 * 24 * HOUR),
  });
  for (const link of [token, later]) expect((await browser(w.app).get(`/r/${link}`)).status).toBe(200);
  expect((await enter()).to).toBe('/answer');
});

it('logs nothing and keeps no secret where others could read it', async () => {
  await enter();
  expect(w.log).toEqual([]);
  const rows = await w.owner.query(
    `select l::text || c::text || s::text as all from work.link l, work.code c, work.recipient_session s`,
  );
  expect(JSON.stringify(rows.rows)).not.toContain(token);
});

describe('mail that does not leave', () => {
  it('is said, and costs nothing but the code', async () => {
    const broken = browser(w.app);
    const { rm, writeFile } = await import('node:fs/promises');
    await rm(`${w.dataDir}/mail`, { recursive: true, force: true });
    await writeFile(`${w.dataDir}/mail`, 'in the way');
    const answer = await broken.post(`/r/${token}/code`);
    expect([answer.status, answer.text.includes('The code did not leave')]).toEqual([503, true]);
    await rm(`${w.dataDir}/mail`);
    expect((await enter()).to).toBe('/answer');
  });
});
