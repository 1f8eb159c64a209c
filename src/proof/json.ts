/**
 * What `JSON.parse` lets pass and a receipt must not have: repeated keys (readers disagree about which one counts) and
 * numbers that are not spelled as integers (`1.0`, `1e2`, `9007199254740991.4` would be rounded in silence). Looks at
 * text that `JSON.parse` has accepted already; never builds values itself.
 *
 * Example: `{"a":1,"\u0061":2}` repeats the key `a`; `{"a":1.0}` spells a number as a fraction.
 */
import { badEncoding, quote, refuse } from './failure.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[-0-9][-+.0-9eE]*/gs;

/** Throws `bad-encoding` for a repeated key, `not-canonicalisable` for a number not spelled as an integer. */
export function checkJsonSpelling(text: string): void {
  // The keys so far of each open bracket; lists have none.
  const open: Set<string>[] = [];
  let key = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const first = token.charAt(0);
    if (first === '{' || first === '[') open.push(new Set());
    else if (first === '}' || first === ']') open.pop();
    else if (first === '"') key = token;
    else if (first === ':') {
      const name = String(JSON.parse(key));
      if (open.at(-1)?.has(name)) badEncoding('each key once', `${quote(name)} again`);
      open.at(-1)?.add(name);
    } else if (first !== ',' && !/^(?:0|-?[1-9][0-9]*)$/.test(token)) {
      refuse('not-canonicalisable', 'plain integers', quote(token));
    }
  }
}
