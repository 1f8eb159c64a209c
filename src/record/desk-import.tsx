/**
 * Lists into the directory, on the desk: files, which column is what, what would change, what of it is wanted. Nothing is written before the
 * last step; comparing and writing go on in the background and are shown as they go.
 */
import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { csvLine } from '../base/csv.ts';
import { InvalidInput, Refusal } from '../base/errors.ts';
import { bodyOf, bodyWithAll, type Texts, textsOf } from '../base/form.ts';
import { t } from '../base/language.ts';
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
import { rich } from '../ui/rich.tsx';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { followChannels } from './contacts.ts';
import { DIRECTORY } from './desk-directory.tsx';
import { ComparedPart, DonePart, IMPORTS, MappingPart, one } from './desk-import-parts.tsx';

const MOST_FILES = 3;
const code = (words: Child) => <code>{words}</code>;

const stateWord = (state: State) => t('desk.import.state', { state });

async function showAll(c: Ctx, errors: Errors = {}): Promise<Response> {
  const lists = await importsOf(c.get('services').db, staff(c).party);
  const zone = zoneOf(c);
  return page(
    c,
    { title: t('desk.import.title'), area: 'staff', wide: true, status: Object.keys(errors).length > 0 ? 422 : 200 },
    <>
      <Heading
        title={t('desk.import.title')}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: t('desk.directory.title'), href: DIRECTORY },
        ]}
        lead={t('desk.import.lead')}
      />
      <Form action={IMPORTS} multipart label={t('desk.import.file.list')}>
        <ErrorSummary errors={errors} what={t('desk.import.nothing')} />
        <FileField
          name="file"
          label={t('desk.import.files')}
          required
          multiple
          hint={rich('desk.import.files.hint', { places: code, aliases: code, whitelist: code, n: MAX_ROWS })}
          errors={errors}
          accept=".csv,.gz,text/csv"
        />
        <Submit text={t('desk.import.look-at')} />
      </Form>
      <h2 id="lists">{t('desk.import.lists')}</h2>
      <Table
        caption={t('desk.import.lists')}
        quietCaption
        rows={lists}
        empty={{ what: t('desk.import.lists.empty'), how: t('desk.import.lists.empty.how') }}
        columns={[
          { head: t('desk.import.col.list'), names: true, cell: (row) => <a href={one(row.id)}>{row.name}</a> },
          {
            head: t('desk.import.col.state'),
            cell: (row) => (row.trouble ? t('desk.import.stopped') : stateWord(row.state)),
          },
          { head: t('desk.import.brought'), cell: (row) => <Time at={row.createdAt} zone={zone} /> },
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
          wrongFile(t('desk.import.too-large', { name, size: MAX_BYTES / 1024 / 1024 })),
        );
      },
    });
    if (form.tooManyFiles) throw wrongFile(t('desk.import.too-many', { n: MOST_FILES }));
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
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: t('desk.directory.title'), href: DIRECTORY },
          { text: t('desk.import.title'), href: IMPORTS },
        ]}
        lead={t('desk.import.one.lead', { state: list.state })}
      />
      {list.trouble ? (
        <Notice tone="bad" title={t('desk.import.it-stopped')}>
          <p>{t('desk.import.it-stopped.why', { trouble: list.trouble })}</p>
          <form method="post" action={`${one(list.id)}/go-on`}>
            <button class="usa-button usa-button--outline" type="submit">
              {t('desk.go-on')}
            </button>
          </form>
        </Notice>
      ) : null}
      {busy ? (
        <Progress
          what={list.state === 'comparing' ? t('desk.import.comparing') : t('desk.import.writing')}
          done={list.done}
          total={list.state === 'comparing' ? null : list.total}
          unit={(n) => t('ui.count.rows', { n })}
        >
          {t('desk.import.goes-on')}
        </Progress>
      ) : null}
      {busy ? <LookAgain c={c} done={t('desk.import.ready')} /> : null}
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
  if (map.columns.name === null || map.columns.name === undefined) errors['name'] = t('desk.import.say.names');
  if (map.columns.kind === null && map.kind === null && map.columns.ocdId === null)
    errors['allKind'] = t('desk.import.say.kinds');
  if (name === '') errors['list'] = t('desk.import.say.list');
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
    return redirectWith(c, one(id), t('desk.nothing-changed.period'));
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
    t('desk.import.kept'),
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
  return redirectWith(c, IMPORTS, t('desk.import.left'));
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
