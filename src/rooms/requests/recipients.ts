/**
 * Recipients from a list: what each row says, and every row that cannot be used, named by its line. Reads no database; when two rows are the
 * same party stands in same-party.ts.
 */
import type { z } from 'zod';
import { breather } from '../../base/breath.ts';
import { t } from '../../base/language.ts';
import { ocdId, PARTY_KINDS, type PartyKind } from '../directory/entries.ts';
import { NEEDS_PLACE } from '../directory/view.ts';
import { line, mailbox, timeZone } from '../fields.ts';
import { stateName } from '../states.ts';
import { type CsvBytes, parseCsv, wrongFile } from './recipients-csv.ts';
import { seenRows, stateContradiction, twinWords } from './same-party.ts';

export { MAX_CSV_BYTES, MAX_ROWS } from './recipients-csv.ts';

export interface Recipient {
  /** line of the CSV, the header being line 1 */
  readonly line: number;
  readonly name: string;
  readonly kind: PartyKind;
  readonly state: string | null;
  readonly ocdId: string | null;
  /** IANA time zone, where it was given */
  readonly zone: string | null;
  readonly email: string | null;
  /** further columns, for merge fields */
  readonly merge: Readonly<Record<string, string>>;
}

export interface Problem {
  readonly line: number;
  readonly what: string;
}

export interface Recipients {
  readonly rows: readonly Recipient[];
  readonly problems: readonly Problem[];
  /** names of further columns, usable as merge fields */
  readonly columns: readonly string[];
}

const KNOWN = ['name', 'kind', 'state', 'ocd_id', 'time_zone', 'email'] as const;
const NEEDED = ['name', 'kind'] as const;
// What a spreadsheet would run as a formula when the list is opened again (CSV injection, OWASP).
const FORMULA = /^[=+\-@\t\r]/;
/** How people write that there is none. */
const NOTHING: ReadonlySet<string> = new Set(['-', '–', '—']);
const OPTIONAL: ReadonlySet<string> = new Set(['state', 'ocd_id', 'time_zone', 'email']);
export const email = mailbox;
// Made once: building a schema costs a hundred times what a row's check costs.
const nameText = line(200);
const stateText = line(60);
const mergeText = line(500);

/** How many lines of the file are read, or how many of its rows are checked. */
export type OnProgress = (stage: 'reading' | 'checking', done: number) => Promise<void> | null;

/**
 * Rows and problems of a list. Works in slices of some milliseconds, so that a large file keeps nobody else waiting.
 * @param onProgress told often how many lines are read, then how many rows are checked; what it throws ends the reading
 * @throws InvalidInput when the file as a whole cannot be used
 */
export async function readRecipients(bytes: CsvBytes, onProgress: OnProgress = () => null): Promise<Recipients> {
  const records = await parseCsv(bytes, (lines) => onProgress('reading', lines));
  const header = (records[0]?.record ?? []).map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  const missing = NEEDED.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    const found = header.filter(Boolean).slice(0, 20).join(', ') || t('requests.csv.nothing');
    const [first = '', second = ''] = missing;
    throw wrongFile(t('requests.csv.no-column', { n: missing.length, missing: first, second, found }));
  }
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice) throw wrongFile(t('requests.csv.twice', { column: twice }));
  if (records.length === 1) throw wrongFile(t('requests.csv.no-rows'));
  const columns = header.filter((name) => /^[a-z][a-z0-9_]{0,39}$/.test(name) && !KNOWN.some((k) => k === name));

  const rows: Recipient[] = [];
  const problems: Problem[] = [];
  const seen = seenRows<Recipient>();
  const breath = breather();
  for (const [done, { record, at }] of records.slice(1).entries()) {
    const pause = breath();
    if (pause) {
      await pause;
      await onProgress('checking', done);
    }
    const cells = new Map(header.map((name, i) => [name, (record[i] ?? '').trim()]));
    const row = readRow(cells, at, columns);
    if (typeof row === 'string') {
      problems.push({ line: at, what: row });
      continue;
    }
    const twin = seen.see(row);
    if (twin) problems.push({ line: at, what: twinWords(row, twin.row, twin.by, twin.row.line) });
    else rows.push(row);
  }
  return { rows, problems, columns };
}

/** Further columns of one row may hold this much together, so that the entry of its service stays well below 60,000 bytes. */
const MAX_MERGE_BYTES = 20_000;

/** What is wrong with a cell, as the end of a sentence about it. */
const problemOf = (error: z.ZodError): string => error.issues[0]?.message ?? t('requests.unusable');

/** One row, or what is wrong with it. */
export function readRow(
  cells: ReadonlyMap<string, string>,
  at: number,
  columns: readonly string[],
): Recipient | string {
  // Further columns are looked at once the letter uses them (check.ts): a telephone number may start with a plus.
  for (const column of KNOWN) {
    const cell = cells.get(column) ?? '';
    if (FORMULA.test(cell) && !(NOTHING.has(cell) && OPTIONAL.has(column)))
      return t('requests.row.formula', { column, sign: cell.slice(0, 1) });
  }
  const optional = (column: string) => {
    const cell = cells.get(column) ?? '';
    return NOTHING.has(cell) ? '' : cell;
  };
  const name = nameText.safeParse(cells.get('name') ?? '');
  if (!name.success) return t('requests.row.name', { problem: problemOf(name.error) });
  const kind = PARTY_KINDS.find(
    (k) => k === (cells.get('kind') ?? '').toLowerCase().replace(/^(city|town|village)$/, 'place'),
  );
  if (!kind)
    return t('requests.row.kind', { kind: (cells.get('kind') ?? '').slice(0, 40), kinds: PARTY_KINDS.join(', ') });
  const rawState = optional('state');
  const state = rawState === '' ? null : stateText.safeParse(rawState);
  if (state && !state.success) return t('requests.row.state', { problem: problemOf(state.error) });
  const rawId = optional('ocd_id');
  const id = rawId === '' ? null : ocdId.safeParse(rawId);
  if (id && !id.success) return t('requests.row.id', { id: rawId.slice(0, 80) });
  const seat = { state: state ? stateName(state.data) : null, ocdId: id ? id.data : null };
  const contradiction = stateContradiction(seat);
  if (contradiction !== null) return contradiction;
  if (NEEDS_PLACE.includes(kind) && !id && !state && kind !== 'state') {
    return t('requests.row.ambiguous', { name: name.data });
  }
  const rawZone = optional('time_zone');
  if (rawZone !== '' && !timeZone.safeParse(rawZone).success) {
    return t('requests.row.zone', { zone: rawZone.slice(0, 60) });
  }
  const rawMail = optional('email');
  const mail = rawMail === '' ? null : email.safeParse(rawMail);
  if (mail && !mail.success) return t('requests.row.mail', { address: rawMail.slice(0, 80) });
  const merge: Record<string, string> = {};
  for (const column of columns) {
    const value = cells.get(column) ?? '';
    if (value === '') continue;
    const text = mergeText.safeParse(value);
    if (!text.success) return t('requests.row.column', { column, problem: problemOf(text.error) });
    merge[column] = text.data;
  }
  if (columns.length > 40 && Buffer.byteLength(JSON.stringify(merge)) > MAX_MERGE_BYTES) {
    return t('requests.row.bytes', { most: MAX_MERGE_BYTES });
  }
  return {
    line: at,
    name: name.data,
    kind,
    state: seat.state,
    ocdId: seat.ocdId,
    zone: rawZone === '' ? null : rawZone,
    email: mail ? mail.data : null,
    merge,
  };
}
