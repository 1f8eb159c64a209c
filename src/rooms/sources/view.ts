/** Kept sources, as read. */

import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { NotFound } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Project, stamps } from '../../base/row.ts';
import type { Services } from '../../base/services.ts';
import { matterById } from '../matters/view.ts';
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
        hash: b.text.sha256,
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
    sha256: row.hash,
    bytes: row.bytes,
  }));
}

/** One of them, or null. */
export const sourceOf = async (db: Kysely<Database>, matter: string, id: string): Promise<Source | null> =>
  (await sourcesOf(db, matter)).find((one) => one.id === id) ?? null;

/** A kept source with its text. @throws NotFound where there is none in this matter, or its text was erased */
export async function readSource(
  services: Pick<Services, 'db' | 'blobs'>,
  matter: string,
  id: string,
): Promise<{ readonly source: Source; readonly text: string }> {
  const source = await sourceOf(services.db, matter, id);
  const blob = source ? await services.blobs.get(source.sha256) : null;
  if (!source || !blob) {
    throw new NotFound('no-source', {
      what: t('said.source.none'),
      next: t('said.source.none.next'),
    });
  }
  return { source, text: await new Response(blob.stream()).text() };
}

/** What a fact with a source is decided on: its matter, and the kept copy with its text. */
export interface Ground {
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
  readonly source: Source;
  /** of the kept copy */
  readonly text: string;
}

/** @throws NotFound `no-matter`, `no-source` */
export async function groundOf(services: Pick<Services, 'db' | 'blobs'>, id: string, source: string): Promise<Ground> {
  const matter = await matterById(services.db, id);
  if (!matter) throw new NotFound('no-matter', t('said.no-matter'));
  return {
    matter: matter.id,
    issuer: matter.issuer,
    audience: matter.audience === 'public' ? 'public' : 'parties',
    ...(await readSource(services, matter.id, source)),
  };
}
