/**
 * Starts the PostgreSQL that the tests of one run share, when the first test asks for it: a run of pure tests starts nothing. The
 * cluster lies in a temporary folder and goes with the run. TEST_DATABASE_URL or DATABASE_URL names another server to use instead,
 * whose databases are made and dropped there.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type DatabaseConfig, migrate, startPostgres, toDatabase } from '../../src/adapters/postgres/index.ts';
import { checkUrl } from '../../src/adapters/postgres/url.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the socket that hands out the template; see `SharedCluster` in postgres.ts. */
    postgresDoor: string;
  }
}

export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

interface Shared {
  readonly admin: DatabaseConfig;
  readonly template: string;
  stop(): Promise<void>;
}

async function sql(config: DatabaseConfig, statement: string): Promise<void> {
  const client = new pg.Client({ ...config });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A migrated, empty database that others are cloned from. */
async function prepare(dir: string): Promise<Shared> {
  const run = `counterfoil_test_${randomBytes(4).toString('hex')}`;
  const template = `${run}_template`;
  const url = process.env.TEST_DATABASE_URL || process.env.DATABASE_URL;
  if (url !== undefined && url !== '') {
    const { ownerConfig: admin } = await checkUrl(url);
    await sql(admin, `create database ${template}`);
    await migrate(toDatabase(admin, template), MIGRATIONS);
    return { admin, template, stop: () => dropAll(admin, run) };
  }
  const server = await startPostgres({
    dataDir: join(dir, 'data'),
    log: () => {},
    // Nothing here outlives the run, so nothing has to survive a power cut. `ownCluster` has it on.
    settings: {
      fsync: 'off',
      full_page_writes: 'off',
      synchronous_commit: 'off',
      shared_buffers: '128MB',
      max_connections: '200',
    },
    initdb: ['--no-sync'],
  });
  const admin = toDatabase(server.ownerConfig, 'postgres');
  await sql(admin, `create database ${template}`);
  await migrate(toDatabase(admin, template), MIGRATIONS);
  return { admin, template, stop: () => server.stop() };
}

async function dropAll(admin: DatabaseConfig, prefix: string): Promise<void> {
  const client = new pg.Client({ ...admin });
  await client.connect();
  try {
    const found = await client.query<{ name: string }>(
      'select datname as name from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    for (const { name } of found.rows)
      await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  } finally {
    await client.end();
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-test-'));
  // A run of everything needs it for certain, so it starts at once, beside the first tests.
  let shared = process.env.COUNTERFOIL_TEST_ALL === '1' ? prepare(dir) : undefined;
  shared?.catch(() => {}); // told to whoever asks
  const open = new Set<Socket>();
  const door = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    shared ??= prepare(dir);
    shared.then(
      ({ admin, template }) => socket.end(JSON.stringify({ admin, template })),
      (error: unknown) => socket.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) })),
    );
  });
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${randomBytes(8).toString('hex')}` : join(dir, 'door');
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject);
    door.listen(path, resolve);
  });
  project.provide('postgresDoor', path);
  return async () => {
    for (const socket of open) socket.destroy();
    door.close();
    await shared?.then((s) => s.stop()).catch(() => {});
    rmSync(dir, { recursive: true, force: true });
  };
}
