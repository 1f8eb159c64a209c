/** An audit against real servers on this machine: growth, every kind of lie, every kind of trouble, and what is kept of each. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOG, NORTH, OTHER_LOG, signer } from '../../test/fixtures/world.ts';
import { type PaperLog, paperLog } from '../../test/support/paper-log.ts';
import { flipped, type Middleman, proxyTo } from '../../test/support/proxy.ts';
import { equal } from '../proof/bytes.ts';
import { parseCheckpoint, parseNote, parseVkey, type TileReader, tilePath, utf8, verifyNote } from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';
import { type AuditOptions, audit, type Report } from './audit.ts';
import { prefixOf } from './prefix.ts';

const VKEY = formatVkey(LOG.key);
let dir = '';
let state = '';
let log: PaperLog;
let door: Middleman;
const logs: PaperLog[] = [];

async function another(...signers: Parameters<typeof paperLog>[0]): Promise<PaperLog> {
  const made = await paperLog(signers.length === 0 ? [LOG] : signers);
  logs.push(made);
  return made;
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-audit-'));
  state = join(dir, 'state');
  log = await another();
  door = await proxyTo(log.url);
});
afterEach(async () => {
  await door.close();
  for (const one of logs.splice(0)) await one.close();
  await rm(dir, { recursive: true, force: true });
});

const run = (more: Partial<AuditOptions> = {}): Promise<Report> =>
  audit({
    url: `${door.url}/log`,
    dir: state,
    vkey: VKEY,
    timeout: 5_000,
    ...options(),
    ...more,
  });
const file = (path: string) => readFile(join(state, path));
/** All files below the state folder, with their bytes as hex: two equal ones hold the same. */
async function all(): Promise<Record<string, string>> {
  const names = await readdir(state, { recursive: true, withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(
    await Promise.all(
      files.map(async (path) => [path.slice(state.length + 1), (await readFile(path)).toString('hex')]),
    ),
  );
}
/** From the evidence alone: both notes are signed by the key, and the tiles show that they contradict each other. */
async function convinces(evidence: string | undefined): Promise<void> {
  const at = evidence ?? 'no evidence';
  const heads = [];
  for (const name of ['first.checkpoint', 'second.checkpoint']) {
    const note = parseNote(await readFile(join(at, name), 'utf8'));
    expect(await verifyNote(note, [parseVkey(VKEY)])).toHaveLength(1);
    heads.push(parseCheckpoint(note.text));
  }
  const [small, large] = heads.sort((a, b) => a.size - b.size);
  if (!small || !large) throw new Error('two checkpoints');
  const reader: TileReader = {
    readTiles: (coords) => Promise.all(coords.map(async (c) => new Uint8Array(await readFile(join(at, tilePath(c)))))),
  };
  const prefix =
    small.size === large.size ? { root: large.root } : await prefixOf(reader, small.size, large.size, large.root);
  expect(prefix).not.toBeNull();
  expect(equal(prefix?.root ?? small.root, small.root)).toBe(false);
  expect(await readFile(join(at, 'README.txt'), 'utf8')).toContain('policy.txt');
}

describe('a log that grows', () => {
  it('is followed from one run to the next, and the folder is a copy of it', async () => {
    await log.grow(0, 'a');
    expect(await run()).toMatchObject({ outcome: 'consistent', exit: 0, size: 0 });
    let before = 0;
    for (const count of [1, 1, 253, 1, 300, 66_000, 0, 5]) {
      await log.grow(count, 'a');
      // Only the first run needs the key.
      const report = await audit({ ...options(), url: `${door.url}/log`, dir: state });
      expect(report).toMatchObject({ outcome: 'consistent', exit: 0, size: log.size(), sizeBefore: before });
      before = log.size();
    }
    expect((await file('checkpoint')).toString()).toBe(log.note());
    const names = Object.keys(await all());
    const tiles = Math.ceil(before / 256);
    expect(names.filter((name) => name.startsWith('tile/entries/'))).toHaveLength(tiles);
    expect(names.filter((name) => name.startsWith('tile/0/'))).toHaveLength(tiles);
    expect(names.filter((name) => name.startsWith('tile/1/'))).toHaveLength(2);
    expect(names.filter((name) => name.startsWith('tile/2/'))).toEqual(['tile/2/000.p/1']);
    expect(names.filter((name) => !name.startsWith('tile/')).sort()).toEqual(['audit.json', 'checkpoint']);
    // The copy served as it is convinces another audit.
    for (const name of names.filter((one) => one.startsWith('tile/'))) {
      const bytes = await file(name);
      door.change(`/log/${name}`, (served) => {
        expect(Buffer.from(served).equals(bytes)).toBe(true);
        return bytes;
      });
    }
    expect(await run({ dir: join(dir, 'second') })).toMatchObject({ outcome: 'consistent', size: before });
  }, 180_000);

  it('is asked for what is new only', async () => {
    await log.grow(10_000, 'a');
    await run();
    door.asked();
    await log.grow(300, 'a');
    const report = await run();
    // Bundles 39 (which was partial), 40; their tiles; the partial tile above; the checkpoint.
    expect(door.asked().sort()).toEqual(
      [
        '/log/checkpoint',
        '/log/tile/0/039',
        '/log/tile/0/040.p/60',
        '/log/tile/1/000.p/40',
        '/log/tile/entries/039',
        '/log/tile/entries/040.p/60',
      ].sort(),
    );
    expect(report.checked).toBe(5);
    await run();
    expect(door.asked()).toEqual(['/log/checkpoint']);
  });

  it('goes on where an interrupted run ended, and is not led astray by what that had fetched', async () => {
    await log.grow(5_000, 'a');
    let left = 20;
    const cut: AuditOptions['fetch'] = async (url, init) => {
      if (left-- <= 0) throw new TypeError('cut');
      return fetch(url, init);
    };
    expect(await run({ fetch: cut })).toMatchObject({ outcome: 'unreachable', exit: 2 });
    const before = log.served();
    expect(before).toBeGreaterThan(10);
    expect(Object.keys(await all()).filter((name) => !/^(?:incoming|pending)\//.test(name))).toEqual([]);
    // Somebody tampers with what lies there.
    const staged = Object.keys(await all()).find((name) => name.startsWith('incoming/tile/entries'));
    expect(staged).toBeDefined();
    expect(await run()).toMatchObject({ outcome: 'consistent', size: 5_000 });
    expect(log.served() - before).toBeLessThan(42 - 10);
    await log.grow(5_000, 'a');
    left = 20;
    await run({ fetch: cut });
    const piece = Object.keys(await all()).find((name) => name.startsWith('incoming/tile/entries')) ?? '';
    await writeFile(join(state, piece), flipped(new Uint8Array(await file(piece)), 100));
    expect(await run()).toMatchObject({ outcome: 'consistent', size: 10_000 });
    expect(Object.keys(await all()).filter((name) => name.startsWith('incoming'))).toEqual([]);
  });

  it('may drop partial tiles once they are full, and move', async () => {
    await log.grow(300, 'a');
    const gone = '/log/tile/0/001.p/44';
    const old = log.note();
    await log.grow(300, 'a');
    // The checkpoint of before, with the tiles of now: as if the log had grown in between.
    door.change('/log/checkpoint', () => utf8(old));
    for (const path of [gone, gone.replace('/0/', '/entries/')]) door.change(path, notFound);
    expect(await run()).toMatchObject({ outcome: 'consistent', size: 300 });
    door.change('/log/checkpoint', null);
    expect(await run({ url: `${log.url}/log/` })).toMatchObject({ outcome: 'consistent', size: 600, sizeBefore: 300 });
  });

  it('keeps the newest cosignatures, and asks for the quorum of a policy', async () => {
    const late = await another(LOG, NORTH);
    await log.grow(700, 'a');
    await late.grow(700, 'a');
    const policy = `log ${VKEY}\nwitness north ${formatVkey(NORTH.key)}\nquorum north\n`;
    const asking = { policy, dir: state, url: `${door.url}/log` };
    expect(await audit({ ...options(), ...asking })).toMatchObject({ outcome: 'quorum-missing', exit: 2 });
    expect(await run()).toMatchObject({ outcome: 'consistent' });
    expect(await audit({ ...options(), ...asking })).toMatchObject({ outcome: 'quorum-missing', exit: 2, size: 700 });
    door.turn(late.url);
    expect(await audit({ ...options(), ...asking })).toMatchObject({ outcome: 'consistent', size: 700 });
    expect((await file('checkpoint')).toString()).toBe(late.note());
  });
});

const options = () => ({
  durable: false,
  fetch: (url: string, init: RequestInit) => fetch(url, init),
  now: () => Date.parse('2026-11-23T12:00:00Z'),
  wait: async () => {},
});
const notFound: Parameters<Middleman['change']>[1] = (_, answer) => {
  answer.writeHead(404).end();
  return 'answered';
};

describe('a log that lies', () => {
  for (const [name, a, b] of [
    ['larger', 700, 900],
    ['as large', 700, 700],
    ['smaller', 900, 700],
  ] as const) {
    it(`is convicted when the other history is ${name}, once and again, and the first one is kept`, async () => {
      const other = await another();
      await log.grow(300, 'both');
      await other.grow(300, 'both');
      await log.grow(a - 300, 'first');
      await other.grow(b - 300, 'second');
      expect((await run()).exit).toBe(0);
      const copy = await all();
      door.turn(other.url);
      const report = await run();
      expect(report).toMatchObject({ outcome: 'split-view', exit: 1, size: a });
      await convinces(report.evidence);
      expect((await run()).evidence).toBe(report.evidence);
      const { evidence } = report;
      const after = await all();
      for (const [path, bytes] of Object.entries(copy)) expect(after[path]).toBe(bytes);
      expect(Object.keys(after).filter((path) => !path.startsWith('evidence/') && !(path in copy))).toEqual([]);
      expect(await readdir(join(state, 'evidence'))).toHaveLength(1);
      expect(evidence).toContain(join(state, 'evidence', '2026-11-23T12-00-00.000Z'));
      // Back to the first: nothing was taken over.
      door.turn(log.url);
      expect((await run()).exit).toBe(0);
    });
  }

  it('is convicted by a receipt of the other history, larger or smaller', async () => {
    const other = await another();
    const receipts = join(dir, 'receipts');
    await mkdir(receipts);
    await log.grow(500, 'first');
    await other.grow(400, 'second');
    const small = await other.receipt(7);
    await other.grow(400, 'second');
    const large = await other.receipt(7);
    for (const [i, text] of [small, large].entries()) {
      await rm(receipts, { recursive: true });
      await mkdir(receipts);
      await writeFile(join(receipts, 'good.receipt.json'), await log.receipt(3));
      await writeFile(join(receipts, 'item-answered-7.receipt.json'), text);
      const report = await run({ receipts });
      expect(report).toMatchObject({ outcome: 'split-view', exit: 1, receipts: { included: 1, refused: 1 } });
      const evidence = report.receipts?.failures[0]?.evidence ?? '';
      expect(await readFile(join(evidence, 'given.receipt.json'), 'utf8')).toBe(text);
      if (i === 0) await convinces(evidence);
      expect(report.evidence).toBe(evidence);
      // What the README says: the receipt verifies under the policy that lies beside it.
      const [node, loader] = [process.execPath, join(process.cwd(), 'node_modules/tsx/dist/loader.mjs')];
      const verify = ['--import', loader, 'src/cli/index.ts', 'verify', join(evidence, 'given.receipt.json')];
      expect(execFileSync(node, [...verify, '--policy', join(evidence, 'policy.txt')]).toString()).toContain('✓');
    }
  });

  it('is convicted later if it shows another history once, withholds the rest and turns back', async () => {
    const other = await another();
    await log.grow(300, 'both');
    await other.grow(300, 'both');
    await run();
    await log.grow(200, 'first');
    await other.grow(150, 'second');
    door.turn(other.url);
    door.change('/log/tile/entries/001.p/194', notFound);
    expect(await run()).toMatchObject({ outcome: 'missing-tile', exit: 2, size: 300 });
    expect(await readdir(join(state, 'pending'))).toHaveLength(1);
    door.change('/log/tile/entries/001.p/194', null);
    door.turn(log.url);
    for (let again = 0; again < 2; again++) {
      const report = await run();
      expect(report).toMatchObject({ outcome: 'split-view', exit: 1 });
      await convinces(report.evidence);
    }
    expect((await file('checkpoint')).toString()).toBe(log.note());
    expect(await readdir(join(state, 'evidence'))).toHaveLength(1);
  });

  it('is caught hiding entries that it signed for', async () => {
    const receipts = join(dir, 'receipts');
    await mkdir(receipts);
    await log.grow(300, 'a');
    const old = log.note();
    await log.grow(300, 'a');
    await run();
    door.change('/log/checkpoint', () => utf8(old));
    expect(await run()).toMatchObject({ outcome: 'shrunk-log', exit: 1, size: 600, found: '300' });
    // Somebody who looks for the first time sees it by a receipt.
    await writeFile(join(receipts, 'a.receipt.json'), await log.receipt(5));
    const report = await run({ receipts, dir: join(dir, 'second') });
    expect(report).toMatchObject({ outcome: 'shrunk-log', exit: 1, size: 300 });
    expect(await readdir(report.evidence ?? '')).toContain('given.receipt.json');
    // A cache that lags is asked again before anything is said.
    let times = 0;
    door.change('/log/checkpoint', (bytes) => (times++ === 0 ? utf8(old) : bytes));
    expect(await run()).toMatchObject({ outcome: 'consistent', size: 600 });
    times = 0;
    expect(await run({ receipts, dir: join(dir, 'third') })).toMatchObject({ outcome: 'consistent', size: 600 });
  });

  it('is caught with tiles and entries that do not fit, full, partial, cut, in the first run and later', async () => {
    await log.grow(600, 'a');
    for (const [path, change] of [
      ['/log/tile/0/001', (bytes: Uint8Array) => flipped(bytes, 9)],
      ['/log/tile/0/002.p/88', (bytes: Uint8Array) => flipped(bytes, 9)],
      ['/log/tile/1/000.p/2', (bytes: Uint8Array) => flipped(bytes, 40)],
      ['/log/tile/entries/000', (bytes: Uint8Array) => flipped(bytes, 2)],
      ['/log/tile/entries/000', (bytes: Uint8Array) => flipped(bytes, 1)],
      ['/log/tile/entries/002.p/88', (bytes: Uint8Array) => bytes.subarray(0, 34 * 87)],
      ['/log/tile/0/001', (bytes: Uint8Array) => bytes.subarray(0, 4_000)],
    ] as const) {
      door.change(path, change);
      const report = await run({ dir: join(dir, 'first') });
      expect(report).toMatchObject({ outcome: 'inconsistent-tile', exit: 1 });
      expect(report.expected).toMatch(/tile\/(?:0|1|entries)\/00/);
      expect(await readdir(report.evidence ?? '')).toContain('first.checkpoint');
      await rm(join(dir, 'first'), { recursive: true });
      door.change(path, null);
    }
    await run();
    const copy = await all();
    await log.grow(100, 'a');
    door.change('/log/tile/entries/002.p/188', (bytes) => flipped(bytes, 2));
    expect(await run()).toMatchObject({ outcome: 'inconsistent-tile', exit: 1, size: 600 });
    door.change('/log/tile/entries/002.p/188', (bytes) => flipped(bytes, 34 * 100 + 2));
    expect(await run()).toMatchObject({ outcome: 'inconsistent-tile', exit: 1, size: 600 });
    const after = await all();
    for (const [path, bytes] of Object.entries(copy)) expect(after[path]).toBe(bytes);
    door.change('/log/tile/entries/002.p/188', null);
    expect(await run()).toMatchObject({ outcome: 'consistent', size: 700 });
  });
});

describe('trouble on the way', () => {
  beforeEach(() => log.grow(600, 'a'));

  it('is not a lie: nobody there, errors, silence', async () => {
    await door.close();
    const gone = await run();
    expect(gone).toMatchObject({ outcome: 'unreachable', exit: 2, found: 'ECONNREFUSED' });
    door = await proxyTo(log.url);
    const answer = (status: number) => {
      door.change('/log/checkpoint', (_, response) => {
        response.writeHead(status).end();
        return 'answered';
      });
    };
    answer(503);
    expect(await run()).toMatchObject({ outcome: 'http-error', exit: 2, found: 'status 503' });
    expect(door.asked()).toHaveLength(4);
    answer(403);
    expect(await run()).toMatchObject({ outcome: 'http-error', exit: 2 });
    expect(door.asked()).toHaveLength(1);
    door.change('/log/checkpoint', notFound);
    expect(await run()).toMatchObject({ outcome: 'not-a-checkpoint', exit: 2 });
    door.change('/log/checkpoint', (_, response) => {
      response.writeHead(200).write('records.example.gov/log\n');
      return 'answered';
    });
    expect(await run({ timeout: 50 })).toMatchObject({ outcome: 'timeout', exit: 2 });
    door.change('/log/checkpoint', null);
    door.change('/log/tile/0/001', notFound);
    expect(await run()).toMatchObject({ outcome: 'missing-tile', exit: 2 });
    expect(await readdir(join(state, 'pending'))).toHaveLength(1);
    let failures = 2;
    door.change('/log/tile/0/001', (bytes, response) => {
      if (failures-- <= 0) return bytes;
      response.destroy();
      return 'answered';
    });
    expect(await run()).toMatchObject({ outcome: 'consistent', exit: 0 });
    expect(await readdir(join(state, 'pending'))).toEqual([]);
  });

  it('10 GB instead of an answer: a few kilobytes of it are read', async () => {
    const megabyte = new Uint8Array(1 << 20);
    for (const path of ['checkpoint', 'tile/0/001', 'tile/entries/000']) {
      for (const length of [10e9, undefined]) {
        let sent = 0;
        let closed = false;
        door.change(`/log/${path}`, (_, response) => {
          response.writeHead(200, length === undefined ? {} : { 'content-length': length });
          response.on('close', () => {
            closed = true;
          });
          const more = () => {
            while (!closed && sent < 10e9) {
              sent += megabyte.length;
              if (!response.write(megabyte)) return response.once('drain', more);
            }
          };
          more();
          return 'answered';
        });
        expect(await run({ dir: join(dir, `${path} ${length}`) })).toMatchObject({
          outcome: 'response-too-large',
          exit: 2,
        });
        while (!closed) await new Promise((resolve) => setTimeout(resolve, 5));
        expect(sent).toBeLessThan(50e6);
      }
      door.change(`/log/${path}`, null);
    }
  });

  it('HTML, binary and half a checkpoint are no checkpoint', async () => {
    for (const body of [
      '<!doctype html>\n<title>Sign in</title>\n\n<p>Welcome to the network of this hotel.</p>\n',
      '',
      '\u0000\u0001',
      new Uint8Array([0xff, 0xfe, 0x0a]),
      log.note().slice(0, 40),
      log.note().replace('\n600\n', '\n0600\n'),
    ]) {
      door.change('/log/checkpoint', () => (typeof body === 'string' ? utf8(body) : body));
      expect(await run()).toMatchObject({ outcome: 'not-a-checkpoint', exit: 2 });
    }
    expect(await readdir(state)).toEqual([]);
  });

  it('a wrong key: of another log, of the same name, changed bytes', async () => {
    const vkey = formatVkey(signer(LOG.key.name, 1, 'another key').key);
    expect(await run({ vkey })).toMatchObject({ outcome: 'bad-signature', exit: 1 });
    expect(await run({ vkey: formatVkey(OTHER_LOG.key) })).toMatchObject({ outcome: 'unknown-log', exit: 2 });
    door.change('/log/checkpoint', (bytes) => flipped(bytes, bytes.length - 30));
    const bent = await run();
    expect(['bad-signature', 'not-a-checkpoint']).toContain(bent.outcome);
    door.change('/log/checkpoint', () => utf8(log.note().replace('\n600\n', '\n601\n')));
    expect(await run()).toMatchObject({ outcome: 'bad-signature', exit: 1 });
    door.change('/log/checkpoint', null);
    for (const bad of ['', 'x', `${VKEY}x`, VKEY.replace(/\+[0-9a-f]{8}/, '+00000000')])
      expect(await run({ vkey: bad })).toMatchObject({ outcome: 'bad-input', exit: 2 });
    for (const policy of ['', 'log', `log ${VKEY}\n`, 'quorum none\n'])
      expect(await audit({ ...options(), url: door.url, dir: state, policy })).toMatchObject({ outcome: 'bad-input' });
    expect(await audit({ ...options(), url: door.url, dir: state })).toMatchObject({ outcome: 'no-key', exit: 2 });
    for (const url of ['', 'records.example.gov/log', 'ftp://records.example.gov/log', 'http://h/log?x=1'])
      expect(await run({ url })).toMatchObject({ outcome: 'bad-input', exit: 2 });
  });

  it('a folder of another log, damaged, in use, or not writable', async () => {
    await run();
    const other = await another(OTHER_LOG);
    await other.grow(700, 'a');
    door.turn(other.url);
    expect(await run()).toMatchObject({ outcome: 'unknown-log', exit: 2, size: 600 });
    expect(await run({ vkey: formatVkey(OTHER_LOG.key) })).toMatchObject({ outcome: 'state-of-another-log', exit: 2 });
    const policy = `log ${VKEY}\nlog ${formatVkey(OTHER_LOG.key)}\nquorum none\n`;
    const both = { ...options(), url: `${door.url}/log`, dir: state, policy };
    expect(await audit(both)).toMatchObject({ outcome: 'state-of-another-log', exit: 2 });
    door.turn(log.url);
    await log.grow(10, 'a');

    for (const [path, change] of [
      ['tile/0/002.p/88', (bytes: Uint8Array) => flipped(bytes, 0)],
      ['tile/0/002.p/88', (bytes: Uint8Array) => bytes.subarray(0, 32)],
      ['checkpoint', (bytes: Uint8Array) => flipped(bytes, 30)],
      ['audit.json', () => utf8('{}')],
      ['audit.json', () => null],
      ['tile/1/000.p/2', () => null],
    ] as const) {
      const whole = await file(path);
      const changed = change(new Uint8Array(whole));
      if (changed === null) await rm(join(state, path));
      else await writeFile(join(state, path), changed);
      expect(await run()).toMatchObject({ outcome: 'damaged-state', exit: 2 });
      await writeFile(join(state, path), whole);
    }
    // A full tile of the copy that went bad accuses nobody.
    const receipts = join(dir, 'receipts');
    await mkdir(receipts);
    await writeFile(join(receipts, 'a.receipt.json'), await log.receipt(5, 600));
    await writeFile(join(state, 'tile/0/001'), flipped(new Uint8Array(await file('tile/0/001')), 8000));
    const report = await run({ receipts });
    expect(['damaged-state', 'consistent']).toContain(report.outcome);

    await writeFile(join(state, 'audit.lock'), `${process.pid}\n`);
    expect(await run()).toMatchObject({ outcome: 'busy', exit: 2 });
    await writeFile(join(state, 'audit.lock'), '4194999\n');
    expect((await run()).exit).toBe(0);
    expect(await readdir(state)).not.toContain('audit.lock');
    await writeFile(join(dir, 'file'), '');
    expect(await run({ dir: join(dir, 'file', 'state') })).toMatchObject({ outcome: 'file-error', exit: 2 });
  });

  it('a folder of receipts with junk: each named, good ones counted, others left alone', async () => {
    const receipts = join(dir, 'receipts');
    expect(await run({ receipts })).toMatchObject({ outcome: 'bad-input', exit: 2 });
    await mkdir(join(receipts, 'folder.receipt.json'), { recursive: true });
    for (let i = 0; i < 20; i++) await writeFile(join(receipts, `${i}.receipt.json`), await log.receipt(i * 30));
    for (const [name, content] of [
      ['notes.txt', 'buy milk'],
      ['package.json', '{"name": "no receipt"}'],
      ['letter.pdf', '%PDF-1.4 no receipt'],
      ['.DS_Store', '\u0000'],
    ] as const)
      await writeFile(join(receipts, name), content);
    await writeFile(join(receipts, 'pdf.receipt.pdf'), '%PDF-1.4 no receipt');
    expect(await run({ receipts })).toMatchObject({
      outcome: 'unreadable-receipt',
      exit: 2,
      receipts: { included: 20, refused: 1, ignored: 5, failures: [{ file: 'pdf.receipt.pdf' }] },
    });
    await rm(join(receipts, 'pdf.receipt.pdf'));
    expect(await run({ receipts })).toMatchObject({ outcome: 'consistent', exit: 0, receipts: { included: 20 } });

    const good = await log.receipt(100);
    const other = await another(OTHER_LOG);
    await other.grow(30, 'x');
    for (const [text, outcome, exit] of [
      ['', 'unreadable-receipt', 2],
      ['not JSON', 'unreadable-receipt', 2],
      [good.slice(0, 500), 'unreadable-receipt', 2],
      [await other.receipt(3), 'unknown-log', 2],
      [good.replace('"a 100"', '"a 101"'), 'receipt-not-included', 1],
      [good.replace(/index \d+/, 'index 99'), 'receipt-not-included', 1],
      [
        good.replace(/(— \S+ .{20})./, (_, kept: string) => `${kept}${good.includes(`${kept}A`) ? 'B' : 'A'}`),
        'bad-signature',
        1,
      ],
    ] as const) {
      await writeFile(join(receipts, 'x.receipt.json'), text);
      expect(await run({ receipts })).toMatchObject({ outcome, exit, receipts: { included: 20, refused: 1 } });
    }
    // The worst counts, wherever it stands.
    await writeFile(join(receipts, 'a.receipt.json'), '');
    await writeFile(join(receipts, 'z.receipt.json'), '');
    expect(await run({ receipts })).toMatchObject({ outcome: 'bad-signature', exit: 1, receipts: { refused: 3 } });
  });
});

it('reads a log of many entries in flat memory', async () => {
  await log.grow(100_000, 'a');
  let most = 0;
  const from = process.memoryUsage().arrayBuffers;
  const report = await run({
    onProgress: () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - from);
    },
  });
  expect(report).toMatchObject({ outcome: 'consistent', size: 100_000, checked: 2 * 391 + 1 + 1 + 1 });
  expect((await stat(join(state, 'tile/0/000'))).size).toBe(8192);
  // Tiles and bundles together are 6.6 MB, passed through a proxy and a server of the same process.
  expect(most).toBeLessThan(32e6);
}, 120_000);
