/** Determinations as read. */
import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { itemDetermined } from './entries.ts';

export interface Determination {
  readonly item: number;
  readonly finding: string;
  readonly reasons: string;
  readonly answer: string;
  readonly entry: string;
  readonly seq: number;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

export const projectDeterminations: Project = (entry, seq) => {
  if (entry.kind !== 'item.determined') return [];
  const b = itemDetermined.parse(entry.body);
  return [
    {
      table: 'view.item_determination',
      row: {
        ...stamps(entry, seq),
        entry: entry.id,
        service: b.service,
        request: b.request,
        item: b.item,
        finding: b.finding,
        reasons: b.reasons,
        answer: b.answer,
      },
    },
  ];
};

/** All determinations on one service, oldest first. */
export async function determinationsOf(db: Kysely<Database>, service: string): Promise<readonly Determination[]> {
  const rows = await db
    .selectFrom('view.item_determination')
    .selectAll()
    .where('service', '=', service)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    item: row.item,
    finding: row.finding,
    reasons: row.reasons,
    answer: row.answer,
    entry: row.entry,
    seq: row.seq,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  }));
}
