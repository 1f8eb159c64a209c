/**
 * The operator who lies: two real servers with one key and different histories, and `counterfoil audit` as people call it. Shown one view
 * after the other at one address, or handed a receipt of the other view, it convicts.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { auditCommand } from '../src/cli/audit.ts';
import { parseCheckpoint, parseNote, parseVkey, verifyNote } from '../src/proof/index.ts';
import { firstOwnerOf, type Owner } from './support/first-owner.ts';
import { type Ended, freePort, type Program, startProgram } from './support/program.ts';
import { type Middleman, proxyTo } from './support/proxy.ts';

const dir = mkdtempSync(join(tmpdir(), 'counterfoil-liar-'));
const state = join(dir, 'state');
const running: Program[] = [];
interface Server {
  readonly base: string;
  readonly owner: Owner;
}
let a: Server;
let b: Server;
let door: Middleman;
let vkey = '';

async function server(name: string): Promise<Server> {
  const port = await freePort();
  const program = startProgram({ DATA_DIR: join(dir, name), PORT: String(port), EXAMPLE: '0', LOG_LEVEL: 'error' });
  running.push(program);
  const base = `http://localhost:${port}`;
  await program.said(/^Counterfoil ready on /m);
  return { base, owner: await firstOwnerOf(program, base) };
}

beforeAll(async () => {
  a = await server('a');
  // The operator's other face: the same key and name, and a history of its own.
  mkdirSync(join(dir, 'b', 'keys'), { recursive: true, mode: 0o700 });
  for (const file of readdirSync(join(dir, 'a', 'keys'))) {
    copyFileSync(join(dir, 'a', 'keys', file), join(dir, 'b', 'keys', file));
    chmodSync(join(dir, 'b', 'keys', file), 0o600);
  }
  b = await server('b');
  door = await proxyTo(a.base);
  const told = await (await fetch(`${a.base}/.well-known/counterfoil`)).json();
  vkey = z.object({ logKey: z.string() }).parse(told).logKey;
  const other = await (await fetch(`${b.base}/.well-known/counterfoil`)).json();
  expect(z.object({ logKey: z.string() }).parse(other).logKey).toBe(vkey);
}, 180_000);
afterAll(async () => {
  await door?.close();
  for (const program of running) program.signal('SIGTERM');
  for (const program of running) await program.ended;
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

const Told = z.looseObject({
  outcome: z.string(),
  exit: z.number(),
  size: z.number().optional(),
  evidence: z.string().optional(),
  receipts: z.looseObject({ included: z.number(), refused: z.number() }).optional(),
});

interface Said extends Ended {
  readonly out: string;
  readonly err: string;
}
async function audit(args: readonly string[], url = `${door.url}/log`): Promise<Said> {
  const program = startProgram({}, ['bin/counterfoil', 'audit', url, ...args]);
  const ended = await program.ended;
  return { ...ended, out: program.out(), err: program.err() };
}
const jsonOf = ({ out }: Said) => Told.parse(JSON.parse(out.trim().split('\n').at(-1) ?? ''));

/** Opens matters and waits until all of them are published. */
async function fill({ base, owner }: Server, titles: readonly string[]): Promise<string[]> {
  const slugs = [];
  for (const title of titles) slugs.push(await owner.openMatter(title));
  for (;;) {
    const answer = await fetch(`${base}/log/checkpoint`);
    const size = answer.status === 200 ? parseCheckpoint(parseNote(await answer.text()).text).size : 0;
    if (size > slugs.length) return slugs;
    await sleep(50);
  }
}

test('one view after the other at one address', async () => {
  const [seen = ''] = await fill(a, ['First of A', 'Second of A']);
  await fill(b, ['First of B', 'Second of B', 'Third of B']);
  const receipts = join(dir, 'receipts');
  mkdirSync(receipts);
  const [receipt = ''] = await a.owner.receipts(seen);
  writeFileSync(join(receipts, 'matter-opened.receipt.json'), receipt);

  const first = await audit(['--state', state, '--vkey', vkey, '--receipts', receipts]);
  expect(first.err).toBe('');
  expect(first.code).toBe(0);
  expect(first.out).toMatch(
    /^✓ localhost:\d+\/log: consistent\. \d+ entries, first look; \d+ tiles checked\.\n {2}receipts: 1 in the log, 0 not\n$/,
  );
  await fill(a, ['Third of A', 'Fourth of A', 'Fifth of A']);
  expect((await audit(['--state', state])).out).toMatch(/consistent\. \d+ entries, \d new;/);

  door.turn(b.base);
  const lie = await audit(['--state', state, '--json']);
  expect(lie.code).toBe(1);
  const report = jsonOf(lie);
  expect(report.outcome).toBe('split-view');
  const evidence = report.evidence ?? '';
  const roots = [];
  for (const name of ['first.checkpoint', 'second.checkpoint']) {
    const note = parseNote(readFileSync(join(evidence, name), 'utf8'));
    expect(await verifyNote(note, [parseVkey(vkey)])).toHaveLength(1);
    roots.push(note.text);
  }
  expect(roots[0]).not.toBe(roots[1]);

  // In words, and at the first lie of a loop.
  const loop = await audit(['--state', state, '--every', '1', '--times', '3', '--receipts', receipts]);
  expect(loop.code).toBe(1);
  expect(loop.out.match(/split-view/g)).toHaveLength(1);
  expect(loop.out).toContain(`evidence: ${evidence}`);
  expect(loop.out).toContain('two histories');
  door.turn(a.base);
  const bounded = await audit(['--state', state, '--every', '1', '--times', '2', '--json']);
  expect(bounded.code).toBe(0);
  expect(bounded.out.trim().split('\n')).toHaveLength(2);
}, 120_000);

test('a receipt of one view meets the other', async () => {
  const [slug = ''] = await fill(a, ['Answer to show in court']);
  const receipts = join(dir, 'of-a');
  mkdirSync(receipts);
  const [receipt = ''] = await a.owner.receipts(slug);
  writeFileSync(join(receipts, 'matter-opened.receipt.json'), receipt);
  // The operator shows everybody else the other history, grown beyond what the receipt's checkpoint signs.
  await fill(
    b,
    Array.from({ length: 12 }, (_, i) => `Matter ${i} of B`),
  );
  const met = await audit(
    ['--state', join(dir, 'second'), '--vkey', vkey, '--receipts', receipts, '--json'],
    `${b.base}/log`,
  );
  expect(met.code).toBe(1);
  expect(jsonOf(met)).toMatchObject({ outcome: 'split-view', receipts: { included: 0, refused: 1 } });
  const evidence = jsonOf(met).evidence ?? '';
  expect(readdirSync(evidence).sort()).toEqual(
    ['README.txt', 'first.checkpoint', 'given.receipt.json', 'policy.txt', 'second.checkpoint', 'tile'].sort(),
  );
  const verify = startProgram({}, [
    'bin/counterfoil',
    'verify',
    join(evidence, 'given.receipt.json'),
    '--policy',
    join(evidence, 'policy.txt'),
  ]);
  expect((await verify.ended).code).toBe(0);
}, 120_000);

test('arguments that make no sense are told, with exit code 2', async () => {
  for (const [args, word] of [
    [['--vkey', vkey], /--state/],
    [['--state', state, '--every', '1'], /go together/],
    [['--state', state, '--every', '0', '--times', '1'], /--every must be/],
    [['--state', state, '--every', '1', '--times', '1e9'], /--times must be/],
    [['--state', state, '--vkey', vkey, '--policy', 'x'], /not both/],
    [['--state', state, '--policy', join(dir, 'no-such-file')], /cannot be read: ENOENT/],
    [['--state', state, '--unknown'], /unknown/i],
    [['another', '--state', state], /one URL/],
  ] as const) {
    const said = await here(args);
    expect(said.code).toBe(2);
    expect(said.err).toMatch(word);
    expect(said.out).toBe('');
  }
  const none = await here(['--state', join(dir, 'third')]);
  expect(none.code).toBe(2);
  expect(none.out).toContain('no-key');
  const help = await here(['--help']);
  expect([help.code, help.out.includes('--receipts')]).toEqual([0, true]);
  const list = startProgram({}, ['bin/counterfoil', '--help']);
  await list.ended;
  expect(list.out()).toMatch(/^ {2}audit /m);
}, 60_000);

/** The command without a process of its own. */
async function here(args: readonly string[]) {
  let out = '';
  let err = '';
  const code = await auditCommand([`${door.url}/log`, ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}
