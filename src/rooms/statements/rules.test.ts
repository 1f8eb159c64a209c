import { describe, expect, it } from 'vitest';
import { type Making, makeStatement } from './rules.ts';

const at = (text: string) => Date.parse(text);
const NOW = at('2026-03-02T15:00:00Z');
const GROUND = {
  matter: 'm',
  issuer: 'i',
  audience: 'public' as const,
  text: 'The mayor of Exampleton said that many had sent their proof. “So perhaps\nthe mailbox should be checked.”',
  source: {
    id: 's',
    entry: 'e',
    matter: 'm',
    publisher: 'Example Courier',
    title: 'Letters arrive',
    published: '2018-01-25',
    url: null,
    fetchedAt: new Date('2018-01-25T11:53:00Z'),
    sha256: 'ab'.repeat(32),
    bytes: 100,
  },
};
const MAYOR = {
  id: 'h',
  person: 'p',
  name: 'Pat Sample',
  note: null,
  office: 'o',
  title: 'Mayor',
  party: 'c',
  partyName: 'City of Exampleton',
  from: '2016-01-04',
  until: '2020-01-06',
};
const SAID: Making = {
  name: '',
  holding: MAYOR,
  words: '"So perhaps the mailbox should be checked."',
  form: 'quotation',
  medium: 'told an outlet',
  outlet: 'Example Courier',
  saidAt: at('2018-01-24T20:00:00Z'),
  saidOn: '2018-01-24',
  dayOnly: false,
  about: [],
};
const make = (change: Partial<Making> = {}) =>
  makeStatement(GROUND, { ...SAID, ...change }, { entry: 'x', statement: 'y' }, NOW);

describe('a statement', () => {
  it('carries the office as it was that day, the bare words, and the place where they stand', () => {
    expect(make().body).toMatchObject({
      speaker: { name: 'Pat Sample', office: 'Mayor, City of Exampleton' },
      words: 'So perhaps the mailbox should be checked.',
      anchor: { type: 'TextQuoteSelector', exact: 'So perhaps\nthe mailbox should be checked.' },
    });
  });

  it.each([
    ['quotation-not-in-source', { words: 'Perhaps the mailbox could be checked.' }],
    ['speaker-out-of-office', { saidOn: '2015-12-31' }],
    ['speaker-out-of-office', { saidOn: '2020-01-07' }],
    ['said-after-source', { saidAt: at('2018-01-26T00:00:00Z') }],
    ['said-in-future', { saidAt: NOW + 1 }],
  ])('%s', (code, change) => {
    expect(() => make(change)).toThrow(expect.objectContaining({ code }));
  });

  it('may be a paraphrase, which says so and is anchored nowhere', () => {
    const { body } = make({ form: 'paraphrase', words: 'He criticised the letter.' });
    expect(body).toMatchObject({ form: 'paraphrase', words: 'He criticised the letter.', anchor: null });
  });
});
