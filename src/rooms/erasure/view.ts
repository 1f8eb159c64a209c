/** Erasures as read: what was taken away, when, by whom, on which authority. Holds nothing of what was erased. */
import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { documentErased, entryErased } from './entries.ts';

export interface Erasure {
  /** position and id of the entry that erases */
  readonly seq: number;
  readonly entry: string;
  readonly by: string;
  readonly matter: string | null;
  readonly audience: string;
  readonly what: string;
  /** position of the erased entry */
  readonly position: number | null;
  /** SHA-256 of the erased document */
  readonly document: string | null;
  readonly authority: string;
  readonly reason: string;
  readonly recordedAt: Date;
}

export const projectErasures: Project = (entry, seq) => {
  const common = {
    ...stamps(entry, seq),
    entry: entry.id,
    matter: entry.matter,
    by_party: entry.by,
    audience: entry.audience,
  };
  if (entry.kind === 'entry.erased') {
    const b = entryErased.parse(entry.body);
    const row = {
      ...common,
      what: 'entry',
      target_seq: b.position,
      target: b.entry,
      document: null,
      authority: b.authority,
      reason: b.reason,
    };
    return [{ table: 'view.erasure', row }];
  }
  if (entry.kind === 'document.erased') {
    const b = documentErased.parse(entry.body);
    const row = {
      ...common,
      what: 'document',
      target_seq: null,
      target: null,
      document: b.document,
      authority: b.authority,
      reason: b.reason,
    };
    return [{ table: 'view.erasure', row }];
  }
  return [];
};

interface ErasureRow {
  seq: number;
  entry: string;
  by_party: string;
  matter: string | null;
  audience: string;
  what: string;
  target_seq: number | null;
  document: string | null;
  authority: string;
  reason: string;
  recorded_at: Date;
}

const toErasure = (row: ErasureRow): Erasure => ({
  seq: row.seq,
  entry: row.entry,
  by: row.by_party,
  matter: row.matter,
  audience: row.audience,
  what: row.what,
  position: row.target_seq,
  document: row.document,
  authority: row.authority,
  reason: row.reason,
  recordedAt: row.recorded_at,
});

/** The erasure of this entry, or null while it is whole. */
export async function erasureOf(db: Kysely<Database>, entry: string): Promise<Erasure | null> {
  const row = await db.selectFrom('view.erasure').selectAll().where('target', '=', entry).executeTakeFirst();
  return row ? toErasure(row) : null;
}

/** Erasures of documents in a matter, by hash. */
export async function erasedDocuments(db: Kysely<Database>, matter: string): Promise<ReadonlyMap<string, Erasure>> {
  const rows = await db
    .selectFrom('view.erasure')
    .selectAll()
    .where('matter', '=', matter)
    .where('what', '=', 'document')
    .orderBy('seq')
    .execute();
  return new Map(rows.map((row) => [row.document ?? '', toErasure(row)]));
}

/** Erasures in a matter, newest first. */
export async function erasuresOf(db: Kysely<Database>, matter: string): Promise<readonly Erasure[]> {
  const rows = await db
    .selectFrom('view.erasure')
    .selectAll()
    .where('matter', '=', matter)
    .orderBy('seq', 'desc')
    .limit(500)
    .execute();
  return rows.map(toErasure);
}
