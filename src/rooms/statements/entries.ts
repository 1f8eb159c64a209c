/** What may be written of statements: who said what, where, reported by whom, and about what. */
import { z } from 'zod';
import { correction } from '../corrected.ts';
import { line, prose, uuid } from '../fields.ts';
import { textQuote } from '../quotation.ts';

/** A quotation stands word for word in the kept copy of its source; a paraphrase is in the words of whoever wrote it down. */
export const FORMS = ['quotation', 'paraphrase'] as const;
export const MEDIA = ['statement', 'post', 'letter', 'hearing', 'interview', 'spokesperson', 'told an outlet'] as const;
export type Medium = (typeof MEDIA)[number];

/** As they stood when it was said: a later office changes nothing. */
export const speaker = z.strictObject({
  name: line(200),
  /** "Mayor, City of Example"; null for somebody who is known by name alone */
  office: line(420).nullable(),
});

const made = {
  statement: uuid,
  /** the person in the office; null for somebody the directory does not have */
  holding: uuid.nullable(),
  speaker,
  words: prose(2000).pipe(z.string().min(1)),
  form: z.enum(FORMS),
  medium: z.enum(MEDIA),
  /** whom they told, or who has the words from them */
  outlet: line(200).nullable(),
  /** only the day is known */
  dayOnly: z.boolean(),
  source: uuid,
  /** where the words stand in the source; null for a paraphrase */
  anchor: textQuote.nullable(),
  /** what it is about: requests, services, orders, meetings */
  about: z.array(uuid).max(50),
};

export const statementMade = z.strictObject(made);

/** The whole statement as it should have been; the entry's `corrects` names the one that it replaces. */
export const statementCorrected = z.strictObject({ ...made, correction });

export const statementEntries = { 'statement.made': statementMade, 'statement.corrected': statementCorrected } as const;
