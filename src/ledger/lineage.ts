/**
 * The names that a log had, one after the other, checked: each hand-over signed, beginning where the one before ended, and written in the
 * log itself. Pure but for signatures; reads nothing. Says that a key was lost, and never whether to believe what followed.
 */
import { equal } from '../proof/bytes.ts';
import { type Handover, readHandover } from '../proof/handover.ts';
import {
  type Checkpoint,
  type Entry,
  hex,
  ProofFailure,
  parseCheckpoint,
  parseNote,
  type VerifierKey,
  verifyNote,
} from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';
import { Found } from './finding.ts';

/** A hand-over as it is stored, beside its entry `log.continued`. */
export interface StoredHandover {
  /** position of the entry */
  readonly seq: number;
  readonly from: string;
  readonly to: string;
  readonly size: number;
  /** hex */
  readonly root: string;
  readonly lost: boolean;
  readonly statement: string;
  /** the old name's last checkpoint with its cosignatures */
  readonly checkpoint: string;
}

/** A checkpoint that this key signed under its own name, or null. */
export async function openedBy(note: string, key: VerifierKey): Promise<Checkpoint | null> {
  try {
    const parsed = parseNote(note);
    const checkpoint = parseCheckpoint(parsed.text);
    return checkpoint.origin === key.name && (await verifyNote(parsed, [key])).length > 0 ? checkpoint : null;
  } catch (error) {
    if (error instanceof ProofFailure) return null;
    throw error;
  }
}

/**
 * Checks stored hand-overs: each signed as it must be, each beginning where the one before ended, and the key that is trusted among
 * them. @returns who signs up to which size @throws Found `bad-handover`
 */
export async function chainOf(stored: readonly StoredHandover[], trusted: VerifierKey): Promise<readonly Handover[]> {
  const links: Handover[] = [];
  for (const one of stored) {
    const at = `hand-over to ${one.to.slice(0, 200)}`;
    const bad = (expected: string, found: string) => new Found('bad-handover', at, expected, found);
    const link = await readHandover(one.statement).catch((error: unknown) => {
      if (error instanceof ProofFailure)
        throw bad(`a signed statement (${error.failure}: ${error.expected})`, error.found);
      throw error;
    });
    const before = links.at(-1);
    const same =
      formatVkey(link.from) === one.from &&
      formatVkey(link.to) === one.to &&
      link.size === one.size &&
      hex(link.root) === one.root &&
      link.lost === one.lost;
    if (!same) throw bad('the statement that it was made of', 'another one');
    if (before && (formatVkey(before.to) !== one.from || before.size >= link.size))
      throw bad(
        `one from ${before.to.name} after ${before.size} entries`,
        `one from ${link.from.name} at ${link.size}`,
      );
    const last = await openedBy(one.checkpoint, link.from);
    if (last?.size !== link.size || !equal(last.root, link.root))
      throw bad(
        `the checkpoint of ${link.size} that the old key signed`,
        last ? `one of ${last.size}` : 'none that holds',
      );
    links.push(link);
  }
  const keys = links.length === 0 ? [] : [...links.map((one) => one.from), ...links.slice(-1).map((one) => one.to)];
  if (links.length > 0 && !keys.some((key) => formatVkey(key) === formatVkey(trusted)))
    throw new Found(
      'bad-handover',
      'hand-overs',
      `${trusted.name}+${trusted.keyId} among the log’s keys`,
      keys.map((key) => key.name).join(', '),
    );
  return links;
}

/** The key that signs a checkpoint of this size. */
export function keyAt(links: readonly Handover[], size: number, only: VerifierKey): VerifierKey {
  return links.find((one) => size <= one.size)?.from ?? links.at(-1)?.to ?? only;
}

const FIELDS = ['from', 'to', 'size', 'root', 'lost', 'statement', 'checkpoint'] as const;

/** Hand-overs and the entries that say so: each needs the other, and the tree must have been what the statement says. */
export class Continuations {
  readonly #stored: readonly StoredHandover[];
  readonly #links: readonly Handover[];
  readonly #ended = new Set<number>();
  #seen = 0;

  constructor(stored: readonly StoredHandover[], links: readonly Handover[]) {
    this.#stored = stored;
    this.#links = links;
  }

  see({ seq, entry }: { readonly seq: number; readonly entry: Entry | null }): void {
    if (entry?.kind !== 'log.continued') return;
    const at = `position ${seq}`;
    const stored = this.#stored[this.#seen++];
    if (stored?.seq !== seq) throw new Found('bad-handover', at, 'a hand-over that is kept beside it', 'none');
    for (const name of FIELDS) {
      if (entry.body[name] !== stored[name])
        throw new Found('bad-handover', `${at}, ${name}`, String(entry.body[name]), String(stored[name]));
    }
  }

  /** A checkpoint that was reached, with the root that was computed. */
  ended(size: number, root: Uint8Array): void {
    const link = this.#links.find((one) => one.size === size);
    if (!link) return;
    if (!equal(link.root, root)) throw new Found('bad-handover', `checkpoint ${size}`, hex(root), hex(link.root));
    this.#ended.add(size);
  }

  end(): { readonly handovers: number; readonly lost: number } {
    const unsaid = this.#stored[this.#seen];
    if (unsaid) throw new Found('bad-handover', `position ${unsaid.seq}`, 'an entry log.continued', 'none');
    const missing = this.#links.find((one) => !this.#ended.has(one.size));
    if (missing)
      throw new Found('bad-handover', `checkpoint ${missing.size}`, `the last one of ${missing.from.name}`, 'none');
    return { handovers: this.#links.length, lost: this.#links.filter((one) => one.lost).length };
  }
}
