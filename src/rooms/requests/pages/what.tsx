/** Step 1, what is asked: title, authority, numbered items, and whether letters leave from here. Items are added, moved and removed by plain buttons. */
import type { z } from 'zod';
import type { Conflict } from '../../../base/errors.ts';
import { t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import { ErrorSummary, type Errors, Field, Radios, Submit, TextArea } from '../../../ui/form.tsx';
import { line, prose } from '../../fields.ts';
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

interface Shown {
  readonly title: string;
  readonly authority: string;
  readonly items: readonly string[];
  readonly conduct: string;
  readonly errors?: Errors;
  readonly conflict?: { readonly draft: Draft; readonly why: Conflict };
}

const MAX_ITEMS = 500;
const shownOf = (body: DraftBody, blank: boolean): Shown => ({
  title: body.title ?? '',
  authority: body.authority ?? '',
  items: blank || body.items.length === 0 ? [...body.items, ''] : body.items,
  conduct: body.conduct,
});

function ItemFields({ items, errors }: { items: readonly string[]; errors: Errors }) {
  return (
    <>
      {items.map((text, i) => (
        <div class="item-edit">
          <TextArea
            name={`item-${i + 1}`}
            label={t('requests.what.item', { n: i + 1 })}
            required
            value={text}
            errors={errors}
            rows={3}
          />
          <p class="item-edit__tools">
            {i > 0 ? (
              <button class="linklike" type="submit" name="do" value={`up-${i}`}>
                {t('requests.what.up', { n: i + 1 })}
              </button>
            ) : null}
            {i < items.length - 1 ? (
              <button class="linklike" type="submit" name="do" value={`down-${i}`}>
                {t('requests.what.down', { n: i + 1 })}
              </button>
            ) : null}
            {items.length > 1 ? (
              <button class="linklike" type="submit" name="do" value={`remove-${i}`}>
                {t('requests.what.remove', { n: i + 1 })}
              </button>
            ) : null}
          </p>
        </div>
      ))}
    </>
  );
}

function view(c: Ctx, at: Composing, shown: Shown) {
  const errors = shown.errors ?? {};
  const version = shown.conflict?.draft.version ?? at.draft.version;
  return stepPage(
    c,
    at,
    {
      step: 'what',
      status: shown.conflict ? 409 : shown.errors ? 422 : 200,
      lead: t('requests.what.lead'),
    },
    <form class="form" method="post" action={stepHref(at.draft.id, 'what')} novalidate>
      {/* Enter in a field presses the first button of a form: it saves, and nothing else. */}
      <button type="submit" name="do" value="save" hidden>
        {t('requests.save')}
      </button>
      <ErrorSummary errors={errors} what={t('requests.not-saved')} />
      {shown.conflict ? (
        <ConflictNotice why={shown.conflict.why}>
          <p>{t('requests.what.there', { title: shown.conflict.draft.body.title ?? t('requests.no-title') })}</p>
          <ol>
            {shown.conflict.draft.body.items.map((text) => (
              <li>{text}</li>
            ))}
          </ol>
        </ConflictNotice>
      ) : null}
      <input type="hidden" name="version" value={String(version)} />
      <input type="hidden" name="items" value={String(shown.items.length)} />
      <Field
        name="title"
        label={t('requests.what.title')}
        hint={t('requests.what.title.hint')}
        required
        value={shown.title}
        errors={errors}
        maxlength={200}
      />
      <Field
        name="authority"
        label={t('requests.what.authority')}
        hint={t('requests.what.authority.hint')}
        required
        value={shown.authority}
        errors={errors}
        maxlength={500}
      />
      <h2>{t('requests.what.items')}</h2>
      <ItemFields items={shown.items} errors={errors} />
      {shown.items.length < MAX_ITEMS ? (
        <p>
          <button class="usa-button usa-button--outline" type="submit" name="do" value="add">
            {t('requests.what.add')}
          </button>
        </p>
      ) : null}
      <Radios
        name="conduct"
        label={t('requests.what.conduct')}
        required
        value={shown.conduct}
        errors={errors}
        choices={[
          { value: 'served', label: t('requests.what.served'), hint: t('requests.what.served.hint') },
          {
            value: 'recorded',
            label: t('requests.what.recorded'),
            hint: t('requests.what.recorded.hint'),
          },
        ]}
      />
      <Submit
        text={t('requests.what.save-on')}
        name="do"
        value="next"
        second={{ text: t('requests.save'), name: 'do', value: 'save' }}
      />
    </form>,
  );
}

export async function getWhat(c: Ctx): Promise<Response> {
  const at = await composing(c);
  return whenServing(c, at) ?? view(c, at, shownOf(at.draft.body, c.req.query('blank') === '1'));
}

function moved<T>(items: readonly T[], action: string): readonly T[] {
  const [, verb, at] = /^(up|down|remove)-(\d{1,3})$/.exec(action) ?? [];
  const i = Number(at);
  const one = items[i];
  if (verb === undefined || one === undefined) return items;
  const rest = items.filter((_, n) => n !== i);
  if (verb === 'remove') return rest;
  return rest.toSpliced(verb === 'up' ? Math.max(0, i - 1) : i + 1, 0, one);
}

/** Due rules of items by the number that each has now. */
function duesOf(items: readonly { readonly was: number }[], before: DraftBody['itemDues']): DraftBody['itemDues'] {
  const dues = items.flatMap(({ was }, i) => {
    const rule = before?.[String(was)];
    return rule === undefined ? [] : [[String(i + 1), rule] as const];
  });
  return dues.length === 0 ? undefined : Object.fromEntries(dues);
}

const itemText = prose(4000);
const title = line(200);
const authority = line(500);

export async function postWhat(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const action = form('do');
  const count = Math.min(MAX_ITEMS, Math.max(0, Number(form('items')) || 0));
  // Each with the number that it had: a due date of its own goes along.
  const numbered = moved(
    Array.from({ length: count }, (_, i) => ({ text: form(`item-${i + 1}`), was: i + 1 })),
    action,
  );
  const entered = numbered.map(({ text }) => text);
  const shown: Shown = {
    title: form('title'),
    authority: form('authority'),
    items: entered.length === 0 ? [''] : entered,
    conduct: form('conduct') === 'recorded' ? 'recorded' : 'served',
  };
  const errors: Record<string, string> = {};
  const read = (
    name: string,
    wrong: (problem: string) => string,
    schema: z.ZodType<string>,
    value: string,
  ): string | null => {
    if (value.trim() === '') return null;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    errors[name] = wrong(parsed.error.issues[0]?.message ?? t('requests.unusable'));
    return null;
  };
  const body: DraftBody = {
    ...at.draft.body,
    title: read('title', (problem) => t('requests.what.wrong.title', { problem }), title, shown.title),
    authority: read(
      'authority',
      (problem) => t('requests.what.wrong.authority', { problem }),
      authority,
      shown.authority,
    ),
    items: shown.items.flatMap((text, i) => {
      const n = i + 1;
      return read(`item-${n}`, (problem) => t('requests.what.wrong.item', { n, problem }), itemText, text) ?? [];
    }),
    conduct: shown.conduct === 'recorded' ? 'recorded' : 'served',
  };
  if (Object.keys(errors).length > 0) return view(c, at, { ...shown, errors });
  body.itemDues = duesOf(
    numbered.filter(({ text }) => text.trim() !== ''),
    at.draft.body.itemDues,
  );
  const saved = await saveStep(at.services, at.draft, form, body);
  if ('conflict' in saved) return view(c, at, { ...shown, conflict: { draft: saved.conflict, why: saved.why } });
  if (action === 'add')
    return c.redirect(`${stepHref(at.draft.id, 'what')}?blank=1#f-item-${body.items.length + 1}`, 303);
  if (action !== 'next') return onward(c, at.draft.id, 'what', false);
  if (!body.title) errors['title'] = t('requests.problem.title');
  if (!body.authority) errors['authority'] = t('requests.problem.authority');
  if (body.items.length === 0) errors['item-1'] = t('requests.problem.items');
  if (Object.keys(errors).length > 0) return view(c, { ...at, draft: saved.draft }, { ...shown, errors });
  return onward(c, at.draft.id, 'what', true);
}
