/**
 * A PostgreSQL and a ledger on a disk that is really full; broken-disk.ts runs it where such a disk has been mounted (DISK), because nobody
 * outside of that mount can see it. Prints one line of JSON: what was refused as what, and what should not have been.
 */
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { fromPostgres, migrate, startPostgres } from '../../src/adapters/postgres/index.ts';
import { StorageFull, Unavailable } from '../../src/base/errors.ts';
import { fsck } from '../../src/ledger/fsck.ts';
import { streamOf } from '../../src/rooms/entries.ts';
import { MIGRATIONS } from './global-setup.ts';
import { partyEntry, TEST_ORIGIN, testLedger } from './ledger.ts';

const disk = z.string().parse(process.env.DISK);
const ballast = join(disk, 'ballast');

/** Uses up the disk until about `leave` bytes are free. @returns what is free then */
function fill(leave: number): number {
  const free = () => {
    const { bavail, bsize } = statfsSync(disk);
    return bavail * bsize;
  };
  try {
    writeFileSync(ballast, Buffer.alloc(Math.max(0, free() - leave)), { flag: 'a' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
  return free();
}
const makeRoom = () => rmSync(ballast, { force: true });
const nameOf = (error: unknown) => (error instanceof Error ? error.constructor.name : String(error));

const start = () =>
  startPostgres({
    dataDir: join(disk, 'data'),
    log: () => {},
    settings: { max_wal_size: '32MB', min_wal_size: '16MB', shared_buffers: '16MB' },
    initdb: ['--no-sync', '--wal-segsize=4'],
  });

let server = await start();
await migrate(server.ownerConfig, MIGRATIONS);
const wrong: string[] = [];

// A statement that is too large for the disk. Its table is unlogged: which of table and log met the full disk first would be chance, and over
// its log PostgreSQL ends every connection (PANIC), which is the second part's matter.
const client = new pg.Client({ ...server.ownerConfig });
client.on('error', (error) => wrong.push(`the connection broke: ${error.message}`));
await client.connect();
await client.query('create unlogged table public.t (x text); alter table public.t alter x set storage external');
const room = fill(1_000_000);
const statement = await client
  .query(`insert into public.t select repeat('x', 1000000) from generate_series(1, 200)`)
  .then(
    () => 'taken',
    (error: unknown) => nameOf(fromPostgres(error)),
  );
makeRoom();
const counted = await client.query<{ n: number }>('select count(*)::int as n from public.t');
const rows = counted.rows[0]?.n ?? -1;
await client.query(`insert into public.t values ('y')`);
await client.end();

// Appends until there is no room.
const t = await testLedger({ database: server, now: Date.now(), onError: () => {} });
const big = () => Array.from({ length: 500 }, () => partyEntry(t));
const first = await t.ledger.append({ key: 'first', entries: big() });
const keys = ['first'];
let refused: unknown;
fill(0);
for (let i = 0; i < 200 && refused === undefined; i++) {
  await t.ledger.append({ key: `more-${i}`, entries: big() }).then(
    () => keys.push(`more-${i}`),
    (error: unknown) => {
      refused = error;
    },
  );
}
if (!(refused instanceof StorageFull || refused instanceof Unavailable)) wrong.push(`refused by ${String(refused)}`);
makeRoom();
// It may have ended itself over its log (PANIC); then it recovers with the room it has now.
server = await start().catch(() => server);
for (const key of keys) {
  const again = await t.ledger.append({ key, entries: big() });
  if (!again.repeated) wrong.push(`${key} was lost`);
  if (key === 'first' && again.entries.some((one, i) => one.position !== first.entries[i]?.position))
    wrong.push('positions changed');
}
await t.ledger.append({ key: 'after', entries: [partyEntry(t)] });
await t.ledger.publish();
const found = await fsck({ pool: t.pool, origin: TEST_ORIGIN, key: t.signer.key, streamOf });
if (!found.ok) wrong.push(`fsck: ${found.failure} at ${found.at}`);
const size = await t.pool.query<{ n: number }>('select count(*)::int as n from ledger.entry');
const written = size.rows[0]?.n ?? 0;
const acknowledged = keys.length * 500 + 1;
// What was refused may have been written all the same, as a whole; it was never acknowledged.
if (written !== acknowledged && written !== acknowledged + 500) wrong.push(`${written} entries for ${acknowledged}`);
await t.close();
await server.stop();
console.log(JSON.stringify({ room, statement, rows, append: nameOf(refused), taken: keys.length - 1, wrong }));
