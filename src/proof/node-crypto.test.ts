/** Both ways to the same answer: our own SHA-256 and WebCrypto beside node:crypto, on random and on hostile input. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LOG, POLICIES, seed } from '../../test/fixtures/world.ts';
import { fromHex, hex } from './bytes.ts';
import { useEd25519, verifyEd25519 } from './ed25519.ts';
import { nodeEd25519, nodeSha256, useNodeCrypto } from './node-crypto.ts';
import { readReceiptFile } from './pdf.ts';
import { hmacSha256, sha256, useSha256 } from './sha256.ts';
import { Verifier } from './verify.ts';

function own(): void {
  useEd25519(undefined);
  useSha256(undefined);
}
afterEach(own);

/** The answer of either way; what is thrown counts as an answer. */
async function both<T>(work: () => T | Promise<T>): Promise<[unknown, unknown]> {
  const answer = async () => {
    try {
      return await work();
    } catch (error) {
      return String(error);
    }
  };
  own();
  const ours = await answer();
  expect(useNodeCrypto()).toBe(true);
  const theirs = await answer();
  own();
  return [ours, theirs];
}

describe('hashes', () => {
  it('agree for pieces of all lengths', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 2000 }), async (key, bytes) => {
        const [ours, theirs] = await both(() => hex(sha256(bytes)));
        expect(theirs).toBe(ours);
        const half = bytes.length >> 1;
        const [mac, again] = await both(() => hex(hmacSha256(key)(bytes.subarray(0, half), bytes.subarray(half))));
        expect(again).toBe(mac);
      }),
    );
  });
  it('give a plain array that shares nothing', () => {
    const hash = nodeSha256();
    const digest = hash?.(new Uint8Array(300));
    expect(digest?.constructor).toBe(Uint8Array);
    expect(digest?.slice().buffer).not.toBe(digest?.buffer);
  });
});

describe('signatures', () => {
  const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const message = seed('a message');

  it('agree on true, altered and cut ones', async () => {
    const true_ = await LOG.sign(message);
    expect(await both(() => verifyEd25519(LOG.key.publicKey, message, true_))).toEqual([true, true]);
    await fc.assert(
      fc.asyncProperty(fc.nat(511), fc.constantFrom('signature', 'message', 'key'), async (bit, where) => {
        const parts = { signature: true_.slice(), message: message.slice(), key: LOG.key.publicKey.slice() };
        const part = parts[where];
        const at = (bit >> 3) % part.length;
        part[at] = (part[at] ?? 0) ^ (1 << (bit & 7));
        const [ours, theirs] = await both(() => verifyEd25519(parts.key, parts.message, parts.signature));
        expect([ours, theirs]).toEqual([false, false]);
      }),
    );
    expect(await both(() => verifyEd25519(LOG.key.publicKey, message, true_.slice(1)))).toEqual([false, false]);
  });

  it('agree on points and numbers that no honest signer makes', async () => {
    const points = [
      `01${'00'.repeat(31)}`,
      `ec${'ff'.repeat(30)}7f`,
      '00'.repeat(32),
      `${'00'.repeat(31)}80`,
      `ee${'ff'.repeat(30)}7f`,
      'ff'.repeat(32),
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ].map(fromHex);
    for (const key of points) {
      for (const r of points) {
        const signature = new Uint8Array(64);
        signature.set(r);
        const [ours, theirs] = await both(() => verifyEd25519(key, message, signature));
        expect(theirs, `${hex(key)} ${hex(r)}`).toBe(ours);
      }
    }
    // S + L fits the equation as well as S does, and must be refused (RFC 8032, section 5.1.7).
    const signature = (await LOG.sign(message)).slice();
    let s = ORDER;
    for (let i = 0; i < 32; i++) s += BigInt(signature[32 + i] ?? 0) << BigInt(8 * i);
    for (let i = 0; i < 32; i++) signature[32 + i] = Number((s >> BigInt(8 * i)) & 255n);
    expect(await both(() => verifyEd25519(LOG.key.publicKey, message, signature))).toEqual([false, false]);
  });
});

describe('receipts', () => {
  it('get the same verdict either way, every file under every policy that can be read', async () => {
    const fixtures = join(import.meta.dirname, '../../test/fixtures');
    const files = ['valid', 'invalid'].flatMap((folder) =>
      readdirSync(join(fixtures, folder))
        .filter((name) => /\.(receipt\.json|pdf)$/.test(name))
        .map((name) => join(fixtures, folder, name)),
    );
    expect(files.length).toBeGreaterThan(40);
    for (const policy of ['log-only.policy', 'two-of-three.policy', 'all-three.policy']) {
      for (const file of files) {
        const bytes = new Uint8Array(readFileSync(file));
        const [ours, theirs] = await both(async () =>
          JSON.stringify(await new Verifier(POLICIES[policy] ?? '', readReceiptFile).verify(bytes)),
        );
        expect(theirs, file).toBe(ours);
      }
    }
  });

  it('remembers a checkpoint only under the same characters', async () => {
    const receipt = readFileSync(
      join(import.meta.dirname, '../../test/fixtures/valid/layout.indented.receipt.json'),
      'utf8',
    );
    const verifier = new Verifier(POLICIES['log-only.policy'] ?? '');
    expect((await verifier.verify(receipt)).ok).toBe(true);
    // A letter in the middle of the log's signature, the first one.
    const at = receipt.indexOf(' ', receipt.indexOf('— ') + 2) + 40;
    const altered = `${receipt.slice(0, at)}${receipt[at] === 'A' ? 'B' : 'A'}${receipt.slice(at + 1)}`;
    expect(await verifier.verify(altered)).toMatchObject({ ok: false, failure: 'bad-signature' });
    expect((await verifier.verify(receipt)).ok).toBe(true);
  });

  it('leaves everything as it is where there is no Node', () => {
    vi.stubGlobal('process', undefined);
    try {
      expect(nodeEd25519()).toBeUndefined();
      expect(useNodeCrypto()).toBe(false);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
