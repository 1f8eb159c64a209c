/**
 * Clears stored files that nothing names any more: an upload that was taken away before it was sent, or never got its place beside an
 * item. Never deletes what an entry names, what lies beside an item of an unsent answer, or what came in the last days.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import type { Services } from '../../base/services.ts';

const DAY = 86_400_000;
/** So long nobody asks whether a stored file is named: time enough for any upload to get its place. */
export const UNNAMED_DAYS = 7;

/** Which of these hashes an entry, a draft or an upload names. One snapshot: a file that is sent meanwhile is found in one or the other. */
export async function namedOf(db: Kysely<Database>, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const { rows } = await sql<{ sha256: string }>`
        select w.sha256 from unnest(${[...hashes]}::text[]) w (sha256) join (
          select u.sha256 from work.upload u
          union select m[1] from work.answer_draft d, regexp_matches(d.body::text, '[0-9a-f]{64}', 'g') m
          union select d ->> 'sha256' from view.answer a,
            jsonb_array_elements(a.body -> 'sent' -> 'items') i, jsonb_array_elements(i -> 'documents') d
        ) n on n.sha256 = w.sha256`.execute(trx);
      const named = new Set(rows.map((row) => row.sha256));
      const left = hashes.filter((one) => !named.has(one));
      if (left.length === 0) return named;
      // The views are made from entries, and what is deleted does not come back: the entries themselves have the last word.
      const entries = await sql<{ sha256: string }>`
        select distinct m[1] as sha256 from ledger.entry e, regexp_matches(e.canonical, '"sha256":"([0-9a-f]{64})"', 'g') m
        where e.kind <> 'request.served' and m[1] = any(${left}::text[])`.execute(trx);
      for (const { sha256 } of entries.rows) named.add(sha256);
      return named;
    });
}

/** Looks through the store once. @returns how many files were deleted */
export async function sweepDocuments({ db, blobs, clock }: Pick<Services, 'db' | 'blobs' | 'clock'>): Promise<number> {
  // An erasure that was written, and a crash before the file was deleted. Whoever sends the same file again later sends a new one.
  const erased = await db
    .selectFrom('view.erasure')
    .select(['document', 'recorded_at'])
    .where('what', '=', 'document')
    .execute();
  for (const one of erased) if (one.document !== null) await blobs.remove(one.document, one.recorded_at);
  const before = new Date(clock.now() - UNNAMED_DAYS * DAY);
  return await blobs.sweep(before, (hashes) => namedOf(db, hashes));
}
