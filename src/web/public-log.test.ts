/** The log over HTTP, read by our own proofs as a stranger would: every receipt's way to the root, out of served tiles alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testMatter } from '../../test/support/matter.ts';
import { type TestPublic, testPublic } from '../../test/support/public.ts';
import { decodeBundle } from '../proof/bundle.ts';
import { equal } from '../proof/bytes.ts';
import {
  leafHash,
  parseCheckpoint,
  parseNote,
  parseReceipt,
  rootFromInclusion,
  type TileReader,
  tilePath,
  verifyReceipt,
} from '../proof/index.ts';
import { proveInclusion, tilesOf } from '../proof/prove.ts';

let p: TestPublic;
beforeAll(async () => {
  p = await testPublic();
  await testMatter(p.t, { recipients: 20 });
  await p.t.ledger.publish();
  await testMatter(p.t, { recipients: 130 });
  await p.t.ledger.publish();
});
afterAll(() => p.close());

const bytes = async (path: string) => new Uint8Array(await (await p.get(path)).arrayBuffer());
const tiles: TileReader = {
  readTiles: (coords) => Promise.all(coords.map((coord) => bytes(`/log/${tilePath(coord)}`))),
};
const checkpoint = async () => parseCheckpoint(parseNote(await (await p.get('/log/checkpoint')).text()).text);

describe('the public log', () => {
  it('leads from every entry bundle to the root of the checkpoint', async () => {
    const { size, root, origin } = await checkpoint();
    expect(origin).toBe('records.example.gov/log');
    expect(size).toBe(156 + 150);
    const leaves = [];
    for (const coord of tilesOf(size)) {
      if (coord.level === 0)
        leaves.push(...decodeBundle(await bytes(`/log/${tilePath({ ...coord, level: 'entries' })}`), coord.width));
    }
    expect(leaves.length).toBe(size);
    for (const [i, leaf] of leaves.entries()) {
      const path = await proveInclusion(tiles, i, size);
      if (!equal(rootFromInclusion(i, size, leafHash(leaf), path), root)) throw new Error(`entry ${i} leads elsewhere`);
    }
  });

  it('holds every public receipt, and its policy verifies them', async () => {
    const told = z
      .object({
        counterfoil: z.literal(1),
        origin: z.string(),
        logKey: z.string(),
        witnesses: z.array(z.string()),
        policy: z.string(),
      })
      .parse(await (await p.get('/.well-known/counterfoil')).json());
    const rows = await p.t.db
      .selectFrom('ledger.entry')
      .select(['id', 'seq'])
      .where('audience', '=', 'public')
      .execute();
    for (const { id, seq } of rows.filter((_, i) => i % 17 === 0)) {
      const json = await (await p.get(`/receipts/${id}.receipt.json`)).text();
      expect(await verifyReceipt({ receipt: json, policy: told.policy })).toMatchObject({ ok: true, index: seq });
      expect(parseReceipt(json).entry.id).toBe(id);
    }
  });

  it('cuts partial tiles out of wider ones, and serves none that is empty, unknown or misspelt', async () => {
    const full = await bytes('/log/tile/0/000');
    expect(full.length).toBe(256 * 32);
    const part = await p.get('/log/tile/0/000.p/22');
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(full.slice(0, 22 * 32));
    expect(part.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(part.headers.get('content-type')).toBe('application/octet-stream');
    expect((await p.get('/log/checkpoint')).headers.get('cache-control')).toBe('no-cache');
    for (const path of [
      '0/000.p/0',
      '0/000.p/256',
      '0/000.p/022',
      '0/0',
      '0/001',
      '0/001.p/51',
      '0/002.p/1',
      '00/000',
      '1/000',
      '1/000.p/2',
      '64/000',
      'entries/001',
      'entries/000.p/',
      '0/x000/000',
      '0/000/',
    ]) {
      expect(`${path} ${(await p.get(`/log/tile/${path}`)).status}`).toBe(`${path} 404`);
    }
  });
});
