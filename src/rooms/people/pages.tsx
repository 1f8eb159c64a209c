/** People in offices: the list that all matters share, and the form that puts somebody into an office. */

import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
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
    {
      title: t('directory.people.title'),
      area: 'staff',
      wide: true,
      status: Object.keys(errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading
        title={t('directory.people.heading')}
        crumbs={[{ text: t('ui.nav.desk'), href: '/desk' }]}
        lead={t('directory.people.lead')}
      />
      <form class="form form--row" method="get" action="/desk/people" aria-label={t('directory.people.find')}>
        <Field name="q" type="search" label={t('directory.people.find.q')} value={q} width="medium" />
        <Submit text={t('directory.people.find.submit')} />
      </form>
      <Table
        caption={t('directory.people.heading')}
        quietCaption
        rows={holdings}
        empty={
          q === ''
            ? {
                what: t('directory.people.empty'),
                how: t('directory.people.empty.how'),
              }
            : {
                what: t('directory.people.no-fit', { words: q }),
                action: { text: t('directory.people.all'), href: '/desk/people' },
              }
        }
        columns={[
          {
            head: t('directory.people.person'),
            names: true,
            cell: (one) => (
              <a href={`/desk/people/${one.person}`}>{one.note ? `${one.name} (${one.note})` : one.name}</a>
            ),
          },
          { head: t('directory.people.office'), cell: (one) => one.title },
          {
            head: t('directory.people.of'),
            cell: (one) => <a href={`/desk/directory/${one.party}`}>{one.partyName}</a>,
          },
          {
            head: t('directory.people.from'),
            cell: (one) => (one.from ? <Day on={one.from} /> : t('directory.not-known')),
          },
          { head: t('directory.people.until'), cell: (one) => (one.until ? <Day on={one.until} /> : '–') },
        ]}
      />
      {staff(c).role === 'viewer' ? null : (
        <>
          <h2 id="add">{t('directory.people.add')}</h2>
          <Form action="/desk/people" errors={errors} hidden={{ once }} label={t('directory.people.form')}>
            <Field
              name="name"
              label={t('directory.people.form.name')}
              required
              value={text('name')}
              errors={errors}
              maxlength={200}
            />
            {namesakes.length > 0 ? (
              <Radios
                name="who"
                label={t('directory.people.form.which')}
                required
                value={text('who')}
                errors={errors}
                choices={[
                  ...namesakes.map((one) => ({
                    value: one.id,
                    label: one.note
                      ? `${one.name} (${one.note})`
                      : t('directory.people.form.known', { name: one.name }),
                  })),
                  { value: 'new', label: t('directory.people.form.new') },
                ]}
              />
            ) : null}
            <Field
              name="note"
              label={t('directory.people.form.note')}
              hint={t('directory.people.form.note.hint')}
              value={text('note')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="title"
              label={t('directory.people.office')}
              hint={t('directory.people.form.title.hint')}
              required
              value={text('title')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="party"
              label={t('directory.people.form.party')}
              hint={t('directory.people.form.party.hint')}
              required
              value={text('party')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="from"
              type="date"
              label={t('directory.people.form.from')}
              value={text('from')}
              errors={errors}
              width="medium"
            />
            <Field
              name="until"
              type="date"
              label={t('directory.people.form.until')}
              hint={t('directory.people.form.until.hint')}
              value={text('until')}
              errors={errors}
              width="medium"
            />
            <SourceFields required values={values} errors={errors} />
            <Submit text={t('directory.write')} />
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
  return redirectWith(c, '/desk/people', t('directory.written'));
}

export const peopleRoutes: readonly Route[] = [
  { method: 'GET', path: '/desk/people', access: VIEWER, handler: (c) => show(c) },
  { method: 'POST', path: '/desk/people', access: EDITOR, handler: post },
];
