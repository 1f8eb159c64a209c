/** Step 3, when: a fixed date or a number of days, with its working for "if served now"; for recorded requests also when and by which source. */
import { Temporal } from 'temporal-polyfill';
import type { Conflict } from '../../../base/errors.ts';
import { Refusal } from '../../../base/errors.ts';
import type { Ctx } from '../../../base/route.ts';
import { ErrorSummary, type Errors, Field, Submit } from '../../../ui/form.tsx';
import { localInput } from '../../../ui/time.tsx';
import { Working } from '../../../ui/working.tsx';
import { byIssuer, byRecipient, dueOf, presetById } from '../../clock/rules.ts';
import { source } from '../../matters/entries.ts';
import { servedAtIf } from '../check.ts';
import type { DraftBody } from '../draft.ts';
import type { Draft } from '../drafts.ts';
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
import { Presets, RULE_NAMES, RuleForm, readRule, ruleFields } from './when-rule.tsx';

const NAMES = [...RULE_NAMES, 'servedAt', 'publisher', 'sourceTitle', 'sourceDate'];
type Fields = Readonly<Record<string, string>>;

interface Shown {
  readonly fields: Fields;
  readonly errors?: Errors;
  readonly conflict?: { readonly draft: Draft; readonly why: Conflict };
}

function fieldsOf(body: DraftBody): Fields {
  const { due, recorded } = body;
  const rule = ruleFields(due);
  const at = recorded ? new Date(recorded.servedAt) : null;
  return {
    ...rule,
    servedAt: at && !Number.isNaN(at.getTime()) ? localInput(at, rule['zone'] ?? 'UTC') : '',
    publisher: recorded?.source.publisher ?? '',
    sourceTitle: recorded?.source.title ?? '',
    sourceDate: recorded?.source.date ?? '',
  };
}

/** The due date if it were served now, as a lawyer would check it. */
function IfServedNow({ at }: { at: Composing }) {
  const { due, conduct } = at.draft.body;
  if (!due) return null;
  const servedAt = servedAtIf(at.services, at.draft.body, at.services.clock.now());
  try {
    const worked = dueOf(byIssuer(due), servedAt);
    return (
      <section class="worked" aria-label="Working">
        <h2>{conduct === 'recorded' ? 'As saved' : 'If served now'}</h2>
        <Working steps={worked.working} open />
        {byRecipient(due) ? <p>By your own calendar; each recipient’s date stands beside its letter.</p> : null}
      </section>
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return (
      <section class="worked" aria-label="Working">
        <h2>{conduct === 'recorded' ? 'As saved' : 'If served now'}</h2>
        <p>{error.advice.what}</p>
      </section>
    );
  }
}

function Recorded({ fields, errors }: { fields: Fields; errors: Errors }) {
  return (
    <>
      <h2>When it was served, and how that is known</h2>
      <Field
        name="servedAt"
        type="datetime-local"
        label="Served on"
        hint="In the time zone above."
        required
        value={fields['servedAt'] ?? ''}
        errors={errors}
        width="medium"
      />
      <Field
        name="publisher"
        label="Publisher of the source"
        required
        value={fields['publisher'] ?? ''}
        errors={errors}
      />
      <Field
        name="sourceTitle"
        label="Title of the source"
        required
        value={fields['sourceTitle'] ?? ''}
        errors={errors}
      />
      <Field
        name="sourceDate"
        type="date"
        label="Date of the source"
        required
        value={fields['sourceDate'] ?? ''}
        errors={errors}
        width="medium"
      />
    </>
  );
}

function view(c: Ctx, at: Composing, { fields, errors = {}, conflict }: Shown) {
  return stepPage(
    c,
    at,
    {
      step: 'when',
      status: conflict ? 409 : Object.keys(errors).length > 0 ? 422 : 200,
      lead: 'One rule for all recipients. The day it ends is worked out for each of them and written down with its working.',
    },
    <>
      <Presets action={stepHref(at.draft.id, 'when')} chosen={fields['preset'] ?? ''} />
      <form class="form" method="post" action={stepHref(at.draft.id, 'when')} novalidate>
        <ErrorSummary errors={errors} what="What you entered is still here." />
        {conflict ? <ConflictNotice why={conflict.why} /> : null}
        <input type="hidden" name="version" value={String(conflict?.draft.version ?? at.draft.version)} />
        <RuleForm fields={fields} errors={errors} />
        {at.draft.body.conduct === 'recorded' ? <Recorded fields={fields} errors={errors} /> : null}
        <IfServedNow at={at} />
        <Submit
          text="Save and go on to the letter"
          name="do"
          value="next"
          second={{ text: 'Save and show the working', name: 'do', value: 'save' }}
          cancel={{ text: 'Back to whom', href: stepHref(at.draft.id, 'whom') }}
        />
      </form>
    </>,
  );
}

export async function getWhen(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const fields = fieldsOf(at.draft.body);
  // A preset fills in the fields and saves nothing.
  const start = presetById(c.req.query('start') ?? '');
  return whenServing(c, at) ?? view(c, at, { fields: start ? { ...fields, ...ruleFields(start.rule) } : fields });
}

function readRecorded(fields: Fields, errors: Record<string, string>): DraftBody['recorded'] {
  const found = source.safeParse({
    publisher: fields['publisher'] ?? '',
    title: fields['sourceTitle'] ?? '',
    date: fields['sourceDate'] ?? '',
  });
  if (!found.success) {
    for (const issue of found.error.issues) {
      const [field, label] =
        issue.path[0] === 'publisher'
          ? (['publisher', 'The publisher'] as const)
          : issue.path[0] === 'title'
            ? (['sourceTitle', 'The title of the source'] as const)
            : (['sourceDate', 'The date of the source'] as const);
      errors[field] ??= `${label} ${issue.message}.`;
    }
  }
  let servedAt: string | null = null;
  try {
    const local = Temporal.PlainDateTime.from(fields['servedAt'] ?? '');
    servedAt = new Date(local.toZonedDateTime(fields['zone'] ?? '').epochMilliseconds).toISOString();
  } catch {
    errors['servedAt'] = 'Give the day and time of service.';
  }
  return found.success && servedAt ? { servedAt, source: found.data } : null;
}

export async function postWhen(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const fields: Fields = Object.fromEntries(NAMES.map((name) => [name, form(name)]));
  const errors: Record<string, string> = {};
  const due = readRule(fields, errors);
  const recorded = at.draft.body.conduct === 'recorded' ? readRecorded(fields, errors) : at.draft.body.recorded;
  if (Object.keys(errors).length > 0) return view(c, at, { fields, errors });
  const saved = await saveStep(at.services, at.draft, form, { ...at.draft.body, due, recorded });
  if ('conflict' in saved) return view(c, at, { fields, conflict: { draft: saved.conflict, why: saved.why } });
  if (form('do') === 'next' && due) {
    try {
      dueOf(byIssuer(due), servedAtIf(at.services, saved.draft.body, at.services.clock.now()));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return view(
        c,
        { ...at, draft: saved.draft },
        { fields, errors: { [due.type === 'fixed' ? 'on' : 'holidays']: error.advice.what } },
      );
    }
  }
  return onward(c, at.draft.id, 'when', form('do') === 'next');
}
