/** The strict spellings, against Node's own encoders: same values, and everything that Node forgives is refused here. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, concat, decimal, equal, fromBase64, fromHex, fromUtf8, hex, utf8 } from './bytes.ts';

describe('base64', () => {
  it('agrees with Node and reads itself', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(equal(fromBase64(base64(bytes)), bytes)).toBe(true);
      }),
    );
  });
  it('accepts a text exactly if it is what encoding its bytes gives', () => {
    const letters = fc.constantFrom(...'ABab01+/=-_ \n\u00e9\ud83d');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), (list) => {
        const text = list.join('');
        const strict = Buffer.from(text, 'base64').toString('base64') === text;
        let accepted = true;
        try {
          fromBase64(text);
        } catch {
          accepted = false;
        }
        expect(accepted).toBe(strict);
      }),
      { numRuns: 5000 },
    );
  });
  it.each(['AP9=', 'AP8', 'AP-_', ' AP8=', 'AP8=\n', 'A===', '====', 'AP=8', 'QUJ\u0144'])('refuses %j', (text) => {
    expect(() => fromBase64(text)).toThrow('bad-encoding');
  });
  it('asks for a length', () => {
    expect(() => fromBase64('AP8=', 32)).toThrow('base64 of 32 bytes');
  });
});

describe('hex, decimals, text', () => {
  it('reads and writes hex', () => {
    expect(hex(fromHex('00ff10'))).toBe('00ff10');
    for (const text of ['0', '0G', 'FF', '0x', ' 00']) expect(() => fromHex(text)).toThrow('bad-encoding');
  });
  it('reads decimals of one spelling up to 2^53-1', () => {
    expect(decimal('0')).toBe(0);
    expect(decimal('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    for (const text of ['', '00', '01', '-1', '+1', '1.0', '1e3', '0x1f', ' 1', '1\n', '9007199254740992', '٣']) {
      expect(() => decimal(text)).toThrow('bad-encoding');
    }
  });
  it('refuses bytes that are not UTF-8 and strings that are not text', () => {
    expect(() => fromUtf8(new Uint8Array([0xc3, 0x28]))).toThrow('bad-encoding');
    expect(() => fromUtf8(new Uint8Array([0xed, 0xa0, 0x80]))).toThrow('bad-encoding');
    expect(() => utf8('\ud800')).toThrow('bad-encoding');
    expect(fromUtf8(utf8('\ufeffé'))).toBe('\ufeffé');
  });
  it('joins and compares', () => {
    expect(concat(utf8('a'), utf8(''), utf8('bc'))).toEqual(utf8('abc'));
    expect(equal(utf8('ab'), utf8('abc'))).toBe(false);
  });
});
