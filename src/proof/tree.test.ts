/** Tree, tiles and growth against the definitions of RFC 6962 written down naively with node:crypto. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundle } from './bundle.ts';
import { concat, equal, hex, utf8 } from './bytes.ts';
import { EMPTY_EDGE, edgeFrom, edgeRoot, growTiles } from './grow.ts';
import { partialTiles, proveConsistency, proveInclusion, tilesOf } from './prove.ts';
import { nodeFromTile, type TileReader, tileHashes, tilePath, tileWidth } from './tiles.ts';
import { emptyRoot, leafHash, nodeHash, rootFromInclusion, rootOf, verifyConsistency } from './tree.ts';
import { parseTilePath } from './write.ts';

const sha = (...parts: Uint8Array[]) => new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());
const byte = (n: number) => new Uint8Array([n]);

/** MTH of RFC 6962, section 2.1, over leaf hashes. */
function mth(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha();
  if (leaves.length === 1) return first;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(byte(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}
/** PATH of RFC 6962, section 2.1.1. */
function path(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return m < k ? [...path(m, left), mth(right)] : [...path(m - k, right), mth(left)];
}
/** SUBPROOF of RFC 6962, section 2.1.2. */
function subproof(m: number, leaves: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [mth(leaves)];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return m <= k ? [...subproof(m, left, whole), mth(right)] : [...subproof(m - k, right, false), mth(left)];
}

const LEAVES = Array.from({ length: 1000 }, (_, i) => leafHash(utf8(`leaf ${i}`)));

/** All tiles of a tree as a log would hold them, and a reader that counts. */
function store(
  size: number,
  step = size,
): { reader: TileReader; files: Map<string, Uint8Array>; root: Uint8Array; reads: () => number } {
  const files = new Map<string, Uint8Array>();
  let edge = EMPTY_EDGE;
  let root = emptyRoot();
  for (let at = 0; at < size; at += step) {
    const grown = growTiles(edge, leaves(at, Math.min(size, at + step)));
    for (const tile of grown.tiles) files.set(tilePath(tile), tile.bytes);
    ({ edge, root } = grown);
  }
  let reads = 0;
  const reader: TileReader = {
    readTiles: async (coords) => {
      reads++;
      return coords.map((coord) => files.get(tilePath(coord)) ?? new Uint8Array(0));
    },
  };
  return { reader, files, root, reads: () => reads };
}
const leaves = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => LEAVES[(from + i) % 1000] ?? byte(0));

describe('RFC 6962 tree', () => {
  it('hashes leaves, nodes and nothing', () => {
    expect(leafHash(utf8('a'))).toEqual(sha(byte(0), utf8('a')));
    expect(nodeHash(LEAVES[0] ?? byte(0), LEAVES[1] ?? byte(0))).toEqual(mth(LEAVES.slice(0, 2)));
    expect(hex(emptyRoot())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('gives the roots and every inclusion proof of the definition at all sizes 0…130', async () => {
    const { reader } = store(130);
    for (let size = 0; size <= 130; size++) {
      const some = leaves(0, size);
      const expected = mth(some);
      const at = store(size, 7);
      expect(at.root).toEqual(expected);
      expect(await rootOf(tileHashes(at.reader, size), size)).toEqual(expected);
      for (let index = 0; index < size; index++) {
        const proof = path(index, some);
        expect(rootFromInclusion(index, size, some[index] ?? byte(0), proof)).toEqual(expected);
      }
      if (size > 0) expect(await proveInclusion(at.reader, size - 1, size)).toEqual(path(size - 1, some));
    }
    expect(await rootOf(tileHashes(reader, 130), 130)).toEqual(mth(leaves(0, 130)));
  });

  it('gives the consistency proofs of the definition for all pairs up to 40, and they hold', async () => {
    for (let n = 1; n <= 40; n++) {
      const { reader, root } = store(n);
      for (let m = 0; m <= n; m++) {
        const proof = await proveConsistency(reader, m, n);
        expect(proof).toEqual(m === 0 ? [] : subproof(m, leaves(0, n), true));
        expect(() => verifyConsistency(m, n, mth(leaves(0, m)), root, proof)).not.toThrow();
      }
    }
  });

  it('proves random positions and sizes beyond one tile, in one read, and refuses every altered proof', async () => {
    const { reader, root, reads } = store(70_003);
    await fc.assert(
      fc.asyncProperty(fc.nat(70_002), fc.integer({ min: 1, max: 70_003 }), fc.nat(), async (index, m, noise) => {
        const before = reads();
        const proof = await proveInclusion(reader, index, 70_003);
        const leaf = leaves(index, index + 1)[0] ?? byte(0);
        expect(equal(rootFromInclusion(index, 70_003, leaf, proof), root)).toBe(true);
        const consistency = await proveConsistency(reader, m, 70_003);
        expect(reads() - before).toBeLessThanOrEqual(2);
        const { root: old } = store(m, 70_003);
        verifyConsistency(m, 70_003, old, root, consistency);

        expect(() => rootFromInclusion(index, 70_003, leaf, proof.slice(1))).toThrow('not-included');
        expect(() => rootFromInclusion(index, 70_003, leaf, [...proof, root])).toThrow('not-included');
        const bent = proof.map((hash, i) =>
          i === noise % proof.length ? hash.map((b, j) => (j === noise % 32 ? b ^ 1 : b)) : hash,
        );
        expect(equal(rootFromInclusion(index, 70_003, leaf, bent), root)).toBe(false);
        if (consistency.length > 0) {
          const at = noise % consistency.length;
          const wrong = consistency.map((hash, i) =>
            i === at ? hash.map((b, j) => (j === noise % 32 ? b ^ 1 : b)) : hash,
          );
          expect(() => verifyConsistency(m, 70_003, old, root, wrong)).toThrow('inconsistent');
          expect(() => verifyConsistency(m, 70_003, old, root, consistency.slice(1))).toThrow('inconsistent');
          expect(() => verifyConsistency(m, 70_003, old, root, [...consistency, root])).toThrow('inconsistent');
        }
      }),
      { numRuns: 12 },
    );
  });

  it('handles positions beyond 32 bits', () => {
    const size = Number.MAX_SAFE_INTEGER;
    for (const index of [0, 2 ** 32, 2 ** 40 + 5, size - 1]) {
      // One hash for each level at which the position is a right child or has a right neighbour.
      let length = 0;
      for (let [at, last] = [BigInt(index), BigInt(size) - 1n]; last > 0n; at >>= 1n, last >>= 1n)
        if (at % 2n === 1n || at < last) length++;
      const proof = Array.from({ length }, (_, i) => leafHash(byte(i)));
      const root = rootFromInclusion(index, size, LEAVES[0] ?? byte(0), proof);
      // The same walk with whole numbers of any size.
      let hash = LEAVES[0] ?? byte(0);
      let [fn, sn] = [BigInt(index), BigInt(size) - 1n];
      for (const p of proof) {
        while (fn === sn && fn % 2n === 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
        hash = fn % 2n === 1n ? sha(byte(1), p, hash) : sha(byte(1), hash, p);
        [fn, sn] = [fn >> 1n, sn >> 1n];
      }
      expect(root).toEqual(hash);
      expect(sn).toBe(0n);
    }
    expect(() => rootFromInclusion(0, 2 ** 53, LEAVES[0] ?? byte(0), [])).toThrow('bad-encoding');
    expect(() => rootFromInclusion(5, 5, LEAVES[0] ?? byte(0), [])).toThrow('not-included');
  });
});

describe('tiles', () => {
  it('names tiles as tlog-tiles does', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 2, index: 0, width: 1 })).toBe('tile/2/000.p/1');
    expect(tilePath({ level: 'entries', index: 273, width: 112 })).toBe('tile/entries/273.p/112');
    expect(partialTiles(70_000).map(tilePath)).toEqual(['tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1']);
    expect([...tilesOf(256)].map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
    expect([...tilesOf(70_000)]).toHaveLength(273 + 1 + 1 + 1 + 1);
  });
  it('reads every path back and refuses every other spelling', () => {
    fc.assert(
      fc.property(fc.option(fc.nat(63)), fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        const coord = { level: level ?? ('entries' as const), index, width };
        expect(parseTilePath(tilePath(coord))).toEqual(coord);
      }),
    );
    const wrong = ['tile/64/000', 'tile/00/000', 'tile/0/0', 'tile/0/x000/001', 'tile/0/001.p/0', 'tile/0/001.p/256'];
    wrong.push(
      'tile/0/001.p/01',
      '/tile/0/001',
      'tile/0/001/',
      'tile/0/x001',
      'tile/0/001/002',
      'tile/entries/1',
      'tile/0/001\n',
    );
    for (const path of wrong) expect(() => parseTilePath(path), path).toThrow('bad-encoding');
  });
  it('encodes and decodes bundles', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (entries) => {
        const bundle = encodeBundle(entries);
        expect(decodeBundle(bundle, entries.length)).toEqual(entries);
        if (bundle.length > 0) expect(() => decodeBundle(bundle.subarray(0, -1), entries.length)).toThrow('bad-tile');
      }),
    );
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow('too-large');
  });
  it('refuses tiles that are missing or too short', async () => {
    const reader: TileReader = { readTiles: async (coords) => coords.map(() => new Uint8Array(32)) };
    await expect(proveInclusion(reader, 3, 7)).rejects.toThrow('bad-tile');
  });
  it('leaves the tiles that it is given as they are, also where they are Buffers', () => {
    const tile = Buffer.alloc(256 * 32, 7);
    const before = Buffer.from(tile);
    for (let level = 0; level <= 7; level++) nodeFromTile({ level, index: 0 }, tile);
    expect(tile.equals(before)).toBe(true);
  });

  it('takes a wider tile in place of a partial one', async () => {
    const { files } = store(256);
    const full = files.get('tile/0/000') ?? byte(0);
    const reader: TileReader = { readTiles: async (coords) => coords.map(() => full) };
    expect(await proveInclusion(reader, 3, 100)).toEqual(path(3, leaves(0, 100)));
  });
});

describe('growing', () => {
  it('gives the same tree however the leaves are batched, and exactly its tiles', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 6 }), (batches) => {
        const files = new Map<string, Uint8Array>();
        let edge = EMPTY_EDGE;
        let size = 0;
        for (const batch of batches) {
          const grown = growTiles(edge, concat(...leaves(size, size + batch)));
          for (const tile of grown.tiles) {
            expect(tile.width).toBe(tileWidth(tile.level, tile.index, grown.edge.size));
            expect(tile.bytes.length).toBe(32 * tile.width);
            files.set(tilePath(tile), tile.bytes);
          }
          size += batch;
          edge = grown.edge;
          expect(grown.root).toEqual(edgeRoot(edge));
        }
        const whole = store(size);
        expect(edgeRoot(edge)).toEqual(whole.root);
        for (const coord of tilesOf(size)) expect(files.get(tilePath(coord))).toEqual(whole.files.get(tilePath(coord)));
        const partials = partialTiles(size).map((coord) => files.get(tilePath(coord)) ?? byte(0));
        expect(edgeRoot(edgeFrom(size, partials))).toEqual(whole.root);
      }),
      { numRuns: 30 },
    );
  });
  it('refuses an edge that does not fit its size', () => {
    expect(() => growTiles({ size: 5, tiles: [new Uint8Array(32)] }, [])).toThrow('bad-tile');
    expect(() => edgeFrom(5, [])).toThrow('bad-tile');
  });
});
