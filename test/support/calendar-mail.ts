/** Calendar mail out of `test/fixtures/mail`, filled in and encoded as its headers say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../fixtures/mail', import.meta.url));

export interface Filling {
  readonly uid: string;
  readonly organizer: string;
  readonly attendee: string;
  /** as iCalendar writes it: `20260304T160000Z` */
  readonly stamp?: string;
}

const crlf = (text: string) => text.replace(/\r?\n/g, '\r\n');

/** Quoted-printable of RFC 2045, soft line breaks and all. */
function quoted(text: string): string {
  return crlf(text)
    .split('\r\n')
    .map((line) => {
      const encoded = [...Buffer.from(line)]
        .map((byte) =>
          byte === 0x3d || byte > 0x7e || byte < 0x20
            ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
            : String.fromCharCode(byte),
        )
        .join('');
      return encoded.replace(/.{60}(?=.)/g, (part) => (/=.?$/.test(part) ? part : `${part}=\r\n`));
    })
    .join('\r\n');
}

/** @param change pairs that are replaced in the fixture before anything is encoded */
export function calendarMail(
  name: string,
  { uid, organizer, attendee, stamp = '20260304T160000Z' }: Filling,
  change: readonly (readonly [string, string])[] = [],
): Uint8Array {
  let text = readFileSync(join(FOLDER, `${name}.eml`), 'utf8');
  for (const [from, to] of change) {
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  const values = { uid, organizer, attendee, stamp };
  for (const [field, value] of Object.entries(values)) text = text.replaceAll(`{{${field}}}`, value);
  text = text.replace(/\{\{base64\}\}(.*?)\{\{end\}\}/gs, (_, part: string) =>
    Buffer.from(crlf(part)).toString('base64').replace(/.{76}/g, '$&\r\n'),
  );
  text = text.replace(/\{\{qp\}\}(.*?)\{\{end\}\}/gs, (_, part: string) => quoted(part));
  return Buffer.from(crlf(text));
}
