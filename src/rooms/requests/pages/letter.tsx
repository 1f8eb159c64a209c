/** Step 4, the letter: subject and text with merge fields, what is wrong with them, and each recipient's letter to look at. The link stands as a placeholder; real links exist only in mails. */
import type { Conflict } from '../../../base/errors.ts';
import { Refusal } from '../../../base/errors.ts';
import type { Ctx } from '../../../base/route.ts';
import { ErrorSummary, type Errors, Field, Submit, TextArea } from '../../../ui/form.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { Working } from '../../../ui/working.tsx';
import type { ServedCell } from '../../clock/entries.ts';
import { dueByPlace } from '../../clock/rules.ts';
import { closingsFor } from '../../clock/view.ts';
import { itemsWords } from '../../clock-parts.tsx';
import { partyById } from '../../directory/view.ts';
import { checkDraft, servedAtIf, valueProblems } from '../check.ts';
import { draftBody, numbered } from '../draft.ts';
import { recipientsPage } from '../draft-recipients.ts';
import type { Draft } from '../drafts.ts';
import { findLetter } from '../find-letter.ts';
import { LETTER_FIELDS, letterProblems } from '../letter.ts';
import { askingOf, letterTo } from '../rules.ts';
import {
  type Composing,
  ConflictNotice,
  composing,
  formOf,
  onward,
  saveStep,
  stepHref,
  stepPage,
  whenServing,
} from './frame.tsx';

/** What a letter starts as; changed freely. */
const FIRST_SUBJECT = '{{title}}: a request of {{issuer}}';
const FIRST_TEXT = `To {{recipient}}

{{issuer}} asks you for the following, under {{authority}}:

{{items}}

Please answer by the end of {{due_date}}. You can answer item by item on this page; it needs no account:

{{link}}

You get a receipt of everything you send. Anyone can verify it, also without us.`;

interface Shown {
  readonly subject: string;
  readonly text: string;
  readonly errors?: Errors;
  readonly conflict?: { readonly draft: Draft; readonly why: Conflict };
}

function Finder({ draft, find }: { draft: string; find: string }) {
  return (
    <form
      class="form form--row"
      method="get"
      action={`${stepHref(draft, 'letter')}#preview`}
      aria-label="Find a letter"
    >
      <Field name="find" type="search" label="Name, or line of your file" value={find} width="medium" />
      <Submit text="Show this letter" />
    </form>
  );
}

type Found = Awaited<ReturnType<typeof findLetter>>;

/** Letters that fit what was looked for, where it is not clear which was meant. */
function Offered({ found, find, href }: { found: Found; find: string; href: (n: number) => string }) {
  if (found.total === 0) {
    return (
      <p role="status">
        No recipient stands in line “{find}” or has it in its name. <a href={href(1)}>Show the first letter</a>
      </p>
    );
  }
  const more = found.total - found.some.length;
  return (
    <>
      <p role="status">
        {found.total.toLocaleString('en-US')} recipients have “{find}” in their names.
      </p>
      <ul>
        {found.some.map(({ n, line, name, state }) => (
          <li>
            <a href={href(n)}>{name}</a>
            {state === null ? '' : `, ${state}`}, line {line.toLocaleString('en-US')}
          </li>
        ))}
        {more > 0 ? <li>… and {more.toLocaleString('en-US')} more: write more of the name.</li> : null}
      </ul>
    </>
  );
}

/** One recipient's letter, by its place in the list, its line or its name. */
async function Preview({ c, at }: { c: Ctx; at: Composing }) {
  const { services, draft } = at;
  const { body } = draft;
  if (!body.letter) return <p>Save the letter to see it as each recipient gets it.</p>;
  const find = (c.req.query('find') ?? '').trim().slice(0, 200);
  const found = find === '' ? null : await findLetter(services.db, draft.id, find);
  const wanted = found?.one?.n ?? Number(c.req.query('n'));
  const n = Number.isSafeInteger(wanted) && wanted >= 1 && wanted <= 1_000_000 ? wanted : 1;
  const { rows, total } = await recipientsPage(services.db, draft.id, '', n, 1);
  const [to] = rows;
  if (!to) {
    return (
      <p>
        There is nobody to write to yet. <a href={stepHref(draft.id, 'whom')}>Choose the recipients</a> to see their
        letters.
      </p>
    );
  }
  const href = (at: number) => `${stepHref(draft.id, 'letter')}?n=${at}#preview`;
  let shown: { subject: string; text: string } | null = null;
  let problem = '';
  let workings: readonly ServedCell[] = [];
  try {
    if (!body.due) problem = 'The due date is missing; it is set in the step before.';
    else {
      const items = numbered(body);
      const closings = await closingsFor(services.db, at.matter.issuer);
      const asking = askingOf(at.matter.issuer, { due: body.due, items }, closings);
      const { due, cells } = dueByPlace(asking, servedAtIf(services, body, services.clock.now()))(to);
      workings = cells ?? [{ items: null, ...due }];
      const issuer = await partyById(services.db, at.matter.issuer);
      shown = letterTo(
        {
          issuerName: issuer?.name ?? '',
          draft: { letter: body.letter, title: body.title ?? '', authority: body.authority ?? '', items },
        },
        to,
        { on: due.on, cells },
      );
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problem = error.advice.what;
  }
  const finder = <Finder draft={draft.id} find={find} />;
  if (found && !found.one) {
    return (
      <>
        {finder}
        <Offered found={found} find={find} href={href} />
      </>
    );
  }
  return (
    <>
      {total > 1 ? finder : null}
      <nav class="pages" aria-label="Letters">
        <p class="pages__range">
          Letter {n.toLocaleString('en-US')} of {total.toLocaleString('en-US')}: {to.name}, line{' '}
          {to.line.toLocaleString('en-US')}
          {to.email ? '' : ', which has no address and gets no mail'}
        </p>
        <ul class="pages__list">
          {n > 1 ? (
            <li>
              <a href={href(n - 1)} rel="prev">
                Previous letter
              </a>
            </li>
          ) : null}
          {n < total ? (
            <li>
              <a href={href(n + 1)} rel="next">
                Next letter
              </a>
            </li>
          ) : null}
        </ul>
      </nav>
      {shown ? (
        <>
          <p>
            <strong>Subject:</strong> {shown.subject}
          </p>
          <div class="letter">{shown.text}</div>
          {workings.map(({ items, working }) => (
            <Working
              steps={working}
              summary={`${items === null ? '' : `${itemsWords(items)}: `}how the due date of this recipient is counted, if served now`}
            />
          ))}
        </>
      ) : (
        <Notice tone="bad" title="This letter cannot be written yet">
          <p>{problem}</p>
        </Notice>
      )}
    </>
  );
}

async function Wrong({ at }: { at: Composing }) {
  const { letter, columns } = at.draft.body;
  if (!letter) return null;
  const missing = await valueProblems(at.services.db, at.draft.id, at.draft.body);
  const known = letterProblems(letter, columns);
  // A field that is unknown as a whole is said once, not once a recipient.
  const lines = known.length > 0 ? [] : missing.named;
  const all = [...known, ...lines.slice(0, 20)];
  if (all.length === 0) return null;
  const more = lines.length > 0 ? missing.total - Math.min(20, lines.length) : 0;
  return (
    <Notice tone="bad" title="The letter as it is saved cannot leave yet">
      <ul>
        {all.map((what) => (
          <li>{what}</li>
        ))}
        {more > 0 ? <li>… and {more.toLocaleString('en-US')} more.</li> : null}
      </ul>
    </Notice>
  );
}

async function view(c: Ctx, at: Composing, shown: Shown) {
  const { draft } = at;
  const errors = shown.errors ?? {};
  if (draft.body.conduct === 'recorded') {
    return stepPage(
      c,
      at,
      { step: 'letter' },
      <>
        <p>This request was served elsewhere and is written down from a source, so no letter leaves from here.</p>
        <p class="submit">
          <a class="usa-button" href={stepHref(draft.id, 'check')}>
            Go on to check
          </a>
          <a href={stepHref(draft.id, 'when')}>Back to when</a>
        </p>
      </>,
    );
  }
  const columns = draft.body.columns;
  return stepPage(
    c,
    at,
    { step: 'letter', status: shown.conflict ? 409 : shown.errors ? 422 : 200 },
    <>
      {shown.errors || shown.conflict ? null : await Wrong({ at })}
      <form class="form" method="post" action={stepHref(draft.id, 'letter')} novalidate>
        <ErrorSummary errors={errors} what="Nothing was saved yet, and what you entered is still here." />
        {shown.conflict ? (
          <ConflictNotice why={shown.conflict.why}>
            <details>
              <summary>The letter that is saved</summary>
              <p>{shown.conflict.draft.body.letter?.subject ?? 'no subject'}</p>
              <div class="letter">{shown.conflict.draft.body.letter?.text ?? 'no text'}</div>
            </details>
          </ConflictNotice>
        ) : null}
        <input type="hidden" name="version" value={String(shown.conflict?.draft.version ?? draft.version)} />
        <Field name="subject" label="Subject" required value={shown.subject} errors={errors} maxlength={200} />
        <TextArea
          name="text"
          label="Text"
          hint="Words in double braces are filled in for each recipient. {{link}} must be there: it is how they answer."
          required
          value={shown.text}
          errors={errors}
          rows={18}
          maxlength={20_000}
        />
        <details class="working" open>
          <summary>Words that are filled in</summary>
          <dl class="facts">
            {Object.entries(LETTER_FIELDS).map(([field, meaning]) => (
              <div>
                <dt>{`{{${field}}}`}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
            {columns.map((column) => (
              <div>
                <dt>{`{{${column}}}`}</dt>
                <dd>column {column} of your file</dd>
              </div>
            ))}
          </dl>
        </details>
        <Submit
          text="Save and go on to check"
          name="do"
          value="next"
          second={{ text: 'Save and show the letters', name: 'do', value: 'save' }}
          cancel={{ text: 'Back to when', href: stepHref(draft.id, 'when') }}
        />
      </form>
      <section id="preview" aria-labelledby="preview-title">
        <h2 id="preview-title">As each recipient gets it</h2>
        {await Preview({ c, at })}
      </section>
    </>,
  );
}

export async function getLetter(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const { letter } = at.draft.body;
  const shown = { subject: letter?.subject ?? FIRST_SUBJECT, text: letter?.text ?? FIRST_TEXT };
  return whenServing(c, at) ?? (await view(c, at, shown));
}

const letterSchema = draftBody.shape.letter.unwrap();

export async function postLetter(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const shown = { subject: form('subject'), text: form('text') };
  const parsed = letterSchema.safeParse(shown);
  if (!parsed.success || parsed.data.text === '') {
    const errors: Record<string, string> = {};
    for (const issue of parsed.success ? [] : parsed.error.issues) {
      errors[String(issue.path[0])] ??= `The ${String(issue.path[0])} ${issue.message}.`;
    }
    if (parsed.success) errors['text'] = 'The text is missing.';
    return view(c, at, { ...shown, errors });
  }
  const body = { ...at.draft.body, letter: parsed.data };
  const saved = await saveStep(at.services, at.draft, form, body);
  if ('conflict' in saved) return view(c, at, { ...shown, conflict: { draft: saved.conflict, why: saved.why } });
  if (form('do') !== 'next') return onward(c, at.draft.id, 'letter', false);
  const { problems } = await checkDraft(at.services, saved.draft, at.services.clock.now());
  return onward(c, at.draft.id, 'letter', !problems.some((problem) => problem.step === 'letter'));
}
