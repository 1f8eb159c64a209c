/** A matter as staff see it: its requests with their counts, drafts, what is publicly known around it, and the way to its public record. */

import { z } from 'zod';
import { type Cell, csvDownload, fileName } from '../base/csv.ts';
import { InvalidInput } from '../base/errors.ts';
import { bodyOf } from '../base/form.ts';
import { uuidv7 } from '../base/ids.ts';
import { num, t } from '../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../base/route.ts';
import { uuid } from '../rooms/fields.ts';
import { noteMatter } from '../rooms/matters/commands.ts';
import { type Matter, matterById, notesOf } from '../rooms/matters/view.ts';
import { EMPTY_DRAFT } from '../rooms/requests/draft.ts';
import { createDraft, draftsOf } from '../rooms/requests/drafts.ts';
import { redirectWith, zoneOf } from '../ui/context.ts';
import { type Errors, Field, Form, Submit, TextArea } from '../ui/form.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Links, Table } from '../ui/table.tsx';
import { Day, dateText, Time } from '../ui/time.tsx';
import { REQUEST_SORTS, type RequestLine, requestLines } from './desk-facts.ts';

const query = z.object({
  q: z.string().trim().max(200).catch(''),
  sort: z.enum(REQUEST_SORTS).catch('served'),
  dir: z.enum(['up', 'down']).catch('down'),
});

async function matterOf(c: Ctx): Promise<Matter> {
  const matter = await matterById(c.get('services').db, c.req.param('matter') ?? '');
  if (!matter) throw new Error('the matter was there a moment ago');
  return matter;
}

const stateOf = (r: RequestLine): string =>
  r.revoked
    ? t('desk.request.revoked')
    : r.conduct === 'recorded'
      ? t('desk.request.recorded')
      : t('desk.request.served');
const answered = (r: RequestLine): string =>
  r.conduct === 'recorded' && r.answered === 0 ? t('desk.not-known') : String(r.answered);

function NoteForm({ matter, once, values, errors }: { matter: string; once: string; values: Values; errors: Errors }) {
  return (
    <details class="working" open={Object.keys(errors).length > 0 || undefined}>
      <summary>{t('desk.matter.note.what')}</summary>
      <Form action={`/desk/matters/${matter}/notes`} errors={errors} hidden={{ once }} label={t('desk.matter.note')}>
        <TextArea
          name="text"
          label={t('desk.matter.note.text')}
          required
          value={values.text}
          errors={errors}
          maxlength={2000}
        />
        <Field
          name="happened"
          type="date"
          label={t('desk.matter.note.when')}
          required
          value={values.happened}
          errors={errors}
          width="medium"
        />
        <Field
          name="publisher"
          label={t('desk.matter.note.publisher')}
          required
          value={values.publisher}
          errors={errors}
        />
        <Field
          name="sourceTitle"
          label={t('desk.matter.note.source')}
          required
          value={values.sourceTitle}
          errors={errors}
        />
        <Field
          name="sourceDate"
          type="date"
          label={t('desk.matter.note.source-date')}
          required
          value={values.sourceDate}
          errors={errors}
          width="medium"
        />
        <Submit text={t('desk.write-down')} />
      </Form>
    </details>
  );
}

interface Values {
  readonly text: string;
  readonly happened: string;
  readonly publisher: string;
  readonly sourceTitle: string;
  readonly sourceDate: string;
}
const NO_VALUES: Values = { text: '', happened: '', publisher: '', sourceTitle: '', sourceDate: '' };

async function view(c: Ctx, values: Values = NO_VALUES, errors: Errors = {}, sentOnce = ''): Promise<Response> {
  const services = c.get('services');
  const matter = await matterOf(c);
  const { q, sort, dir } = query.parse(c.req.query());
  const [requests, drafts, notes] = await Promise.all([
    requestLines(services.db, matter.id, q, { by: sort, down: dir === 'down' }),
    draftsOf(services.db, matter.id),
    notesOf(services.db, matter.id),
  ]);
  const base = `/desk/matters/${matter.id}`;
  const zone = zoneOf(c);
  const writes = staff(c).role !== 'viewer';
  const once = sentOnce || uuidv7(services.clock.now(), services.random);
  const newRequest = (
    <Form
      action={`${base}/drafts`}
      hidden={{ once: uuidv7(services.clock.now(), services.random) }}
      label={t('desk.matter.new-request')}
    >
      <Submit text={t('desk.matter.new-request')} />
    </Form>
  );
  return page(
    c,
    { title: matter.title, area: 'staff', wide: true, status: Object.keys(errors).length > 0 ? 422 : 200 },
    <>
      <Heading
        title={matter.title}
        tags={[
          matter.audience === 'public' ? t('desk.matter.public') : t('desk.matter.parties'),
          ...(matter.example ? [t('desk.matter.example')] : []),
        ]}
        crumbs={[{ text: t('ui.nav.desk'), href: '/desk' }]}
        lead={matter.summary === '' ? undefined : matter.summary}
      />
      {matter.audience === 'public' ? (
        <p>
          <a href={`/record/${matter.slug}`}>{t('desk.matter.record')}</a>
        </p>
      ) : null}
      <Links
        label={t('desk.matter.around')}
        links={[
          { text: t('desk.matter.sources'), href: `${base}/sources` },
          { text: t('desk.matter.statements'), href: `${base}/statements` },
          { text: t('desk.matter.figures'), href: `${base}/figures` },
          { text: t('desk.matter.meetings'), href: `${base}/meetings` },
          { text: t('desk.orders.title'), href: `${base}/orders` },
          { text: t('desk.consequences.title'), href: `${base}/consequences` },
        ]}
      />
      <h2 id="requests">{t('desk.matter.requests')}</h2>
      {requests.length > 0 || q !== '' ? (
        <>
          <form class="form form--row" method="get" action={`${base}#requests`} aria-label={t('desk.matter.find')}>
            <Field name="q" type="search" label={t('desk.matter.find')} value={q} width="medium" />
            <Submit text={t('desk.matter.find.do')} />
          </form>
          <Links label={t('desk.download')} links={[{ text: 'CSV', href: `${base}/requests.csv`, download: true }]} />
        </>
      ) : null}
      <Table
        caption={t('desk.matter.requests')}
        quietCaption
        rows={requests}
        empty={
          q === ''
            ? {
                what: t('desk.matter.empty'),
                how: t('desk.matter.empty.how'),
              }
            : { what: t('desk.matter.none', { q }), action: { text: t('desk.show-all'), href: base } }
        }
        sort={{
          by: sort,
          down: dir === 'down',
          href: (by) => {
            const turn = by === sort ? (dir === 'down' ? 'up' : 'down') : 'up';
            return `${base}?${new URLSearchParams({ ...(q ? { q } : {}), sort: by, dir: turn })}#requests`;
          },
        }}
        columns={[
          {
            head: t('desk.matter.col.request'),
            names: true,
            sort: 'title',
            cell: (r) => <a href={`/desk/requests/${r.id}`}>{r.title}</a>,
          },
          { head: t('desk.matter.col.state'), cell: stateOf },
          { head: t('desk.matter.col.items'), numeric: true, cell: (r) => r.items },
          {
            head: t('desk.matter.col.asked'),
            numeric: true,
            sort: 'recipients',
            cell: (r) => num(r.recipients),
          },
          { head: t('desk.matter.col.answered'), numeric: true, cell: answered },
          {
            head: t('desk.matter.col.due'),
            sort: 'due',
            cell: (r) =>
              r.due ? (
                <a href={`/desk/requests/${r.id}?sort=clock`}>
                  <Day on={r.due} />
                </a>
              ) : (
                '–'
              ),
          },
          { head: t('desk.matter.col.served'), sort: 'served', cell: (r) => <Time at={r.served} zone={zone} /> },
        ]}
      />
      {writes ? newRequest : null}
      {drafts.length > 0 && writes ? (
        <>
          <h2>{t('desk.matter.drafts')}</h2>
          <ul class="entries">
            {drafts.map((draft) => (
              <li>
                <a href={draft.serving ? `/desk/drafts/${draft.id}/serving` : `/desk/drafts/${draft.id}/what`}>
                  {draft.body.title ?? t('desk.matter.untitled')}
                </a>
                <div class="entries__when">
                  {draft.serving
                    ? t('desk.matter.serving')
                    : rich('desk.matter.saved', { at: <Time at={draft.updatedAt} zone={zone} /> })}
                </div>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {staff(c).role === 'owner' ? (
        <p class="soft">
          <a href={`${base}/erasures`}>{t('desk.matter.erase')}</a>
        </p>
      ) : null}
      <h2>{t('desk.matter.known')}</h2>
      {notes.length === 0 ? (
        <p>{t('desk.matter.known.none')}</p>
      ) : (
        <ul class="entries">
          {notes.map((note) => (
            <li>
              {note.text}
              <div class="entries__when">
                {rich('desk.matter.note.line', {
                  at: <Time at={note.occurredAt} zone={zone} />,
                  publisher: note.source.publisher,
                  title: note.source.title,
                  date: dateText(note.source.date),
                  a: (words) => <a href={`${base}/published/${note.entry}`}>{words}</a>,
                  more: quiet,
                })}
              </div>
            </li>
          ))}
        </ul>
      )}
      {writes ? <NoteForm matter={matter.id} once={once} values={values} errors={errors} /> : null}
    </>,
  );
}

async function postNote(c: Ctx): Promise<Response> {
  const body = await bodyOf(c);
  const field = (name: string) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const values: Values = {
    text: field('text'),
    happened: field('happened'),
    publisher: field('publisher'),
    sourceTitle: field('sourceTitle'),
    sourceDate: field('sourceDate'),
  };
  const services = c.get('services');
  const id = c.req.param('matter') ?? '';
  const sent = uuid.safeParse(field('once'));
  const once = sent.success ? sent.data : uuidv7(services.clock.now(), services.random);
  try {
    const at = Date.parse(`${values.happened}T12:00:00Z`);
    if (!/^\d{4}-\d{2}-\d{2}$/.test(values.happened) || Number.isNaN(at)) {
      throw new InvalidInput('input-refused', t('desk.matter.note.say-when'), {
        happened: t('desk.matter.note.say-when.field'),
      });
    }
    const source = { publisher: values.publisher, title: values.sourceTitle, date: values.sourceDate };
    // A day has no hour: noon of it, or the present where noon is still to come today.
    const today = values.happened === new Date(services.clock.now()).toISOString().slice(0, 10);
    await noteMatter(
      services,
      id,
      { text: values.text, source },
      once,
      today ? Math.min(at, services.clock.now()) : at,
    );
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const { 'source.publisher': publisher, 'source.title': title, 'source.date': date, ...rest } = error.fields;
    const errors = {
      ...rest,
      ...(publisher ? { publisher } : {}),
      ...(title ? { sourceTitle: title } : {}),
      ...(date ? { sourceDate: date } : {}),
    };
    return view(c, values, errors, once);
  }
  return redirectWith(c, `/desk/matters/${id}`, t('desk.written'));
}

async function postDraft(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const matter = await matterOf(c);
  const body = await bodyOf(c);
  const once = uuid.safeParse(body['once']);
  const id = await createDraft(services, matter.id, EMPTY_DRAFT, once.success ? once.data : undefined);
  return c.redirect(`/desk/drafts/${id}/what`, 303);
}

async function getCsv(c: Ctx): Promise<Response> {
  const matter = await matterOf(c);
  const { db } = c.get('services');
  const head = ['request', 'authority', 'state', 'items', 'asked', 'answered', 'due', 'served'];
  async function* rows(): AsyncGenerator<readonly (readonly Cell[])[]> {
    const lines = await requestLines(db, matter.id, '', { by: 'served', down: false });
    yield lines.map((r) => [
      r.title,
      r.authority,
      stateOf(r),
      r.items,
      r.recipients,
      answered(r),
      r.due,
      r.served.toISOString(),
    ]);
  }
  return csvDownload(fileName(`${matter.slug} requests`, 'csv'), head, rows());
}

const MATTER = '/desk/matters/:matter';
export const deskMatterRoutes: readonly Route[] = [
  { method: 'GET', path: MATTER, access: VIEWER, handler: (c) => view(c) },
  { method: 'POST', path: `${MATTER}/notes`, access: EDITOR, handler: postNote },
  { method: 'POST', path: `${MATTER}/drafts`, access: EDITOR, handler: postDraft },
  { method: 'GET', path: `${MATTER}/requests.csv`, access: VIEWER, handler: getCsv },
];
