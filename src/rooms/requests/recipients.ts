/**
 * Recipients from a list: what each row says, and every row that cannot be used, named by its line. Reads no database; when two rows are the
 * same party stands in same-party.ts.
 */
import { breather } from '../../base/breath.ts';
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
    const found = header.filter(Boolean).slice(0, 20).join(', ') || 'nothing';
    throw wrongFile(`The first line has no column ${missing.join(' and no column ')}. It has: ${found}.`);
  }
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice) throw wrongFile(`The column ${twice} stands in the first line twice.`);
  if (records.length === 1) throw wrongFile('The file has a first line with columns, but no recipient.');
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
      return `The ${column} starts with “${cell.slice(0, 1)}”, which a spreadsheet would run as a formula.`;
  }
  const optional = (column: string) => {
    const cell = cells.get(column) ?? '';
    return NOTHING.has(cell) ? '' : cell;
  };
  const name = nameText.safeParse(cells.get('name') ?? '');
  if (!name.success) return `The name ${name.error.issues[0]?.message ?? 'cannot be used'}.`;
  const kind = PARTY_KINDS.find(
    (k) => k === (cells.get('kind') ?? '').toLowerCase().replace(/^(city|town|village)$/, 'place'),
  );
  if (!kind) return `The kind “${(cells.get('kind') ?? '').slice(0, 40)}” is none of ${PARTY_KINDS.join(', ')}.`;
  const rawState = optional('state');
  const state = rawState === '' ? null : stateText.safeParse(rawState);
  if (state && !state.success) return `The state ${state.error.issues[0]?.message ?? 'cannot be used'}.`;
  const rawId = optional('ocd_id');
  const id = rawId === '' ? null : ocdId.safeParse(rawId);
  if (id && !id.success) return `The ocd_id “${rawId.slice(0, 80)}” is not an Open Civic Data division id.`;
  const seat = { state: state ? stateName(state.data) : null, ocdId: id ? id.data : null };
  const contradiction = stateContradiction(seat);
  if (contradiction !== null) return contradiction;
  if (NEEDS_PLACE.includes(kind) && !id && !state && kind !== 'state') {
    return `${name.data} is ambiguous: there may be others of that name. Give its state or its ocd_id.`;
  }
  const rawZone = optional('time_zone');
  if (rawZone !== '' && !timeZone.safeParse(rawZone).success) {
    return `The time_zone “${rawZone.slice(0, 60)}” is not one such as America/Chicago.`;
  }
  const rawMail = optional('email');
  const mail = rawMail === '' ? null : email.safeParse(rawMail);
  if (mail && !mail.success) return `The e-mail address “${rawMail.slice(0, 80)}” is not one that mail can be sent to.`;
  const merge: Record<string, string> = {};
  for (const column of columns) {
    const value = cells.get(column) ?? '';
    if (value === '') continue;
    const text = mergeText.safeParse(value);
    if (!text.success) return `The ${column} ${text.error.issues[0]?.message ?? 'cannot be used'}.`;
    merge[column] = text.data;
  }
  if (columns.length > 40 && Buffer.byteLength(JSON.stringify(merge)) > MAX_MERGE_BYTES) {
    return `The further columns hold more than ${MAX_MERGE_BYTES.toLocaleString('en-US')} bytes together.`;
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
