/** Taking a request back before its letters leave: one entry, and the queued letters are marked so that none goes out. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { prose } from '../fields.ts';
import { checked } from '../input.ts';
import { matterById } from '../matters/view.ts';
import { draftOfRequest } from './drafts.ts';
import { requestServed } from './entries.ts';
import { REVOKE_MARGIN_MS, revoke } from './rules.ts';
import { requestById, revocationOf } from './view.ts';

/** Marks letters of a request that have not left as revoked. The worker does the same when it meets one. */
export async function revokeQueuedLetters(db: Kysely<Database>, request: string): Promise<void> {
  await db
    .updateTable('work.outbox')
    .set({ state: 'revoked' })
    .where('request', '=', request)
    .where('kind', '=', 'letter')
    .where('state', '=', 'queued')
    .execute();
}

const servedEntry = z.object({ body: requestServed });

/** When letters of a request may leave at the earliest, ms; null for recorded requests. */
export async function leavesAtOf(db: Kysely<Database>, request: string): Promise<number | null> {
  const draft = await draftOfRequest(db, request);
  if (draft?.serving) return draft.serving.leavesAt;
  const row = await db
    .selectFrom('view.service as s')
    .innerJoin('ledger.entry as e', 'e.seq', 's.seq')
    .select('e.canonical')
    .where('s.request', '=', request)
    .limit(1)
    .executeTakeFirst();
  const leaves = row?.canonical ? servedEntry.parse(JSON.parse(row.canonical)).body.leavesAt : null;
  return leaves === null ? null : Date.parse(leaves);
}

/** Whether a request can still be revoked at `now`, and until when (ms). */
export function revocableUntil(leavesAt: number | null, now: number): number | null {
  if (leavesAt === null) return null;
  const until = leavesAt - REVOKE_MARGIN_MS;
  return now <= until ? until : null;
}

const reasonInput = z.object({
  reason: prose(1000).pipe(z.string().min(1, { error: () => t('requests.revoke.no-reason') })),
});

/**
 * Revokes a request whole. Sent twice with the same `once`, it is revoked once.
 * @throws RuleRefusal `already-revoked`, `letters-left`; Conflict; InvalidInput; NotFound
 */
export async function revokeRequest(
  services: Services,
  requestId: string,
  input: z.input<typeof reasonInput>,
  once: string,
): Promise<void> {
  const { reason } = checked(reasonInput, input);
  const { db } = services;
  const key = `revoke:${once}`;
  const request = await requestById(db, requestId);
  const matter = request && (await matterById(db, request.matter));
  if (!request || !matter) throw new NotFound('no-request', t('requests.no-request'));
  const repeated = async () =>
    (await db.selectFrom('ledger.command').select('key').where('key', '=', key).executeTakeFirst()) !== undefined;
  if (await repeated()) return await revokeQueuedLetters(db, requestId);
  // Read before what the decision is made on, so that whatever comes in between is a conflict and not overlooked.
  const last = await db
    .selectFrom('ledger.entry')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .where('stream', '=', requestId)
    .executeTakeFirst();
  const [revoked, leavesAt] = await Promise.all([revocationOf(db, requestId), leavesAtOf(db, requestId)]);
  // The same form sent twice: the first may have been written between the look above and the reading of the state.
  if (revoked && (await repeated())) return await revokeQueuedLetters(db, requestId);
  const now = services.clock.now();
  const entry = revoke(
    { matter, request: requestId, revoked: revoked !== null, leavesAt },
    reason,
    uuidv7(now, services.random),
    now,
  );
  await services.ledger.append({
    key,
    entries: [entry],
    expect: [{ stream: requestId, last: last?.seq ?? null }],
  });
  await revokeQueuedLetters(db, requestId);
}
