/** Who said what in the example, and which figures are claimed: parties, offices, kept sources, statements, figures, through the rooms' own commands. */
import { instant } from '../base/clock.ts';
import { uuidv7 } from '../base/ids.ts';
import type { Services } from '../base/services.ts';
import { partiesLike } from '../rooms/directory/view.ts';
import { addFigure } from '../rooms/figures/commands.ts';
import { figuresOf } from '../rooms/figures/view.ts';
import type { Speaker } from '../rooms/matters/commands.ts';
import { holdOffice } from '../rooms/people/commands.ts';
import { holdingsLike } from '../rooms/people/view.ts';
import { keepSource } from '../rooms/sources/commands.ts';
import { addStatement } from '../rooms/statements/commands.ts';
import { statementsOf } from '../rooms/statements/view.ts';
import type { ExampleData } from './example-data.ts';

/** Noon in Washington, on a day whose hour is not known. */
const noon = (day: string) => Date.parse(`${day}T17:00:00.000Z`);

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
  for (const [i, { speaker, day, source: from, outlet, ...one }] of said.statements.entries()) {
    const holding = holdings.find((held) => held.name === speaker)?.id ?? '';
    const when = { saidAt: noon(day), saidOn: day, dayOnly: true };
    const form = { ...one, ...when, holding, name: speaker, outlet: outlet ?? '', source: sources.get(from) ?? '' };
    await addStatement(services, matter, form, `${key}:statement:${i}`);
  }
  for (const [i, { day, source: from, ...one }] of said.figures.entries()) {
    const form = { ...one, high: '', asOf: '', holding: '', claimedAt: noon(day), source: sources.get(from) ?? '' };
    await addFigure(services, matter, form, `${key}:figure:${i}`);
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
