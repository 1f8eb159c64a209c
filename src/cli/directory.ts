/**
 * `counterfoil directory import FILE… [--yes]`: parties from Open Civic Data's files or from any CSV. Without --yes it says what would change and
 * writes nothing; what was kept of the list for that goes again.
 */
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadLogKey } from '../adapters/keys/log-key.ts';
import { openKysely, openPool } from '../adapters/postgres/pool.ts';
import { InvalidInput, NotFound } from '../base/errors.ts';
import type { Services } from '../base/services.ts';
import { followChannels } from '../record/contacts.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { compareList, preview, recognise } from '../rooms/directory/import/compared.ts';
import { MAX_BYTES, wrongFile } from '../rooms/directory/import/read.ts';
import { FIELDS, mapping } from '../rooms/directory/import/row.ts';
import { confirmImport, runImport } from '../rooms/directory/import/run.ts';
import {
  beginImport,
  changeImport,
  chooseRows,
  countRows,
  dropImport,
  type Import,
  loadImport,
  putFile,
  rowsPage,
} from '../rooms/directory/import/store.ts';
import { progressTo, withDatabase } from './database.ts';
import type { Command, Io } from './io.ts';
import { clock, commandLedger, random } from './ledger.ts';

const USAGE = `counterfoil directory import FILE… [options]

  FILE            Open Civic Data's us_census_places.csv, aliases.csv, census_whitelist.csv (together, packed with gzip or not), or one CSV
  --map F=COLUMN  which column says what, once for each: ${FIELDS.join(', ')}
  --kind KIND     of all rows that no column says the kind of
  --state STATE   of all rows that no column says the state of
  --list NAME     by which its parties are known again when it comes anew (default: name of the file)
  --whole         whoever is not in it is gone from it (shown; written with --gone)
  --by NAME       organisation whose work it is, where there are several
  --yes           writes what is new and what changed
  --gone          with --yes: writes, too, who is gone
`;

const SHOWN = 20;

export const directoryCommand: Command = async ([verb, ...argv], io) => {
  const { values, positionals: files } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      map: { type: 'string', multiple: true },
      kind: { type: 'string' },
      state: { type: 'string' },
      list: { type: 'string' },
      whole: { type: 'boolean' },
      by: { type: 'string' },
      yes: { type: 'boolean' },
      gone: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (verb !== 'import' || files.length === 0 || values.help) {
    io.stderr.write(USAGE);
    return values.help ? 0 : 1;
  }
  return await withDatabase(io, async ({ settings, appConfig, origin }) => {
    if (origin === null)
      throw new NotFound('no-log', { what: 'This server has not been started yet.', next: 'Start it once.' });
    const pool = openPool(appConfig, 4);
    const { signer } = await loadLogKey(join(settings.dataDir, 'keys'), origin);
    const ledger = commandLedger(pool, { origin, signer }, (error) => io.stderr.write(`${String(error)}\n`));
    const services = { db: openKysely(pool), ledger, clock, random };
    try {
      const party = await organisation(services, values.by);
      const id = await beginImport(services, party);
      try {
        for (const [n, file] of files.entries())
          await putFile(services.db, id, n, basename(file), contentsOf(file), MAX_BYTES, () =>
            wrongFile(`${file} is too large.`),
          );
        if ((await recognise(services, id)) === 'csv') await mapColumns(services, id, values);
        await compareList(services, id);
        const one = await loadImport(services.db, id);
        await tell(services, one, io);
        if (!values.yes) {
          io.stdout.write('Nothing was written. With --yes, what is new and what changed is written.\n');
          return 0;
        }
        if (values.gone) await chooseRows(services, id, 'gone', 'all');
        await confirmImport(services, id);
        const shown = progressTo(io, 'Written');
        const ticking = setInterval(
          () =>
            void loadImport(services.db, id).then(
              (at) => shown(at.done, at.total),
              () => {},
            ),
          500,
        );
        const done = await runImport(services, id).finally(() => clearInterval(ticking));
        const w = done.notes.written ?? { new: 0, changed: 0, gone: 0, passed: 0 };
        io.stdout.write(
          `✓ Written: ${w.new} new, ${w.changed} changed, ${w.gone} gone; ${w.passed} were there meanwhile.\n`,
        );
        const moved = await followChannels(services, party);
        if (moved > 0) io.stdout.write(`✓ ${moved} letters that wait go to the new addresses.\n`);
        return 0;
      } finally {
        await dropImport(services.db, id);
      }
    } finally {
      await ledger.stop();
      await pool.end();
    }
  });
};

/** @throws InvalidInput `list-refused` where there is no such file, or it may not be read */
async function* contentsOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(file)) if (piece instanceof Uint8Array) yield piece;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw wrongFile(`${file} cannot be read${code}.`);
  }
}

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

async function organisation({ db }: Needs, name: string | undefined): Promise<string> {
  const all = await db
    .selectFrom('work.organisation')
    .innerJoin('view.party', 'view.party.id', 'work.organisation.party')
    .select(['view.party.id', 'view.party.name'])
    .execute();
  const some = name === undefined ? all : all.filter((one) => one.name.toLowerCase() === name.toLowerCase());
  const [only] = some;
  if (only && some.length === 1) return only.id;
  throw new NotFound('no-organisation', {
    what: only ? 'There are several organisations.' : 'There is no such organisation.',
    lost: 'Nothing was written.',
    next:
      all.length === 0
        ? 'Set up your organisation with the link that the server prints.'
        : `Name one with --by: ${all.map((one) => one.name).join(', ')}.`,
  });
}

async function mapColumns(
  services: Needs,
  id: string,
  values: {
    map?: string[] | undefined;
    kind?: string | undefined;
    state?: string | undefined;
    list?: string | undefined;
    whole?: boolean | undefined;
  },
): Promise<void> {
  const one = await loadImport(services.db, id);
  const { columns } = await preview(services, one, 1);
  const guessed = one.mapping;
  if (!guessed) throw new Error('a list without a first guess');
  const chosen: Record<string, number | null> = { ...guessed.columns };
  for (const pair of values.map ?? []) {
    const [field = '', ...rest] = pair.split('=');
    const column = columns.findIndex((name) => name.toLowerCase() === rest.join('=').toLowerCase());
    if (!FIELDS.some((each) => each === field) || column < 0)
      throw new InvalidInput('no-such-column', {
        what: `--map ${pair} names no field or no column.`,
        lost: 'Nothing was written.',
        next: `Fields: ${FIELDS.join(', ')}. Columns: ${columns.join(', ')}.`,
      });
    chosen[field] = column;
  }
  const kind = PARTY_KINDS.find((each) => each === values.kind) ?? null;
  const map = mapping.parse({
    columns: chosen,
    kind,
    state: values.state ?? null,
    list: (values.list ?? guessed.list).slice(0, 100),
    whole: values.whole ?? false,
  });
  await changeImport(services, id, { mapping: map, state: 'comparing' }, ['mapping']);
}

async function tell(services: Needs, one: Import, io: Io): Promise<void> {
  const counts = await countRows(services.db, one.id);
  const { same, lines } = one.notes;
  io.stdout.write(
    `${one.name}: ${counts.new.all} new, ${counts.changed.all} changed, ${counts.gone.all} gone, ${same} unchanged, ${counts.problem.all} that cannot be used.\n`,
  );
  for (const line of lines) io.stdout.write(`  ${line}\n`);
  for (const row of await rowsPage(services.db, one.id, 'problem', 0, 1000))
    io.stdout.write(`  line ${row.line}: ${row.problem}\n`);
  for (const what of ['changed', 'gone'] as const) {
    const rows = await rowsPage(services.db, one.id, what, 0, SHOWN);
    for (const row of rows) io.stdout.write(`  ${what}: ${row.name} ${differencesIn(row.before)}\n`);
    const more = counts[what].all - rows.length;
    if (more > 0) io.stdout.write(`  … and ${more} more\n`);
  }
}

function differencesIn(before: unknown): string {
  if (!Array.isArray(before)) return '';
  return before
    .map(
      (one: { field?: unknown; before?: unknown; after?: unknown }) =>
        `${String(one.field)}: ${String(one.before ?? '–')} → ${String(one.after)}`,
    )
    .join('; ');
}
