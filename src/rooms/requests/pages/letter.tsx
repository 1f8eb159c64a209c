/** Step 4, the letter: subject and text with merge fields, what is wrong with them, and each recipient's letter to look at. The link stands as a placeholder; real links exist only in mails. */
import type { Child } from 'hono/jsx';
import type { Conflict } from '../../../base/errors.ts';
import { Refusal } from '../../../base/errors.ts';
import { t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import { ErrorSummary, type Errors, Field, Submit, TextArea } from '../../../ui/form.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { rich } from '../../../ui/rich.tsx';
import { Working } from '../../../ui/working.tsx';
import type { ServedCell } from '../../clock/entries.ts';
import { dueByPlace, workingSaid } from '../../clock/rules.ts';
import { closingsFor } from '../../clock/view.ts';
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
import { itemsOf } from './if-served.tsx';

/** What a letter starts as; changed freely. */
const firstLetter = () => ({
  subject: t('requests.letter.first.subject'),
  text: t('requests.letter.first.text'),
});

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
      aria-label={t('requests.letter.find')}
    >
      <Field name="find" type="search" label={t('requests.letter.find.label')} value={find} width="medium" />
      <Submit text={t('requests.letter.find.do')} />
    </form>
  );
}

type Found = Awaited<ReturnType<typeof findLetter>>;

/** Letters that fit what was looked for, where it is not clear which was meant. */
function Offered({ found, find, href }: { found: Found; find: string; href: (n: number) => string }) {
  if (found.total === 0) {
    return (
      <p role="status">{rich('requests.letter.found.none', { find, a: (words) => <a href={href(1)}>{words}</a> })}</p>
    );
  }
  const more = found.total - found.some.length;
  return (
    <>
      <p role="status">{t('requests.letter.found.many', { n: found.total, find })}</p>
      <ul>
        {found.some.map(({ n, state, ...one }) => {
          const a = (words: Child) => <a href={href(n)}>{words}</a>;
          return (
            <li>
              {state === null
                ? rich('requests.letter.found.one', { ...one, a })
                : rich('requests.letter.found.state', { ...one, state, a })}
            </li>
          );
        })}
        {more > 0 ? <li>{t('requests.letter.found.more', { n: more })}</li> : null}
      </ul>
    </>
  );
}

/** One recipient's letter, by its place in the list, its line or its name. */
async function Preview({ c, at }: { c: Ctx; at: Composing }) {
  const { services, draft } = at;
  const { body } = draft;
  if (!body.letter) return <p>{t('requests.letter.save-first')}</p>;
  const find = (c.req.query('find') ?? '').trim().slice(0, 200);
  const found = find === '' ? null : await findLetter(services.db, draft.id, find);
  const wanted = found?.one?.n ?? Number(c.req.query('n'));
  const n = Number.isSafeInteger(wanted) && wanted >= 1 && wanted <= 1_000_000 ? wanted : 1;
  const { rows, total } = await recipientsPage(services.db, draft.id, '', n, 1);
  const [to] = rows;
  if (!to) {
    return <p>{rich('requests.letter.nobody', { a: (words) => <a href={stepHref(draft.id, 'whom')}>{words}</a> })}</p>;
  }
  const href = (at: number) => `${stepHref(draft.id, 'letter')}?n=${at}#preview`;
  let shown: { subject: string; text: string } | null = null;
  let problem = '';
  let workings: readonly ServedCell[] = [];
  try {
    if (!body.due) problem = t('requests.letter.no-due');
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
      <nav class="pages" aria-label={t('requests.letters')}>
        <p class="pages__range">
          {t('requests.letter.which', { n, total, name: to.name, line: to.line, mail: to.email ? 'yes' : 'no' })}
        </p>
        <ul class="pages__list">
          {n > 1 ? (
            <li>
              <a href={href(n - 1)} rel="prev">
                {t('requests.letter.previous')}
              </a>
            </li>
          ) : null}
          {n < total ? (
            <li>
              <a href={href(n + 1)} rel="next">
                {t('requests.letter.next')}
              </a>
            </li>
          ) : null}
        </ul>
      </nav>
      {shown ? (
        <>
          <p>
            {rich('requests.letter.subject-is', { b: (words) => <strong>{words}</strong>, subject: shown.subject })}
          </p>
          <div class="letter">{shown.text}</div>
          {workings.map(({ items, working }) => (
            <Working
              steps={workingSaid(working)}
              summary={
                items === null ? t('requests.letter.working') : t('requests.letter.working.items', itemsOf(items))
              }
            />
          ))}
        </>
      ) : (
        <Notice tone="bad" title={t('requests.letter.cannot')}>
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
    <Notice tone="bad" title={t('requests.letter.wrong')}>
      <ul>
        {all.map((what) => (
          <li>{what}</li>
        ))}
        {more > 0 ? <li>{t('requests.more', { n: more })}</li> : null}
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
        <p>{t('requests.letter.recorded')}</p>
        <p class="submit">
          <a class="usa-button" href={stepHref(draft.id, 'check')}>
            {t('requests.letter.go-on')}
          </a>
          <a href={stepHref(draft.id, 'when')}>{t('requests.letter.back')}</a>
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
        <ErrorSummary errors={errors} what={t('requests.not-saved')} />
        {shown.conflict ? (
          <ConflictNotice why={shown.conflict.why}>
            <details>
              <summary>{t('requests.letter.saved-one')}</summary>
              <p>{shown.conflict.draft.body.letter?.subject ?? t('requests.letter.no-subject')}</p>
              <div class="letter">{shown.conflict.draft.body.letter?.text ?? t('requests.letter.no-text')}</div>
            </details>
          </ConflictNotice>
        ) : null}
        <input type="hidden" name="version" value={String(shown.conflict?.draft.version ?? draft.version)} />
        <Field
          name="subject"
          label={t('requests.letter.subject')}
          required
          value={shown.subject}
          errors={errors}
          maxlength={200}
        />
        <TextArea
          name="text"
          label={t('requests.letter.text')}
          hint={t('requests.letter.text.hint')}
          required
          value={shown.text}
          errors={errors}
          rows={18}
          maxlength={20_000}
        />
        <details class="working" open>
          <summary>{t('requests.letter.fields')}</summary>
          <dl class="facts">
            {Object.entries(LETTER_FIELDS).map(([field, meaning]) => (
              <div>
                <dt>{`{{${field}}}`}</dt>
                <dd>{t(meaning)}</dd>
              </div>
            ))}
            {columns.map((column) => (
              <div>
                <dt>{`{{${column}}}`}</dt>
                <dd>{t('requests.letter.column', { column })}</dd>
              </div>
            ))}
          </dl>
        </details>
        <Submit
          text={t('requests.letter.save-on')}
          name="do"
          value="next"
          second={{ text: t('requests.letter.save'), name: 'do', value: 'save' }}
          cancel={{ text: t('requests.letter.back'), href: stepHref(draft.id, 'when') }}
        />
      </form>
      <section id="preview" aria-labelledby="preview-title">
        <h2 id="preview-title">{t('requests.letter.preview')}</h2>
        {await Preview({ c, at })}
      </section>
    </>,
  );
}

export async function getLetter(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const { letter } = at.draft.body;
  const shown = letter ?? firstLetter();
  return whenServing(c, at) ?? (await view(c, at, shown));
}

const PROBLEM = { subject: 'requests.letter.problem.subject', text: 'requests.letter.problem.text' } as const;

const letterSchema = draftBody.shape.letter.unwrap();

export async function postLetter(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const shown = { subject: form('subject'), text: form('text') };
  const parsed = letterSchema.safeParse(shown);
  if (!parsed.success || parsed.data.text === '') {
    const errors: Record<string, string> = {};
    for (const issue of parsed.success ? [] : parsed.error.issues) {
      const name = issue.path[0] === 'subject' ? 'subject' : 'text';
      errors[name] ??= t(PROBLEM[name], { problem: issue.message });
    }
    if (parsed.success) errors['text'] = t('requests.letter.text-missing');
    return view(c, at, { ...shown, errors });
  }
  const body = { ...at.draft.body, letter: parsed.data };
  const saved = await saveStep(at.services, at.draft, form, body);
  if ('conflict' in saved) return view(c, at, { ...shown, conflict: { draft: saved.conflict, why: saved.why } });
  if (form('do') !== 'next') return onward(c, at.draft.id, 'letter', false);
  const { problems } = await checkDraft(at.services, saved.draft, at.services.clock.now());
  return onward(c, at.draft.id, 'letter', !problems.some((problem) => problem.step === 'letter'));
}
