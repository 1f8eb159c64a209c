import { describe, expect, it } from 'vitest';
import { type HoldingInput, putIntoOffice } from './rules.ts';
import { heldOn } from './view.ts';

const INPUT: HoldingInput = {
  name: 'Pat Sample',
  who: null,
  note: null,
  party: 'party-1',
  title: 'Mayor',
  from: '2016-01-04',
  until: null,
  source: { publisher: 'City of Exampleton', title: 'Election results', date: '2015-11-03' },
};
const COMMON = { by: 'us', occurredAt: '2026-03-02T15:00:00.000Z' };
const put = (known: Parameters<typeof putIntoOffice>[0], change: Partial<HoldingInput> = {}) => {
  let n = 0;
  return putIntoOffice(known, { ...INPUT, ...change }, () => `id-${n++}`, COMMON);
};

describe('a person in an office', () => {
  it('is written with person and office where they are new', () => {
    const made = put({ named: [], office: null });
    expect(made.map((one) => one.kind)).toEqual(['person.registered', 'office.registered', 'office.held']);
    const [person, office, held] = made.map((one) => one.body);
    expect(held).toMatchObject({
      person: person?.['person'],
      office: office?.['office'],
      from: '2016-01-04',
      until: null,
    });
  });

  it('is nobody else of that name: who is meant has to be said, and a namesake needs words of its own', () => {
    const known = { named: [{ id: 'p1', note: null }], office: 'o1' };
    expect(() => put(known)).toThrow(expect.objectContaining({ code: 'person-ambiguous' }));
    expect(() => put(known, { who: 'new' })).toThrow(expect.objectContaining({ code: 'needs-a-note' }));
    expect(() => put(known, { who: 'p9' })).toThrow(expect.objectContaining({ code: 'person-unknown' }));
    expect(put(known, { who: 'p1' }).map((one) => one.kind)).toEqual(['office.held']);
    expect(put(known, { who: 'new', note: 'of Sampleville' }).map((one) => one.kind)).toEqual([
      'person.registered',
      'office.held',
    ]);
  });

  it.each([
    ['2016-01-03', false],
    ['2016-01-04', true],
    ['2020-01-06', true],
    ['2020-01-07', false],
  ])('on %s: %s', (day, holds) => {
    expect(heldOn({ from: '2016-01-04', until: '2020-01-06' }, day)).toBe(holds);
    expect(heldOn({ from: null, until: null }, day)).toBe(true);
  });
});
