/** Revoking a request: how long it is still possible, what happens, and why it is done. */
import { Conflict, InvalidInput, NotFound, RuleRefusal } from '../../../base/errors.ts';
import { t } from '../../../base/language.ts';
import type { Ctx } from '../../../base/route.ts';
import { redirectWith, zoneOf } from '../../../ui/context.ts';
import { type Errors, Form, Submit, TextArea } from '../../../ui/form.tsx';
import { Heading } from '../../../ui/heading.tsx';
import { page } from '../../../ui/page.tsx';
import { rich } from '../../../ui/rich.tsx';
import { Time } from '../../../ui/time.tsx';
import { leavesAtOf, revocableUntil, revokeRequest } from '../revoke.ts';
import { requestById, revocationOf } from '../view.ts';
import { errorsOf, formOf, newOnce } from './frame.tsx';

async function view(c: Ctx, reason = '', errors: Errors = {}, once?: string): Promise<Response> {
  const services = c.get('services');
  const request = await requestById(services.db, c.req.param('request') ?? '');
  if (!request) throw new NotFound('no-request', t('requests.no-request'));
  const [revoked, leavesAt] = await Promise.all([
    revocationOf(services.db, request.id),
    leavesAtOf(services.db, request.id),
  ]);
  const now = services.clock.now();
  const until = revocableUntil(leavesAt, now);
  const bad = Object.keys(errors).length > 0;
  return page(
    c,
    { title: t('requests.revoke.title', { title: request.title }), area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title={t('requests.revoke.heading')}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          { text: request.title, href: `/desk/requests/${request.id}` },
        ]}
      />
      {revoked ? (
        <p>
          {rich('requests.revoke.was', {
            at: <Time at={revoked.recordedAt} zone={zoneOf(c)} />,
            reason: revoked.reason,
          })}
        </p>
      ) : until === null ? (
        <p>{t(leavesAt === null ? 'requests.revoke.recorded' : 'requests.revoke.too-late')}</p>
      ) : (
        <>
          <p class="lead">
            {rich('requests.revoke.until', {
              at: <Time at={new Date(until)} zone={zoneOf(c)} seconds />,
              n: Math.max(0, Math.floor((until - now) / 60_000)),
            })}
          </p>
          <p>{t('requests.revoke.what')}</p>
          <Form
            action={`/desk/requests/${request.id}/revoke`}
            errors={errors}
            hidden={{ once: once || newOnce(services) }}
            label={t('requests.revoke.form')}
          >
            <TextArea
              name="reason"
              label={t('requests.revoke.why')}
              required
              value={reason}
              errors={errors}
              maxlength={1000}
            />
            <Submit
              text={t('requests.revoke.heading')}
              danger
              cancel={{ text: t('requests.leave'), href: `/desk/requests/${request.id}` }}
            />
          </Form>
        </>
      )}
    </>,
  );
}

export const getRevoke = (c: Ctx): Promise<Response> => view(c);

export async function postRevoke(c: Ctx): Promise<Response> {
  const form = await formOf(c);
  const id = c.req.param('request') ?? '';
  const once = form('once') || newOnce(c.get('services'));
  try {
    await revokeRequest(c.get('services'), id, { reason: form('reason') }, once);
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof Conflict || error instanceof RuleRefusal)
      return view(c, form('reason'), errorsOf(error), once);
    throw error;
  }
  return redirectWith(c, `/desk/requests/${id}`, t('requests.revoke.done'));
}
