/** Matters and what is known around them, as read. */
import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { matterNoted, matterOpened, type Source, source } from './entries.ts';

export interface Matter {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  readonly issuer: string;
  readonly audience: string;
  readonly example: boolean;
  readonly recordedAt: Date;
}

export interface Note {
  readonly entry: string;
  readonly text: string;
  readonly source: Source;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

export const projectMatters: Project = (entry, seq) => {
  if (entry.kind === 'matter.opened') {
    const b = matterOpened.parse(entry.body);
    return [
      {
        table: 'view.matter',
        row: {
          ...stamps(entry, seq),
          id: entry.matter,
          slug: b.slug,
          title: b.title,
          summary: b.summary,
          issuer: b.issuer,
          audience: entry.audience,
          example: b.example,
        },
      },
    ];
  }
  if (entry.kind === 'matter.noted') {
    const b = matterNoted.parse(entry.body);
    return [
      {
        table: 'view.note',
        row: {
          ...stamps(entry, seq),
          id: entry.id,
          matter: entry.matter,
          text: b.text,
          source: b.source,
          audience: entry.audience,
        },
      },
    ];
  }
  return [];
};

interface MatterRow {
  id: string;
  slug: string;
  title: string;
  summary: string;
  issuer: string;
  audience: string;
  example: boolean;
  recorded_at: Date;
}

const toMatter = (row: MatterRow): Matter => ({
  id: row.id,
  slug: row.slug,
  title: row.title,
  summary: row.summary,
  issuer: row.issuer,
  audience: row.audience,
  example: row.example,
  recordedAt: row.recorded_at,
});

export async function matterById(db: Kysely<Database>, id: string): Promise<Matter | null> {
  const row = await db.selectFrom('view.matter').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toMatter(row) : null;
}

/** The matter with this slug; the caller decides whether its audience may see it. */
export async function matterBySlug(db: Kysely<Database>, slug: string): Promise<Matter | null> {
  const row = await db.selectFrom('view.matter').selectAll().where('slug', '=', slug).executeTakeFirst();
  return row ? toMatter(row) : null;
}

/** Matters of one issuer, newest first. */
export async function mattersOf(db: Kysely<Database>, issuer: string): Promise<readonly Matter[]> {
  const rows = await db
    .selectFrom('view.matter')
    .selectAll()
    .where('issuer', '=', issuer)
    .orderBy('seq', 'desc')
    .limit(500)
    .execute();
  return rows.map(toMatter);
}

/** Matters whose record everyone may see, newest first. */
export async function publicMatters(db: Kysely<Database>): Promise<readonly Matter[]> {
  const rows = await db
    .selectFrom('view.matter')
    .selectAll()
    .where('audience', '=', 'public')
    .orderBy('seq', 'desc')
    .limit(500)
    .execute();
  return rows.map(toMatter);
}

export async function notesOf(db: Kysely<Database>, matter: string): Promise<readonly Note[]> {
  const rows = await db
    .selectFrom('view.note')
    .selectAll()
    .where('matter', '=', matter)
    .orderBy('occurred_at')
    .execute();
  return rows.map((row) => ({
    entry: row.id,
    text: row.text,
    source: source.parse(row.source),
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  }));
}
