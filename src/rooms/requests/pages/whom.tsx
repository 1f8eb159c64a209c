/** Step 2, whom: the recipients, every row of their file that cannot be used named by its line, and single recipients by form. The file itself is taken in file.tsx. */

import { InvalidInput } from '../../../base/errors.ts';
import { num, t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import { redirectWith } from '../../../ui/context.ts';
import { ErrorSummary, type Errors, Field, FileField, Form, Select, Submit } from '../../../ui/form.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { quiet } from '../../../ui/quiet.tsx';
import { rich } from '../../../ui/rich.tsx';
import { Links, Pages, Table } from '../../../ui/table.tsx';
import { partyKind } from '../../../ui/words.ts';
import { PARTY_KINDS } from '../../directory/entries.ts';
import {
  addRecipient,
  countRecipients,
  type DraftRecipient,
  leaveOutProblems,
  type OneRecipient,
  problemsOf,
  type RecipientCounts,
  recipientsPage,
  removeRecipient,
} from '../draft-recipients.ts';
import { isOpen } from '../drafts.ts';
import { readingOf } from '../reading.ts';
import { MAX_ROWS } from '../recipients.ts';
import { type Composing, composing, errorsOf, formOf, readingHref, stepHref, stepPage, whenServing } from './frame.tsx';

const PAGE_SIZE = 50;
const PROBLEMS_SHOWN = 50;

interface Shown {
  readonly errors?: Errors;
  readonly one?: OneRecipient;
}

const pageOf = (c: Ctx): number => {
  const n = Number(c.req.query('page'));
  return Number.isSafeInteger(n) && n >= 1 && n <= 100_000 ? n : 1;
};

async function Problems({ at, counts }: { at: Composing; counts: RecipientCounts }) {
  if (counts.problems === 0) return null;
  const base = stepHref(at.draft.id, 'whom');
  const some = await problemsOf(at.services.db, at.draft.id, PROBLEMS_SHOWN);
  return (
    <Notice tone="bad" title={t('requests.whom.problems', { n: counts.problems })}>
      <p>{t('requests.whom.problems.what')}</p>
      <ul>
        {some.map((problem) => (
          <li>{t('requests.whom.line', problem)}</li>
        ))}
        {counts.problems > some.length ? (
          <li>{t('requests.whom.problems.more', { n: counts.problems - some.length })}</li>
        ) : null}
      </ul>
      <Links
        label={t('requests.download')}
        links={[{ text: t('requests.whom.problems.csv'), href: `${base}/problems.csv`, download: true }]}
      />
      <form method="post" action={`${base}/leave-out`}>
        <button class="usa-button usa-button--outline" type="submit">
          {t('requests.whom.leave-out', { n: counts.problems })}
        </button>
      </form>
    </Notice>
  );
}

function RecipientTable({ at, rows, search }: { at: Composing; rows: readonly DraftRecipient[]; search: string }) {
  const base = stepHref(at.draft.id, 'whom');
  const columns = at.draft.body.columns.slice(0, 6);
  return (
    <Table
      caption={t('requests.recipients')}
      quietCaption
      rows={rows}
      empty={
        search === ''
          ? { what: t('requests.whom.none'), how: t('requests.whom.none.how') }
          : { what: t('requests.whom.no-fit', { search }), action: { text: t('requests.show-all'), href: base } }
      }
      columns={[
        { head: t('requests.whom.name'), names: true, cell: (row) => row.name },
        { head: t('requests.whom.row'), numeric: true, cell: (row) => num(row.line) },
        { head: t('requests.whom.kind'), cell: (row) => partyKind(row.kind) },
        { head: t('requests.state'), cell: (row) => row.state ?? '–' },
        { head: t('requests.whom.mail'), cell: (row) => row.email ?? t('requests.no-address') },
        {
          head: t('requests.whom.directory'),
          cell: (row) => t(row.party ? 'requests.whom.known' : 'requests.whom.new'),
        },
        ...columns.map((column) => ({ head: column, cell: (row: DraftRecipient) => row.merge[column] ?? '–' })),
        {
          head: t('requests.change'),
          cell: (row) => (
            <form method="post" action={`${base}/remove`}>
              <input type="hidden" name="line" value={String(row.line)} />
              <button class="linklike" type="submit">
                {rich('requests.whom.remove', {
                  name: row.name,
                  more: quiet,
                })}
              </button>
            </form>
          ),
        },
      ]}
    />
  );
}

function OneForm({ at, shown }: { at: Composing; shown: Shown }) {
  const errors = shown.errors ?? {};
  const one = shown.one;
  const value = (pick: (o: OneRecipient) => string) => (one ? pick(one) : '');
  return (
    <details class="working" open={one !== undefined || undefined}>
      <summary>{t('requests.whom.add')}</summary>
      <Form action={`${stepHref(at.draft.id, 'whom')}/one`} label={t('requests.whom.add')}>
        <Field
          name="name"
          label={t('requests.whom.name')}
          required
          value={value((o) => o.name)}
          errors={errors}
          maxlength={200}
        />
        <Select
          name="kind"
          label={t('requests.whom.kind')}
          required
          value={value((o) => o.kind) || 'place'}
          errors={errors}
          choices={PARTY_KINDS.map((kind) => ({
            value: kind,
            label: kind === 'place' ? t('requests.whom.place') : partyKind(kind),
          }))}
        />
        <Field
          name="state"
          label={t('requests.state')}
          hint={t('requests.whom.state.hint')}
          value={value((o) => o.state)}
          errors={errors}
          width="medium"
        />
        <Field
          name="ocd_id"
          label={t('requests.whom.id')}
          hint={t('requests.whom.id.hint')}
          value={value((o) => o.ocdId)}
          errors={errors}
        />
        <Field
          name="time_zone"
          label={t('requests.zone')}
          hint={t('requests.whom.zone.hint')}
          value={value((o) => o.zone)}
          errors={errors}
          width="medium"
        />
        <Field
          name="email"
          type="email"
          label={t('requests.whom.mail')}
          value={value((o) => o.email)}
          errors={errors}
        />
        {at.draft.body.columns.slice(0, 40).map((column) => (
          <Field name={`m-${column}`} label={`{{${column}}}`} value={one?.merge[column] ?? ''} errors={errors} />
        ))}
        <Submit text={t('requests.whom.add.do')} />
      </Form>
    </details>
  );
}

async function view(c: Ctx, at: Composing, shown: Shown = {}) {
  const { db } = at.services;
  const { draft } = at;
  const search = (c.req.query('q') ?? '').trim().slice(0, 200);
  const pageNo = pageOf(c);
  const base = stepHref(draft.id, 'whom');
  const [counts, { rows, total }] = await Promise.all([
    countRecipients(db, draft.id),
    recipientsPage(db, draft.id, search, pageNo, PAGE_SIZE),
  ]);
  const query = search === '' ? '' : `&q=${encodeURIComponent(search)}`;
  const first = (pageNo - 1) * PAGE_SIZE + 1;
  const fileErrors = shown.errors && !shown.one ? shown.errors : {};
  return stepPage(
    c,
    at,
    {
      step: 'whom',
      wide: true,
      status: shown.errors && c.req.method === 'POST' ? 422 : 200,
      lead:
        counts.total === 0
          ? t('requests.whom.lead')
          : t('requests.whom.counts', {
              n: counts.total,
              mail: counts.withMail,
              without: counts.total - counts.withMail,
            }),
    },
    <>
      {await Problems({ at, counts })}
      {draft.body.follows ? (
        <p>{t('requests.whom.subpoena')}</p>
      ) : (
        <Form action={`${base}/file`} multipart label={t('requests.whom.file')}>
          <ErrorSummary errors={fileErrors} what={t('requests.csv.lost')} />
          <FileField
            name="file"
            label={t(counts.total === 0 ? 'requests.whom.file.first' : 'requests.whom.file.another')}
            required
            hint={rich('requests.whom.file.hint', {
              most: MAX_ROWS,
              a: (words) => (
                <a href="/desk/recipients-sample.csv" download>
                  {words}
                </a>
              ),
            })}
            errors={fileErrors}
            accept=".csv,.tsv,.txt,text/csv,text/plain"
          />
          <Submit text={t('requests.whom.file.do')} />
        </Form>
      )}
      {draft.body.follows ? null : <OneForm at={at} shown={shown} />}
      <h2 id="recipients">{t('requests.recipients')}</h2>
      {counts.total > 0 ? (
        <>
          <form class="form form--row" method="get" action={`${base}#recipients`} aria-label={t('requests.find')}>
            <Field name="q" type="search" label={t('requests.whom.find')} value={search} width="medium" />
            <Submit text={t('requests.find')} />
          </form>
          <Links
            label={t('requests.download')}
            links={[{ text: t('requests.whom.csv'), href: `${base}/recipients.csv`, download: true }]}
          />
        </>
      ) : null}
      <RecipientTable at={at} rows={rows} search={search} />
      {total > 0 ? (
        <Pages
          page={pageNo}
          pages={Math.ceil(total / PAGE_SIZE)}
          href={(n) => `${base}?page=${n}${query}#recipients`}
          range={t('requests.whom.range', { from: first, to: Math.min(total, first + PAGE_SIZE - 1), n: total })}
        />
      ) : null}
      {at.matter.audience === 'public' ? <p class="soft">{t('requests.whom.public')}</p> : null}
      <p class="submit">
        <a class="usa-button" href={stepHref(draft.id, 'when')}>
          {t('requests.whom.go-on')}
        </a>
        <a href={stepHref(draft.id, 'what')}>{t('requests.whom.back')}</a>
      </p>
    </>,
  );
}

/** The step as it stands, with what a file was refused for. */
export const whomRefused = (c: Ctx, at: Composing, words: string) => view(c, at, { errors: { file: words } });

export async function getWhom(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const serving = whenServing(c, at);
  if (serving) return serving;
  const reading = await readingOf(at.services.db, at.draft.id);
  if (reading && isOpen(reading)) return c.redirect(readingHref(at.draft.id), 303);
  return await view(c, at, reading?.refused ? { errors: { file: reading.refused } } : {});
}

export async function postOne(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const one: OneRecipient = {
    name: form('name'),
    kind: form('kind'),
    state: form('state'),
    ocdId: form('ocd_id'),
    zone: form('time_zone'),
    email: form('email'),
    merge: Object.fromEntries(at.draft.body.columns.map((column) => [column, form(`m-${column}`)])),
  };
  try {
    await addRecipient(at.services, at.draft.id, one);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return view(c, at, { errors: errorsOf(error), one });
  }
  return redirectWith(c, stepHref(at.draft.id, 'whom'), t('requests.whom.added', { name: one.name.trim() }));
}

export async function postRemove(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const line = Number(form('line'));
  if (Number.isSafeInteger(line)) await removeRecipient(at.services, at.draft.id, line);
  return redirectWith(c, stepHref(at.draft.id, 'whom'), t('requests.whom.removed'));
}

export async function postLeaveOut(c: Ctx): Promise<Response> {
  const at = await composing(c);
  await leaveOutProblems(at.services, at.draft.id);
  return redirectWith(c, stepHref(at.draft.id, 'whom'), t('requests.whom.left-out'));
}
