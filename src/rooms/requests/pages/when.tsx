/** Step 3, when: a fixed date or a number of days, with its working for "if served now"; for recorded requests also when and by which source. */
import { Temporal } from 'temporal-polyfill';
import type { Conflict } from '../../../base/errors.ts';
import { Refusal } from '../../../base/errors.ts';
import { t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import { ErrorSummary, type Errors, Field, Submit } from '../../../ui/form.tsx';
import { localInput } from '../../../ui/time.tsx';
import type { DueRule } from '../../clock/entries.ts';
import { byIssuer, dueOf, presetById } from '../../clock/rules.ts';
import { source } from '../../matters/entries.ts';
import { servedAtIf } from '../check.ts';
import { type DraftBody, ownDues } from '../draft.ts';
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
import { IfServed, ifServed } from './if-served.tsx';
import { type ItemForm, ItemRules, itemField, itemForms, readItems, sentForms } from './when-items.tsx';
import { Presets, RULE_NAMES, RuleForm, readRule, ruleFields } from './when-rule.tsx';

const NAMES = [...RULE_NAMES, 'servedAt', 'publisher', 'sourceTitle', 'sourceDate'];
type Fields = Readonly<Record<string, string>>;

interface Shown {
  readonly fields: Fields;
  readonly items: readonly ItemForm[];
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

/** The due dates if it were served now, as a lawyer would check them. */
async function IfServedNow({ at }: { at: Composing }) {
  const { due, conduct } = at.draft.body;
  if (!due) return null;
  const title = t(conduct === 'recorded' ? 'requests.when.saved' : 'requests.when.now');
  const worked = await ifServed(at.services, at.draft.body, at.matter.issuer);
  return (
    <section class="worked" aria-label={t('requests.when.working')}>
      <h2>{title}</h2>
      {'refused' in worked ? (
        <p>{worked.refused}</p>
      ) : (
        <>
          <IfServed worked={worked} open />
          {worked.places ? <p>{t('requests.when.places')}</p> : null}
        </>
      )}
    </section>
  );
}

function Recorded({ fields, errors }: { fields: Fields; errors: Errors }) {
  return (
    <>
      <h2>{t('requests.when.recorded')}</h2>
      <Field
        name="servedAt"
        type="datetime-local"
        label={t('requests.when.served')}
        hint={t('requests.when.served.hint')}
        required
        value={fields['servedAt'] ?? ''}
        errors={errors}
        width="medium"
      />
      <Field
        name="publisher"
        label={t('requests.when.publisher')}
        required
        value={fields['publisher'] ?? ''}
        errors={errors}
      />
      <Field
        name="sourceTitle"
        label={t('requests.when.source')}
        required
        value={fields['sourceTitle'] ?? ''}
        errors={errors}
      />
      <Field
        name="sourceDate"
        type="date"
        label={t('requests.when.date')}
        required
        value={fields['sourceDate'] ?? ''}
        errors={errors}
        width="medium"
      />
    </>
  );
}

async function view(c: Ctx, at: Composing, { fields, items, errors = {}, conflict }: Shown) {
  return stepPage(
    c,
    at,
    {
      step: 'when',
      status: conflict ? 409 : Object.keys(errors).length > 0 ? 422 : 200,
      lead: t('requests.when.lead'),
    },
    <>
      <Presets action={stepHref(at.draft.id, 'when')} chosen={fields['preset'] ?? ''} />
      <form class="form" method="post" action={stepHref(at.draft.id, 'when')} novalidate>
        <ErrorSummary errors={errors} what={t('requests.when.kept')} />
        {conflict ? <ConflictNotice why={conflict.why} /> : null}
        <input type="hidden" name="version" value={String(conflict?.draft.version ?? at.draft.version)} />
        <RuleForm fields={fields} errors={errors} />
        {at.draft.body.conduct === 'recorded' ? <Recorded fields={fields} errors={errors} /> : null}
        <ItemRules forms={items} items={at.draft.body.items} errors={errors} />
        {await IfServedNow({ at })}
        <Submit
          text={t('requests.when.save-on')}
          name="do"
          value="next"
          second={{ text: t('requests.when.save'), name: 'do', value: 'save' }}
          cancel={{ text: t('requests.when.back'), href: stepHref(at.draft.id, 'whom') }}
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
  const another = Number(c.req.query('own'));
  const items = itemForms(at.draft.body, Number.isSafeInteger(another) ? another : null);
  return (
    whenServing(c, at) ??
    (await view(c, at, { fields: start ? { ...fields, ...ruleFields(start.rule) } : fields, items }))
  );
}

function readRecorded(fields: Fields, errors: Record<string, string>): DraftBody['recorded'] {
  const found = source.safeParse({
    publisher: fields['publisher'] ?? '',
    title: fields['sourceTitle'] ?? '',
    date: fields['sourceDate'] ?? '',
  });
  if (!found.success) {
    for (const issue of found.error.issues) {
      const [field, wrong] =
        issue.path[0] === 'publisher'
          ? (['publisher', 'requests.when.wrong.publisher'] as const)
          : issue.path[0] === 'title'
            ? (['sourceTitle', 'requests.when.wrong.title'] as const)
            : (['sourceDate', 'requests.when.wrong.date'] as const);
      errors[field] ??= t(wrong, { problem: issue.message });
    }
  }
  let servedAt: string | null = null;
  try {
    const local = Temporal.PlainDateTime.from(fields['servedAt'] ?? '');
    const at = local.toZonedDateTime(fields['zone'] ?? '');
    if (at.toPlainDateTime().equals(local)) servedAt = new Date(at.epochMilliseconds).toISOString();
    else errors['servedAt'] = t('requests.when.skipped');
  } catch {
    errors['servedAt'] = t('requests.when.give');
  }
  return found.success && servedAt ? { servedAt, source: found.data } : null;
}

export async function postWhen(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const fields: Fields = Object.fromEntries(NAMES.map((name) => [name, form(name)]));
  const errors: Record<string, string> = {};
  const due = readRule(fields, errors);
  const items = sentForms(at.draft.body, form, fields['zone'] ?? '');
  const itemDues = readItems(items, at.draft.body, errors);
  const another = anotherOf(form('another'), at.draft.body.items.length, errors);
  const recorded = at.draft.body.conduct === 'recorded' ? readRecorded(fields, errors) : at.draft.body.recorded;
  if (Object.keys(errors).length > 0) return await view(c, at, { fields, items, errors });
  const saved = await saveStep(at.services, at.draft, form, { ...at.draft.body, due, itemDues, recorded });
  if ('conflict' in saved) {
    return await view(c, at, { fields, items, conflict: { draft: saved.conflict, why: saved.why } });
  }
  if (another !== null) return c.redirect(`${stepHref(at.draft.id, 'when')}?own=${another}#item-${another}`, 303);
  if (form('do') === 'next' && due) {
    const refused = refusedDues(saved.draft.body, servedAtIf(at.services, saved.draft.body, at.services.clock.now()));
    if (Object.keys(refused).length > 0) {
      return await view(c, { ...at, draft: saved.draft }, { fields, items, errors: refused });
    }
  }
  return onward(c, at.draft.id, 'when', form('do') === 'next');
}

function anotherOf(text: string, items: number, errors: Record<string, string>): number | null {
  if (text.trim() === '') return null;
  const item = Number(text);
  if (Number.isSafeInteger(item) && item >= 1 && item <= items) return item;
  errors['another'] = t('requests.when.another', { most: items });
  return null;
}

/** What the clock refuses of the rules, by the field that is to be changed. */
function refusedDues(body: DraftBody, servedAt: number): Record<string, string> {
  const errors: Record<string, string> = {};
  const rules: [number | null, DueRule][] = body.due ? [[null, body.due], ...ownDues(body)] : [];
  for (const [item, rule] of rules) {
    try {
      dueOf(byIssuer(rule), servedAt);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const name = rule.type === 'fixed' ? 'on' : 'holidays';
      errors[item === null ? name : itemField(item, name)] = error.advice.what;
    }
  }
  return errors;
}
