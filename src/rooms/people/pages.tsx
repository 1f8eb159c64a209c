/** People in offices: the list that all matters share, and the form that puts somebody into an office. */
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { type Errors, Field, Form, Radios, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Day } from '../../ui/time.tsx';
import { errorsOf } from '../input.ts';
import { SourceFields } from '../source-fields.tsx';
import { holdOffice } from './commands.ts';
import { holdingsLike, peopleNamed } from './view.ts';

const NAMES = ['name', 'who', 'note', 'party', 'title', 'from', 'until', 'publisher', 'sourceTitle', 'sourceDate'];
const SOURCE_FIELDS: Readonly<Record<string, string>> = {
  'source.publisher': 'publisher',
  'source.title': 'sourceTitle',
  'source.date': 'sourceDate',
};

async function show(c: Ctx, values: Texts = {}, errors: Errors = {}, sent = ''): Promise<Response> {
  const { db, clock, random } = c.get('services');
  const q = (c.req.query('q') ?? '').trim().slice(0, 100);
  const holdings = await holdingsLike(db, q);
  const namesakes = values['name'] ? await peopleNamed(db, values['name'].trim()) : [];
  const once = sent || uuidv7(clock.now(), random);
  const text = (name: string) => values[name] ?? '';
  return page(
    c,
    { title: 'People', area: 'staff', wide: true, status: Object.keys(errors).length > 0 ? 422 : 200 },
    <>
      <Heading
        title="People in offices"
        crumbs={[{ text: 'Desk', href: '/desk' }]}
        lead="Who held which office from when to when. What somebody said stands in the record with the office of that day."
      />
      <form class="form form--row" method="get" action="/desk/people" aria-label="Find a person">
        <Field name="q" type="search" label="Find a person, an office, a place" value={q} width="medium" />
        <Submit text="Find" />
      </form>
      <Table
        caption="People in offices"
        quietCaption
        rows={holdings}
        empty={
          q === ''
            ? {
                what: 'Nobody yet',
                how: 'Write down who holds an office below; then their statements can be recorded.',
              }
            : { what: `Nobody fits “${q}”`, action: { text: 'Show all', href: '/desk/people' } }
        }
        columns={[
          {
            head: 'Person',
            names: true,
            cell: (one) => (
              <a href={`/desk/people/${one.person}`}>{one.note ? `${one.name} (${one.note})` : one.name}</a>
            ),
          },
          { head: 'Office', cell: (one) => one.title },
          { head: 'Of', cell: (one) => <a href={`/desk/directory/${one.party}`}>{one.partyName}</a> },
          { head: 'From', cell: (one) => (one.from ? <Day on={one.from} /> : 'not known') },
          { head: 'Until', cell: (one) => (one.until ? <Day on={one.until} /> : '–') },
        ]}
      />
      {staff(c).role === 'viewer' ? null : (
        <>
          <h2 id="add">Write down who holds an office</h2>
          <Form action="/desk/people" errors={errors} hidden={{ once }} label="A person in an office">
            <Field name="name" label="Name" required value={text('name')} errors={errors} maxlength={200} />
            {namesakes.length > 0 ? (
              <Radios
                name="who"
                label="Which person is it?"
                required
                value={text('who')}
                errors={errors}
                choices={[
                  ...namesakes.map((one) => ({
                    value: one.id,
                    label: one.note ? `${one.name} (${one.note})` : `${one.name}, who is known already`,
                  })),
                  { value: 'new', label: 'Another person of this name' },
                ]}
              />
            ) : null}
            <Field
              name="note"
              label="In a few words, who this is"
              hint="Needed only where two people have one name."
              value={text('note')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="title"
              label="Office"
              hint="Mayor, County Executive, Press Secretary"
              required
              value={text('title')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="party"
              label="Of which party"
              hint="The name as the directory has it: City of Exampleton"
              required
              value={text('party')}
              errors={errors}
              maxlength={200}
            />
            <Field name="from" type="date" label="First day" value={text('from')} errors={errors} width="medium" />
            <Field
              name="until"
              type="date"
              label="Last day"
              hint="Empty: still in office, or not known."
              value={text('until')}
              errors={errors}
              width="medium"
            />
            <SourceFields required values={values} errors={errors} />
            <Submit text="Write it down" />
          </Form>
        </>
      )}
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const body = await bodyOf(c);
  const values = textsOf(body, NAMES);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : uuidv7(services.clock.now(), services.random);
  const { publisher, sourceTitle: title, sourceDate: date, ...rest } = values;
  try {
    await holdOffice(services, staff(c).party, { ...rest, source: { publisher, title, date } }, once);
  } catch (error) {
    const errors = Object.entries(errorsOf(error)).map(([name, words]) => [SOURCE_FIELDS[name] ?? name, words]);
    return await show(c, values, Object.fromEntries(errors), once);
  }
  return redirectWith(c, '/desk/people', 'It is written down.');
}

export const peopleRoutes: readonly Route[] = [
  { method: 'GET', path: '/desk/people', access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: '/desk/people', access: EDITOR, handler: post },
];
