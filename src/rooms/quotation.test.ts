import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorOf, bare } from './quotation.ts';

const SOURCE = `EXAMPLETON — The mayor said\non Tuesday: “We sent our proof in March. So perhaps the mailbox should be\nchecked.” The party’s clerk—who had not\u00a0been asked—agreed.`;

describe('words stand in a source', () => {
  it.each([
    ['We sent our proof in March.', 'We sent our proof in March.'],
    ['“So perhaps the mailbox should be checked.”', 'So perhaps the mailbox should be\nchecked.'],
    ['"So perhaps the mailbox should be checked"', 'So perhaps the mailbox should be\nchecked'],
    ["the party's clerk", null],
    ["The party's clerk-who had not been asked", 'The party’s clerk—who had not\u00a0been asked'],
    ['clerk', 'clerk'],
    ['part', null],
    ['perhaps the mailbox could be checked', null],
    ['', null],
    ['“”', null],
  ])('%j', (words, exact) => {
    expect(anchorOf(SOURCE, words)?.exact ?? null).toBe(exact);
  });

  it('keeps what stands before and after, for a reader who looks for the place', () => {
    expect(anchorOf(SOURCE, 'We sent our proof')).toEqual({
      type: 'TextQuoteSelector',
      exact: 'We sent our proof',
      prefix: 'N — The mayor said\non Tuesday: “'.slice(-32),
      suffix: ' in March. So perhaps the mailbo',
    });
  });

  it('whatever is cut out of a text at words is found in it, and is the same words', () => {
    const word = fc.stringMatching(/^[a-zà-ž]{1,8}[,.!]?$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(), (words, a, b) => {
        const from = a % words.length;
        const cut = words.slice(from, from + 1 + (b % (words.length - from)));
        const found = anchorOf(words.join('\n'), cut.join('  '));
        expect(found?.exact.split('\n')).toEqual(cut);
      }),
    );
  });

  it('takes quotation marks off the outside alone', () => {
    expect(bare(' “He said ‘no’ and left” ')).toBe('He said ‘no’ and left');
  });
});
