/** Figures with their ranks and sources, as read. */

import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { t } from '../../base/language.ts';
import { type Project, stamps } from '../../base/row.ts';
import { type Corrected, corrected, correctedSql, correctionRow } from '../corrected.ts';
import { EVERYTHING, type Sight } from '../sight.ts';
import {
  figureClaimed,
  figureCorrected,
  figureRanked,
  QUALIFIERS,
  type Qualifier,
  RANKS,
  type Rank,
} from './entries.ts';

export interface Figure {
  readonly id: string;
  readonly entry: string;
  readonly seq: number;
  readonly measure: string;
  readonly unit: string;
  readonly low: string;
  readonly high: string | null;
  readonly qualifier: Qualifier;
  readonly originalValue: string;
  readonly asOf: string | null;
  readonly claimant: string;
  /** the meeting whose heads it counts; null for all other figures */
  readonly meeting: string | null;
  readonly rank: Rank;
  /** why it ranks so; null where nobody ranked it */
  readonly reason: string | null;
  readonly source: {
    readonly entry: string;
    readonly publisher: string;
    readonly title: string;
    readonly published: string | null;
    readonly url: string | null;
    readonly sha256: string;
  };
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  /** the correction that is shown: why, by which role, when, and the entry that it replaced; null where it stands as it was first written */
  readonly corrected: Corrected | null;
}

export const projectFigures: Project = (entry, seq) => {
  const at = { ...stamps(entry, seq), entry: entry.id, matter: entry.matter, audience: entry.audience };
  if (entry.kind === 'figure.ranked') {
    const b = figureRanked.parse(entry.body);
    return [{ table: 'view.figure_rank', row: { ...at, figure: b.figure, rank: b.rank, reason: b.reason } }];
  }
  const correction = entry.kind === 'figure.corrected' ? figureCorrected.parse(entry.body) : null;
  const b = correction ?? figureClaimed.parse(entry.body);
  return [
    {
      table: 'view.figure',
      row: {
        ...at,
        id: b.figure,
        measure: b.measure,
        unit: b.unit,
        low: b.low,
        high: b.high,
        qualifier: b.qualifier,
        original_value: b.originalValue,
        as_of: b.asOf,
        claimant: b.claimant,
        holding: b.holding,
        source: b.source,
        anchor: b.anchor,
        ...correctionRow(entry, correction),
        meeting: b.meeting ?? null,
      },
    },
  ];
};

const stored = z.object({
  id: z.string(),
  entry: z.string(),
  seq: z.number(),
  measure: z.string(),
  unit: z.string(),
  low: z.string(),
  high: z.string().nullable(),
  qualifier: z.enum(QUALIFIERS),
  originalValue: z.string(),
  asOf: z.string().nullable(),
  claimant: z.string(),
  meeting: z.string().nullable(),
  rank: z.enum(RANKS),
  reason: z.string().nullable(),
  source: z.object({
    entry: z.string(),
    publisher: z.string(),
    title: z.string(),
    published: z.string().nullable(),
    url: z.string().nullable(),
    sha256: z.string(),
  }),
  occurredAt: z.date(),
  recordedAt: z.date(),
  corrected,
});

/**
 * Figures of a matter as they stand, those of one measure together, the deprecated last. At most 1,000.
 * @param sight which figures and rankings count
 */
export async function figuresOf(
  db: Kysely<Database>,
  matter: string,
  sight: Sight = EVERYTHING,
): Promise<readonly Figure[]> {
  const { rows } = await sql<Record<string, unknown>>`
    select f.id, f.entry, f.seq, f.measure, f.unit, f.low::text as low, f.high::text as high, f.qualifier, f.original_value as "originalValue",
           f.as_of::text as "asOf", f.claimant, f.meeting, f.occurred_at as "occurredAt", f.recorded_at as "recordedAt", ${correctedSql('f')} as corrected,
           coalesce(k.rank, 'normal') as rank, k.reason,
           jsonb_build_object('entry', s.entry, 'publisher', s.publisher, 'title', s.title, 'published', s.published, 'url', s.url, 'sha256', s.hash) as source
    from view.figure f join view.source s on s.id = f.source
    left join lateral (select r.rank, r.reason from view.figure_rank r where r.figure = f.id and ${sight.shown('r')} order by r.seq desc limit 1) k on true
    where f.matter = ${matter} and ${sight.shown('f')}
      and not exists (select from view.figure n where n.id = f.id and n.seq > f.seq and ${sight.known('n')})
    order by lower(f.measure), coalesce(k.rank, 'normal') = 'deprecated', coalesce(k.rank, 'normal') <> 'preferred', f.occurred_at, f.seq
    limit 1000`.execute(db);
  return rows.map((row) => stored.parse(row));
}

const HOW = { exactly: 'exactly', about: 'about', 'more than': 'more', 'less than': 'less' } as const;
const LARGE = [
  ['trillion', 12],
  ['billion', 9],
  ['million', 6],
] as const;

/** "200000000000" as "200 billion"; smaller numbers with thousands separated. Exact: nothing is rounded. */
export function numberText(value: string): string {
  const [whole = '', fraction = ''] = value.split('.');
  const sign = whole.startsWith('-') ? '−' : '';
  const digits = whole.replace('-', '');
  if (fraction.replace(/0+$/, '') === '') {
    for (const [word, zeros] of LARGE) {
      if (digits.length <= zeros) continue;
      const rest = digits.slice(-zeros).replace(/0+$/, '');
      if (rest.length <= 2) {
        const n = `${digits.slice(0, -zeros)}${rest === '' ? '' : `.${rest}`}`;
        return t(`said.figure.number.${word}`, { n: `${sign}${n}`, many: sign === '' ? Number(n) : -Number(n) });
      }
    }
  }
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${grouped}${fraction.replace(/0+$/, '') === '' ? '' : `.${fraction.replace(/0+$/, '')}`}`;
}

/** "about 200 billion to 1 trillion US dollars" without the unit. */
export const valueText = ({ low, high, qualifier }: Pick<Figure, 'low' | 'high' | 'qualifier'>): string =>
  high === null
    ? t('said.figure.value', { how: HOW[qualifier], low: numberText(low) })
    : t('said.figure.value.range', { how: HOW[qualifier], low: numberText(low), high: numberText(high) });

/** "preferred": how a figure ranks, as people read it. */
export const rankWord = (rank: Rank): string => t(`said.figure.rank.${rank}`);
