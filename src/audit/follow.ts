/**
 * Follows a log from the checkpoint that was saved to the one it serves now. Where the recomputed tree does not lead to what was signed,
 * finds out which of log and tiles contradicts itself, and keeps what shows it. Nothing unproven gets into the copy.
 */
import { equal } from '../proof/bytes.ts';
import { hex } from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';
import { damaged, type Folder, type State } from './folder.ts';
import { checkHeirs, heirsOf } from './heirs.ts';
import { AuditFailure, type Evidence } from './outcome.ts';
import { keepPending, pendingIn } from './pending.ts';
import { prefixOf } from './prefix.ts';
import { recompute } from './recompute.ts';
import type { RemoteLog } from './remote.ts';
import { type Head, keysOf, openCheckpoint, sameLog, type Trust } from './trust.ts';

export interface FollowDeps {
  readonly remote: RemoteLog;
  readonly folder: Folder;
  readonly trust: Trust;
  /** verifier keys that the reader takes although the key before them was lost */
  readonly accepted: readonly string[];
  readonly wait: (ms: number) => Promise<void>;
  readonly onProgress: (done: number, of: number) => void;
}

export interface Followed {
  readonly head: Head;
  /** with the keys that the log was handed over to */
  readonly trust: Trust;
  /** tiles and bundles that were fetched and checked */
  readonly checked: number;
}

/** Milliseconds before looking again when the log shows less than before: a cache on the way may lag. */
const PAUSES = [1_000, 5_000];

/**
 * One look at the log. On return the folder holds the newest checkpoint and all of its tiles; on a throw it holds what it held before.
 * @throws AuditFailure
 */
export async function follow(given: FollowDeps, previous: Head | null, url: string): Promise<Followed> {
  const { folder } = given;
  const { head, trust } = await look(given, previous);
  const deps = { ...given, trust };
  const accept = () => {
    const heirs = trust.heirs.map((one) => one.statement);
    const first = trust.heirs[0]?.from;
    const vkeys = first ? [formatVkey(first)] : keysOf(trust, head.origin).map(formatVkey);
    const state: State = { counterfoil: 'audit/v1', url, vkeys, policy: trust.text, heirs };
    return folder.accept(head.size, head.note, state, previous?.size ?? 0);
  };
  if (previous !== null && head.size === previous.size) {
    // The same tree; perhaps more witnesses have signed it by now.
    await checkHeirs(folder.copy, trust, head, previous, given.trust.heirs.length);
    await accept();
    await settle(deps, head);
    return { head, trust, checked: 0 };
  }
  const checked = await grown(deps, previous, head).catch(async (error: unknown) => {
    if (!(error instanceof AuditFailure && error.outcome === 'split-view')) await keepPending(folder.dir, head);
    throw error;
  });
  if (trust.heirs.length > given.trust.heirs.length)
    await checkHeirs(given.remote.reader, trust, head, previous, given.trust.heirs.length);
  await accept();
  await settle(deps, head);
  return { head, trust, checked };
}

/** Stages what is new. @returns tiles and bundles that were checked */
async function grown(deps: FollowDeps, previous: Head | null, head: Head): Promise<number> {
  const { folder } = deps;
  let done = await recompute(deps, previous, head);
  if (done.wrong !== null && done.reused > 0) {
    // Pieces that an earlier, interrupted run fetched may be at fault: once more with fresh ones only.
    await folder.clearIncoming();
    done = await recompute(deps, previous, head);
  }
  if (done.wrong !== null) {
    await folder.clearIncoming();
    throw await judged(deps, previous, head, done.wrong);
  }
  return done.checked;
}

/** Checkpoints whose tiles could not be had before must be beginnings of the log too, once it has grown past them. */
async function settle({ folder, trust }: Pick<FollowDeps, 'folder' | 'trust'>, head: Head): Promise<void> {
  for (const one of await pendingIn(folder.dir, trust)) {
    if (!sameLog(trust, one.head.origin, head.origin) || one.head.size > head.size) continue;
    const prefix = await prefixOf(folder.copy, one.head.size, head.size, head.root);
    if (prefix === null) throw damaged(`tiles that lead to ${hex(head.root)}`, 'others');
    if (!equal(prefix.root, one.head.root)) {
      throw splitView(one.head, head, prefix.root, { notes: [one.head.note, head.note], tiles: prefix.tiles });
    }
    await one.settle();
  }
}

/** The checkpoint of now: at least as large as the one before, and with the same root if it is as large. */
async function look(deps: FollowDeps, previous: Head | null): Promise<{ head: Head; trust: Trust }> {
  const { remote, folder, wait } = deps;
  for (let tried = 0; ; tried++) {
    const signed = await remote.checkpoint();
    const trust = await heirsOf(remote, deps.trust, signed, deps.accepted);
    const head = await openCheckpoint(signed, trust);
    if (previous === null) return { head, trust };
    if (!sameLog(trust, head.origin, previous.origin))
      throw new AuditFailure('state-of-another-log', previous.origin, head.origin);
    if (head.size > previous.size) return { head, trust };
    const prefix = await prefixOf(folder.copy, head.size, previous.size, previous.root);
    if (prefix === null) throw damaged(`tiles that lead to ${hex(previous.root)}`, 'others');
    const evidence = { notes: [previous.note, head.note], tiles: prefix.tiles };
    if (!equal(prefix.root, head.root)) throw splitView(previous, head, prefix.root, evidence);
    if (head.size === previous.size) return { head, trust };
    const pause = PAUSES[tried];
    if (pause === undefined) {
      throw new AuditFailure(
        'shrunk-log',
        `at least the ${previous.size} entries seen before`,
        `${head.size}`,
        evidence,
      );
    }
    await wait(pause);
  }
}

function splitView(first: Head, second: Head, prefix: Uint8Array, evidence: Evidence): AuditFailure {
  const [small, large] = first.size <= second.size ? [first, second] : [second, first];
  const expected = `root ${hex(prefix)} of size ${small.size}, as in the tree of size ${large.size} that the log signed too`;
  return new AuditFailure('split-view', expected, `root ${hex(small.root)}, signed by the log`, evidence);
}

/**
 * What it means that the new tree cannot be reached from the old one. If the served tiles lead to the new root, they also show which root
 * its first entries have: another than the one signed earlier is a split view, proven. Otherwise the tiles contradict the checkpoint.
 */
async function judged(
  { remote }: FollowDeps,
  previous: Head | null,
  head: Head,
  wrong: AuditFailure,
): Promise<AuditFailure> {
  if (previous !== null) {
    const prefix = await prefixOf(remote.reader, previous.size, head.size, head.root).catch((error: unknown) => {
      if (error instanceof AuditFailure) return null;
      throw error;
    });
    if (prefix !== null && !equal(prefix.root, previous.root)) {
      return splitView(previous, head, prefix.root, { notes: [previous.note, head.note], tiles: prefix.tiles });
    }
  }
  const notes = previous === null ? [head.note] : [previous.note, head.note];
  const tiles = wrong.evidence?.tiles ?? new Map<string, Uint8Array>();
  return new AuditFailure(wrong.outcome, wrong.expected, wrong.found, { notes, tiles });
}
