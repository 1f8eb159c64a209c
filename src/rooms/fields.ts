/** Fields that the entries and forms of every room share. */
import { z } from 'zod';
import { UUID } from '../base/ids.ts';
import { t } from '../base/language.ts';

export const uuid = z.string().regex(UUID, { error: () => t('answers.shared.wrong.id') });

// C0, C1, and the marks that change reading direction or hide text (Unicode TR 36, section 2.5).
// U+061C, U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069 are all that have Bidi_Control; U+2028 and U+2029 break lines.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const HIDDEN_BUT_BREAKS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

// Below U+0300 every text is in NFC already (Unicode 15, section 3.11), and most text here is.
const BEYOND_LATIN = /[^\0-\u02ff]/;
export const nfc = (text: string) => (BEYOND_LATIN.test(text) ? text.normalize('NFC') : text);

/** One line of text: trimmed, NFC, without control or direction characters, 1 to `max` characters. */
export const line = (max: number) =>
  z
    .string()
    .overwrite((text) => nfc(text.trim()))
    .min(1, { error: () => t('answers.shared.wrong.missing') })
    .max(max, { error: () => t('answers.shared.wrong.longer', { max }) })
    .refine((text) => text.isWellFormed() && !HIDDEN.test(text), { error: () => t('answers.shared.wrong.hidden') });

/** A mailbox that mail can be sent to: plain `local@domain`, nothing that could break out of a header line. */
export const mailbox = z
  .string()
  .max(254)
  .regex(/^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}$/);

/** Text of several lines, line breaks as \n; may be empty. */
export const prose = (max: number) =>
  z
    .string()
    .overwrite((text) => nfc(text.replace(/\r\n?/g, '\n').replace(/\t/g, ' ').trim()))
    .max(max, { error: () => t('answers.shared.wrong.longer', { max }) })
    .refine((text) => text.isWellFormed() && !HIDDEN_BUT_BREAKS.test(text), {
      error: () => t('answers.shared.wrong.hidden'),
    });

/** A calendar date that exists, `YYYY-MM-DD`. */
export const isoDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: () => t('answers.shared.wrong.date') })
  .refine(
    (text) => {
      const date = new Date(`${text}T00:00:00Z`);
      return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
    },
    { error: () => t('answers.shared.wrong.no-date'), params: { refusal: 'date-not-in-calendar' } },
  );

/** An IANA time zone known to this machine, such as `America/New_York`. */
export const timeZone = z.string().refine(
  (zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return zone.includes('/') || zone === 'UTC';
    } catch {
      return false;
    }
  },
  { error: () => t('answers.shared.wrong.zone'), params: { refusal: 'time-zone-unknown' } },
);

/** RFC 3339, UTC, milliseconds. */
export const instantText = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

/** A document as entries name it (FORMATS.md, "Entry"). */
export const documentRef = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
  name: line(255),
  type: line(120),
});
export type DocumentRef = z.infer<typeof documentRef>;
