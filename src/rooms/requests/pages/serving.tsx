/**
 * A serving under way: being checked, then how far it is, what is safe meanwhile, and what to do where it stopped. Looks again by itself where
 * scripts run, by a link where not.
 */
import { t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import { redirectWith } from '../../../ui/context.ts';
import { Form, Submit } from '../../../ui/form.tsx';
import { Heading } from '../../../ui/heading.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { page } from '../../../ui/page.tsx';
import { LookAgain, Progress } from '../../../ui/progress.tsx';
import { rich } from '../../../ui/rich.tsx';
import { Time } from '../../../ui/time.tsx';
import { type CheckingState, isChecked } from '../drafts.ts';
import { servedSoFar, serveInBackground } from '../serve.ts';
import { requestById } from '../view.ts';
import { type Composing, composing, servingHref, stepHref } from './frame.tsx';

/** Before anybody is served: everything is looked at once more. */
function checkingPage(c: Ctx, { draft, matter }: Composing, { done, total }: CheckingState) {
  return page(
    c,
    {
      title: t('requests.serving.checking.title', { title: draft.body.title ?? '' }),
      area: 'staff',
      islands: ['again'],
    },
    <>
      <Heading
        title={t('requests.serving.checking', { title: draft.body.title ?? '' })}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
        ]}
      />
      <Progress
        what={t('requests.serving.checking.what')}
        done={done}
        total={total}
        unit={(n) => t('ui.count.recipients', { n })}
      >
        {t('requests.serving.checking.safe')}
      </Progress>
      <LookAgain c={c} done={t('requests.serving.checked')} />
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
        ? t('requests.serving.revoked')
        : t('requests.serving.served', { n: serving.recipients });
    return redirectWith(c, `/desk/requests/${request}`, words);
  }
  const [done, issued] = await Promise.all([servedSoFar(services, request), requestById(services.db, request)]);
  const zone = draft.body.due?.zone ?? 'UTC';
  return page(
    c,
    {
      title: t('requests.serving.title', { title: draft.body.title ?? '' }),
      area: 'staff',
      islands: serving.trouble ? [] : ['again'],
    },
    <>
      <Heading
        title={t('requests.serving.heading', { title: draft.body.title ?? '' })}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: matter.title, href: `/desk/matters/${matter.id}` },
        ]}
      />
      {serving.trouble ? (
        <Notice tone="bad" title={t('requests.serving.stop')}>
          <p>{t('requests.serving.stop.what', { trouble: serving.trouble })}</p>
          <Form action={servingHref(draft.id)} label={t('requests.serving.go')}>
            <Submit text={t('requests.serving.go')} />
          </Form>
        </Notice>
      ) : null}
      <Progress
        what={t('requests.serving.what', { n: serving.recipients })}
        done={done}
        total={serving.recipients}
        unit={(n) => t('ui.count.recipients', { n })}
      >
        {t('requests.serving.close')}
      </Progress>
      {serving.trouble ? null : <LookAgain c={c} done={t('requests.serving.ended')} />}
      {serving.leavesAt === null ? null : (
        <p>
          {rich('requests.serving.leave', { at: <Time at={new Date(serving.leavesAt)} zone={zone} /> })}{' '}
          {issued ? <a href={`/desk/requests/${request}/revoke`}>{t('requests.revoke.heading')}</a> : null}
        </p>
      )}
    </>,
  );
}

export async function postServing(c: Ctx): Promise<Response> {
  const { services, draft } = await composing(c);
  void serveInBackground(services, draft.id);
  return redirectWith(c, servingHref(draft.id), t('requests.serving.goes'));
}
