/** The sources of a matter: those that are kept, each with its text for the office, and the form that keeps another. */
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID } from '../../base/ids.ts';
import { type Ctx, EDITOR, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { filesize } from '../../ui/filesize.ts';
import { type Errors, Field, Form, Submit, TextArea } from '../../ui/form.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Day, Time } from '../../ui/time.tsx';
import { errorsOf } from '../input.ts';
import { crumbsTo, matterOfPath } from '../sourced.tsx';
import { keepSource, SOURCE_CHARS } from './commands.ts';
import { readSource, sourcesOf } from './view.ts';

const NAMES = ['publisher', 'title', 'published', 'url', 'text'];
const BASE = '/desk/matters/:matter/sources';

async function show(c: Ctx, values: Texts = {}, errors: Errors = {}, once = ''): Promise<Response> {
  const { services, matter, writes, newOnce } = await matterOfPath(c);
  const sources = await sourcesOf(services.db, matter.id);
  const base = `/desk/matters/${matter.id}/sources`;
  const zone = zoneOf(c);
  return page(
    c,
    {
      title: `Sources: ${matter.title}`,
      area: 'staff',
      wide: true,
      status: Object.keys(errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading
        title="Sources"
        crumbs={crumbsTo(matter)}
        lead="A copy of each text that statements and figures come from. What is quoted must stand in it. The copy is for your office alone; the public sees where it is from, when it was taken, and its hash."
      />
      <Table
        caption="Kept sources"
        rows={sources}
        empty={{ what: 'No source is kept yet', how: 'Paste the text of an article, a post or a letter below.' }}
        columns={[
          {
            head: 'Source',
            names: true,
            cell: (one) => <a href={`${base}/${one.id}`}>{one.title}</a>,
          },
          { head: 'Publisher', cell: (one) => one.publisher },
          { head: 'Published', cell: (one) => (one.published ? <Day on={one.published} /> : 'not known') },
          { head: 'Copy taken', cell: (one) => <Time at={one.fetchedAt} zone={zone} /> },
          { head: 'Size', numeric: true, cell: (one) => filesize(one.bytes) },
          { head: 'SHA-256', cell: (one) => <Hash hex={one.sha256} /> },
        ]}
      />
      {writes ? (
        <>
          <h2 id="keep">Keep a source</h2>
          <Form action={base} errors={errors} hidden={{ once: once || newOnce }} label="Keep a source">
            <Field
              name="publisher"
              label="Publisher"
              required
              value={values['publisher'] ?? ''}
              errors={errors}
              maxlength={200}
            />
            <Field name="title" label="Title" required value={values['title'] ?? ''} errors={errors} maxlength={300} />
            <Field
              name="published"
              type="date"
              label="Day of publication"
              value={values['published'] ?? ''}
              errors={errors}
              width="medium"
            />
            <Field
              name="url"
              type="url"
              label="Web address"
              value={values['url'] ?? ''}
              errors={errors}
              maxlength={2000}
            />
            <TextArea
              name="text"
              label="Its text"
              hint="As it stands there, whole or the part that matters. It cannot be changed later; a newer version is a source of its own."
              required
              value={values['text'] ?? ''}
              errors={errors}
              rows={10}
              maxlength={SOURCE_CHARS}
            />
            <Submit text="Keep this copy" />
          </Form>
        </>
      ) : null}
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const body = await bodyOf(c);
  const values = textsOf(body, NAMES);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : newOnce;
  try {
    const { published, url } = values;
    await keepSource(services, matter.id, { ...values, published: published || null, url: url || null }, once);
  } catch (error) {
    return await show(c, values, errorsOf(error), once);
  }
  return redirectWith(c, `/desk/matters/${matter.id}/sources`, 'The copy is kept.');
}

async function getOne(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { source, text } = await readSource(services, matter.id, c.req.param('source') ?? '');
  return page(
    c,
    { title: source.title, area: 'staff' },
    <>
      <Heading
        title={source.title}
        crumbs={[...crumbsTo(matter), { text: 'Sources', href: `/desk/matters/${matter.id}/sources` }]}
        lead={
          <>
            {source.publisher}
            {source.published ? (
              <>
                , <Day on={source.published} />
              </>
            ) : null}
            . Copy taken <Time at={source.fetchedAt} zone={zoneOf(c)} />. SHA-256 <Hash hex={source.sha256} whole />
          </>
        }
      />
      {source.url ? (
        <p>
          <a href={source.url} rel="noreferrer">
            {source.url}
          </a>
        </p>
      ) : null}
      <div class="said__note">{text}</div>
    </>,
  );
}

export const sourceRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: BASE, access: EDITOR, body: { maxBytes: 4 * SOURCE_CHARS }, handler: post },
  { method: 'GET', path: `${BASE}/:source`, access: VIEWER, handler: getOne },
];
