/** How an organisation reaches parties, as read: what it noted itself, what took the place of what. Nobody reads another's. */

import { type Kysely, sql } from 'kysely';
import type { Database } from '../../base/database.ts';
import { t } from '../../base/language.ts';

export interface Channel {
  readonly id: string;
  readonly party: string;
  readonly type: string;
  readonly address: string;
  readonly label: string | null;
  readonly recordedAt: Date;
  /** why it does not stand any more; null while it does */
  readonly over: string | null;
}

type Row = Omit<Channel, 'over'> & { readonly replaced: boolean; readonly ended: string | null };

/** All that an organisation noted of a party, standing ones first, the newest of them first. */
export async function channelsOf(db: Kysely<Database>, by: string, party: string): Promise<readonly Channel[]> {
  return (await channelsOfAll(db, by, [party])).get(party) ?? [];
}

/** The same of many parties in one query; a party without channels is not in it. */
export async function channelsOfAll(
  db: Kysely<Database>,
  by: string,
  parties: readonly string[],
): Promise<ReadonlyMap<string, readonly Channel[]>> {
  const found = new Map<string, Channel[]>();
  if (parties.length === 0) return found;
  const { rows } = await sql<Row>`
    select * from (select c.id, c.party, c.type, c.address, c.label, c.recorded_at as "recordedAt",
      exists (select 1 from view.channel n where n.replaces = c.id) as replaced,
      (select e.reason from view.channel_end e where e.channel = c.id order by e.seq limit 1) as ended, c.seq
    from view.channel c where c.by_party = ${by} and c.party = any(${[...parties]}::uuid[])) x
    order by (x.replaced or x.ended is not null), x.seq desc`.execute(db);
  for (const { replaced, ended, ...row } of rows) {
    const channel = { ...row, over: replaced ? t('directory.channel.replaced') : ended };
    const list = found.get(row.party);
    if (list) list.push(channel);
    else found.set(row.party, [channel]);
  }
  return found;
}
