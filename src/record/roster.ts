/**
 * Who was asked by a request, as plain numbers and bytes: where each service stands in the log and in the orders of a board, and the
 * words that a search looks through. Made of services alone, so that answers and determinations leave it as it is. Reads only.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import type { BoardSort } from './board-sort.ts';
import type { Cut } from './cut.ts';
import { type Growing, growing } from './growing.ts';
import { dueAt, movedOrder } from './moved.ts';

export interface Roster {
  readonly request: string;
  /** position of the last service that counts; −1 for none */
  readonly served: number;
  /** positions of the services, ascending; where a service stands in here is its number in all that follows */
  readonly seqs: Float64Array;
  /** ids of the services by number, 16 bytes each */
  readonly ids: Buffer;
}

/** One bit a service, by its number. Never changed once it is shared. */
export type Bits = Uint8Array;

/** What is remembered of the requests of one database, in bytes at most; a request to 90,000 takes about 2 + 0.4 a sort + 8 MB. */
export interface Rosters {
  readonly rosters: Growing<Roster>;
  readonly orders: Growing<Buffer>;
  readonly words: Growing<readonly string[]>;
  readonly states: Growing<Groups>;
}

/** Which of some groups each service is of, by its number. */
export interface Groups {
  readonly names: readonly (string | null)[];
  readonly of: Uint32Array;
}

const MB = 2 ** 20;
/** What a string costs besides its characters. */
const STRING = 64;

export const rosters = (): Rosters => ({
  rosters: growing(32 * MB, ({ ids, seqs }) => ids.length + seqs.byteLength),
  orders: growing(16 * MB, (order) => order.length),
  words: growing(32 * MB, (words) => words.length * STRING),
  states: growing(8 * MB, ({ of, names }) => of.byteLength + names.length * STRING),
});

/** The order of a board's rows in SQL, for services `s`. */
export function orderOf(sort: BoardSort) {
  const dir = sort.down ? sql`desc` : sql`asc`;
  return {
    recipient: sql`s.name ${dir}, s.id ${dir}`,
    state: sql`s.state ${dir} nulls last, s.name, s.id`,
    clock: sql`s.due_at ${dir}, s.name, s.id`,
  }[sort.by];
}

/** Positions as `string_agg(int8send(…))` gives them: 8 bytes each, big-endian, below 2^53. */
export function positions(bytes: Buffer | null): Float64Array {
  const out = new Float64Array((bytes?.length ?? 0) / 8);
  if (!bytes) return out;
  for (let i = 0; i < out.length; i++) out[i] = bytes.readUInt32BE(8 * i) * 2 ** 32 + bytes.readUInt32BE(8 * i + 4);
  return out;
}

/** Services of a request up to the position `served`. */
export function rosterOf(db: Kysely<Database>, known: Rosters, request: string, served: number): Promise<Roster> {
  const read = async (from: number) => {
    const { rows } = await sql<{ ids: Buffer | null; seqs: Buffer | null }>`
      select string_agg(uuid_send(s.id), ''::bytea order by s.seq) as ids,
             string_agg(int8send(s.seq), ''::bytea order by s.seq) as seqs
      from view.service s where s.request = ${request} and s.seq > ${from} and s.seq <= ${served}`.execute(db);
    return { ids: rows[0]?.ids ?? Buffer.alloc(0), seqs: positions(rows[0]?.seqs ?? null) };
  };
  return known.rosters.upTo(
    request,
    served,
    async () => ({ request, served, ...(await read(-1)) }),
    async (before, from) => {
      const more = await read(from);
      const seqs = new Float64Array(before.seqs.length + more.seqs.length);
      seqs.set(before.seqs);
      seqs.set(more.seqs, before.seqs.length);
      return { request, served, seqs, ids: Buffer.concat([before.ids, more.ids]) };
    },
  );
}

/**
 * Numbers of all services of a roster in the order of a sort, 4 bytes each, big-endian.
 * @param dates where any date was moved: the position of the last one, and the cut
 */
export function orderedBy(
  db: Kysely<Database>,
  known: Rosters,
  roster: Roster,
  sort: BoardSort,
  dates: { readonly moved: number; readonly cut: Cut } | null,
): Promise<Buffer> {
  const { request, served } = roster;
  const key = `${request} ${sort.by} ${sort.down}`;
  if (sort.by !== 'clock' || dates === null) {
    return known.orders.upTo(key, served, async () => {
      const { rows } = await sql<{ numbers: Buffer | null }>`
        select string_agg(int4send(s.number), ''::bytea order by ${orderOf(sort)}) as numbers from (
          select s.*, (row_number() over (order by s.seq) - 1)::int as number
          from view.service s where s.request = ${request} and s.seq <= ${served}) s`.execute(db);
      return rows[0]?.numbers ?? Buffer.alloc(0);
    });
  }
  const { moved, cut } = dates;
  const dir = sort.down ? sql`desc` : sql`asc`;
  return known.orders.upTo(`${key} moved ${cut.until?.toISOString() ?? ''}`, Math.max(served, moved), async () => {
    const { rows } = await sql<{ numbers: Buffer | null }>`
      select string_agg(int4send(s.number), ''::bytea order by ${dueAt} ${dir} nulls last, s.name, s.id) as numbers from (
        select s.*, (row_number() over (order by s.seq) - 1)::int as number
        from view.service s where s.request = ${request} and s.seq <= ${served}) s
      left join ${movedOrder(request, cut)} m on m.service = s.id`.execute(db);
    return rows[0]?.numbers ?? Buffer.alloc(0);
  });
}

const FIELD = '\u0001';
const LINE = '\u0002';

/** Services whose name or state holds `text`, in any case. */
export async function holding(db: Kysely<Database>, known: Rosters, roster: Roster, text: string): Promise<Bits> {
  const { request, served } = roster;
  const read = async (from: number) => {
    const { rows } = await sql<{ words: string | null }>`
      select string_agg(translate(s.name || ${FIELD} || coalesce(s.state, ''), ${LINE}, ''), ${LINE} order by s.seq) as words
      from view.service s where s.request = ${request} and s.seq > ${from} and s.seq <= ${served}`.execute(db);
    const words = rows[0]?.words ?? null;
    return words === null ? [] : words.toLowerCase().split(LINE);
  };
  const words = await known.words.upTo(
    request,
    served,
    () => read(-1),
    async (before, from) => [...before, ...(await read(from))],
  );
  const wanted = text.toLowerCase();
  const bits = emptyBits(roster);
  // Nothing that was asked for can reach from a name into a state.
  if (wanted.includes(FIELD)) return bits;
  for (const [n, line] of words.entries()) if (line.includes(wanted)) setBit(bits, n, true);
  return bits;
}

/** The states of a roster's services, as the directory words them. */
export async function statesOf(db: Kysely<Database>, known: Rosters, { request, served }: Roster): Promise<Groups> {
  return await known.states.upTo(request, served, async () => {
    const { rows } = await sql<{ states: string | null }>`
      select string_agg(coalesce(translate(s.state, ${LINE}, ''), ${FIELD}), ${LINE} order by s.seq) as states
      from view.service s where s.request = ${request} and s.seq <= ${served}`.execute(db);
    const lines = rows[0]?.states?.split(LINE) ?? [];
    const names: (string | null)[] = [];
    const numbers = new Map<string, number>();
    const of = Uint32Array.from(lines, (line) => {
      const known = numbers.get(line);
      if (known !== undefined) return known;
      numbers.set(line, names.length);
      names.push(line === FIELD ? null : line);
      return names.length - 1;
    });
    return { names, of };
  });
}

export const emptyBits = ({ seqs }: Roster): Bits => new Uint8Array((seqs.length + 7) >>> 3);

export const hasBit = (bits: Bits, n: number): boolean => ((bits[n >>> 3] ?? 0) & (1 << (n & 7))) !== 0;

export function setBit(bits: Bits, n: number, on: boolean): void {
  const byte = bits[n >>> 3];
  if (byte !== undefined) bits[n >>> 3] = on ? byte | (1 << (n & 7)) : byte & ~(1 << (n & 7));
}

/** Switches the services at these positions of the log on or off. */
export function setAt(roster: Roster, into: Bits, seqs: Iterable<number>, on: boolean): void {
  for (const seq of seqs) {
    const n = numberAt(roster, seq);
    if (n >= 0) setBit(into, n, on);
  }
}

/** The number of the service at a position of the log; −1 for none. */
export function numberAt({ seqs }: Roster, seq: number): number {
  let [low, high] = [0, seqs.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const at = seqs[middle] ?? 0;
    if (at === seq) return middle;
    if (at < seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function idAt({ ids }: Roster, n: number): string {
  const hex = ids.toString('hex', n * 16, n * 16 + 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
