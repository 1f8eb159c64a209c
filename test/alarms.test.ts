/** An alarm from where it is raised to where an owner says why: desk, the log's page, /healthz, /metrics. The whole app, signed in. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatVkey } from '../src/proof/write.ts';
import { raise } from '../src/witness/alarms.ts';
import { type Browser, firstOwner, furtherOwner, joined } from './support/people.ts';
import { freshMemory, TestLog, testSigner } from './support/witness.ts';
import { BASE, browser, random, type World, world } from './support/world.ts';

const other = new TestLog('log.example.gov/log');
const TOKEN = 'a-token-for-figures-of-this-test';
let w: World;
let owner: Browser;
let viewer: Browser;
let elsewhere: Browser;

beforeAll(async () => {
  const own = testSigner('records.example.gov/witness', 4);
  const logs = new Map([[other.origin, [other.signer.key]]]);
  w = await world({
    whole: true,
    witnessing: {
      own: { signer: own, vkey: formatVkey(own.key), logs, memory: freshMemory() },
      asked: null,
      metricsToken: TOKEN,
    },
  });
  owner = await firstOwner(w, 'owner@office.example.gov', 'Office alpha');
  viewer = await joined(w, owner, 'viewer@office.example.gov', 'viewer');
  elsewhere = await furtherOwner(w, 'owner@agency.example.gov', 'Office beta');
}, 120_000);
afterAll(() => w.close());

const here = () => browser(w.app, '127.0.0.1');
const send = async (body: string) =>
  (await w.app.request(`${BASE}/witness/add-checkpoint`, { method: 'POST', body })).status;
const health = async () => JSON.parse((await here().get('/healthz')).text);

test('nothing is open at first', async () => {
  expect((await owner.get('/desk')).text).not.toContain('Alarm');
  expect(await health()).toEqual({ status: 'ok', alarms: 0 });
  const page = (await viewer.get('/desk/log')).text;
  expect(page).toContain('No witness is asked');
  expect(page).toContain(other.origin);
  expect(page).not.toContain('Acknowledge');
});

test('two histories of a log that we cosign, and a witness that is ahead of us, show everywhere', async () => {
  const fork = new TestLog(other.origin, other.signer, 'another history');
  expect(await send(await other.request(0, 9))).toBe(200);
  expect(await send(await fork.request(9, 9))).toBe(422);
  const ahead = {
    kind: 'ahead',
    who: 'north.example.gov/w+01234567',
    at: 90,
    ours: 5,
    evidence: { answer: '409: 90' },
  } as const;
  const deps = { db: w.db, clock: w.clock, random };
  expect(await raise(deps, ahead)).toBe(true);
  expect(await raise(deps, ahead)).toBe(false);

  for (const who of [owner, viewer, elsewhere])
    expect((await who.get('/desk')).text).toContain('Alarm: the log is in question');
  const page = (await viewer.get('/desk/log')).text;
  expect(page).toContain('has signed two different histories of 9 entries');
  expect(page).toContain('has signed 90 entries of this log; this server held 5');
  expect(page).toContain('An owner acknowledges an alarm');
  const answer = await here().get('/healthz');
  expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { status: 'alarm', alarms: 2 }]);
  const metrics = (await here().get('/metrics')).text;
  expect(metrics).toContain('counterfoil_witness_alarms{kind="ahead",state="open"} 1');
  expect(metrics).toContain('counterfoil_witness_alarms{kind="fork-of-theirs",state="open"} 1');
});

test('an owner acknowledges with a reason; until then it stays', async () => {
  const page = (await owner.get('/desk/log')).text;
  const [id = '', second = ''] = [...page.matchAll(/<option[^>]* value="([0-9a-f-]{36})"/g)].map(([, one = '']) => one);
  const path = '/desk/log/acknowledge';
  const reason = 'The database was put back from Sunday’s copy; see the report <of> that day.';
  expect((await viewer.post(path, { alarm: id, reason })).status).toBe(403);
  const empty = await owner.post(path, { alarm: id, reason: '  ' });
  expect([empty.status, empty.text.includes('Say what happened')]).toEqual([422, true]);
  expect((await owner.post(path, { alarm: 'nonsense', reason })).status).toBe(422);
  expect((await owner.post(path, { alarm: w.t.newId(), reason })).status).toBe(404);
  expect(await health()).toEqual({ status: 'alarm', alarms: 2 });

  expect(await owner.post(path, { alarm: id, reason })).toMatchObject({ status: 303, to: '/desk/log' });
  expect(await health()).toEqual({ status: 'alarm', alarms: 1 });
  expect((await owner.post(path, { alarm: id, reason: 'another word' })).status).toBe(303);
  expect((await owner.get('/desk/log')).text).toContain(
    'put back from Sunday’s copy; see the report &lt;of&gt; that day.',
  );
  // Another organisation sees that it was said, and what, not by whom.
  const theirs = (await elsewhere.get('/desk/log')).text;
  expect(theirs).toContain('put back from Sunday’s copy');
  expect(theirs).toContain('an owner of another organisation');
  expect((await owner.post(path, { alarm: second, reason })).status).toBe(303);
  expect(await health()).toEqual({ status: 'ok', alarms: 0 });
  expect((await owner.get('/desk')).text).not.toContain('Alarm:');
  expect((await here().get('/metrics')).text).toContain(
    'counterfoil_witness_alarms{kind="ahead",state="acknowledged"} 1',
  );
});

test('figures are for this machine and for who has the token', async () => {
  const from = (ip: string, headers: Record<string, string> = {}) => browser(w.app, ip).get('/metrics', headers);
  expect((await from('127.0.0.1')).status).toBe(200);
  expect((await from('::1')).status).toBe(200);
  expect((await from('::ffff:127.0.0.1')).status).toBe(200);
  expect((await from('192.0.2.9')).status).toBe(403);
  expect((await from('1270.0.0.1')).status).toBe(403);
  expect((await from('127.0.0.1', { 'x-forwarded-for': '192.0.2.9' })).status).toBe(403);
  expect((await from('127.0.0.1', { forwarded: 'for=192.0.2.9' })).status).toBe(403);
  expect((await from('192.0.2.9', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  expect((await from('192.0.2.9', { authorization: `Bearer ${TOKEN}x` })).status).toBe(403);
  expect((await from('192.0.2.9', { authorization: TOKEN })).status).toBe(403);
  const text = (await from('127.0.0.1')).text;
  for (const line of [
    /^counterfoil_entries_total \d+$/m,
    /^counterfoil_tree_size \d+$/m,
    /^counterfoil_outbox_mails\{state="queued"\} 0$/m,
  ])
    expect(text).toMatch(line);
  expect(w.log).toEqual([]);
});
