/** Passkeys over HTTP with a software authenticator: added while signed in, then enough alone; nothing less will do. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { authenticator } from '../../../test/support/authenticator.ts';
import { BASE, browser, count, type World, world } from '../../../test/support/world.ts';

let w: World;
let owner: ReturnType<typeof browser>;
beforeEach(async () => {
  w = await world();
  owner = browser(w.app);
  await owner.post((await w.ownerPath()) ?? '', {
    organisation: 'Department of Examples',
    kind: 'department',
    timeZone: 'UTC',
    name: 'Olive Owner',
    email: 'olive@example.gov',
  });
});
afterEach(() => w.close());

const Options = z.object({ challenge: z.string() });
const challenge = (answer: { text: string }) => Options.parse(JSON.parse(answer.text)).challenge;
const device = (over: Partial<Parameters<typeof authenticator>[0]> = {}) =>
  authenticator({ rpId: 'localhost', origin: BASE, ...over });

async function add(key: ReturnType<typeof device>, b = owner) {
  const options = await b.get('/auth/passkey/generate-register-options');
  return await b.json('/auth/passkey/verify-registration', {
    response: key.register(challenge(options)),
    name: 'My laptop',
  });
}
async function signIn(key: ReturnType<typeof device>, b = browser(w.app), origin = BASE) {
  const options = await b.get('/auth/passkey/generate-authenticate-options');
  return {
    b,
    answer: await b.json('/auth/passkey/verify-authentication', { response: key.sign(challenge(options)) }, origin),
  };
}

it('is added on the account page’s terms, signs in alone, and is removed', async () => {
  const key = device();
  const added = await add(key);
  expect([added.status, added.text]).toEqual([200, '{"ok":true}']);
  expect((await owner.get('/account')).text).toContain('My laptop');

  const { b, answer } = await signIn(key);
  expect([answer.status, answer.text]).toEqual([200, '{"ok":true}']);
  expect(answer.cookies.join()).toMatch(/counterfoil\.session_token=.*HttpOnly; SameSite=Lax/);
  expect((await b.get('/sign-in?next=/desk')).to).toBe('/desk');
  expect(JSON.parse((await b.get('/desk')).text)).toMatchObject({ who: 'staff', role: 'owner' });

  const { rows } = await w.owner.query<{ id: string }>('select "id" from auth.passkey');
  expect((await b.post('/account/passkeys/remove', { id: rows[0]?.id ?? '' })).status).toBe(303);
  expect((await signIn(key)).answer.status).toBe(401);
});

it('does nothing for a challenge used twice, of somebody else, or from another origin', async () => {
  const key = device();
  await add(key);
  const b = browser(w.app);
  const signed = key.sign(challenge(await b.get('/auth/passkey/generate-authenticate-options')));
  const twice = [
    await b.json('/auth/passkey/verify-authentication', { response: signed }),
    await b.json('/auth/passkey/verify-authentication', { response: signed }),
  ];
  expect(twice.map((a) => a.status)).toEqual([200, 400]);
  const stolen = browser(w.app);
  await stolen.get('/auth/passkey/generate-authenticate-options');
  expect((await stolen.json('/auth/passkey/verify-authentication', { response: signed })).status).toBe(400);
  expect((await signIn(key, browser(w.app), 'https://evil.example')).answer.status).toBe(403);
  const phished = device({ origin: 'https://evil.example' });
  expect((await add(phished)).status).toBeGreaterThanOrEqual(400);
});

it('must have asked for a PIN, finger or face', async () => {
  expect((await add(device({ verified: false }))).status).toBe(401);
  expect(await count(w, 'select count(*)::int as n from auth.passkey')).toBe(0);
});

it('cannot be added by strangers, nor a day after signing in', async () => {
  expect((await browser(w.app).get('/auth/passkey/generate-register-options')).status).toBe(401);
  await w.owner.query(`update auth.session set "createdAt" = now() - interval '25 hours'`);
  expect((await owner.get('/auth/passkey/generate-register-options')).status).toBe(403);
  expect((await owner.get('/account')).text).toContain('sign out and sign in again first');
});

it('session cookies are Secure, HttpOnly and SameSite=Lax where the server is reached by https', async () => {
  await w.close();
  w = await world();
  const secure = w.accessAt('https://records.example.gov');
  const path = await w.ownerPath();
  const made = { organisation: 'D', timeZone: 'UTC', name: 'O', email: 'o@example.gov' };
  const cookies = await secure.finishSetup(path?.split('/').at(-1) ?? '', made, {
    headers: new Headers(),
    ip: '192.0.2.1',
  });
  expect(cookies).toHaveLength(1);
  expect(cookies?.[0]).toMatch(
    /^__Secure-counterfoil\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
});
