/** Who said what in the example, and which figures are claimed: parties, offices, kept sources, statements, figures, through the rooms' own commands. */
import { instant } from '../base/clock.ts';
import { uuidv7 } from '../base/ids.ts';
import type { Services } from '../base/services.ts';
import { partiesLike } from '../rooms/directory/view.ts';
import { addFigure } from '../rooms/figures/commands.ts';
import { figuresOf } from '../rooms/figures/view.ts';
import type { Speaker } from '../rooms/matters/commands.ts';
import { addMeeting, addParticipation, inviteTo, meetingIn } from '../rooms/meetings/commands.ts';
import { holdOffice } from '../rooms/people/commands.ts';
import { holdingsLike } from '../rooms/people/view.ts';
import { keepSource } from '../rooms/sources/commands.ts';
import { sourcesOf } from '../rooms/sources/view.ts';
import { addStatement } from '../rooms/statements/commands.ts';
import { statementsOf } from '../rooms/statements/view.ts';
import { localInput } from '../ui/time.tsx';
import type { ExampleData } from './example-data.ts';

const ZONE = 'America/New_York';
/** That day in Washington. */
const dayOf = (at: string) => localInput(new Date(at), ZONE).slice(0, 10);

/** Loads what is missing; each step has a key of its own. */
export async function loadSaid(
  services: Services,
  matter: string,
  issuer: Speaker,
  { people, said }: ExampleData,
  key: string,
): Promise<void> {
  const { db } = services;
  const there = (await statementsOf(db, matter)).length + (await figuresOf(db, matter)).length;
  if (there >= said.statements.length + said.figures.length) return;
  await registerParties(services, people, key);
  const source = { ...people.source };
  for (const [i, person] of people.people.entries()) {
    const known = (await holdingsLike(db, person.name)).some((one) => one.title === person.title);
    const form = { ...person, who: '', note: '', from: '', until: '', source };
    if (!known) await holdOffice(services, issuer.party, form, `${key}:person:${i}`);
  }
  const sources = new Map<string, string>();
  for (const [name, form] of Object.entries(said.sources))
    sources.set(name, await keepSource(services, matter, { ...form, url: null }, `${key}:${name}`));
  const holdings = await holdingsLike(db);
  for (const [i, { speaker, at, source: from, outlet, ...one }] of said.statements.entries()) {
    const holding = holdings.find((held) => held.name === speaker)?.id ?? '';
    const when = { saidAt: Date.parse(at), saidOn: dayOf(at), dayOnly: true };
    const form = { ...one, ...when, holding, name: speaker, outlet: outlet ?? '', source: sources.get(from) ?? '' };
    await addStatement(services, matter, form, `${key}:statement:${i}`);
  }
  for (const [i, { at, source: from, ...one }] of said.figures.entries()) {
    const form = {
      ...one,
      high: '',
      asOf: '',
      holding: '',
      claimedAt: Date.parse(at),
      source: sources.get(from) ?? '',
    };
    await addFigure(services, matter, form, `${key}:figure:${i}`);
  }
}

/** The meeting, who is known to have been invited, and what was said of taking part. */
export async function loadMeeting(
  services: Services,
  matter: string,
  { meeting, said }: ExampleData,
  key: string,
): Promise<void> {
  const { convener, subject, place, day, agenda, invited } = meeting;
  // Midnight there: only the day is known, and letters and words of that day are to stand after it was called.
  const startsAt = Date.parse(`${day}T05:00:00.000Z`);
  const call = { convener, subject, place: place ?? '', startsAt, endsAt: null, dayOnly: true, capacity: '', agenda };
  const id = await addMeeting(services, matter, call, `${key}:meeting`, startsAt);
  const there = (await meetingIn(services, matter, id)).participants;
  if (there.reduce((n, one) => n + one.said.length, 0) >= meeting.said.length) return;
  if (there.length === 0) {
    const lines = invited.map(({ name, party }) => `${name}; ${party}`).join('\n');
    await inviteTo(services, matter, id, lines, `${key}:invited`, startsAt);
  }
  const { participants } = await meetingIn(services, matter, id);
  const [source = ''] = Object.keys(said.sources);
  const kept =
    (await sourcesOf(services.db, matter)).find((one) => one.title === said.sources[source]?.title)?.id ?? '';
  for (const [i, { who, at, sayer, reason, ...one }] of meeting.said.entries()) {
    const participant = participants.find(({ name }) => name === who)?.id ?? '';
    const form = { ...one, participant, at: Date.parse(at), dayOnly: true, delegate: '', words: '', source: kept };
    await addParticipation(
      services,
      matter,
      id,
      { ...form, sayer: sayer ?? '', reason: reason ?? '' },
      `${key}:said:${i}`,
    );
  }
}

/** Parties that nobody has registered under their name yet. */
async function registerParties(
  { db, ledger, clock, random }: Services,
  { parties }: ExampleData['people'],
  key: string,
): Promise<void> {
  const known = await partiesLike(
    db,
    [],
    parties.map((one) => one.name),
  );
  for (const one of parties) {
    if (known.some(({ name }) => name.toLowerCase() === one.name.toLowerCase())) continue;
    const now = clock.now();
    const party = uuidv7(now, random);
    await ledger.append({
      key: `${key}:party:${one.name}`,
      entries: [
        {
          kind: 'party.registered',
          id: uuidv7(now, random),
          matter: null,
          by: party,
          occurredAt: instant(now),
          audience: 'public',
          body: { party, ...one },
        },
      ],
    });
  }
}
