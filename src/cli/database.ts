/** What commands beside the server share: settings, its database (started for the command where no server runs), its log key. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { loadVerifier } from '../adapters/keys/log-key.ts';
import { type DatabaseConfig, migrate, openDatabase } from '../adapters/postgres/index.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { parseCheckpoint, parseNote, type VerifierKey } from '../proof/index.ts';
import { readSettings, type Settings } from '../settings.ts';
import type { Io } from './io.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export interface Opened {
  readonly settings: Settings;
  readonly owner: pg.Pool;
  /** connects as the server does, who may add entries and not change them */
  readonly appConfig: DatabaseConfig;
  /** origin of the log as its checkpoints name it, or null while there is none */
  readonly origin: string | null;
  /** the log's public key; no key is ever made here */
  readonly logKey: (origin: string) => Promise<VerifierKey>;
}

/** The name under which the newest checkpoint is signed; null while there is none. */
export async function newestOrigin(db: pg.Pool): Promise<string | null> {
  const { rows } = await db.query<{ note: string }>('select note from log.checkpoint order by size desc limit 1');
  const note = rows[0]?.note;
  return note === undefined ? null : parseCheckpoint(parseNote(note).text).origin;
}

type OpenDatabase = Awaited<ReturnType<typeof openDatabase>>;

async function openFor(io: Io): Promise<{ settings: Settings; database: OpenDatabase }> {
  const settings = readSettings(process.env);
  const database = await openDatabase({
    databaseUrl: settings.databaseUrl ?? undefined,
    dataDir: settings.dataDir,
    log: (line) => io.stderr.write(`${line}\n`),
    share: true,
  });
  return { settings, database };
}

/** Runs `work` on the database of DATA_DIR or DATABASE_URL with this version's tables, for commands that write. */
export async function withMigrated<R>(
  io: Io,
  work: (opened: { settings: Settings; database: OpenDatabase }) => Promise<R>,
): Promise<R> {
  const opened = await openFor(io);
  try {
    await migrate(opened.database.ownerConfig, MIGRATIONS);
    return await work(opened);
  } finally {
    await opened.database.stop();
  }
}

/** Runs `work` on the database of DATA_DIR or DATABASE_URL, and leaves everything as it was found. */
export async function withDatabase<R>(io: Io, work: (opened: Opened) => Promise<R>): Promise<R> {
  const { settings, database } = await openFor(io);
  const owner = openPool(database.ownerConfig, 4);
  try {
    return await work({
      settings,
      owner,
      appConfig: database.appConfig,
      origin: await newestOrigin(owner),
      logKey: (origin) => loadVerifier(join(settings.dataDir, 'keys'), origin),
    });
  } finally {
    await owner.end();
    await database.stop();
  }
}

/** Shows how far long work has come, on one line that is written over; nothing where nobody watches. */
export function progressTo(io: Io, what: string): (done: number, of: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (done, of) => {
    io.stderr.write(
      `\r${what} ${done.toLocaleString('en-US')} of ${of.toLocaleString('en-US')}${done >= of ? '\n' : ''}`,
    );
  };
}
