/**
 * Brings a database to the form that this version of the program expects: plain SQL files `migrations/NNNN_name.sql`, applied in
 * order, each in one transaction, recorded with their SHA-256. It never goes back and never applies a file twice: an applied
 * file that has changed since is refused, because the database would no longer be what its files say.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { Unavailable } from '../../base/errors.ts';
import type { DatabaseConfig } from './config.ts';
import { fromPostgres } from './errors.ts';

/** Any fixed number: two programs that migrate one database take turns on it. */
const LOCK = 7_201_828_401;

/** From this file on, tables of views get the trigger that gives their rows positions; later files need not think of it. */
const PLACING = '0032_placed.sql';

export interface Migrated {
  /** Names of the files that were applied now, in order. */
  readonly applied: readonly string[];
  /** Names of all files that the database now rests on. */
  readonly all: readonly string[];
}

interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

async function readMigrations(dir: string): Promise<MigrationFile[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  const files: MigrationFile[] = [];
  for (const name of names) {
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(name)) {
      throw new Unavailable('migration-name', `The migration "${name}" is not named like 0001_name.sql.`);
    }
    const before = files.at(-1)?.name.slice(0, 4);
    if (before === name.slice(0, 4)) {
      throw new Unavailable('migration-name', `Two migrations have the number ${before}.`);
    }
    // The same file checked out with other line ends is the same migration.
    const sql = (await readFile(join(dir, name), 'utf8')).replaceAll('\r\n', '\n');
    files.push({ name, sql, sha256: createHash('sha256').update(sql).digest('hex') });
  }
  return files;
}

/**
 * Applies what is missing. Throws `Unavailable` with the code `migration-changed` (an applied file differs or is gone),
 * `migration-order` (a file below the newest applied one is missing from the database) or `migration-failed` (its cause is the
 * error of PostgreSQL; nothing of that file was kept).
 */
export async function migrate(owner: DatabaseConfig, dir: string): Promise<Migrated> {
  const files = await readMigrations(dir);
  const client = new pg.Client({ ...owner });
  client.on('error', () => {}); // a lost connection rejects the query under way; without a listener it would end the program
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(`create table if not exists public.migration (
      name text primary key, sha256 text not null, applied_at timestamptz not null default now())`);
    const rows = await client.query<{ name: string; sha256: string }>(
      'select name, sha256 from public.migration order by name',
    );
    const done = new Map(rows.rows.map((row) => [row.name, row.sha256]));
    const known = new Set(files.map((file) => file.name));
    const gone = [...done.keys()].find((name) => !known.has(name));
    if (gone !== undefined) {
      throw new Unavailable('migration-changed', {
        what: `The database was migrated with "${gone}", which this version does not have.`,
        lost: 'Nothing was changed.',
        next: 'Start the version that last used this database, or a newer one.',
      });
    }
    const newest = [...done.keys()].at(-1) ?? '';
    const applied: string[] = [];
    for (const file of files) {
      const recorded = done.get(file.name);
      if (recorded === file.sha256) continue;
      if (recorded !== undefined) {
        throw new Unavailable('migration-changed', {
          what: `The migration "${file.name}" was changed after this database had applied it (SHA-256 ${recorded} then, ${file.sha256} now).`,
          lost: 'Nothing was changed.',
          next: 'Restore the file and put the change into a new migration.',
        });
      }
      if (file.name < newest) {
        throw new Unavailable('migration-order', {
          what: `The migration "${file.name}" comes before "${newest}", which this database already has.`,
          lost: 'Nothing was changed.',
          next: 'Give it a higher number.',
        });
      }
      await applyOne(client, file);
      applied.push(file.name);
    }
    if (applied.length > 0 && known.has(PLACING))
      for (const views of ['view', 'work']) await client.query('select log.place_views($1)', [views]);
    return { applied, all: files.map((file) => file.name) };
  } catch (error) {
    throw fromPostgres(error);
  } finally {
    await client.end().catch(() => {}); // ends the session and with it the advisory lock
  }
}

/** A crash before `commit` leaves the database as it was before this file; the next start applies it anew. */
async function applyOne(client: pg.Client, file: MigrationFile): Promise<void> {
  try {
    await client.query('begin');
    await client.query(file.sql);
    await client.query('insert into public.migration (name, sha256) values ($1, $2)', [file.name, file.sha256]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    const known = fromPostgres(error);
    if (known !== error) throw known;
    const failed = new Unavailable('migration-failed', {
      what: `The migration "${file.name}" failed: ${error instanceof Error ? error.message : String(error)}.`,
      lost: 'Nothing of it was kept.',
    });
    failed.cause = error;
    throw failed;
  }
}
