/** The witness by the table of tlog-witness, under many requests at once, and cut off between keeping and answering. Real database, real log. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asOwner, random, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { TestLog, testSigner } from '../../test/support/witness.ts';
import { MEMORY, witnessMemory } from '../adapters/keys/witness-memory.ts';
import { base64 } from '../proof/bytes.ts';
import { parseNote, utf8, verifyNote } from '../proof/index.ts';
import { emptyRoot } from '../proof/tree.ts';
import { formatAddCheckpoint, parseCosignatures, verifyCosignature } from '../proof/witness.ts';
import { formatCheckpoint, signNote } from '../proof/write.ts';
import { alarms } from './alarms.ts';
import { addCheckpoint, cosigned, seen, type WitnessDeps } from './serve.ts';

const WITNESS = testSigner('witness.example.gov/w', 4);
let t: TestLedger;
let counter = 0;
let keys = '';

beforeAll(async () => {
  t = await testLedger();
  keys = await mkdtemp(join(tmpdir(), 'counterfoil-witness-'));
});
afterAll(async () => {
  await t.close();
  await rm(keys, { recursive: true, force: true });
});

/** A log that the witness knows, at no size yet. */
function setUp() {
  counter++;
  const log = new TestLog(`log-${counter}.example.gov/log`);
  const deps: WitnessDeps = {
    db: t.db,
    clock: t.clock,
    random,
    signer: WITNESS,
    logs: new Map([[log.origin, [log.signer.key]]]),
    memory: witnessMemory(keys),
  };
  return { log, deps };
}

describe('by the table', () => {
  test('200: a first checkpoint, a grown one, the same again; the times never go back', async () => {
    const { log, deps } = setUp();
    const from = Math.floor(t.clock.now() / 1000);
    let old = 0;
    let last = 0;
    for (const size of [3, 3, 8, 100]) {
      t.clock.tick(size === 8 ? -60_000 : 5_000);
      const note = await log.checkpoint(size);
      const answer = await addCheckpoint(deps, await log.request(old, size));
      if (answer.status !== 200) throw new Error(JSON.stringify(answer));
      const [line] = parseCosignatures(answer.lines);
      if (!line) throw new Error('no line');
      const { time } = await verifyCosignature(note, WITNESS.key, line);
      expect(time).toBeGreaterThanOrEqual(last);
      last = time;
      old = size;
    }
    expect(last).toBe(from + 10);
    const kept = parseNote((await cosigned(deps, log.origin)) ?? '');
    expect((await verifyNote(kept, [log.signer.key, WITNESS.key])).map(({ key }) => key.name)).toEqual([
      log.origin,
      WITNESS.key.name,
    ]);
  });

  test('every refusal', async () => {
    const { log, deps } = setUp();
    const stranger = new TestLog('stranger.example.gov/log');
    const impostor = new TestLog(log.origin);
    const other = new TestLog(log.origin, log.signer, 'another history');
    expect((await addCheckpoint(deps, await log.request(0, 5))).status).toBe(200);
    const good = await log.request(5, 9);
    const bent = good.replace(/(— \S+ .{20})(.)/, (_, a: string, b: string) => a + (b === 'A' ? 'B' : 'A'));
    const [body = '', , ...rest] = good.split('\n');
    const replaced = (from: string | RegExp, to: string) => good.replace(from, to);
    const emptyWrong = await signNote(formatCheckpoint({ origin: log.origin, size: 0, root: new Uint8Array(32) }), [
      log.signer,
    ]);
    const table: readonly (readonly [string, string, number])[] = [
      ['nothing', '', 400],
      ['no empty line', body, 400],
      ['no old line', replaced('old 5\n', ''), 400],
      ['old with a zero before', replaced('old 5', 'old 05'), 400],
      ['old as hex', replaced('old 5', 'old 0x5'), 400],
      ['old below zero', replaced('old 5', 'old -5'), 400],
      ['old above the size', replaced('old 5', 'old 10'), 400],
      [
        '64 hashes',
        `old 5\n${`${base64(new Uint8Array(32))}\n`.repeat(64)}${rest.slice(rest.indexOf('')).join('\n')}`,
        400,
      ],
      ['a short hash', replaced(/\n.{44}\n/, '\nAAAA\n'), 400],
      ['url-safe base64', replaced(/\n.{44}\n/, `\n${'_'.repeat(43)}=\n`), 400],
      ['no newline at the end', good.slice(0, -1), 400],
      ['a control character', replaced('\n\n', '\n\n\u0001'), 400],
      ['no signature', `${good.slice(0, good.indexOf('—'))}`, 400],
      ['unknown log', await stranger.request(0, 5), 404],
      ['signed by another key of that name', await impostor.request(5, 9), 403],
      ['a signature that does not hold', bent, 403],
      ['old behind', await log.request(3, 9), 409],
      ['old ahead', await log.request(6, 9), 409],
      ['old zero', await log.request(0, 9), 409],
      ['old behind, size behind', await log.request(2, 3), 409],
      ['a wrong proof', replaced(/\n.{44}\n/, `\n${base64(new Uint8Array(32))}\n`), 422],
      ['no proof', replaced(/\n[^\n]{44}(?=\n)/g, '').replace(/$/, ''), 400],
      ['another history', await other.request(5, 9), 422],
      ['the same size, another root', await other.request(5, 5), 422],
      [
        'a proof for the same size',
        formatAddCheckpoint({ oldSize: 5, proof: [new Uint8Array(32)], checkpoint: await log.checkpoint(5) }),
        422,
      ],
    ];
    for (const [name, text, status] of table) {
      const answer = await addCheckpoint(deps, text);
      expect(`${name}: ${answer.status}`).toBe(`${name}: ${status}`);
      if (answer.status === 409) expect(answer.size).toBe(5);
    }
    const fresh = setUp();
    const proved = formatAddCheckpoint({
      oldSize: 0,
      proof: [new Uint8Array(32)],
      checkpoint: await fresh.log.checkpoint(4),
    });
    expect((await addCheckpoint(fresh.deps, proved)).status).toBe(422);
    expect(await addCheckpoint(fresh.deps, await fresh.log.request(2, 4))).toEqual({ status: 409, size: 0 });
    const empty = new Map([[log.origin, [log.signer.key]], ...fresh.deps.logs]);
    const wrongEmpty = await signNote(
      formatCheckpoint({ origin: fresh.log.origin, size: 0, root: new Uint8Array(32) }),
      [fresh.log.signer],
    );
    expect((await addCheckpoint({ ...fresh.deps, logs: empty }, `old 0\n\n${wrongEmpty}`)).status).toBe(422);
    expect((await addCheckpoint(deps, `old 0\n\n${emptyWrong}`)).status).toBe(409);
    const rightEmpty = await signNote(formatCheckpoint({ origin: fresh.log.origin, size: 0, root: emptyRoot() }), [
      fresh.log.signer,
    ]);
    expect((await addCheckpoint(fresh.deps, `old 0\n\n${rightEmpty}`)).status).toBe(200);
    expect((await addCheckpoint(fresh.deps, await fresh.log.request(0, 4))).status).toBe(200);
    // Nothing of all that moved what was signed.
    expect((await seen(t.db, log.origin))?.size).toBe(5);
  });

  test('two signed roots for one size are kept as evidence, also when the old size is wrong', async () => {
    const { log, deps } = setUp();
    const other = new TestLog(log.origin, log.signer, 'another history');
    await addCheckpoint(deps, await log.request(0, 7));
    expect((await addCheckpoint(deps, await other.request(0, 7))).status).toBe(409);
    expect((await addCheckpoint(deps, await other.request(7, 7))).status).toBe(422);
    const raised = (await alarms(t.db)).filter((one) => one.who === log.origin);
    expect(raised).toHaveLength(1);
    expect(raised[0]).toMatchObject({ kind: 'fork-of-theirs', at: 7, acknowledged: null });
    const texts = [raised[0]?.evidence.first, raised[0]?.evidence.second].map((one) => String(one));
    for (const text of texts) expect(await verifyNote(parseNote(text), [log.signer.key])).toHaveLength(1);
    expect(texts[0]).not.toBe(texts[1]);
  });
});

test('of 32 requests at once one wins, and a fork never gets two cosignatures', async () => {
  const { log, deps } = setUp();
  const other = new TestLog(log.origin, log.signer, 'another history');
  const rounds: readonly (readonly [old: number, size: (i: number) => number])[] = [
    [0, (i) => 10 + (i % 4)],
    [-1, (i) => 20 + (i % 16)],
    [-1, () => 40],
  ];
  for (const [start, sizeOf] of rounds) {
    const old = start === 0 ? 0 : ((await seen(t.db, log.origin))?.size ?? 0);
    const requests = await Promise.all(
      Array.from({ length: 32 }, async (_, i) => {
        const history = old === 0 && i % 2 === 1 ? other : log;
        return { history, size: sizeOf(i), body: await history.request(old, sizeOf(i)) };
      }),
    );
    const winner = old === 0 ? null : log;
    const answers = await Promise.all(requests.map(({ body }) => addCheckpoint(deps, body)));
    const won = answers.flatMap((answer, i) => (answer.status === 200 ? [requests[i]] : []));
    expect(won).toHaveLength(1);
    if (winner) expect(won[0]?.history).toBe(winner);
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(31);
    const kept = await seen(t.db, log.origin);
    expect(kept?.size).toBe(won[0]?.size);
    // What was kept is what was signed.
    expect(kept?.note).toBe(await won[0]?.history.checkpoint(won[0].size));
    if (old === 0 && won[0]?.history === other) {
      // The rest of this test goes on with the history that won.
      await t.db
        .updateTable('witness.seen')
        .set({ root: Buffer.from(await log.root(won[0].size)), note: await log.checkpoint(won[0].size) })
        .where('origin', '=', log.origin)
        .execute();
    }
  }
});

test('cut off after keeping and before answering: the log asks again and gets its cosignature', async () => {
  const { log, deps } = setUp();
  await addCheckpoint(deps, await log.request(0, 2));
  const dying: WitnessDeps = {
    ...deps,
    signer: { ...WITNESS, sign: () => Promise.reject(new Error('the machine went down')) },
  };
  await expect(addCheckpoint(dying, await log.request(2, 6))).rejects.toThrow('went down');
  expect(await addCheckpoint(deps, await log.request(2, 6))).toEqual({ status: 409, size: 6 });
  // Another history has no chance in between.
  const other = new TestLog(log.origin, log.signer, 'another history');
  expect((await addCheckpoint(deps, await other.request(6, 6))).status).toBe(422);
  expect((await addCheckpoint(deps, await log.request(6, 6))).status).toBe(200);
});

test('what strangers append to a checkpoint is not kept', async () => {
  const { log, deps } = setUp();
  const more = await signNote(formatCheckpoint({ origin: log.origin, size: 4, root: await log.root(4) }), [
    log.signer,
    testSigner('stranger.example', 1),
  ]);
  expect((await addCheckpoint(deps, `old 0\n\n${more}`)).status).toBe(200);
  expect((await seen(t.db, log.origin))?.note).toBe(await log.checkpoint(4));
  expect(utf8(more).length).toBeGreaterThan(utf8(await log.checkpoint(4)).length);
});

describe('a key that outlives its memory', () => {
  /** The database lost, or put back to an older copy. */
  const putBack = async (origin: string, older: number | null, log: TestLog) => {
    if (older === null) await asOwner(t, 'delete from witness.seen where origin = $1', [origin]);
    else
      await t.db
        .updateTable('witness.seen')
        .set({ size: older, root: Buffer.from(await log.root(older)), note: await log.checkpoint(older) })
        .where('origin', '=', origin)
        .execute();
  };

  test.each([null, 4])(
    'with the table put back to %s it signs nothing of that log, and others as before',
    async (older) => {
      const { log, deps } = setUp();
      const fork = new TestLog(log.origin, log.signer, 'another history');
      for (const [old, size] of [
        [0, 4],
        [4, 9],
      ] as const)
        expect((await addCheckpoint(deps, await log.request(old, size))).status).toBe(200);
      await putBack(log.origin, older, log);
      // Started again: what is remembered is read from the folder.
      const again = { ...deps, memory: witnessMemory(keys) };
      const from = older ?? 0;
      for (const body of [
        await log.request(from, 9),
        await fork.request(0, 9),
        await log.request(from, 200),
        await log.request(9, 9),
      ]) {
        const answer = await addCheckpoint(again, body);
        expect(answer).toMatchObject({ status: 503 });
        expect(JSON.stringify(answer)).toContain('signed this log at size 9');
      }
      expect((await seen(t.db, log.origin))?.size).toBe(older ?? undefined);
      const other = setUp();
      expect((await addCheckpoint(other.deps, await other.log.request(0, 3))).status).toBe(200);
      // With the newest copy back it goes on.
      await addCheckpoint(
        { ...deps, memory: { size: async () => 0, grew: async () => {} } },
        await log.request(from, 9),
      );
      expect((await addCheckpoint(again, await log.request(9, 10))).status).toBe(200);
    },
  );

  test('what is remembered is there whole before the answer, also of many at once', async () => {
    const { log, deps } = setUp();
    await addCheckpoint(deps, await log.request(0, 1));
    const bodies = await Promise.all([1, 1, 1, 1].map((old, i) => log.request(old, 5 + i)));
    const answers = await Promise.all(bodies.map((body) => addCheckpoint(deps, body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await witnessMemory(keys).size(log.origin)).toBe((await seen(t.db, log.origin))?.size);
    const files = await readdir(join(keys, MEMORY));
    expect(files.filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
    const texts = await Promise.all(files.map((name) => readFile(join(keys, MEMORY, name), 'utf8')));
    expect(texts.filter((text) => text.endsWith(`\n${log.origin}\n`))).toHaveLength(1);
  });
});
