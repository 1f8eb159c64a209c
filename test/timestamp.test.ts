/**
 * The second clock against a real timestamp authority: `openssl ts -reply` behind a small server, with a certificate authority made up
 * here. What is kept verifies with `openssl ts -verify`; whatever else an authority does is a named failure, and appends go on.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileBlobs } from '../src/adapters/blobs/files.ts';
import { openPool } from '../src/adapters/postgres/pool.ts';
import { oneState } from '../src/ledger/fsck.ts';
import { checkExport } from '../src/portable/check.ts';
import { exportTo } from '../src/portable/export.ts';
import { importFrom } from '../src/portable/import.ts';
import { hex, sha256, utf8 } from '../src/proof/index.ts';
import { streamOf } from '../src/rooms/entries.ts';
import { project } from '../src/rooms/project.ts';
import { buildApp } from '../src/web/app.tsx';
import { metricsRoutes } from '../src/web/metrics.ts';
import { alarms } from '../src/witness/alarms.ts';
import { createSecondClock, tsaName } from '../src/witness/second-clock.ts';
import { checkTimestamp, timestampRequest } from '../src/witness/timestamp.ts';
import { timestampRoutes } from '../src/witness/timestamp-routes.ts';
import { PLAIN_ASSETS } from './support/assets.ts';
import { partyEntry, random, type TestLedger, testLedger } from './support/ledger.ts';
import { freshDatabase } from './support/postgres.ts';
import { servicesWithoutStore } from './support/web.ts';

function found(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
}

const HOUR = 3_600_000;
type Mood = 'good' | 'other hash' | 'other nonce' | 'rejected' | 'hangs' | 'status 500' | 'junk' | 'flood';

// Debian has openssl in its base installation; elsewhere this says that it was skipped.
describe.skipIf(!found())('a timestamp authority', () => {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-tsa-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let t: TestLedger;
  let server: Server;
  let url = '';
  let mood: Mood = 'good';
  let asked = 0;
  /** size of the checkpoint that is being stamped */
  let stamped = 0;
  let get: (path: string) => Promise<Response>;

  /** What an authority answers to this query. */
  function reply(query: Uint8Array): Uint8Array {
    writeFileSync(join(dir, 'query'), query);
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query', '-out', 'reply');
    return readFileSync(join(dir, 'reply'));
  }

  beforeAll(async () => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    openssl('req', '-x509', ...key, '-subj', '/CN=Example CA', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30');
    openssl('req', ...key, '-subj', '/CN=Example TSA', '-keyout', 'tsa.key', '-out', 'tsa.csr');
    writeFileSync(join(dir, 'ext'), 'extendedKeyUsage=critical,timeStamping\n');
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'ext'];
    openssl('x509', '-req', '-in', 'tsa.csr', ...signed, '-out', 'tsa.pem');
    writeFileSync(join(dir, 'serial'), '01\n');
    writeFileSync(
      join(dir, 'tsa.cnf'),
      '[tsa]\ndefault_tsa=one\n[one]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=sha256\n' +
        'default_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\n',
    );
    server = createServer(async (request, answer) => {
      asked++;
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(Buffer.from(piece));
      const query = Buffer.concat(pieces);
      if (mood === 'hangs') return;
      if (mood === 'status 500') return void answer.writeHead(500).end();
      if (mood === 'junk') return void answer.end('<html>Sign in</html>');
      if (mood === 'flood') return void answer.end(Buffer.alloc(300_000));
      if (mood === 'rejected') {
        openssl('ts', '-query', '-data', 'tsa.cnf', '-sha512', '-cert', '-out', 'sha512');
        return void answer.end(reply(readFileSync(join(dir, 'sha512'))));
      }
      if (mood === 'other hash') return void answer.end(reply(timestampRequest('another text', random(8))));
      if (mood === 'other nonce') {
        const { note } = await t.db
          .selectFrom('log.checkpoint')
          .select('note')
          .where('size', '=', stamped)
          .executeTakeFirstOrThrow();
        return void answer.end(reply(timestampRequest(note, random(8))));
      }
      expect(request.headers['content-type']).toBe('application/timestamp-query');
      answer.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(reply(query));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    url = `http://127.0.0.1:${address.port}/`;
    t = await testLedger();
    const app = buildApp({
      services: { ...servicesWithoutStore('http://localhost:8080'), db: t.db, clock: t.clock },
      assets: PLAIN_ASSETS,
      routes: [...timestampRoutes, ...metricsRoutes(null, 'a token of sixteen', url)],
      whoIs: async () => ({ who: 'anyone' }),
    });
    get = async (path) =>
      await app.request(`http://localhost:8080${path}`, { headers: { authorization: 'Bearer a token of sixteen' } });
  }, 60_000);
  afterAll(async () => {
    server?.closeAllConnections();
    server?.close();
    await t?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const second = (more: { timeout?: number } = {}) =>
    createSecondClock({
      db: t.db,
      clock: t.clock,
      random,
      url,
      every: HOUR,
      onError: (error) => {
        throw error;
      },
      ...more,
    });
  const grow = async (key: string) => {
    await t.ledger.append({ key, entries: [partyEntry(t)] });
    return await t.ledger.publish();
  };

  test('stamps the newest checkpoint once an hour, and what is kept verifies elsewhere', async () => {
    const clock = second();
    expect((await get('/log/timestamp')).status).toBe(404);
    expect(await clock.round()).toBeNull();
    await grow('one');
    expect(await clock.round()).toBe(1);
    await grow('two');
    expect(await clock.round()).toBeNull();
    t.clock.tick(HOUR);
    expect(await clock.round()).toBe(2);
    // Nothing new: nothing to stamp.
    t.clock.tick(HOUR);
    expect([await clock.round(), asked]).toEqual([null, 2]);
    for (const size of [1, 2]) {
      for (const [path, name] of [
        ['', 'answer'],
        ['/request', 'question'],
        ['/checkpoint', 'data'],
      ] as const) {
        const got = await get(`/log/timestamp${path}?size=${size}`);
        expect(got.status).toBe(200);
        writeFileSync(join(dir, name), new Uint8Array(await got.arrayBuffer()));
      }
      const verify = (...by: string[]) =>
        openssl('ts', '-verify', ...by, '-in', 'answer', '-CAfile', 'ca.pem').toString();
      expect(verify('-data', 'data')).toContain('Verification: OK');
      expect(verify('-queryfile', 'question')).toContain('Verification: OK');
      writeFileSync(join(dir, 'data'), 'another checkpoint');
      expect(() => verify('-data', 'data')).toThrow();
    }
    expect((await get('/log/timestamp')).headers.get('content-disposition')).toContain('checkpoint-2.tsr');
    for (const size of ['3', '0', 'x', "1'"]) expect((await get(`/log/timestamp?size=${size}`)).status).toBe(404);
    const figures = await (await get('/metrics')).text();
    expect(figures).toContain('counterfoil_timestamp_failures 0');
    expect(figures).toContain('counterfoil_timestamp_age_seconds 3600');
  }, 60_000);

  test('goes into an export with what witnesses signed, is checked there, and comes out of it', async () => {
    const key = { size: 2, witness: 'north+00000001' };
    const line = '— north AAAAAQAAAABpkAAA\n';
    await t.db
      .insertInto('log.cosignature')
      .values({ ...key, line, cosigned_at: new Date(0), collected_at: new Date(1) })
      .execute();
    await t.db
      .insertInto('log.quorum')
      .values({ policy: 'a'.repeat(64), size: 2 })
      .execute();
    const to = join(dir, 'export');
    const blobs = await fileBlobs({ dir: join(dir, 'blobs') });
    const viewer = { html: '', script: '' };
    const owner = openPool(t.database.ownerConfig, 2);
    const facts = await oneState(owner, (client) =>
      exportTo(
        to,
        {
          client,
          blobs,
          origin: t.signer.key.name,
          key: t.signer.key,
          now: 0,
          titleOf: () => '',
          openDocumentsOf: () => [],
          viewer,
        },
        { public: false },
      ),
    );
    expect(facts).toMatchObject({ cosignatures: 1, quorums: 1, timestamps: 2 });
    const timestampOf = checkTimestamp;
    expect(await checkExport(to, { streamOf, timestampOf })).toMatchObject({ ok: true });
    // The manifest is whoever's who writes the folder: what is said of a checkpoint must fit it all the same.
    const rewrite = (path: string, change: (text: string) => string) => {
      const before = readFileSync(join(to, path), 'utf8');
      const manifest = readFileSync(join(to, 'manifest-sha256.txt'), 'utf8');
      writeFileSync(join(to, path), change(before));
      const [was, is] = [before, change(before)].map((text) => hex(sha256(utf8(text))));
      writeFileSync(join(to, 'manifest-sha256.txt'), manifest.replace(was ?? '', is ?? ''));
      return () => {
        writeFileSync(join(to, path), before);
        writeFileSync(join(to, 'manifest-sha256.txt'), manifest);
      };
    };
    for (const [path, change, failure] of [
      ['log/timestamps/000000.jsonl', (text: string) => text.replace('"size":1', '"size":2'), 'bad-timestamp'],
      ['log/timestamps/000000.jsonl', (text: string) => text.slice(text.indexOf('\n') + 1), 'not-an-export'],
      ['log/cosignatures/000000.jsonl', (text: string) => text.replace('north+', 'south+'), 'bad-line'],
      ['log/cosignatures/000000.jsonl', (text: string) => text + text, 'bad-line'],
      ['log/quorums/000000.jsonl', (text: string) => text.replace('"size":2', '"size":9'), 'bad-line'],
    ] as const) {
      const undo = rewrite(path, change);
      expect([path, await checkExport(to, { streamOf, timestampOf })]).toMatchObject([path, { failure }]);
      undo();
    }
    const second = await freshDatabase();
    const pool = openPool(second.ownerConfig, 2);
    const all = async (from: pg.Pool) =>
      await Promise.all(
        ['cosignature order by n', 'quorum', 'timestamp order by size'].map(
          async (table) => (await from.query<Record<string, unknown>>(`select * from log.${table}`)).rows,
        ),
      );
    const deps = { owner: pool, blobs, project, streamOf, timestampOf, takeKey: async () => {} };
    expect(await importFrom(to, deps)).toMatchObject({ ok: true });
    expect(await all(pool)).toEqual(await all(owner));
    await Promise.all([pool.end(), owner.end()]);
    await second.drop();
  }, 60_000);

  test('what an authority does wrong has a name, becomes an alarm, and holds up nothing', async () => {
    for (const [bad, failure] of [
      ['other hash', 'tsa-other-hash'],
      ['other nonce', 'tsa-other-nonce'],
      ['rejected', 'tsa-rejected'],
      ['hangs', 'tsa-timeout'],
      ['status 500', 'tsa-http-error'],
      ['junk', 'tsa-unreadable'],
      ['flood', 'tsa-too-large'],
    ] as const) {
      mood = bad;
      t.clock.tick(HOUR);
      const size = await grow(bad);
      stamped = size;
      const round = second({ timeout: bad === 'hangs' ? 300 : 20_000 }).round();
      // While it is asked, the log goes on.
      const after = await grow(`${bad}, and on`);
      expect([after, await round]).toEqual([size + 1, null]);
      const state = await t.db
        .selectFrom('witness.state')
        .selectAll()
        .where('witness', '=', tsaName(url))
        .executeTakeFirstOrThrow();
      expect([bad, state.trouble?.split(':')[0], state.failures]).toEqual([bad, failure, 1]);
    }
    expect(await (await get('/metrics')).text()).toContain('counterfoil_timestamp_failures 1');
    const raised = (await alarms(t.db)).map((one) => [one.kind, one.evidence.failure]);
    expect(raised.sort()).toEqual([
      ['timestamp', 'tsa-other-hash'],
      ['timestamp', 'tsa-other-nonce'],
    ]);
    expect((await t.db.selectFrom('log.timestamp').select('size').execute()).length).toBe(2);

    // One that merely does not answer becomes an alarm the third time; it is asked ever more rarely until then.
    mood = 'status 500';
    const patient = createSecondClock({ db: t.db, clock: t.clock, random, url, every: 1, onError: () => {} });
    for (let i = 0; i < 4; i++) {
      await patient.round();
      await new Promise((done) => setTimeout(done, 5));
    }
    expect((await alarms(t.db)).filter((one) => one.evidence.failure === 'tsa-http-error')).toHaveLength(1);
    mood = 'good';
    expect(await patient.round()).toBe(await t.ledger.publish());
    expect(await (await get('/metrics')).text()).toContain('counterfoil_timestamp_failures 0');
  }, 60_000);
});
