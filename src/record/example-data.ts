/** The files of an example as data: read from disk and checked with the rooms' own schemas. Writes nothing. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { dueRule } from '../rooms/clock/entries.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { instantText, line, prose } from '../rooms/fields.ts';
import { slug, source } from '../rooms/matters/entries.ts';

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

export interface ExampleData {
  readonly matter: z.infer<typeof matterFile>;
  readonly notes: z.infer<typeof notesFile>;
  /** CSV as staff would upload it */
  readonly recipients: Uint8Array;
}

export const LETTERS_2018 = fileURLToPath(new URL('../../examples/2018-letters/', import.meta.url));

/** Reads `matter.json`, `notes.json` and `recipients.csv` of a folder. @throws ZodError where a file is not of its form */
export async function readExample(folder: string = LETTERS_2018): Promise<ExampleData> {
  const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(`${folder}/${name}`, 'utf8'));
  return {
    matter: matterFile.parse(await json('matter.json')),
    notes: notesFile.parse(await json('notes.json')),
    recipients: await readFile(`${folder}/recipients.csv`),
  };
}
