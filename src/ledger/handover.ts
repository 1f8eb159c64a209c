/**
 * Hands the log over from one key to the next: ends the old name, has the statement signed, and reads hand-overs back. The tree is not
 * touched: the same leaves go on under a new signature line. Makes no key and moves no file.
 *
 * Order, and what a crash means after each step; the same command run again goes on from there:
 * 1. `log.handed-over` is written and the old key signs a checkpoint over it: an intention, nothing more.
 * 2. `endOldName`: from this commit on the old key signs nothing, in whatever process; appends go on, receipts wait.
 * 3. `log.continued` with the signed statement is written, and the new key signs its first checkpoint over it.
 */
import type { ClientBase, Pool } from 'pg';
import { RuleRefusal } from '../base/errors.ts';
import type { PastName } from '../base/log-identity.ts';
import { parseVkey, type VerifierKey } from '../proof/index.ts';
import { formatVkey } from '../proof/write.ts';
import { openedBy, type StoredHandover } from './lineage.ts';
import { inTransaction } from './transaction.ts';

/** All hand-overs of this log, oldest first. */
export async function handovers(db: Pool | ClientBase): Promise<readonly StoredHandover[]> {
  const { rows } = await db.query<StoredHandover>(
    `select seq, from_vkey as "from", to_vkey as "to", size, root, lost, statement, checkpoint from view.handover order by seq`,
  );
  return rows;
}

/** The names before, as they are published. */
export const pastNames = (stored: readonly StoredHandover[]): readonly PastName[] =>
  stored.map(({ from, size, lost, statement, checkpoint }) => ({
    ...{ origin: parseVkey(from).name, logKey: from, size, lost, statement, checkpoint },
  }));

/** Verifier key that the log goes on under; null while nothing was signed by a version that keeps it. */
export async function signerOf(db: Pool | ClientBase): Promise<string | null> {
  const { rows } = await db.query<{ signer: string | null }>('select signer from log.tree');
  return rows[0]?.signer ?? null;
}

/** The last checkpoint under the old name. */
export interface Ended {
  readonly size: number;
  readonly root: Uint8Array;
  /** with the cosignatures that have come */
  readonly checkpoint: string;
}

/**
 * Ends the old name: after this only `to` signs. Repeatable. @param from key of the newest checkpoint
 * @throws RuleRefusal `nothing-signed`, `log-key-other` where the log's last checkpoint is not signed by `from`
 */
export function endOldName(pool: Pool, from: VerifierKey, to: string): Promise<Ended> {
  return inTransaction(pool, async (client) => {
    const { rows: trees } = await client.query<{ signer: string | null }>('select signer from log.tree for update');
    const signer = trees[0]?.signer ?? null;
    // Nothing is signed between this and the first checkpoint under the new name, so the newest one is the last under the old name.
    const { rows } = await client.query<{ size: number; note: string; cosigned: string | null }>(
      `select c.size, c.note, (select string_agg(s.line, '' order by s.n) from log.cosignature s where s.size = c.size) as cosigned
       from log.checkpoint c order by c.size desc limit 1`,
    );
    const [last] = rows;
    if (!last)
      throw new RuleRefusal('nothing-signed', {
        what: 'Nothing was signed with this log’s key yet, so there is nothing to hand over.',
        next: 'Start the server once; a second later it has signed.',
      });
    const signed = await openedBy(last.note, from);
    if (signed === null)
      throw new RuleRefusal('log-key-other', {
        what: `The newest checkpoint of this log is not signed by ${from.name}+${from.keyId}.`,
        lost: 'Nothing was changed.',
        next: 'Name the key that signed it.',
      });
    if (signer !== null && signer !== formatVkey(from) && signer !== to)
      throw new RuleRefusal('log-key-other', {
        what: `The log goes on under ${signer}, not under the key that is here.`,
        lost: 'Nothing was changed.',
        next: 'Set DATA_DIR to the folder with the key of the log as it is now.',
      });
    await client.query('update log.tree set signer = $1', [to]);
    return { size: last.size, root: signed.root, checkpoint: `${last.note}${last.cosigned ?? ''}` };
  });
}
