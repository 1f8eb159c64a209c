/** What the page of a list shows as it goes along: its columns to be named, its differences to choose from, what was written. */
import { z } from 'zod';
import type { Texts } from '../base/form.ts';
import type { Ctx } from '../base/route.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import { preview } from '../rooms/directory/import/compared.ts';
import { FIELD_WORDS, FIELDS, type Listed } from '../rooms/directory/import/row.ts';
import { countRows, type Import, type RowOf, rowsPage, WHATS, type What } from '../rooms/directory/import/store.ts';
import { Checkbox, type Errors, Field, Form, Select, Submit } from '../ui/form.tsx';
import { Notice } from '../ui/notice.tsx';
import { Links, Pages, Table, Tabs } from '../ui/table.tsx';
import { count } from '../ui/words.ts';
import { DIRECTORY, deskParty } from './desk-directory.tsx';

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
  const choices = columns.map((name, i) => ({ value: String(i), label: name === '' ? `column ${i + 1}` : name }));
  const value = (name: string, kept: string) => (values ? (values[name] ?? '') : kept);
  return (
    <>
      <Form action={`${one(list.id)}/mapping`} errors={errors} label="Which column is what">
        <h2>Which column is what</h2>
        {FIELDS.map((field) => (
          <Select
            name={field}
            label={FIELD_WORDS[field]}
            required={field === 'name'}
            none="no column"
            value={value(field, String(map?.columns[field] ?? ''))}
            errors={errors}
            choices={choices}
          />
        ))}
        <h2>What holds for all rows</h2>
        <Select
          name="allKind"
          label="Kind, where no column says it"
          none="none"
          value={value('allKind', map?.kind ?? '')}
          choices={PARTY_KINDS.map((kind) => ({
            value: kind,
            label: kind === 'place' ? 'city, town or village' : kind,
          }))}
        />
        <Field
          name="allState"
          label="State, where no column says it"
          value={value('allState', map?.state ?? '')}
          errors={errors}
          width="medium"
          maxlength={60}
        />
        <Field
          name="list"
          label="Name of the list"
          hint="Its parties are known again by it when the list comes anew."
          required
          value={value('list', map?.list ?? '')}
          errors={errors}
          maxlength={100}
        />
        <Checkbox
          name="whole"
          label="The list is complete: whoever came with it before and is not in it now is shown as gone."
          checked={values ? values['whole'] === 'on' : map?.whole === true}
        />
        <Submit
          text="Compare with the directory"
          name="next"
          value="compare"
          second={{ text: 'Save and look below', name: 'next', value: 'look' }}
        />
      </Form>
      <h2 id="preview">The first rows, as they would be read</h2>
      <Table
        caption="The first rows, as they would be read"
        quietCaption
        rows={rows}
        empty={{ what: 'No row', how: 'The file has a first line with columns, and nothing below it.' }}
        columns={[
          { head: 'Line', numeric: true, cell: (row) => row.line.toLocaleString('en-US') },
          {
            head: 'Name',
            names: true,
            cell: (row) =>
              typeof row.read === 'string' ? row.cells.filter(Boolean).slice(0, 2).join(', ') : row.read.name,
          },
          { head: 'Kind', cell: (row) => (typeof row.read === 'string' ? '–' : row.read.kind) },
          { head: 'What else it says', cell: (row) => (typeof row.read === 'string' ? row.read : saidOf(row.read)) },
        ]}
      />
      <Drop list={list} />
    </>
  );
}

const Drop = ({ list }: { list: Import }) => (
  <form method="post" action={`${one(list.id)}/drop`}>
    <button class="linklike" type="submit">
      Leave it: nothing is written
    </button>
  </form>
);

const differences = z.array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string() }));
const FIELD_NAMES: Readonly<Record<string, string>> = {
  ocdId: 'Open Civic Data id',
  timeZone: 'time zone',
  mail: 'e-mail address',
  phone: 'telephone',
  postal: 'postal address',
};

function Changes({ row }: { row: RowOf }) {
  if (row.what === 'problem') return <>{row.problem}</>;
  if (row.what === 'gone') return <>not in the list any more</>;
  if (row.what === 'new') {
    const read = newRow.safeParse(row.body);
    return <>{read.success ? [read.data.kind, read.data.state].filter(Boolean).join(', ') : ''}</>;
  }
  return (
    <ul class="plain">
      {differences.parse(row.before).map((each) => (
        <li>
          {FIELD_NAMES[each.field] ?? each.field}: <del>{each.before ?? 'none'}</del> → <ins>{each.after}</ins>
        </li>
      ))}
    </ul>
  );
}
const newRow = z.object({ kind: z.string(), state: z.string().nullable() });

const WHAT_WORDS: Readonly<Record<What, string>> = {
  new: 'New',
  changed: 'Changed',
  gone: 'Gone',
  problem: 'Cannot be used',
};

export async function ComparedPart({ c, list }: { c: Ctx; list: Import }) {
  const { db } = c.get('services');
  const counts = await countRows(db, list.id);
  const first = WHATS.find((what) => counts[what].all > 0) ?? 'new';
  const what = WHATS.find((each) => each === c.req.query('what')) ?? first;
  const at = Math.max(1, Math.min(100_000, Math.trunc(Number(c.req.query('page'))) || 1));
  const rows = await rowsPage(db, list.id, what, (at - 1) * SIZE, SIZE);
  const chosen = counts.new.chosen + counts.changed.chosen + counts.gone.chosen;
  const action = `${one(list.id)}/choose`;
  const name = (each: What) => `${WHAT_WORDS[each]} (${counts[each].all.toLocaleString('en-US')})`;
  const pages = Math.ceil(counts[what].all / SIZE);
  return (
    <>
      <p>
        {count(list.notes.same, 'row')} say what the directory says already.{list.notes.lines.map((text) => ` ${text}`)}
      </p>
      <Form action={`${one(list.id)}/write`} label="Write what is chosen">
        <p>
          <strong>
            {chosen === 0
              ? 'Nothing is chosen.'
              : `Chosen: ${counts.new.chosen.toLocaleString('en-US')} new, ${counts.changed.chosen.toLocaleString('en-US')} changed, ${counts.gone.chosen.toLocaleString('en-US')} gone.`}
          </strong>{' '}
          {counts.problem.all > 0 ? `${count(counts.problem.all, 'row')} cannot be used and stay out.` : ''}
        </p>
        {chosen > 0 ? <Submit text={`Write ${count(chosen, 'row')} into the directory`} /> : null}
      </Form>
      <Tabs
        label="Rows of the list"
        current={name(what)}
        tabs={WHATS.map((each) => ({ text: name(each), href: `${one(list.id)}?what=${each}` }))}
      />
      {what === 'problem' && rows.length > 0 ? (
        <Links
          label="Download"
          links={[{ text: 'All of them as CSV', href: `${one(list.id)}/problems.csv`, download: true }]}
        />
      ) : null}
      <form method="post" action={action}>
        <input type="hidden" name="what" value={what} />
        <input type="hidden" name="page" value={String(at)} />
        <Table
          caption={WHAT_WORDS[what]}
          quietCaption
          rows={rows}
          empty={{ what: `No row is ${WHAT_WORDS[what].toLowerCase()}` }}
          columns={[
            ...(what === 'problem'
              ? []
              : [
                  {
                    head: 'Take',
                    cell: (row: RowOf) => (
                      <>
                        <input type="hidden" name="shown" value={String(row.n)} />
                        <input
                          type="checkbox"
                          class="tick"
                          name="row"
                          value={String(row.n)}
                          checked={row.chosen}
                          aria-label={`Take ${row.name}`}
                        />
                      </>
                    ),
                  },
                ]),
            { head: 'Line', numeric: true, cell: (row) => (row.line === 0 ? '–' : row.line.toLocaleString('en-US')) },
            {
              head: 'Party',
              names: true,
              cell: (row) => (row.party === null ? row.name : <a href={deskParty(row.party)}>{row.name}</a>),
            },
            { head: what === 'problem' ? 'What is wrong' : 'What it brings', cell: (row) => <Changes row={row} /> },
          ]}
        />
        {what === 'problem' || rows.length === 0 ? null : (
          <div class="submit">
            <button class="usa-button usa-button--outline" type="submit" name="take" value="shown">
              Keep these ticks
            </button>
            <button class="linklike" type="submit" name="take" value="all">
              Take all {counts[what].all.toLocaleString('en-US')}
            </button>
            <button class="linklike" type="submit" name="take" value="none">
              Take none
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
      <Notice tone="good" title="It is written">
        <p>
          {written
            ? `${written.new.toLocaleString('en-US')} new, ${written.changed.toLocaleString('en-US')} changed, ${written.gone.toLocaleString('en-US')} gone. ${written.passed > 0 ? `${count(written.passed, 'row')} had changed meanwhile and were passed over.` : ''}`
            : ''}
        </p>
        <p>
          <a href={DIRECTORY}>To the directory</a>
        </p>
      </Notice>
      {counts.problem.all > 0 ? (
        <Links
          label="Rows that could not be used"
          links={[{ text: 'as CSV', href: `${one(list.id)}/problems.csv`, download: true }]}
        />
      ) : null}
    </>
  );
}
