/**
 * An invitation as whoever was invited sees it behind their link and code: what it is to, what stands, the form, the slip of an answer and its
 * receipts. A session that is for a request is sent to the request.
 */

import type { Child } from 'hono/jsx';
import { Conflict, NotFound } from '../../base/errors.ts';
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { zoneOf } from '../../ui/context.ts';
import { Checkbox, ErrorSummary, type Errors, Field, Form, Radios, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Mark } from '../../ui/mark.tsx';
import { page } from '../../ui/page.tsx';
import { LookAgain } from '../../ui/progress.tsx';
import { receiptName, receiptResponse } from '../../ui/receipt-response.tsx';
import { rich } from '../../ui/rich.tsx';
import { Slip } from '../../ui/slip.tsx';
import { Time } from '../../ui/time.tsx';
import { kindWord, participation } from '../../ui/words.ts';
import { errorsOf } from '../input.ts';
import { entriesOf } from '../stream.ts';
import { AnotherTime, ASKED, askedErrors, askedOf } from './another-time.tsx';
import { handOverInvitation, type Invited, invitedOf, sendAnswer, sendProposal } from './answering.ts';
import { BeforeChange } from './change-parts.tsx';
import type { OwnAnswer } from './invitations.ts';
import { MeetingFacts, proposalWords, throughWords } from './parts.tsx';
import { statusOf } from './standing.ts';

const BASE = '/answer/invitation';
const FIELDS = ['partstat', 'delegate', 'reason', 'openly', 'name', 'title', 'seen'];
/** So long the slip waits for the log's next signature, in ms, before it says so. */
const PATIENCE = 1000;

const choices = () => [
  { value: 'accepted', label: t('meetings.answer.accepted') },
  { value: 'tentative', label: t('meetings.answer.tentative') },
  { value: 'delegated', label: t('meetings.answer.delegated'), hint: t('meetings.answer.delegated.hint') },
  { value: 'declined', label: t('meetings.answer.declined') },
];

type Handler = (c: Ctx, invited: Invited) => Promise<Response>;

/** Only for a session that is for an invitation. */
const invitedOnly =
  (handler: Handler) =>
  async (c: Ctx): Promise<Response> => {
    const invited = await invitedOf(c.get('services'), recipient(c).service);
    return invited ? await handler(c, invited) : c.redirect('/answer', 303);
  };

const comes = ({ delegate, partstat }: { readonly delegate: string; readonly partstat: string }): string =>
  partstat === 'delegated' ? t('meetings.instead', { name: delegate }) : delegate;
const said = ({ delegate, partstat }: OwnAnswer): string =>
  delegate === null ? '' : `: ${comes({ delegate, partstat })}`;

const quiet = (words: Child) => <span class="usa-sr-only">{words}</span>;

/** What the party has answered so far, newest last, each with its slip. */
function SoFar({ invited, zone }: { invited: Invited; zone: string }) {
  const { answers, participant } = invited;
  const others = participant.said.filter((one) => one.through !== 'link' && one.through !== 'calendar mail');
  if (answers.length === 0 && others.length === 0) return null;
  return (
    <section aria-labelledby="so-far">
      <h2 id="so-far">
        {rich('meetings.answer.stands', { state: <Mark state={participation(statusOf(participant.said))} /> })}
      </h2>
      <ol class="said-words">
        {answers.map((one) => (
          <li>
            <Mark state={participation(one.partstat)} />
            {said(one)}, <Time at={one.occurredAt} zone={zone} />, {throughWords(one.through)}
            <BeforeChange changes={invited.meeting.changes} at={one.occurredAt} zone={zone} />
            {one.reason === null ? '' : `. ${one.reason}`}
            {one.proposal === null ? '' : `. ${proposalWords(one.proposal)}`} ·{' '}
            <a href={`${BASE}/sent/${one.id}`}>{rich('meetings.answer.slip', { sr: quiet })}</a>
          </li>
        ))}
        {others.map((one) => (
          <li>
            <Mark state={participation(one.partstat)} />, <Time at={one.occurredAt} zone={zone} dayOnly={one.dayOnly} />
            {', '}
            {one.sayer === null
              ? t('meetings.answer.noted', { issuer: invited.invitation.issuerName })
              : t('meetings.answer.noted.according', { issuer: invited.invitation.issuerName, sayer: one.sayer })}
            <BeforeChange changes={invited.meeting.changes} at={one.occurredAt} zone={zone} />
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Typed {
  /** it is another time that was asked for */
  readonly asks?: boolean;
  readonly values: Texts;
  readonly errors: Errors;
  readonly once: string;
  readonly status: 200 | 409 | 422;
}

async function show(c: Ctx, invited: Invited, typed: Typed): Promise<Response> {
  const { meeting, invitation, participant, of } = invited;
  const zone = zoneOf(c);
  const values: Texts = typed.asks ? {} : typed.values;
  const errors: Errors = typed.asks ? {} : typed.errors;
  const text = (name: string) => values[name] ?? '';
  const now = c.get('services').clock.now();
  const over = (meeting.endsAt ?? meeting.startsAt).getTime() < now;
  const open = of.audience === 'public';
  return await page(
    c,
    { title: t('meetings.answer.title', { subject: meeting.subject }), area: 'recipient', status: typed.status },
    <>
      <Heading
        title={meeting.subject}
        lead={t('meetings.answer.invites', {
          convener: meeting.convener,
          who: participant.office === null ? participant.name : `${participant.name}, ${participant.office}`,
        })}
      />
      <MeetingFacts
        meeting={meeting}
        zone={meeting.zone ?? zone}
        receipt={(entry) => `${BASE}/receipts/${entry}.json`}
      />
      <p>
        {rich('meetings.answer.receipt', {
          pdf: (words) => <a href={`${BASE}/receipts/${invitation.entry}.pdf`}>{words}</a>,
          json: (words) => <a href={`${BASE}/receipts/${invitation.entry}.json`}>{words}</a>,
        })}
      </p>
      <SoFar invited={invited} zone={zone} />
      {over || meeting.cancelled ? (
        <>
          <ErrorSummary errors={typed.errors} />
          <p role="status">{t(meeting.cancelled ? 'meetings.answer.cancelled' : 'meetings.answer.over')}</p>
        </>
      ) : (
        <>
          <h2 id="answer">{invited.answers.length === 0 ? t('meetings.answer.ask') : t('meetings.answer.change')}</h2>
          <p>{t('meetings.answer.until')}</p>
          <Form
            action={BASE}
            errors={errors}
            hidden={{ once: typed.asks ? fresh(c) : typed.once, seen: text('seen') || String(invited.last ?? 0) }}
            label={t('meetings.answer.form')}
          >
            <Radios
              name="partstat"
              label={t('meetings.answer.yours')}
              required
              value={text('partstat')}
              errors={errors}
              choices={choices()}
            />
            <Field
              name="delegate"
              label={t('meetings.substitute')}
              hint={t('meetings.answer.substitute.hint')}
              value={text('delegate')}
              errors={errors}
              maxlength={200}
            />
            <TextArea
              name="reason"
              label={t('meetings.why')}
              hint={t('meetings.answer.why.hint', { convener: meeting.convener })}
              value={text('reason')}
              errors={errors}
              rows={3}
              maxlength={1000}
            />
            {open ? (
              <Checkbox
                name="openly"
                label={t('meetings.answer.openly')}
                hint={t('meetings.answer.openly.hint')}
                checked={text('openly') === 'on'}
              />
            ) : null}
            <Field
              name="name"
              label={t('meetings.answer.name')}
              hint={t('meetings.answer.name.hint')}
              required
              value={text('name')}
              errors={errors}
              maxlength={200}
              autocomplete="name"
            />
            <Field
              name="title"
              label={t('meetings.answer.job')}
              value={text('title')}
              errors={errors}
              maxlength={200}
            />
            <Submit text={t('meetings.answer.send')} />
          </Form>
          <AnotherTime
            typed={typed.asks ? typed : null}
            hidden={{ once: typed.asks ? typed.once : fresh(c), seen: String(invited.last ?? 0) }}
            convener={meeting.convener}
            zone={meeting.zone ?? zone}
          />
        </>
      )}
    </>,
  );
}

const fresh = (c: Ctx): string => uuidv7(c.get('services').clock.now(), c.get('services').random);

const getInvitation: Handler = async (c, invited) => {
  const services = c.get('services');
  const came = await handOverInvitation(services, invited, recipient(c).address);
  const now = came ? ((await invitedOf(services, invited.invitation.id)) ?? invited) : invited;
  return await show(c, now, { values: {}, errors: {}, once: fresh(c), status: 200 });
};

const postInvitation: Handler = async (c, invited) => {
  const services = c.get('services');
  const body = await bodyOf(c);
  const values = textsOf(body, FIELDS);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : fresh(c);
  const { partstat = '', delegate = '', reason = '', name = '', title = '', seen = '' } = values;
  try {
    const form = { partstat, delegate, reason, name, title, openly: values['openly'] === 'on' };
    const by = { address: recipient(c).address, once, seen: /^\d{1,15}$/.test(seen) ? Number(seen) : null };
    const answer = await sendAnswer(services, invited.invitation.id, form, by);
    return c.redirect(`${BASE}/sent/${answer}`, 303);
  } catch (error) {
    const errors = errorsOf(error);
    const conflict = error instanceof Conflict;
    const now = (await invitedOf(services, invited.invitation.id)) ?? invited;
    // What stands by now is on this page, so the next try is decided on it.
    const kept = conflict ? { ...values, seen: String(now.last ?? 0) } : values;
    return await show(c, now, { values: kept, errors, once: conflict ? fresh(c) : once, status: conflict ? 409 : 422 });
  }
};

const postAnotherTime: Handler = async (c, invited) => {
  const services = c.get('services');
  const body = await bodyOf(c);
  const values = textsOf(body, [...ASKED, 'seen']);
  const { once: sent = '' } = textsOf(body, ['once']);
  const once = UUID.test(sent) ? sent : fresh(c);
  const { seen = '' } = values;
  try {
    const by = { address: recipient(c).address, once, seen: /^\d{1,15}$/.test(seen) ? Number(seen) : null };
    const answer = await sendProposal(services, invited.invitation.id, askedOf(values), by);
    return c.redirect(`${BASE}/sent/${answer}`, 303);
  } catch (error) {
    const conflict = error instanceof Conflict;
    const now = (await invitedOf(services, invited.invitation.id)) ?? invited;
    return await show(c, now, {
      asks: true,
      values,
      errors: askedErrors(errorsOf(error)),
      once: conflict ? fresh(c) : once,
      status: conflict ? 409 : 422,
    });
  }
};

const getSent: Handler = async (c, { invitation, meeting, answers, participant }) => {
  const services = c.get('services');
  const answer = answers.find((one) => one.id === c.req.param('said'));
  const entries = answer ? await entriesOf(services.db, invitation.id) : [];
  const entry = entries.find((one) => one.id === answer?.entry);
  if (!answer || !entry)
    throw new NotFound('no-such-answer', {
      what: t('meetings.answer.no-such'),
      next: t('meetings.answer.no-such.next', { path: BASE }),
    });
  const published = await services.ledger.published(entry.position, PATIENCE);
  const { word } = participation(answer.partstat);
  const stated = participant.said.find((one) => one.recordedAt.getTime() === answer.recordedAt.getTime());
  return await page(
    c,
    { title: t('meetings.answer.sent'), area: 'recipient', islands: published ? [] : ['again'] },
    <>
      <Heading
        title={t('meetings.answer.sent')}
        crumbs={[{ text: t('meetings.answer.crumb'), href: BASE }]}
        lead={t('meetings.answer.sent.lead', { convener: meeting.convener })}
      />
      <Slip
        commitment={entry.commitment}
        position={published ? entry.position : null}
        logOrigin={services.config.logOrigin}
        title={t('meetings.answer.slip.title', { word })}
        at={entry.recordedAt}
        zone={zoneOf(c)}
        issuer={{ name: invitation.issuerName, line: t('meetings.answer.slip.issuer') }}
        recipient={{ name: invitation.name, line: word }}
        facts={[
          { name: t('meetings.meeting'), value: meeting.subject },
          {
            name: t('meetings.answer.slip.answer'),
            value: answer.delegate === null ? word : `${word}: ${t('meetings.instead', { name: answer.delegate })}`,
          },
          ...(answer.reason === null
            ? []
            : [
                {
                  name: answer.openly
                    ? t('meetings.answer.slip.reason.public')
                    : t('meetings.answer.slip.reason.private'),
                  value: answer.reason,
                },
              ]),
          ...(answer.proposal === null ? [] : [{ name: t('meetings.another'), value: proposalWords(answer.proposal) }]),
          ...(answer.actedBy === null
            ? [{ name: t('meetings.answer.slip.by'), value: throughWords(answer.through) }]
            : [
                { name: t('meetings.answer.slip.by'), value: answer.actedBy.name },
                {
                  name: t('meetings.answer.slip.mail'),
                  value: t('meetings.answer.slip.mail.to', { address: answer.actedBy.address }),
                },
              ]),
        ]}
        witnessed={published ? await services.ledger.witnessed(entry.position) : null}
        {...(published ? { json: `${BASE}/receipts/${entry.id}.json`, pdf: `${BASE}/receipts/${entry.id}.pdf` } : {})}
      />
      {published ? null : (
        <>
          <p role="status">{t('meetings.answer.wait')}</p>
          <LookAgain c={c} done={t('meetings.answer.ready')} />
        </>
      )}
      {stated && published ? (
        <p>
          {rich('meetings.answer.shown', {
            pdf: (words) => (
              <a href={`${BASE}/receipts/${stated.entry}.pdf`} download>
                {words}
              </a>
            ),
            json: (words) => (
              <a href={`${BASE}/receipts/${stated.entry}.json`} download>
                {words}
              </a>
            ),
            sr: quiet,
          })}
        </p>
      ) : null}
      <p>
        <a href={BASE}>{t('meetings.answer.back')}</a>
      </p>
    </>,
  );
};

/** Receipts of this invitation's history, and of what was said of taking part. */
const getReceipt: Handler = async (c, { invitation, participant, meeting }) => {
  const { db } = c.get('services');
  const wanted = receiptName(c.req.param('slip') ?? '');
  const own = wanted && (await entriesOf(db, invitation.id)).find((one) => one.id === wanted.entry);
  const open = wanted && [participant, ...participant.said].some((one) => one.entry === wanted.entry);
  const change = wanted && meeting.changes.find((one) => one.entry === wanted.entry);
  if (!wanted || !(own || open || change))
    throw new NotFound('no-such-receipt', {
      what: t('meetings.no-receipt'),
      next: t('meetings.answer.receipt.next'),
    });
  return await receiptResponse(c, {
    ...wanted,
    heading: kindWord(
      own?.kind ?? (change ? (change.cancelled ? 'meeting.cancelled' : 'meeting.changed') : 'participation.stated'),
    ),
    names: { issuer: invitation.issuerName, recipient: invitation.name, title: invitation.subject },
    area: 'recipient',
    back: { text: t('meetings.answer.back.short'), href: BASE },
  });
};

export const invitationRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: RECIPIENT, handler: invitedOnly(getInvitation) },
  { method: 'POST', path: BASE, access: RECIPIENT, handler: invitedOnly(postInvitation) },
  { method: 'POST', path: `${BASE}/another-time`, access: RECIPIENT, handler: invitedOnly(postAnotherTime) },
  { method: 'GET', path: `${BASE}/sent/:said`, access: RECIPIENT, handler: invitedOnly(getSent) },
  { method: 'GET', path: `${BASE}/receipts/:slip`, access: RECIPIENT, handler: invitedOnly(getReceipt) },
];
