/** Entries: what is accepted, what is refused and under which name, canonical bytes, documents. */
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8 } from './bytes.ts';
import { canonicalEntry, canonicalJson, checkEntry, documentsOf, ENTRY_BYTES, type JsonValue } from './entry.ts';

const base = {
  v: 1,
  kind: 'matter.opened',
  id: '01890a5d-ac96-774b-bcce-b302099a8058',
  matter: '01890a5d-ac96-774b-bcce-b302099a8059',
  by: '01890a5d-ac96-774b-bcce-b302099a8057',
  occurredAt: '2026-03-02T15:04:05.000Z',
  recordedAt: '2026-03-02T15:04:05.120Z',
  audience: 'public',
  body: { title: 'Annual report' },
};
const DOCUMENT = { sha256: 'ab'.repeat(32), bytes: 12, name: 'a.pdf', type: 'application/pdf' };

describe('entries', () => {
  it('gives the canonical bytes of the example at the head of entry.ts', () => {
    expect(fromUtf8(canonicalEntry(checkEntry(base)))).toBe(
      '{"audience":"public","body":{"title":"Annual report"},"by":"01890a5d-ac96-774b-bcce-b302099a8057",' +
        '"id":"01890a5d-ac96-774b-bcce-b302099a8058","kind":"matter.opened","matter":"01890a5d-ac96-774b-bcce-b302099a8059",' +
        '"occurredAt":"2026-03-02T15:04:05.000Z","recordedAt":"2026-03-02T15:04:05.120Z","v":1}',
    );
  });

  it('keeps the canonical bytes of anything it accepts, whatever the order of the fields', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((one) => one.normalize('NFC'));
    const leaf = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger().map((n) => n + 0),
      text,
    );
    const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(text, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(text, tree, { maxKeys: 5, noNullPrototype: true }), (body) => {
        const given = { ...Object.fromEntries(Object.entries(base).reverse()), body };
        const bytes = canonicalEntry(checkEntry(given));
        expect(fromUtf8(bytes)).toBe(canonicalize(given));
        const again: unknown = JSON.parse(fromUtf8(bytes));
        expect(canonicalEntry(checkEntry(again))).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['bad-entry', null],
    ['bad-entry', []],
    ['bad-entry', 'entry'],
    ['bad-entry', { ...base, v: '1' }],
    ['bad-entry', { ...base, v: 2 }],
    ['bad-entry', { ...base, kind: 'Matter.opened' }],
    ['bad-entry', { ...base, kind: 'matter.opened.twice' }],
    ['bad-entry', { ...base, matter: undefined }],
    ['bad-entry', { ...base, matter: '' }],
    ['bad-entry', { ...base, by: '' }],
    ['bad-entry', { ...base, by: 'a b' }],
    ['bad-entry', { ...base, occurredAt: '2026-13-01T00:00:00.000Z' }],
    ['bad-entry', { ...base, occurredAt: '2025-02-29T00:00:00.000Z' }],
    ['bad-entry', { ...base, occurredAt: '2026-03-02T24:00:00.000Z' }],
    ['bad-entry', { ...base, occurredAt: '2026-03-02T15:04:60.000Z' }],
    ['bad-entry', { ...base, occurredAt: '2026-03-02T15:04:05.000Z\n' }],
    ['bad-entry', { ...base, audience: 'everyone' }],
    ['bad-entry', { ...base, corrects: undefined }],
    ['bad-entry', { ...base, body: null }],
    ['bad-entry', { ...base, body: [] }],
    ['bad-entry', { ...base, body: { at: new Date(0) } }],
    ['bad-entry', { ...base, body: { at: undefined } }],
    ['bad-entry', { ...base, body: { list: new Array(2) } }],
    ['bad-entry', JSON.parse('{"__proto__":1}')],
    ['bad-entry', { ...base, body: { file: { ...DOCUMENT, bytes: -1 } } }],
    ['bad-entry', { ...base, body: { file: { ...DOCUMENT, name: '' } } }],
    ['bad-entry', { ...base, body: { file: { ...DOCUMENT, type: 'pdf' } } }],
    ['bad-entry', { ...base, body: { file: { sha256: DOCUMENT.sha256 } } }],
    ['not-canonicalisable', { ...base, body: { n: 0.1 } }],
    ['not-canonicalisable', { ...base, body: { n: -0 } }],
    ['not-canonicalisable', { ...base, body: { n: Number.NaN } }],
    ['not-canonicalisable', { ...base, body: { n: -(2 ** 53) } }],
    ['not-canonicalisable', { ...base, body: { a: ['\udc00'] } }],
    ['not-canonicalisable', { ...base, body: { '\ud800': 1 } }],
    ['not-canonicalisable', { ...base, body: { a: 'A\u030a' } }],
    ['not-canonicalisable', { ...base, body: { a: '\u212b' } }],
  ])('refuses as %s: %j', (failure, value) => {
    expect(() => checkEntry(value)).toThrow(failure);
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => checkEntry({ ...base, body: { n: 1n } })).toThrow('bad-entry');
    expect(() => checkEntry({ ...base, body: { f: () => 1 } })).toThrow('bad-entry');
  });

  it('knows every day that the calendar has, and no other', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    const two = (n: number) => String(n).padStart(2, '0');
    const day = fc.tuple(part(9999), part(13), part(32), part(25), part(61), part(61));
    fc.assert(
      fc.property(day, ([y, mo, d, h, mi, s]) => {
        const occurredAt = `${String(y).padStart(4, '0')}-${two(mo)}-${two(d)}T${two(h)}:${two(mi)}:${two(s)}.250Z`;
        const time = Date.parse(occurredAt);
        const real = !Number.isNaN(time) && new Date(time).toISOString() === occurredAt;
        let accepted = true;
        try {
          checkEntry({ ...base, occurredAt });
        } catch {
          accepted = false;
        }
        expect(accepted, occurredAt).toBe(real);
      }),
      { numRuns: 3000 },
    );
    for (const [year, leap] of [
      ['1900', false],
      ['2000', true],
      ['2024', true],
      ['2100', false],
      ['0000', true],
      ['2026', false],
    ]) {
      const check = () => checkEntry({ ...base, occurredAt: `${year}-02-29T00:00:00.000Z` });
      if (leap) expect(check).not.toThrow();
      else expect(check).toThrow('bad-entry');
    }
  });

  it('measures the canonical bytes', () => {
    const room = ENTRY_BYTES - canonicalEntry(checkEntry({ ...base, body: { a: '' } })).length;
    expect(canonicalEntry(checkEntry({ ...base, body: { a: 'x'.repeat(room) } }))).toHaveLength(ENTRY_BYTES);
    expect(() => checkEntry({ ...base, body: { a: 'x'.repeat(room + 1) } })).toThrow('too-large');
    expect(() => checkEntry({ ...base, body: { a: `${'x'.repeat(room - 1)}é` } })).toThrow('too-large');
  });

  it('refuses deep and circular bodies without exhausting the stack', () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
    expect(() => checkEntry({ ...base, body: deep })).toThrow('not-canonicalisable');
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => checkEntry({ ...base, body: circle })).toThrow('not-canonicalisable');
  });

  it('finds documents wherever they stand', () => {
    const other = { ...DOCUMENT, sha256: 'cd'.repeat(32) };
    const entry = checkEntry({
      ...base,
      body: { a: [DOCUMENT, { deep: { file: other } }], again: DOCUMENT, b: { bytes: 3 } },
    });
    expect(documentsOf(entry)).toEqual([DOCUMENT, other, DOCUMENT]);
    expect(documentsOf(checkEntry(base))).toEqual([]);
  });
});

describe('canonical JSON', () => {
  it('is what another implementation of RFC 8785 gives, for any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const value: JsonValue = JSON.parse(text);
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 2000 },
    );
    // Keys that JavaScript itself would put in order of their numbers, and one that it treats apart.
    const odd: JsonValue = JSON.parse(
      '{"10":1,"9":2,"__proto__":{"b":1,"a":[]},"\u20ac":0,"\ud83d\ude00":1,"\ufb33":2}',
    );
    expect(canonicalJson(odd)).toBe(canonicalize(odd));
  });
});
