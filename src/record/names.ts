/**
 * Names of the recipients of all public requests, in memory: some 90,000 stand for millions of services, since the same parties are asked again and
 * again. Finds those that hold some letters; who they belong to is asked of the database. Grown by what was served since; reads only.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';

interface Names {
  /** position of the last service that counts, by request */
  readonly upTo: ReadonlyMap<string, number>;
  /** each once, in the order of their lower case */
  readonly names: readonly string[];
  /** the same in lower case as one text, a line each */
  readonly lines: string;
}

/** A character that no name may hold. */
const LINE = '\u0002';
const NONE: Names = { upTo: new Map(), names: [], lines: LINE };
const kept = new WeakMap<Kysely<Database>, Promise<Names>>();

/** Requests that everyone may see, with the position of their last service. */
const requests = sql<{ id: string; last: number }>`
  select r.id, l.last from view.request r join view.matter m on m.id = r.matter and m.audience = 'public'
  cross join lateral (select max(s.seq) as last from view.service s where s.request = r.id) l
  where r.audience = 'public' and l.last is not null`;

async function grown(db: Kysely<Database>, before: Names): Promise<Names> {
  const { rows } = await requests.execute(db);
  const fresh = new Set<string>();
  const known = new Set(before.names);
  const upTo = new Map(before.upTo);
  for (const { id, last } of rows) {
    const from = upTo.get(id) ?? -1;
    if (from >= Number(last)) continue;
    const more = await sql<{ names: string | null }>`
      select string_agg(s.name, ${LINE}) as names from view.service s
      where s.request = ${id} and s.seq > ${from} and s.seq <= ${last}`.execute(db);
    for (const name of more.rows[0]?.names?.split(LINE) ?? []) if (!known.has(name)) fresh.add(name);
    upTo.set(id, Number(last));
  }
  if (fresh.size === 0) return { ...before, upTo };
  const pairs = [...before.names, ...fresh].map((name) => [name.toLowerCase(), name] as const);
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return {
    upTo,
    names: pairs.map(([, name]) => name),
    lines: `${LINE}${pairs.map(([lower]) => lower).join(LINE)}${LINE}`,
  };
}

/** Places in a text at which its lines begin, found once for each text. */
const starts = new WeakMap<readonly string[], Uint32Array>();
function startsOf({ names, lines }: Names): Uint32Array {
  const known = starts.get(names);
  if (known) return known;
  const made = new Uint32Array(names.length);
  for (let n = 0, at = 1; n < names.length; n++) {
    made[n] = at;
    at = lines.indexOf(LINE, at) + 1;
  }
  starts.set(names, made);
  return made;
}

/** Names that hold `text` in any case, the first `most` of them by their lower case. */
export async function namesWith(db: Kysely<Database>, text: string, most: number): Promise<readonly string[]> {
  // One after the other: whoever asks while names are read waits, and then reads what is newer still.
  const mine = (kept.get(db) ?? Promise.resolve(NONE)).then(
    (before) => grown(db, before),
    () => grown(db, NONE),
  );
  kept.set(db, mine);
  const all = await mine;
  const wanted = text.toLowerCase();
  if (wanted.includes(LINE)) return [];
  const begins = startsOf(all);
  const found: string[] = [];
  for (let at = all.lines.indexOf(wanted, 1); at >= 0 && found.length < most; ) {
    let [low, high] = [0, begins.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((begins[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    const name = all.names[low];
    if (name === undefined) break;
    found.push(name);
    const end = all.lines.indexOf(LINE, at);
    at = end < 0 ? -1 : all.lines.indexOf(wanted, end + 1);
  }
  return found;
}
