/** The steps that may follow a request, set while it is composed: they are written with it. A request may also be served without any. */
import { InvalidInput, RuleRefusal } from '../../../base/errors.ts';
import { t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import { redirectWith } from '../../../ui/context.ts';
import { ErrorSummary, type Errors, Submit } from '../../../ui/form.tsx';
import { Heading } from '../../../ui/heading.tsx';
import { page } from '../../../ui/page.tsx';
import { checkLadder, FIRST_LADDER } from '../../ladder.ts';
import { LADDER_NAMES, type LadderFields, LadderRows, ladderFields, readLadder } from '../../ladder-form.tsx';
import { type Composing, composing, errorsOf, formOf, saveStep, stepHref, whenServing } from './frame.tsx';

async function view(
  c: Ctx,
  { draft, matter }: Composing,
  fields: LadderFields,
  errors: Errors = {},
  version = draft.version,
) {
  const bad = Object.keys(errors).length > 0;
  const name = draft.body.title ?? t('requests.new');
  return page(
    c,
    { title: t('requests.ladder.title', { name }), area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title={t('requests.ladder.heading')}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
          { text: name, href: stepHref(draft.id, 'check') },
        ]}
        lead={t('requests.ladder.lead')}
      />
      <form class="form" method="post" action={`/desk/drafts/${draft.id}/ladder`} novalidate>
        <ErrorSummary errors={errors} />
        <input type="hidden" name="version" value={String(version)} />
        <LadderRows fields={fields} errors={errors} />
        <Submit
          text={t('requests.save')}
          {...(draft.body.ladder ? { second: { text: t('requests.ladder.none'), name: 'none', value: 'yes' } } : {})}
          cancel={{ text: t('requests.back'), href: stepHref(draft.id, 'check') }}
        />
      </form>
    </>,
  );
}

export async function getLadder(c: Ctx): Promise<Response> {
  const at = await composing(c);
  return whenServing(c, at) ?? (await view(c, at, ladderFields(at.draft.body.ladder ?? FIRST_LADDER)));
}

export async function postLadder(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const typed = Object.fromEntries(LADDER_NAMES.map((name) => [name, form(name)]));
  try {
    const { ladder: _before, ...body } = at.draft.body;
    const steps = form('none') === 'yes' ? null : readLadder(form);
    if (steps) checkLadder(steps);
    const saved = await saveStep(at.services, at.draft, form, steps ? { ...body, ladder: [...steps] } : body);
    if ('conflict' in saved) {
      return await view(
        c,
        at,
        typed,
        { '': t('requests.ladder.conflict', { what: saved.why.advice.what }) },
        saved.conflict.version,
      );
    }
    return redirectWith(
      c,
      stepHref(at.draft.id, 'check'),
      t(steps ? 'requests.ladder.saved' : 'requests.ladder.removed'),
    );
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof RuleRefusal) return await view(c, at, typed, errorsOf(error));
    throw error;
  }
}
