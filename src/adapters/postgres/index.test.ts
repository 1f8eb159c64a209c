/** DATABASE_URL and the errors of PostgreSQL, against a real server. */
import { createServer } from 'node:net';
import pg from 'pg';
import { expect, it } from 'vitest';
import { freshDatabase } from '../../../test/support/postgres.ts';
import { InvalidInput, StorageFull, Unavailable } from '../../base/errors.ts';
import { asApp, type DatabaseConfig, toDatabase } from './config.ts';
import { assertAppRole, fromPostgres, isRetryable, isUniqueViolation, openDatabase } from './index.ts';

const quiet = { dataDir: '/nowhere', log: () => {} };

function urlOf(config: DatabaseConfig): string {
  if (config.connectionString !== undefined) return config.connectionString;
  const where = `host=${encodeURIComponent(config.host ?? '')}&port=${config.port ?? 5432}`;
  return `postgresql://${config.user}:${encodeURIComponent(config.password ?? '')}@localhost/${config.database}?${where}`;
}

it('uses the database of a URL, as the server’s role, and never stops it', async () => {
  const db = await freshDatabase();
  const opened = await openDatabase({ ...quiet, databaseUrl: urlOf(db.ownerConfig) });
  expect(opened.kind).toBe('own');
  await assertAppRole(opened);
  const pool = new pg.Pool({ ...opened.appConfig, max: 2 });
  expect((await pool.query('select current_user as role')).rows).toEqual([{ role: 'counterfoil_app' }]);
  await pool.end();
  await opened.stop();
  const again = await openDatabase({ ...quiet, databaseUrl: urlOf(db.ownerConfig) });
  await expect(assertAppRole({ ...again, appConfig: again.ownerConfig })).rejects.toMatchObject({ code: 'app-role' });
  await db.drop();
});

it('keeps the options and parameters that a URL brought', () => {
  const app = asApp({ connectionString: 'postgresql://u:p%40@h:5433/d?sslmode=require&options=-c%20search_path%3Dx' });
  expect(app.connectionString).toBe(
    'postgresql://u:p%40@h:5433/d?sslmode=require&options=-c%20search_path%3Dx%20-c%20role%3Dcounterfoil_app',
  );
  expect(toDatabase({ connectionString: 'postgresql://h/d?application_name=x' }, 'e').connectionString).toBe(
    'postgresql://h/e?application_name=x',
  );
  expect(asApp({ host: '/run', options: '-c a=b' }).options).toBe('-c a=b -c role=counterfoil_app');
});

it('names what is wrong with a URL', async () => {
  for (const databaseUrl of ['mysql://x/y', 'host=localhost', 'postgresql://[bad']) {
    await expect(openDatabase({ ...quiet, databaseUrl })).rejects.toMatchObject({ code: 'database-url' });
  }
  const db = await freshDatabase();
  const wrong = toDatabase(db.ownerConfig, 'not_there');
  await expect(openDatabase({ ...quiet, databaseUrl: urlOf(wrong) })).rejects.toMatchObject({ code: 'database-url' });
  await db.drop();
  await expect(openDatabase({ ...quiet, databaseUrl: 'postgresql://u@127.0.0.1:1/d' })).rejects.toMatchObject({
    code: 'database-unavailable',
  });
});

it('refuses a PostgreSQL below 15', async () => {
  const old = await oldServer('14.9', 140_009);
  try {
    await expect(
      openDatabase({ ...quiet, databaseUrl: `postgresql://u@127.0.0.1:${old.port}/d` }),
    ).rejects.toMatchObject({ code: 'postgres-too-old' });
  } finally {
    old.close();
  }
});

it('turns a lost connection into Unavailable and leaves conflicts to callers', async () => {
  const db = await freshDatabase();
  const client = new pg.Client({ ...db.ownerConfig });
  client.on('error', () => {});
  await client.connect();
  const asleep = client.query('select pg_sleep(20)').catch((error: unknown) => fromPostgres(error));
  const other = new pg.Client({ ...db.ownerConfig });
  await other.connect();
  await other.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  expect(await asleep).toBeInstanceOf(Unavailable);
  const next = await client.query('select 1').catch((error: unknown) => fromPostgres(error));
  expect(next).toBeInstanceOf(Unavailable);
  await other.query('create table u (x int constraint only_once unique); insert into u values (1)');
  const twice = await other.query('insert into u values (1)').catch((error: unknown) => error);
  expect(fromPostgres(twice)).toBe(twice);
  expect(isUniqueViolation(twice)).toBe(true);
  expect(isUniqueViolation(twice, 'only_once')).toBe(true);
  expect(isUniqueViolation(twice, 'another')).toBe(false);
  expect(isRetryable(twice)).toBe(false);
  const nul = await other.query('select $1::text', ['a\0b']).catch((error: unknown) => fromPostgres(error));
  expect(nul).toBeInstanceOf(InvalidInput);
  await other.end();
  await db.drop();
});

it('tells a full disk from everything else', () => {
  const full = fromPostgres(Object.assign(new Error('could not extend file'), { code: '53100' }));
  expect(full).toBeInstanceOf(StorageFull);
  const file = Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' });
  expect(fromPostgres(file)).toBe(file);
  expect(fromPostgres(full)).toBe(full);
});

/** Speaks just enough of PostgreSQL's protocol to tell its version: none that old can be installed beside the carried one. */
async function oldServer(version: string, num: number): Promise<{ port: number; close(): void }> {
  const message = (type: string, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const text = (s: string): Buffer => Buffer.from(`${s}\0`);
  const i16 = (n: number): Buffer => Buffer.from([(n >> 8) & 255, n & 255]);
  const i32 = (n: number): Buffer => Buffer.concat([i16(n >> 16), i16(n)]);
  const ready = message('Z', Buffer.from('I'));
  const column = (name: string): Buffer =>
    Buffer.concat([text(name), i32(0), i16(0), i32(25), i16(-1), i32(-1), i16(0)]);
  const value = (s: string): Buffer => Buffer.concat([i32(Buffer.byteLength(s)), Buffer.from(s)]);
  const server = createServer((socket) => {
    let greeted = false;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (!greeted) {
        greeted = true;
        socket.write(Buffer.concat([message('R', i32(0)), message('S', text('server_version'), text(version)), ready]));
      } else if (data[0] === 0x51) {
        const row = message('D', i16(2), value(String(num)), value('UTF8'));
        socket.write(
          Buffer.concat([
            message('T', i16(2), column('version'), column('encoding')),
            row,
            message('C', text('SELECT 1')),
            ready,
          ]),
        );
      } else {
        socket.end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, close: () => server.close() };
}
