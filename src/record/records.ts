/** Public matters of this server, newest first, narrowed by words. Never lists one that is not public. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { t } from '../base/language.ts';

export interface RecordLine {
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  readonly example: boolean;
  readonly issuerName: string;
  readonly recordedAt: Date;
}

export const RECORDS_SIZE = 50;

/** @param words each must stand in title, summary or issuer; empty: all */
export async function listRecords(
  db: Kysely<Database>,
  words: string,
  page: number,
): Promise<{ readonly rows: readonly RecordLine[]; readonly total: number }> {
  const terms = words.split(/\s+/).filter(Boolean).slice(0, 8);
  const like = terms.map((term) => `%${term.replace(/[\\%_]/g, '\\$&')}%`);
  const where = sql`m.audience = 'public' and (m.title || ' ' || m.summary || ' ' || coalesce(p.name, '')) ilike all (${like}::text[])`;
  const { rows } = await sql<{
    slug: string;
    title: string;
    summary: string;
    example: boolean;
    issuer_name: string | null;
    recorded_at: Date;
    total: number;
  }>`
    select m.slug, m.title, m.summary, m.example, p.name as issuer_name, m.recorded_at, count(*) over ()::int as total
    from view.matter m left join view.party p on p.id = m.issuer
    where ${where} order by m.seq desc limit ${RECORDS_SIZE} offset ${(page - 1) * RECORDS_SIZE}`.execute(db);
  return {
    total: rows[0]?.total ?? 0,
    rows: rows.map((r) => ({
      slug: r.slug,
      title: r.title,
      summary: r.summary,
      example: r.example,
      issuerName: r.issuer_name ?? t('record.issuer'),
      recordedAt: r.recorded_at,
    })),
  };
}
