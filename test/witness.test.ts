/**
 * Two servers, started as people start them, that witness each other: each one's receipts carry the other's cosignature and verify under
 * the policy that it publishes. One of them dies and comes back; the other takes entries all the while.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { loadLogKey } from '../src/adapters/keys/log-key.ts';
import { loadWitnessKey } from '../src/adapters/keys/witness-key.ts';
import {
  hex,
  parseNote,
  parseReceipt,
  parseVkey,
  sha256,
  utf8,
  verifyNote,
  verifyReceipt,
} from '../src/proof/index.ts';
import { firstOwnerOf, type Owner } from './support/first-owner.ts';
import { freePort, type Program, startProgram } from './support/program.ts';

const dir = mkdtempSync(join(tmpdir(), 'counterfoil-mutual-'));
const running = new Set<Program>();

interface Server {
  readonly name: string;
  readonly base: string;
  readonly env: Record<string, string>;
  readonly log: string;
  readonly witness: string;
  program: Program;
}
let a: Server;
let b: Server;
let owner: Owner;

async function keys(name: string): Promise<Omit<Server, 'program'>> {
  const port = await freePort();
  const host = `localhost:${port}`;
  const data = join(dir, name);
  const log = await loadLogKey(join(data, 'keys'), `${host}/log`);
  const witness = await loadWitnessKey(join(data, 'keys'), `${host}/witness`);
  const env = { DATA_DIR: data, PORT: String(port), EXAMPLE: '0', LOG_LEVEL: 'error' };
  return { name, base: `http://${host}`, env, log: log.vkey, witness: witness.vkey };
}

async function run(own: Omit<Server, 'program'>, other: Omit<Server, 'program'>): Promise<Server> {
  const logs = join(dir, `${own.name}.logs`);
  const witnesses = join(dir, `${own.name}.witnesses`);
  writeFileSync(logs, `# the other one\n${other.log}\n`);
  writeFileSync(witnesses, `witness other ${other.witness} ${other.base}/witness/\nquorum other\n`);
  const program = startProgram({ ...own.env, WITNESS_LOGS: logs, WITNESSES: witnesses });
  running.add(program);
  await program.said(/^Counterfoil ready on /m);
  return { ...own, program };
}

beforeAll(async () => {
  const [first, second] = [await keys('a'), await keys('b')];
  a = await run(first, second);
  b = await run(second, first);
  owner = await firstOwnerOf(a.program, a.base);
}, 180_000);
afterAll(async () => {
  for (const program of running) program.signal('SIGTERM');
  for (const program of running) await program.ended;
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

async function policyOf(server: Server): Promise<string> {
  const told = await (await fetch(`${server.base}/.well-known/counterfoil`)).json();
  return z.object({ policy: z.string() }).parse(told).policy;
}

/** The receipts of a matter once the quorum has signed. */
async function whole(slug: string): Promise<string[]> {
  const page = await (await fetch(`${a.base}/api/v1/records/${slug}`)).text();
  const [, id] = /\/receipts\/([0-9a-f-]{36})\.receipt\.json/.exec(page) ?? [];
  for (let i = 0; i < 600; i++) {
    const answer = await fetch(`${a.base}/receipts/${id}.receipt.json`);
    const text = await answer.text();
    if (answer.headers.get('counterfoil-witnesses') === '1/1 complete') return [text];
    await sleep(50);
  }
  throw new Error(`no cosignature came: ${a.program.err()} ${b.program.err()}`);
}

test('each cosigns the other’s checkpoints, and receipts verify under the published policy', async () => {
  const slug = await owner.openMatter('Witnessed');
  const policy = await policyOf(a);
  expect(policy).toContain(`witness other ${b.witness}`);
  const [receipt = ''] = await whole(slug);
  expect(await verifyReceipt({ receipt, policy })).toMatchObject({ ok: true });
  const { entry, proof } = parseReceipt(receipt);
  const { checkpoint } = proof;
  const shown = await (await fetch(`${a.base}/record/${slug}/entries/${entry.id}`)).text();
  expect(shown).toContain('Signed by the log and 1 of 1 witness.');
  expect((await verifyNote(parseNote(checkpoint), [a.log, b.witness].map(parseVkey))).length).toBe(2);
  const file = join(dir, 'a.receipt.json');
  writeFileSync(file, receipt);
  writeFileSync(join(dir, 'policy'), policy);
  const cli = startProgram({}, ['bin/counterfoil', 'verify', file, '--policy', join(dir, 'policy')]);
  expect((await cli.ended).code, cli.out() + cli.err()).toBe(0);

  // What B signed is there for monitors, and B's own log is cosigned by A.
  const origin = parseVkey(a.log).name;
  const kept = await fetch(`${b.base}/witness/${hex(sha256(utf8(origin)))}/checkpoint`);
  expect((await verifyNote(parseNote(await kept.text()), [a.log, b.witness].map(parseVkey))).length).toBe(2);
  expect(await (await fetch(`${b.base}/witness/vkey`)).text()).toBe(`${b.witness}\n`);
  const metrics = await (await fetch(`${a.base}/metrics`)).text();
  expect(metrics).toMatch(/^counterfoil_cosignatures_total\{witness="localhost:\d+\/witness"\} [1-9]/m);
  expect(metrics).toMatch(/^counterfoil_witness_alarms\{kind="ahead",state="open"\} 0$/m);
  expect(metrics).toMatch(/^counterfoil_checkpoint_age_seconds \d/m);
  expect((await fetch(`${a.base}/metrics`, { headers: { 'X-Forwarded-For': '192.0.2.1' } })).status).toBe(403);
  expect(await (await fetch(`${a.base}/healthz`)).json()).toEqual({ status: 'ok', alarms: 0 });
});

test('the other one dies: entries go on, receipts wait for its signature and then complete themselves', async () => {
  await b.program.kill9();
  running.delete(b.program);
  const slug = await owner.openMatter('While it was away');
  const [early = ''] = await owner.receipts(slug);
  const policy = await policyOf(a);
  expect(await verifyReceipt({ receipt: early, policy })).toMatchObject({ ok: false, failure: 'quorum-missing' });
  expect(await verifyReceipt({ receipt: early, policy: `log ${a.log}\nquorum none\n` })).toMatchObject({ ok: true });
  b = await run(b, a);
  const [late = ''] = await whole(slug);
  const verdict = await verifyReceipt({ receipt: late, policy });
  expect(verdict.ok, JSON.stringify(verdict)).toBe(true);
  expect(await (await fetch(`${a.base}/healthz`)).json()).toEqual({ status: 'ok', alarms: 0 });
  // The key's private half stands nowhere that people see.
  for (const text of [a.program.out(), a.program.err(), b.program.out(), b.program.err()])
    expect(text).not.toContain('PRIVATE KEY');
}, 120_000);
