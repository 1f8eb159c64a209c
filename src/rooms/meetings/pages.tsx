/** Meetings of a matter, as staff call them, invite, write down what is said, and take attendance. */
import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { type Ctx, EDITOR, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { type Errors, Field, Form, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { Links, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { participation } from '../../ui/words.ts';
import { timeZone } from '../fields.ts';
import { checked, errorsOf } from '../input.ts';
import { crumbsTo, matterOfPath, saidAt } from '../sourced.tsx';
import { sourcesOf } from '../sources/view.ts';
import { addMeeting, addParticipation, inviteTo, meetingIn } from './commands.ts';
import { doorRoutes } from './door-pages.tsx';
import { PARTSTATS, SAYERS } from './entries.ts';
import { LetterWords, lettersOf } from './letters.tsx';
import { mailRoutes } from './mail-pages.tsx';
import { MeetingBreakdown, MeetingCounts, MeetingFacts, Participants, throughWords } from './parts.tsx';
import { serveRoutes } from './serve-pages.tsx';
import { meetingsOf } from './view.ts';

const BASE = '/desk/matters/:matter/meetings';
const ONE = `${BASE}/:meeting`;
const CALL = ['convener', 'subject', 'place', 'day', 'time', 'until', 'zone', 'capacity', 'agenda'];
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
/** How a word reached staff; the other ways write it down themselves. */
const RECORDED = ['call', 'letter', 'in person'] as const;

/** A form that was refused: what it said, and why. */
interface Sent {
  readonly form: 'call' | 'invite' | 'state' | null;
  readonly values: Texts;
  readonly errors: Errors;
  readonly once: string;
}
const NOTHING: Sent = { form: null, values: {}, errors: {}, once: '' };
const statusOfPage = (sent: Sent) => (Object.keys(sent.errors).length > 0 ? 422 : 200);

async function tokenOf(c: Ctx, names: readonly string[]) {
  const body = await bodyOf(c);
  const { once: sent = '' } = textsOf(body, ['once']);
  const { clock, random } = c.get('services');
  return { values: textsOf(body, names), once: UUID.test(sent) ? sent : uuidv7(clock.now(), random) };
}

async function showAll(c: Ctx, sent: Sent = NOTHING): Promise<Response> {
  const { services, matter, writes, newOnce } = await matterOfPath(c);
  const meetings = await meetingsOf(services.db, matter.id);
  const base = `/desk/matters/${matter.id}/meetings`;
  const zone = zoneOf(c);
  const text = (name: string) => sent.values[name] ?? '';
  const { errors } = sent;
  return page(
    c,
    { title: `Meetings: ${matter.title}`, area: 'staff', wide: true, status: statusOfPage(sent) },
    <>
      <Heading
        title="Meetings"
        crumbs={crumbsTo(matter)}
        lead="Who was invited, who said they would come, who said it for them, and who was there."
      />
      <Table
        caption="Meetings"
        quietCaption
        rows={meetings}
        empty={{
          what: 'No meeting yet',
          how: 'A meeting that you call, or one that others called and that is part of this matter.',
        }}
        columns={[
          { head: 'Meeting', names: true, cell: (one) => <a href={`${base}/${one.id}`}>{one.subject}</a> },
          { head: 'Called by', cell: (one) => one.convener },
          { head: 'When', cell: (one) => <Time at={one.startsAt} zone={zone} dayOnly={one.dayOnly} /> },
          { head: 'Where', cell: (one) => one.place ?? 'not known' },
        ]}
      />
      {writes ? (
        <>
          <h2 id="add">Call or note a meeting</h2>
          <Form action={base} errors={errors} hidden={{ once: sent.once || newOnce }} label="Meeting">
            <Field name="subject" label="Subject" required value={text('subject')} errors={errors} maxlength={200} />
            <Field
              name="convener"
              label="Who calls it"
              required
              value={text('convener')}
              errors={errors}
              maxlength={200}
            />
            <Field name="place" label="Place" value={text('place')} errors={errors} maxlength={300} />
            <Field name="day" type="date" label="Day" required value={text('day')} errors={errors} width="medium" />
            <Field
              name="time"
              type="time"
              label="Begins, where the hour is known"
              value={text('time')}
              errors={errors}
              width="medium"
            />
            <Field
              name="until"
              type="time"
              label="Ends, the same day"
              value={text('until')}
              errors={errors}
              width="medium"
            />
            <Field
              name="zone"
              label="Time zone of these hours"
              hint="Such as America/New_York. The invitation says it."
              required
              value={text('zone') || zone}
              errors={errors}
              maxlength={60}
            />
            <Field
              name="capacity"
              label="Seats"
              value={text('capacity')}
              errors={errors}
              inputmode="numeric"
              width="short"
            />
            <TextArea
              name="agenda"
              label="What it is about"
              value={text('agenda')}
              errors={errors}
              rows={3}
              maxlength={4000}
            />
            <Submit text="Write it down" />
          </Form>
        </>
      ) : null}
    </>,
  );
}

const zoned = z.object({ zone: timeZone });

async function postCall(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { values, once } = await tokenOf(c, CALL);
  const {
    day = '',
    time = '',
    until = '',
    convener = '',
    subject = '',
    place = '',
    capacity = '',
    agenda = '',
    zone: typed = '',
  } = values;
  try {
    const { zone } = checked(zoned, { zone: typed || zoneOf(c) }, { zone: 'The time zone' });
    const { saidAt: startsAt, dayOnly } = saidAt(day, time, zone);
    if (until !== '' && dayOnly)
      throw new InvalidInput('input-refused', 'An end needs a beginning.', { time: 'Say when it begins.' });
    const endsAt = until === '' ? null : saidAt(day, until, zone).saidAt;
    const id = await addMeeting(
      services,
      matter.id,
      { convener, subject, place, startsAt, endsAt, dayOnly, capacity, agenda, zone: dayOnly ? '' : zone },
      once,
    );
    return redirectWith(
      c,
      `/desk/matters/${matter.id}/meetings/${id}`,
      'The meeting is written down. Next, say who is invited.',
    );
  } catch (error) {
    return await showAll(c, { form: 'call', values, errors: errorsOf(error), once });
  }
}

async function showOne(c: Ctx, sent: Sent = NOTHING): Promise<Response> {
  const { services, matter, writes, newOnce } = await matterOfPath(c);
  const { meeting, participants } = await meetingIn(services, matter.id, c.req.param('meeting') ?? '');
  const sources = await sourcesOf(services.db, matter.id);
  const base = `/desk/matters/${matter.id}/meetings/${meeting.id}`;
  const zone = zoneOf(c);
  const now = services.clock.now();
  const fresh = () => uuidv7(now, services.random);
  const of = (form: Sent['form']) => (sent.form === form ? sent : NOTHING);
  const [inviting, stating] = [of('invite'), of('state')];
  const text = (name: string) => stating.values[name] ?? '';
  const { errors } = stating;
  const letters = await lettersOf(services.db, meeting.id);
  return page(
    c,
    { title: meeting.subject, area: 'staff', wide: true, status: statusOfPage(sent) },
    <>
      <Heading
        title={meeting.subject}
        crumbs={[...crumbsTo(matter), { text: 'Meetings', href: `/desk/matters/${matter.id}/meetings` }]}
      />
      <MeetingFacts meeting={meeting} zone={zone} />
      <Links
        label="This meeting"
        links={[
          ...(writes && participants.length > 0 ? [{ text: 'Send invitations', href: `${base}/serve` }] : []),
          ...(participants.length > 0 ? [{ text: 'At the door', href: `${base}/door` }] : []),
          { text: 'Mail that could not be placed', href: '/desk/mail' },
        ]}
      />
      <h2>Who takes part</h2>
      <MeetingCounts participants={participants} capacity={meeting.capacity} />
      <MeetingBreakdown participants={participants} />
      <Participants
        party={(id) => `/desk/directory/${id}`}
        participants={participants}
        zone={zone}
        receipt={null}
        empty={{ what: 'Nobody is invited by name yet', how: 'Invite parties, or people in their offices, below.' }}
        {...(letters.size > 0
          ? {
              last: {
                head: 'Invitation',
                cell: (one) => <LetterWords letter={letters.get(one.id)} zone={zone} base={base} />,
              },
            }
          : {})}
      />
      {writes ? (
        <>
          <h2 id="invite">Invite</h2>
          <Form
            action={`${base}/invitations`}
            errors={inviting.errors}
            hidden={{ once: inviting.once || newOnce }}
            label="Invite"
          >
            <TextArea
              name="invitees"
              label="Invitees, one a line"
              hint={
                <>
                  The party’s name as the directory has it, or person and party: <q>Pat Sample; City of Exampleton</q>.
                  People are those <a href="/desk/people">in offices</a>.
                </>
              }
              required
              value={inviting.values['invitees'] ?? ''}
              errors={inviting.errors}
              rows={5}
            />
            <Submit text="Invite them" />
          </Form>
          {participants.length > 0 ? (
            <>
              <h2 id="state">Write down what is said of taking part</h2>
              <Form
                action={`${base}/participation`}
                errors={errors}
                hidden={{ once: stating.once || fresh() }}
                label="Participation"
              >
                <Select
                  name="participant"
                  label="Who"
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
                  label="What they say"
                  required
                  value={text('partstat')}
                  errors={errors}
                  choices={PARTSTATS.map((one) => ({ value: one, label: participation(one).word }))}
                />
                <Field
                  name="delegate"
                  label="Who comes instead"
                  hint="Where it is delegated."
                  value={text('delegate')}
                  errors={errors}
                  maxlength={200}
                />
                <Field name="reason" label="Why" value={text('reason')} errors={errors} maxlength={500} />
                <Select
                  name="by"
                  label="Who says it"
                  required
                  value={text('by')}
                  errors={errors}
                  choices={SAYERS.map((one) => ({ value: one, label: one }))}
                />
                <Field
                  name="sayer"
                  label="Name of the spokesperson, or the outlet that has it"
                  value={text('sayer')}
                  errors={errors}
                  maxlength={200}
                />
                <Select
                  name="through"
                  label="How it reached you"
                  none="A source has it"
                  value={text('through')}
                  errors={errors}
                  choices={RECORDED.map((one) => ({ value: one, label: throughWords(one) }))}
                />
                <Field
                  name="day"
                  type="date"
                  label="Day it was said"
                  required
                  value={text('day')}
                  errors={errors}
                  width="medium"
                />
                <Field
                  name="time"
                  type="time"
                  label="Time of day, where it is known"
                  hint={`In ${zone}.`}
                  value={text('time')}
                  errors={errors}
                  width="medium"
                />
                <Select
                  name="source"
                  label="Source"
                  none="None: told to us"
                  value={text('source')}
                  errors={errors}
                  choices={sources.map((one) => ({ value: one.id, label: `${one.publisher}: ${one.title}` }))}
                />
                <Field
                  name="words"
                  label="The words of the source that say so"
                  value={text('words')}
                  errors={errors}
                  maxlength={500}
                />
                <Submit text="Write it down" />
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
    return redirectWith(c, there(c), n === 1 ? 'One more is invited.' : `${n} more are invited.`);
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
    return redirectWith(c, there(c), 'It is written down.');
  } catch (error) {
    return await showOne(c, { form: 'state', values, errors: errorsOf(error), once });
  }
}

export const meetingRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: (c) => showAll(c) },
  { method: 'POST', path: BASE, access: EDITOR, handler: postCall },
  { method: 'GET', path: ONE, access: VIEWER, handler: (c) => showOne(c) },
  { method: 'POST', path: `${ONE}/invitations`, access: EDITOR, handler: postInvite },
  { method: 'POST', path: `${ONE}/participation`, access: EDITOR, handler: postState },
  ...serveRoutes,
  ...doorRoutes,
  ...mailRoutes,
];
