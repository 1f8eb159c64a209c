/** Migrations on real databases: order, repetition, two at once, changed and failing files, and an owner who is no superuser. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../../test/support/postgres.ts';
import { asApp, type DatabaseConfig, toDatabase } from './config.ts';
import { migrate } from './migrate.ts';

const REAL = fileURLToPath(new URL('../../../migrations', import.meta.url));
let dir: string;
let db: FreshDatabase;
let empty: DatabaseConfig;

async function query(config: DatabaseConfig, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...config });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'counterfoil-migrate-'));
  db = await freshDatabase();
  await query(db.ownerConfig, `create database ${db.name}_m template template0`);
  empty = toDatabase(db.ownerConfig, `${db.name}_m`);
});

afterEach(async () => {
  await query(db.ownerConfig, `drop database ${db.name}_m with (force)`);
  await db.drop();
  rmSync(dir, { recursive: true, force: true });
});

const write = (name: string, sql: string): void => writeFileSync(join(dir, name), sql);

it('applies files in order and once, and only what is new', async () => {
  write('0001_a.sql', 'create table a (x int);');
  write('0002_b.sql', 'alter table a add y int; insert into a values (1, 2);');
  expect(await migrate(empty, dir)).toEqual({
    applied: ['0001_a.sql', '0002_b.sql'],
    all: ['0001_a.sql', '0002_b.sql'],
  });
  write('0003_c.sql', 'insert into a values (3, 4);');
  expect((await migrate(empty, dir)).applied).toEqual(['0003_c.sql']);
  expect((await migrate(empty, dir)).applied).toEqual([]);
  expect(await query(empty, 'select x, y from a order by x')).toEqual([
    { x: 1, y: 2 },
    { x: 3, y: 4 },
  ]);
});

it('lets several programs take turns', async () => {
  write('0001_a.sql', 'create table a (x int); select pg_sleep(0.1); insert into a values (1);');
  const all = await Promise.all([1, 2, 3].map(() => migrate(empty, dir)));
  expect(all.map((m) => m.applied.length).sort()).toEqual([0, 0, 1]);
  expect(await query(empty, 'select x from a')).toEqual([{ x: 1 }]);
});

it('refuses an applied file that was changed, is gone, or comes too late, and changes nothing', async () => {
  write('0002_a.sql', 'create table a (x int);');
  await migrate(empty, dir);
  write('0002_a.sql', 'create table a (x int);\r\n');
  await expect(migrate(empty, dir)).rejects.toMatchObject({ code: 'migration-changed' });
  write('0002_a.sql', 'create table a (x int);');
  write('0001_z.sql', 'create table z (x int);');
  await expect(migrate(empty, dir)).rejects.toMatchObject({ code: 'migration-order' });
  rmSync(join(dir, '0001_z.sql'));
  rmSync(join(dir, '0002_a.sql'));
  write('0003_b.sql', 'create table b (x int);');
  await expect(migrate(empty, dir)).rejects.toMatchObject({ code: 'migration-changed' });
  expect(await query(empty, `select to_regclass('b') as b, to_regclass('z') as z`)).toEqual([{ b: null, z: null }]);
});

it('keeps nothing of a file that fails, and names it', async () => {
  write('0001_a.sql', 'create table a (x int);');
  write('0002_b.sql', 'create table b (x int); select 1 / 0;');
  await expect(migrate(empty, dir)).rejects.toMatchObject({
    code: 'migration-failed',
    message: expect.stringContaining('0002_b.sql'),
  });
  expect(await query(empty, `select to_regclass('a')::text as a, to_regclass('b') as b`)).toEqual([
    { a: 'a', b: null },
  ]);
  write('0002_b.sql', 'create table b (x int);');
  expect((await migrate(empty, dir)).applied).toEqual(['0002_b.sql']);
});

it('refuses names that have no clear order', async () => {
  write('0001_a.sql', '');
  write('0001_b.sql', '');
  await expect(migrate(empty, dir)).rejects.toMatchObject({ code: 'migration-name' });
  rmSync(join(dir, '0001_b.sql'));
  write('2_b.sql', '');
  await expect(migrate(empty, dir)).rejects.toMatchObject({ code: 'migration-name' });
});

it('works for an owner who is no superuser but may create roles', async () => {
  const role = `${db.name}_owner`;
  await query(empty, `create role ${role} login createrole password 'word'`);
  await query(empty, `alter database ${db.name}_m owner to ${role}`);
  const url = await ownUrl(empty, role);
  try {
    // On a cluster where the role exists already, its administrator has to hand it on; PostgreSQL 16 and later insist.
    await query(empty, `grant counterfoil_app to ${role} with admin option`);
    cpSync(REAL, dir, { recursive: true });
    await migrate(url, dir);
    expect(await query(asApp(url), 'select current_user as role, session_user as login')).toEqual([
      { role: 'counterfoil_app', login: role },
    ]);
    await expect(query(asApp(url), 'delete from ledger.entry')).rejects.toMatchObject({ code: '42501' });
  } finally {
    await query(empty, `reassign owned by ${role} to current_user; drop owned by ${role}`);
    await query(empty, `alter database ${db.name}_m owner to current_user`);
    await query(empty, `drop role ${role}`);
  }
});

async function ownUrl(config: DatabaseConfig, user: string): Promise<DatabaseConfig> {
  if (config.connectionString === undefined) return { ...config, user, password: 'word' };
  const u = new URL(config.connectionString);
  u.username = user;
  u.password = 'word';
  return { connectionString: u.href };
}
