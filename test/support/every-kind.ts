/**
 * A `world` with entries of every kind that people write: the example, a whole exchange of an office, and what is left of the table of kinds in
 * the form of its fixtures, about the same request. Erasures and hand-overs are not here: they are commands.
 */
import type { JsonObject } from '../../src/proof/index.ts';
import { loadExample } from '../../src/record/example.ts';
import { ENTRY_KINDS } from '../../src/rooms/entries.ts';
import { noteMatter } from '../../src/rooms/matters/commands.ts';
import { serveDraft } from '../../src/rooms/requests/serve.ts';
import { ASKED } from '../fixtures/asked.ts';
import { DIRECTORY } from '../fixtures/directory.ts';
import { EDITED } from '../fixtures/edited.ts';
import { ESCALATION } from '../fixtures/escalation.ts';
import { INVITED } from '../fixtures/invited.ts';
import { MOVES } from '../fixtures/moves.ts';
import { SOURCED } from '../fixtures/sourced.ts';
import { ISSUER, RECIPIENT, uuid } from '../fixtures/world.ts';
import { type Exchange, exchange } from './exchange.ts';
import { firstOwner } from './people.ts';
import type { World } from './world.ts';

export interface EveryKind {
  readonly exchange: Exchange;
  /** slug of the example's matter */
  readonly example: string;
  /** text of a note in the exchange's matter, and the entry that it is in */
  readonly note: { readonly text: string; readonly entry: string };
}

/** A thing of the example that is written about, with what it is part of and who writes about it. */
interface About {
  readonly id: string;
  readonly of: string;
  readonly matter: string;
  readonly issuer: string;
}

/** What commands write, each with the test that runs it as one. */
export const BY_COMMAND = ['entry.erased', 'document.erased', 'log.handed-over', 'log.continued'];

/** Kinds that are in the log. */
export async function kindsIn(w: World): Promise<ReadonlySet<string>> {
  const rows = await w.db.selectFrom('ledger.entry').select('kind').distinct().execute();
  return new Set(rows.map((row) => row.kind));
}

export async function everyKind(w: World): Promise<EveryKind> {
  const email = 'owner@office.example.gov';
  await firstOwner(w, email, 'Office of Examples');
  const x = await exchange(w, email, 'delta');
  const example = await loadExample(w.services);
  const [place] = x.places;
  const text = 'A name that has to go.';
  const source = { publisher: 'Example Gazette', title: 'Names', date: '2026-03-01' };
  await noteMatter(w.services, x.matter, { text, source }, w.t.newId());
  const { rows } = await w.owner.query<{ id: string }>(
    `select id from ledger.entry where matter = $1 and kind = 'matter.noted'`,
    [x.matter],
  );
  const write = async (
    kind: string,
    body: JsonObject,
    more: { matter?: string | null; by?: string; audience?: 'parties' | 'own' } = {},
  ) => {
    const id = w.t.newId();
    const occurredAt = new Date(w.clock.now()).toISOString();
    const entry = { kind, id, matter: x.matter, by: x.party, occurredAt, audience: 'public' as const, body, ...more };
    await w.t.ledger.append({ key: id, entries: [entry] });
    return id;
  };
  const revoked = await serveDraft(w.services, await x.newDraft());
  await write('request.revoked', { request: revoked, reason: 'Sent with the wrong date.' });
  const { service, answer } = place;
  const found = { service, request: x.request, item: 1, answer, finding: 'accepted', reasons: '' };
  await write('item.determined', found);

  // The rest as the fixtures have it, about what is there: ids of the made-up world become ids of this one.
  const one = async (query: string): Promise<About> => {
    const { rows } = await w.owner.query<About>(query);
    if (!rows[0]) throw new Error('the example has no figure or nobody invited');
    return rows[0];
  };
  const figure = await one(
    'select f.id, f.id as of, f.matter, m.issuer from view.figure f join view.matter m on m.id = f.matter limit 1',
  );
  const seat = await one(
    `select p.id, p.meeting as of, g.matter, m.issuer from view.participant p join view.meeting g on g.id = p.meeting
     join view.matter m on m.id = g.matter limit 1`,
  );
  const here = new Map<string, string>([
    [uuid('service whose clock moves'), service],
    [uuid('service that is pressed'), service],
    [uuid('service that asks for time'), service],
    [uuid('request'), x.request],
    [uuid('entry consequence.announced'), x.consequence],
    [uuid('figure'), figure.id],
    [uuid('meeting'), seat.of],
    [uuid('participant'), seat.id],
    [ISSUER, x.party],
  ]);
  // Whom the directory's entries are about: nobody of the exchange.
  const party = { kind: 'place', ocdId: null, state: null };
  await write('party.registered', { party: RECIPIENT, name: 'Exampleton', ...party }, { matter: null });
  await write('party.registered', { party: uuid('association'), name: 'Conference', ...party }, { matter: null });
  await write('person.registered', { person: uuid('person'), name: 'Pat Sample', note: null }, { matter: null });
  const before = await kindsIn(w);
  for (const [kind, entry] of Object.entries({
    ...MOVES,
    ...ESCALATION,
    ...SOURCED,
    ...EDITED,
    ...ASKED,
    ...DIRECTORY,
    ...INVITED,
  })) {
    if (before.has(kind)) continue;
    let body = JSON.stringify(entry.body);
    for (const [from, to] of here) body = body.replaceAll(from, to);
    const ofMeeting =
      kind === 'attendance.taken' ||
      kind === 'meeting.changed' ||
      kind === 'meeting.cancelled' ||
      kind.startsWith('invitation.');
    const about = kind.startsWith('figure.') ? figure : ofMeeting ? seat : null;
    const id = await write(kind, JSON.parse(body), {
      ...(about ? { matter: about.matter, by: about.issuer } : {}),
      ...(entry.matter === null ? { matter: null } : {}),
      ...(entry.audience === 'public' ? {} : { audience: entry.audience }),
    });
    here.set(entry.id, id);
  }
  await w.publish();
  await w.post.round();
  await w.publish();
  const kinds = await kindsIn(w);
  const missing = Object.keys(ENTRY_KINDS).filter((kind) => !kinds.has(kind) && !BY_COMMAND.includes(kind));
  if (missing.length > 0) throw new Error(`no entry of ${missing.join(', ')}: write one here`);
  return { exchange: x, example: example.slug, note: { text, entry: rows[0]?.id ?? '' } };
}
