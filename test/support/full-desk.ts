/**
 * An office's desk on a full day, for tests that look at its pages: a request on 130 places with a ladder of steps and a letter that came back, one
 * of ten items with answers of every kind, drafts that are ready, wrong, or just being served, something of each kind that stands around
 * requests, and two alarms of the log. All of it by the rooms' own commands.
 */

import type { Services } from '../../src/base/services.ts';
import { correctingOf } from '../../src/record/correcting.ts';
import { addToCalendar } from '../../src/rooms/clock/calendar-commands.ts';
import { asCorrection } from '../../src/rooms/corrected.ts';
import { addParty, giveAlias, giveChannel } from '../../src/rooms/directory/commands.ts';
import { compareList, recognise } from '../../src/rooms/directory/import/compared.ts';
import { beginImport, changeImport, putFile } from '../../src/rooms/directory/import/store.ts';
import { partiesLike } from '../../src/rooms/directory/view.ts';
import { setLadderOf } from '../../src/rooms/escalation/commands.ts';
import { addFigure } from '../../src/rooms/figures/commands.ts';
import { openMatter } from '../../src/rooms/matters/commands.ts';
import { addMeeting, inviteTo } from '../../src/rooms/meetings/commands.ts';
import { holdOffice } from '../../src/rooms/people/commands.ts';
import { addMembership, stateAffiliation } from '../../src/rooms/people/terms.ts';
import { peopleNamed } from '../../src/rooms/people/view.ts';
import { publishedThing, takeDownThing } from '../../src/rooms/publication/commands.ts';
import { serveDraft, startServing } from '../../src/rooms/requests/serve.ts';
import { chooseReview } from '../../src/rooms/review/commands.ts';
import { beginWriting, changeWriting, writingOf } from '../../src/rooms/review/drafts.ts';
import { keepSource } from '../../src/rooms/sources/commands.ts';
import { addStatement, planStatement } from '../../src/rooms/statements/commands.ts';
import type { Until } from '../../src/rooms/until.ts';
import { raise } from '../../src/witness/alarms.ts';
import { placesCsv, readyDraft } from './desk.ts';

export interface FullDeskNeeds {
  readonly services: Services;
  /** the organisation that asks */
  readonly office: { readonly party: string; readonly partyName: string };
  readonly clock: { now(): number };
  newId(): string;
}

/** @returns paths of pages that show it, by the pattern of their route */
export async function fullDesk(needs: FullDeskNeeds): Promise<Readonly<Record<string, readonly string[]>>> {
  const { services, office, newId } = needs;
  const input = { title: 'The sample letters', slug: 'sample-letters', summary: '', audience: 'public' as const };
  const { id: matter } = await openMatter(services, office, input, newId());
  const most = (i: number) => i > 2;
  const own = { type: 'days' as const, days: 10, business: false, zone: 'America/New_York' };
  const bad = `${placesCsv(23, most)}Washington,place,,,\r\n=SUM(A1),place,Example State,,\r\n`;
  const draft = await readyDraft(services, matter, bad, { itemDues: { '2': own } });
  const good = await readyDraft(services, matter, placesCsv(23, most));
  const further = await readyDraft(services, matter, furtherColumns());
  const serving = await readyDraft(services, matter, placesCsv(40, most));
  const request = await serveDraft(services, await readyDraft(services, matter, placesCsv(130, most)));
  await startServing(services, serving);
  const rows = await services.db
    .selectFrom('view.service')
    .select('id')
    .where('request', '=', request)
    .orderBy('name')
    .execute();
  const service = rows[5]?.id ?? '';
  // A reminder long before the due date, so that the page of a step has somebody to list.
  const rungs = [
    { step: 1, kind: 'reminder', who: 'editor', after: -365 },
    { step: 2, kind: 'subpoena', who: 'owner', after: 15 },
  ] as const;
  await setLadderOf(services, request, rungs, newId());
  await services.db
    .updateTable('work.outbox')
    .set({ state: 'failed', error: '550 5.1.1 no such mailbox here', attempts: 8 })
    .where('service', '=', service)
    .execute();
  const meeting = await around(needs, matter);
  const edited = await editedOn(needs, matter);
  const directory = await directoryOn(needs);
  await alarms(services);
  return {
    ...directory,
    ...edited,
    '/desk/matters/:matter': [`/desk/matters/${matter}`],
    '/desk/drafts/:draft/what': [`/desk/drafts/${draft}/what`],
    '/desk/drafts/:draft/whom': [`/desk/drafts/${draft}/whom`, `/desk/drafts/${further}/whom`],
    '/desk/drafts/:draft/when': [`/desk/drafts/${draft}/when`],
    '/desk/drafts/:draft/letter': [`/desk/drafts/${draft}/letter?n=2`, `/desk/drafts/${further}/letter`],
    '/desk/drafts/:draft/check': [`/desk/drafts/${draft}/check`, `/desk/drafts/${good}/check`],
    '/desk/drafts/:draft/serving': [`/desk/drafts/${serving}/serving`],
    '/desk/drafts/:draft/ladder': [`/desk/drafts/${good}/ladder`],
    '/desk/requests/:request': [`/desk/requests/${request}`, `/desk/requests/${request}?clock=running&text=0001`],
    '/desk/requests/:request/revoke': [`/desk/requests/${request}/revoke`],
    '/desk/requests/:request/steps': [`/desk/requests/${request}/steps`],
    '/desk/requests/:request/steps/:step': [`/desk/requests/${request}/steps/1`],
    '/desk/requests/:request/ladder': [`/desk/requests/${request}/ladder`],
    '/desk/services/:service/letter': [`/desk/services/${service}/letter`],
    '/desk/services/:service/contact': [`/desk/services/${service}/contact`],
    '/desk/matters/:matter/statements': [`/desk/matters/${matter}/statements`],
    '/desk/matters/:matter/figures': [`/desk/matters/${matter}/figures`],
    '/desk/matters/:matter/meetings/:meeting': [`/desk/matters/${matter}/meetings/${meeting}`],
  };
}

/** A file as an office keeps it: eleven columns beyond those that are asked for, with long names and long cells. */
function furtherColumns(): string {
  const further = [
    'county_seat',
    'population_2020',
    'clerk_telephone',
    'previous_request',
    'street_address',
    'city_state_zip',
    'amount_of_last_award',
    'programme',
    'case_officer',
    'notes',
    'fiscal_year_end',
  ];
  const lines = placesCsv(23).trimEnd().split('\r\n');
  const cells = (i: number) => [
    'Exampleton',
    String(12_000 + i * 317),
    '555 0100',
    `ZZ-2025-${i}`,
    `${i} Long Example Boulevard, Suite ${i}`,
    'Exampleton, ZZ 00000',
    `$${(1_250_000 + i).toLocaleString('en-US').replaceAll(',', ' ')}`,
    'Assistance with the keeping of records',
    'Sam Example',
    'Asked to be written to in the first week of a month only',
    '30 June',
  ];
  return `${lines.map((line, i) => [line, ...(i === 0 ? further : cells(i))].join(',')).join('\r\n')}\r\n`;
}

/** Two alarms, so that the desk and the log's page show what they show on their worst day. */
async function alarms({ db, clock, random }: Services): Promise<void> {
  const note = (await db.selectFrom('log.checkpoint').select('note').executeTakeFirst())?.note ?? 'no checkpoint yet';
  for (const at of [90, 91]) {
    const evidence = { checkpoint: note, answer: `409: ${at}` };
    await raise({ db, clock, random }, { kind: 'ahead', who: 'north.example.gov/w+01234567', at, ours: 5, evidence });
  }
}

/** Something of each kind that stands around requests. @returns id of a meeting */
async function around({ services, office, newId, clock }: FullDeskNeeds, matter: string): Promise<string> {
  const from = { publisher: 'Example Courier', title: 'Letters arrive', date: '2026-02-27' };
  const person = {
    name: 'Pat Sample',
    who: '',
    note: '',
    party: office.partyName,
    title: 'Director',
    from: '',
    until: '',
  };
  await holdOffice(services, office.party, { ...person, source: from }, newId());
  const text = '“Perhaps the mailbox should be checked.” About $200 billion, or $1 trillion.';
  const kept = { publisher: from.publisher, title: from.title, published: from.date, url: null, text };
  const source = await keepSource(services, matter, kept, newId());
  const at = clock.now() - 86_400_000;
  const said = { holding: '', name: 'A clerk', words: 'Perhaps the mailbox should be checked', outlet: '', source };
  const when = { saidAt: at, saidOn: '2026-03-01', dayOnly: true };
  await addStatement(services, matter, { ...said, ...when, form: 'quotation', medium: 'statement' }, newId());
  const figure = {
    measure: 'Money on offer',
    unit: 'US dollars',
    high: '',
    asOf: '',
    holding: '',
    claimedAt: at,
    source,
  };
  for (const [low, originalValue, qualifier] of [
    ['200000000000', 'About $200 billion', 'about'],
    ['1000000000000', '$1 trillion', 'exactly'],
  ] as const)
    await addFigure(services, matter, { ...figure, low, originalValue, qualifier, claimant: 'somebody' }, newId());
  const call = {
    convener: office.partyName,
    subject: 'Roads and bridges',
    place: 'Town hall',
    startsAt: at,
    endsAt: null,
  };
  const meeting = await addMeeting(
    services,
    matter,
    { ...call, dayOnly: false, capacity: '40', agenda: '' },
    newId(),
    at,
  );
  await inviteTo(services, matter, meeting, `Pat Sample; ${office.partyName}`, newId());
  const event = { type: 'holiday', on: '2026-03-12', name: 'Founders’ Day' } as const;
  const by = { issuer: office.party, zone: 'America/New_York' };
  await addToCalendar(services, by, { party: office.party, event, reason: 'By the council.', source: null }, newId());
  return meeting;
}

/** A statement that was corrected, one under an embargo, one that was taken down; drafts that wait, were sent back, and were deleted. */
async function editedOn(
  { services, newId, clock, office }: FullDeskNeeds,
  matter: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { db } = services;
  const kept = { publisher: 'Example Courier', title: 'A second report', published: null, url: null };
  const source = await keepSource(services, matter, { ...kept, text: 'Three things were said.' }, newId());
  const said = {
    holding: '',
    name: 'Kim Sample',
    outlet: '',
    source,
    form: 'paraphrase',
    medium: 'statement',
  } as const;
  const when = { saidAt: clock.now() - 86_400_000, saidOn: '2026-03-01', dayOnly: true };
  const things: string[] = [];
  const make = async (words: string, until: Until | null) => {
    await addStatement(services, matter, { ...said, ...when, words }, newId(), until);
    const { id } = await db
      .selectFrom('view.statement')
      .select('id')
      .where('words', '=', words)
      .executeTakeFirstOrThrow();
    things.push(`/desk/matters/${matter}/published/${id}`);
    return id;
  };
  const corrected = await make('The first of three.', null);
  await make('The second, which nobody outside sees yet.', {
    until: clock.now() + 86_400_000,
    zone: 'America/New_York',
  });
  const subject = await make('The third, taken down since.', null);
  const role = 'owner' as const;
  await takeDownThing(services, { matter, subject, role, reason: 'Said by somebody else.', once: newId() });
  const found = await publishedThing(services, matter, corrected);
  const fact = await planStatement(services, matter, {
    ...said,
    ...when,
    words: 'The first of three, as it was meant.',
  });
  const given = { note: 'The end of it was missing.', by: role };
  const correction = asCorrection(fact, correctingOf(found, found.entries[0]?.entry ?? '', given));
  await services.ledger.append({ key: `correction:${newId()}`, entries: [correction] });
  const by = { userId: 'somebody', name: 'Sam Example' };
  const drafts: string[] = [];
  for (const change of [
    { state: 'draft' as const },
    { state: 'waiting' as const },
    { state: 'returned' as const, note: { text: 'Name the office.', by: 'Olga Example' } },
    { deleted: true },
  ]) {
    const id = newId();
    const values = { words: 'Half a sentence', form: 'paraphrase', source, zone: 'America/New_York' };
    await beginWriting(db, { id, matter, kind: 'statement', values, thing: null, corrects: null }, by, clock.now());
    await changeWriting(db, await writingOf(db, matter, id), change, clock.now());
    drafts.push(`/desk/matters/${matter}/writing/${id}`);
  }
  await chooseReview(services, { party: office.party, role }, { second: true, reviewer: 'editor' }, newId());
  return {
    '/desk/matters/:matter/published/:thing': things,
    '/desk/matters/:matter/writing/:edit': drafts,
    '/record/:slug/statements': ['/record/sample-letters/statements'],
  };
}

/** An association with a president, an address that changed, a list that waits for a choice and one whose columns have to be named. */
async function directoryOn({
  services,
  office,
  newId,
}: FullDeskNeeds): Promise<Readonly<Record<string, readonly string[]>>> {
  const from = { publisher: 'Example Courier', title: 'Elections', date: '2026-01-20' };
  const { db } = services;
  const kind = { kind: 'association', ocdId: '', state: '', seat: 'Example City', timeZone: '' };
  const association = await addParty(services, office.party, { ...kind, name: 'Conference of Examples' }, newId());
  const mayor = {
    name: 'Kim Sample',
    who: '',
    note: '',
    party: 'Place 000005',
    title: 'Mayor',
    from: '2024-01-02',
    until: '',
  };
  await holdOffice(services, office.party, { ...mayor, source: from }, newId());
  const person = (await peopleNamed(db, 'Kim Sample'))[0]?.id ?? '';
  const role = { association, person, member: '', role: 'president', from: '2026-01-20', until: '', source: from };
  await addMembership(services, office.party, role, newId());
  const counted = { with: 'Example Party', from: '', until: '', source: from };
  await stateAffiliation(services, office.party, person, counted, newId());
  const [{ id: place } = { id: '' }] = await partiesLike(db, [], ['Place 000005']);
  const channel = { type: 'mail', address: 'records@place-5.example.gov', label: 'records officer', replaces: '' };
  await giveChannel(services, office.party, place, channel, newId());
  await giveAlias(services, office.party, place, { of: 'name', value: 'Fifth Place', note: '' }, newId());
  const csv = [
    'name,kind,state,ocd_id,email',
    'Place 000005,place,Example State,ocd-division/country:us/state:zz/place:p000005,desk@place-5.example.gov',
    'Elm,hamlet,,,',
    'Oak,place,Example State,,',
  ].join('\n');
  const list = async (compared: boolean) => {
    const id = await beginImport(services, office.party);
    async function* bytes() {
      yield new TextEncoder().encode(csv);
    }
    await putFile(db, id, 0, 'clerks.csv', bytes(), 100_000, () => new Error('too large'));
    await recognise(services, id);
    if (compared) await changeImport(services, id, { state: 'comparing' });
    await compareList(services, id);
    return `/desk/directory/imports/${id}`;
  };
  return {
    '/desk/directory': ['/desk/directory?state=Example+State'],
    '/desk/directory/:party': [association, place].map((id) => `/desk/directory/${id}`),
    '/desk/people/:person': [`/desk/people/${person}`],
    '/desk/directory/imports/:import': [await list(false), `${await list(true)}?what=changed`],
    '/party/:party': [association, place].map((id) => `/party/${id}`),
    '/person/:person': [`/person/${person}`],
    '/parties': ['/parties?q=place'],
  };
}
