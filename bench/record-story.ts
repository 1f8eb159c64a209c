/**
 * What `npm run bench -- record` fills a log with: one request a year to every party, in a matter of its own, with letters, answers in one or two
 * rounds, findings, supplements, extensions, and what was said and reported around it. Entries come from the rules of the rooms, each at its
 * time. Drawn from a seed, but for ids. Writes nothing.
 */
import { createHash } from 'node:crypto';
import type { Append, NewEntry } from '../src/base/append.ts';
import { instant, type Random } from '../src/base/clock.ts';
import { uuidv7 } from '../src/base/ids.ts';
import { send } from '../src/rooms/answers/rules.ts';
import { moveDue } from '../src/rooms/clock/moving.ts';
import { clockedOf } from '../src/rooms/clock/rules.ts';
import { determine } from '../src/rooms/determinations/rules.ts';
import type { PartyKind } from '../src/rooms/directory/entries.ts';
import type { Matter } from '../src/rooms/matters/view.ts';
import { ready } from '../src/rooms/requests/draft.ts';
import { dueFor, issue, type Serving, serve } from '../src/rooms/requests/rules.ts';
import { reasonsFor, SAID } from './record-words.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** All of a year happens within this. */
const LASTS = 60 * DAY;
/** Recipients of one append of a serving. */
const CHUNK = 1000;
const KINDS: readonly PartyKind[] = ['place', 'place', 'place', 'county', 'district', 'district'];
export const STATES = 50;

export interface Party {
  readonly party: string;
  readonly name: string;
  readonly kind: PartyKind;
  readonly state: string;
  readonly ocdId: string;
}

/** Commands that happened at a time, milliseconds; those of one serving's chunk, or of about a minute. */
export interface Step {
  readonly at: number;
  readonly commands: readonly Append[];
}

/** mulberry32: numbers in [0, 1) from a seed. */
export function drawn(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const two = (n: number) => String(n).padStart(2, '0');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const entry = (
  kind: string,
  at: number,
  who: { readonly matter: string | null; readonly by: string },
  body: NewEntry['body'],
  id: string,
  audience: NewEntry['audience'] = 'public',
): NewEntry => ({ kind, id, ...who, occurredAt: instant(at), audience, body });

/** The office that asks, and everyone it asks. */
export function* registered(office: string, n: number, at: number, random: Random, into: Party[]): Generator<Step> {
  const id = () => uuidv7(at, random);
  const make = (
    party: Omit<Party, 'ocdId' | 'state'> & { readonly ocdId: string | null; readonly state: string | null },
  ) => entry('party.registered', at, { matter: null, by: office }, { ...party }, id());
  const first = make({ party: office, name: 'Office of Records', kind: 'agency', ocdId: null, state: null });
  yield { at, commands: [{ key: id(), entries: [first] }] };
  for (let from = 0; from < n; from += CHUNK) {
    const some = Array.from({ length: Math.min(CHUNK, n - from) }, (_, i): Party => {
      const no = from + i + 1;
      const state = 1 + ((no * 7919) % STATES);
      const kind = KINDS[no % KINDS.length] ?? 'place';
      return {
        party: id(),
        name: `${kind === 'place' ? 'Place' : kind === 'county' ? 'County' : 'District'} ${String(no).padStart(6, '0')}`,
        kind,
        state: `Example State ${two(state)}`,
        ocdId: `ocd-division/country:us/state:s${two(state)}/${kind}:p${no}`,
      };
    });
    into.push(...some);
    yield { at, commands: [{ key: id(), entries: some.map(make) }] };
  }
}

/** What happens, and to the how-many-th recipient. `again`: an answer to what was found deficient. */
interface Happening {
  readonly at: number;
  readonly what: 'sent' | 'opened' | 'answered' | 'extended' | 'determined' | 'said';
  readonly n: number;
  readonly items: readonly number[];
  readonly again: boolean;
}

/** All that happens to one recipient; later times depend on earlier ones alone. */
function happenings(n: number, served: number, draw: () => number): Happening[] {
  const out: Happening[] = [];
  const add = (what: Happening['what'], at: number, items: readonly number[] = [], again = false) => {
    out.push({ what, at: Math.floor(at), n, items, again });
    return at;
  };
  const sent = add('sent', served + 10 * MINUTE + draw() * 300 * MINUTE);
  if (draw() < 0.015) add('extended', served + (20 + 8 * draw()) * DAY);
  if (draw() >= 0.83) return out;
  const answered = sent + (0.2 + 34 * draw() ** 0.8) * DAY;
  add('opened', answered - (5 + 200 * draw()) * MINUTE);
  const rounds: (readonly number[])[] = draw() < 0.7 ? [[1, 2, 3]] : [[1], [2, 3]];
  let at = answered;
  for (const items of rounds) {
    add('answered', at, items);
    for (const item of items) {
      if (draw() >= 0.94) continue;
      const found = add('determined', at + (0.5 + 6 * draw()) * DAY, [item]);
      if (draw() >= 0.12) continue;
      const more = add('answered', found + (0.5 + 6 * draw()) * DAY, [item], true);
      add('determined', more + (0.5 + 4 * draw()) * DAY, [item], true);
    }
    at += (1 + 5 * draw()) * DAY;
  }
  return out;
}

export interface Year {
  readonly no: number;
  readonly office: string;
  readonly parties: readonly Party[];
  /** when the request is served; nothing happens after `end` */
  readonly start: number;
  readonly end: number;
  readonly random: Random;
}

const LETTER = {
  subject: '{{title}}: {{recipient}}',
  text: 'To {{recipient}}, {{state}}\n\n{{issuer}} asks under {{authority}}:\n{{items}}\n\nPlease answer by {{due_date}}: {{link}}\n',
};

/** One year's matter from its opening on, in the order of time. */
export function* year({ no, office, parties, start, end, random }: Year): Generator<Step> {
  const draw = drawn(1000 + no);
  const id = (at: number) => uuidv7(at, random);
  const opened = start - DAY;
  const matter: Matter = {
    ...{ id: id(opened), slug: `certification-${no}`, title: `Annual certification ${no}` },
    ...{ summary: '', issuer: office, audience: 'public', example: false, recordedAt: new Date(opened) },
  };
  const who = { matter: matter.id, by: office };
  const body = { title: matter.title, slug: matter.slug, summary: '', issuer: office, issuerName: 'Office of Records' };
  const opening = entry('matter.opened', opened, who, { ...body, example: false }, id(opened));
  yield { at: opened, commands: [{ key: id(opened), entries: [opening] }] };

  const due = { type: 'days' as const, days: 30, business: false, zone: 'America/New_York' };
  const draft = ready(
    {
      ...{ title: `Certification for ${no}`, authority: 'Example Code § 12', due, letter: LETTER, columns: [] },
      items: [
        'The signed certificate of compliance.',
        'The schedule of audits.',
        'The name of the officer responsible.',
      ],
      ...{ conduct: 'served', recorded: null },
    },
    parties.length,
    start,
  );
  if (!draft) throw new Error('the request of the benchmark is not ready');
  const request = id(start);
  const serving: Serving = {
    ...{ matter, issuerName: 'Office of Records', request, draft, now: start, leavesAt: start + 10 * MINUTE },
    recipients: parties.length,
  };
  yield { at: start, commands: [{ key: id(start), entries: [issue(serving, id(start))] }] };
  const dueOf = dueFor(serving, []);
  const services: string[] = [];
  const recipient = (n: number): Party => parties[n] ?? fail();
  for (let from = 0; from < parties.length; from += CHUNK) {
    const entries = parties.slice(from, from + CHUNK).map((to, i) => {
      const given = { ...to, line: from + i + 2, zone: null, email: `p${from + i}@place.example.gov`, merge: {} };
      const one = serve(serving, dueOf(given), given, id(start), sha256);
      services.push(one.service);
      return one.entry;
    });
    yield { at: start, commands: [{ key: id(start), entries }] };
  }

  const until = Math.min(end, start + LASTS);
  const all: Happening[] = [];
  for (let n = 0; n < parties.length; n++)
    for (const one of happenings(n, start, draw)) if (one.at <= until) all.push(one);
  const said = Math.max(3, Math.floor(parties.length / 400));
  for (let n = 0; n < said; n++)
    all.push({ at: start + Math.floor((n / said) * (until - start)), what: 'said', n, items: [], again: false });
  all.sort((a, b) => a.at - b.at);

  const newest = new Map<string, string>();
  const rounds = new Uint8Array(parties.length);
  const answer = (n: number, at: number, items: readonly number[]): Append => {
    const { party, name } = recipient(n);
    const service = services[n] ?? fail();
    const entries = send(
      {
        ...{
          matter: matter.id,
          audience: 'public',
          service,
          request,
          recipient: party,
          items: [1, 2, 3],
          revoked: false,
        },
        rounds: rounds[n] ?? 0,
      },
      {
        items: items.map((item) => saidOf(item, draw)),
        actedBy: { name: `Clerk of ${name}`, title: null, address: `p${n}@place.example.gov` },
      },
      () => id(at),
      at,
    );
    rounds[n] = (rounds[n] ?? 0) + 1;
    const made = entries[0]?.body.answer;
    if (typeof made !== 'string') return fail();
    for (const item of items) newest.set(`${n} ${item}`, made);
    const seen = evidence(n, at, 'ConsignmentAcceptance', party, null);
    return { key: id(at), entries: [...entries, seen] };
  };
  const evidence = (n: number, at: number, event: string, by: string, detail: string | null): NewEntry => {
    const channel = event === 'ContentConsignment' ? 'mail' : 'page';
    const what = {
      service: services[n] ?? fail(),
      request,
      event,
      channel,
      address: `p${n}@place.example.gov`,
      detail,
    };
    return entry('service.evidenced', at, { matter: matter.id, by }, what, id(at), 'parties');
  };
  const extended = (n: number, at: number): NewEntry => {
    const { party, ocdId, state } = recipient(n);
    const clocked = clockedOf(
      {
        ...{ service: services[n] ?? fail(), request, matter: matter.id, issuer: office, recipient: party },
        ...{ audience: 'public', conduct: 'served', revoked: false, items: [1, 2, 3], rule: due, own: new Map() },
        ...{ servedAt: new Date(start), ocdId, zone: null, state },
      },
      [
        {
          id: '',
          kind: 'request.served',
          occurredAt: new Date(start),
          recordedAt: new Date(start),
          body: { leavesAt: instant(start + 10 * MINUTE) },
        },
      ],
      [],
    );
    const command = {
      items: null,
      to: null,
      by: { count: 10, unit: 'days' as const },
      asked: true,
      reason: 'Asked for by the clerk.',
    };
    return moveDue(clocked, { do: 'extend', ...command }, id(at), at);
  };
  const happened = ({ at, what, n, items, again }: Happening): Append => {
    const one = (made: NewEntry): Append => ({ key: id(at), entries: [made] });
    switch (what) {
      case 'sent':
        return one(evidence(n, at, 'ContentConsignment', office, `<${n}.${no}@office.example.gov>`));
      case 'opened':
        return one(evidence(n, at, 'ContentHandover', office, null));
      case 'answered':
        return answer(n, at, items);
      case 'extended':
        return one(extended(n, at));
      case 'determined': {
        const item = items[0] ?? 1;
        const seen = newest.get(`${n} ${item}`) ?? fail();
        const deficient = !again && draw() < 0.16;
        const state = {
          matter: matter.id,
          audience: 'public' as const,
          issuer: office,
          service: services[n] ?? fail(),
          request,
          item,
        };
        const finding = deficient ? ('deficient' as const) : ('accepted' as const);
        return one(
          determine(
            { ...state, answer: seen },
            { finding, reasons: deficient ? reasonsFor(draw) : '', seen },
            id(at),
            at,
          ),
        );
      }
      case 'said':
        return { key: id(at), entries: around(n, at) };
    }
  };
  const around = (n: number, at: number): NewEntry[] => {
    const published = instant(at).slice(0, 10);
    const source = id(at);
    const text = { bytes: 4000, name: 'article.txt', sha256: sha256(`${no} ${n}`), type: 'text/plain' };
    const origin = { publisher: 'Example Courier', title: `Certification, day by day: part ${n + 1}`, date: published };
    const words = SAID[n % SAID.length] ?? '';
    const kept = {
      source,
      publisher: origin.publisher,
      title: origin.title,
      published,
      url: `https://courier.example.org/${no}/${n}`,
      fetchedAt: instant(at),
      text,
    };
    const statement = {
      ...{
        statement: id(at),
        holding: null,
        words,
        form: 'paraphrase',
        medium: 'told an outlet',
        outlet: 'Example Courier',
      },
      ...{ speaker: { name: `Spokesperson ${n + 1}`, office: `Clerk, ${recipient(n % parties.length).name}` } },
      ...{ dayOnly: false, source, anchor: null, about: [request] },
    };
    return [
      entry('source.kept', at, who, kept, id(at)),
      entry('statement.made', at, who, statement, id(at)),
      ...(n % 4 === 0
        ? [entry('matter.noted', at, who, { text: `The press reports: ${words}`, source: origin }, id(at))]
        : []),
    ];
  };
  // What came in within a minute is written together, at most some hundred commands.
  for (let from = 0; from < all.length; ) {
    const begun = all[from]?.at ?? 0;
    let to = from;
    while (to < all.length && to - from < 300 && (all[to]?.at ?? 0) - begun < MINUTE) to++;
    yield { at: all[to - 1]?.at ?? begun, commands: all.slice(from, to).map(happened) };
    from = to;
  }
}

function saidOf(item: number, draw: () => number) {
  const which = draw();
  if (which < 0.62) {
    const document = {
      bytes: 20_000,
      name: `item-${item}.pdf`,
      sha256: sha256(String(which)),
      type: 'application/pdf',
    };
    return { item, disposition: 'produced' as const, note: '', documents: [document] };
  }
  if (which < 0.8) return { item, disposition: 'certified' as const, note: 'Certified by the clerk.', documents: [] };
  if (which < 0.9) return { item, disposition: 'no responsive records' as const, note: '', documents: [] };
  if (which < 0.96)
    return { item, disposition: 'objected' as const, note: 'The statute does not reach us.', documents: [] };
  return { item, disposition: 'withheld' as const, note: 'Under advice of counsel.', documents: [] };
}

function fail(): never {
  throw new Error('the story of the benchmark names somebody who is not there');
}
