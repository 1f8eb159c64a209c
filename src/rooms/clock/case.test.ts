/** Whatever comes in as a case: an answer or a refusal by name, never anything else, and never for long. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../base/errors.ts';
import { answer, readCase } from './case.ts';

function outcome(given: unknown): string {
  try {
    return answer(readCase(given)).on ?? 'stands';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const day = fc.oneof(
  fc.constantFrom(
    '0000-01-01',
    '0001-01-01',
    '1900-02-28',
    '2023-02-29',
    '2024-02-29',
    '9998-12-31',
    '9999-12-31',
    '',
    '2024',
  ),
  fc
    .date({ min: new Date('1950-01-01'), max: new Date('2120-01-01'), noInvalidDate: true })
    .map((d) => d.toISOString().slice(0, 10)),
);
const moment = fc.oneof(
  day,
  fc
    .date({ min: new Date('1950-01-01'), max: new Date('2120-01-01'), noInvalidDate: true })
    .map((d) => d.toISOString()),
);
const unit = fc.constantFrom('days', 'business days', 'weeks', 'months', 'years');
const count = fc.constantFrom(0, 1, 14, 3650, 3651, 1.5, '3');
const zone = fc.constantFrom('America/New_York', 'Pacific/Apia', 'America/Sao_Paulo', 'UTC', 'Nowhere/At_All', '');
const holidays = fc.constantFrom('none', 'US', 'US-VA', 'GB-ENG+GB-SCT', 'ZZ', 'US-QQ', 'x-own', '');
const rule = fc.oneof(
  fc.record({ type: fc.constant('fixed'), on: day, zone }),
  fc.record({
    type: fc.constant('count'),
    ...{ count, unit, zone, holidays },
    whose: fc.constantFrom('issuer', 'recipient'),
    roll: fc.constantFrom('none', 'next business day'),
    cutOff: fc.constantFrom(null, '02:30', '17:00', '25:00'),
    receivedOn: fc.constantFrom('any day', 'business days'),
    mailDays: fc.constantFrom(0, 3, 31),
    preset: fc.constant(null),
  }),
);
const event = fc.oneof(
  fc.record({ type: fc.constant('extended'), at: moment, to: day }),
  fc.record({ type: fc.constant('extended'), at: moment, by: fc.record({ count, unit }) }),
  fc.record({ type: fc.constantFrom('tolled', 'stayed'), at: moment, until: moment, order: fc.constant('No. 1') }),
  fc.record({ type: fc.constant('tolled'), at: moment, id: fc.constant('a') }),
  fc.record({ type: fc.constant('resumed'), at: moment, of: fc.constantFrom('a', 'b') }),
  fc.record({ type: fc.constant('compelled'), at: moment, to: day, order: fc.constantFrom('No. 1', 'No. 2') }),
  fc.record({ type: fc.constant('closing'), from: day, until: day, name: fc.constant('closed') }),
  fc.record({
    type: fc.constant('closing'),
    every: fc.constantFrom('12-24', '02-29', '02-30'),
    name: fc.constant('c'),
  }),
  fc.record({ type: fc.constant('service-corrected'), at: moment, to: fc.record({ on: day }) }),
);

describe('cases of every kind', () => {
  it('that look like cases', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.record({
          service: fc.oneof(fc.record({ on: day }), fc.record({ at: moment })),
          rule,
          events: fc.array(event, { maxLength: 4 }),
          now: moment,
        }),
        (given) => {
          const start = performance.now();
          seen.add(outcome(given).slice(0, 4));
          expect(performance.now() - start).toBeLessThan(5_000);
        },
      ),
      { numRuns: 2000 },
    );
    // Not everything is refused, and not for one reason.
    expect(seen.size).toBeGreaterThan(20);
  });

  it('that are anything at all', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }), (given) => {
        expect(typeof outcome(given)).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });

  it('has a longest closing and a last year', () => {
    const base = { service: { on: '2024-03-01' }, preset: 'foia' };
    const closing = (from: string, until: string) => ({
      ...base,
      events: [{ type: 'closing', from, until, name: 'closed' }],
    });
    expect(outcome(closing('2024-03-04', '2024-03-01'))).toBe('ends-before-it-begins');
    expect(outcome(closing('2024-03-04', '2044-03-01'))).toBe('closing-too-long');
    const fixed = { type: 'fixed', on: '9999-12-31', zone: 'UTC' };
    expect(outcome({ service: { on: '2024-03-01' }, rule: fixed })).toBe('date-out-of-range');
  });
});
