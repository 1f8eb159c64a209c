/**
 * A log without a database, for tests of those who watch logs: entries made up from words, served over HTTP as FORMATS.md says, signed by
 * whatever key the test gives it. Two of them with one key and other words are an operator who lies.
 */
import { createServer } from 'node:http';
import { encodeBundle } from '../../src/proof/bundle.ts';
import { canonicalEntry } from '../../src/proof/entry.ts';
import { type Edge, EMPTY_EDGE, growTiles } from '../../src/proof/grow.ts';
import {
  commitment,
  type Entry,
  leafHash,
  ProofFailure,
  type TileCoord,
  type TileReader,
  tilePath,
  tileWidth,
} from '../../src/proof/index.ts';
import { proveInclusion } from '../../src/proof/prove.ts';
import { formatCheckpoint, formatReceipt, parseTilePath, type Signer, signNote } from '../../src/proof/write.ts';
import { entry, seed, uuid } from '../fixtures/world.ts';

export interface PaperLog {
  readonly url: string;
  /** adds so many entries made from `words`, and signs */
  grow(count: number, words: string): Promise<void>;
  readonly size: () => number;
  /** the signed checkpoint of now */
  readonly note: () => string;
  /** a receipt for an entry, under the checkpoint of a size (of now if none is given) */
  receipt(index: number, size?: number): Promise<string>;
  /** how many tiles and bundles were served */
  readonly served: () => number;
  close(): Promise<void>;
}

export async function paperLog(signers: readonly Signer[], origin = signers[0]?.key.name ?? ''): Promise<PaperLog> {
  const entries: { entry: Entry; opening: Uint8Array; committed: Uint8Array }[] = [];
  const tiles = new Map<string, Uint8Array>();
  const roots = new Map<number, Uint8Array>();
  let edge: Edge = EMPTY_EDGE;
  let note = '';
  let served = 0;

  const sign = (size: number): Promise<string> =>
    signNote(formatCheckpoint({ origin, size, root: roots.get(size) ?? new Uint8Array(32) }), signers);
  const tile = ({ level, index, width }: TileCoord): Uint8Array | undefined =>
    tiles.get(`${level}/${index}`)?.subarray(0, width * 32);
  const reader: TileReader = { readTiles: async (coords) => coords.map((coord) => tile(coord) ?? new Uint8Array(0)) };

  function bytesAt(path: string): Uint8Array | string | undefined {
    if (path === 'checkpoint') return note === '' ? undefined : note;
    try {
      const coord = parseTilePath(path);
      if (coord.width > tileWidth(coord.level === 'entries' ? 0 : coord.level, coord.index, edge.size))
        return undefined;
      served++;
      if (coord.level !== 'entries') return tile(coord);
      const from = coord.index * 256;
      return encodeBundle(entries.slice(from, from + coord.width).map(({ committed }) => committed));
    } catch (error) {
      if (error instanceof ProofFailure) return undefined;
      throw error;
    }
  }

  const server = createServer((request, answer) => {
    const found = bytesAt((request.url ?? '').replace(/^\/log\//, ''));
    if (found === undefined) answer.writeHead(404).end('There is no such thing.');
    else answer.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    async grow(count, words) {
      const leaves = new Uint8Array(count * 32);
      for (let i = 0; i < count; i++) {
        const name = `${words} ${entries.length}`;
        const one = entry('party.registered', { name }, { id: uuid(name) });
        const opening = seed(`opening ${name}`);
        const committed = commitment(opening, canonicalEntry(one));
        entries.push({ entry: one, opening, committed });
        leaves.set(leafHash(committed), i * 32);
      }
      const grown = growTiles(edge, leaves);
      for (const { level, index, bytes } of grown.tiles) tiles.set(`${level}/${index}`, bytes);
      edge = grown.edge;
      roots.set(edge.size, grown.root);
      note = await sign(edge.size);
    },
    size: () => edge.size,
    note: () => note,
    async receipt(index, size = edge.size) {
      const one = entries[index];
      if (one === undefined) throw new Error(`no entry ${index}`);
      const checkpoint = size === edge.size ? note : await sign(size);
      const proof = { index, hashes: await proveInclusion(reader, index, size), checkpoint };
      return formatReceipt({ entry: one.entry, opening: one.opening, proof });
    },
    served: () => served,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Where a tile of a log lies below its address. */
export const tileAt = (coord: TileCoord): string => `/log/${tilePath(coord)}`;
