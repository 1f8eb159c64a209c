/** Lines of an export's numbered files, read one after the other and through their schemas. Judges their form alone. */
import { Found } from '../ledger/check.ts';
import { type Listed, linesOf } from './files.ts';
import { type Kind, numbered } from './layout.ts';

/** Lines of the numbered files of a kind, in order, each with its place. @throws Found where a number is missing */
export async function* allLines(
  dir: string,
  listed: Listed,
  kind: Kind,
): AsyncGenerator<{ readonly line: string; readonly at: string }> {
  const prefix = numbered(kind, 0).slice(0, -'000000.jsonl'.length);
  const paths = listed.paths.filter((path) => path.startsWith(prefix)).sort();
  for (const [n, path] of paths.entries()) {
    if (path !== numbered(kind, n)) throw new Found('missing-file', numbered(kind, n), 'a file', 'none');
    let i = 0;
    for await (const line of linesOf(dir, path)) yield { line, at: `${path}, line ${++i}` };
  }
}

/** A line of JSON through its schema. @throws Found `bad-line` */
export function parsed<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  { line, at }: { readonly line: string; readonly at: string },
): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Found('bad-line', at, 'JSON', JSON.stringify(line.slice(0, 100)));
  }
  const read = schema.safeParse(value);
  if (!read.success)
    throw new Found('bad-line', at, 'the fields of docs/exporting.md', JSON.stringify(line.slice(0, 100)));
  return read.data;
}
