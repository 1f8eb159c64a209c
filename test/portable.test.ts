/**
 * One log from server to server as people take it there, with entries of every kind, each step the real command: erased from, handed over, exported,
 * checked, imported, served again. The second server is the first one for everybody who reads it. On the way, everything that it says, shows,
 * stores or exports is searched for its private keys.
 */
import { createHash, createPrivateKey } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Verifier } from '../src/proof/index.ts';
import { ENTRY_KINDS } from '../src/rooms/entries.ts';
import { type EveryKind, everyKind, kindsIn } from './support/every-kind.ts';
import { freePort, type Program, startProgram } from './support/program.ts';
import { type World, world } from './support/world.ts';

const BASE = 'https://records.example.gov';
/** What a reader's program asks for; these answer with data alone. */
const DATA = ['', '/orders', '/consequences', '/meetings', '/statements', '/figures'];
const FILES = [
  'board.csv',
  'orders.csv',
  'consequences.csv',
  'meetings.csv',
  'statements.csv',
  'figures.csv',
  'feed.atom',
  'feed.json',
];

let dir: string;
let w: World;
let e: EveryKind;
let port: number;
let asOf: string;
let slugs: readonly string[];
/** everything that was said or shown by any program on the way */
const heard: { readonly where: string; readonly bytes: Buffer }[] = [];
const running: Program[] = [];
let first: Seen;
let receipts: ReadonlyMap<string, string>;

const at = (name: string) => join(dir, name);

interface Where {
  readonly DATA_DIR: string;
  readonly DATABASE_URL?: string;
}
let from: Where;
let to: Where;

/** `bin/counterfoil`, with its words and its exit code. */
async function counterfoil(where: Where, ...args: string[]) {
  const program = startProgram({ ...where, LOG_LEVEL: 'debug' }, ['bin/counterfoil', ...args]);
  const { code } = await program.ended;
  const [out, err] = [program.out(), program.err()];
  heard.push({ where: `counterfoil ${args.join(' ')}`, bytes: Buffer.from(out + err) });
  return { code, out, err };
}

/** `npm start`. */
async function serve(where: Where): Promise<Program> {
  const env = { PORT: String(port), BASE_URL: BASE, EXAMPLE: '0', REVOKE_MINUTES: '0', LOG_LEVEL: 'debug' };
  const program = startProgram({ ...where, ...env });
  running.push(program);
  await program.said(/^Counterfoil ready on/m);
  return program;
}

async function stop(program: Program): Promise<void> {
  running.splice(running.indexOf(program), 1);
  program.signal('SIGTERM');
  expect((await program.ended).code).toBe(0);
  heard.push({ where: 'a server', bytes: Buffer.from(program.out() + program.err()) });
}

const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });

interface Seen {
  /** by path: status and bytes of everything that a stranger finds by following links, as of one moment */
  readonly pages: ReadonlyMap<string, string>;
  /** SHA-256 of every file that a stranger can save which somebody else wrote */
  readonly documents: ReadonlySet<string>;
}

/** Follows every link of every public page, as of one time, and takes what programs read beside them. */
async function look(): Promise<Seen> {
  const pages = new Map<string, string>();
  const documents = new Set<string>();
  const queue = ['/api/v1/records', '/log/checkpoint', '/log/hand-overs', '/.well-known/counterfoil', '/no/such/page'];
  for (const slug of slugs) {
    queue.push(...DATA.map((path) => `/api/v1/records/${slug}${path}?asOf=${asOf}`));
    queue.push(...FILES.map((name) => `/record/${slug}/${name}?asOf=${asOf}`), `/record/${slug}?asOf=${asOf}`);
  }
  const known = new Set(queue);
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const answer = await get(path);
    const bytes = Buffer.from(await answer.arrayBuffer());
    heard.push({ where: path, bytes });
    if (answer.headers.get('content-type') === 'application/octet-stream')
      documents.add(createHash('sha256').update(bytes).digest('hex'));
    const text = bytes.toString();
    expect([path, answer.status]).toEqual([path, path.startsWith('/no/') ? 404 : 200]);
    // What is printed says when it was made.
    const printed = answer.headers.get('content-type') === 'application/pdf';
    pages.set(path, `${answer.status} ${answer.headers.get('content-type')}\n${printed ? '' : text}`);
    if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
    for (const [, href = ''] of text.matchAll(/href="(\/record\/[^"#]*)/g)) {
      const link = href.replaceAll('&amp;', '&');
      // Pages as of other times are other pages; two are enough of a board that can be sorted in any way.
      const ask = new URL(link, BASE).searchParams;
      const same = [...ask.keys()].every((name) => name === 'asOf') && ask.get('asOf') === asOf;
      if ((same || link.endsWith('/document')) && !known.has(link)) queue.push(link);
      known.add(link);
    }
  }
  return { pages, documents };
}

/** Receipts of all public entries, as the server gives them. */
async function receiptsOf(): Promise<ReadonlyMap<string, string>> {
  const { rows } = await w.owner.query<{ id: string }>(
    `select id from ledger.entry where audience = 'public' and canonical is not null order by seq`,
  );
  const found = new Map<string, string>();
  for (const { id } of rows) {
    const answer = await get(`/receipts/${id}.receipt.json`);
    if (answer.status === 200) found.set(id, await answer.text());
  }
  return found;
}

async function files(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-moved-'));
  port = await freePort();
  // What is written here lies in the past for the programs that are started on it.
  w = await world({ whole: true, keys: at('keys'), now: Date.now() - 3_600_000 });
  e = await everyKind(w);
  slugs = [e.exchange.slug, e.example];
  await w.t.ledger.stop();
  await cp(at('keys'), join(w.dataDir, 'keys'), { recursive: true });
  const { host = '', port: db = 5432, user = '', password = '', database = '' } = w.t.database.ownerConfig;
  const url = new URL(`postgresql://localhost/${database}`);
  [url.username, url.password] = [user, password];
  url.searchParams.set('host', host);
  url.searchParams.set('port', String(db));
  from = { DATA_DIR: w.dataDir, DATABASE_URL: url.href };
  to = { DATA_DIR: at('second') };
}, 240_000);
afterAll(async () => {
  for (const program of running.splice(0)) {
    program.signal('SIGTERM');
    await program.ended;
  }
  await w?.close();
  await rm(dir, { recursive: true, force: true });
});

test('an entry and a document are erased by the command, and nothing without its yes', async () => {
  const order = ['--authority', 'District Court of Example, No. 26-101', '--reason', 'It names a minor.'];
  const { entry, text } = e.note;
  const document = e.exchange.places[0].file.sha256;
  const [unsaid, none] = await Promise.all([
    counterfoil(from, 'erase', entry, ...order),
    counterfoil(from, 'erase', w.t.newId(), ...order, '--yes'),
  ]);
  expect(unsaid).toMatchObject({ code: 1, out: '', err: expect.stringContaining('--yes') });
  expect([none.code, none.err.trim()]).toEqual([1, 'There is no such entry. Nothing was erased.']);
  const done = await counterfoil(from, 'erase', entry, ...order, '--yes');
  expect([done.code, done.out, done.err]).toEqual([0, '✓ 1 entry is erased. The commitments stay.\n', '']);
  const gone = await counterfoil(from, 'erase', document, ...order, '--yes');
  expect([gone.code, gone.out]).toEqual([0, '✓ The document is erased; the answers that named it say so.\n']);
  const again = await counterfoil(from, 'erase', entry, ...order, '--yes');
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('erased')]);
  const { rows } = await w.owner.query<{ canonical: string | null }>(
    'select canonical from ledger.entry where id = $1',
    [entry],
  );
  expect(rows).toEqual([{ canonical: null }]);
  expect((await w.entries()).filter((one) => one.includes(text))).toEqual([]);
  expect(await w.services.blobs.get(document)).toBeNull();
}, 120_000);

test('the log is handed over by the command, and the server goes on under the new name', async () => {
  expect(await counterfoil(from, 'keys', 'rotate')).toMatchObject({ code: 1, err: expect.stringContaining('--yes') });
  const done = await counterfoil(from, 'keys', 'rotate', '--reason', 'a new key a year', '--yes');
  expect([done.code, done.err]).toEqual([0, '']);
  expect(done.out).toContain('the log goes on as records.example.gov/log/2.');
  expect(done.out).toMatch(/The old private key lies in \S+retired/);
  expect((await kindsIn(w)).size).toBe(Object.keys(ENTRY_KINDS).length);
  expect([...(await kindsIn(w))].sort()).toEqual(Object.keys(ENTRY_KINDS).sort());
  // Nothing public is written after this: as of then, pages are the same for good.
  const whole = Math.ceil(Date.now() / 1000) * 1000;
  while (Date.now() < whole) await sleep(50);
  asOf = new Date(whole).toISOString().replace('.000Z', 'Z');
}, 60_000);

test('an export of a server that runs is checked by itself, and with the key that somebody trusts', async () => {
  const server = await serve(from);
  first = await look();
  receipts = await receiptsOf();
  expect(receipts.size).toBeGreaterThan(100);
  const [whole, open] = await Promise.all([
    counterfoil(from, 'export', at('whole')),
    counterfoil(from, 'export', at('open'), '--public'),
  ]);
  expect(open.code).toBe(0);
  expect([whole.code, whole.err]).toEqual([0, '']);
  expect(whole.out).toMatch(/^✓ \d+ entries, \d+ documents, \d+ checkpoints of records\.example\.gov\/log\/2 in /);
  await stop(server);
  const lines = (await readFile(at('whole/entries/000000.jsonl'), 'utf8')).trim().split('\n');
  const kinds = new Set(lines.map((line) => JSON.parse(line)).map((line) => line.entry?.kind ?? line.erased.kind));
  expect([...kinds].sort()).toEqual(Object.keys(ENTRY_KINDS).sort());
  const facts = JSON.parse(await readFile(at('whole/export.json'), 'utf8'));
  expect(facts).toMatchObject({ erased: 1, withheld: 0, handovers: 1 });
  const [checked, trusted, shown] = await Promise.all([
    counterfoil(to, 'fsck', '--export', at('whole')),
    counterfoil(to, 'fsck', '--export', at('whole'), '--key', w.t.vkey),
    counterfoil(to, 'fsck', '--export', at('open')),
  ]);
  expect([checked.code, checked.out]).toEqual([0, expect.stringContaining('handed over to a new key once')]);
  expect([trusted.code, shown.code]).toEqual([0, 0]);
}, 120_000);

test('a public export has exactly the documents that a stranger found', async () => {
  const exported = (await files(at('open/documents'))).map((path) => path.slice(-64));
  expect(first.documents.size).toBeGreaterThan(0);
  expect(exported.sort()).toEqual([...first.documents].sort());
  const held = (await files(at('whole/documents'))).length;
  expect(held).toBeGreaterThan(exported.length);
});

test('imported into an empty place it is the same server for everybody who reads it', async () => {
  const refused = await counterfoil(to, 'import', at('open'));
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('This is a public export')]);
  const key = join(w.dataDir, 'keys', 'log-ed25519.pem');
  const done = await counterfoil(to, 'import', at('whole'), '--key', key);
  expect([done.code, done.err]).toEqual([0, '']);
  expect(done.out).toMatch(/^✓ \d+ entries fit \d+ checkpoints of the imported log, 1 erased\./);
  const server = await serve(to);
  const second = await look();
  expect([...second.pages.keys()]).toEqual([...first.pages.keys()]);
  for (const [path, page] of first.pages) expect(second.pages.get(path), path).toBe(page);
  expect(first.pages.size).toBeGreaterThan(80);
  expect(second.documents).toEqual(first.documents);
  const again = await receiptsOf();
  expect(again).toEqual(receipts);
  const policy = JSON.parse(first.pages.get('/.well-known/counterfoil')?.split('\n').slice(1).join('\n') ?? '').policy;
  const verifier = new Verifier(policy);
  for (const [id, one] of again) expect(await verifier.verify(one), id).toMatchObject({ ok: true });
  const rebuilt = await counterfoil(to, 'rebuild');
  expect([rebuilt.code, rebuilt.out]).toEqual([0, expect.stringContaining('The views equal what')]);
  expect(rebuilt.out).not.toContain('✕');
  expect((await counterfoil(to, 'fsck')).code).toBe(0);

  // It is handed over once more, with the server stopped, and what comes then has receipts under the next name.
  await stop(server);
  const next = await counterfoil(to, 'keys', 'rotate', '--yes');
  expect([next.code, next.out]).toEqual([0, expect.stringContaining('the log goes on as records.example.gov/log/3.')]);
  const third = await serve(to);
  for (const path of ['/metrics', '/healthz', '/log/tile/0/999', '/receipts/nothing', '/verify']) {
    const answer = await get(path);
    heard.push({ where: path, bytes: Buffer.from(await answer.arrayBuffer()) });
  }
  const known: unknown = await (await get('/.well-known/counterfoil')).json();
  expect(known).toMatchObject({
    origin: 'records.example.gov/log/3',
    past: [{ origin: 'records.example.gov/log' }, { origin: 'records.example.gov/log/2' }],
  });
  // Receipts of both names go on verifying, under the policy that the server gives now.
  const [id = '', old = ''] = [...receipts][0] ?? [];
  const now = new Verifier(String(Object(known).policy));
  for (const one of [old, await (await get(`/receipts/${id}.receipt.json`)).text()])
    expect(await now.verify(one)).toMatchObject({ ok: true });
  await stop(third);
  expect(await counterfoil(to, 'fsck')).toMatchObject({
    code: 0,
    out: expect.stringContaining('handed over to a new key 2 times'),
  });
}, 240_000);

test('a certification is filled in by the command for receipts that hold, and for no others', async () => {
  const [good = '', other = ''] = [...receipts.values()];
  await writeFile(at('a.receipt.json'), good);
  await writeFile(at('b.receipt.json'), other);
  await writeFile(at('bad.receipt.json'), good.replace(/"audience":"public"/, '"audience":"own"'));
  const policy = ['--policy', at('whole/keys/policy')];
  const made = await counterfoil(
    to,
    'certificate',
    at('a.receipt.json'),
    at('b.receipt.json'),
    ...policy,
    '--out',
    at('mine'),
  );
  expect([made.code, made.err]).toEqual([0, '']);
  expect(made.out).toContain('mine.pdf and');
  const text = await readFile(at('mine.txt'), 'utf8');
  for (const one of [good, other]) expect(text).toContain(createHash('sha256').update(one).digest('hex'));
  expect((await readFile(at('mine.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
  const bad = await counterfoil(
    to,
    'certificate',
    at('a.receipt.json'),
    at('bad.receipt.json'),
    ...policy,
    '--out',
    at('none'),
  );
  expect([bad.code, bad.out]).toEqual([1, '']);
  expect(bad.err).toMatch(/✕ bad\.receipt\.json: commitment-mismatch\..*\nNothing was written\.\n$/s);
  expect((await readdir(dir)).filter((name) => name.startsWith('none'))).toEqual([]);
}, 60_000);

test('private keys stand in their files and nowhere else: not said, not shown, not stored, not exported', async () => {
  /** Every spelling of a key's secret half that a program could leave somewhere. */
  const secrets = new Map<string, Buffer>();
  const folders = [w.dataDir, to.DATA_DIR].map((one) => join(one, 'keys'));
  const pems = (await Promise.all(folders.map(files))).flat().filter((path) => path.endsWith('.pem'));
  for (const path of pems) {
    const pem = await readFile(path, 'utf8');
    const seed = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    const name = relative(dir, path);
    secrets.set(`${name}: PEM`, Buffer.from(pem.split('\n')[1] ?? '?'));
    secrets.set(`${name}: seed`, seed);
    for (const spelling of ['hex', 'base64', 'base64url'] as const)
      secrets.set(`${name}: seed in ${spelling}`, Buffer.from(seed.toString(spelling).replace(/=+$/, '')));
    secrets.set(`${name}: seed in capitals`, Buffer.from(seed.toString('hex').toUpperCase()));
  }
  // Keys in use of both servers and of both witnesses, and the replaced ones.
  expect(pems.length).toBe(2 + 1 + 2 + 1);
  const found = (where: string, bytes: Buffer) =>
    [...secrets].flatMap(([name, secret]) => (bytes.includes(secret) ? [`${name} in ${where}`] : []));
  for (const [name, secret] of secrets)
    expect(found('here', Buffer.concat([Buffer.from('x'), secret]))).toContain(`${name} in here`);
  for (const path of pems) expect(found('its file', await readFile(path))).not.toEqual([]);

  expect(heard.length).toBeGreaterThan(180);
  expect(heard.some(({ where, bytes }) => where === 'a server' && bytes.includes('log key'))).toBe(true);
  for (const { where, bytes } of heard) expect(found(where, bytes)).toEqual([]);
  // Both databases: the tables of the one as text, the files of the other, its log included; and everything else that lies in the folders.
  const { rows: tables } = await w.owner.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('ledger', 'log', 'view', 'work', 'auth') and table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(30);
  for (const { name } of tables) {
    const { rows } = await w.owner.query<{ text: string | null }>(
      `select string_agg(t::text, E'\n') as text from ${name} t`,
    );
    const text = rows[0]?.text ?? '';
    // Bytes are written out in hex.
    expect(found(name, Buffer.from(text))).toEqual([]);
  }
  const lying = (await Promise.all([w.dataDir, to.DATA_DIR, at('whole'), at('open')].map(files))).flat();
  const others = lying.filter((path) => !pems.includes(path));
  expect(others.length).toBeGreaterThan(500);
  for (const path of others) expect(found(path, await readFile(path))).toEqual([]);
}, 120_000);
