/** What was said around a matter, as staff write it down. */
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID } from '../../base/ids.ts';
import { type Ctx, EDITOR, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Errors, Field, Form, Radios, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { errorsOf } from '../input.ts';
import { type Holding, holdingsLike, officeText } from '../people/view.ts';
import { crumbsTo, matterOfPath, saidAt } from '../sourced.tsx';
import { sourcesOf } from '../sources/view.ts';
import { addStatement } from './commands.ts';
import { FORMS, MEDIA } from './entries.ts';
import { Statements } from './parts.tsx';
import { statementsOf } from './view.ts';

const NAMES = ['holding', 'name', 'words', 'form', 'medium', 'outlet', 'day', 'time', 'source'];
const BASE = '/desk/matters/:matter/statements';

const spanOf = ({ from, until }: Holding) => (from || until ? ` (${from ?? '…'} – ${until ?? '…'})` : '');

async function show(c: Ctx, values: Texts = {}, errors: Errors = {}, once = ''): Promise<Response> {
  const { services, matter, writes, newOnce } = await matterOfPath(c);
  const [statements, sources, holdings] = await Promise.all([
    statementsOf(services.db, matter.id),
    sourcesOf(services.db, matter.id),
    holdingsLike(services.db),
  ]);
  const zone = zoneOf(c);
  const text = (name: string) => values[name] ?? '';
  const base = `/desk/matters/${matter.id}`;
  return page(
    c,
    {
      title: `Statements: ${matter.title}`,
      area: 'staff',
      wide: true,
      status: Object.keys(errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading
        title="Statements"
        crumbs={crumbsTo(matter)}
        lead="Who said what, in which words, and where that is known from."
      />
      <Statements
        statements={statements}
        zone={zone}
        receipt={null}
        person={(id) => `/desk/people/${id}`}
        empty={{ what: 'No statement yet', how: 'They stand here in the order in which they were made.' }}
      />
      {!writes ? null : sources.length === 0 ? (
        <Empty
          what="A statement needs a source"
          how="First keep a copy of the article, post or letter that has the words."
          action={{ text: 'Keep a source', href: `${base}/sources#keep` }}
        />
      ) : (
        <>
          <h2 id="add">Write down a statement</h2>
          <Form action={`${base}/statements`} errors={errors} hidden={{ once: once || newOnce }} label="Statement">
            <Select
              name="holding"
              label="Who spoke"
              hint={
                <>
                  A person in an office. Not in the list? <a href="/desk/people#add">Write them down first</a>, or give
                  the name alone below.
                </>
              }
              none="Somebody else"
              value={text('holding')}
              errors={errors}
              choices={holdings.map((one) => ({
                value: one.id,
                label: `${one.name}, ${officeText(one)}${spanOf(one)}`,
              }))}
            />
            <Field
              name="name"
              label="Name, where nobody above fits"
              value={text('name')}
              errors={errors}
              maxlength={200}
            />
            <Radios
              name="form"
              label="Whose words"
              required
              value={text('form') || FORMS[0]}
              errors={errors}
              choices={[
                { value: 'quotation', label: 'Theirs, word for word', hint: 'They must stand in the kept copy.' },
                { value: 'paraphrase', label: 'Ours', hint: 'Marked as a paraphrase wherever it is shown.' },
              ]}
            />
            <TextArea
              name="words"
              label="The words"
              required
              value={text('words')}
              errors={errors}
              rows={4}
              maxlength={2000}
            />
            <Select
              name="source"
              label="Source"
              required
              value={text('source')}
              errors={errors}
              choices={sources.map((one) => ({ value: one.id, label: `${one.publisher}: ${one.title}` }))}
            />
            <Select
              name="medium"
              label="How it was said"
              required
              value={text('medium')}
              errors={errors}
              choices={MEDIA.map((one) => ({ value: one, label: one }))}
            />
            <Field
              name="outlet"
              label="To whom, or quoted by whom"
              value={text('outlet')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="day"
              type="date"
              label="Day it was said"
              required
              value={text('day')}
              errors={errors}
              width="medium"
            />
            <Field
              name="time"
              type="time"
              label="Time of day, where it is known"
              hint={`In ${zone}.`}
              value={text('time')}
              errors={errors}
              width="medium"
            />
            <Submit text="Write it down" />
          </Form>
        </>
      )}
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const body = await bodyOf(c);
  const values = textsOf(body, NAMES);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : newOnce;
  const { day = '', time = '', ...rest } = values;
  try {
    const { holding = '', name = '', words = '', form, medium, outlet = '', source = '' } = rest;
    await addStatement(
      services,
      matter.id,
      {
        ...{ holding, name, words, outlet, source },
        form: FORMS.find((one) => one === form) ?? FORMS[0],
        medium: MEDIA.find((one) => one === medium) ?? MEDIA[0],
        saidOn: day,
        ...saidAt(day, time, zoneOf(c)),
      },
      once,
    );
  } catch (error) {
    return await show(c, values, errorsOf(error), once);
  }
  return redirectWith(c, `/desk/matters/${matter.id}/statements`, 'The statement is written down.');
}

export const statementRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: BASE, access: EDITOR, handler: post },
];
