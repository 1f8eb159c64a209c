/** The files of an example as data: read from disk and checked with the rooms' own schemas. Writes nothing. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { dueRule } from '../rooms/clock/entries.ts';
import { CONSEQUENCE_KINDS } from '../rooms/consequences/entries.ts';
import { ocdId, PARTY_KINDS } from '../rooms/directory/entries.ts';
import { instantText, isoDate, line, prose } from '../rooms/fields.ts';
import { decimal, QUALIFIERS } from '../rooms/figures/entries.ts';
import { slug, source } from '../rooms/matters/entries.ts';
import { PARTSTATS, SAYERS } from '../rooms/meetings/entries.ts';
import { FORMS, MEDIA } from '../rooms/statements/entries.ts';

const matterFile = z.strictObject({
  slug,
  title: line(200),
  summary: prose(2000),
  issuer: z.strictObject({ name: line(200), kind: z.enum(PARTY_KINDS) }),
  servedAt: instantText,
  request: z.strictObject({
    title: line(200),
    authority: line(500),
    items: z.array(prose(4000)).min(1),
    due: dueRule,
    source,
  }),
});
const notesFile = z.array(z.strictObject({ at: instantText, text: prose(2000), source }));

const peopleFile = z.strictObject({
  parties: z.array(
    z.strictObject({ name: line(200), kind: z.enum(PARTY_KINDS), state: line(60).nullable(), ocdId: ocdId.nullable() }),
  ),
  /** where it is known from that they held these offices; from when to when, it does not say */
  source,
  people: z.array(z.strictObject({ name: line(200), title: line(200), party: line(200) })),
});
/**
 * `at`: only the day is known of nearly everything. What was there before the letters stands at the beginning of its day in Washington, what
 * answered them at its end, so that the order is right; pages show the day alone.
 */
const common = { at: instantText, source: z.string() };
const meetingFile = z.strictObject({
  convener: line(200),
  subject: line(200),
  place: line(300).nullable(),
  day: isoDate,
  agenda: prose(4000),
  invited: z.array(z.strictObject({ name: line(200), party: line(200) })),
  said: z.array(
    z.strictObject({
      at: instantText,
      who: line(200),
      partstat: z.enum(PARTSTATS),
      by: z.enum(SAYERS),
      sayer: line(200).nullable(),
      reason: line(500).nullable(),
    }),
  ),
});
const statementsFile = z.strictObject({
  /** by name; only the words that are quoted are kept of each */
  sources: z.record(
    z.string(),
    z.strictObject({ publisher: line(200), title: line(300), published: isoDate.nullable(), text: prose(20_000) }),
  ),
  statements: z.array(
    z.strictObject({
      ...common,
      speaker: line(200),
      words: prose(2000),
      form: z.enum(FORMS),
      medium: z.enum(MEDIA),
      outlet: line(200).nullable(),
    }),
  ),
  figures: z.array(
    z.strictObject({
      ...common,
      measure: line(200),
      unit: line(40),
      low: decimal,
      qualifier: z.enum(QUALIFIERS),
      originalValue: line(300),
      claimant: line(200),
    }),
  ),
});

const ordersFile = z.strictObject({
  consequences: z.array(
    z.strictObject({
      key: z.string(),
      kind: z.enum(CONSEQUENCE_KINDS),
      programme: line(200),
      words: prose(1000),
      day: isoDate,
      publisher: line(200),
      title: line(300),
    }),
  ),
  orders: z.array(
    z.strictObject({
      court: line(200),
      docket: line(100),
      title: line(300),
      day: isoDate,
      words: prose(1000),
      /** null: nationwide */
      places: z.array(ocdId).min(1).nullable(),
      /** keys of those it enjoins */
      consequences: z.array(z.string()),
    }),
  ),
});

export interface ExampleData {
  readonly ordered: z.infer<typeof ordersFile>;
  readonly people: z.infer<typeof peopleFile>;
  readonly said: z.infer<typeof statementsFile>;
  readonly meeting: z.infer<typeof meetingFile>;
  readonly matter: z.infer<typeof matterFile>;
  readonly notes: z.infer<typeof notesFile>;
  /** CSV as staff would upload it */
  readonly recipients: Uint8Array;
}

export const LETTERS_2018 = fileURLToPath(new URL('../../examples/2018-letters/', import.meta.url));

/** Reads `matter.json`, `people.json`, `statements.json`, `meeting.json`, `orders.json`, `notes.json` and `recipients.csv` of a folder. @throws ZodError where a file is not of its form */
export async function readExample(folder: string = LETTERS_2018): Promise<ExampleData> {
  const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(`${folder}/${name}`, 'utf8'));
  return {
    matter: matterFile.parse(await json('matter.json')),
    people: peopleFile.parse(await json('people.json')),
    said: statementsFile.parse(await json('statements.json')),
    ordered: ordersFile.parse(await json('orders.json')),
    meeting: meetingFile.parse(await json('meeting.json')),
    notes: notesFile.parse(await json('notes.json')),
    recipients: await readFile(`${folder}/recipients.csv`),
  };
}
