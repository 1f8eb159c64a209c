/** Links and codes: the rules alone, then the same against real PostgreSQL with several people at once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aService, count, random, type World, world } from '../../../test/support/world.ts';
import { hashCode, hashToken, maskAddress, newCode, newToken, readCode } from '../../base/secrets.ts';
import { enterCode, makeCode, sessionOf } from './codes.ts';
import {
  afterWrongCode,
  HOUR,
  type LinkState,
  lockedLinks,
  mayHaveCode,
  mintLink,
  openLink,
  renewLink,
  standing,
} from './links.ts';

const fresh: LinkState = { expiresAt: 1000, replacedAt: null, lockedUntil: null, wrongCodes: 0 };

describe('rules', () => {
  it('a link is ok until it expires, is replaced or locked', () => {
    expect(standing(fresh, 999)).toBe('ok');
    expect(standing(fresh, 1000)).toBe('expired');
    expect(standing({ ...fresh, replacedAt: 5 }, 2000)).toBe('replaced');
    expect(standing({ ...fresh, lockedUntil: 500 }, 499)).toBe('locked');
    expect(standing({ ...fresh, lockedUntil: 500 }, 500)).toBe('ok');
  });
  it('every twentieth wrong code locks for an hour', () => {
    let link = fresh;
    for (let i = 1; i <= 40; i++) {
      link = { ...link, ...afterWrongCode(link, i) };
      if (i === 19) expect(link.lockedUntil).toBeNull();
      if (i === 20) expect(link.lockedUntil).toBe(20 + HOUR);
    }
    expect(link).toMatchObject({ wrongCodes: 40, lockedUntil: 40 + HOUR });
  });
  it('five codes an hour, sliding', () => {
    const at = [1, 2, 3, 4, 5].map((m) => m * 60_000);
    expect(mayHaveCode(at.slice(1), 6 * 60_000)).toEqual({ ok: true });
    expect(mayHaveCode(at, 6 * 60_000)).toEqual({ ok: false, wait: 55 * 60_000 });
    expect(mayHaveCode(at, 60_000 + HOUR)).toEqual({ ok: true });
  });
  it('masks mailboxes, also short ones', () => {
    expect(maskAddress('clerk@example.gov')).toBe('c•••k@example.gov');
    expect(maskAddress('ab@example.gov')).toBe('a•••@example.gov');
    expect(maskAddress('a@example.gov')).toBe('a•••@example.gov');
  });
  it('reads codes as people type them, and nothing else', () => {
    expect(readCode(' 1234 5678 ')).toBe('12345678');
    expect(readCode('1234-5678')).toBe('12345678');
    expect(readCode('12345678')).toBe('12345678');
    for (const bad of ['1234567', '123456789', '', 'abcdefgh', '1234567x']) expect(readCode(bad)).toBeNull();
  });
  it('makes codes of eight digits and tokens of 256 bits', () => {
    for (let i = 0; i < 500; i++) expect(newCode(random)).toMatch(/^[0-9]{8}$/);
    expect(newToken(random)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    // 2^32-1 lies beyond the last whole multiple of 10^8 and is drawn again.
    const draws = [new Uint8Array([255, 255, 255, 255]), new Uint8Array([0, 0, 0, 7])];
    expect(newCode(() => draws.shift() ?? new Uint8Array(4))).toBe('00000007');
  });
});

describe('in the database', () => {
  let w: World;
  let service: string;
  let request: string;
  beforeEach(async () => {
    w = await world();
    ({ service, request } = await aService(w));
  });
  afterEach(() => w.close());

  const mint = (address = 'clerk@example.gov') =>
    mintLink(w.services, { service, address, expiresAt: new Date(w.clock.now() + 30 * 24 * HOUR) });
  async function code(token: string): Promise<string> {
    const made = await makeCode(w.services, token);
    if (made.state !== 'sent') throw new Error(made.state);
    return made.code;
  }
  const another = (right: string) => (right === '11111111' ? '22222222' : '11111111');

  it('keeps neither token nor code nor session, only hashes; a code’s hash needs the token', async () => {
    const token = await mint();
    const right = await code(token);
    const done = await enterCode(w.services, token, right);
    if (done.state !== 'in') throw new Error(done.state);
    const rows = await Promise.all(
      ['work.link', 'work.code', 'work.recipient_session'].map(async (t) =>
        JSON.stringify((await w.owner.query(`select * from ${t}`)).rows),
      ),
    );
    for (const secret of [token, right, done.session]) expect(rows.join()).not.toContain(secret);
    const stored = (await w.owner.query<{ hash: Buffer }>('select hash from work.code')).rows[0]?.hash;
    expect(stored).toEqual(hashCode(token, right));
    expect(hashCode(hashToken(token).toString('hex'), right)).not.toEqual(stored);
    expect(await sessionOf(w.services, done.session)).toEqual({ service, address: 'clerk@example.gov' });
    w.pass(12 * HOUR);
    expect(await sessionOf(w.services, done.session)).toBeNull();
  });

  it('knows unknown, ok, replaced, expired', async () => {
    expect(await openLink(w.services, newToken(random))).toEqual({ state: 'unknown' });
    expect(await openLink(w.services, '../../etc')).toEqual({ state: 'unknown' });
    const first = await mint();
    expect(await openLink(w.services, first)).toMatchObject({ state: 'ok', service, mailbox: 'c•••k@example.gov' });
    const second = await mint('successor@example.gov');
    expect((await openLink(w.services, first)).state).toBe('replaced');
    expect((await enterCode(w.services, first, '12345678')).state).toBe('replaced');
    w.pass(30 * 24 * HOUR);
    expect((await openLink(w.services, second)).state).toBe('expired');
    expect((await makeCode(w.services, second)).state).toBe('expired');
    expect((await openLink(w.services, first)).state).toBe('replaced');
  });

  it('leaves every link to one mailbox open until it expires, each with codes of its own', async () => {
    const [letter, later] = [await mint(), await mint()];
    const [one, two] = [await code(letter), await code(later)];
    expect((await enterCode(w.services, letter, two)).state).toBe('wrong');
    expect((await enterCode(w.services, letter, one)).state).toBe('in');
    expect((await enterCode(w.services, later, two)).state).toBe('in');
    w.pass(30 * 24 * HOUR);
    for (const token of [letter, later]) expect((await openLink(w.services, token)).state).toBe('expired');
  });

  it('leaves the links of one mailbox open when letters go to two at once', async () => {
    const addresses = ['clerk@example.gov', 'successor@example.gov'];
    const tokens = await Promise.all([0, 1, 0, 1, 0, 1].map((i) => mint(addresses[i])));
    const open = await Promise.all(tokens.map((t) => openLink(w.services, t)));
    const boxes = new Set(open.flatMap((link) => (link.state === 'ok' ? [link.mailbox] : [])));
    expect(boxes.size).toBe(1);
    expect(open.filter((link) => link.state !== 'ok').every((link) => link.state === 'replaced')).toBe(true);
  });

  it('counts wrong codes and codes that leave for the mailbox, however many links it has', async () => {
    const links = await Promise.all([1, 2, 3, 4].map(() => mint()));
    for (const [i, link] of links.entries()) {
      const right = await code(link);
      expect(await count(w, 'select max(wrong_codes)::int as n from work.link')).toBe(5 * i);
      await Promise.all(Array.from({ length: 5 }, () => enterCode(w.services, link, another(right))));
    }
    for (const link of links) expect((await openLink(w.services, link)).state).toBe('locked');
    // Neither a further mail nor asking for one is a way round.
    expect((await openLink(w.services, await mint())).state).toBe('locked');
    expect(await lockedLinks(w.services, request)).toMatchObject([{ service, wrongCodes: 20 }]);
    w.pass(HOUR);
    const made = [];
    for (const link of [...links, ...links]) made.push((await makeCode(w.services, link)).state);
    expect(made).toEqual([...Array(5).fill('sent'), ...Array(3).fill('wait')]);
  });

  it('takes a code once when it is entered ten times at once', async () => {
    const token = await mint();
    const right = await code(token);
    const all = await Promise.all(Array.from({ length: 10 }, () => enterCode(w.services, token, right)));
    expect(all.filter((e) => e.state === 'in')).toHaveLength(1);
    expect(all.filter((e) => e.state === 'no-code')).toHaveLength(9);
    expect(await count(w, 'select count(*)::int as n from work.recipient_session')).toBe(1);
  });

  it('counts every wrong try, also those made at once: five a code', async () => {
    const token = await mint();
    const right = await code(token);
    const all = await Promise.all(Array.from({ length: 8 }, () => enterCode(w.services, token, another(right))));
    expect(all.map((e) => (e.state === 'wrong' ? e.triesLeft : e.state)).sort()).toEqual([
      0,
      1,
      2,
      3,
      4,
      'no-code',
      'no-code',
      'no-code',
    ]);
    expect((await enterCode(w.services, token, right)).state).toBe('no-code');
    expect(await count(w, 'select wrong_codes as n from work.link')).toBe(5);
  });

  it('locks the link for an hour after twenty wrong codes; staff see it; a fresh link is no way round', async () => {
    const token = await mint();
    for (let c = 0; c < 4; c++) {
      const right = await code(token);
      for (let i = 0; i < 5; i++) await enterCode(w.services, token, another(right));
    }
    expect((await openLink(w.services, token)).state).toBe('locked');
    expect((await makeCode(w.services, token)).state).toBe('locked');
    expect((await enterCode(w.services, token, '12345678')).state).toBe('locked');
    expect((await renewLink(w.services, token)).state).toBe('locked');
    expect(await lockedLinks(w.services, request)).toMatchObject([{ service, name: 'Place 001', wrongCodes: 20 }]);
    w.pass(HOUR);
    expect((await openLink(w.services, token)).state).toBe('ok');
    expect(await lockedLinks(w.services, request)).toEqual([]);
    expect((await enterCode(w.services, token, await code(token))).state).toBe('in');
  });

  it('gives five codes an hour, also when asked at once; each voids the one before; each dies after 15 minutes', async () => {
    const token = await mint();
    const first = await code(token);
    const second = await code(token);
    expect((await enterCode(w.services, token, first)).state).toBe('wrong');
    w.pass(15 * 60_000);
    expect((await enterCode(w.services, token, second)).state).toBe('no-code');
    const all = await Promise.all(Array.from({ length: 6 }, () => makeCode(w.services, token)));
    expect(all.filter((m) => m.state === 'sent')).toHaveLength(3);
    expect(all.filter((m) => m.state === 'wait')).toHaveLength(3);
  });

  it('does not take the code of another link', async () => {
    const token = await mint();
    const right = await code(token);
    await w.owner.query(
      'delete from view.service; delete from view.request; delete from view.party; delete from work.contact',
    );
    const other = await aService(w, 'other@example.gov');
    const theirs = await mintLink(w.services, {
      service: other.service,
      address: 'other@example.gov',
      expiresAt: new Date(w.clock.now() + HOUR),
    });
    await makeCode(w.services, theirs);
    expect((await enterCode(w.services, theirs, right)).state).toBe('wrong');
  });

  it('sends a fresh link to the address on file only, three an hour for a service', async () => {
    const token = await mint();
    expect((await renewLink(w.services, token)).state).toBe('ok');
    await w.owner.query(`update work.contact set address = 'records@example.gov'`);
    w.pass(31 * 24 * HOUR);
    const all = await Promise.all(Array.from({ length: 5 }, () => renewLink(w.services, token)));
    const sent = all.flatMap((r) => (r.state === 'sent' ? [r] : []));
    expect(sent.map((r) => r.to)).toEqual(Array(3).fill('records@example.gov'));
    expect(all.filter((r) => r.state === 'wait')).toHaveLength(2);
    const open = await Promise.all(sent.map(async (r) => (await openLink(w.services, r.token)).state));
    expect(open).toEqual(['ok', 'ok', 'ok']);
    expect((await openLink(w.services, token)).state).toBe('replaced');
  });

  it('ends sessions of a mailbox that is no longer the recipient’s', async () => {
    const token = await mint();
    const done = await enterCode(w.services, token, await code(token));
    if (done.state !== 'in') throw new Error(done.state);
    await mint();
    expect(await sessionOf(w.services, done.session)).not.toBeNull();
    await mint('successor@example.gov');
    expect(await sessionOf(w.services, done.session)).toBeNull();
  });
});
