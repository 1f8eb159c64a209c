/**
 * What witnesses have signed of this log: kept beside the checkpoints, never inside them. Says which checkpoint a receipt carries, and
 * how many have signed it. It asks no witness and checks no signature; who hands a line in has verified it.
 */
import type { Pool, PoolClient } from 'pg';
import type { Witnessed } from '../base/services.ts';
import { type Policy, quorumMet } from '../proof/index.ts';
import { inTransaction } from './transaction.ts';

/** The policy that this server publishes, and a name for it (SHA-256 of its text) under which quorums are kept. */
export interface WitnessPolicy {
  readonly id: string;
  readonly policy: Policy;
}

/** A witness by its key, as in a vkey without the key itself: `NAME+KEYID`. */
export const witnessId = (key: { readonly name: string; readonly keyId: string }): string => `${key.name}+${key.keyId}`;

export interface Cosignature {
  /** of the checkpoint */
  readonly size: number;
  /** see `witnessId` */
  readonly witness: string;
  /** signature line with its newline, verified */
  readonly line: string;
  /** seconds since the epoch, by the witness's clock */
  readonly time: number;
}

/** Whether these witnesses make the quorum. A policy that asks for none leaves each receipt with the first checkpoint that covers it. */
function meets({ policy }: WitnessPolicy, witnesses: readonly string[]): boolean {
  if (policy.quorum === 'none') return false;
  const names = policy.witnesses.filter((one) => witnesses.includes(witnessId(one.key))).map((one) => one.name);
  return quorumMet(policy, new Set(names));
}

/** Checkpoints get their quorum in rising order only, so that a receipt that has one keeps it; one process at a time decides. */
async function lockQuorums(client: PoolClient): Promise<void> {
  await client.query({ name: 'lock-quorums', text: `select pg_advisory_xact_lock(hashtext('log.quorum'))` });
}

/** Keeps a cosignature, and the quorum if it makes one. The first line of a witness for a checkpoint stays: then false. */
export function keepCosignature(pool: Pool, policy: WitnessPolicy, one: Cosignature, now: Date): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await lockQuorums(client);
    const { rowCount } = await client.query({
      name: 'keep-cosignature',
      text: `insert into log.cosignature (size, witness, line, cosigned_at, collected_at)
             values ($1, $2, $3, to_timestamp($4), $5) on conflict do nothing`,
      values: [one.size, one.witness, one.line, one.time, now],
    });
    const { rows } = await client.query<{ witness: string }>({
      name: 'witnesses-of',
      text: 'select witness from log.cosignature where size = $1',
      values: [one.size],
    });
    const witnesses = rows.map((row) => row.witness);
    if (meets(policy, witnesses)) await keepQuorum(client, policy, one.size);
    return rowCount === 1;
  });
}

async function keepQuorum(client: PoolClient, policy: WitnessPolicy, size: number): Promise<void> {
  await client.query({
    name: 'keep-quorum',
    text: `insert into log.quorum (policy, size) select $1, $2::bigint
           where not exists (select from log.quorum where policy = $1 and size >= $2)`,
    values: [policy.id, size],
  });
}

const PAGE = 1_000;

/** For a policy that is new here: finds which checkpoints had its quorum already. @returns how many */
export function settleQuorums(pool: Pool, policy: WitnessPolicy): Promise<number> {
  return inTransaction(pool, async (client) => {
    await lockQuorums(client);
    const { rows } = await client.query('select from log.quorum where policy = $1 limit 1', [policy.id]);
    let found = 0;
    if (rows.length > 0 || policy.policy.quorum === 'none') return found;
    for (let from = 0; ; ) {
      const page = await client.query<{ size: number; witnesses: string[] }>(
        `select size, array_agg(witness) as witnesses from log.cosignature where size >= $1
         group by size order by size limit ${PAGE}`,
        [from],
      );
      for (const { size, witnesses } of page.rows) {
        if (!meets(policy, witnesses)) continue;
        await keepQuorum(client, policy, size);
        found++;
      }
      const last = page.rows.at(-1);
      if (page.rows.length < PAGE || !last) return found;
      from = last.size + 1;
    }
  });
}

/** SQL of the checkpoint that a receipt of position `e.seq` carries: the first with the policy's quorum, else the first that covers it. */
export const CARRIED = `coalesce(
  (select q.size from log.quorum q where q.policy = $2 and q.size > e.seq order by q.size limit 1),
  (select c.size from log.checkpoint c where c.size > e.seq order by c.size limit 1))`;

/** Who has signed a checkpoint, by the witnesses whose lines stand under it. */
export function witnessedBy(policy: WitnessPolicy | null, size: number, witnesses: readonly string[]): Witnessed {
  const asked = policy?.policy.witnesses ?? [];
  const signed = asked.filter((one) => witnesses.includes(witnessId(one.key))).length;
  const none = policy === null || asked.length === 0 || policy.policy.quorum === 'none';
  return { size, signed, of: asked.length, complete: none || meets(policy, witnesses) };
}

/** How many witnesses have signed the checkpoint that a receipt of this position carries now; null while none covers it. */
export async function witnessedOf(
  pool: Pool,
  policy: WitnessPolicy | null,
  position: number,
): Promise<Witnessed | null> {
  const { rows } = await pool.query<{ size: number | null; witnesses: string[]; quorum: boolean }>({
    name: 'witnessed',
    text: `select s.size, array(select witness from log.cosignature where size = s.size) as witnesses,
             exists (select from log.quorum q where q.policy = $2 and q.size = s.size) as quorum
           from (select ${CARRIED} as size from (select $1::bigint as seq) e) s`,
    values: [position, policy?.id ?? ''],
  });
  const [row] = rows;
  if (!row || row.size === null) return null;
  const asked = policy?.policy.witnesses ?? [];
  const signed = asked.filter((one) => row.witnesses.includes(witnessId(one.key))).length;
  return {
    size: row.size,
    signed,
    of: asked.length,
    complete: asked.length === 0 || policy?.policy.quorum === 'none' || row.quorum,
  };
}
