/** Revoking a request: how long it is still possible, what happens, and why it is done. */
import { Conflict, InvalidInput, NotFound, RuleRefusal } from '../../../base/errors.ts';
import type { Ctx } from '../../../base/route.ts';
import { redirectWith, zoneOf } from '../../../ui/context.ts';
import { type Errors, Form, Submit, TextArea } from '../../../ui/form.tsx';
import { Heading } from '../../../ui/heading.tsx';
import { page } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';
import { leavesAtOf, revocableUntil, revokeRequest } from '../revoke.ts';
import { requestById, revocationOf } from '../view.ts';
import { errorsOf, formOf, newOnce } from './frame.tsx';

/** "8 minutes", "less than a minute". */
export function leftWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 1 ? 'less than a minute' : minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

async function view(c: Ctx, reason = '', errors: Errors = {}, once?: string): Promise<Response> {
  const services = c.get('services');
  const request = await requestById(services.db, c.req.param('request') ?? '');
  if (!request) throw new NotFound('no-request', 'There is no such request.');
  const [revoked, leavesAt] = await Promise.all([
    revocationOf(services.db, request.id),
    leavesAtOf(services.db, request.id),
  ]);
  const now = services.clock.now();
  const until = revocableUntil(leavesAt, now);
  const bad = Object.keys(errors).length > 0;
  return page(
    c,
    { title: `Revoke · ${request.title}`, area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title="Revoke the request"
        crumbs={[
          { text: 'Desk', href: '/desk' },
          { text: request.title, href: `/desk/requests/${request.id}` },
        ]}
      />
      {revoked ? (
        <p>
          It was revoked on <Time at={revoked.recordedAt} zone={zoneOf(c)} />: {revoked.reason}
        </p>
      ) : until === null ? (
        <p>
          {leavesAt === null
            ? 'This request was recorded from elsewhere; no letter leaves from here, so there is nothing to take back.'
            : 'The letters have left, so the request cannot be taken back. Write to the recipients, or issue a new request that says what it replaces.'}
        </p>
      ) : (
        <>
          <p class="lead">
            Letters have not left. You can revoke until <Time at={new Date(until)} zone={zoneOf(c)} seconds />:{' '}
            {leftWords(until - now)} from now.
          </p>
          <p>
            No letter leaves. The request stays in the record, marked as revoked, with your reason; what is written is
            never taken out.
          </p>
          <Form
            action={`/desk/requests/${request.id}/revoke`}
            errors={errors}
            hidden={{ once: once || newOnce(services) }}
            label="Revoke"
          >
            <TextArea name="reason" label="Why" required value={reason} errors={errors} maxlength={1000} />
            <Submit
              text="Revoke the request"
              danger
              cancel={{ text: 'Leave it as it is', href: `/desk/requests/${request.id}` }}
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
  return redirectWith(c, `/desk/requests/${id}`, 'The request is revoked. No letter leaves.');
}
