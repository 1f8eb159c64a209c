/**
 * The two files that an operator writes: which logs this server cosigns, and which witnesses it asks. Reads texts only; what cannot be
 * used is said with its line, so that a server never starts with half of a policy.
 *
 * WITNESS_LOGS: a vkey a line. WITNESSES: `witness`, `group` and `quorum` lines of C2SP tlog-policy; the log's own line is added.
 * Example of the second:
 *   witness north witness-north.example+5d4f0f43+BOc… https://witness-north.example
 *   witness south witness-south.example+0a1b2c3d+BPk… https://witness-south.example
 *   group both any north south
 *   quorum both
 */
import type { WitnessPolicy } from '../ledger/cosignatures.ts';
import {
  hex,
  type Policy,
  ProofFailure,
  parsePolicy,
  parseVkey,
  sha256,
  utf8,
  type VerifierKey,
} from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';

/** A file that cannot be used: which, and why. */
export class BadWitnessFile extends Error {}

/** Logs that this server cosigns, by origin. A log that changes its key has two lines with one name. */
export type WitnessedLogs = ReadonlyMap<string, readonly VerifierKey[]>;

/** Witnesses asked at most: their lines must fit under a checkpoint together (signed-note readers may stop at 100). */
const MOST_WITNESSES = 32;

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));

/** @throws BadWitnessFile */
export function readWitnessLogs(text: string): WitnessedLogs {
  const logs = new Map<string, VerifierKey[]>();
  for (const { line, number } of linesOf(text)) {
    let key: VerifierKey;
    try {
      key = parseVkey(line);
    } catch (error) {
      if (!(error instanceof ProofFailure)) throw error;
      throw new BadWitnessFile(`WITNESS_LOGS, line ${number}: expected ${error.expected}, found ${error.found}`);
    }
    if (key.type !== 1)
      throw new BadWitnessFile(`WITNESS_LOGS, line ${number}: a log signs with an Ed25519 key (type 1)`);
    logs.set(key.name, [...(logs.get(key.name) ?? []), key]);
  }
  return logs;
}

export interface Asked {
  readonly name: string;
  readonly key: VerifierKey;
  /** where `add-checkpoint` stands, without a slash at the end */
  readonly url: string;
}

export interface Witnesses extends WitnessPolicy {
  /** what is published: the policy that this server's receipts are made for */
  readonly text: string;
  readonly asked: readonly Asked[];
}

/** Lines of the log's keys: the one that signs now, then those before it, whose receipts stay good. */
const logLines = (logVkey: string, past: readonly string[]) => [logVkey, ...past].map((vkey) => `log ${vkey}`);

/** The policy of a server that asks nobody. @param past keys that the log was handed over from */
export const lonePolicy = (logVkey: string, past: readonly string[] = []): string =>
  `${logLines(logVkey, past).join('\n')}\nquorum none\n`;

/** Null where the file names no witness. @param past keys that the log was handed over from @throws BadWitnessFile */
export function readWitnesses(text: string, logVkey: string, past: readonly string[] = []): Witnesses | null {
  const lines = linesOf(text).map(({ line }) => line);
  if (lines.length === 0) return null;
  const own = lines.filter((line) => line.startsWith('log'));
  const whole = `${[...logLines(logVkey, past), ...lines.filter((line) => !line.startsWith('log'))].join('\n')}\n`;
  let policy: Policy;
  try {
    if (own.length > 0) parsePolicy(text);
    policy = parsePolicy(whole);
  } catch (error) {
    if (!(error instanceof ProofFailure)) throw error;
    throw new BadWitnessFile(`WITNESSES: expected ${error.expected}, found ${error.found}`);
  }
  if (own.some((line) => ![logVkey, ...past].includes(line.split(/[ \t]+/)[1] ?? '')))
    throw new BadWitnessFile(`WITNESSES: a log line can only name this server’s own log, ${logVkey}`);
  if (policy.witnesses.length === 0) throw new BadWitnessFile('WITNESSES: no witness line');
  if (policy.witnesses.length > MOST_WITNESSES)
    throw new BadWitnessFile(`WITNESSES: at most ${MOST_WITNESSES} witnesses, found ${policy.witnesses.length}`);
  const asked = policy.witnesses.map(({ name, key, url }) => {
    if (key.type !== 4)
      throw new BadWitnessFile(
        `WITNESSES: the key of ${name} is of a type that this version cannot check: ${key.type}`,
      );
    if (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new BadWitnessFile(`WITNESSES: say where ${name} is asked: witness ${name} ${formatVkey(key)} https://…`);
    return { name, key, url: url.replace(/\/+$/, '') };
  });
  return { id: hex(sha256(utf8(whole))), policy, text: whole, asked };
}
