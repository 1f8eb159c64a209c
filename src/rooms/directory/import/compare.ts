/**
 * What a list would change in the directory, some hundred rows at a time: new, changed (field by field, old and new), the same as before, or
 * not to be told apart. Asks the directory, writes nothing.
 */

import { type Kysely, sql } from 'kysely';
import type { Database } from '../../../base/database.ts';
import { t } from '../../../base/language.ts';
import { type Channel, channelsOfAll } from '../channels.ts';
import { PARTY_KINDS } from '../entries.ts';
import { meant } from '../match.ts';
import { type Description, differences, partyWords } from '../rules.ts';
import { candidatesFor, type Described, PARTY_COLUMNS, partiesAsOf } from '../view.ts';
import type { Listed } from './row.ts';

export interface Difference {
  /** `name`, `seat` …, `alias`, or the type of a channel */
  readonly field: string;
  readonly before: string | null;
  readonly after: string;
}

export type Compared =
  | { readonly what: 'new' }
  | { readonly what: 'same'; readonly party: string }
  | {
      readonly what: 'changed';
      readonly party: string;
      readonly differences: readonly Difference[];
      /** the party as it would be, where what it is changes */
      readonly description: (Description & { readonly ended: boolean }) | null;
      readonly aliases: Listed['aliases'];
      readonly channels: readonly {
        readonly type: string;
        readonly address: string;
        readonly replaces: string | null;
      }[];
    }
  | { readonly what: 'unclear'; readonly problem: string };

const kindOf = (kind: string) => PARTY_KINDS.find((one) => one === kind) ?? 'other';

/** @param by the organisation whose channels are compared */
export async function compare(db: Kysely<Database>, by: string, rows: readonly Listed[]): Promise<readonly Compared[]> {
  const candidates = await candidatesFor(db, rows);
  const matches = rows.map((row) => meant(row, candidates(row)));
  const ids = [...new Set(matches.flatMap((one) => (one.match === 'known' ? [one.party.id] : [])))];
  const [described, aliases, channels] = await Promise.all([
    describedOf(db, ids),
    aliasesOfAll(db, ids),
    rows.some((row) => row.channels.length > 0) ? channelsOfAll(db, by, ids) : new Map<string, readonly Channel[]>(),
  ]);
  return rows.map((row, i) => {
    const match = matches[i];
    if (!match || match.match === 'new') return { what: 'new' };
    if (match.match === 'ambiguous') {
      const some = match.among.slice(0, 3).map(partyWords).join('; ');
      const among = match.among.length > 3 ? `${some} …` : some;
      return {
        what: 'unclear',
        problem: t('directory.import.unclear', { name: row.name, n: match.among.length, among }),
      };
    }
    const now = described.get(match.party.id);
    if (!now) return { what: 'new' };
    const known = aliases.get(now.id) ?? new Set<string>();
    return changed(
      row,
      now,
      known,
      (channels.get(now.id) ?? []).filter((one) => one.over === null),
    );
  });
}

function changed(row: Listed, now: Described, known: ReadonlySet<string>, standing: readonly Channel[]): Compared {
  const before = { ...now, kind: kindOf(now.kind) };
  // By its id it is the same party whatever it is called; who was found by name is not renamed by that.
  const byId = row.ocdId !== null && row.ocdId === now.ocdId;
  const after: Description = {
    name: byId ? row.name : now.name,
    kind: byId ? row.kind : before.kind,
    // An id that stands for another is no new id.
    ocdId: now.ocdId ?? row.ocdId,
    state: row.state ?? now.state,
    seat: row.seat ?? now.seat,
    timeZone: row.timeZone ?? now.timeZone,
  };
  const fields: Difference[] = differences(before, after).flatMap((one) =>
    one.after === null ? [] : [{ ...one, after: one.after }],
  );
  const back: Difference[] = now.ended ? [{ field: 'in the list', before: 'no more', after: 'again' }] : [];
  const description = fields.length > 0 || now.ended ? { ...after, ended: false } : null;
  const isKnown = (value: string) =>
    known.has(value.toLowerCase()) || [now.name, row.name].some((name) => name === value);
  const aliases = row.aliases.filter(({ value }) => !isKnown(value));
  const channels = row.channels
    .filter(
      ({ type, address }) =>
        !standing.some((one) => one.type === type && one.address.toLowerCase() === address.toLowerCase()),
    )
    .map(({ type, address }) => {
      const same = standing.filter((one) => one.type === type);
      return { type, address, replaces: same.length === 1 ? (same[0]?.id ?? null) : null };
    });
  const list: Difference[] = [
    ...back,
    ...fields,
    ...aliases.map(({ of, value }) => ({
      field: of === 'name' ? 'further name' : 'further id',
      before: null,
      after: value,
    })),
    ...channels.map(({ type, address, replaces }) => ({
      field: type,
      before: standing.find((one) => one.id === replaces)?.address ?? null,
      after: address,
    })),
  ];
  if (list.length === 0) return { what: 'same', party: now.id };
  return { what: 'changed', party: now.id, differences: list, description, aliases, channels };
}

async function describedOf(db: Kysely<Database>, ids: readonly string[]): Promise<ReadonlyMap<string, Described>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Described>`
    select ${PARTY_COLUMNS} from ${partiesAsOf()} x where x.id = any(${[...ids]}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Values by party, in lower case. */
async function aliasesOfAll(
  db: Kysely<Database>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ party: string; values: string[] }>`
    select a.party, array_agg(lower(a.value)) as values from view.party_alias a where a.party = any(${[...ids]}::uuid[])
      and not exists (select 1 from view.alias_withdrawal w where w.alias = a.id) group by a.party`.execute(db);
  return new Map(rows.map((row) => [row.party, new Set(row.values)]));
}
