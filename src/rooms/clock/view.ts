/** Due dates that something moved, as read. A service that nothing moved has no row here: its date is the one it was served with. */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { type Project, stamps, type ViewRow } from '../../base/row.ts';
import type { Entry } from '../../proof/index.ts';
import { dayOf } from './days.ts';
import { type Change, change, type DueCell, dueCell, dueRecounted, extensionAsked, servedCell } from './entries.ts';
import { MOVING_KINDS } from './standing.ts';
import type { CellDue } from './state.ts';

export { type Added, addedBy, closingsFor } from './closings.ts';
export { recountLate } from './late-closings.ts';
export { MOVING_KINDS } from './standing.ts';

const moves = new Set<string>(MOVING_KINDS);

const moved = z.object({ service: z.string(), request: z.string(), due: change });

/** When the last of its pauses ends, as far as known; null where none holds the date, or nobody knows. */
function pausedUntil(cell: Pick<DueCell, 'at' | 'pauses'>): string | null {
  if (cell.at === null) return null;
  return cell.pauses.reduce<string | null>(
    (last, { untilAt }) => (untilAt !== null && (last === null || untilAt > last) ? untilAt : last),
    null,
  );
}

const first = (cells: readonly DueCell[]): DueCell | undefined =>
  [...cells].sort((a, b) => ((a.at ?? '~') < (b.at ?? '~') ? -1 : 1))[0];

function rowOf(cells: Change['states'][number]['cells']) {
  const one = first(cells);
  const uneven = cells.flatMap((cell) =>
    (cell.items ?? []).map((item) => ({ item, due_on: cell.on, due_at: cell.at, paused_until: pausedUntil(cell) })),
  );
  return {
    due_on: one?.on ?? null,
    due_at: one?.at ?? null,
    paused_until: one ? pausedUntil(one) : null,
    cells,
    uneven: cells.length > 1 ? uneven : null,
  };
}

const served = z.object({ service: z.string(), request: z.string(), cells: z.array(servedCell).optional() });

/** Items that have dates of their own from the start stand here from the start, as if something had moved them. */
function projectServed(entry: Entry, seq: number): readonly ViewRow[] {
  const { service, request, cells } = served.parse(entry.body);
  if (cells === undefined) return [];
  const dues = cells.map(({ items, on, at }) => ({ items, on, at, pauses: [] }));
  return [{ table: 'view.due', row: { ...stamps(entry, seq), entry: entry.id, service, request, ...rowOf(dues) } }];
}

/** What a recipient asked for, and what answers it. */
function projectAsks(entry: Entry, seq: number): readonly ViewRow[] {
  if (entry.kind === 'extension.asked') {
    const { service, request, until, items, reason } = extensionAsked.parse(entry.body);
    const row = { ...stamps(entry, seq), entry: entry.id, service, request, until_on: until, items, reason };
    return [{ table: 'view.extension_ask', row }];
  }
  const answer = asAnswer.safeParse(entry.body);
  if (!answer.success) return [];
  const outcome = entry.kind === 'extension.refused' ? 'refused' : 'extended';
  return [{ table: 'view.extension_answer', row: { ...stamps(entry, seq), entry: entry.id, ...answer.data, outcome } }];
}
const asAnswer = z.object({ ask: z.string(), service: z.string(), request: z.string() });

export const projectClock: Project = (entry, seq) => {
  if (entry.kind === 'request.served') return projectServed(entry, seq);
  if (entry.kind === 'extension.asked' || entry.kind === 'extension.refused') return projectAsks(entry, seq);
  if (!moves.has(entry.kind)) return [];
  const { service, request, due } = moved.parse(entry.body);
  const rows: ViewRow[] = due.states.map(({ from, cells }) => ({
    table: 'view.due',
    row: { ...stamps(entry, seq), occurred_at: from, entry: entry.id, service, request, ...rowOf(cells) },
  }));
  if (entry.kind === 'due.extended') return [...rows, ...projectAsks(entry, seq)];
  if (entry.kind !== 'due.recounted') return rows;
  const { cause } = dueRecounted.parse(entry.body);
  const { matter, audience } = entry;
  return [
    ...rows,
    {
      table: 'view.recount',
      row: { ...stamps(entry, seq), entry: entry.id, cause, service, request, matter, audience },
    },
  ];
};

const stored = z.array(dueCell);

/** The date of each item out of the cells of a row. */
export function duesIn(cells: unknown): (item: number) => CellDue {
  const all = stored.parse(cells).map(({ items, on, at, pauses }) => ({
    items,
    due: {
      on,
      at: at === null ? null : Date.parse(at),
      pauses: pauses.map((pause) => ({
        ...pause,
        from: dayOf(pause.from),
        until: pause.until === null ? null : dayOf(pause.until),
        fromAt: Date.parse(pause.fromAt),
        untilAt: pause.untilAt === null ? null : Date.parse(pause.untilAt),
      })),
    },
  }));
  return (item) => {
    const found = all.find((one) => one.items === null || one.items.includes(item)) ?? all[0];
    if (!found) throw new Error('a due date without a cell');
    return found.due;
  };
}

/** The date of each item of a service as it stands, or null where it is the one date that it was served with. */
export async function movedDues(
  db: Kysely<Database>,
  service: string,
): Promise<{
  readonly due: (item: number) => CellDue;
  /** false where items have dates of their own from the start, and nothing moved them */
  readonly moved: boolean;
} | null> {
  const { rows } = await sql<{ cells: unknown; entry: string }>`
    select d.cells, d.entry from view.due d where d.service = ${service}
    order by d.seq desc, d.occurred_at desc limit 1`.execute(db);
  const [newest] = rows;
  return newest ? { due: duesIn(newest.cells), moved: newest.entry !== service } : null;
}
