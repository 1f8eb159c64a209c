/**
 * `counterfoil fsck` on a database: reads entries, checkpoints and tiles as they are stored and has them checked (check.ts). Reads only.
 */
import type { ClientBase, Pool } from 'pg';
import type { NewTile } from '../proof/grow.ts';
import type { Entry, VerifierKey } from '../proof/index.ts';
import { checkLog, type Finding, Found, type LogSource, type StoredCheckpoint, type StoredEntry } from './check.ts';
import { type CopiedRows, copyOut } from './copy.ts';
import { COLUMNS } from './entry-rows.ts';
import { type FittingPage, fitting } from './fitting.ts';
import { startThreads, type Threads } from './fitting-threads.ts';
import { handovers } from './handover.ts';

export type { Finding } from './check.ts';

interface Row {
  seq: number;
  id: string;
  kind: string;
  matter: string | null;
  by_party: string;
  occurred: string;
  recorded: string;
  audience: string;
  corrects: string | null;
  stream: string;
  canonical: string | null;
  opening: Buffer | null;
  commitment: Buffer;
}

const PAGE = 2_048;

/** Entries from `from` up to `to`, as stored. A position without an entry is missing in what comes back. */
async function entriesBetween(db: ClientBase | Pool, from: number, to: number): Promise<readonly StoredEntry[]> {
  const { rows } = await db.query<Row>({
    name: 'fsck-page',
    text: `select seq, id, stream, kind, matter, by_party, audience, corrects, canonical, opening, commitment,
             to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as occurred,
             to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as recorded
           from ledger.entry where seq >= $1 and seq < $2 order by seq`,
    values: [from, to],
  });
  return rows.map((row) => {
    const { seq, canonical, opening, commitment, id, stream, kind, matter, audience, corrects } = row;
    const columns = {
      ...{ id, stream, kind, matter, audience, corrects },
      by: row.by_party,
      occurredAt: row.occurred,
      recordedAt: row.recorded,
    };
    return canonical === null || opening === null
      ? { state: 'erased', seq, columns, commitment }
      : { state: 'whole', seq, canonical, opening, stored: { columns, commitment } };
  });
}

/** What most entries take as a row, bytes. */
const ROOM = 1_024;

/** The rows of a page as they are stored. A position without an entry is missing. */
function readRows(client: ClientBase, from: number, to: number): Promise<CopiedRows> {
  return copyOut(
    client,
    `copy (select seq, ${COLUMNS.join()} from ledger.entry where seq >= ${from} and seq < ${to} order by seq) to stdout (format binary)`,
    (to - from) * ROOM,
  );
}

/** How a source looks at pages before it hands them out. */
export interface QuickLook {
  readonly streamOf: (entry: Entry) => string;
  /** threads that look; without them it is done here */
  readonly threads?: Threads | undefined;
}

/**
 * A log in a database. With a client inside a `repeatable read` transaction it is one state of the log, whatever is written meanwhile.
 * @param quick pages that fit are handed out as such, whose entries no sink is told of
 */
export function databaseSource(db: ClientBase, quick: QuickLook | null = null): LogSource {
  let asked: Promise<{ entries: number; published: number }> | null = null;
  const size = () => {
    asked ??= db
      .query<{ head: number; tree: number }>('select h.size as head, t.size as tree from log.head h, log.tree t')
      .then(({ rows }) => ({ entries: rows[0]?.head ?? 0, published: rows[0]?.tree ?? 0 }));
    return asked;
  };
  return {
    size,
    async *entries() {
      const { entries: head } = await size();
      const read = async (from: number): Promise<readonly StoredEntry[] | FittingPage> => {
        const to = Math.min(from + PAGE, head);
        if (quick) {
          const rows = await readRows(db, from, to);
          const { threads, streamOf } = quick;
          const page = await (threads
            ? threads.fitting(rows, from, to - from)
            : fitting(rows, from, to - from, streamOf));
          if (page) return page;
        }
        return await entriesBetween(db, from, to);
      };
      // The database reads the next pages while this one is checked: one for each thread, and one more.
      const ahead: ReturnType<typeof read>[] = [];
      let next = 0;
      for (let from = 0; from < head; from += PAGE) {
        for (; next < head && ahead.length < 1 + (quick?.threads?.count ?? 1); next += PAGE) {
          const page = read(next);
          // Whoever stops before this page never waits for it; whoever comes to it is told all the same.
          page.catch(() => {});
          ahead.push(page);
        }
        const page = await ahead.shift();
        if (page) yield page;
      }
      const { rows } = await db.query<{ seq: number }>('select seq from ledger.entry where seq >= $1 limit 1', [head]);
      if (rows[0])
        throw new Found('head-mismatch', `position ${rows[0].seq}`, `no entry at or after ${head}`, 'an entry');
    },
    async *checkpoints() {
      for (let after = -1; ; ) {
        const { rows } = await db.query<StoredCheckpoint>(
          'select size, note from log.checkpoint where size > $1 order by size limit $2',
          [after, PAGE],
        );
        yield* rows;
        const last = rows.at(-1);
        if (!last) return;
        after = last.size;
      }
    },
    handovers: () => handovers(db),
    async tiles(tiles: readonly NewTile[]) {
      const { rows } = await db.query<{ level: number; n: number; data: Buffer }>(
        'select t.level, t.n, t.data from unnest($1::int[], $2::bigint[]) w (level, n) join log.tile t on t.level = w.level and t.n = w.n',
        [tiles.map((t) => t.level), tiles.map((t) => t.index)],
      );
      const byName = new Map(rows.map((t) => [`${t.level}/${t.n}`, t.data]));
      return tiles.map((tile) => byName.get(`${tile.level}/${tile.index}`));
    },
  };
}

export interface FsckDeps {
  readonly pool: Pool;
  readonly origin: string;
  readonly key: VerifierKey;
  readonly streamOf: (entry: Entry) => string;
  /** URL of the module that exports `streamOf`: threads that check a large log ask there */
  readonly streams?: string;
  /** called now and then with the number of entries checked */
  readonly onProgress?: (checked: number, of: number) => void;
}

/** A log of fewer entries is checked before threads have begun. */
const WORTH_THREADS = 20_000;

/** Checks the log of a database from entries to checkpoints. The first finding ends it. */
export function fsck({ pool, streams, ...options }: FsckDeps): Promise<Finding> {
  return oneState(pool, async (client) => {
    const { entries } = await databaseSource(client).size();
    const threads = streams !== undefined && entries >= WORTH_THREADS ? startThreads(streams) : undefined;
    try {
      return await checkLog(databaseSource(client, { streamOf: options.streamOf, threads }), options);
    } finally {
      await threads?.stop();
    }
  });
}

/** Runs `work` on one unchanging state of the database, beside a server that goes on writing. */
export async function oneState<R>(pool: Pool, work: (client: ClientBase) => Promise<R>): Promise<R> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin isolation level repeatable read read only');
    return await work(client);
  } finally {
    await client.query('rollback').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}
