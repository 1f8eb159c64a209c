/**
 * What is withheld reaches nobody: every public route of the program is asked, as of now and as of other times, while a statement and a figure are
 * under an embargo and after they were taken down, and no answer may hold a word of them. And no query in the source goes past the one place
 * that says what everyone may see.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportTo } from '../src/portable/export.ts';
import { parseVkey } from '../src/proof/index.ts';
import { formatVkey } from '../src/proof/write.ts';
import { words } from '../src/record/timeline.ts';
import { addFigure } from '../src/rooms/figures/commands.ts';
import { changeEmbargo, endEmbargo, putThingBack, takeDownThing } from '../src/rooms/publication/commands.ts';
import { keepSource } from '../src/rooms/sources/commands.ts';
import { addStatement } from '../src/rooms/statements/commands.ts';
import { type Exchange, exchange } from './support/exchange.ts';
import { filling } from './support/paths.ts';
import { firstOwner } from './support/people.ts';
import { freshMemory, TestLog, testSigner } from './support/witness.ts';
import { BASE, browser, type World, world } from './support/world.ts';

const OWNER = 'owner@office.example.gov';
const HOUR = 3_600_000;
/** Words that stand nowhere else. */
const SECRET = ['quagmirish', 'zebulonian', 'xylographs', 'obstreperous'];
const cosigned = new TestLog('log.example.gov/log');
let w: World;
let a: Exchange;
let statement: string;
let figure: string;
let written: number;

const thing = async (table: 'statement' | 'figure') =>
  (
    await w.db
      .selectFrom(`view.${table}`)
      .select('id')
      .where('matter', '=', a.matter)
      .where('id', '<>', a.statement)
      .executeTakeFirstOrThrow()
  ).id;
const of = (subject: string, reason: string) => ({
  matter: a.matter,
  subject,
  role: 'owner' as const,
  reason,
  once: w.t.newId(),
});
const entriesAbout = async (subject: string): Promise<readonly string[]> => {
  const { rows } = await w.owner.query<{ id: string }>(
    'select e.id from view.subject b join ledger.entry e on e.seq = b.seq where b.subject = $1 order by e.seq',
    [subject],
  );
  return rows.map((row) => row.id);
};

beforeAll(async () => {
  const own = testSigner('records.example.gov/witness', 4);
  const logs = new Map([[cosigned.origin, [cosigned.signer.key]]]);
  const witnessing = {
    own: { signer: own, vkey: formatVkey(own.key), logs, memory: freshMemory() },
    asked: null,
    metricsToken: null,
  };
  w = await world({ whole: true, witnessing, now: Math.floor(Date.now() / 60_000) * 60_000 });
  await w.app.request(`${BASE}/witness/add-checkpoint`, { method: 'POST', body: await cosigned.request(0, 3) });
  await firstOwner(w, OWNER, 'Office alpha');
  a = await exchange(w, OWNER, 'alpha');
  // Far apart: a quotation is anchored with some letters of what stands around it.
  const text =
    'Somebody said: “It is quagmirish.” Then they spoke of many other things, until it was late. About 70 xylographs were asked for.';
  const kept = { publisher: 'Example Courier', title: 'A report', published: null, url: null, text };
  const source = await keepSource(w.services, a.matter, kept, w.t.newId());
  w.pass(HOUR);
  written = w.clock.now();
  const until = { until: written + 5 * HOUR, zone: 'America/New_York' };
  const said = {
    name: 'Zebulonian Sample',
    words: 'It is quagmirish.',
    outlet: '',
    holding: '',
    source,
    about: [a.places[0].service],
  };
  const when = { saidAt: written - 2 * HOUR, saidOn: '2026-03-01', dayOnly: false };
  await addStatement(
    w.services,
    a.matter,
    { ...said, ...when, form: 'quotation', medium: 'statement' },
    w.t.newId(),
    until,
  );
  const claim = {
    measure: 'Number of xylographs',
    unit: 'prints',
    low: '70',
    high: '',
    originalValue: 'About 70 xylographs',
  };
  const more = {
    qualifier: 'about' as const,
    asOf: '',
    claimant: 'the Courier',
    holding: '',
    claimedAt: written,
    source,
  };
  await addFigure(w.services, a.matter, { ...claim, ...more }, w.t.newId(), until);
  [statement, figure] = [await thing('statement'), await thing('figure')];
  w.pass(HOUR);
  const day = new Date(written + 6 * HOUR).toISOString();
  const to = { day: day.slice(0, 10), time: day.slice(11, 16), zone: 'UTC' };
  await changeEmbargo(w.services, of(statement, 'An obstreperous reader asked.'), to);
  await w.publish();
}, 240_000);
afterAll(() => w.close());

/** Everything that anyone can ask, with what is there, about these entries, as of now and as of times around. @returns path and text */
async function everything(ids: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const fill = filling(w, a, cosigned.origin);
  const who = browser(w.app, '192.0.2.9');
  const instants = [-HOUR, HOUR / 2, HOUR, 5.5 * HOUR, 7 * HOUR]
    .map((ms) => new Date(written + ms))
    .filter((one) => one.getTime() < w.clock.now());
  const times = instants.flatMap((one) => [
    `asOf=${one.toISOString()}&axis=known`,
    `asOf=${one.toISOString()}&axis=happened`,
  ]);
  const paths = new Set<string>();
  for (const route of w.routes.filter((one) => one.access.who === 'anyone' && one.method === 'GET')) {
    if (/^\/(auth|setup|invitation|witness|metrics)/.test(route.path)) continue;
    const path = await fill(route);
    const bare = path.split('?')[0] ?? '';
    paths.add(path);
    for (const time of times) paths.add(`${bare}?${time}`);
    for (const word of /search|statements/.test(route.path) ? SECRET : SECRET.slice(0, 1))
      paths.add(`${bare}?q=${word}`);
    if (/:(entry|file)/.test(route.path))
      for (const id of ids)
        paths.add(route.path.replace(':slug', a.slug).replace(':entry', id).replace(':file', `${id}.receipt.json`));
    if (/:file/.test(route.path)) for (const id of ids) paths.add(route.path.replace(':file', `${id}.pdf`));
    if (route.path.endsWith('/changes'))
      for (const from of instants)
        for (const to of instants) paths.add(`${bare}?from=${from.toISOString()}&to=${to.toISOString()}`);
  }
  const seen: (readonly [string, string])[] = [];
  for (const path of paths) {
    const answer = await who.get(path);
    expect(`${path} ${answer.status < 500}`).toBe(`${path} true`);
    // What somebody typed comes back in the field of a search; that is not a leak.
    const typed = new URL(path, BASE).searchParams.get('q');
    seen.push([path, typed ? answer.text.replaceAll(typed, '') : answer.text]);
  }
  return seen;
}

const leaks = (seen: readonly (readonly [string, string])[], secrets = SECRET) =>
  seen.filter(([, text]) => secrets.some((word) => text.toLowerCase().includes(word))).map(([path]) => path);

async function exported(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-'));
  const client = await w.owner.connect();
  try {
    await client.query('begin isolation level repeatable read');
    const deps = {
      client,
      blobs: w.services.blobs,
      origin: w.services.config.logOrigin,
      key: parseVkey(w.t.vkey),
      now: w.clock.now(),
      titleOf: (entry: Parameters<typeof words>[0], name: string) => words(entry, name).title,
      openDocumentsOf: () => [],
      viewer: { html: '', script: '' },
    };
    await exportTo(join(dir, 'out'), deps, { public: true });
    const files = readdirSync(join(dir, 'out'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const texts = await Promise.all(
      files.map(async (one) => `${one.name}\n${await readFile(join(one.parentPath, one.name), 'utf8')}`),
    );
    return texts.join('\n');
  } finally {
    await client.query('rollback');
    client.release();
    await rm(dir, { recursive: true });
  }
}

const get = async (path: string, status = 200) => {
  const answer = await browser(w.app, '192.0.2.10').get(path);
  expect(`${path} ${answer.status}`).toBe(`${path} ${status}`);
  return answer.text;
};
const record = () => `/record/${a.slug}`;
const entryOf = async (subject: string, n = 0) => (await entriesAbout(subject))[n] ?? '';

test('under an embargo, no public route tells a word of it, as of any time', async () => {
  const ids = [...(await entriesAbout(statement)), ...(await entriesAbout(figure))];
  expect(ids).toHaveLength(5);
  const seen = await everything(ids);
  expect(seen.length).toBeGreaterThan(300);
  expect(leaks(seen)).toEqual([]);
  for (const id of ids) {
    await get(`${record()}/entries/${id}`, 404);
    await get(`/receipts/${id}.receipt.json`, 404);
    await get(`/certificates/${id}`, 404);
  }
  // Neither that there is one: the newest entry that the record names is one that everyone may read.
  for (const id of ids) expect(leaks(seen, [id]).filter((path) => !path.includes(id))).toEqual([]);
  const files = (await exported()).toLowerCase();
  expect(SECRET.filter((word) => files.includes(word))).toEqual([]);
  // It is in the log all the same, and its organisation has the receipt.
  const staff = await w.services.ledger.receipt(await entryOf(statement));
  expect(staff?.json).toContain('quagmirish');
}, 240_000);

test('when its time has come it is public, and the record says when it was written and since when it is public', async () => {
  w.pass(4 * HOUR);
  // The figure’s embargo ends first; the statement’s was moved by an hour.
  expect(await get(`${record()}/figures`)).toContain('xylographs');
  expect((await get(`${record()}/statements`)).includes('quagmirish')).toBe(false);
  expect(await get(`${record()}/feed.atom`)).toContain('xylographs');
  w.pass(HOUR);
  for (const path of ['statements', 'statements.csv', 'timeline', 'feed.atom', 'feed.json'])
    expect(await get(`${record()}/${path}`)).toContain('quagmirish');
  expect(await get(`/api/v1/records/${a.slug}/statements`)).toContain('quagmirish');
  expect(await get('/search?q=quagmirish')).toContain('<mark>quagmirish</mark>');
  expect(await get(`${record()}/services/${a.places[0].service}`)).toContain('quagmirish');
  expect(await exported()).toContain('quagmirish');
  const page = await get(`${record()}/entries/${await entryOf(statement)}`);
  expect(page).toContain('Public since');
  expect(page).toContain(new Date(written + 6 * HOUR).toISOString());
  expect(page).toContain(new Date(written).toISOString().slice(0, 16));
  expect(await get(`/receipts/${await entryOf(statement)}.receipt.json`)).toContain('quagmirish');
  // Both axes: what the record showed before, and what had happened by then as known today.
  const at = (ms: number, axis: string) => `asOf=${new Date(written + ms).toISOString()}&axis=${axis}`;
  expect((await get(`${record()}/statements?${at(5.9 * HOUR, 'known')}`)).includes('quagmirish')).toBe(false);
  expect(await get(`${record()}/statements?${at(6 * HOUR, 'known')}`)).toContain('quagmirish');
  expect(await get(`${record()}/statements?${at(-HOUR, 'happened')}`)).toContain('quagmirish');
  const between = (from: number, to: number) =>
    `${record()}/changes?from=${new Date(written + from).toISOString()}&to=${new Date(written + to).toISOString()}`;
  expect((await get(between(-HOUR, 5.9 * HOUR))).includes('quagmirish')).toBe(false);
  expect(await get(between(5.9 * HOUR, 6 * HOUR))).toContain('quagmirish');
  const feed = await get(`${record()}/feed.json`);
  expect(feed).toContain(new Date(written + 6 * HOUR).toISOString());
}, 120_000);

test('an embargo that is over cannot be moved or lifted any more', async () => {
  await expect(endEmbargo(w.services, of(statement, 'Late.'))).rejects.toMatchObject({ code: 'embargo-over' });
  const to = { day: '2999-01-01', time: '00:00', zone: 'UTC' };
  await expect(changeEmbargo(w.services, of(statement, 'Late.'), to)).rejects.toMatchObject({
    code: 'embargo-too-far',
  });
});

test('taken down, nobody is told a word of it; the tombstone says why, and the receipt goes on verifying', async () => {
  const kept = await get(`/receipts/${await entryOf(statement)}.receipt.json`);
  w.pass(HOUR);
  await expect(takeDownThing(w.services, of(statement, ''))).rejects.toMatchObject({ code: 'reason-missing' });
  await expect(takeDownThing(w.services, { ...of(statement, 'No.'), role: 'editor' })).rejects.toMatchObject({
    code: 'role-too-weak',
  });
  const down = of(statement, 'The speaker was somebody else.');
  await takeDownThing(w.services, down);
  await takeDownThing(w.services, down);
  await expect(takeDownThing(w.services, of(statement, 'Again.'))).rejects.toMatchObject({
    code: 'taken-down-already',
  });
  await w.publish();
  const ids = await entriesAbout(statement);
  const said = ['quagmirish', 'zebulonian', 'obstreperous'];
  expect(leaks(await everything(ids), said)).toEqual([]);
  const files = (await exported()).toLowerCase();
  expect(said.filter((word) => files.includes(word))).toEqual([]);
  const gone = await get(`${record()}/entries/${ids[0]}`, 410);
  expect(gone).toContain('The speaker was somebody else.');
  expect(await get(`/receipts/${ids[0]}.receipt.json`, 404)).toContain('taken down');
  for (const path of [`${record()}/statements`, `${record()}/timeline`, `/api/v1/records/${a.slug}/statements`])
    expect(await get(path)).toContain('The speaker was somebody else.');
  const tomb = JSON.parse(await get(`/receipts/${ids.at(-1)}.receipt.json`));
  const { commitment } = await w.db
    .selectFrom('ledger.entry')
    .select('commitment')
    .where('id', '=', ids[0] ?? '')
    .executeTakeFirstOrThrow();
  expect(tomb.entry.body.entries[0].commitment).toBe(commitment.toString('hex'));
  const body = new FormData();
  body.set('receipts', new File([kept], 'kept.receipt.json'));
  body.set('policy', w.t.policy);
  const verified = await browser(w.app, '192.0.2.11').form('/verify', body);
  expect(verified.text).toContain('was in the log');
}, 240_000);

test('put back by a later entry, it is there again; as of the time between, it is not', async () => {
  const between = new Date(w.clock.now());
  w.pass(HOUR);
  await putThingBack(w.services, of(statement, 'It was the right speaker after all.'));
  expect(await get(`${record()}/statements`)).toContain('quagmirish');
  expect(await get('/search?q=quagmirish')).toContain('<mark>');
  const then = await get(`${record()}/statements?asOf=${between.toISOString()}&axis=known`);
  expect([then.includes('quagmirish'), then.includes('The speaker was somebody else.')]).toEqual([false, true]);
  await expect(putThingBack(w.services, of(statement, 'Again.'))).rejects.toMatchObject({ code: 'not-taken-down' });
});

/** Files that ask for `audience` themselves: of matters, requests, services, orders, erasures and dates, none of which can be withheld. */
const OF_OTHER_THINGS = [
  'src/record/open.ts',
  'src/record/search.ts',
  'src/record/home-page.tsx',
  'src/record/names.ts',
  'src/record/records.ts',
  'src/record/parties.ts',
  'src/record/questions/choices.ts',
  'src/record/questions/known.ts',
  'src/record/recounted.ts',
  'src/rooms/matters/view.ts',
  'src/portable/export.ts',
  'src/post/followers.ts',
  'src/rooms/followers/commands.ts',
];

test('no query for everyone goes past src/record/open.ts', () => {
  const asks = /audience['"`)}]*\s*(=|',\s*'=',)\s*'public'/;
  const files = ['src/record', 'src/rooms', 'src/portable', 'src/post', 'src/cli', 'src/web'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && /\.tsx?$/.test(one.name) && !/\.test\.tsx?$/.test(one.name))
      .map((one) => join(one.parentPath, one.name)),
  );
  const found = files.filter((file) => asks.test(readFileSync(file, 'utf8').replace(/= === /g, '')));
  expect(found.toSorted()).toEqual(OF_OTHER_THINGS.toSorted());
  expect(asks.test("e.audience = 'public'")).toBe(true);
  expect(asks.test(".where('m.audience', '=', 'public')")).toBe(true);
});
