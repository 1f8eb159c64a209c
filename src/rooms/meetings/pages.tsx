/** A meeting as staff see it: whom they invite, what they write down as said, and what others count. Calling, sending and the door have files of their own. */

import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { ErrorSummary, Field, Form, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { Links } from '../../ui/table.tsx';
import { participation } from '../../ui/words.ts';
import { figuresOf } from '../figures/view.ts';
import { errorsOf } from '../input.ts';
import { affiliationsOfHoldings } from '../people/view.ts';
import { crumbsTo, matterOfPath, SaidWhen, saidAt } from '../sourced.tsx';
import { sourcesOf } from '../sources/view.ts';
import { callRoutes } from './call-pages.tsx';
import { changeRoutes, NotTold } from './change-pages.tsx';
import { addParticipation, inviteTo, meetingIn } from './commands.ts';
import { doorRoutes } from './door-pages.tsx';
import { PARTSTATS, SAYERS } from './entries.ts';
import { LetterWords, lettersOf } from './letters.tsx';
import { mailRoutes } from './mail-pages.tsx';
import { HeadCounts, MeetingBreakdown, MeetingCounts, MeetingFacts, Participants, throughWords } from './parts.tsx';
import { NOTHING, type Sent, statusOfPage, tokenOf } from './sent.ts';
import { serveRoutes } from './serve-pages.tsx';

const ONE = '/desk/matters/:matter/meetings/:meeting';
const STATE = [
  'participant',
  'partstat',
  'delegate',
  'reason',
  'by',
  'sayer',
  'through',
  'day',
  'time',
  'source',
  'words',
];
const SAYER = {
  'the party itself': 'meetings.sayer.party',
  'a spokesperson': 'meetings.sayer.spokesperson',
  'an outlet': 'meetings.sayer.outlet',
} as const;
/** How a word reached staff; the other ways write it down themselves. */
const RECORDED = ['call', 'letter', 'in person'] as const;

async function showOne(c: Ctx, sent: Sent = NOTHING): Promise<Response> {
  const { services, matter, writes, newOnce } = await matterOfPath(c);
  const { meeting, participants } = await meetingIn(services, matter.id, c.req.param('meeting') ?? '');
  const sources = await sourcesOf(services.db, matter.id);
  const base = `/desk/matters/${matter.id}/meetings/${meeting.id}`;
  const zone = zoneOf(c);
  const now = services.clock.now();
  const fresh = () => uuidv7(now, services.random);
  const holds = writes && meeting.cancelled === null;
  const of = (form: Sent['form']) => (sent.form === form ? sent : NOTHING);
  const [inviting, stating] = [of('invite'), of('state')];
  const text = (name: string) => stating.values[name] ?? '';
  const { errors } = stating;
  const letters = await lettersOf(services.db, meeting.id);
  const figures = (await figuresOf(services.db, matter.id)).filter((one) => one.meeting === meeting.id);
  const held = participants.flatMap(({ holding }) => holding ?? []);
  const affiliations = await affiliationsOfHoldings(services.db, held, meeting.startsAt.toISOString().slice(0, 10));
  return page(
    c,
    { title: meeting.subject, area: 'staff', wide: true, status: statusOfPage(sent) },
    <>
      <Heading
        title={meeting.subject}
        crumbs={[...crumbsTo(matter), { text: t('meetings.meetings'), href: `/desk/matters/${matter.id}/meetings` }]}
      />
      <MeetingFacts meeting={meeting} zone={zone} receipt={(entry) => `${base}/receipts/${entry}.json`} />
      {writes ? <NotTold meeting={meeting} letters={letters} action={`${base}/tell`} /> : null}
      <Links
        label={t('meetings.one.links')}
        links={[
          ...(holds && participants.length > 0 ? [{ text: t('meetings.send'), href: `${base}/serve` }] : []),
          ...(holds ? [{ text: t('meetings.changed.link'), href: `${base}/change` }] : []),
          ...(participants.length > 0 ? [{ text: t('meetings.door'), href: `${base}/door` }] : []),
          { text: t('meetings.mail.list'), href: '/desk/mail' },
        ]}
      />
      <h2>{t('meetings.one.takes-part')}</h2>
      <MeetingCounts participants={participants} capacity={meeting.capacity} />
      <HeadCounts figures={figures} participants={participants} receipt={null} />
      <MeetingBreakdown participants={participants} affiliations={affiliations} />
      <Participants
        party={(id) => `/desk/directory/${id}`}
        participants={participants}
        changes={meeting.changes}
        zone={zone}
        receipt={null}
        manage={(entry) => `/desk/matters/${matter.id}/published/${entry}`}
        empty={{ what: t('meetings.nobody-invited'), how: t('meetings.one.empty.how') }}
        {...(letters.size > 0
          ? {
              last: {
                head: t('meetings.one.invitation'),
                cell: (one) => <LetterWords letter={letters.get(one.id)} zone={zone} base={base} />,
              },
            }
          : {})}
      />
      {writes ? (
        <>
          {holds ? (
            <>
              <h2 id="invite">{t('meetings.one.invite')}</h2>
              <Form
                action={`${base}/invitations`}
                errors={inviting.errors}
                hidden={{ once: inviting.once || newOnce }}
                label={t('meetings.one.invite')}
              >
                <TextArea
                  name="invitees"
                  label={t('meetings.one.invitees')}
                  hint={rich('meetings.one.invitees.hint', {
                    q: (words) => <q>{words}</q>,
                    a: (words) => <a href="/desk/people">{words}</a>,
                  })}
                  required
                  value={inviting.values['invitees'] ?? ''}
                  errors={inviting.errors}
                  rows={5}
                />
                <Submit text={t('meetings.one.invite.submit')} />
              </Form>
            </>
          ) : (
            <ErrorSummary errors={inviting.errors} />
          )}
          {participants.length > 0 ? (
            <>
              <h2 id="state">{t('meetings.one.state')}</h2>
              <Form
                action={`${base}/participation`}
                errors={errors}
                hidden={{ once: stating.once || fresh() }}
                label={t('meetings.one.participation')}
              >
                <Select
                  name="participant"
                  label={t('meetings.who')}
                  required
                  value={text('participant')}
                  errors={errors}
                  choices={participants.map((one) => ({
                    value: one.id,
                    label: one.office ? `${one.name}, ${one.office}` : one.name,
                  }))}
                />
                <Select
                  name="partstat"
                  label={t('meetings.says')}
                  required
                  value={text('partstat')}
                  errors={errors}
                  choices={PARTSTATS.map((one) => ({ value: one, label: participation(one).word }))}
                />
                <Field
                  name="delegate"
                  label={t('meetings.substitute')}
                  hint={t('meetings.one.substitute.hint')}
                  value={text('delegate')}
                  errors={errors}
                  maxlength={200}
                />
                <Field name="reason" label={t('meetings.why')} value={text('reason')} errors={errors} maxlength={500} />
                <Select
                  name="by"
                  label={t('meetings.one.by')}
                  required
                  value={text('by')}
                  errors={errors}
                  choices={SAYERS.map((one) => ({ value: one, label: t(SAYER[one]) }))}
                />
                <Field
                  name="sayer"
                  label={t('meetings.one.sayer')}
                  value={text('sayer')}
                  errors={errors}
                  maxlength={200}
                />
                <Select
                  name="through"
                  label={t('meetings.one.through')}
                  none={t('meetings.one.through.none')}
                  value={text('through')}
                  errors={errors}
                  choices={RECORDED.map((one) => ({ value: one, label: throughWords(one) }))}
                />
                <SaidWhen label={t('meetings.one.day')} zone={zone} values={stating.values} errors={errors} />
                <Select
                  name="source"
                  label={t('meetings.source')}
                  none={t('meetings.one.source.none')}
                  value={text('source')}
                  errors={errors}
                  choices={sources.map((one) => ({ value: one.id, label: `${one.publisher}: ${one.title}` }))}
                />
                <Field
                  name="words"
                  label={t('meetings.one.words')}
                  value={text('words')}
                  errors={errors}
                  maxlength={500}
                />
                <Submit text={t('meetings.write')} />
              </Form>
            </>
          ) : null}
        </>
      ) : null}
    </>,
  );
}

const there = (c: Ctx) => `/desk/matters/${c.req.param('matter') ?? ''}/meetings/${c.req.param('meeting') ?? ''}`;

async function postInvite(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { values, once } = await tokenOf(c, ['invitees']);
  try {
    const n = await inviteTo(services, matter.id, c.req.param('meeting') ?? '', values['invitees'] ?? '', once);
    return redirectWith(c, there(c), t('meetings.one.invited', { n }));
  } catch (error) {
    return await showOne(c, { form: 'invite', values, errors: errorsOf(error), once });
  }
}

async function postState(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { values, once } = await tokenOf(c, STATE);
  const {
    day = '',
    time = '',
    participant = '',
    delegate = '',
    reason = '',
    sayer = '',
    source = '',
    words = '',
    through: way = '',
  } = values;
  try {
    const { saidAt: at, dayOnly } = saidAt(day, time, zoneOf(c));
    const partstat = PARTSTATS.find((one) => one === values['partstat']) ?? PARTSTATS[0];
    const by = SAYERS.find((one) => one === values['by']) ?? SAYERS[0];
    const through = RECORDED.find((one) => one === way) ?? ('' as const);
    const form = { participant, partstat, delegate, reason, by, sayer, through, at, dayOnly, source, words };
    await addParticipation(services, matter.id, c.req.param('meeting') ?? '', form, once);
    return redirectWith(c, there(c), t('meetings.written'));
  } catch (error) {
    return await showOne(c, { form: 'state', values, errors: errorsOf(error), once });
  }
}

export const meetingRoutes: readonly Route[] = [
  ...callRoutes,
  { method: 'GET', path: ONE, access: VIEWER, handler: (c) => showOne(c) },
  { method: 'POST', path: `${ONE}/invitations`, access: EDITOR, handler: postInvite },
  { method: 'POST', path: `${ONE}/participation`, access: EDITOR, handler: postState },
  ...changeRoutes,
  ...serveRoutes,
  ...doorRoutes,
  ...mailRoutes,
];
