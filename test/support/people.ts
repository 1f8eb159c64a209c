/** People of a `world`: each comes in by the same doors as anybody, with mails read from their files. */
import { browser, codeIn, linkIn, type World } from './world.ts';

export type Browser = ReturnType<typeof browser>;

let addresses = 0;
/** An address of one's own, so that nobody is slowed down by what others do. */
const ownAddress = () => `198.51.${Math.floor(addresses / 250)}.${(addresses++ % 250) + 1}`;

/** The first owner, by the link that a start prints. */
export async function firstOwner(w: World, email: string, organisation: string): Promise<Browser> {
  const b = browser(w.app, ownAddress());
  const form = {
    organisation,
    kind: 'department',
    timeZone: 'America/New_York',
    name: `Owner of ${organisation}`,
    email,
  };
  const done = await b.post((await w.ownerPath()) ?? '', form);
  if (done.status !== 303) throw new Error(`set-up answered ${done.status}`);
  return b;
}

/** Signs in by a mailed code. */
export async function signIn(w: World, email: string, ip = ownAddress()): Promise<Browser> {
  const b = browser(w.app, ip);
  const before = (await w.mails()).filter((mail) => !Array.isArray(mail.to) && mail.to?.text === email).length;
  await b.post('/sign-in', { email });
  const done = await b.post('/sign-in/code', { code: codeIn(await w.mailTo(email, before + 1)) });
  if (done.status !== 303) throw new Error(`sign-in answered ${done.status}`);
  return b;
}

/** Is invited by an owner, opens the link, signs in by code, joins. */
export async function joined(w: World, owner: Browser, email: string, role: string): Promise<Browser> {
  await owner.post('/desk/team/invite', { email, role });
  const link = linkIn(await w.mailTo(email));
  const b = browser(w.app, ownAddress());
  await b.post(`${link}/code`);
  await b.post('/sign-in/code', { code: codeIn(await w.mailTo(email, 2)) });
  const done = await b.post(`${link}/join`, { name: `Name of ${role}` });
  if (done.to !== '/desk') throw new Error(`joining answered ${done.status}`);
  return b;
}

/** One more organisation on the server with its owner: as another start's owner link would make it, were there one for a second. */
export async function furtherOwner(w: World, email: string, organisation: string): Promise<Browser> {
  const party = w.t.newId();
  const at = new Date(w.clock.now());
  await w.t.ledger.append({
    key: `organisation:${party}`,
    entries: [
      {
        kind: 'party.registered',
        id: party,
        matter: null,
        by: party,
        occurredAt: at.toISOString(),
        audience: 'public',
        body: { party, name: organisation, kind: 'department', ocdId: null, state: null },
      },
    ],
    rows: [{ table: 'work.organisation', rows: [{ auth_id: party, party }] }],
  });
  await w.owner.query(
    `insert into auth."user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt") values ($1, $2, $3, true, $4, $4)`,
    [`user-${party}`, `Owner of ${organisation}`, email, at],
  );
  await w.owner.query(`insert into auth.organization ("id", "name", "slug", "createdAt") values ($1, $2, $1, $3)`, [
    party,
    organisation,
    at,
  ]);
  await w.owner.query(
    `insert into auth.member ("id", "organizationId", "userId", "role", "createdAt") values ($1, $2, $3, 'owner', $4)`,
    [`member-${party}`, party, `user-${party}`, at],
  );
  return await signIn(w, email);
}

/** A recipient, by the newest link in its mailbox (or the one given) and a code sent there. */
export async function enter(
  w: World,
  address: string,
  given?: string,
): Promise<{ readonly b: Browser; readonly link: string; readonly code: string }> {
  const mails = (await w.mails()).filter((mail) => !Array.isArray(mail.to) && mail.to?.text === address);
  const letter = mails.findLast((mail) => mail.text?.includes('/r/'));
  if (!letter) throw new Error(`no letter to ${address}`);
  const link = given ?? linkIn(letter);
  const b = browser(w.app, ownAddress());
  await b.post(`${link}/code`);
  const code = codeIn(await w.mailTo(address, mails.length + 1));
  const done = await b.post(`${link}/enter`, { code });
  if (done.to !== '/answer') throw new Error(`entering answered ${done.status}`);
  return { b, link, code };
}
