/**
 * What stands for the parameters of a route in a `world` with one `exchange`: tests that walk every route of the program fill them by name, and a
 * new name makes them fail until it is said here.
 */
import type { Route } from '../../src/base/route.ts';
import { newToken } from '../../src/base/secrets.ts';
import { hex, sha256, utf8 } from '../../src/proof/index.ts';
import { mintLink } from '../../src/rooms/answers/links.ts';
import { feedsOf, makeFeed, revokeFeed } from '../../src/rooms/calendars/feeds.ts';
import { mintFollowerLink } from '../../src/rooms/followers/commands.ts';
import type { Exchange } from './exchange.ts';
import { BASE, random, type World } from './world.ts';

/** A path of the route, with what is there, or (`known` false) with what is not. */
export type Fill = (route: Route, known?: boolean) => Promise<string>;

/** A link like the letter's, to a service of its own place, so that nobody's session ends by it. */
export const freshLink = (w: World, a: Exchange): Promise<string> =>
  mintLink(w.services, {
    service: a.places[1].service,
    address: a.places[1].address,
    expiresAt: new Date(w.clock.now() + 86_400_000),
  });

/** The address of a calendar; links of set-up and invitation are used up by now. */
async function freshFeed(w: World, a: Exchange, route: Route): Promise<string> {
  if (!route.path.startsWith('/calendar/')) return newToken(random);
  const { service, address } = a.places[1];
  const holder = { who: 'recipient', service, address } as const;
  for (const feed of await feedsOf(w.db, holder)) await revokeFeed(w.services, holder, feed.id);
  return await makeFeed(w.services, holder, w.t.newId());
}

/** The entry that called a meeting. */
const calledIn = async (w: World, meeting: string): Promise<string> =>
  (await w.db.selectFrom('view.meeting').select('entry').where('id', '=', meeting).executeTakeFirstOrThrow()).entry;
/** A link of somebody who asked to follow the record, or follows it: each new, since leaving uses it up. */
async function freshFollower(w: World, a: Exchange, route: Route): Promise<string> {
  const id = w.t.newId();
  const address = `follower-${id}@example.gov`;
  const row = { id, matter: a.matter, address, address_hash: Buffer.from(sha256(utf8(address))), every: 'day' };
  await w.db
    .insertInto('work.follower')
    .values({ ...row, asked_at: new Date(w.clock.now()) })
    .execute();
  return await mintFollowerLink(w.services, id, route.path.includes('/leave/') ? 'leave' : 'confirm');
}

/** @param cosigned origin of a log that this server cosigns */
export function filling(w: World, a: Exchange, cosigned: string): Fill {
  return async (route, known = true) => {
    const place = a.places[0];
    const none = w.t.newId();
    const values: Record<string, () => Promise<string> | string> = {
      slug: () => (known ? a.slug : 'no-such-matter'),
      matter: () => (known ? a.matter : none),
      request: () => (known ? a.request : none),
      service: () => (known ? place.service : none),
      // A form may use its draft up.
      draft: () => (known ? (route.method === 'POST' ? a.newDraft() : a.draft) : none),
      thing: () => (known ? a.statement : none),
      edit: () => (known ? a.newWriting() : none),
      answer: () => (known ? place.answer : none),
      entry: () => (known ? place.service : none),
      item: () => '1',
      step: () => '1',
      source: () => (known ? a.source : none),
      // Answers to invitations: the session here is for a request, and is led to it.
      said: () => none,
      slip: async () => `${known && route.path.startsWith('/desk/') ? await calledIn(w, a.meeting) : none}.json`,
      // Dealing with a mail uses it up.
      mail: () => (known ? a.newMail() : none),
      meeting: () => (known ? a.meeting : none),
      party: () => (known ? a.party : none),
      person: () => (known ? a.person : none),
      // Leaving a list uses it up.
      import: () => (known ? a.newImport() : none),
      order: () => (known ? a.order : none),
      consequence: () => (known ? a.consequence : none),
      sha256: () => (known ? place.file.sha256 : '0'.repeat(64)),
      // A service's id is that of the entry that served it; so is an order's.
      file: () => `${known ? (route.path.includes('/:matter/') ? a.order : place.service) : none}.receipt.json`,
      token: () =>
        !known
          ? newToken(random)
          : route.path.startsWith('/follow/')
            ? freshFollower(w, a, route)
            : route.path.startsWith('/r/')
              ? freshLink(w, a)
              : freshFeed(w, a, route),
      origin: () => (known ? hex(sha256(utf8(cosigned))) : '0'.repeat(64)),
      '*': () => (known ? '0/000.p/1' : '0/999'),
    };
    let path = '';
    for (const segment of route.path.split('/').slice(1)) {
      const name = segment === '*' ? '*' : /^:(\w+)$/.exec(segment)?.[1];
      if (name === undefined) path += `/${segment}`;
      else if (values[name]) path += `/${await values[name]()}`;
      else throw new Error(`say in test/support/paths.ts what :${name} of ${route.path} stands for`);
    }
    // Of two the query says which thing is meant, or as of when.
    if (/\/questions(\.\w+)?$/.test(path)) return `${path}?r1=${a.request}`;
    if (path === '/oembed') return `${path}?url=${encodeURIComponent(`${BASE}/record/${a.slug}`)}`;
    if (path.startsWith('/embed/')) return `${path}?asOf=2018-01-25T11:53:00Z`;
    return path;
  };
}
