/** What fsck holds of erasures: an entry whose text is gone, and the entry that says so. Checks no law, only that each has the other. */
import { type Entry, hex } from '../proof/index.ts';
import { Found } from './finding.ts';

/** What is left of an entry whose text is gone. */
interface Gone {
  readonly seq: number;
  readonly commitment: Uint8Array;
  readonly columns: { readonly id: string } | null;
}

/** Entries that are gone, and entries that say so: each needs the other. */
export class Erasures {
  readonly #gone = new Map<number, Gone>();

  /** An entry whose text is gone. */
  lacks(one: Gone): void {
    this.#gone.set(one.seq, one);
  }

  see(one: { readonly seq: number; readonly entry: Entry | null }): void {
    if (one.entry?.kind !== 'entry.erased') return;
    const { position, entry: id, commitment: committed } = one.entry.body;
    const at = `position ${one.seq}`;
    const gone = typeof position === 'number' ? this.#gone.get(position) : undefined;
    if (!gone) throw new Found('not-erased', at, `position ${String(position)} erased`, 'an entry that is still there');
    if (gone.columns?.id !== id || hex(gone.commitment) !== committed)
      throw new Found(
        'not-erased',
        at,
        `${String(id)}, ${String(committed)}`,
        `${gone.columns?.id}, ${hex(gone.commitment)}`,
      );
    this.#named.add(gone.seq);
  }
  readonly #named = new Set<number>();

  /** @returns how many were erased */
  end(): number {
    for (const seq of this.#gone.keys()) {
      if (!this.#named.has(seq))
        throw new Found('erased-without-entry', `position ${seq}`, 'an entry.erased that names it', 'none');
    }
    return this.#gone.size;
  }
}
