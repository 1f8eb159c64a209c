/** “Mail that could not be placed”: what came in, why it has no place, the mail itself, and the form that puts it in its place. */
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { contentDisposition } from '../../ui/attachment.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { Facts, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { participation } from '../../ui/words.ts';
import { errorsOf } from '../input.ts';
import { PARTSTATS } from './entries.ts';
import { type MailTime, reasonOf, type Why } from './itip.ts';
import {
  choicesFor,
  type MailLine,
  mailById,
  mailsOf,
  type OneMail,
  placeByHand,
  rawMail,
  setAside,
} from './mail-desk.ts';
import { meetingWhen } from './when.ts';

const BASE = '/desk/mail';
const ONE = `${BASE}/:mail`;
const CRUMBS = [{ text: 'Desk', href: '/desk' }];
const LIST = { text: 'Mail that could not be placed', href: BASE };
const FIELDS = ['invitation', 'partstat', 'delegate', 'reason'];

const WHY: Readonly<Record<Why, string>> = {
  unreadable: 'It cannot be read as mail, or is larger than 10 MB.',
  'no-calendar': 'No calendar program’s answer is in it. A person may have written it.',
  'other-method': 'A calendar program sent it for something else than answering an invitation.',
  'several-events': 'It answers several invitations at once.',
  'not-invited': 'It answers an invitation that is none of ours: whoever sent it was not invited here.',
  'no-token': 'It names an invitation of ours and was not sent to the address that this invitation gave.',
  forwarded: 'It answers an invitation of ours for somebody else than who was invited. The invitation was forwarded.',
  'no-answer': 'It does not say whether they come.',
  'no-zone': 'The other time that it asks for has no time zone, or no hour, so nobody knows when it is.',
  backwards: 'The other time that it asks for ends before it begins.',
  'nothing-proposed': 'It asks for another time and names none.',
  'old-sequence': 'It answers an earlier version of the invitation.',
  overtaken: 'It is older than what the same party said since.',
  'no-stamp': 'It does not say when it was written.',
  refused: 'It cannot be written down as it is.',
};
const whyWords = (mail: Pick<MailLine, 'why' | 'detail'>): string =>
  mail.why === null ? '' : `${WHY[mail.why]}${mail.why === 'refused' && mail.detail !== null ? ` ${mail.detail}` : ''}`;

const STATES: Readonly<Record<MailLine['state'], string>> = {
  received: 'being read',
  placed: 'placed',
  repeated: 'says what stands already',
  unplaced: 'not placed',
  aside: 'set aside',
};

async function getList(c: Ctx): Promise<Response> {
  const { db, config } = c.get('services');
  const { party } = staff(c);
  const [open, others] = await Promise.all([mailsOf(db, party, true), mailsOf(db, party, false)]);
  const zone = zoneOf(c);
  const subject = {
    head: 'Mail',
    names: true,
    cell: (one: MailLine) => (
      <>
        <a href={`${BASE}/${one.id}`}>{one.subject ?? 'without a subject'}</a>
        <div class="soft">from {one.sender ?? 'nobody named'}</div>
      </>
    ),
  };
  const came = { head: 'Came in', cell: (one: MailLine) => <Time at={one.receivedAt} zone={zone} /> };
  const about = {
    head: 'About',
    cell: (one: MailLine) => (one.name === null ? 'not known' : `${one.name}: ${one.meeting ?? ''}`),
  };
  return await page(
    c,
    { title: LIST.text, area: 'staff', wide: true },
    <>
      <Heading
        title={LIST.text}
        crumbs={CRUMBS}
        lead="Answers of calendar programs find their place by themselves. What does not is here, with the reason; nothing is thrown away."
      />
      {config.mailIn === undefined ? (
        <p>
          This server reads no mail: invitations ask for an answer through their link. docs/meetings.md says how to
          change that.
        </p>
      ) : null}
      <Table
        caption="Not placed"
        rows={open}
        empty={{ what: 'Everything has its place', how: 'Mail that cannot be placed by itself will be here.' }}
        columns={[subject, came, about, { head: 'Why it has no place', cell: whyWords }]}
      />
      {others.length > 0 ? (
        <Table
          caption="Other mail, newest first"
          rows={others}
          empty={{ what: 'None' }}
          columns={[
            subject,
            came,
            about,
            {
              head: 'Became',
              cell: (one) => `${STATES[one.state]}${one.settledBy === null ? '' : `, by ${one.settledBy}`}`,
            },
          ]}
        />
      ) : null}
    </>,
  );
}

const timeWords = (time: MailTime | null): string =>
  time === null
    ? 'no time'
    : 'problem' in time
      ? 'a time without zone, or none at all'
      : meetingWhen({ startsAt: new Date(time.at), endsAt: null, dayOnly: false, zone: time.zone });

/** What the calendar program said of itself, as it was read. */
function calendarFacts({ read }: OneMail, zone: string) {
  const calendar = read?.calendars[0];
  const event = calendar?.events[0];
  if (!calendar || !event) return [];
  return [
    { name: 'Method', value: calendar.method ?? 'none' },
    {
      name: 'Attendees',
      value: event.attendees.map((one) => `${one.address}: ${one.partstat || 'no word'}`).join('; '),
    },
    { name: 'Written', value: event.stamp === null ? 'not said' : <Time at={new Date(event.stamp)} zone={zone} /> },
    ...(calendar.method === 'COUNTER'
      ? [{ name: 'Asks for', value: `${timeWords(event.start)} to ${timeWords(event.end)}` }]
      : []),
  ];
}

/** What the form begins with, out of the mail. */
function guess(mail: OneMail): Texts {
  const attendee = mail.read?.calendars[0]?.events[0]?.attendees[0];
  const partstat = PARTSTATS.find((one) => one.toUpperCase() === attendee?.partstat.toUpperCase());
  return {
    invitation: mail.invitation ?? '',
    partstat: partstat === undefined || partstat === 'needs-action' ? '' : partstat,
    delegate: attendee?.delegatedTo[0]?.name ?? '',
    reason: reasonOf(attendee?.comment ?? mail.read?.calendars[0]?.events[0]?.comment ?? null) ?? '',
  };
}

async function showOne(c: Ctx, typed: { readonly values: Texts | null; readonly errors: Errors }): Promise<Response> {
  const { db } = c.get('services');
  const { party, role } = staff(c);
  const mail = await mailById(db, c.req.param('mail') ?? '');
  const open = mail.state === 'unplaced' && role !== 'viewer';
  const choices = open ? await choicesFor(db, party) : [];
  const values = typed.values ?? guess(mail);
  const text = (name: string) => values[name] ?? '';
  const { errors } = typed;
  return await page(
    c,
    {
      title: `Mail: ${mail.subject ?? 'without a subject'}`,
      area: 'staff',
      status: Object.keys(errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading title={mail.subject ?? 'Mail without a subject'} crumbs={[...CRUMBS, LIST]} />
      {open ? null : <ErrorSummary errors={errors} />}
      {mail.why && mail.state === 'unplaced' ? <p class="lead">{whyWords(mail)}</p> : null}
      <Facts
        facts={[
          { name: 'From', value: mail.sender ?? 'nobody named' },
          { name: 'Came in', value: <Time at={mail.receivedAt} zone={zoneOf(c)} /> },
          { name: 'Is', value: `${STATES[mail.state]}${mail.settledBy === null ? '' : `, by ${mail.settledBy}`}` },
          { name: 'About', value: mail.name === null ? 'not known' : `${mail.name}: ${mail.meeting ?? ''}` },
          ...calendarFacts(mail, zoneOf(c)),
        ]}
      />
      <p>
        <a href={`${BASE}/${mail.id}/raw`} download>
          The whole mail as it came
        </a>
        , {mail.bytes.toLocaleString('en-US')} bytes
      </p>
      {mail.read?.words ? (
        <details class="working">
          <summary>What a person wrote in it</summary>
          <p class="body__text">{mail.read.words}</p>
        </details>
      ) : null}
      {open ? (
        <>
          <h2 id="place">Put it in its place</h2>
          {choices.length === 0 ? (
            <p>No invitation of yours has left yet, so it can be an answer to none.</p>
          ) : (
            <Form action={`${BASE}/${mail.id}/place`} errors={errors} label="Put it in its place">
              <Select
                name="invitation"
                label="Whose answer it is"
                required
                none="Choose an invitation"
                value={text('invitation')}
                errors={errors}
                choices={choices.map((one) => ({ value: one.id, label: `${one.name}: ${one.meeting}` }))}
              />
              <Select
                name="partstat"
                label="What they say"
                required
                none="Choose a word"
                value={text('partstat')}
                errors={errors}
                choices={PARTSTATS.filter((one) => one !== 'needs-action').map((one) => ({
                  value: one,
                  label: participation(one).word,
                }))}
              />
              <Field
                name="delegate"
                label="Who comes instead"
                hint="Where it is delegated. The record shows it."
                value={text('delegate')}
                errors={errors}
                maxlength={200}
              />
              <TextArea
                name="reason"
                label="Why"
                hint="For the two sides alone."
                value={text('reason')}
                errors={errors}
                rows={3}
                maxlength={1000}
              />
              <Submit text="Write it down" />
            </Form>
          )}
          <h2>Set it aside</h2>
          <p>Where it says nothing of taking part. It stays kept.</p>
          <Form action={`${BASE}/${mail.id}/aside`} label="Set aside">
            <Submit text="Set it aside" />
          </Form>
        </>
      ) : null}
    </>,
  );
}

async function postPlace(c: Ctx): Promise<Response> {
  const { party, name } = staff(c);
  const values = textsOf(await bodyOf(c), FIELDS);
  const { invitation = '', partstat = '', delegate = '', reason = '' } = values;
  try {
    const given = { invitation, partstat, delegate, reason };
    await placeByHand(c.get('services'), c.req.param('mail') ?? '', { party, name }, given);
  } catch (error) {
    return await showOne(c, { values, errors: errorsOf(error) });
  }
  return redirectWith(c, BASE, 'It is written down, and the party gets its receipt by mail.');
}

async function postAside(c: Ctx): Promise<Response> {
  try {
    await setAside(c.get('services'), c.req.param('mail') ?? '', staff(c).name);
  } catch (error) {
    return await showOne(c, { values: null, errors: errorsOf(error) });
  }
  return redirectWith(c, BASE, 'It is set aside, and stays kept.');
}

/** Never opened by the browser: it is somebody else's text. */
async function getRaw(c: Ctx): Promise<Response> {
  const id = c.req.param('mail') ?? '';
  const raw = await rawMail(c.get('services').db, id);
  return c.body(new Uint8Array(raw), 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': contentDisposition(`${id}.eml`),
    'Cache-Control': 'no-store',
  });
}

export const mailRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: getList },
  { method: 'GET', path: ONE, access: VIEWER, handler: (c) => showOne(c, { values: null, errors: {} }) },
  { method: 'GET', path: `${ONE}/raw`, access: VIEWER, handler: getRaw },
  { method: 'POST', path: `${ONE}/place`, access: EDITOR, handler: postPlace },
  { method: 'POST', path: `${ONE}/aside`, access: EDITOR, handler: postAside },
];
