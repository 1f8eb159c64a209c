/**
 * Rows of views and work tables in COPY's text format (PostgreSQL's documentation of COPY, "Text Format"), which needs to know nothing of a
 * column's type but whether it is an array or JSON. Sends nothing.
 */

/** What has to be known of a column that holds neither text, numbers, times nor the like. */
export type Special = 'array' | 'json';
/** Those of one table, by the name of the column. */
export type Specials = ReadonlyMap<string, Special>;

/** What COPY has to know of columns, by table. */
export type ColumnTypes = ReadonlyMap<string, Specials>;

/** Rows of one table that name the same columns. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** the same as COPY takes them in; empty where types of columns were not given */
  readonly spelled: string;
}

/** What cannot stand as it is: the sign that ends a field or a row, and the one that escapes. */
const SPECIAL = /[\\\t\n\r]/;
const ALL_SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const escaped = (text: string): string =>
  SPECIAL.test(text) ? text.replace(ALL_SPECIAL, (sign) => ESCAPED[sign] ?? sign) : text;

/** An element of an array in PostgreSQL's spelling. */
function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return `"${String(value).replace(/["\\]/g, '\\$&')}"`;
}

function field(value: unknown, special: Special | undefined): string {
  if (value === null || value === undefined) return '\\N';
  if (special === 'json') return escaped(JSON.stringify(value));
  switch (typeof value) {
    case 'string':
      return escaped(value);
    case 'boolean':
      return value ? 't' : 'f';
    case 'object':
      if (Array.isArray(value)) return escaped(`{${value.map(element).join()}}`);
      return value instanceof Date ? value.toISOString() : escaped(JSON.stringify(value));
    default:
      return String(value);
  }
}

/**
 * One row with its end. `seq`, where there is one, counts entries from the first of the batch, and is written so that the database adds
 * where the batch begins (migration 0032).
 */
export function spelledRow(
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
  specials: Specials,
): string {
  let text = '';
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] ?? '';
    const value = row[column];
    if (i > 0) text += '\t';
    text += column === 'seq' && typeof value === 'number' ? String(-1 - value) : field(value, specials.get(column));
  }
  return `${text}\n`;
}
