/**
 * Makes the read models anew from the entries alone, beside the ones in use, compares the two row by row, and puts the new
 * ones in place. Runs as the owner of the database; appends wait only while the last entries are caught up and compared.
 */
import type { ClientBase, Pool, PoolClient } from 'pg';
import { z } from 'zod';
import type { Project } from '../base/row.ts';
import { checkEntry, type Entry } from '../proof/index.ts';
import { insertRows, takeTurn } from './sql.ts';

export interface TableComparison {
  readonly table: string;
  readonly rows: number;
  /** rows that only the views in use had */
  readonly onlyBefore: number;
  /** rows that only the rebuilt views have */
  readonly onlyRebuilt: number;
}

export interface Rebuilt {
  readonly entries: number;
  readonly equal: boolean;
  readonly tables: readonly TableComparison[];
}

const PAGE = 2_048;
const name = z.string().regex(/^[a-z_]+$/);

/** Adds the rows that these entries make to the read models in a schema. */
export async function insertViews(
  client: ClientBase,
  project: Project,
  entries: readonly { readonly entry: Entry; readonly seq: number }[],
  schema: 'view' | 'view_rebuilt',
): Promise<void> {
  const tables = new Map<string, Readonly<Record<string, unknown>>[]>();
  for (const { entry, seq } of entries) {
    for (const made of project(entry, seq)) {
      const table = made.table.replace(/^view\./, `${schema}.`);
      const list = tables.get(table);
      if (list) list.push(made.row);
      else tables.set(table, [made.row]);
    }
  }
  for (const [table, list] of tables) await insertRows(client, table, Object.keys(list[0] ?? {}), JSON.stringify(list));
}

async function projectRange(client: PoolClient, project: Project, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += PAGE) {
    const { rows } = await client.query<{ seq: number; canonical: string }>(
      'select seq, canonical from ledger.entry where seq >= $1 and seq < $2 and canonical is not null order by seq',
      [at, Math.min(at + PAGE, to)],
    );
    const entries = rows.map((row) => ({ entry: checkEntry(JSON.parse(row.canonical)), seq: row.seq }));
    await insertViews(client, project, entries, 'view_rebuilt');
  }
}

/** @param owner a pool of the database's owner: the running server's role could not do this */
export async function rebuild(
  owner: Pool,
  project: Project,
  onProgress?: (done: number, of: number) => void,
): Promise<Rebuilt> {
  const client = await owner.connect();
  try {
    const { rows: found } = await client.query<{ tablename: string }>(
      "select tablename from pg_tables where schemaname = 'view' order by tablename",
    );
    const tables = found.map((row) => name.parse(row.tablename));
    await client.query('drop schema if exists view_rebuilt cascade; create schema view_rebuilt');
    for (const table of tables)
      await client.query(`create table view_rebuilt.${table} (like view.${table} including all)`);

    const size = async (): Promise<number> => {
      const { rows } = await client.query<{ size: number }>('select size from log.head');
      return rows[0]?.size ?? 0;
    };
    let done = 0;
    const first = await size();
    for (; done < first; done = Math.min(done + PAGE, first)) {
      await projectRange(client, project, done, Math.min(done + PAGE, first));
      onProgress?.(Math.min(done + PAGE, first), first);
    }

    // From here on nobody appends: a crash before COMMIT leaves the views in use as they were.
    await client.query('begin');
    // The last entries are made into rows between its statements, which takes this process longer than a batch does.
    await takeTurn(client, 60_000);
    const last = await size();
    await projectRange(client, project, done, last);
    const compared: TableComparison[] = [];
    for (const table of tables) {
      const { rows } = await client.query<{ rows: number; only_before: number; only_rebuilt: number }>(
        `select (select count(*) from view_rebuilt.${table}) as rows,
           (select count(*) from (select t::text from view.${table} t except all select t::text from view_rebuilt.${table} t) d) as only_before,
           (select count(*) from (select t::text from view_rebuilt.${table} t except all select t::text from view.${table} t) d) as only_rebuilt`,
      );
      const row = rows[0] ?? { rows: 0, only_before: 0, only_rebuilt: 0 };
      compared.push({ table, rows: row.rows, onlyBefore: row.only_before, onlyRebuilt: row.only_rebuilt });
    }
    await client.query(`
      drop schema view cascade;
      alter schema view_rebuilt rename to view;
      select log.place_views('view');
      grant usage on schema view to counterfoil_app;
      grant select, insert on all tables in schema view to counterfoil_app`);
    await client.query('commit');
    const equal = compared.every((t) => t.onlyBefore === 0 && t.onlyRebuilt === 0);
    return { entries: last, equal, tables: compared };
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
