/** Step 2, whom: the recipients, every row of their file that cannot be used named by its line, and single recipients by form. The file itself is taken in file.tsx. */
import { InvalidInput } from '../../../base/errors.ts';
import type { Ctx } from '../../../base/route.ts';
import { redirectWith } from '../../../ui/context.ts';
import { ErrorSummary, type Errors, Field, FileField, Form, Select, Submit } from '../../../ui/form.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { Links, Pages, Table } from '../../../ui/table.tsx';
import { count } from '../../../ui/words.ts';
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
    <Notice tone="bad" title={`${count(counts.problems, 'row')} of the file cannot be used`}>
      <p>
        The other rows are listed below. Mend these in your sheet and choose the file again, or leave them out. Nobody
        is served before that.
      </p>
      <ul>
        {some.map((problem) => (
          <li>
            Line {problem.line.toLocaleString('en-US')}: {problem.what}
          </li>
        ))}
        {counts.problems > some.length ? (
          <li>… and {(counts.problems - some.length).toLocaleString('en-US')} more, all in the download.</li>
        ) : null}
      </ul>
      <Links label="Download" links={[{ text: 'All of them as CSV', href: `${base}/problems.csv`, download: true }]} />
      <form method="post" action={`${base}/leave-out`}>
        <button class="usa-button usa-button--outline" type="submit">
          Leave {counts.problems === 1 ? 'this row' : 'these rows'} out
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
      caption="Recipients"
      quietCaption
      rows={rows}
      empty={
        search === ''
          ? { what: 'No recipients yet', how: 'They come from a file, or one by one through the form below.' }
          : { what: `No recipient holds “${search}”`, action: { text: 'Show all', href: base } }
      }
      columns={[
        { head: 'Name', names: true, cell: (row) => row.name },
        { head: 'Line', numeric: true, cell: (row) => row.line.toLocaleString('en-US') },
        { head: 'Kind', cell: (row) => row.kind },
        { head: 'State', cell: (row) => row.state ?? '–' },
        { head: 'E-mail', cell: (row) => row.email ?? 'no address' },
        { head: 'Directory', cell: (row) => (row.party ? 'known' : 'new') },
        ...columns.map((column) => ({ head: column, cell: (row: DraftRecipient) => row.merge[column] ?? '–' })),
        {
          head: 'Change',
          cell: (row) => (
            <form method="post" action={`${base}/remove`}>
              <input type="hidden" name="line" value={String(row.line)} />
              <button class="linklike" type="submit">
                Remove<span class="usa-sr-only"> {row.name}</span>
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
      <summary>Add one recipient</summary>
      <Form action={`${stepHref(at.draft.id, 'whom')}/one`} label="Add one recipient">
        <Field name="name" label="Name" required value={value((o) => o.name)} errors={errors} maxlength={200} />
        <Select
          name="kind"
          label="Kind"
          required
          value={value((o) => o.kind) || 'place'}
          errors={errors}
          choices={PARTY_KINDS.map((kind) => ({
            value: kind,
            label: kind === 'place' ? 'city, town or village' : kind,
          }))}
        />
        <Field
          name="state"
          label="State"
          hint="Needed where there may be another of that name."
          value={value((o) => o.state)}
          errors={errors}
          width="medium"
        />
        <Field
          name="ocd_id"
          label="OCD division id"
          hint="For example ocd-division/country:us/state:ca/place:watsonville"
          value={value((o) => o.ocdId)}
          errors={errors}
        />
        <Field
          name="time_zone"
          label="Time zone"
          hint="Needed only where the due date counts by the recipient’s days and its state has more than one, for example America/Chicago."
          value={value((o) => o.zone)}
          errors={errors}
          width="medium"
        />
        <Field name="email" type="email" label="E-mail" value={value((o) => o.email)} errors={errors} />
        {at.draft.body.columns.slice(0, 40).map((column) => (
          <Field name={`m-${column}`} label={`{{${column}}}`} value={one?.merge[column] ?? ''} errors={errors} />
        ))}
        <Submit text="Add this recipient" />
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
          ? 'Bring a list of recipients as a CSV file, or enter them one by one.'
          : `${count(counts.total, 'recipient')}, ${counts.withMail.toLocaleString('en-US')} with an e-mail address, ${(counts.total - counts.withMail).toLocaleString('en-US')} without.`,
    },
    <>
      {await Problems({ at, counts })}
      {draft.body.follows ? (
        <p>
          A subpoena goes to those who left something open in the request that it follows, and to nobody else. You can
          remove some of them below.
        </p>
      ) : (
        <Form action={`${base}/file`} multipart label="Recipients from a file">
          <ErrorSummary errors={fileErrors} what="Nothing was changed: the recipients you had are still there." />
          <FileField
            name="file"
            label={counts.total === 0 ? 'CSV file' : 'Another CSV file, in place of these recipients'}
            required
            hint={
              <>
                Columns name and kind; state, ocd_id, time_zone and email where you have them. Every further column can
                be used in the letter. Up to {MAX_ROWS.toLocaleString('en-US')} rows, 64 MiB, UTF-8 or “Unicode Text”.{' '}
                <a href="/desk/recipients-sample.csv" download>
                  Sample file
                </a>
              </>
            }
            errors={fileErrors}
            accept=".csv,.tsv,.txt,text/csv,text/plain"
          />
          <Submit text="Read this file" />
        </Form>
      )}
      {draft.body.follows ? null : <OneForm at={at} shown={shown} />}
      <h2 id="recipients">Recipients</h2>
      {counts.total > 0 ? (
        <>
          <form class="form form--row" method="get" action={`${base}#recipients`} aria-label="Find">
            <Field name="q" type="search" label="Find a recipient" value={search} width="medium" />
            <Submit text="Find" />
          </form>
          <Links
            label="Download"
            links={[{ text: 'All recipients as CSV', href: `${base}/recipients.csv`, download: true }]}
          />
        </>
      ) : null}
      <RecipientTable at={at} rows={rows} search={search} />
      {total > 0 ? (
        <Pages
          page={pageNo}
          pages={Math.ceil(total / PAGE_SIZE)}
          href={(n) => `${base}?page=${n}${query}#recipients`}
          range={`${first.toLocaleString('en-US')}–${Math.min(total, first + PAGE_SIZE - 1).toLocaleString('en-US')} of ${count(total, 'recipient')}`}
        />
      ) : null}
      {at.matter.audience === 'public' ? (
        <p class="soft">
          This matter is public: names, kinds and states of recipients, and the values of further columns that the
          letter uses, become part of the public record once served. E-mail addresses never do.
        </p>
      ) : null}
      <p class="submit">
        <a class="usa-button" href={stepHref(draft.id, 'when')}>
          Go on to when
        </a>
        <a href={stepHref(draft.id, 'what')}>Back to what</a>
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
  return redirectWith(c, stepHref(at.draft.id, 'whom'), `${one.name.trim()} is added.`);
}

export async function postRemove(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const line = Number(form('line'));
  if (Number.isSafeInteger(line)) await removeRecipient(at.services, at.draft.id, line);
  return redirectWith(c, stepHref(at.draft.id, 'whom'), 'The recipient is removed.');
}

export async function postLeaveOut(c: Ctx): Promise<Response> {
  const at = await composing(c);
  await leaveOutProblems(at.services, at.draft.id);
  return redirectWith(c, stepHref(at.draft.id, 'whom'), 'The rows that could not be used are left out.');
}
