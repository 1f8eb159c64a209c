/** Bodies whose keys stand in another order than the one of their canonical text: what is written is the same, and so is what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../base/errors.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../proof/entry.ts';
import { inOrder, stamp } from './stamp.ts';

const TIME = '2026-03-02T15:04:05.000Z';
const ID = '01890a5d-ac96-774b-bcce-b302099a8058';
const entry = { kind: 'matter.opened', id: ID, matter: ID, by: ID, occurredAt: TIME, audience: 'public' } as const;

const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((n) => n + 0),
    fc.constantFrom('', 'z', 'é', '\u{1F600}'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('b', 'a', '10', '9', 'é', '\u{1F600}', '\uFF21', '__proto__', ''), tie('value')),
  ),
})).value;

describe('a body in order', () => {
  it('has the canonical text that it had before', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(inOrder(value))).toBe(canonicalJson(value));
        const body = { z: value, a: 1 };
        const { canonical } = stamp({ ...entry, body: inOrder(body) }, TIME);
        expect(canonical).toBe(stamp({ ...entry, body }, TIME).canonical);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused where it was refused before', () => {
    let deep: JsonObject = {};
    for (let i = 0; i < 100_000; i++) deep = { deep };
    // What a body may hold says its type; what it does hold when a program is wrong is another matter.
    const isBody = (value: unknown): value is JsonObject => value !== null;
    for (const x of [deep, 0.5, -0, undefined, { z: undefined, a: 1 }, new Date(0), 'e\u0301', '\ud800', () => {}]) {
      const body: unknown = { z: 1, x, a: 1 };
      if (!isBody(body)) throw new Error('no body');
      expect(() => stamp({ ...entry, body: inOrder(body) }, TIME)).toThrow(InvalidInput);
    }
  });
});
