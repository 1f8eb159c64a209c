/**
 * Writes what was chosen of a list, some hundred rows an append, as a job that can be stopped anywhere and goes on; and runs both halves of an
 * import in the background.
 *
 * What a crash means: each chunk has a key of its own, so one that was written is found and not written again. Each row is compared once
 * more just before it is written: what somebody else did meanwhile is passed over, never written twice.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { NewEntry } from '../../../base/append.ts';
import { instant } from '../../../base/clock.ts';
import { Refusal, StorageFull, Unavailable } from '../../../base/errors.ts';
import { uuidv7 } from '../../../base/ids.ts';
import { t } from '../../../base/language.ts';
import type { Services } from '../../../base/services.ts';
import { PARTY_KINDS } from '../entries.ts';
import { partyById } from '../view.ts';
import { type Compared, compare } from './compare.ts';
import { compareList } from './compared.ts';
import { type Listed, listed } from './row.ts';
import {
  changeImport,
  chosenBetween,
  countRows,
  deleteRows,
  dropFiles,
  type Import,
  importsUnderWay,
  lastRow,
  loadImport,
  type RowOf,
} from './store.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;
/** Rows looked up together and written in one append. */
const CHUNK = 1000;

/** What was chosen is fixed, and writing begins. @throws Conflict `import-moved-on` */
export async function confirmImport(services: Needs, id: string): Promise<void> {
  const counts = await countRows(services.db, id);
  const total = counts.new.chosen + counts.changed.chosen + counts.gone.chosen;
  await changeImport(services, id, { state: 'writing', done: 0, total, trouble: null }, ['compared']);
}

interface Writer {
  readonly by: string;
  readonly list: string;
  readonly at: string;
  readonly newId: () => string;
}

const entryOf = (
  { by, at, newId }: Writer,
  kind: string,
  body: NewEntry['body'],
  audience: NewEntry['audience'] = 'public',
): NewEntry => ({
  kind,
  id: newId(),
  matter: null,
  by,
  occurredAt: at,
  audience,
  body,
});

function entriesOfNew(w: Writer, row: Listed): readonly NewEntry[] {
  const party = w.newId();
  const { name, kind, ocdId, state, seat, timeZone } = row;
  const more = { list: w.list, ...(seat === null ? {} : { seat }), ...(timeZone === null ? {} : { timeZone }) };
  return [
    entryOf(w, 'party.registered', { party, name, kind, ocdId, state, ...more }),
    ...row.aliases.map(({ of, value, note }) =>
      entryOf(w, 'alias.added', { alias: w.newId(), party, of, value, note }),
    ),
    ...row.channels.map(({ type, address }) =>
      entryOf(w, 'channel.noted', { channel: w.newId(), party, type, address, label: null, replaces: null }, 'own'),
    ),
  ];
}

function entriesOfChanged(w: Writer, found: Extract<Compared, { what: 'changed' }>): readonly NewEntry[] {
  const { party, description, aliases, channels } = found;
  const reason = `As in the list “${w.list}”.`;
  return [
    ...(description === null ? [] : [entryOf(w, 'party.changed', { party, ...description, reason, source: null })]),
    ...aliases.map(({ of, value, note }) => entryOf(w, 'alias.added', { alias: w.newId(), party, of, value, note })),
    ...channels.map(({ type, address, replaces }) =>
      entryOf(w, 'channel.noted', { channel: w.newId(), party, type, address, label: null, replaces }, 'own'),
    ),
  ];
}

async function entriesOfGone(w: Writer, { db }: Needs, party: string): Promise<readonly NewEntry[]> {
  const now = await partyById(db, party);
  if (!now || now.ended) return [];
  const { name, ocdId, state, seat, timeZone } = now;
  const kind = PARTY_KINDS.find((one) => one === now.kind) ?? 'other';
  const reason = `Not in the list “${w.list}” any more.`;
  const body = { party, name, kind, ocdId, state, seat, timeZone, ended: true, reason, source: null };
  return [entryOf(w, 'party.changed', body)];
}

interface Written {
  readonly new: number;
  readonly changed: number;
  readonly gone: number;
  readonly passed: number;
}

async function chunkEntries(
  services: Needs,
  w: Writer,
  rows: readonly RowOf[],
): Promise<{ readonly entries: readonly NewEntry[]; readonly written: Written }> {
  const of = rows.filter((row) => row.what !== 'gone').map((row) => ({ row, read: listed.parse(row.body) }));
  const found = await compare(
    services.db,
    w.by,
    of.map(({ read }) => read),
  );
  const entries: NewEntry[] = [];
  const written = { new: 0, changed: 0, gone: 0, passed: 0 };
  for (const [i, { row, read }] of of.entries()) {
    const now = found[i];
    if (now?.what === 'new' && row.what === 'new') {
      entries.push(...entriesOfNew(w, read));
      written.new++;
    } else if (now?.what === 'changed' && row.what === 'changed' && sameAs(now.differences, row.before)) {
      entries.push(...entriesOfChanged(w, now));
      written.changed++;
    } else written.passed++;
  }
  for (const row of rows.filter((each) => each.what === 'gone')) {
    const more = row.party === null ? [] : await entriesOfGone(w, services, row.party);
    entries.push(...more);
    if (more.length > 0) written.gone++;
    else written.passed++;
  }
  return { entries, written };
}

/** What somebody confirmed is what is written, or nothing of it. jsonb keeps no order of keys. */
function sameAs(differences: Extract<Compared, { what: 'changed' }>['differences'], confirmed: unknown): boolean {
  const plain = (one: unknown) =>
    JSON.stringify(one, (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  return plain(differences) === plain(confirmed);
}

const keyOf = (id: string, from: number) => `directory-import:${id}:${from}`;

/**
 * Writes what is still missing of a list that was confirmed.
 * @param goesOn asked between chunks; false stops, and the next start goes on
 */
export async function writeList(services: Needs, id: string, goesOn: () => boolean = () => true): Promise<void> {
  const { db, ledger, clock, random } = services;
  const one = await loadImport(db, id);
  if (one.state !== 'writing' || one.mapping === null) return;
  const last = await lastRow(db, id);
  let [done, sum] = [0, { new: 0, changed: 0, gone: 0, passed: 0 }];
  for (let from = 0; from <= last; from += CHUNK) {
    if (!goesOn()) return;
    const rows = await chosenBetween(db, id, from, from + CHUNK);
    if (rows.length === 0) continue;
    const key = keyOf(id, from);
    const before = await db.selectFrom('ledger.command').select('count').where('key', '=', key).executeTakeFirst();
    if (before) sum = add(sum, countOf(rows));
    else {
      const now = clock.now();
      const w = { by: one.party, list: one.mapping.list, at: instant(now), newId: () => uuidv7(now, random) };
      const { entries, written } = await chunkEntries(services, w, rows);
      if (entries.length > 0) await ledger.append({ key, entries });
      sum = add(sum, written);
    }
    done += rows.length;
    await changeImport(services, id, { done });
  }
  await changeImport(services, id, { state: 'done', done, notes: { ...one.notes, written: sum } });
  await dropFiles(db, id);
  await deleteRows(db, id, sql`what <> 'problem'`);
}

const countOf = (rows: readonly RowOf[]): Written => ({
  new: rows.filter((row) => row.what === 'new').length,
  changed: rows.filter((row) => row.what === 'changed').length,
  gone: rows.filter((row) => row.what === 'gone').length,
  passed: 0,
});
const add = (a: Written, b: Written): Written => ({
  new: a.new + b.new,
  changed: a.changed + b.changed,
  gone: a.gone + b.gone,
  passed: a.passed + b.passed,
});

/** One import at a time across all processes, so that two never register the same new party. */
const IMPORT_LOCK = 0x64697265;
const WAITS = [500, 2_000, 8_000];

interface Jobs {
  tail: Promise<void>;
  readonly names: Set<string>;
  stopping: boolean;
}
const jobsOf = new WeakMap<object, Jobs>();
function jobs(services: Needs): Jobs {
  const there = jobsOf.get(services) ?? { tail: Promise.resolve(), names: new Set<string>(), stopping: false };
  jobsOf.set(services, there);
  return there;
}

/** The half of an import that is to be done now, whoever waits; alone among all processes. @throws what went wrong */
export async function runImport(services: Needs, id: string, goesOn: () => boolean = () => true): Promise<Import> {
  await services.db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${IMPORT_LOCK})`.execute(trx);
    await compareList(services, id, goesOn);
    await writeList(services, id, goesOn);
  });
  return await loadImport(services.db, id);
}

/**
 * Compares or writes in the background; asking twice does it once. Never rejects: what went wrong stands with the list (`trouble`).
 * @param then called when a list was written, with the organisation whose it is
 */
export function importInBackground(
  services: Needs,
  id: string,
  then: (party: string) => Promise<unknown> = async () => {},
): Promise<void> {
  const own = jobs(services);
  if (own.names.has(id)) return own.tail;
  own.names.add(id);
  const job = async () => {
    for (let tries = 0; !own.stopping; tries++) {
      try {
        const one = await runImport(services, id, () => !own.stopping);
        if (one.state === 'done') await then(one.party);
        return;
      } catch (error) {
        const wait = WAITS[tries];
        if ((error instanceof Unavailable || error instanceof StorageFull) && wait !== undefined) {
          await sleep(wait);
          continue;
        }
        const trouble = error instanceof Refusal ? error.advice.what : t('directory.import.trouble');
        await changeImport(services, id, { trouble }).catch(() => {});
        return;
      }
    }
  };
  own.tail = own.tail.then(job).finally(() => own.names.delete(id));
  return own.tail;
}

/** Goes on with every list that a stop interrupted; called once at the start of the server. */
export async function resumeImports(services: Needs, then: (party: string) => Promise<unknown>): Promise<void> {
  for (const id of await importsUnderWay(services.db)) void importInBackground(services, id, then);
}

/** Stops after the chunk in hand; for the end of the process. */
export async function stopImports(services: Needs): Promise<void> {
  const own = jobs(services);
  own.stopping = true;
  await own.tail;
}
