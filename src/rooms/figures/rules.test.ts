import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, claimFigure, compareDecimals, rankFigure } from './rules.ts';
import { numberText, valueText } from './view.ts';

const NOW = Date.parse('2026-03-02T15:00:00Z');
const GROUND = {
  matter: 'm',
  issuer: 'i',
  audience: 'public' as const,
  text: 'Leaked details speak of about $200 billion of federal money; $1 trillion was pledged.',
  source: {
    id: 's',
    entry: 'e',
    matter: 'm',
    publisher: 'Example Courier',
    title: 'What is on offer',
    published: null,
    url: null,
    fetchedAt: new Date('2018-01-25T11:53:00Z'),
    sha256: 'ab'.repeat(32),
    bytes: 100,
  },
  beside: [],
};
const CLAIM: Claim = {
  measure: 'Money in the plan',
  unit: 'US dollars',
  low: '200000000000',
  high: null,
  qualifier: 'about',
  originalValue: 'about $200 billion',
  asOf: null,
  claimant: 'leaked details',
  holding: null,
  claimedAt: Date.parse('2018-01-22T12:00:00Z'),
};
const claim = (change: Partial<Claim> = {}, beside: readonly { measure: string; unit: string }[] = []) =>
  claimFigure({ ...GROUND, beside }, { ...CLAIM, ...change }, { entry: 'x', figure: 'y' }, NOW);

describe('a figure', () => {
  it('is claimed in the words of its source, beside others of its measure', () => {
    const { body } = claim({ measure: 'money in the PLAN' }, [{ measure: 'Money in the plan', unit: 'US dollars' }]);
    expect(body).toMatchObject({
      measure: 'Money in the plan',
      low: '200000000000',
      anchor: { exact: 'about $200 billion' },
    });
  });

  it.each([
    ['figure-unit-mixed', { unit: 'euros' }, [{ measure: 'Money in the plan', unit: 'US dollars' }]],
    ['figure-range-backwards', { high: '100000000000' }, []],
    ['figure-range-backwards', { high: '200000000000.0' }, []],
    ['figure-not-in-source', { originalValue: 'about $300 billion' }, []],
    ['claimed-in-future', { claimedAt: NOW + 1 }, []],
  ])('%s', (code, change, beside) => {
    expect(() => claim(change, beside)).toThrow(expect.objectContaining({ code }));
  });

  it('changes its rank with a reason, and never to the one it has', () => {
    const state = { figure: 'y', matter: 'm', issuer: 'i', audience: 'public' as const, rank: 'normal' as const };
    const made = rankFigure(state, { rank: 'deprecated', reason: 'It was corrected.' }, 'z', NOW);
    expect(made.body).toEqual({ figure: 'y', rank: 'deprecated', reason: 'It was corrected.' });
    expect(() => rankFigure(state, { rank: 'normal', reason: 'x' }, 'z', NOW)).toThrow(
      expect.objectContaining({ code: 'ranked-so-already' }),
    );
  });
});

describe('numbers', () => {
  it.each([
    ['200000000000', '200 billion'],
    ['1000000000000', '1 trillion'],
    ['1250000000', '1.25 billion'],
    ['1234567890', '1,234,567,890'],
    ['-2500000', '−2.5 million'],
    ['100', '100'],
    ['0.35', '0.35'],
    ['12.500000', '12.5'],
  ])('%s is %s', (value, text) => {
    expect(numberText(value)).toBe(text);
  });

  it('as ranges', () => {
    expect(valueText({ low: '100', high: '120', qualifier: 'about' })).toBe('about 100 to 120');
    expect(valueText({ low: '100', high: null, qualifier: 'more than' })).toBe('more than 100');
    expect(valueText({ low: '100', high: null, qualifier: 'exactly' })).toBe('100');
  });

  it('compare as numbers do', () => {
    const small = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(small, small, (a, b) => {
        const text = (n: number) => (n / 100).toFixed(2);
        expect(Math.sign(compareDecimals(text(a), text(b)))).toBe(Math.sign(a - b));
      }),
    );
  });
});
