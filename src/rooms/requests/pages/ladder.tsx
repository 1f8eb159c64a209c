/** The steps that may follow a request, set while it is composed: they are written with it. A request may also be served without any. */
import { InvalidInput, RuleRefusal } from '../../../base/errors.ts';
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
  const name = draft.body.title ?? 'New request';
  return page(
    c,
    { title: `What follows · ${name}`, area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title="What follows if nobody answers?"
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
          { text: name, href: stepHref(draft.id, 'check') },
        ]}
        lead="Steps that may follow the due date. Nothing is sent by itself: the desk lists who is due for a step, and a person takes it."
      />
      <form class="form" method="post" action={`/desk/drafts/${draft.id}/ladder`} novalidate>
        <ErrorSummary errors={errors} />
        <input type="hidden" name="version" value={String(version)} />
        <LadderRows fields={fields} errors={errors} />
        <Submit
          text="Save"
          {...(draft.body.ladder ? { second: { text: 'Serve without steps', name: 'none', value: 'yes' } } : {})}
          cancel={{ text: 'Back', href: stepHref(draft.id, 'check') }}
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
        { '': `${saved.why.advice.what} Save again to keep yours.` },
        saved.conflict.version,
      );
    }
    return redirectWith(c, stepHref(at.draft.id, 'check'), steps ? 'The steps are saved.' : 'No steps follow by plan.');
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof RuleRefusal) return await view(c, at, typed, errorsOf(error));
    throw error;
  }
}
