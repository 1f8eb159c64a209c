/**
 * Rows of views and work tables in COPY's text format (PostgreSQL's documentation of COPY, "Text Format"), which needs to know nothing of a
 * column's type but whether it is an array. Sends nothing.
 */

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

/** @param array the column is an array of the database; other lists are JSON */
function field(value: unknown, array: boolean): string {
  switch (typeof value) {
    case 'string':
      return escaped(value);
    case 'number':
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return '\\N';
    default:
      if (value === null) return '\\N';
      if (value instanceof Date) return value.toISOString();
      return escaped(array && Array.isArray(value) ? `{${value.map(element).join()}}` : JSON.stringify(value));
  }
}

/**
 * One row with its end. `seq`, where there is one, counts entries from the first of the batch, and is written so that the database adds
 * where the batch begins (migration 0032).
 * @param arrays names of columns that are arrays
 */
export function spelledRow(
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
  arrays: ReadonlySet<string>,
): string {
  let text = '';
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] ?? '';
    const value = row[column];
    if (i > 0) text += '\t';
    text += column === 'seq' && typeof value === 'number' ? String(-1 - value) : field(value, arrays.has(column));
  }
  return `${text}\n`;
}
