/**
 * The log before programs that are not ours: `test/interop` (Go's checksum database libraries and torchwood) fetches it over HTTP and
 * checks everything, and must convict each kind of lie. Runs wherever Go is found; elsewhere it says why not, and counts as not run.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCache } from '../src/ledger/nodes.ts';
import { EMPTY_EDGE, edgeRoot, growTiles } from '../src/proof/grow.ts';
import {
  leafHash,
  parseCheckpoint,
  parseNote,
  parseReceipt,
  utf8,
  type VerifierKey,
  verifierKey,
} from '../src/proof/index.ts';
import {
  formatCheckpoint,
  formatNote,
  formatSignature,
  formatTlogProof,
  formatVkey,
  signNote,
  signText,
} from '../src/proof/write.ts';
import { createCollector } from '../src/witness/collect.ts';
import { readWitnesses } from '../src/witness/config.ts';
import { NORTH, SOUTH } from './fixtures/world.ts';
import { type Built, buildGo, runProgram } from './support/go.ts';
import { partyEntry, random, type TestLedger, testLedger } from './support/ledger.ts';
import { flipped, type Middleman, proxyTo } from './support/proxy.ts';
import { type TestPublic, testPublic } from './support/public.ts';
import { seeded } from './support/seeded.ts';
import { testSigner, witnessesFile } from './support/witness.ts';
import { type FuzzTarget, fuzzTarget } from './support/witness-app.ts';

const ROUNDS = [1, 0, 255, 300, 1, 700, 511, 32, 900, 600, 1024, 3];
const RECEIPTS = 1000;
/** Which receipts are drawn; `INTEROP_SEED` draws those of another run. */
const SEED = Number(process.env.INTEROP_SEED ?? Date.now() % 2 ** 31);

const built: Built = await buildGo('interop');
if ('missing' in built) console.log(`SKIPPED test/interop.test.ts, foreign verifiers: ${built.missing}`);

describe.skipIf('missing' in built)('foreign verifiers', () => {
  let p: TestPublic;
  let proxy: Middleman;
  let dir = '';
  let size = 0;
  let first = '';

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'counterfoil-interop-'));
    await mkdir(join(dir, 'checkpoints'));
    await mkdir(join(dir, 'receipts'));
    p = await testPublic();
    const url = await p.listen();
    first = url;
    proxy = await proxyTo(url);
    const ids: string[] = [];
    for (const [round, count] of ROUNDS.entries()) {
      const entries = Array.from({ length: count }, (_, i) => partyEntry(p.t, `Place ${round}.${i} “Ä” \u2030 \\ 😀`));
      for (let i = 0; i < count; i += 256)
        await p.t.ledger.append({ key: `round ${round} ${i}`, entries: entries.slice(i, i + 256) });
      ids.push(...entries.map(({ id }) => id));
      size = await p.t.ledger.publish();
      const note = await (await fetch(`${url}/log/checkpoint`)).text();
      await writeFile(join(dir, 'checkpoints', String(round)), note);
    }
    // A thousand different ones, drawn anew in every run.
    console.log(`interop: receipts by seed ${SEED}`);
    const dice = seeded(SEED);
    for (let i = 0; i < RECEIPTS; i++) {
      const at = i + Math.floor(dice() * (ids.length - i));
      const id = ids[at] ?? '';
      ids[at] = ids[i] ?? '';
      const answer = await fetch(`${url}/receipts/${id}.receipt.json`);
      if (answer.status !== 200) throw new Error(`receipt ${id}: ${answer.status}`);
      await writeFile(join(dir, 'receipts', `${i}.receipt.json`), new Uint8Array(await answer.arrayBuffer()));
    }
  }, 240_000);
  afterAll(async () => {
    await proxy?.close();
    await p?.close();
    await rm(dir, { recursive: true, force: true });
    if ('remove' in built) await built.remove();
  });

  interface Folders {
    readonly checkpoints?: string;
    readonly receipts?: string;
    readonly policy?: string;
    readonly vkey?: string;
  }
  async function check(given: Folders = {}) {
    const args = ['-url', `${proxy.url}/log`, '-vkey', given.vkey ?? p.t.vkey];
    for (const name of ['checkpoints', 'receipts', 'policy'] as const) {
      const path = given[name];
      if (path !== undefined) args.push(`-${name}`, path);
    }
    return runProgram('program' in built ? built.program : '', args);
  }
  /** Exit 1, and the words that name what was found. */
  async function convicted(given: Folders, by: RegExp): Promise<void> {
    const ran = await check(given);
    expect(`${ran.code} ${ran.err}`).toMatch(by);
    expect(ran.code).toBe(1);
    expect(ran.out).not.toContain('all hold');
  }
  /** A folder of its own with some files of another. */
  async function folder(name: string, from: string, files: readonly string[]): Promise<string> {
    const to = join(dir, name);
    await mkdir(to);
    for (const file of files) await cp(join(dir, from, file), join(to, file));
    return to;
  }

  test('every tile, checkpoint and a thousand receipts hold', async () => {
    const ran = await check({ checkpoints: join(dir, 'checkpoints'), receipts: join(dir, 'receipts') });
    expect(ran.err).toBe('');
    expect(ran.code).toBe(0);
    const bundles = Math.ceil(size / 256);
    expect(ran.out.split('\n')).toEqual([
      `ok   checkpoint: records.example.gov/log of size ${size}, signed by its key`,
      `ok   entries: ${size} in ${bundles} bundles`,
      `ok   tiles: ${bundles + 1} hold the hashes that the entries have`,
      expect.stringMatching(/^ok {3}root: /),
      'ok   proof: first, middle and last position, from served tiles',
      `ok   consistency: ${ROUNDS.length} saved checkpoints, each with the next and with the log`,
      `ok   receipts: ${RECEIPTS} verify, and stand in the log`,
      'all hold',
      '',
    ]);
    const asked = proxy.asked();
    for (const path of ['tile/0/000', 'tile/entries/000', `tile/1/000.p/${Math.floor(size / 256)}`, 'tile/0/000.p/1'])
      expect(asked).toContain(`/log/${path}`);
    expect(size).toBeGreaterThan(4000);
  });

  test('a byte of a tile, of an entry, of a partial tile', async () => {
    const part = `/log/tile/0/${String(Math.floor(size / 256)).padStart(3, '0')}.p/${size % 256}`;
    for (const [path, at, by] of [
      ['/log/tile/0/003', 4000, /^1 FAIL tiles: tile\/0\/003 /],
      ['/log/tile/1/000.p/16', 31, /^1 FAIL tiles: tile\/1\/000\.p\/16 /],
      [part, 32, /^1 FAIL tiles: tile\/0\/016\.p\//],
      ['/log/tile/entries/007', 2 + 34 * 9, /^1 FAIL tiles: tile\/0\/007 /],
      ['/log/tile/entries/007', 1, /^1 FAIL entries: tile\/entries\/007/],
    ] as const) {
      proxy.change(path, (bytes) => flipped(bytes, at));
      await convicted({}, by);
      proxy.change(path, null);
    }
    // The partial tile of an earlier size, which only somebody who saved that checkpoint asks for.
    proxy.change('/log/tile/0/002.p/45', (bytes) => flipped(bytes, 0));
    await convicted({ checkpoints: join(dir, 'checkpoints') }, /^1 FAIL tiles: tile\/0\/002\.p\/45 /);
    proxy.change('/log/tile/0/002.p/45', null);
  });

  test('a byte of a receipt: entry, opening, proof, signature', async () => {
    const text = await readFile(join(dir, 'receipts', '7.receipt.json'), 'utf8');
    const changes: Record<string, (text: string) => string> = {
      entry: (t) => t.replace('Place ', 'Plate '),
      opening: (t) => t.replace(/("opening": ")(.)/, (_, head: string, c: string) => head + (c === 'A' ? 'B' : 'A')),
      hash: (t) => t.replace(/(index \d+\\n)(.)/, (_, head: string, c: string) => head + (c === 'A' ? 'B' : 'A')),
      index: (t) => t.replace(/index (\d+)/, (_, n: string) => `index ${Number(n) ^ 1}`),
      root: (t) =>
        t.replace(
          /(records\.example\.gov\/log\\n\d+\\n)(.)/,
          (_, head: string, c: string) => head + (c === 'A' ? 'B' : 'A'),
        ),
    };
    for (const [name, change] of Object.entries(changes)) {
      const changed = change(text);
      expect(changed).not.toBe(text);
      const receipts = await folder(`receipt-${name}`, 'receipts', ['1.receipt.json', '2.receipt.json']);
      await writeFile(join(receipts, '7.receipt.json'), changed);
      await convicted({ receipts }, /^1 FAIL receipts: 7\.receipt\.json: /);
    }
  });

  test('a checkpoint with a changed byte, by another key, or of a fork', async () => {
    proxy.change('/log/checkpoint', (bytes) => flipped(bytes, bytes.length - 20));
    await convicted({}, /^1 FAIL checkpoint: /);
    proxy.change('/log/checkpoint', null);
    await convicted(
      { vkey: formatVkey(verifierKey(p.t.signer.key.name, 1, NORTH.key.publicKey)) },
      /^1 FAIL checkpoint: /,
    );

    const names = await readdir(join(dir, 'checkpoints'));
    const checkpoints = await folder('forked', 'checkpoints', names);
    const origin = p.t.signer.key.name;
    const { edge } = growTiles(EMPTY_EDGE, leafHash(utf8('another history')));
    const fork = await signNote(formatCheckpoint({ origin, size: 1, root: edgeRoot(edge) }), [p.t.signer]);
    await writeFile(join(checkpoints, 'fork'), fork);
    await convicted({ checkpoints }, /^1 FAIL consistency: .*(?:a fork|two roots for size 1)/);

    const root = growTiles(
      EMPTY_EDGE,
      Array.from({ length: 700 }, (_, i) => leafHash(utf8(`${i}`))),
    ).root;
    await writeFile(
      join(checkpoints, 'fork'),
      await signNote(formatCheckpoint({ origin, size: 700, root }), [p.t.signer]),
    );
    await convicted({ checkpoints }, /^1 FAIL consistency: .*fork/);

    await writeFile(
      join(checkpoints, 'fork'),
      await signNote(formatCheckpoint({ origin, size: size + 1, root }), [p.t.signer]),
    );
    await convicted({ checkpoints }, /^1 FAIL consistency: fork signs size/);
  });

  test('cosignatures count under a policy: present, missing, changed', async () => {
    const keys = [NORTH, SOUTH].map(({ key }, i) => `witness w${i} ${formatVkey(key)}`);
    const policy = join(dir, 'two.policy');
    await writeFile(policy, `log ${p.t.vkey}\n${keys.join('\n')}\ngroup both all w0 w1\nquorum both\n`);
    const cosigned = async (note: string) => {
      const { text, signatures } = parseNote(note);
      return formatNote({
        text,
        signatures: [...signatures, await signText(text, NORTH), await signText(text, SOUTH)],
      });
    };
    await convicted({ policy }, /^1 FAIL checkpoint: /);
    const whole = await cosigned(await (await fetch(`${proxy.url}/log/checkpoint`)).text());
    proxy.change('/log/checkpoint', () => utf8(whole));
    const receipts = join(dir, 'cosigned');
    await mkdir(receipts);
    const given = await readFile(join(dir, 'receipts', '3.receipt.json'), 'utf8');
    const { proof } = parseReceipt(given);
    const better = formatTlogProof({ ...proof, checkpoint: await cosigned(proof.checkpoint) });
    await writeFile(
      join(receipts, 'a.receipt.json'),
      given.replace(/"proof": ".*"/, `"proof": ${JSON.stringify(better)}`),
    );
    const ran = await check({ policy, receipts, checkpoints: join(dir, 'checkpoints') });
    expect(ran.err).toBe('');
    for (const { key } of [NORTH, SOUTH]) expect(ran.out).toContain(`ok   cosignatures: ${key.name} at 17724640`);
    expect(ran.out).toContain('ok   receipts: 1 verify');
    expect(parseCheckpoint(parseNote(whole).text).size).toBe(size);

    await writeFile(join(receipts, 'b.receipt.json'), given);
    await convicted({ policy, receipts }, /^1 FAIL receipts: b\.receipt\.json: .*(?:policy|satisf)/);
    const { text, signatures } = parseNote(whole);
    const [log, north, south] = signatures;
    if (!log || !north || !south) throw new Error('three signatures');
    const bent = { ...south, signature: flipped(south.signature, 40) };
    proxy.change('/log/checkpoint', () => utf8(`${text}\n${[log, north, bent].map(formatSignature).join('')}`));
    await convicted({ policy }, /^1 FAIL checkpoint: /);
    proxy.change('/log/checkpoint', null);
  });

  describe('cosignatures that the server collected itself', () => {
    let witness: TestLedger;
    let target: FuzzTarget;
    let open: Awaited<ReturnType<FuzzTarget['listen']>>;
    let q: TestPublic;

    beforeAll(async () => {
      const logs = new Map<string, VerifierKey[]>();
      witness = await testLedger();
      target = fuzzTarget(witness.db, witness.clock, logs);
      open = await target.listen();
      const file = witnessesFile([{ key: target.key, url: `${open.base}/witness` }], 1);
      const policyFor = (vkey: string) => {
        const read = readWitnesses(file, vkey);
        if (read === null) throw new Error('no witness');
        return read;
      };
      q = await testPublic({}, policyFor);
      logs.set(q.t.signer.key.name, [q.t.signer.key]);
      const witnesses = policyFor(q.t.vkey);
      const collector = createCollector({
        pool: q.t.pool,
        db: q.t.db,
        clock: q.t.clock,
        random,
        witnesses,
        at: nodeCache(q.t.ledger.tiles).at,
        gap: 0,
        onError: (error) => {
          throw error;
        },
      });
      await mkdir(join(dir, 'collected'));
      await writeFile(join(dir, 'collected.policy'), witnesses.text);
      const url = await q.listen();
      for (let round = 0; round < 3; round++) {
        const entries = Array.from({ length: 40 }, (_, i) => partyEntry(q.t, `Place ${round}.${i}`));
        await q.t.ledger.append({ key: `collected ${round}`, entries });
        await q.t.ledger.publish();
        const early = await fetch(`${url}/receipts/${entries[0]?.id}.receipt.json`);
        expect(early.headers.get('counterfoil-witnesses')).not.toContain('complete');
        if (round === 0) await writeFile(join(dir, 'early.receipt.json'), await early.text());
        await collector.round();
        for (const { id } of entries.filter((_, i) => i % 10 === 0)) {
          const answer = await fetch(`${url}/receipts/${id}.receipt.json`);
          expect(answer.headers.get('counterfoil-witnesses')).toBe('1/1 complete');
          await writeFile(join(dir, 'collected', `${id}.receipt.json`), await answer.text());
        }
      }
      await collector.stop();
      expect(target.accidents).toEqual([]);
      proxy.turn(url);
    }, 120_000);
    afterAll(async () => {
      proxy.turn(first);
      await q?.close();
      await open?.close();
      await witness?.close();
    });

    const run = (receipts: string, policy: string) =>
      runProgram('program' in built ? built.program : '', [
        ...['-url', `${proxy.url}/log`, '-vkey', q.t.vkey],
        ...['-receipts', receipts, '-receipt-policy', policy],
      ]);

    test('hold before the foreign verifier, under the policy that the server publishes', async () => {
      const ran = await run(join(dir, 'collected'), join(dir, 'collected.policy'));
      expect(ran.err).toBe('');
      expect(ran.out).toContain('ok   receipts: 12 verify, and stand in the log\nall hold');
    });

    test('are missed where the receipt is older, or the policy names another witness', async () => {
      const early = await folder('early', '.', ['early.receipt.json']);
      const missed = await run(early, join(dir, 'collected.policy'));
      expect(`${missed.code} ${missed.err}`).toMatch(/^1 FAIL receipts: early\.receipt\.json: .*(?:policy|satisf)/);
      const stranger = { key: testSigner(target.key.name, 4).key, url: `${open.base}/witness` };
      await writeFile(join(dir, 'other.policy'), readWitnesses(witnessesFile([stranger], 1), q.t.vkey)?.text ?? '');
      const other = await run(join(dir, 'collected'), join(dir, 'other.policy'));
      expect(`${other.code} ${other.err}`).toMatch(/^1 FAIL receipts: .*(?:policy|satisf)/);
    });
  });

  test('a log that is not there, or no log, is not checked rather than wrong', async () => {
    proxy.change('/log/tile/0/001', (_, answer) => {
      answer.writeHead(500).end('no');
      return 'answered';
    });
    expect(await check()).toMatchObject({ code: 2, err: 'not checked: tile/0/001: HTTP status 500\n' });
    proxy.change('/log/tile/0/001', null);
    proxy.change('/log/checkpoint', (_, answer) => {
      answer.writeHead(200).end('<!doctype html><title>Welcome</title>');
      return 'answered';
    });
    await convicted({}, /malformed note/);
    proxy.change('/log/checkpoint', null);
    expect((await check()).out).toContain('all hold');
  });
});
