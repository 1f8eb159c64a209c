/**
 * A serving under way: being checked, then how far it is, what is safe meanwhile, and what to do where it stopped. Looks again by itself where
 * scripts run, by a link where not.
 */
import type { Ctx } from '../../../base/route.ts';
import { redirectWith } from '../../../ui/context.ts';
import { Form, Submit } from '../../../ui/form.tsx';
import { Heading } from '../../../ui/heading.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { page } from '../../../ui/page.tsx';
import { LookAgain, Progress } from '../../../ui/progress.tsx';
import { Time } from '../../../ui/time.tsx';
import { type CheckingState, isChecked } from '../drafts.ts';
import { servedSoFar, serveInBackground } from '../serve.ts';
import { requestById } from '../view.ts';
import { type Composing, composing, servingHref, stepHref } from './frame.tsx';

/** Before anybody is served: everything is looked at once more. */
function checkingPage(c: Ctx, { draft, matter }: Composing, { done, total }: CheckingState) {
  return page(
    c,
    { title: `Checking · ${draft.body.title ?? ''}`, area: 'staff', islands: ['again'] },
    <>
      <Heading
        title={`Checking “${draft.body.title ?? ''}”`}
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
        ]}
      />
      <Progress what="Checking each recipient before anybody is served" done={done} total={total} unit="recipient">
        Nobody is served yet. You can close this page; the work goes on, also if this server stops and starts again.
      </Progress>
      <LookAgain c={c} done="Checking has ended." />
    </>,
  );
}

export async function getServing(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const { services, draft, matter } = at;
  const { serving, request } = draft;
  if (isChecked(draft) && draft.checking) return checkingPage(c, at, draft.checking);
  if (!serving || !request) return c.redirect(stepHref(draft.id, 'check'), 303);
  if (serving.ended) {
    const words =
      serving.ended === 'revoked'
        ? 'The request was revoked while it was being served; nobody further was served and no letter leaves.'
        : `${serving.recipients.toLocaleString('en-US')} ${serving.recipients === 1 ? 'party is' : 'parties are'} served.`;
    return redirectWith(c, `/desk/requests/${request}`, words);
  }
  const [done, issued] = await Promise.all([servedSoFar(services, request), requestById(services.db, request)]);
  const zone = draft.body.due?.zone ?? 'UTC';
  return page(
    c,
    { title: `Serving · ${draft.body.title ?? ''}`, area: 'staff', islands: serving.trouble ? [] : ['again'] },
    <>
      <Heading
        title={`Serving “${draft.body.title ?? ''}”`}
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
        ]}
      />
      {serving.trouble ? (
        <Notice tone="bad" title="Serving stopped">
          <p>
            {serving.trouble} Nothing is lost: whoever was served stays served, and nobody is served twice. It goes on
            where it stopped.
          </p>
          <Form action={servingHref(draft.id)} label="Go on">
            <Submit text="Go on" />
          </Form>
        </Notice>
      ) : null}
      <Progress
        what={`Serving ${serving.recipients.toLocaleString('en-US')} parties`}
        done={done}
        total={serving.recipients}
        unit="recipient"
      >
        You can close this page; the work goes on. It also goes on if this server stops and starts again.
      </Progress>
      {serving.trouble ? null : <LookAgain c={c} done="Serving has ended." />}
      {serving.leavesAt === null ? null : (
        <p>
          Letters leave at <Time at={new Date(serving.leavesAt)} zone={zone} />.{' '}
          {issued ? <a href={`/desk/requests/${request}/revoke`}>Revoke the request</a> : null}
        </p>
      )}
    </>,
  );
}

export async function postServing(c: Ctx): Promise<Response> {
  const { services, draft } = await composing(c);
  void serveInBackground(services, draft.id);
  return redirectWith(c, servingHref(draft.id), 'Going on where it stopped.');
}
