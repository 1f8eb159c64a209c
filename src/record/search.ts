/** Finds words in everything public: entries by PostgreSQL's full text, recipients by their names. Reads only. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../base/database.ts';
import { namesWith } from './names.ts';
import { openNow, shown } from './open.ts';

export const SEARCH_SIZE = 20;
const MOST_RECIPIENTS = 10;

export interface Found {
  readonly entry: string;
  readonly kind: string;
  readonly slug: string;
  readonly matter: string;
  readonly title: string;
  /** of its words, with what was looked for marked */
  readonly excerpt: readonly Piece[];
  readonly occurredAt: Date;
  /** a later entry that everyone may see replaces it */
  readonly corrected: boolean;
}

export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

export interface FoundRecipient {
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly slug: string;
  readonly matter: string;
  readonly request: string;
}

export interface SearchResult {
  readonly entries: readonly Found[];
  /** at most this many are counted */
  readonly total: number;
  readonly recipients: readonly FoundRecipient[];
}

const MOST_RANKED = 2_000;
/** Control characters, which no entry may hold. */
const [START, STOP] = ['\u0002', '\u0003'];

/** "a \u0002b\u0003 c" in pieces. */
export function pieces(headline: string): readonly Piece[] {
  return headline
    .split(START)
    .flatMap((part, i) => {
      const [hit = '', after] = i === 0 ? [undefined, part] : part.split(STOP);
      return [
        { text: hit, hit: true },
        { text: after ?? '', hit: false },
      ];
    })
    .filter((one) => one.text !== '');
}

/**
 * Of what many entries hold, the newest `MOST_RANKED` are put in order, and the older ones are not among the results.
 * @param words as people type them: several words, “a phrase”, or, -not (PostgreSQL's websearch syntax)
 * @param page from 1 @param now what is under an embargo then is not found
 */
export async function search(db: Kysely<Database>, words: string, page: number, now: Date): Promise<SearchResult> {
  const query = sql`websearch_to_tsquery('english', ${words})`;
  const recipients = recipientsCalled(db, words.replace(/["“”]/g, ''));
  recipients.catch(() => {});
  const { rows: hits } = await sql<{ seqs: string[] | null }>`
    select array_agg(h.seq) as seqs from (
      select s.seq from view.search s join view.matter m on m.id = s.matter and m.audience = 'public'
      where s.tsv @@ ${query} and ${shown('s', now)} order by s.seq desc limit ${MOST_RANKED}) h`.execute(db);
  const seqs = hits[0]?.seqs ?? [];
  const found = await sql<Omit<Found, 'excerpt'> & { headline: string }>`
    select f.entry, f.kind, f.slug, f.matter, f.title, f.occurred_at as "occurredAt",
           exists (select from ledger.entry c where c.corrects = f.entry and ${openNow('c', now)}) as corrected,
           ts_headline('english', f.words, ${query}, ${`StartSel=${START}, StopSel=${STOP}, MaxWords=40, MinWords=15, MaxFragments=2`}) as headline
    from (select s.entry, s.kind, s.seq, m.slug, m.title as matter, s.title, s.words, s.occurred_at, ts_rank_cd(s.tsv, ${query}) as rank
          from view.search s join view.matter m on m.id = s.matter where s.seq = any(${seqs}::bigint[])
          order by rank desc, s.seq desc limit ${SEARCH_SIZE} offset ${(page - 1) * SEARCH_SIZE}) f
    order by f.rank desc, f.seq desc`.execute(db);
  return {
    entries: found.rows.map(({ headline, ...one }) => ({ ...one, excerpt: pieces(headline) })),
    total: seqs.length,
    recipients: await recipients,
  };
}

/** Recipients of public requests whose names hold these letters in any case, by name, the newest service first. */
async function recipientsCalled(db: Kysely<Database>, letters: string): Promise<readonly FoundRecipient[]> {
  const names = await namesWith(db, letters, MOST_RECIPIENTS);
  if (names.length === 0) return [];
  const { rows } = await sql<FoundRecipient>`
    select s.id as service, s.name, s.kind, s.state, m.slug, m.title as matter, r.title as request
    from view.request r join view.matter m on m.id = r.matter and m.audience = 'public'
    cross join unnest(${[...names]}::text[]) as n (name) join view.service s on s.request = r.id and s.name = n.name
    where r.audience = 'public' order by lower(s.name), s.seq desc limit ${MOST_RECIPIENTS}`.execute(db);
  return rows;
}
