/**
 * What `JSON.parse` lets pass and a receipt must not have: repeated keys (readers disagree about which one counts) and
 * numbers that are not spelled as integers (`1.0`, `1e2`, `9007199254740991.4` would be rounded in silence). Looks at
 * text that `JSON.parse` has accepted already; never builds values itself.
 *
 * Example: `{"a":1,"\u0061":2}` repeats the key `a`; `{"a":1.0}` spells a number as a fraction.
 */
import { badEncoding, ProofFailure, quote } from './failure.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[-0-9][-+.0-9eE]*/gs;

/** Throws `bad-encoding` for a repeated key, `not-canonicalisable` for a number not spelled as an integer. */
export function checkJsonSpelling(text: string): void {
  // One entry for each open bracket: the keys of an object so far, or null for a list.
  const open: (Set<string> | null)[] = [];
  let key: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    const first = token.charAt(0);
    if (first === '{') open.push(new Set());
    else if (first === '[') open.push(null);
    else if (first === '}' || first === ']') open.pop();
    else if (first === '"') key = token;
    else if (first === ':') {
      const keys = open.at(-1);
      const name: unknown = JSON.parse(key ?? '""');
      if (keys === undefined || keys === null || typeof name !== 'string') continue;
      if (keys.has(name)) throw badEncoding('each key once', `${quote(name)} again`);
      keys.add(name);
    } else if (first !== ',' && !/^(?:0|-?[1-9][0-9]*)$/.test(token)) {
      throw new ProofFailure('not-canonicalisable', 'numbers spelled as integers', quote(token));
    }
  }
}
