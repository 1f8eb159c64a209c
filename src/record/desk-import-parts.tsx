/** What the page of a list shows as it goes along: its columns to be named, its differences to choose from, what was written. */
import { z } from 'zod';
import type { Texts } from '../base/form.ts';
import { type MessageId, num, t } from '../base/language.ts';
import type { Ctx } from '../base/route.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { preview } from '../rooms/directory/import/compared.ts';
import { FIELD_WORDS, FIELDS, type Listed } from '../rooms/directory/import/row.ts';
import { countRows, type Import, type RowOf, rowsPage, WHATS, type What } from '../rooms/directory/import/store.ts';
import { Checkbox, type Errors, Field, Form, Select, Submit } from '../ui/form.tsx';
import { Notice } from '../ui/notice.tsx';
import { rich } from '../ui/rich.tsx';
import { Links, Pages, Table, Tabs } from '../ui/table.tsx';
import { DIRECTORY, deskParty } from './desk-directory.tsx';
import { partyKindWord } from './directory-words.ts';

export const IMPORTS = `${DIRECTORY}/imports`;
export const one = (id: string): string => `${IMPORTS}/${id}`;
const SIZE = 50;

const saidOf = (read: Listed) =>
  [
    read.state,
    read.seat,
    read.ocdId,
    read.timeZone,
    ...read.aliases.map((a) => a.value),
    ...read.channels.map((ch) => ch.address),
  ]
    .filter(Boolean)
    .join(' · ') || '–';

export async function MappingPart({
  c,
  list,
  errors,
  values,
}: {
  c: Ctx;
  list: Import;
  errors: Errors;
  values: Texts | null;
}) {
  const { columns, rows } = await preview(c.get('services'), list, 10);
  const map = list.mapping;
  const choices = columns.map((name, i) => ({
    value: String(i),
    label: name === '' ? t('desk.import.column', { n: i + 1 }) : name,
  }));
  const value = (name: string, kept: string) => (values ? (values[name] ?? '') : kept);
  return (
    <>
      <Form action={`${one(list.id)}/mapping`} errors={errors} label={t('desk.import.columns')}>
        <h2>{t('desk.import.columns')}</h2>
        {FIELDS.map((field) => (
          <Select
            name={field}
            label={FIELD_WORDS[field]}
            required={field === 'name'}
            none={t('desk.import.no-column')}
            value={value(field, String(map?.columns[field] ?? ''))}
            errors={errors}
            choices={choices}
          />
        ))}
        <h2>{t('desk.import.all')}</h2>
        <Select
          name="allKind"
          label={t('desk.import.all.kind')}
          none={t('desk.import.none')}
          value={value('allKind', map?.kind ?? '')}
          choices={PARTY_KINDS.map((kind) => ({ value: kind, label: partyKindWord(kind, true) }))}
        />
        <Field
          name="allState"
          label={t('desk.import.all.state')}
          value={value('allState', map?.state ?? '')}
          errors={errors}
          width="medium"
          maxlength={60}
        />
        <Field
          name="list"
          label={t('desk.import.list')}
          hint={t('desk.import.list.hint')}
          required
          value={value('list', map?.list ?? '')}
          errors={errors}
          maxlength={100}
        />
        <Checkbox
          name="whole"
          label={t('desk.import.whole')}
          checked={values ? values['whole'] === 'on' : map?.whole === true}
        />
        <Submit
          text={t('desk.import.compare')}
          name="next"
          value="compare"
          second={{ text: t('desk.import.look'), name: 'next', value: 'look' }}
        />
      </Form>
      <h2 id="preview">{t('desk.import.first-rows')}</h2>
      <Table
        caption={t('desk.import.first-rows')}
        quietCaption
        rows={rows}
        empty={{ what: t('desk.import.no-row'), how: t('desk.import.no-row.how') }}
        columns={[
          { head: t('desk.import.line'), numeric: true, cell: (row) => num(row.line) },
          {
            head: t('desk.name'),
            names: true,
            cell: (row) =>
              typeof row.read === 'string' ? row.cells.filter(Boolean).slice(0, 2).join(', ') : row.read.name,
          },
          {
            head: t('desk.kind'),
            cell: (row) => (typeof row.read === 'string' ? '–' : partyKindWord(row.read.kind)),
          },
          { head: t('desk.import.more'), cell: (row) => (typeof row.read === 'string' ? row.read : saidOf(row.read)) },
        ]}
      />
      <Drop list={list} />
    </>
  );
}

const Drop = ({ list }: { list: Import }) => (
  <form class="leave" method="post" action={`${one(list.id)}/drop`}>
    <button class="linklike" type="submit">
      {t('desk.import.leave')}
    </button>
  </form>
);

const differences = z.array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string() }));
const IN_LIST = 'desk.import.field.in-list';
type FieldId = Extract<MessageId, `desk.import.field.${string}`>;
/** Fields of a row by the names that a comparison gives them. */
const FIELD_NAMES: Readonly<Record<string, FieldId>> = {
  ocdId: 'desk.import.field.ocd-id',
  timeZone: 'desk.import.field.zone',
  mail: 'desk.import.field.mail',
  phone: 'desk.import.field.phone',
  postal: 'desk.import.field.postal',
  name: 'desk.import.field.name',
  kind: 'desk.import.field.kind',
  state: 'desk.import.field.state',
  seat: 'desk.import.field.seat',
  'further name': 'desk.import.field.further-name',
  'further id': 'desk.import.field.further-id',
  'in the list': IN_LIST,
};

const fieldName = (field: string): string => {
  const id = FIELD_NAMES[field];
  return id === undefined ? field : t(id);
};

/** A party that had gone from the list and is in it again: its words stand in no column. */
const back = ({ field }: { readonly field: string }): boolean => FIELD_NAMES[field] === IN_LIST;

function Changes({ row }: { row: RowOf }) {
  if (row.what === 'problem') return <>{row.problem}</>;
  if (row.what === 'gone') return <>{t('desk.import.not-in-list')}</>;
  if (row.what === 'new') {
    const read = newRow.safeParse(row.body);
    const { kind, state } = read.success ? read.data : { kind: '', state: '' };
    return <>{[kind === '' ? '' : partyKindWord(kind), state].filter(Boolean).join(', ')}</>;
  }
  return (
    <ul class="plain">
      {differences.parse(row.before).map((each) => (
        <li>
          {rich('desk.import.change', {
            field: fieldName(each.field),
            before: back(each) ? t('desk.import.no-more') : (each.before ?? t('desk.import.none')),
            after: back(each) ? t('desk.import.again') : each.after,
            was: (words) => <del>{words}</del>,
            now: (words) => <ins>{words}</ins>,
          })}
        </li>
      ))}
    </ul>
  );
}
const newRow = z.object({ kind: z.string(), state: z.string().nullable() });

const whatWord = (what: What) => t('desk.import.what', { what });

export async function ComparedPart({ c, list }: { c: Ctx; list: Import }) {
  const { db } = c.get('services');
  const counts = await countRows(db, list.id);
  const first = WHATS.find((what) => counts[what].all > 0) ?? 'new';
  const what = WHATS.find((each) => each === c.req.query('what')) ?? first;
  const at = Math.max(1, Math.min(100_000, Math.trunc(Number(c.req.query('page'))) || 1));
  const rows = await rowsPage(db, list.id, what, (at - 1) * SIZE, SIZE);
  const chosen = counts.new.chosen + counts.changed.chosen + counts.gone.chosen;
  const action = `${one(list.id)}/choose`;
  const name = (each: What) => t('desk.import.what.n', { what: each, n: counts[each].all });
  const pages = Math.ceil(counts[what].all / SIZE);
  return (
    <>
      <p>
        {list.notes.same === 0 ? '' : t('desk.import.same', { n: list.notes.same })}
        {list.notes.lines.map((text) => ` ${text}`)}
      </p>
      <Form action={`${one(list.id)}/write`} label={t('desk.import.write-chosen')}>
        <p>
          <strong>
            {chosen === 0
              ? t('desk.import.chosen.none')
              : t('desk.import.chosen', {
                  new: counts.new.chosen,
                  changed: counts.changed.chosen,
                  gone: counts.gone.chosen,
                })}
          </strong>{' '}
          {counts.problem.all > 0 ? t('desk.import.left-out', { n: counts.problem.all }) : ''}
        </p>
        {chosen > 0 ? <Submit text={t('desk.import.write', { n: chosen })} /> : null}
      </Form>
      <Tabs
        label={t('desk.import.rows')}
        current={name(what)}
        tabs={WHATS.map((each) => ({ text: name(each), href: `${one(list.id)}?what=${each}` }))}
      />
      {what === 'problem' && rows.length > 0 ? (
        <Links
          label={t('desk.download')}
          links={[{ text: t('desk.import.problems'), href: `${one(list.id)}/problems.csv`, download: true }]}
        />
      ) : null}
      <form method="post" action={action}>
        <input type="hidden" name="what" value={what} />
        <input type="hidden" name="page" value={String(at)} />
        <Table
          caption={whatWord(what)}
          quietCaption
          rows={rows}
          empty={{ what: t('desk.import.what.none', { what }) }}
          columns={[
            ...(what === 'problem'
              ? []
              : [
                  {
                    head: t('desk.import.take'),
                    cell: (row: RowOf) => (
                      <>
                        <input type="hidden" name="shown" value={String(row.n)} />
                        <input
                          type="checkbox"
                          class="tick"
                          name="row"
                          value={String(row.n)}
                          checked={row.chosen}
                          aria-label={t('desk.import.take-one', { name: row.name })}
                        />
                      </>
                    ),
                  },
                ]),
            {
              head: t('desk.import.line'),
              numeric: true,
              cell: (row) => (row.line === 0 ? '–' : num(row.line)),
            },
            {
              head: t('desk.import.party'),
              names: true,
              cell: (row) => (row.party === null ? row.name : <a href={deskParty(row.party)}>{row.name}</a>),
            },
            {
              head: what === 'problem' ? t('desk.import.wrong') : t('desk.import.brings'),
              cell: (row) => <Changes row={row} />,
            },
          ]}
        />
        {what === 'problem' || rows.length === 0 ? null : (
          <div class="submit">
            <button class="usa-button usa-button--outline" type="submit" name="take" value="shown">
              {t('desk.import.keep')}
            </button>
            <button class="linklike" type="submit" name="take" value="all">
              {t('desk.import.take-all', { n: counts[what].all })}
            </button>
            <button class="linklike" type="submit" name="take" value="none">
              {t('desk.import.take-none')}
            </button>
          </div>
        )}
      </form>
      <Pages page={at} pages={pages} href={(n) => `${one(list.id)}?what=${what}&page=${n}`} />
      <Drop list={list} />
    </>
  );
}

export async function DonePart({ c, list }: { c: Ctx; list: Import }) {
  const { written } = list.notes;
  const counts = await countRows(c.get('services').db, list.id);
  return (
    <>
      <Notice tone="good" title={t('desk.import.written')}>
        <p>
          {!written
            ? ''
            : written.passed > 0
              ? t('desk.import.written.passed', written)
              : t('desk.import.written.n', written)}
        </p>
        <p>
          <a href={DIRECTORY}>{t('desk.import.to-directory')}</a>
        </p>
      </Notice>
      {counts.problem.all > 0 ? (
        <Links
          label={t('desk.import.not-used')}
          links={[{ text: t('desk.import.as-csv'), href: `${one(list.id)}/problems.csv`, download: true }]}
        />
      ) : null}
    </>
  );
}
