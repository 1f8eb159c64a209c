/**
 * Who may come in where: every route of the program, asked by everybody. What has to come out follows from the route's `access` alone,
 * so a new route is asked too without a word here; one whose parameters nobody can fill makes this fail.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROLES, type Role, type Route } from '../src/base/route.ts';
import { formatVkey } from '../src/proof/write.ts';
import { mintLink } from '../src/rooms/answers/links.ts';
import { type Exchange, exchange, type Place } from './support/exchange.ts';
import { type Fill, filling } from './support/paths.ts';
import { type Browser, enter, firstOwner, furtherOwner, joined, signIn } from './support/people.ts';
import { freshMemory, TestLog, testSigner } from './support/witness.ts';
import { BASE, browser, type World, world } from './support/world.ts';

const STAFF = {
  owner: 'owner-a@office.example.gov',
  editor: 'editor-a@office.example.gov',
  viewer: 'viewer-a@office.example.gov',
} as const;
const OTHER = 'owner-b@office.example.gov';

/** a log of somebody else that this server cosigns */
const cosigned = new TestLog('log.example.gov/log');
let w: World;
let a: Exchange;
let b: Exchange;
let staff: Record<Role, Browser>;
let other: Browser;
let gets: readonly Route[];
let posts: readonly Route[];
let fill: Fill;

beforeAll(async () => {
  const own = testSigner('records.example.gov/witness', 4);
  const logs = new Map([[cosigned.origin, [cosigned.signer.key]]]);
  const witnessing = {
    own: { signer: own, vkey: formatVkey(own.key), logs, memory: freshMemory() },
    asked: null,
    metricsToken: null,
  };
  w = await world({ whole: true, witnessing });
  const first = await w.app.request(`${BASE}/witness/add-checkpoint`, {
    method: 'POST',
    body: await cosigned.request(0, 3),
  });
  expect(first.status).toBe(200);
  const owner = await firstOwner(w, STAFF.owner, 'Office alpha');
  staff = {
    owner,
    editor: await joined(w, owner, STAFF.editor, 'editor'),
    viewer: await joined(w, owner, STAFF.viewer, 'viewer'),
  };
  other = await furtherOwner(w, OTHER, 'Office beta');
  a = await exchange(w, STAFF.owner, 'alpha');
  b = await exchange(w, OTHER, 'beta');
  // A timestamp of the newest checkpoint, as far as routes look into it.
  await w.t.pool.query(
    `insert into log.timestamp select size, 'https://tsa.example.gov', 'asked', 'answered', now(), now()
     from log.checkpoint order by size desc limit 1`,
  );
  fill = filling(w, a, cosigned.origin);
  gets = w.routes.filter((route) => route.method === 'GET');
  posts = w.routes.filter((route) => route.method === 'POST');
}, 240_000);
afterAll(() => w.close());

/** Comes in anew, by a link of its own: what forms did may have ended the session or replaced the letter's link. */
async function again(place: Place): Promise<void> {
  const { service, address } = place;
  const token = await mintLink(w.services, { service, address, expiresAt: new Date(w.clock.now() + 86_400_000) });
  Object.assign(place, { b: (await enter(w, address, `/r/${token}`)).b });
}

interface Answer {
  readonly status: number;
  readonly to: string | null;
  readonly headers: Headers;
  readonly text: string;
}
const ask = async (who: Browser, route: Route, path: string): Promise<Answer> =>
  route.method === 'GET' ? await who.get(path) : await who.post(path, {});

const needs = (route: Route): Role | null => (route.access.who === 'staff' ? route.access.role : null);
const strongEnough = (role: Role, wanted: Role) => ROLES.indexOf(role) >= ROLES.indexOf(wanted);
const named = (route: Route) => /:(matter|request|service|draft|answer|import|mail)\b/.test(route.path);

/** Through the door: whatever the handler says of an empty form, it is nothing that a guard says, and no accident. */
const inside = (route: Route, { status, to }: Answer) =>
  status < 500 &&
  ![401, 403, 404].includes(status) &&
  !(to ?? '').startsWith('/sign-in?') &&
  (route.method === 'POST' || status < 400);

/** Collects what is wrong, so that one run tells all. */
function findings() {
  const wrong: string[] = [];
  return {
    wrong,
    check(fits: boolean, who: string, route: Route, answer: Answer) {
      if (!fits) wrong.push(`${who}: ${route.method} ${route.path} → ${answer.status} ${answer.to ?? ''}`);
    },
  };
}

test('every route is listed once', () => {
  const names = w.routes.map((route) => `${route.method} ${route.path}`);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.length).toBeGreaterThan(80);
});

test('public routes answer everybody, and say 404 or 410 of what does not exist', async () => {
  const { wrong, check } = findings();
  // The doors of passkeys ask by themselves who is there (src/adapters/auth); tokens of set-up and invitation are used by now.
  // Figures are for programs of this machine: nobody here is one.
  const own = (route: Route) =>
    route.path.startsWith('/auth/') || /^\/(setup|invitation)\//.test(route.path) || route.path === '/metrics';
  for (const route of w.routes.filter((one) => one.access.who === 'anyone')) {
    const stranger = browser(w.app, '192.0.2.1');
    const known = await ask(stranger, route, await fill(route));
    const expected = own(route)
      ? known.status < 500 && known.status !== 200
      : known.status < 500 && ![401, 403, 404].includes(known.status);
    check(
      route.path.endsWith('/generate-authenticate-options') ? known.status === 200 : expected,
      'nobody',
      route,
      known,
    );
    if (/[:*]/.test(route.path)) {
      const unknown = await ask(stranger, route, await fill(route, false));
      check([404, 410].includes(unknown.status), 'nobody, unknown', route, unknown);
    }
    if (route.method === 'GET' && !own(route)) {
      for (const who of [staff.viewer, other])
        check(inside(route, await ask(who, route, await fill(route))), 'staff', route, known);
    }
  }
  expect(wrong).toEqual([]);
}, 180_000);

test('staff routes: nobody is sent to sign in, the weak are refused, another organisation finds nothing', async () => {
  const { wrong, check } = findings();
  const sessionCookie = [...staff.owner.jar.keys()].find((name) => /session_token/.test(name));
  expect(sessionCookie).toBeDefined();
  for (const route of w.routes) {
    const wanted = needs(route);
    if (wanted === null) continue;
    const path = await fill(route);
    for (const [who, headers] of [
      ['nobody', {}],
      // A recipient's session is sent to /answer alone; sent elsewhere by hand it counts for nothing.
      ['a recipient', { cookie: `answer_session=${a.places[0].b.jar.get('answer_session')?.value}` }],
      ['a made-up session', { cookie: `${sessionCookie}=abc.${'A'.repeat(43)}%3D` }],
    ] as const) {
      const answer = await browser(w.app, '192.0.2.2').request(path, {
        method: route.method,
        headers: {
          ...headers,
          origin: BASE,
          ...(route.method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        },
        ...(route.method === 'POST' ? { body: '' } : {}),
      });
      const fits =
        route.method === 'GET'
          ? answer.status === 303 && answer.to === `/sign-in?next=${encodeURIComponent(path)}`
          : answer.status === 401;
      check(fits && !answer.text.includes('alpha'), who, route, answer);
    }
    for (const role of ROLES.filter((one) => !strongEnough(one, wanted))) {
      const answer = await ask(staff[role], route, path);
      check(answer.status === 403, role, route, answer);
    }
    if (named(route)) {
      const answer = await ask(other, route, path);
      // A role too weak is told before anything is looked up, and the owner of another organisation has the strongest.
      check(answer.status === 404 && !answer.text.includes('alpha'), 'another organisation', route, answer);
      check((await ask(staff.owner, route, await fill(route, false))).status === 404, 'owner, unknown', route, answer);
    } else if (route.method === 'GET') {
      const answer = await ask(other, route, path);
      // The directory is everybody's: names of parties are, and addresses are not.
      const marks = /^\/desk\/(directory|people)/.test(route.path) ? ['-alpha@', 'list of alpha'] : ['alpha'];
      const quiet = marks.every((mark) => !answer.text.includes(mark));
      check(inside(route, answer) && quiet, 'another organisation, its own', route, answer);
    }
  }
  expect(wrong).toEqual([]);
}, 240_000);

test('staff routes let in everybody who is strong enough', async () => {
  const { wrong, check } = findings();
  for (const route of [...gets, ...posts]) {
    const wanted = needs(route);
    if (wanted === null) continue;
    for (const role of ROLES.filter((one) => strongEnough(one, wanted))) {
      const answer = await ask(staff[role], route, await fill(route));
      check(inside(route, answer), role, route, answer);
      // What the form did may have ended the session: then this person comes in again.
      if (route.method === 'POST' && (await staff[role].get('/account')).status !== 200)
        staff[role] = await signIn(w, STAFF[role]);
    }
  }
  expect(wrong).toEqual([]);
}, 240_000);

test('recipient routes: nobody and staff are told of the letter, a recipient sees its own and nobody else’s', async () => {
  const { wrong, check } = findings();
  const [one, two] = a.places;
  const routes = w.routes.filter((route) => route.access.who === 'recipient');
  const draftOfOne = () => w.owner.query('select * from work.answer_draft where service = $1', [one.service]);
  const uploads = () => w.owner.query('select * from work.upload where service = $1', [one.service]);
  const before = JSON.stringify([(await draftOfOne()).rows, (await uploads()).rows]);
  const marks = [one.name, one.address, one.note, one.file.name, one.file.text, one.service];
  const people: Record<string, Browser> = {
    nobody: browser(w.app, '192.0.2.3'),
    ...staff,
    'another organisation': other,
  };
  for (const route of routes) {
    const path = await fill(route);
    for (const [name, who] of Object.entries(people)) {
      const answer = await ask(who, route, path);
      check(answer.status === 401 && answer.text.includes('Open the link in your letter'), name, route, answer);
    }
    for (const place of [two, b.places[0]]) {
      const answer = await ask(place.b, route, path);
      // An order of the matter reaches all who were asked in it, and nobody of another matter.
      const foreign = /:(sha256|file)/.test(route.path) || (/:order/.test(route.path) && place !== two);
      const fits = named(route) || foreign ? answer.status === 404 : inside(route, answer);
      check(fits && marks.every((mark) => !answer.text.includes(mark)), place.name, route, answer);
      if ((await place.b.get('/answer')).status !== 200) await again(place);
    }
  }
  expect(JSON.stringify([(await draftOfOne()).rows, (await uploads()).rows])).toBe(before);
  for (const route of [...routes.filter((r) => r.method === 'GET'), ...routes.filter((r) => r.method === 'POST')]) {
    const answer = await ask(one.b, route, await fill(route));
    check(inside(route, answer), one.name, route, answer);
    if ((await one.b.get('/answer')).status !== 200) await again(one);
  }
  expect(wrong).toEqual([]);
}, 240_000);

test('no form that another site sends is taken, whoever sends it', async () => {
  const { wrong, check } = findings();
  // What programs call knows no session, so a form of another site can do there what everybody can.
  expect(
    posts
      .filter((route) => route.programs)
      .map((route) => route.path)
      .sort(),
  ).toEqual(['/follow/leave/:token', '/witness/add-checkpoint']);
  for (const route of posts.filter((one) => !one.programs)) {
    const path = await fill(route);
    const who = route.access.who === 'recipient' ? a.places[1].b : staff.owner;
    for (const origin of ['https://evil.example', 'http://localhost:8081', 'null', undefined]) {
      const answer = await who.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...(origin === undefined ? {} : { origin }) },
        body: 'a=b',
      });
      check(answer.status === 403 && answer.text.includes('another site'), `from ${origin}`, route, answer);
    }
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/json']) {
      const answer = await who.request(path, {
        method: 'POST',
        headers: { 'content-type': type, origin: 'https://evil.example' },
        body: '{}',
      });
      check(answer.status === 403, `${type} from elsewhere`, route, answer);
    }
  }
  expect(wrong).toEqual([]);
  expect((await staff.owner.get('/account')).status).toBe(200);
}, 120_000);

test('every page has its headers; what is for some alone is stored nowhere; HEAD says what GET says', async () => {
  const wrong: string[] = [];
  for (const place of a.places) if ((await place.b.get('/answer')).status !== 200) await again(place);
  for (const route of gets) {
    const nobody = browser(w.app, '192.0.2.4');
    const right = { anyone: nobody, staff: staff.owner, recipient: a.places[0].b }[route.access.who];
    const path = await fill(route);
    for (const [name, who] of [
      ['the right one', right],
      ['nobody', nobody],
    ] as const) {
      const got = await who.get(path);
      const say = (what: string) => wrong.push(`${name}: ${route.path} ${what}`);
      const csp = got.headers.get('content-security-policy') ?? '';
      // Documents of the parties may do nothing at all; pages only what is this server's own.
      const strict = csp === "sandbox; default-src 'none'";
      const own = ["default-src 'self'", "frame-ancestors 'none'", "form-action 'self'"].every((part) =>
        csp.includes(part),
      );
      // One page is for other sites' frames: it may then load styles and nothing else, and send nothing.
      const framed =
        route.path.startsWith('/embed/') && /^default-src 'none'; .*form-action 'none'; frame-ancestors \*$/.test(csp);
      if ((!strict && !own && !framed) || /unsafe|\*|data:/.test(framed ? '' : csp))
        say(`content-security-policy: ${csp}`);
      if (got.headers.get('x-content-type-options') !== 'nosniff') say('nosniff');
      if (!/^(same-origin|no-referrer)$/.test(got.headers.get('referrer-policy') ?? '')) say('referrer-policy');
      const kept = got.headers.get('cache-control') ?? '';
      if (route.access.who !== 'anyone' ? kept !== 'no-store' : kept === '') say(`cache-control: ${kept}`);
      if (/:token/.test(route.path) && kept !== 'no-store') say(`a page with a secret in its address: ${kept}`);
      if (/<script(?![^>]*\bsrc=)(?! type="application\/ld\+json">)[^>]*>|\son\w+="|\sstyle="/.test(got.text))
        say('script or style in the page');
      const head = await who.request(path, { method: 'HEAD' });
      if (head.status !== got.status || head.text !== '') say(`HEAD ${head.status}, GET ${got.status}`);
      if (head.headers.get('content-security-policy') !== csp) say('HEAD has other headers');
    }
  }
  expect(wrong).toEqual([]);
}, 180_000);

test('what nobody made is not there', async () => {
  const stranger = browser(w.app, '192.0.2.5');
  for (const path of [
    '/nothing',
    '/desk/nothing',
    '/answer/nothing',
    '/api/v1/nothing',
    '/.env',
    '/desk/..%2f',
    '/api/auth/session',
    '/auth/sign-in',
    '//evil.example',
  ]) {
    for (const who of [stranger, staff.owner]) {
      expect([path, (await who.get(path)).status]).toEqual([path, 404]);
      expect([path, (await who.post(path)).status]).toEqual([path, 404]);
    }
  }
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'].filter((m) => m !== 'TRACE'))
    expect((await staff.owner.request('/desk', { method, headers: { origin: BASE } })).status).toBe(404);
});

test('nothing of all this was an accident', () => {
  expect(w.log).toEqual([]);
});
