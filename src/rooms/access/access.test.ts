/** Sign-in, set-up, team and invitation over HTTP, the way a browser without JavaScript goes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browser, codeIn, count, linkIn, type World, world } from '../../../test/support/world.ts';

let w: World;
beforeEach(async () => {
  w = await world();
});
afterEach(() => w.close());

const FORM = {
  organisation: 'Department of Examples',
  kind: 'department',
  timeZone: 'America/New_York',
  name: 'Olive Owner',
  email: 'Olive@example.gov',
};
const OLIVE = 'olive@example.gov';

async function setupPath(): Promise<string> {
  const path = await w.ownerPath();
  if (!path) throw new Error('no owner link');
  return path;
}

/** A server with one owner; the browser is signed in. */
async function owned() {
  const b = browser(w.app);
  const done = await b.post(await setupPath(), FORM);
  expect(done.status).toBe(303);
  return b;
}

async function signIn(email: string, mails = 1, ip?: string) {
  const b = browser(w.app, ip);
  await b.post('/sign-in', { email });
  const done = await b.post('/sign-in/code', { code: codeIn(await w.mailTo(email, mails)) });
  expect(done.status).toBe(303);
  return b;
}

/** Invites, opens the link, signs in by code, joins. */
async function joined(owner: ReturnType<typeof browser>, email: string, role: string) {
  await owner.post('/desk/team/invite', { email, role });
  const link = linkIn(await w.mailTo(email));
  const b = browser(w.app);
  await b.post(`${link}/code`);
  const code = codeIn(await w.mailTo(email, 2));
  expect((await b.post('/sign-in/code', { code })).to).toBe(link);
  expect((await b.post(`${link}/join`, { name: `Name of ${role}` })).to).toBe('/desk');
  return b;
}

async function memberIds(): Promise<Record<string, string>> {
  const { rows } = await w.owner.query<{ id: string; email: string }>(
    `select m."id", u."email" from auth.member m join auth."user" u on u."id" = m."userId"`,
  );
  return Object.fromEntries(rows.map((r) => [r.email, r.id]));
}

describe('owner link', () => {
  it('makes organisation, owner and directory entry once, and signs in', async () => {
    const path = await setupPath();
    const b = browser(w.app);
    expect((await b.get(path)).text).toContain('Name of the organisation');
    const done = await b.post(path, FORM);
    expect([done.status, done.to]).toEqual([303, '/desk?welcome=passkey']);
    expect(done.cookies.join()).toMatch(/HttpOnly.*SameSite=Lax/i);
    const desk = JSON.parse((await b.get('/desk')).text);
    expect(desk).toMatchObject({
      who: 'staff',
      name: 'Olive Owner',
      email: OLIVE,
      role: 'owner',
      partyName: 'Department of Examples',
    });

    const entries = await w.entries();
    expect(entries).toHaveLength(1);
    expect(JSON.parse(entries[0] ?? '')).toMatchObject({
      kind: 'party.registered',
      matter: null,
      by: desk.party,
      audience: 'public',
      body: { party: desk.party, name: 'Department of Examples', kind: 'department', ocdId: null, state: null },
    });
    expect(entries.join()).not.toContain(OLIVE);

    expect((await b.get(path)).status).toBe(410);
    expect((await browser(w.app).post(path, { ...FORM, email: 'other@example.gov' })).status).toBe(410);
    expect(await w.ownerPath()).toBeNull();
    expect(await count(w, 'select count(*)::int as n from auth."user"')).toBe(1);
  });

  it('lets one of two through who post it at once', async () => {
    const path = await setupPath();
    const answers = await Promise.all([
      browser(w.app).post(path, FORM),
      browser(w.app).post(path, { ...FORM, email: 'second@example.gov' }),
    ]);
    expect(answers.map((a) => a.status).sort()).toEqual([303, 410]);
    expect(await count(w, 'select count(*)::int as n from auth.member')).toBe(1);
    expect(await count(w, 'select count(*)::int as n from work.organisation')).toBe(1);
    expect(await w.entries()).toHaveLength(1);
  });

  it('goes on where a crash cut it off: the party is written, the owner is not, a new start makes a new link', async () => {
    const path = await setupPath();
    const setup = await w.access.setup(path.split('/')[2] ?? '');
    if (!setup) throw new Error('no set-up');
    await w.services.ledger.append({
      key: `setup:${setup.organisation}`,
      entries: [
        {
          kind: 'party.registered',
          id: setup.party,
          matter: null,
          by: setup.party,
          occurredAt: new Date(w.clock.now()).toISOString(),
          audience: 'public',
          body: { party: setup.party, name: 'First Name', kind: 'department', ocdId: null, state: null },
        },
      ],
      rows: [{ table: 'work.organisation', rows: [{ auth_id: setup.organisation, party: setup.party }] }],
    });
    const b = browser(w.app);
    expect((await b.post(await setupPath(), FORM)).status).toBe(303);
    expect(JSON.parse((await b.get('/desk')).text)).toMatchObject({ party: setup.party, partyName: 'First Name' });
    expect(await w.entries()).toHaveLength(1);
  });

  it('shows what is wrong and keeps what was typed', async () => {
    const path = await setupPath();
    const answer = await browser(w.app).post(path, { ...FORM, email: 'olive', timeZone: 'Nowhere/City' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('Enter an e-mail address');
    expect(answer.text).toContain('Choose a time zone');
    expect(answer.text).toContain('value="Department of Examples"');
    expect(await w.entries()).toHaveLength(0);
  });
});

describe('sign-in', () => {
  it('goes from e-mail to code to the page one wanted', async () => {
    await owned();
    const b = browser(w.app);
    const desk = await b.get('/desk');
    expect(desk.to).toBe('/sign-in?next=%2Fdesk');
    expect((await b.get('/sign-in?next=/desk/matters')).text).toContain('value="/desk/matters"');
    const sent = await b.post('/sign-in', { email: ' OLIVE@example.gov ', next: '/desk/matters' });
    expect(sent.to).toBe('/sign-in/code');
    expect((await b.get('/sign-in/code')).text).toContain('one-time-code');
    const mail = await w.mailTo(OLIVE);
    const code = codeIn(mail);
    const wrong = await b.post('/sign-in/code', { code: code === '00000000' ? '00000001' : '00000000' });
    expect(wrong.status).toBe(422);
    const right = await b.post('/sign-in/code', { code: `${code.slice(0, 4)}-${code.slice(4)}` });
    expect(right.to).toBe('/sign-in?next=%2Fdesk%2Fmatters');
    expect((await b.get(right.to ?? '')).to).toBe('/desk/matters');
    expect((await b.get('/desk')).status).toBe(200);

    const again = browser(w.app);
    await again.post('/sign-in', { email: OLIVE });
    expect((await again.post('/sign-in/code', { code })).status).toBe(422);

    const out = await b.post('/sign-out');
    expect(out.to).toBe('/sign-in');
    expect((await b.get('/desk')).status).toBe(303);
  });

  it('accepts a code once when it is entered twice at once', async () => {
    await owned();
    const b = browser(w.app);
    await b.post('/sign-in', { email: OLIVE });
    const code = codeIn(await w.mailTo(OLIVE));
    const answers = await Promise.all([1, 2, 3].map(() => b.post('/sign-in/code', { code })));
    expect(answers.map((a) => a.status).sort()).toEqual([303, 422, 422]);
  });

  it('makes a code useless after five wrong ones', async () => {
    await owned();
    const b = browser(w.app);
    await b.post('/sign-in', { email: OLIVE });
    const code = codeIn(await w.mailTo(OLIVE));
    const other = code === '11111111' ? '22222222' : '11111111';
    for (let i = 0; i < 5; i++) expect((await b.post('/sign-in/code', { code: other })).status).toBe(422);
    expect((await b.post('/sign-in/code', { code })).status).toBe(422);
  });

  it('answers the same for people who are not here, mails them nothing, and makes no account', async () => {
    await owned();
    const known = browser(w.app, '203.0.113.1');
    const unknown = browser(w.app, '203.0.113.2');
    const [a, b] = [
      await known.post('/sign-in', { email: OLIVE }),
      await unknown.post('/sign-in', { email: 'mallory@example.gov' }),
    ];
    expect([b.status, b.to, b.text]).toEqual([a.status, a.to, a.text]);
    const pages = [await known.get('/sign-in/code'), await unknown.get('/sign-in/code')].map((p) =>
      p.text.replace(/(olive|mallory)@example\.gov/g, 'X'),
    );
    expect(pages[0]).toBe(pages[1]);
    await w.mailTo(OLIVE);
    expect((await w.mails()).filter((m) => JSON.stringify(m.to).includes('mallory'))).toEqual([]);
    const wrong = await unknown.post('/sign-in/code', { code: '12345678' });
    const known2 = await known.post('/sign-in/code', { code: '12345678' });
    expect(wrong.status).toBe(known2.status);
    expect(await count(w, 'select count(*)::int as n from auth."user"')).toBe(1);
  });

  it('refuses to make an account even with a right code, when nobody invited that address', async () => {
    await owned();
    const b = await joinedThenCancelled();
    expect(b.status).toBe(422);
    expect(await count(w, 'select count(*)::int as n from auth."user"')).toBe(1);
  });
  async function joinedThenCancelled() {
    const owner = await signIn(OLIVE);
    await owner.post('/desk/team/invite', { email: 'late@example.gov', role: 'viewer' });
    const b = browser(w.app);
    await b.post('/sign-in', { email: 'late@example.gov' });
    const code = codeIn(await w.mailTo('late@example.gov', 2));
    await owner.post('/desk/team/cancel', { email: 'late@example.gov' });
    return await b.post('/sign-in/code', { code });
  }

  it('keeps nothing secret in logs, pages, cookies of others or the code table', async () => {
    await w.close();
    w = await world({ sendCodeFails: true });
    await owned();
    const b = browser(w.app);
    await b.post('/sign-in', { email: OLIVE });
    for (let i = 0; i < 100 && w.log.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(w.log).toEqual(['error A sign-in code could not be mailed.']);
    const { rows } = await w.owner.query('select * from auth.verification');
    expect(JSON.stringify(rows)).not.toMatch(/"[0-9]{8}:0"|olive/);
  });
});

describe('account', () => {
  it('renames, shows sessions, ends one, ends all', async () => {
    const b = await owned();
    const other = await signIn(OLIVE);
    expect((await b.post('/account/name', { name: 'Olive O. Owner' })).to).toBe('/account');
    const page = await b.get('/account');
    expect(page.text).toContain('Olive O. Owner');
    expect(page.text).toContain('Firefox on Linux');
    const { rows } = await w.owner.query<{ token: string; id: string }>(
      'select "token", "id" from auth.session order by "createdAt"',
    );
    for (const row of rows) expect(page.text).not.toContain(row.token);
    await b.post('/account/sessions/end', { id: rows[1]?.id ?? '' });
    expect((await other.get('/desk')).status).toBe(303);
    expect((await b.get('/desk')).status).toBe(200);
    expect((await b.post('/account/sign-out-everywhere')).to).toBe('/sign-in');
    expect((await b.get('/account')).status).toBe(303);
    expect(await count(w, 'select count(*)::int as n from auth.session')).toBe(0);
  });

  it('ends nobody else’s session', async () => {
    const owner = await owned();
    const viewer = await joined(owner, 'vera@example.gov', 'viewer');
    const { rows } = await w.owner.query<{ id: string }>('select "id" from auth.session order by "createdAt" limit 1');
    await viewer.post('/account/sessions/end', { id: rows[0]?.id ?? '' });
    expect((await owner.get('/desk')).status).toBe(200);
  });
});

describe('team', () => {
  it('invites by mail; the link alone opens nothing; a code to that mailbox does', async () => {
    const owner = await owned();
    expect((await owner.post('/desk/team/invite', { email: 'Eddy@example.gov', role: 'editor' })).to).toBe(
      '/desk/team',
    );
    const mail = await w.mailTo('eddy@example.gov');
    const link = linkIn(mail);
    expect(mail.subject).toBe('Olive Owner invites you to Department of Examples on Counterfoil');
    const list = await owner.get('/desk/team');
    expect(list.text).toContain('eddy@example.gov');
    expect(list.text).not.toContain(link.split('/').at(-1));

    const forwarded = browser(w.app, '203.0.113.5');
    const seen = await forwarded.get(link);
    expect(seen.text).toContain('e•••y@example.gov');
    expect(seen.text).not.toContain('eddy@example.gov');
    expect((await forwarded.post(`${link}/join`, { name: 'Mallory' })).to).toBe(link);
    expect(await count(w, 'select count(*)::int as n from auth.member')).toBe(1);
    // The owner is signed in, but it is not the owner's invitation.
    expect((await owner.get(link)).text).toContain('went to another mailbox');
    expect((await owner.post(`${link}/join`, { name: 'Olive' })).to).toBe(link);

    const eddy = browser(w.app);
    await eddy.post(`${link}/code`);
    const code = codeIn(await w.mailTo('eddy@example.gov', 2));
    expect((await eddy.post('/sign-in/code', { code })).to).toBe(link);
    expect((await eddy.post(`${link}/join`, { name: '' })).status).toBe(422);
    expect((await eddy.post(`${link}/join`, { name: 'Eddy Editor' })).to).toBe('/desk');
    expect(JSON.parse((await eddy.get('/desk')).text)).toMatchObject({ role: 'editor', name: 'Eddy Editor' });
    expect((await eddy.get(link)).status).toBe(410);
    expect((await eddy.post('/desk/team/invite', { email: 'x@example.gov', role: 'owner' })).status).toBe(403);
  });

  it('leads somebody who is invited and just signs in to the invitation', async () => {
    const owner = await owned();
    await owner.post('/desk/team/invite', { email: 'vera@example.gov', role: 'viewer' });
    const link = linkIn(await w.mailTo('vera@example.gov'));
    const vera = await signIn('vera@example.gov', 2);
    expect((await vera.get('/sign-in')).to).toBe(link);
  });

  it('sends again with a new link that voids the old, cancels, and lets invitations grow old', async () => {
    const owner = await owned();
    await owner.post('/desk/team/invite', { email: 'vera@example.gov', role: 'viewer' });
    const first = linkIn(await w.mailTo('vera@example.gov'));
    await owner.post('/desk/team/resend', { email: 'vera@example.gov' });
    const second = linkIn(await w.mailTo('vera@example.gov', 2));
    const b = browser(w.app);
    expect([(await b.get(first)).status, (await b.get(second)).status]).toEqual([410, 200]);
    w.pass(7 * 86_400_000);
    expect((await b.get(second)).status).toBe(410);
    expect((await owner.get('/desk/team')).text).toContain('expired');
    await owner.post('/desk/team/resend', { email: 'vera@example.gov' });
    const third = linkIn(await w.mailTo('vera@example.gov', 3));
    expect((await b.get(third)).status).toBe(200);
    await owner.post('/desk/team/cancel', { email: 'vera@example.gov' });
    expect((await b.get(third)).status).toBe(410);
    expect((await owner.post('/desk/team/invite', { email: OLIVE, role: 'viewer' })).text).toContain(
      'on the team already',
    );
  });

  it('keeps the last owner, also when two owners demote each other at once', async () => {
    const olive = await owned();
    const second = await joined(olive, 'owen@example.gov', 'owner');
    const ids = await memberIds();
    const [a, b] = await Promise.all([
      olive.post('/desk/team/role', { member: ids['owen@example.gov'] ?? '', role: 'viewer' }),
      second.post('/desk/team/role', { member: ids[OLIVE] ?? '', role: 'viewer' }),
    ]);
    expect([a.status, b.status].sort()).not.toEqual([303, 303]);
    expect(await count(w, `select count(*)::int as n from auth.member where "role" = 'owner'`)).toBe(1);
  });

  it('says why the last owner stays', async () => {
    const olive = await owned();
    const ids = await memberIds();
    const removed = await olive.post('/desk/team/remove', { member: ids[OLIVE] ?? '' });
    expect(removed.status).toBe(422);
    expect(removed.text).toContain('Make somebody else an owner first');
    expect((await olive.get('/desk')).status).toBe(200);
  });

  it('shuts out who is removed at once', async () => {
    const olive = await owned();
    const eddy = await joined(olive, 'eddy@example.gov', 'editor');
    const ids = await memberIds();
    expect((await olive.post('/desk/team/remove', { member: ids['eddy@example.gov'] ?? '' })).to).toBe('/desk/team');
    expect((await eddy.get('/desk')).status).toBe(303);
    const back = await signIn('eddy@example.gov', 3);
    expect((await back.get('/sign-in')).text).toContain('You are on no team');
    expect((await back.get('/desk')).status).toBe(303);
  });
});
