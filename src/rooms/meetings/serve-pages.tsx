/** Sending invitations: who gets a letter at which address, and the receipts of what the two sides wrote. */

import { NotFound } from '../../base/errors.ts';
import { bodyOf, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Errors, Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { receiptName, receiptResponse } from '../../ui/receipt-response.tsx';
import { kindWord } from '../../ui/words.ts';
import { errorsOf } from '../input.ts';
import { crumbsTo, matterOfPath } from '../sourced.tsx';
import { entriesById } from '../stream.ts';
import { meetingIn } from './commands.ts';
import { invitationsOf } from './invitations.ts';
import { notServable } from './inviting.ts';
import { MeetingFacts } from './parts.tsx';
import { addressesFor, serveTo } from './serving.ts';

const ONE = '/desk/matters/:matter/meetings/:meeting';
/** Letters chosen on one page; the others follow on the next. */
const PAGE = 500;

async function show(
  c: Ctx,
  typed: { readonly errors: Errors; readonly addresses: ReadonlyMap<string, string>; readonly once: string },
): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const { meeting, participants } = await meetingIn(services, matter.id, c.req.param('meeting') ?? '');
  const base = `/desk/matters/${matter.id}/meetings/${meeting.id}`;
  const served = new Set((await invitationsOf(services.db, meeting.id)).map((one) => one.id));
  const open = participants.filter((one) => !served.has(one.id));
  const shown = open.slice(0, PAGE);
  const known = await addressesFor(services, matter.issuer, shown);
  const wrong = notServable(meeting, services.clock.now());
  const bad = Object.keys(typed.errors).length > 0;
  return await page(
    c,
    { title: t('meetings.serve.title', { subject: meeting.subject }), area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title={t('meetings.send')}
        crumbs={[
          ...crumbsTo(matter),
          { text: t('meetings.meetings'), href: `/desk/matters/${matter.id}/meetings` },
          { text: meeting.subject, href: base },
        ]}
        lead={t('meetings.serve.lead')}
      />
      <MeetingFacts meeting={meeting} zone={meeting.zone ?? 'UTC'} />
      {wrong ? (
        <Notice tone="bad" title={t('meetings.serve.cannot')}>
          <p>
            {t('meetings.serve.cannot.next', { why: wrong.what })}{' '}
            {t(meeting.cancelled ? 'meetings.is-cancelled.next' : 'meetings.unservable.next')}
          </p>
        </Notice>
      ) : shown.length === 0 ? (
        <Empty
          what={served.size === 0 ? t('meetings.nobody-invited') : t('meetings.serve.all')}
          how={t('meetings.serve.how')}
        />
      ) : (
        <Form
          action={`${base}/serve`}
          errors={typed.errors}
          what={t('meetings.serve.refused')}
          hidden={{ once: typed.once || newOnce }}
          label={t('meetings.send')}
        >
          <p>{t('meetings.serve.letters', { n: shown.length, before: served.size })}</p>
          {shown.map((one) => (
            <Field
              name={`address-${one.id}`}
              type="email"
              label={one.office === null ? one.name : `${one.name}, ${one.office}`}
              hint={known.has(one.party) ? t('meetings.serve.known') : t('meetings.serve.unknown')}
              value={typed.addresses.get(one.id) ?? known.get(one.party) ?? ''}
              errors={typed.errors}
            />
          ))}
          <Submit text={t('meetings.serve.submit')} cancel={{ text: t('meetings.back'), href: base }} />
        </Form>
      )}
    </>,
  );
}

const NOTHING = { errors: {}, addresses: new Map<string, string>(), once: '' };

async function postServe(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const body = await bodyOf(c);
  const names = Object.keys(body).filter((name) => name.startsWith('address-') && UUID.test(name.slice(8)));
  const texts = textsOf(body, [...names, 'once']);
  const addresses = new Map(names.map((name) => [name.slice(8), (texts[name] ?? '').trim()]));
  const sent = texts['once'] ?? '';
  const once = UUID.test(sent) ? sent : uuidv7(services.clock.now(), services.random);
  const meeting = c.req.param('meeting') ?? '';
  try {
    const n = await serveTo(services, matter.id, meeting, addresses, once);
    const to = `/desk/matters/${matter.id}/meetings/${meeting}`;
    return redirectWith(c, to, t('meetings.serve.done', { n }));
  } catch (error) {
    return await show(c, { errors: errorsOf(error), addresses, once });
  }
}

/** Receipts of entries about this meeting, the two sides’ own among them. */
async function getReceipt(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { meeting } = await meetingIn(services, matter.id, c.req.param('meeting') ?? '');
  const wanted = receiptName(c.req.param('slip') ?? '');
  const [entry] = wanted ? await entriesById(services.db, [wanted.entry]) : [];
  if (!wanted || entry?.body['meeting'] !== meeting.id)
    throw new NotFound('no-such-receipt', {
      what: t('meetings.no-receipt'),
      next: t('meetings.serve.receipt.next'),
    });
  return await receiptResponse(c, {
    ...wanted,
    heading: kindWord(entry.kind),
    names: { issuer: staff(c).partyName, recipient: null, title: meeting.subject },
    area: 'staff',
    back: { text: t('meetings.back'), href: `/desk/matters/${matter.id}/meetings/${meeting.id}` },
  });
}

export const serveRoutes: readonly Route[] = [
  { method: 'GET', path: `${ONE}/serve`, access: EDITOR, handler: (c) => show(c, NOTHING) },
  { method: 'POST', path: `${ONE}/serve`, access: EDITOR, handler: postServe },
  { method: 'GET', path: `${ONE}/receipts/:slip`, access: VIEWER, handler: getReceipt },
];
