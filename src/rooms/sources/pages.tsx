/** The sources of a matter: those that are kept, each with its text for the office, and the form that keeps another. */

import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { filesize } from '../../ui/filesize.ts';
import { type Errors, Field, Form, Submit, TextArea } from '../../ui/form.tsx';
import { Hash } from '../../ui/hash.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
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
      title: t('said.source.title', { matter: matter.title }),
      area: 'staff',
      wide: true,
      status: Object.keys(errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading title={t('said.sources')} crumbs={crumbsTo(matter)} lead={t('said.source.lead')} />
      <Table
        caption={t('said.source.caption')}
        rows={sources}
        empty={{ what: t('said.source.empty'), how: t('said.source.empty.how') }}
        columns={[
          {
            head: t('said.source'),
            names: true,
            cell: (one) => <a href={`${base}/${one.id}`}>{one.title}</a>,
          },
          { head: t('said.source.publisher'), cell: (one) => one.publisher },
          {
            head: t('said.source.published'),
            cell: (one) => (one.published ? <Day on={one.published} /> : t('said.not-known')),
          },
          { head: t('said.source.taken'), cell: (one) => <Time at={one.fetchedAt} zone={zone} /> },
          { head: t('said.source.size'), numeric: true, cell: (one) => filesize(one.bytes) },
          { head: 'SHA-256', cell: (one) => <Hash hex={one.sha256} /> },
        ]}
      />
      {writes ? (
        <>
          <h2 id="keep">{t('said.keep-source')}</h2>
          <Form action={base} errors={errors} hidden={{ once: once || newOnce }} label={t('said.keep-source')}>
            <Field
              name="publisher"
              label={t('said.source.publisher')}
              required
              value={values['publisher'] ?? ''}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="title"
              label={t('said.source.form.title')}
              required
              value={values['title'] ?? ''}
              errors={errors}
              maxlength={300}
            />
            <Field
              name="published"
              type="date"
              label={t('said.source.form.day')}
              value={values['published'] ?? ''}
              errors={errors}
              width="medium"
            />
            <Field
              name="url"
              type="url"
              label={t('said.source.form.url')}
              value={values['url'] ?? ''}
              errors={errors}
              maxlength={2000}
            />
            <TextArea
              name="text"
              label={t('said.source.form.text')}
              hint={t('said.source.form.text.hint')}
              required
              value={values['text'] ?? ''}
              errors={errors}
              rows={10}
              maxlength={SOURCE_CHARS}
            />
            <Submit text={t('said.source.form.submit')} />
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
  return redirectWith(c, `/desk/matters/${matter.id}/sources`, t('said.source.done'));
}

async function getOne(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { source, text } = await readSource(services, matter.id, c.req.param('source') ?? '');
  const line = {
    publisher: source.publisher,
    at: <Time at={source.fetchedAt} zone={zoneOf(c)} />,
    hash: <Hash hex={source.sha256} whole />,
  };
  return page(
    c,
    { title: source.title, area: 'staff' },
    <>
      <Heading
        title={source.title}
        crumbs={[...crumbsTo(matter), { text: t('said.sources'), href: `/desk/matters/${matter.id}/sources` }]}
        lead={
          source.published
            ? rich('said.source.one.day', { ...line, day: <Day on={source.published} /> })
            : rich('said.source.one', line)
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
