/**
 * Where secrets and private things must not stand: one whole exchange, with all that leaves the server (logs, pages, files, entries) and all that
 * lies in its database written down, then searched for every link, code, session, mailbox, note and file.
 */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueFollowerMails } from '../src/post/followers.ts';
import { isPdf, readReceiptFile } from '../src/proof/pdf.ts';
import { formOf } from './support/answering.ts';
import { type Exchange, exchange } from './support/exchange.ts';
import { type Browser, enter, firstOwner, joined } from './support/people.ts';
import { browser, codeIn, type World, world } from './support/world.ts';

const OWNER = 'owner@office.example.gov';
const EDITOR = 'editor@office.example.gov';
const READER = 'reader@place.example.gov';
const ADDRESS = /[a-z0-9.-]+@(?:place|office)\.example\.gov/i;

interface Read {
  readonly path: string;
  readonly text: string;
}
let w: World;
let x: Exchange;
const logged: string[] = [];
/** What each saw, by whom. */
const seen: Record<'public' | 'owner' | 'recipient' | 'second', Read[]> = {
  public: [],
  owner: [],
  recipient: [],
  second: [],
};
const secrets = { links: new Set<string>(), codes: new Set<string>(), sessions: new Set<string>() };
let database: readonly Read[] = [];
/** name and value of the owner's cookie */
let staffSession: readonly [string, string] = ['', ''];

/** Follows every link of every page from these, once each, and keeps headers and text; files of receipts as their JSON. */
async function crawl(who: Browser, from: readonly string[], into: Read[]): Promise<void> {
  const queue = [...from];
  const known = new Set(queue);
  for (let path = queue.shift(); path !== undefined && known.size < 600; path = queue.shift()) {
    const got = await who.request(path);
    const heads = [...got.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    into.push({ path, text: `${heads}\n${got.text}` });
    for (const [, href = ''] of got.text.matchAll(/(?:href|src|action)="(\/[^"#]*)/g)) {
      const to = href.replaceAll('&amp;', '&');
      if (known.has(to) || to.startsWith('/assets/')) continue;
      known.add(to);
      queue.push(to);
    }
    if (got.to?.startsWith('/') && !known.has(got.to)) {
      known.add(got.to);
      queue.push(got.to);
    }
  }
}

async function keepSecrets(): Promise<void> {
  for (const mail of await w.mails()) {
    for (const [, token = ''] of (mail.text ?? '').matchAll(/\/(?:r|invitation|follow\/\w+)\/([A-Za-z0-9_-]{20,})/g))
      secrets.links.add(token);
    if (/[0-9]{4} [0-9]{4}/.test(mail.text ?? '')) secrets.codes.add(codeIn(mail));
  }
}
function keepSession(who: Browser): void {
  for (const [name, { value }] of who.jar) if (/session/.test(name)) secrets.sessions.add(decodeURIComponent(value));
}

beforeAll(async () => {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  w = await world({ whole: true, logger: pino({ level: 'debug', base: null }, stream) });
  const setup = (await w.ownerPath()) ?? '';
  secrets.links.add(setup.split('/').at(-1) ?? '');
  await browser(w.app).get(setup);
  const owner = await firstOwner(w, OWNER, 'Office of Examples');
  const editor = await joined(w, owner, EDITOR, 'editor');
  x = await exchange(w, OWNER, 'gamma');
  const [one, two] = x.places;

  // The issuer decides; the news of it brings a new link, which is used.
  const service = `/desk/services/${one.service}`;
  const form = formOf((await editor.get(service)).text, `${service}/items/1/determination`);
  const decided = await editor.post(form.action, {
    ...form.values,
    'finding-1': 'deficient',
    'reasons-1': 'Page 2 of gamma is missing.',
  });
  expect(decided.status).toBe(303);
  await w.publish();
  await w.post.round();
  const again = await enter(w, one.address);

  // A calendar's address is shown once, to the person who made it, and read by a program.
  const calendar = formOf((await again.b.get('/answer/calendar')).text, '/answer/calendar');
  const shown = await again.b.post(calendar.action, calendar.values);
  const secret = /\/calendar\/([A-Za-z0-9_-]{43})/.exec(shown.text)?.[1] ?? '';
  expect(secret).not.toBe('');
  secrets.links.add(secret);
  for (const path of [`/calendar/${secret}`, `/calendar/${secret}.ics`])
    expect((await browser(w.app, '192.0.2.65').get(path)).status).toBe(200);

  // Somebody follows the record by mail, is told, and another one asked and never answers.
  const follow = `/record/${x.slug}/follow`;
  const reader = browser(w.app, '192.0.2.70');
  for (const address of [READER, 'silent@place.example.gov'])
    expect((await reader.post(follow, { address, every: 'day' })).status).toBe(200);
  await w.post.round();
  const confirm = /(\/follow\/confirm\/[\w-]{43})/.exec((await w.mailTo(READER)).text ?? '')?.[1] ?? '';
  await reader.get(confirm);
  expect((await reader.post(confirm, {})).status).toBe(200);
  await w.owner.query("update work.follower set told_seq = 0, told_at = told_at - interval '2 days'");
  expect(await queueFollowerMails(w.services)).toBe(1);
  await w.post.round();
  const leave = /(\/follow\/leave\/[\w-]{43})/.exec((await w.mailTo(READER, 2)).text ?? '')?.[1] ?? '';
  for (const path of [leave, `${leave}x`, `${confirm}/nothing`]) await reader.get(path);

  // People and machines that get things wrong leave traces too: mistyped, queried, guessed, broken.
  const token = one.link.split('/').at(-1) ?? '';
  const stranger = browser(w.app, '192.0.2.66');
  for (const path of [
    `/r/${token}x`,
    `/r/${token}/nothing`,
    `/calendar/${secret}x`,
    `/calendar/${secret}/nothing`,
    `/nothing/${token}`,
    `/${token}`,
    `/desk?next=/r/${token}`,
    `/records?q=${OWNER}`,
  ])
    await stranger.get(path);
  await stranger.post(`${two.link}/enter`, { code: again.code });
  await stranger.post('/sign-in', { email: EDITOR });
  await stranger.post('/sign-in/code', { code: '00000000' });
  await w.owner.query('alter table work.link rename to link_away');
  expect((await stranger.get(two.link)).status).toBe(500);
  expect((await stranger.post(`${two.link}/code`)).status).toBe(500);
  await w.owner.query('alter table work.link_away rename to link');
  await w.owner.query('alter table work.contact rename to contact_away');
  expect(
    (await editor.post(`/desk/services/${two.service}/contact`, { address: 'new-clerk@place.example.gov' })).status,
  ).toBe(500);
  await w.owner.query('alter table work.contact_away rename to contact');

  const files = [one.service, x.matter].map((id) => `/receipts/${id}.receipt.json`);
  const record = `/record/${x.slug}`;
  await crawl(
    browser(w.app, '192.0.2.67'),
    [
      '/',
      '/records',
      '/api/v1/records',
      `/api/v1/records/${x.slug}`,
      `${record}/board.csv`,
      '/api/openapi.json',
      ...files,
      record,
    ],
    seen.public,
  );
  await crawl(
    owner,
    ['/desk', '/account', `/desk/requests/${x.request}/board.json`, `/desk/drafts/${x.draft}/check`],
    seen.owner,
  );
  await crawl(again.b, ['/answer', '/answer/review', '/answer/history'], seen.recipient);
  await crawl(two.b, ['/answer', '/answer/history'], seen.second);

  const cookie = [...owner.jar].find(([name]) => /session_token/.test(name));
  staffSession = [cookie?.[0] ?? '', cookie?.[1].value ?? ''];
  for (const who of [owner, editor, one.b, again.b, two.b]) keepSession(who);
  await keepSecrets();
  const tables = await w.owner.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('ledger', 'log', 'view', 'work', 'auth') and table_type = 'BASE TABLE'`,
  );
  database = await Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows } = await w.owner.query<{ text: string }>(
        `select coalesce(json_agg(t), '[]')::text as text from ${name} t`,
      );
      return { path: name, text: rows[0]?.text ?? '' };
    }),
  );
}, 240_000);
afterAll(() => w.close());

/** Which of the words stand where; a code counts as itself only, not as a part of a longer number or hash. */
function found(words: Iterable<string>, where: readonly Read[]): string[] {
  const hits: string[] = [];
  for (const word of words) {
    const pattern = /^[0-9]{8}$/.test(word)
      ? new RegExp(`(?<![0-9a-f-])${word.slice(0, 4)}\\s?${word.slice(4)}(?![0-9a-f])`)
      : null;
    for (const { path, text } of where)
      if (pattern ? pattern.test(text) : text.includes(word)) hits.push(`${word.slice(0, 6)}… in ${path}`);
  }
  return hits;
}
const logs = (): Read[] => [...logged, ...w.log].map((text, i) => ({ path: `log line ${i}`, text }));
const everySecret = () => [...secrets.links, ...secrets.codes, ...secrets.sessions];

test('there is something to find, and it would be found', async () => {
  expect(secrets.links.size).toBeGreaterThanOrEqual(5);
  expect(secrets.codes.size).toBeGreaterThanOrEqual(5);
  expect(secrets.sessions.size).toBeGreaterThanOrEqual(5);
  const mails = (await w.mails()).map((mail, i) => ({ path: `mail ${i}`, text: mail.text ?? '' }));
  const everyMailed = [...secrets.links].filter((token) => found([token], mails).length === 0);
  expect(everyMailed).toHaveLength(2); // the owner link was printed, the calendar's address shown once; neither was mailed
  expect([...secrets.codes].filter((code) => found([code], mails).length === 0)).toEqual([]);
  for (const kind of ['public', 'owner', 'recipient'] as const) expect(seen[kind].length).toBeGreaterThan(8);
  expect(seen.owner.length).toBeGreaterThan(40);
  const [one] = x.places;
  for (const word of [one.note, one.file.name, one.address, 'Clerk of 1 gamma']) {
    expect(found([word], seen.owner), word).not.toEqual([]);
    if (word !== one.address) expect(found([word], seen.recipient), word).not.toEqual([]);
  }
  expect(found(['Place 1 gamma'], seen.public)).not.toEqual([]);
  expect(logged.length).toBeGreaterThan(100);
  expect(logs().some((line) => line.text.includes('unexpected'))).toBe(true);
});

test('links, codes and sessions stand in the mails and nowhere else', async () => {
  const entries = (await w.entries()).map((text, i) => ({ path: `entry ${i}`, text }));
  expect(found(everySecret(), logs())).toEqual([]);
  expect(found(everySecret(), entries)).toEqual([]);
  expect(found(everySecret(), [...seen.public, ...seen.owner, ...seen.recipient, ...seen.second])).toEqual([]);
  // The invitation's link is the invitation's name and opens nothing but a page: joining takes a code from the invited mailbox.
  const kept = found(everySecret(), database).filter((hit) => !hit.endsWith(' in auth.invitation'));
  expect(kept).toEqual([]);
  // better-auth keeps the first half of a session's cookie; without the second, signed by a secret outside the database, it is worth nothing.
  const [name, value] = staffSession;
  const b = browser(w.app, '192.0.2.69');
  expect((await b.get('/desk', { cookie: `${name}=${value}` })).status).toBe(200);
  const half = decodeURIComponent(value).split('.')[0];
  expect(found([half ?? ''], database)).not.toEqual([]);
  expect((await b.get('/desk', { cookie: `${name}=${half}` })).status).toBe(303);
  expect((await b.get('/desk', { cookie: `${name}=${half}.${'A'.repeat(43)}%3D` })).status).toBe(303);
});

test('no mailbox is logged, none is public', async () => {
  const withAddress = (where: readonly Read[]) =>
    where.flatMap(({ path, text }) => (ADDRESS.test(text) ? [`${path}: ${ADDRESS.exec(text)?.[0]}`] : []));
  expect(withAddress(logs())).toEqual([]);
  expect(withAddress(seen.public)).toEqual([]);
  const open = (await w.entries()).filter((text) => text.includes('"audience":"public"'));
  expect(open.length).toBeGreaterThan(5);
  expect(withAddress(open.map((text, i) => ({ path: `public entry ${i}`, text })))).toEqual([]);
  // A recipient sees its own mailbox and nobody else's, no member of the office's included.
  const [one, two] = x.places;
  for (const [own, pages] of [
    [one, seen.recipient],
    [two, seen.second],
  ] as const)
    expect(withAddress(pages.map(({ path, text }) => ({ path, text: text.replaceAll(own.address, '') })))).toEqual([]);
});

test('notes, files and names of an answer are for the two parties', async () => {
  const words = x.places.flatMap((place, i) => [
    place.note,
    place.file.name,
    place.file.text,
    place.file.sha256,
    `Clerk of ${i + 1} gamma`,
  ]);
  expect(found(words, seen.public)).toEqual([]);
  // Paths of requests are logged, and those of downloads name the file's hash; its name and content are not there.
  const hashes = x.places.map((place) => place.file.sha256);
  const without = words.filter((word) => !hashes.includes(word));
  expect(found(without, logs())).toEqual([]);
  const open = (await w.entries()).filter((text) => text.includes('"audience":"public"'));
  expect(
    found(
      words,
      open.map((text, i) => ({ path: `public entry ${i}`, text })),
    ),
  ).toEqual([]);
});

test('PDF receipts hold what the JSON holds', async () => {
  const [one] = x.places;
  const path = `/receipts/${one.service}`;
  const stranger = browser(w.app, '192.0.2.68');
  const answer = await w.app.request(`http://localhost:8080${path}.pdf`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  expect(isPdf(bytes)).toBe(true);
  const inside = await readReceiptFile(bytes);
  expect(inside).toBe((await stranger.get(`${path}.receipt.json`)).text);
  expect(found(everySecret(), [{ path, text: inside }])).toEqual([]);
  expect(inside).not.toMatch(ADDRESS);
});
