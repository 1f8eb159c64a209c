/**
 * Our log before a witness that we did not write: torchwood's litewitness, pinned, with its key in an ssh-agent. It must cosign, our
 * verifier must accept what it signed, and what it knows better must raise an alarm. Runs wherever Go is found and can fetch it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCache } from '../src/ledger/nodes.ts';
import { base64 } from '../src/proof/bytes.ts';
import { parseNote, parseReceipt, verifierKey, verifyNote, verifyReceipt } from '../src/proof/index.ts';
import { emptyRoot } from '../src/proof/tree.ts';
import { formatVkey } from '../src/proof/write.ts';
import { alarms } from '../src/witness/alarms.ts';
import { type Collector, createCollector } from '../src/witness/collect.ts';
import { readWitnesses, type Witnesses } from '../src/witness/config.ts';
import { type Built, installGo } from './support/go.ts';
import { partyEntry, random, TEST_ORIGIN, type TestLedger, testLedger } from './support/ledger.ts';
import { freePort } from './support/program.ts';
import { type Agent, sshAgent } from './support/ssh-agent.ts';
import { TestLog, witnessesFile } from './support/witness.ts';

const NAME = 'litewitness.example.gov/w';
const built: Built = await installGo('filippo.io/torchwood/cmd/litewitness@v0.9.0');
if ('missing' in built) console.log(`SKIPPED test/litewitness.test.ts, a foreign witness: ${built.missing}`);

describe.skipIf('missing' in built)('litewitness', () => {
  let dir = '';
  let agent: Agent;
  let child: ChildProcess;
  let said = '';
  let url = '';
  let t: TestLedger;
  let witnesses: Witnesses;
  let collector: Collector;
  let store: DatabaseSync;

  beforeAll(async () => {
    if ('missing' in built) return;
    dir = await mkdtemp(join(tmpdir(), 'cf-lw-'));
    agent = await sshAgent(join(dir, 's'));
    const port = await freePort();
    url = `http://localhost:${port}`;
    const file = join(dir, 'witness.db');
    const args = [
      '-name',
      NAME,
      '-db',
      file,
      '-ssh-agent',
      join(dir, 's'),
      '-key',
      agent.keyHash,
      '-listen',
      `localhost:${port}`,
    ];
    child = spawn(built.program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    for (let i = 0; !/msg=listening/.test(said); i++) {
      if (i > 200 || child.exitCode !== null) throw new Error(`litewitness: ${said}`);
      await sleep(50);
    }
    const key = verifierKey(NAME, 4, agent.publicKey);
    // It works out the same verifier key from the same public key.
    expect(said).toContain(formatVkey(key));
    const text = witnessesFile([{ key, url }], 1);
    const read = (vkey: string): Witnesses => {
      const made = readWitnesses(text, vkey);
      if (!made) throw new Error('no witness');
      return made;
    };
    t = await testLedger({ witnesses: read, now: Date.now() });
    witnesses = read(t.vkey);
    // What its witnessctl would write (add-log, add-key).
    store = new DatabaseSync(file);
    store
      .prepare('insert into log (origin, tree_size, tree_hash) values (?, 0, ?)')
      .run(TEST_ORIGIN, base64(emptyRoot()));
    store.prepare('insert into key (origin, key) values (?, ?)').run(TEST_ORIGIN, t.vkey);
    collector = createCollector({
      pool: t.pool,
      db: t.db,
      clock: t.clock,
      random,
      witnesses,
      at: nodeCache(t.ledger.tiles).at,
      onError: (error) => {
        throw error;
      },
      gap: 0,
      backOff: 0,
    });
  }, 60_000);
  afterAll(async () => {
    if ('missing' in built) return;
    await collector?.stop();
    await t?.close();
    store?.close();
    if (child && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGINT');
      await ended;
    }
    await agent?.close();
    await built.remove();
    await rm(dir, { recursive: true, force: true });
  });

  const write = async (count: number) => {
    const entries = Array.from({ length: count }, (_, i) => partyEntry(t, `Place ${i}`));
    await t.ledger.append({ key: t.newId(), entries });
    await t.ledger.publish();
    return entries[0]?.id ?? '';
  };
  const troubles = async () => (await t.db.selectFrom('witness.state').select('trouble').execute())[0]?.trouble;

  test('it cosigns every checkpoint that grows, and our verifier accepts it', async () => {
    for (const count of [1, 1, 5, 249, 44]) {
      const id = await write(count);
      await collector.round();
      const receipt = await t.ledger.receipt(id);
      expect(await troubles(), said).toBeNull();
      const json = receipt?.json ?? '';
      expect(await verifyReceipt({ receipt: json, policy: witnesses.text })).toMatchObject({ ok: true });
      const signed = await verifyNote(parseNote(parseReceipt(json).proof.checkpoint), [
        witnesses.asked[0]?.key ?? t.signer.key,
      ]);
      expect(Math.abs((signed[0]?.time ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    }
    expect(store.prepare('select tree_size from log').get()).toEqual({ tree_size: 300 });
    // A witness that has forgotten names 0, and is brought up again from there.
    store.prepare('update log set tree_size = 0, tree_hash = ?').run(base64(emptyRoot()));
    await write(3);
    await collector.round();
    expect(await t.ledger.witnessed(302)).toMatchObject({ size: 303, signed: 1, complete: true });
    expect(await alarms(t.db)).toEqual([]);
  });

  test('what it knows better raises an alarm: more than we hold, and another history', async () => {
    store.prepare('update log set tree_size = 0, tree_hash = ?').run(base64(emptyRoot()));
    const fork = new TestLog(TEST_ORIGIN, t.signer, 'another history');
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: await fork.request(0, 200) });
    expect(answer.status).toBe(200);
    await write(1);
    await collector.round();
    expect((await alarms(t.db)).map(({ kind, at, ours }) => [kind, at, ours])).toEqual([['fork', 200, 304]]);
    store.prepare('update log set tree_size = 5000').run();
    await collector.round();
    expect((await alarms(t.db)).map(({ kind, at }) => [kind, at]).toSorted()).toEqual([
      ['ahead', 5000],
      ['fork', 200],
    ]);
    expect(await t.ledger.witnessed(303)).toMatchObject({ size: 304, signed: 0, complete: false });
  });
});
