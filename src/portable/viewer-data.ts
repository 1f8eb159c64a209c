/**
 * What the viewer of an export reads: scripts that each hand one chunk to `counterfoil(…)`, because a page opened from a file may load
 * scripts and nothing else. Holds one chunk of each sort in memory.
 */
import { base64 } from '../proof/bytes.ts';
import type { Facts } from './layout.ts';
import type { Out } from './out.ts';

/** Things in one chunk. The viewer reads these numbers from `view/index.js`. */
export const CHUNK = { entries: 500, list: 10_000, checkpoints: 500, tiles: 64 } as const;

/** A line of the list: kind, happened, recorded (ms), positions of matter, request and service (−1: none), title; 0 where withheld. */
export type ListLine =
  | 0
  | readonly [
      kind: number,
      happened: number,
      recorded: number,
      matter: number,
      request: number,
      service: number,
      title: string,
    ];
/** Canonical text and opening; null where erased, 0 where withheld. */
export type EntryLine = 0 | null | readonly [canonical: string, opening: string];

export interface ViewIndex {
  readonly facts: Facts;
  readonly kinds: readonly string[];
  readonly chunk: typeof CHUNK;
  /** size of the first checkpoint in each chunk */
  readonly checkpoints: readonly number[];
}

const number6 = (n: number) => String(n).padStart(6, '0');

/** Collects things and writes a script whenever a chunk of them is full. */
class Chunks<T> {
  readonly #out: Out;
  readonly #name: string;
  readonly #size: number;
  #things: T[] = [];
  #n = 0;
  constructor(out: Out, name: string, size: number) {
    this.#out = out;
    this.#name = name;
    this.#size = size;
  }
  async add(thing: T): Promise<void> {
    this.#things.push(thing);
    if (this.#things.length === this.#size) await this.end();
  }
  async end(): Promise<void> {
    if (this.#things.length === 0) return;
    const name = `${this.#name}-${number6(this.#n++)}`;
    const things = this.#things;
    this.#things = [];
    await this.#out.file(`view/${name}.js`, `counterfoil(${JSON.stringify(name)},${JSON.stringify(things)});\n`);
  }
}

export class Viewer {
  readonly #out: Out;
  readonly #entries: Chunks<EntryLine>;
  readonly #list: Chunks<ListLine>;
  readonly #notes: Chunks<readonly [number, string]>;
  readonly #tiles: Chunks<string>[] = [];
  readonly #kinds = new Map<string, number>();
  readonly #firsts: number[] = [];
  #checkpoints = 0;
  constructor(out: Out) {
    this.#out = out;
    this.#entries = new Chunks(out, 'entries', CHUNK.entries);
    this.#list = new Chunks(out, 'list', CHUNK.list);
    this.#notes = new Chunks(out, 'checkpoints', CHUNK.checkpoints);
  }

  async withheld(): Promise<void> {
    await this.#list.add(0);
    await this.#entries.add(0);
  }

  /** @param whole null where the entry was erased */
  async entry(
    kind: string,
    [happened, recorded]: readonly [number, number],
    [matter, request, service]: readonly [number, number, number],
    title: string,
    whole: { readonly canonical: string; readonly opening: Uint8Array } | null,
  ): Promise<void> {
    const k = this.#kinds.get(kind) ?? this.#kinds.size;
    this.#kinds.set(kind, k);
    await this.#list.add([k, happened, recorded, matter, request, service, title]);
    await this.#entries.add(whole && [whole.canonical, base64(whole.opening)]);
  }

  async checkpoint(size: number, note: string): Promise<void> {
    if (this.#checkpoints++ % CHUNK.checkpoints === 0) this.#firsts.push(size);
    await this.#notes.add([size, note]);
  }

  /** Tiles come level by level, left to right. */
  async tile(level: number, _index: number, bytes: Uint8Array): Promise<void> {
    const tiles = this.#tiles[level] ?? new Chunks<string>(this.#out, `tiles-${level}`, CHUNK.tiles);
    this.#tiles[level] = tiles;
    await tiles.add(base64(bytes));
  }

  async end(facts: Facts): Promise<void> {
    for (const chunks of [this.#entries, this.#list, this.#notes, ...this.#tiles]) await chunks.end();
    const index: ViewIndex = { facts, kinds: [...this.#kinds.keys()], chunk: CHUNK, checkpoints: this.#firsts };
    await this.#out.file('view/index.js', `counterfoil("index",${JSON.stringify(index)});\n`);
  }
}
