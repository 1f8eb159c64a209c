/** The tests' own PostgreSQL: clones are separate, run as the right role, and a killed or full server behaves as claimed. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { fromPostgres } from '../../src/adapters/postgres/index.ts';
import { Unavailable } from '../../src/base/errors.ts';
import { freshDatabase, ownCluster } from './postgres.ts';

async function query(config: pg.ClientConfig, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ ...config });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end().catch(() => {});
  }
}

describe('freshDatabase', () => {
  it('gives migrated databases that do not see each other', async () => {
    const [a, b] = await Promise.all([freshDatabase(), freshDatabase()]);
    await query(a.ownerConfig, 'create table only_here (x int)');
    await expect(query(b.ownerConfig, 'select * from only_here')).rejects.toMatchObject({ code: '42P01' });
    const files = await query(b.ownerConfig, 'select name from public.migration order by name');
    expect(files.rows[0]).toEqual({ name: '0000_roles.sql' });
    await Promise.all([a.drop(), b.drop()]);
    await expect(query(a.ownerConfig, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });

  it('runs the server as a role that can neither change nor delete an entry, and cannot make tables', async () => {
    const db = await freshDatabase();
    expect((await query(db.appConfig, 'select current_user as role')).rows).toEqual([{ role: 'counterfoil_app' }]);
    for (const text of [
      'update ledger.entry set kind = kind',
      'delete from ledger.entry',
      'truncate ledger.entry',
      'create table t ()',
    ]) {
      await expect(query(db.appConfig, text)).rejects.toMatchObject({ code: '42501' });
    }
    expect((await query(db.appConfig, 'select count(*)::int as n from ledger.entry')).rows).toEqual([{ n: 0 }]);
    await db.drop();
  });
});

describe('ownCluster', () => {
  it('keeps what was committed when it is killed, and is as durable as a real one', async () => {
    const cluster = await ownCluster({ migrated: false });
    try {
      const on = await query(
        cluster.ownerConfig,
        `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums') order by name`,
      );
      expect(on.rows.map((row) => row.setting)).toEqual(['on', 'on', 'on', 'on']);
      await query(cluster.ownerConfig, 'create table kept (x int); insert into kept values (1)');
      const before = cluster.pid;
      await cluster.kill9();
      const refused = await query(cluster.ownerConfig, 'select 1').catch((error: unknown) => fromPostgres(error));
      expect(refused).toBeInstanceOf(Unavailable);
      await cluster.restart();
      expect(cluster.pid).not.toBe(before);
      expect((await query(cluster.ownerConfig, 'select x from kept')).rows).toEqual([{ x: 1 }]);
    } finally {
      await cluster.stop();
    }
  });
});
