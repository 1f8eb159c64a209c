/** Our SHA-256 and HMAC against OpenSSL's, at all lengths around the block borders and in random pieces. */

import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, utf8 } from './bytes.ts';
import { commitment } from './commitment.ts';
import { hashPair, hmacSha256, Sha256, sha256 } from './sha256.ts';

const reference = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('sha256', () => {
  it('agrees at every length from 0 to 300', () => {
    for (let length = 0; length <= 300; length++) {
      const bytes = new Uint8Array(length).map((_, i) => (i * 31 + length) & 255);
      expect(hex(sha256(bytes))).toBe(reference(bytes));
    }
  });
  it('agrees in random pieces, also out of the middle of a larger buffer', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), fc.nat(7), (pieces, shift) => {
        const hash = new Sha256();
        for (const piece of pieces) {
          const shifted = new Uint8Array(piece.length + shift);
          shifted.set(piece, shift);
          hash.update(shifted.subarray(shift));
        }
        expect(hex(hash.digest())).toBe(reference(Buffer.concat(pieces)));
        expect(hex(hash.update(utf8('abc')).digest())).toBe(reference(utf8('abc')));
      }),
    );
  });
  it('counts lengths beyond 2^32 bits', () => {
    const piece = new Uint8Array(1 << 24);
    const ours = new Sha256();
    const theirs = createHash('sha256');
    for (let i = 0; i < 33; i++) {
      ours.update(piece);
      theirs.update(piece);
    }
    expect(hex(ours.digest())).toBe(theirs.digest('hex'));
  });
  it('hashes pairs in place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
        const expected = reference(Buffer.concat([Buffer.from([1]), bytes]));
        hashPair(bytes, 0, bytes, 32);
        expect(hex(bytes.subarray(32))).toBe(expected);
      }),
    );
  });
});

describe('hmac and commitment', () => {
  it('agrees for keys and messages of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), fc.uint8Array({ maxLength: 300 }), (key, message) => {
        expect(hex(hmacSha256(key)(message))).toBe(createHmac('sha256', key).update(message).digest('hex'));
      }),
    );
  });
  it('commits as FORMATS says', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 999 }),
        (opening, bytes) => {
          const expected = createHmac('sha256', 'counterfoil/entry/v1').update(opening).update(bytes).digest('hex');
          expect(hex(commitment(opening, bytes))).toBe(expected);
        },
      ),
    );
    expect(hex(commitment(new Uint8Array(32), utf8('{}')))).toBe(
      '0bc8022f9eda13739c128ff03242746202fdf17c0c785d927aa89db2f3be3413',
    );
    expect(() => commitment(new Uint8Array(31), utf8('{}'))).toThrow('bad-encoding');
  });
});
