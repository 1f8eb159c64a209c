/** Kept sources, as read. */
import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { sourceKept } from './entries.ts';

export interface Source {
  readonly id: string;
  readonly entry: string;
  readonly matter: string;
  readonly publisher: string;
  readonly title: string;
  readonly published: string | null;
  readonly url: string | null;
  readonly fetchedAt: Date;
  /** SHA-256 of the kept text, UTF-8 */
  readonly sha256: string;
  readonly bytes: number;
}

export const projectSources: Project = (entry, seq) => {
  const b = sourceKept.parse(entry.body);
  return [
    {
      table: 'view.source',
      row: {
        ...stamps(entry, seq),
        id: b.source,
        entry: entry.id,
        matter: entry.matter,
        publisher: b.publisher,
        title: b.title,
        published: b.published,
        url: b.url,
        fetched_at: b.fetchedAt,
        sha256: b.text.sha256,
        bytes: b.text.bytes,
        audience: entry.audience,
      },
    },
  ];
};

/** Sources of a matter, the newest first. */
export async function sourcesOf(db: Kysely<Database>, matter: string): Promise<readonly Source[]> {
  const rows = await db
    .selectFrom('view.source')
    .selectAll()
    .where('matter', '=', matter)
    .orderBy('seq', 'desc')
    .limit(1000)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    entry: row.entry,
    matter: row.matter,
    publisher: row.publisher,
    title: row.title,
    published: row.published,
    url: row.url,
    fetchedAt: row.fetched_at,
    sha256: row.sha256,
    bytes: row.bytes,
  }));
}

/** One of them, or null. */
export const sourceOf = async (db: Kysely<Database>, matter: string, id: string): Promise<Source | null> =>
  (await sourcesOf(db, matter)).find((one) => one.id === id) ?? null;
