/**
 * Lists into the directory, on the desk: files, which column is what, what would change, what of it is wanted. Nothing is written before the
 * last step; comparing and writing go on in the background and are shown as they go.
 */
import { z } from 'zod';
import { csvLine } from '../base/csv.ts';
import { InvalidInput, Refusal } from '../base/errors.ts';
import { bodyOf, bodyWithAll, type Texts, textsOf } from '../base/form.ts';
import { readForm, unlessEmpty } from '../base/multipart.ts';
import { type Ctx, EDITOR, type Route, staff } from '../base/route.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { preview, recognise } from '../rooms/directory/import/compared.ts';
import { MAX_BYTES, MAX_ROWS, wrongFile } from '../rooms/directory/import/read.ts';
import { FIELDS, type Mapping, mapping } from '../rooms/directory/import/row.ts';
import { confirmImport, importInBackground } from '../rooms/directory/import/run.ts';
import {
  beginImport,
  changeImport,
  chooseRows,
  dropImport,
  importsOf,
  loadImport,
  putFile,
  rowsPage,
  type State,
  WHATS,
} from '../rooms/directory/import/store.ts';
import { errorsOf } from '../rooms/input.ts';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { ErrorSummary, type Errors, FileField, Form, Submit } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { LookAgain, Progress } from '../ui/progress.tsx';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { followChannels } from './contacts.ts';
import { DIRECTORY } from './desk-directory.tsx';
import { ComparedPart, DonePart, IMPORTS, MappingPart, one } from './desk-import-parts.tsx';

const MOST_FILES = 3;

const STATE_WORDS: Readonly<Record<State, string>> = {
  mapping: 'its columns have to be named',
  comparing: 'being compared',
  compared: 'waits for your choice',
  writing: 'being written',
  done: 'written',
};

async function showAll(c: Ctx, errors: Errors = {}): Promise<Response> {
  const lists = await importsOf(c.get('services').db, staff(c).party);
  const zone = zoneOf(c);
  return page(
    c,
    { title: 'Import a list', area: 'staff', wide: true, status: Object.keys(errors).length > 0 ? 422 : 200 },
    <>
      <Heading
        title="Import a list"
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: 'Directory', href: DIRECTORY },
        ]}
        lead="First you see what would change, row by row; nothing is written before you say so."
      />
      <Form action={IMPORTS} multipart label="A list">
        <ErrorSummary errors={errors} what="Nothing was written: the directory is as it was." />
        <FileField
          name="file"
          label="Files"
          required
          multiple
          hint={
            <>
              Open Civic Data’s <code>us_census_places.csv</code>, with its <code>aliases.csv</code> and{' '}
              <code>census_whitelist.csv</code> if you like; or one CSV of any form. Up to{' '}
              {MAX_ROWS.toLocaleString('en-US')} rows, packed with gzip or not.
            </>
          }
          errors={errors}
          accept=".csv,.gz,text/csv"
        />
        <Submit text="Look at it" />
      </Form>
      <h2 id="lists">Lists of your office</h2>
      <Table
        caption="Lists of your office"
        quietCaption
        rows={lists}
        empty={{ what: 'No list yet', how: 'A list stands here once you have chosen its file above.' }}
        columns={[
          { head: 'List', names: true, cell: (row) => <a href={one(row.id)}>{row.name}</a> },
          { head: 'State', cell: (row) => (row.trouble ? 'stopped: look' : STATE_WORDS[row.state]) },
          { head: 'Brought', cell: (row) => <Time at={row.createdAt} zone={zone} /> },
        ]}
      />
    </>,
  );
}

async function postFiles(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { db } = services;
  const id = await beginImport(services, staff(c).party);
  let files = 0;
  try {
    const form = await readForm(c.req.raw, {
      maxFiles: MOST_FILES,
      maxFields: 20,
      maxFieldBytes: 10_000,
      onFile: async (raw) => {
        const file = await unlessEmpty(raw);
        if (!file) return;
        const name =
          (file.name.split(/[\\/]/).at(-1) ?? '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '').slice(0, 120) ||
          'list.csv';
        await putFile(db, id, files++, name, file.bytes, MAX_BYTES, () =>
          wrongFile(`${name} is larger than ${MAX_BYTES / 1024 / 1024} MiB.`),
        );
      },
    });
    if (form.tooManyFiles) throw wrongFile(`These are more than ${MOST_FILES} files.`);
    const what = await recognise(services, id);
    if (what === 'ocd') inBackground(c, id);
    return redirectWith(c, one(id));
  } catch (error) {
    await dropImport(db, id);
    if (!(error instanceof InvalidInput)) throw error;
    return await showAll(c, errorsOf(error));
  }
}

/** Compares or writes; once it is written, letters that wait follow the addresses that changed. */
function inBackground(c: Ctx, id: string): void {
  const services = c.get('services');
  void importInBackground(services, id, (party) => followChannels(services, party));
}

async function showOne(c: Ctx, errors: Errors = {}, values: Texts | null = null): Promise<Response> {
  const list = await loadImport(c.get('services').db, c.req.param('import') ?? '');
  const busy = list.trouble === null && (list.state === 'comparing' || list.state === 'writing');
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  return page(
    c,
    { title: list.name, area: 'staff', wide: true, status, islands: busy ? ['again'] : [] },
    <>
      <Heading
        title={list.name}
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: 'Directory', href: DIRECTORY },
          { text: 'Import a list', href: IMPORTS },
        ]}
        lead={`A list for the directory: ${STATE_WORDS[list.state]}.`}
      />
      {list.trouble ? (
        <Notice tone="bad" title="It stopped">
          <p>{list.trouble} What was written stays written, and nothing is written twice.</p>
          <form method="post" action={`${one(list.id)}/go-on`}>
            <button class="usa-button usa-button--outline" type="submit">
              Go on
            </button>
          </form>
        </Notice>
      ) : null}
      {busy ? (
        <Progress
          what={list.state === 'comparing' ? 'Comparing with the directory' : 'Writing what you chose'}
          done={list.done}
          total={list.state === 'comparing' ? null : list.total}
          unit="row"
        >
          You can close this page; the work goes on.
        </Progress>
      ) : null}
      {busy ? <LookAgain c={c} done="The list is ready." /> : null}
      {list.state === 'mapping' ? await MappingPart({ c, list, errors, values }) : null}
      {list.state === 'compared' ? await ComparedPart({ c, list }) : null}
      {list.state === 'done' ? await DonePart({ c, list }) : null}
    </>,
  );
}

const MAPPED = [...FIELDS, 'allKind', 'allState', 'list', 'whole', 'next'];

async function postMapping(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const id = c.req.param('import') ?? '';
  const values = textsOf(await bodyOf(c), MAPPED);
  const list = await loadImport(services.db, id);
  const { columns } = list.state === 'mapping' ? await preview(services, list, 1) : { columns: [] };
  const at = (field: string) => {
    const n = values[field] === '' ? null : Number(values[field]);
    return n !== null && Number.isSafeInteger(n) && n >= 0 && n < columns.length ? n : null;
  };
  const name = (values['list'] ?? '').trim().slice(0, 100);
  const map: Mapping = mapping.parse({
    columns: Object.fromEntries(FIELDS.map((field) => [field, at(field)])),
    kind: PARTY_KINDS.find((kind) => kind === values['allKind']) ?? null,
    state: (values['allState'] ?? '').trim().slice(0, 60) || null,
    list: name || 'list',
    whole: values['whole'] === 'on',
  });
  const errors: Record<string, string> = {};
  if (map.columns.name === null || map.columns.name === undefined) errors['name'] = 'Say which column holds the names.';
  if (map.columns.kind === null && map.kind === null && map.columns.ocdId === null)
    errors['allKind'] = 'Say which column holds the kinds, or the kind of all.';
  if (name === '') errors['list'] = 'The list needs a name.';
  if (Object.keys(errors).length > 0) return await showOne(c, errors, values);
  const compare = values['next'] !== 'look';
  await changeImport(services, id, { mapping: map, ...(compare ? { state: 'comparing' as const, done: 0 } : {}) }, [
    'mapping',
  ]);
  if (compare) inBackground(c, id);
  return redirectWith(c, compare ? one(id) : `${one(id)}#preview`);
}

const numbers = z.preprocess(
  (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
  z.array(z.coerce.number().int().min(0)).max(1000),
);

async function postChoice(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const id = c.req.param('import') ?? '';
  const body = await bodyWithAll(c);
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : '');
  const what = WHATS.find((each) => each === text('what')) ?? 'new';
  const list = await loadImport(services.db, id);
  const [shown, ticked] = [numbers.safeParse(body['shown']), numbers.safeParse(body['row'])];
  if (list.state !== 'compared' || what === 'problem' || !shown.success || !ticked.success)
    return redirectWith(c, one(id), 'Nothing was changed.');
  const take = text('take');
  await chooseRows(
    services,
    id,
    what,
    take === 'all' || take === 'none' ? take : { shown: shown.data, ticked: ticked.data },
  );
  return redirectWith(
    c,
    `${one(id)}?what=${what}&page=${encodeURIComponent(text('page') || '1')}`,
    'Your choice is kept. Nothing is written yet.',
  );
}

async function postWrite(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const id = c.req.param('import') ?? '';
  const list = await loadImport(services.db, id);
  // Pressed twice: the page says how far it is.
  if (list.state !== 'writing' && list.state !== 'done') {
    try {
      await confirmImport(services, id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return redirectWith(c, one(id), error.advice.what);
    }
  }
  inBackground(c, id);
  return redirectWith(c, one(id));
}

async function postGoOn(c: Ctx): Promise<Response> {
  const id = c.req.param('import') ?? '';
  await changeImport(c.get('services'), id, { trouble: null });
  inBackground(c, id);
  return redirectWith(c, one(id));
}

async function postDrop(c: Ctx): Promise<Response> {
  await dropImport(c.get('services').db, c.req.param('import') ?? '');
  return redirectWith(c, IMPORTS, 'It is left. Nothing was written.');
}

async function problems(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const list = await loadImport(db, c.req.param('import') ?? '');
  const rows = await rowsPage(db, list.id, 'problem', 0, MAX_ROWS);
  const lines = rows.map((row) => csvLine([row.file, row.line, row.name, row.problem]));
  return c.body(`\ufeff${csvLine(['file', 'line', 'name', 'what'])}${lines.join('')}`, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': 'attachment; filename="rows-not-used.csv"',
  });
}

export const deskImportRoutes: readonly Route[] = [
  { method: 'GET', path: IMPORTS, access: EDITOR, handler: (c) => showAll(c) },
  { method: 'POST', path: IMPORTS, access: EDITOR, body: 'stream', handler: postFiles },
  { method: 'GET', path: `${IMPORTS}/:import`, access: EDITOR, handler: (c) => showOne(c) },
  { method: 'POST', path: `${IMPORTS}/:import/mapping`, access: EDITOR, handler: postMapping },
  { method: 'POST', path: `${IMPORTS}/:import/choose`, access: EDITOR, handler: postChoice },
  { method: 'POST', path: `${IMPORTS}/:import/write`, access: EDITOR, handler: postWrite },
  { method: 'POST', path: `${IMPORTS}/:import/go-on`, access: EDITOR, handler: postGoOn },
  { method: 'POST', path: `${IMPORTS}/:import/drop`, access: EDITOR, handler: postDrop },
  { method: 'GET', path: `${IMPORTS}/:import/problems.csv`, access: EDITOR, handler: problems },
];
