/** Exports, their checks and imports, on real databases: equal servers out, and every damage named. */

import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partyEntry, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { type TestMatter, testMatter } from '../../test/support/matter.ts';
import { freshDatabase } from '../../test/support/postgres.ts';
import { type TestServices, testServices } from '../../test/support/services.ts';
import { fileBlobs } from '../adapters/blobs/files.ts';
import { openKysely, openPool } from '../adapters/postgres/pool.ts';
import { instant } from '../base/clock.ts';
import { InvalidInput, RuleRefusal, StorageFull } from '../base/errors.ts';
import { titleOf } from '../cli/export.ts';
import { fsck, oneState } from '../ledger/fsck.ts';
import { nodeCache } from '../ledger/nodes.ts';
import { receiptsOf } from '../ledger/receipts.ts';
import { tileReader } from '../ledger/tiles.ts';
import { verifyReceipt } from '../proof/index.ts';
import { streamOf } from '../rooms/entries.ts';
import { erase } from '../rooms/erasure/commands.ts';
import { erasureOf } from '../rooms/erasure/view.ts';
import { openDocumentsOf } from '../rooms/order-document.ts';
import { project } from '../rooms/project.ts';
import { checkExport } from './check.ts';
import { exportTo } from './export.ts';
import { importFrom } from './import.ts';
import { isExportPath } from './layout.ts';

let t: TestLedger;
let s: TestServices;
let m: TestMatter;
let dir: string;
let whole: string;
let owner: pg.Pool;
let note: string;
let noteReceipt: string;
let document: string;
/** SHA-256 of documents: of an order that everyone may see, of one for the parties, of a kept source */
let open: { order: string; closed: string; source: string };

const options = { streamOf };
const viewer = { html: '<!doctype html><title>viewer</title>', script: '// viewer' };
const out = (to: string, isPublic = false) =>
  oneState(owner, (client) =>
    exportTo(
      to,
      {
        client,
        blobs: s.services.blobs,
        origin: TEST_ORIGIN,
        key: t.signer.key,
        now: t.clock.now(),
        titleOf,
        openDocumentsOf,
        viewer,
      },
      { public: isPublic },
    ),
  );

beforeAll(async () => {
  t = await testLedger();
  s = await testServices(t);
  owner = openPool(t.database.ownerConfig, 2);
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-export-'));
  await t.ledger.append({ key: 'first', entries: Array.from({ length: 300 }, () => partyEntry(t)) });
  await t.ledger.publish();
  m = await testMatter(t, { recipients: 4 });
  await t.ledger.publish();
  const file = await s.services.blobs.put(Readable.from([Buffer.from('what was asked for')]), { maxBytes: 1000 });
  document = file.sha256;
  const body = {
    answer: t.newId(),
    service: m.services[0] ?? '',
    request: m.request,
    round: 1,
    actedBy: { name: 'A Clerk', title: null, address: 'clerk@city.example.gov' },
    items: [
      {
        item: 1,
        disposition: 'produced',
        note: 'A note for the parties alone.',
        documents: [{ ...file, name: 'minutes.txt', type: 'text/plain' }],
      },
    ],
  };
  const common = { matter: m.matter, by: m.issuer, occurredAt: instant(t.clock.now()), audience: 'parties' } as const;
  await t.ledger.append({ key: 'sent', entries: [{ kind: 'answer.sent', id: t.newId(), ...common, body }] });
  open = {
    order: await withDocument(m, 'order.entered', 'public'),
    closed: await withDocument(await testMatter(t, { audience: 'parties' }), 'order.entered', 'parties'),
    source: await withDocument(m, 'source.kept', 'public'),
  };
  note = await m.note('A name that has to go.');
  await m.answer(1, 1, 'withheld');
  await t.ledger.publish();
  noteReceipt = (await t.ledger.receipt(note))?.json ?? '';
  await erase(s.services, {
    entry: note,
    by: m.issuer,
    hanging: false,
    once: t.newId(),
    authority: 'District Court of Example, No. 26-101',
    reason: 'Names a minor.',
  });
  await t.ledger.append({ key: 'more', entries: Array.from({ length: 700 }, () => partyEntry(t)) });
  await t.ledger.publish();
  // Durable, and under no checkpoint yet.
  await t.ledger.append({ key: 'late', entries: [partyEntry(t)] });
  whole = join(dir, 'whole');
  await out(whole);
}, 60_000);
afterAll(async () => {
  await owner.end();
  await s.close();
  await t.close();
  await rm(dir, { recursive: true, force: true });
});

/** Stores a document and writes the entry that names it. @returns its SHA-256 */
async function withDocument(
  { matter, issuer }: TestMatter,
  kind: 'order.entered' | 'source.kept',
  audience: 'public' | 'parties',
) {
  const put = await s.services.blobs.put(Readable.from([Buffer.from(`of ${kind} ${audience}`)]), { maxBytes: 1000 });
  const [id, ref] = [t.newId(), { ...put, name: 'kept.txt', type: 'text/plain' }];
  const occurredAt = instant(t.clock.now());
  const scope = { requests: null, recipients: null, items: null, consequences: [] };
  const named = {
    court: 'D. Example',
    docket: '26-17',
    judge: null,
    date: '2026-03-01',
    effect: 'enjoin',
    words: 'Enjoined.',
  };
  const body =
    kind === 'order.entered'
      ? { order: id, ...named, scope, geography: 'nationwide', of: [], compel: null, document: ref, source: null }
      : {
          source: id,
          publisher: 'Example Courier',
          title: 'Letters',
          published: null,
          url: null,
          fetchedAt: occurredAt,
          text: ref,
        };
  await t.ledger.append({ key: t.newId(), entries: [{ kind, id, matter, by: issuer, occurredAt, audience, body }] });
  return put.sha256;
}

/** An empty server, and what an import needs of it. */
async function empty() {
  const database = await freshDatabase();
  const pool = openPool(database.ownerConfig, 3);
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-import-'));
  const blobs = await fileBlobs({ dir: join(folder, 'blobs') });
  return {
    pool,
    blobs,
    deps: { owner: pool, blobs, project, streamOf, takeKey: async () => {} },
    async close() {
      await pool.end();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const table = async (pool: pg.Pool, name: string) =>
  (await pool.query<{ row: string }>(`select x::text as row from ${name} x order by 1`)).rows.map(({ row }) => row);

async function receipts(pool: pg.Pool) {
  const { rows } = await pool.query<{ id: string }>('select id from ledger.entry order by seq');
  const found = await receiptsOf(
    pool,
    nodeCache(tileReader(pool)),
    null,
    rows.map((r) => r.id),
  );
  return new Map([...found].map(([id, { json, name }]) => [id, `${name}\n${json}`]));
}

describe('an export', () => {
  it('is found whole without a database, in every part', async () => {
    expect(await checkExport(whole, options)).toMatchObject({ ok: true, erased: 1, withheld: 0, unpublished: 1 });
    expect(await checkExport(whole, { ...options, trust: t.signer.key })).toMatchObject({ ok: true });
    const text = (await readFile(join(whole, 'entries/000000.jsonl'), 'utf8')).toString();
    expect(text).not.toContain('A name that has to go');
    expect(await readFile(join(whole, 'documents', document.slice(0, 2), document), 'utf8')).toBe('what was asked for');
    const names = await readdir(whole, { recursive: true });
    expect(names.filter((name) => /pem|secret|private/.test(name))).toEqual([]);
  });

  it('becomes an equal server: same rows, same receipts byte for byte, fsck clean', async () => {
    const e = await empty();
    try {
      // Its documents take long to hash: the database does not end the session meanwhile, as it would one that appends.
      let slow = true;
      const onFiles = () => {
        if (slow) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
        slow = false;
      };
      expect(await importFrom(whole, { ...e.deps, onFiles })).toMatchObject({ ok: true, erased: 1 });
      expect(slow).toBe(false);
      for (const name of ['ledger.entry', 'ledger.command', 'log.checkpoint', 'log.tile', 'log.head', 'log.tree'])
        expect(await table(e.pool, name), name).toEqual(await table(owner, name));
      const { rows } = await owner.query<{ tablename: string }>(
        `select tablename from pg_tables where schemaname = 'view'`,
      );
      expect(rows.length).toBeGreaterThan(8);
      for (const { tablename } of rows)
        expect(await table(e.pool, `view.${tablename}`), tablename).toEqual(await table(owner, `view.${tablename}`));
      const [before, after] = [await receipts(owner), await receipts(e.pool)];
      expect(after).toEqual(before);
      expect(after.size).toBeGreaterThan(1000);
      expect(await fsck({ pool: e.pool, origin: TEST_ORIGIN, key: t.signer.key, streamOf })).toMatchObject({
        ok: true,
        erased: 1,
      });
      expect((await e.blobs.get(document))?.bytes).toBe(18);
      const db = openKysely(e.pool);
      expect(await erasureOf(db, note)).toMatchObject({ authority: 'District Court of Example, No. 26-101' });
      expect(await verifyReceipt({ receipt: noteReceipt, policy: t.policy })).toMatchObject({ ok: true });
      // Not into a server that has something, be it the same.
      await expect(importFrom(whole, e.deps)).rejects.toMatchObject({ code: 'server-not-empty' });
      // And it can be exported again, to the same bytes but for the time.
      const again = join(dir, 'again');
      await oneState(e.pool, (client) =>
        exportTo(
          again,
          {
            client,
            blobs: e.blobs,
            origin: TEST_ORIGIN,
            key: t.signer.key,
            now: t.clock.now(),
            titleOf,
            openDocumentsOf,
            viewer,
          },
          { public: false },
        ),
      );
      const manifest = async (of: string) =>
        (await readFile(join(of, 'manifest-sha256.txt'), 'utf8')).split('\n').sort();
      expect(await manifest(again)).toEqual(await manifest(whole));
      // Erasing works on as before.
      const { rows: triggers } = await e.pool.query(
        `select from pg_trigger where tgname = 'entry_erased' and tgenabled = 'O'`,
      );
      expect(triggers).toHaveLength(1);
    } finally {
      await e.close();
    }
  }, 60_000);

  it('leaves out what is not public where that is asked for, and is then no server’s', async () => {
    const shown = join(dir, 'public');
    const facts = await out(shown, true);
    expect(facts).toMatchObject({ public: true, documents: 1, commands: 0 });
    expect(facts.withheld).toBeGreaterThan(1);
    expect(await checkExport(shown, options)).toMatchObject({ ok: true, withheld: facts.withheld, erased: 1 });
    // What a stranger can fetch from the server, and nothing else: the document of an order in the record.
    const documents = await readdir(join(shown, 'documents'), { recursive: true });
    expect(documents.filter((name) => name.length > 2)).toEqual([join(open.order.slice(0, 2), open.order)]);
    expect(await readFile(join(shown, 'documents', open.order.slice(0, 2), open.order), 'utf8')).toBe(
      'of order.entered public',
    );
    for (const name of await readdir(shown, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      const text = await readFile(join(name.parentPath, name.name), 'utf8');
      expect(text).not.toMatch(/clerk@|for the parties alone|A Clerk|minutes\.txt|answer:|A name that has to go/);
      for (const other of [document, open.closed]) expect(text).not.toContain(other);
    }
    const e = await empty();
    try {
      await expect(importFrom(shown, e.deps)).rejects.toMatchObject({ code: 'export-is-public' });
      expect(await table(e.pool, 'ledger.entry')).toEqual([]);
    } finally {
      await e.close();
    }
  });

  it('is written beside a server that goes on writing, as of one moment', async () => {
    const busy = join(dir, 'busy');
    let on = true;
    const writer = (async () => {
      for (let i = 0; on; i++) {
        await t.ledger.append({ key: `busy-${i}`, entries: [partyEntry(t)] });
        if (i % 3 === 0) await t.ledger.publish();
      }
    })();
    const facts = await out(busy);
    on = false;
    await writer;
    expect(facts.entries).toBeGreaterThan(1000);
    expect(await checkExport(busy, options)).toMatchObject({ ok: true, entries: facts.entries });
  });

  it('refuses a folder that holds something, and takes up documents after it was cut off', async () => {
    await expect(out(whole)).rejects.toBeInstanceOf(InvalidInput);
    const cut = join(dir, 'cut');
    const broken = { ...s.services.blobs, get: () => Promise.reject(new Error('the disk went away')) };
    const failing = oneState(owner, (client) =>
      exportTo(
        cut,
        { client, blobs: broken, origin: TEST_ORIGIN, key: t.signer.key, now: 0, titleOf, openDocumentsOf, viewer },
        { public: false },
      ),
    );
    await expect(failing).rejects.toThrow('the disk went away');
    expect((await readdir(dir)).filter((name) => name.startsWith('cut'))).toEqual(['cut.partial']);
    expect(await checkExport(`${cut}.partial`, options)).toMatchObject({ ok: false });
    // A document that was left there and is not wanted any more, and one that is damaged.
    const stray = createHash('sha256').update('stray').digest('hex');
    for (const [sha256, text] of [
      [stray, 'stray'],
      [document, 'damaged'],
    ] as const) {
      await cp(join(whole, 'documents'), join(`${cut}.partial`, 'documents'), { recursive: true });
      await rm(join(`${cut}.partial`, 'documents', sha256.slice(0, 2), sha256), { force: true });
      await cp(join(whole, 'keys/policy'), join(`${cut}.partial`, 'documents', sha256.slice(0, 2), sha256));
      await writeFile(join(`${cut}.partial`, 'documents', sha256.slice(0, 2), sha256), text);
    }
    await out(cut);
    expect(await checkExport(cut, options)).toMatchObject({ ok: true });
    expect((await readdir(dir)).filter((name) => name.startsWith('cut'))).toEqual(['cut']);
  });
});

describe('a damaged export', () => {
  let n = 0;
  /** A copy of the export with something done to it; `mend` writes the manifest anew, as a forger would. */
  async function spoiled(change: (copy: string) => Promise<void>, mend = true): Promise<string> {
    const copy = join(dir, `copy-${n++}`);
    await cp(whole, copy, { recursive: true });
    await change(copy);
    if (mend) {
      const path = join(copy, 'manifest-sha256.txt');
      const lines: string[] = [];
      for (const line of (await readFile(path, 'utf8')).trim().split('\n')) {
        const name = line.slice(66);
        const bytes = await readFile(join(copy, name)).catch(() => null);
        if (bytes) lines.push(`${createHash('sha256').update(bytes).digest('hex')}  ${name}`);
      }
      await writeFile(path, `${lines.join('\n')}\n`);
    }
    return copy;
  }
  const edit = (path: string, change: (text: string) => string) => async (copy: string) => {
    await writeFile(join(copy, path), change(await readFile(join(copy, path), 'utf8')));
  };
  const flip = (path: string, at: number) => async (copy: string) => {
    const bytes = await readFile(join(copy, path));
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(copy, path), bytes);
  };
  const ENTRIES = 'entries/000000.jsonl';
  const swap = (text: string, a: number, b: number) => {
    const lines = text.split('\n');
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return lines.join('\n');
  };

  const cases: readonly [string, (copy: string) => Promise<void>, object, boolean?][] = [
    ['a flipped byte in entries', flip(ENTRIES, 300), { failure: 'hash-mismatch', at: ENTRIES }, false],
    ['a flipped byte in a tile', flip('log/tile/0/000', 40), { failure: 'hash-mismatch', at: 'log/tile/0/000' }, false],
    [
      'another hash in the manifest',
      edit('manifest-sha256.txt', (x) => `${x.startsWith('0') ? '1' : '0'}${x.slice(1)}`),
      { failure: 'hash-mismatch' },
      false,
    ],
    ['a manifest cut off', edit('manifest-sha256.txt', (x) => x.slice(0, -1)), { failure: 'bad-line' }, false],
    ['a manifest that is none', edit('manifest-sha256.txt', () => 'hello\n'), { failure: 'bad-manifest' }, false],
    ['no manifest', (copy) => rm(join(copy, 'manifest-sha256.txt')), { failure: 'not-an-export' }, false],
    [
      'a document missing',
      (copy) => rm(join(copy, 'documents', document.slice(0, 2), document)),
      { failure: 'missing-file' },
      false,
    ],
    [
      'a document taken out of the manifest too',
      (copy) => rm(join(copy, 'documents', document.slice(0, 2), document)),
      { failure: 'bad-manifest', at: 'documents' },
    ],
    [
      'a document exchanged',
      async (copy) => writeFile(join(copy, 'documents', document.slice(0, 2), document), 'forged'),
      { failure: 'hash-mismatch' },
    ],
    [
      'a path out of the folder',
      edit('manifest-sha256.txt', (x) => `${x}${'0'.repeat(64)}  ../../etc/passwd\n`),
      { failure: 'bad-path' },
      false,
    ],
    [
      'an absolute path',
      edit('manifest-sha256.txt', (x) => `${x}${'0'.repeat(64)}  /etc/passwd\n`),
      { failure: 'bad-path' },
      false,
    ],
    ['a file twice', edit('manifest-sha256.txt', (x) => x + x), { failure: 'bad-manifest' }, false],
    ['a file too many', (copy) => writeFile(join(copy, 'more.txt'), ''), { failure: 'unlisted-file', at: 'more.txt' }],
    [
      'a link in place of a file',
      async (copy) => {
        await rm(join(copy, 'keys/policy'));
        await symlink('/etc/hostname', join(copy, 'keys/policy'));
      },
      { failure: 'bad-path', at: 'keys/policy' },
      false,
    ],
    [
      'a flipped text in an entry',
      edit(ENTRIES, (x) => x.replace('City of Example', 'City of Eyample')),
      { failure: 'tile-mismatch', at: 'tile 0/0, position 0' },
    ],
    [
      'an opening exchanged',
      edit(ENTRIES, (x) => x.replace(/"opening":"(.)/, (_, c) => `"opening":"${c === 'A' ? 'B' : 'A'}`)),
      { failure: 'tile-mismatch', at: 'tile 0/0, position 0' },
    ],
    ['a byte of a tile', flip('log/tile/0/001', 33), { failure: 'tile-mismatch', at: 'tile 0/1, position 257' }],
    ['a byte of a bundle', flip('log/tile/entries/001', 33), { failure: 'tile-mismatch', at: 'log/tile/entries/001' }],
    ['wrong order', edit(ENTRIES, (x) => swap(x, 4, 5)), { failure: 'gap', at: 'position 4' }],
    [
      'an entry left out',
      edit(ENTRIES, (x) => x.split('\n').toSpliced(9, 1).join('\n')),
      { failure: 'gap', at: 'position 9' },
    ],
    ['an entry too many', edit(ENTRIES, (x) => x + x.split('\n').at(-2) + '\n'), { failure: 'head-mismatch' }],
    ['the last entry left out', edit(ENTRIES, (x) => x.split('\n').toSpliced(-2, 1).join('\n')), { failure: 'gap' }],
    ['entries cut within a line', edit(ENTRIES, (x) => x.slice(0, -20)), { failure: 'bad-line' }],
    [
      'other white space',
      edit(ENTRIES, (x) => x.replace('{"entry":', '{ "entry":')),
      { failure: 'bad-line', at: `${ENTRIES}, line 1` },
    ],
    [
      'keys in another order',
      edit(ENTRIES, (x) => x.replace('{"audience":"public","body":', '{"body":{},"audience":"public","body":')),
      { failure: 'not-canonical' },
    ],
    [
      'a line that has no end',
      edit(ENTRIES, (x) => 'x'.repeat(300_000) + x),
      { failure: 'line-too-long', at: `${ENTRIES}, line 1` },
    ],
    [
      'bytes that are no text',
      async (copy) => writeFile(join(copy, ENTRIES), Buffer.from([0xff, 0xfe, 10])),
      { failure: 'bad-line' },
    ],
    [
      'an entry passed off as erased',
      edit(ENTRIES, (x) => {
        const lines = x.split('\n');
        const { entry } = JSON.parse(lines[2] ?? '');
        const { audience, by, id, kind, matter, occurredAt, recordedAt } = entry;
        const erased = { audience, by, corrects: null, id, kind, matter, occurredAt, recordedAt, stream: by };
        lines[2] = JSON.stringify({ commitment: `${'A'.repeat(43)}=`, erased, seq: 2 });
        return lines.join('\n');
      }),
      { failure: 'tile-mismatch', at: 'tile 0/0, position 2' },
    ],
    [
      'a checkpoint of a foreign key',
      edit('log/checkpoints/000000.jsonl', (x) => x.replace(/(— \S+ )\S{20}/, '$1AAAAAAAAAAAAAAAAAAAA')),
      { failure: 'bad-signature', at: 'checkpoint 300' },
    ],
    [
      'a checkpoint of another size',
      edit('log/checkpoints/000000.jsonl', (x) => x.replace('"size":300', '"size":299')),
      { failure: 'root-mismatch', at: 'checkpoint 299' },
    ],
    [
      'a checkpoint of a foreign log',
      edit('log/checkpoints/000000.jsonl', (x) => x.replace('records.example.gov', 'other.example.gov')),
      { failure: 'wrong-origin' },
    ],
    [
      'a checkpoint that is none',
      edit('log/checkpoints/000000.jsonl', (x) => x.replace('"note":"', '"note":"hello')),
      { failure: 'wrong-origin' },
    ],
    [
      'a checkpoint without a signature',
      edit('log/checkpoints/000000.jsonl', (x) => x.replace(/\\n\\n— [^"]*/, '')),
      { failure: 'bad-signature' },
    ],
    [
      'no newest checkpoint',
      edit('log/checkpoints/000000.jsonl', (x) => x.split('\n').toSpliced(-2, 1).join('\n')),
      { failure: 'root-mismatch', at: 'log/checkpoint' },
    ],
    [
      'facts that do not fit',
      edit('export.json', (x) => x.replace('"erased": 1', '"erased": 0')),
      { failure: 'not-an-export' },
    ],
    ['facts that are none', edit('export.json', () => '[]'), { failure: 'not-an-export' }],
  ];
  it.each(cases)('%s is named, and nothing of it is imported', async (_, change, expected, mend = true) => {
    const copy = await spoiled(change, mend);
    expect(await checkExport(copy, options)).toMatchObject({ ok: false, ...expected });
    const e = await shared();
    expect(await importFrom(copy, e.deps)).toMatchObject({ ok: false, ...expected });
    for (const name of ['ledger.entry', 'ledger.command', 'log.tile', 'view.party'])
      expect(await table(e.pool, name)).toEqual([]);
    await rm(copy, { recursive: true });
  });

  let one: Awaited<ReturnType<typeof empty>> | null = null;
  const shared = async () => {
    one ??= await empty();
    return one;
  };
  afterAll(() => one?.close());

  it('is convicted by a key that the reader knows', async () => {
    const other = await testLedger();
    try {
      expect(await checkExport(whole, { ...options, trust: other.signer.key })).toMatchObject({
        ok: false,
        failure: 'bad-signature',
      });
    } finally {
      await other.close();
    }
  });

  it('cut off half way leaves an empty server, and the second try makes it whole', async () => {
    const e = await shared();
    let put = 0;
    const dying = {
      ...e.deps,
      project: (...given: Parameters<typeof project>) => {
        if (++put > 600) throw new Error('killed');
        return project(...given);
      },
    };
    await expect(importFrom(whole, dying)).rejects.toThrow('killed');
    expect(await table(e.pool, 'ledger.entry')).toEqual([]);
    const full = { ...e.deps, blobs: { put: () => Promise.reject(new StorageFull('storage-full', 'No room.')) } };
    await expect(importFrom(whole, full)).rejects.toBeInstanceOf(StorageFull);
    const refused = { ...e.deps, takeKey: () => Promise.reject(new RuleRefusal('wrong-key', 'Another key.')) };
    await expect(importFrom(whole, refused)).rejects.toMatchObject({ code: 'wrong-key' });
    expect(await table(e.pool, 'ledger.command')).toEqual([]);
    expect(await importFrom(whole, e.deps)).toMatchObject({ ok: true });
  });

  it('names files strictly', () => {
    for (const good of ['export.json', 'log/tile/0/x001/234', 'log/tile/entries/000.p/7', 'view/tiles-0-000001.js'])
      expect(isExportPath(good), good).toBe(true);
    for (const bad of [
      '../export.json',
      'entries/../export.json',
      'entries/0.jsonl',
      'log/tile/0/0',
      'documents/aa/bb',
      `documents/aa/${'b'.repeat(64)}`,
      'keys/log-ed25519.pem',
      'view/x.js',
      '',
      'C:\\x',
      'export.json\0',
    ])
      expect(isExportPath(bad), bad).toBe(false);
  });
});
