/** The sign-in adapter against real PostgreSQL: its tables, its secret, and the few doors that are open. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getMigrations } from 'better-auth/db/migration';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BASE, browser, random, type World, world } from '../../../test/support/world.ts';
import { Unavailable } from '../../base/errors.ts';
import { causeOf } from './cause.ts';
import { ownerLink, readSecret } from './index.ts';
import { authOptions } from './options.ts';

let w: World;
beforeAll(async () => {
  w = await world();
});
afterAll(() => w.close());

describe('tables', () => {
  it('are what better-auth itself would make: its planner finds nothing to add', async () => {
    const plan = await getMigrations(
      authOptions({ pool: w.owner, secret: 'x'.repeat(43), baseUrl: BASE, sendCode: async () => {} }),
    );
    expect(plan.toBeCreated).toEqual([]);
    expect(plan.toBeAdded).toEqual([]);
    expect(plan.toBeAddedIndexes).toEqual([]);
    expect(plan.schemaProblems).toEqual([]);
    expect(plan.unsafeChanges).toEqual([]);
  });

  it('notice a column that is missing (the check above can fail)', async () => {
    await w.owner.query('alter table auth.session rename column "userAgent" to other');
    const options = authOptions({ pool: w.owner, secret: 'x'.repeat(43), baseUrl: BASE, sendCode: async () => {} });
    const plan = await getMigrations(options, { throwOnUnsafe: false });
    await w.owner.query('alter table auth.session rename column other to "userAgent"');
    expect(plan.toBeAdded.map((t) => t.table)).toEqual(['session']);
  });

  it('take no role but the three', async () => {
    const { rows } = await w.owner.query<{ id: string }>(
      `insert into auth."user" values ('u', 'U', 'u@example.gov', true) returning "id"`,
    );
    await w.owner.query(`insert into auth.organization values ('o', 'O', 'o', null, now())`);
    const add = (role: string) =>
      w.owner.query(`insert into auth.member values ('m', 'o', $1, $2, now())`, [rows[0]?.id, role]);
    await expect(add('admin')).rejects.toThrow(/member_role_check/);
    await w.owner.query(`delete from auth.organization; delete from auth."user"`);
  });
});

describe('secret', () => {
  it('is made once, readable by this user alone, the same for two that start at once', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'counterfoil-secret-'));
    const [a, b] = await Promise.all([readSecret(dir), readSecret(dir)]);
    expect(a).toBe(b);
    expect(await readSecret(dir)).toBe(a);
    expect(a.length).toBeGreaterThanOrEqual(43);
    expect((await stat(join(dir, 'auth-secret'))).mode & 0o777).toBe(0o600);
    await writeFile(join(dir, 'auth-secret'), 'short');
    await expect(readSecret(dir)).rejects.toThrow(/damaged/);
    await rm(dir, { recursive: true });
  });
});

describe('doors', () => {
  it('are closed by default: none of the library’s own endpoints answers', async () => {
    const b = browser(w.app);
    const get = [
      '/auth/get-session',
      '/auth/ok',
      '/auth/list-sessions',
      '/auth/passkey/list-user-passkeys',
      '/auth/organization/list',
    ];
    for (const path of get) expect((await b.get(path)).status, path).toBe(404);
    for (const path of [
      '/auth/sign-up/email',
      '/auth/sign-in/email-otp',
      '/auth/email-otp/send-verification-otp',
      '/auth/organization/create',
      '/auth/organization/invite-member',
      '/auth/passkey/delete-passkey',
      '/auth/sign-in-vouched',
    ])
      expect((await b.post(path)).status, path).toBe(404);
  });

  it('open for the four steps of passkeys: a stranger gets a challenge to sign in with, none to register', async () => {
    const b = browser(w.app);
    const asked = await b.get('/auth/passkey/generate-authenticate-options');
    expect(asked.status).toBe(200);
    expect(JSON.parse(asked.text)).toMatchObject({ rpId: 'localhost', challenge: expect.any(String) });
    expect(asked.cookies[0]).toMatch(/HttpOnly/);
    expect((await b.get('/auth/passkey/generate-register-options')).status).toBe(401);
  });

  it('slow down whoever knocks too often, whatever addresses they claim to have', async () => {
    const statuses: number[] = [];
    const b = browser(w.app, '198.51.100.9');
    for (let i = 0; i < 12; i++) {
      const { status } = await b.post('/sign-in', { email: `nobody${i}@example.gov` });
      statuses.push(status);
    }
    expect(statuses.slice(0, 8)).toEqual(Array(8).fill(303));
    expect(statuses.slice(8)).toEqual(Array(4).fill(429));
    const other = browser(w.app, '198.51.100.10');
    expect((await other.post('/sign-in', { email: 'nobody@example.gov' })).status).toBe(303);
  });
});

describe('a database that is gone', () => {
  it('is said by name, to those who were signed in and to those who try', async () => {
    const other = await world();
    const b = browser(other.app);
    await b.post((await other.ownerPath()) ?? '', {
      organisation: 'D',
      kind: 'agency',
      timeZone: 'UTC',
      name: 'O',
      email: 'o@example.gov',
    });
    expect((await b.get('/desk')).status).toBe(200);
    const cookie = [...b.jar].map(([name, { value }]) => `${name}=${value}`).join('; ');
    await other.owner.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await expect.poll(async () => (await b.get('/desk')).status).toBe(200); // broken connections are replaced
    await other.close();
    await expect(other.access.staffActor(new Headers({ cookie }))).rejects.toBeInstanceOf(Unavailable);
    await expect(
      other.access.sendCode('o@example.gov', { headers: new Headers(), ip: '192.0.2.1' }),
    ).rejects.toBeInstanceOf(Unavailable);
    // Whoever runs the server finds the cause in the log, without a word of who tried.
    const told = other.log.filter((line) => line.startsWith('error Sign-in does not work: '));
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(other.log.join('\n')).toMatch(/^error .*Error: Cannot use a pool after calling end on the pool/m);
    expect(other.log.join()).not.toContain('o@example.gov');
  });

  it('says what went wrong without its values', () => {
    const inner = Object.assign(new TypeError('no row for "clerk@city.example.gov" and o@example.gov'), {
      code: '22P02',
    });
    const outer = new Error(`token ${'a'.repeat(43)} of 'x y' refused`, { cause: inner });
    expect(causeOf(outer)).toBe('Error: token … of … refused; because of TypeError 22P02: no row for … and …');
    expect(causeOf('secret')).toBe('something that is no error was thrown');
  });
});

describe('owner link', () => {
  it('is made anew on every start, and only the newest opens', async () => {
    const make = () => ownerLink({ pool: w.pool, clock: w.clock, random, baseUrl: BASE });
    const first = (await make())?.slice(BASE.length) ?? '';
    const second = (await make())?.slice(BASE.length) ?? '';
    expect(first).toMatch(/^\/setup\/[A-Za-z0-9_-]{43}$/);
    const b = browser(w.app);
    expect((await b.get(first)).status).toBe(410);
    expect((await b.get(second)).status).toBe(200);
    w.pass(24 * 3_600_000);
    expect((await b.get(second)).status).toBe(410);
    const third = await make();
    expect((await b.get(third?.slice(BASE.length) ?? '')).status).toBe(200);
    const { rows } = await w.owner.query('select * from auth.owner_link');
    expect(JSON.stringify(rows)).not.toContain(third?.split('/').at(-1));
  });
});
