/**
 * C2SP tlog-policy: which logs a verifier accepts, which witnesses it knows, and how many of them must have signed. The
 * verifier chooses this file; nothing in a receipt can widen it. Never fetches the URLs that a policy may carry.
 *
 * Byte format: lines of words separated by spaces or tabs; `#` starts a comment line.
 * Example:
 *   log records.example.gov/log+c91f669d+AdZ…
 *   witness north witness-north.example+5d4f0f43+BOc…
 *   witness south witness-south.example+0a1b2c3d+BPk…
 *   group both 2 north south
 *   quorum both
 */
import { hex } from './bytes.ts';
import { quote, refuse } from './failure.ts';
import { parseVkey, type VerifierKey } from './note.ts';

/** A witness that the verifier knows, under the name that it has in the policy. */
export interface PolicyWitness {
  readonly name: string;
  readonly key: VerifierKey;
  readonly url?: string;
}

/** A log that the verifier accepts; the key's name is the log's origin. */
export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url?: string;
}

interface PolicyGroup {
  readonly threshold: number;
  readonly members: readonly string[];
}

/** A policy, read and consistent in itself. */
export interface Policy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: ReadonlyMap<string, PolicyGroup>;
  /** Name of a witness or group, or `none`. */
  readonly quorum: string;
}

/** Longest policy text and most definitions that are read. */
const LIMIT = 1_000_000;
const LINES = 1000;

/** Reads a policy; `bad-policy` with the number of the line otherwise. */
export function parsePolicy(text: string): Policy {
  if (text.length > LIMIT) refuse('bad-policy', `at most ${LIMIT} characters`, `${text.length}`);
  const logs: PolicyLog[] = [];
  const witnesses: PolicyWitness[] = [];
  const groups = new Map<string, PolicyGroup>();
  // All that may be said once only, each under what it is.
  const said = new Set(['name none']);
  let quorum: string | undefined;
  let line = 0;

  const bad: (expected: string, found: string) => never = (expected, found) =>
    refuse('bad-policy', `${expected} on line ${line}`, quote(found));
  const once = (what: string, value: string, shown = value): void => {
    if (said.has(`${what} ${value}`)) bad(`each ${what} once`, `${shown} again`);
    said.add(`${what} ${value}`);
  };
  const defined = (name: string): string => (said.has(`name ${name}`) ? name : bad('a name defined above', name));
  const keyed = (use: 'log' | 'witness', vkey: string, url?: string) => {
    let key: VerifierKey;
    try {
      key = parseVkey(vkey);
    } catch (error) {
      return bad('a verifier key', String(error));
    }
    if (use === 'witness' && key.type === 1) bad('type 4 or 6', 'type 1');
    once(`${use} key`, hex(key.publicKey), key.name);
    return url === undefined ? { key } : { key, url };
  };

  for (const raw of text.split('\n')) {
    line++;
    if (/[\0-\x08\x0b-\x1f\x7f]/.test(raw)) bad('no control characters', raw);
    const [word, first = '', second = '', ...rest] = raw.match(/[^ \t]+/g) ?? ['#'];
    if (word?.startsWith('#')) continue;
    if (said.size > LINES) bad(`at most ${LINES} definitions`, 'more');
    if (word === 'log' && first && rest.length === 0) logs.push(keyed(word, first, second || undefined));
    else if (word === 'witness' && second && rest.length < 2) {
      once('name', first);
      witnesses.push({ name: first, ...keyed(word, second, rest[0]) });
    } else if (word === 'group' && rest.length > 0) {
      for (const member of rest)
        once('member', member === 'none' ? bad('a witness or group', member) : defined(member));
      const all = rest.length;
      const threshold = second === 'all' ? all : second === 'any' ? 1 : /^[1-9]\d*$/.test(second) ? Number(second) : 0;
      if (threshold < 1 || threshold > all) bad(`all, any or 1 to ${all}`, second);
      once('name', first);
      groups.set(first, { threshold, members: rest });
    } else if (word === 'quorum' && first && !second) {
      once('quorum', '');
      quorum = defined(first);
    } else bad('a log, witness, group or quorum line', raw);
  }
  return { logs, witnesses, groups, quorum: quorum ?? refuse('bad-policy', 'a quorum line', 'none') };
}

/** Whether the witnesses in `signed` (by their names in the policy) are enough. */
export function quorumMet(policy: Policy, signed: ReadonlySet<string>, name: string = policy.quorum): boolean {
  const group = policy.groups.get(name);
  if (!group) return name === 'none' || signed.has(name);
  return group.members.filter((member) => quorumMet(policy, signed, member)).length >= group.threshold;
}

/** The smallest number of witnesses that can make the quorum. */
export function quorumSize(policy: Policy, name: string = policy.quorum): number {
  const group = policy.groups.get(name);
  if (!group) return name === 'none' ? 0 : 1;
  const sizes = group.members.map((member) => quorumSize(policy, member)).sort((a, b) => a - b);
  return sizes.slice(0, group.threshold).reduce((sum, size) => sum + size);
}

/** The quorum in words, for example `2 of (north, south, 1 of (east, west))`. */
export function quorumText(policy: Policy, name: string = policy.quorum): string {
  const group = policy.groups.get(name);
  if (!group) return name === 'none' ? 'no witnesses' : name;
  return `${group.threshold} of (${group.members.map((member) => quorumText(policy, member)).join(', ')})`;
}
