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
import { decimal, hex } from './bytes.ts';
import { ProofFailure, quote } from './failure.ts';
import { parseVkey, type VerifierKey } from './note.ts';

export interface PolicyWitness {
  readonly name: string;
  readonly key: VerifierKey;
  readonly url?: string;
}

export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url?: string;
}

interface PolicyGroup {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly string[];
}

export interface Policy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: ReadonlyMap<string, PolicyGroup>;
  /** Name of a witness or group, or `none`. */
  readonly quorum: string;
}

/** Longest policy text and most lines of each kind that are read. */
const LIMIT = 1_000_000;
const LINES = 1000;

function bad(line: number, expected: string, found: string): ProofFailure {
  return new ProofFailure('bad-policy', `${expected} on line ${line}`, found);
}

function key(text: string, line: number, types: readonly number[], use: string): VerifierKey {
  try {
    const parsed = parseVkey(text);
    if (types.includes(parsed.type)) return parsed;
    throw bad(line, `a key type that a ${use} can have (${types.join(' or ')})`, `type ${parsed.type}`);
  } catch (error) {
    if (error instanceof ProofFailure && error.failure === 'bad-key') throw bad(line, error.expected, error.found);
    throw error;
  }
}

/** Reads a policy; `bad-policy` with the number of the line otherwise. */
export function parsePolicy(text: string): Policy {
  if (text.length > LIMIT) throw new ProofFailure('bad-policy', `at most ${LIMIT} characters`, `${text.length}`);
  const logs: PolicyLog[] = [];
  const witnesses: PolicyWitness[] = [];
  const groups = new Map<string, PolicyGroup>();
  const names = new Set(['none']);
  const members = new Set<string>();
  const keys = { log: new Set<string>(), witness: new Set<string>() };
  let quorum: string | undefined;

  const define = (name: string, line: number): void => {
    if (names.has(name)) throw bad(line, 'a new name', `${quote(name)}, which is taken`);
    names.add(name);
  };
  const once = (use: 'log' | 'witness', one: VerifierKey, line: number): void => {
    const material = hex(one.publicKey);
    if (keys[use].has(material)) throw bad(line, `each ${use}'s key once`, `${one.name} again`);
    keys[use].add(material);
  };

  text.split('\n').forEach((raw, i) => {
    const line = i + 1;
    if (/[\0-\x08\x0b-\x1f\x7f]/.test(raw)) throw bad(line, 'no control characters', 'one (a Windows line end?)');
    const [word, ...rest] = raw.split(/[ \t]+/).filter((part) => part !== '');
    if (word === undefined || word.startsWith('#')) return;
    if (logs.length + witnesses.length + groups.size > LINES) throw bad(line, `at most ${LINES} definitions`, 'more');
    if (word === 'log') {
      const [vkey, url, ...more] = rest;
      if (vkey === undefined || more.length > 0) throw bad(line, 'log VKEY [URL]', quote(raw));
      const log = key(vkey, line, [1, 4], 'log');
      once('log', log, line);
      logs.push(url === undefined ? { key: log } : { key: log, url });
    } else if (word === 'witness') {
      const [name, vkey, url, ...more] = rest;
      if (name === undefined || vkey === undefined || more.length > 0) {
        throw bad(line, 'witness NAME VKEY [URL]', quote(raw));
      }
      const witness = key(vkey, line, [4, 6], 'witness');
      once('witness', witness, line);
      define(name, line);
      witnesses.push(url === undefined ? { name, key: witness } : { name, key: witness, url });
    } else if (word === 'group') {
      const [name, count, ...listed] = rest;
      if (name === undefined || count === undefined || listed.length === 0) {
        throw bad(line, 'group NAME all|any|K MEMBER…', quote(raw));
      }
      for (const member of listed) {
        if (member === 'none' || !names.has(member)) throw bad(line, 'members defined above', quote(member));
        if (members.has(member)) throw bad(line, 'each member in one group only', quote(member));
        members.add(member);
      }
      const threshold = count === 'all' ? listed.length : count === 'any' ? 1 : thresholdOf(count, line);
      if (threshold < 1 || threshold > listed.length) throw bad(line, `1 to ${listed.length}`, quote(count));
      define(name, line);
      groups.set(name, { name, threshold, members: listed });
    } else if (word === 'quorum') {
      const [name, ...more] = rest;
      if (name === undefined || more.length > 0) throw bad(line, 'quorum NAME', quote(raw));
      if (quorum !== undefined) throw bad(line, 'one quorum line', 'another');
      if (!names.has(name)) throw bad(line, 'a name defined above', quote(name));
      quorum = name;
    } else {
      throw bad(line, 'log, witness, group or quorum', quote(word));
    }
  });
  if (quorum === undefined) throw new ProofFailure('bad-policy', 'a quorum line', 'none');
  return { logs, witnesses, groups, quorum };
}

function thresholdOf(count: string, line: number): number {
  try {
    return decimal(count);
  } catch {
    throw bad(line, 'all, any or a number', quote(count));
  }
}

/** Whether the witnesses in `signed` (by their names in the policy) are enough. */
export function quorumMet(policy: Policy, signed: ReadonlySet<string>, name: string = policy.quorum): boolean {
  if (name === 'none') return true;
  const group = policy.groups.get(name);
  if (group === undefined) return signed.has(name);
  let met = 0;
  for (const member of group.members) if (quorumMet(policy, signed, member)) met++;
  return met >= group.threshold;
}

/** The smallest number of witnesses that can make the quorum. */
export function quorumSize(policy: Policy, name: string = policy.quorum): number {
  if (name === 'none') return 0;
  const group = policy.groups.get(name);
  if (group === undefined) return 1;
  const sizes = group.members.map((member) => quorumSize(policy, member)).sort((a, b) => a - b);
  return sizes.slice(0, group.threshold).reduce((sum, size) => sum + size, 0);
}

/** The quorum in words, for example `2 of (north, south, any of east, west)`. */
export function quorumText(policy: Policy, name: string = policy.quorum): string {
  if (name === 'none') return 'no witnesses';
  const group = policy.groups.get(name);
  if (group === undefined) return name;
  return `${group.threshold} of (${group.members.map((member) => quorumText(policy, member)).join(', ')})`;
}
