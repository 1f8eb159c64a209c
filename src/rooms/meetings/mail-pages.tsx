/** “Mail that could not be placed”: what came in, why it has no place, the mail itself, and the form that puts it in its place. */

import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { contentDisposition } from '../../ui/attachment.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { Facts, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { participation } from '../../ui/words.ts';
import { errorsOf } from '../input.ts';
import { PARTSTATS } from './entries.ts';
import { type MailTime, reasonOf } from './itip.ts';
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
const crumbs = () => [{ text: t('ui.nav.desk'), href: '/desk' }];
const list = () => ({ text: t('meetings.mail.list'), href: BASE });
const FIELDS = ['invitation', 'partstat', 'delegate', 'reason'];

const whyWords = ({ why, detail }: Pick<MailLine, 'why' | 'detail'>): string => {
  if (why === null) return '';
  const words = t(`meetings.mail.why.${why}`);
  return why === 'refused' && detail !== null ? `${words} ${detail}` : words;
};

const stateWords = ({ state, settledBy }: Pick<MailLine, 'state' | 'settledBy'>): string => {
  const words = t(`meetings.mail.state.${state}`);
  return settledBy === null ? words : t('meetings.mail.state.by', { state: words, name: settledBy });
};

async function getList(c: Ctx): Promise<Response> {
  const { db, config } = c.get('services');
  const { party } = staff(c);
  const [open, others] = await Promise.all([mailsOf(db, party, true), mailsOf(db, party, false)]);
  const zone = zoneOf(c);
  const subject = {
    head: t('meetings.mail.mail'),
    names: true,
    cell: (one: MailLine) => (
      <>
        <a href={`${BASE}/${one.id}`}>{one.subject ?? t('meetings.mail.no-subject')}</a>
        <div class="soft">{t('meetings.mail.from', { sender: one.sender ?? t('meetings.mail.from.nobody') })}</div>
      </>
    ),
  };
  const came = { head: t('meetings.mail.came'), cell: (one: MailLine) => <Time at={one.receivedAt} zone={zone} /> };
  const about = {
    head: t('meetings.mail.about'),
    cell: (one: MailLine) => (one.name === null ? t('meetings.not-known') : `${one.name}: ${one.meeting ?? ''}`),
  };
  return await page(
    c,
    { title: list().text, area: 'staff', wide: true },
    <>
      <Heading title={list().text} crumbs={crumbs()} lead={t('meetings.mail.lead')} />
      {config.mailIn === undefined ? <p>{t('meetings.mail.off')}</p> : null}
      <Table
        caption={t('meetings.mail.open')}
        rows={open}
        empty={{ what: t('meetings.mail.open.empty'), how: t('meetings.mail.open.empty.how') }}
        columns={[subject, came, about, { head: t('meetings.mail.open.why'), cell: whyWords }]}
      />
      {others.length > 0 ? (
        <Table
          caption={t('meetings.mail.others')}
          rows={others}
          empty={{ what: t('meetings.mail.others.empty') }}
          columns={[subject, came, about, { head: t('meetings.mail.others.became'), cell: stateWords }]}
        />
      ) : null}
    </>,
  );
}

const timeWords = (time: MailTime | null): string =>
  time === null
    ? t('meetings.mail.time.none')
    : 'problem' in time
      ? t('meetings.mail.time.zoneless')
      : meetingWhen({ startsAt: new Date(time.at), endsAt: null, dayOnly: false, zone: time.zone });

/** What the calendar program said of itself, as it was read. */
function calendarFacts({ read }: OneMail, zone: string) {
  const calendar = read?.calendars[0];
  const event = calendar?.events[0];
  if (!calendar || !event) return [];
  return [
    { name: t('meetings.mail.facts.method'), value: calendar.method ?? t('meetings.none') },
    {
      name: t('meetings.mail.facts.attendees'),
      value: event.attendees
        .map((one) => `${one.address}: ${one.partstat || t('meetings.mail.facts.no-word')}`)
        .join('; '),
    },
    {
      name: t('meetings.mail.facts.written'),
      value: event.stamp === null ? t('meetings.mail.facts.not-said') : <Time at={new Date(event.stamp)} zone={zone} />,
    },
    ...(calendar.method === 'COUNTER'
      ? [
          {
            name: t('meetings.mail.facts.asks'),
            value: t('meetings.mail.facts.span', { from: timeWords(event.start), until: timeWords(event.end) }),
          },
        ]
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
      title: t('meetings.mail.title', { subject: mail.subject ?? t('meetings.mail.no-subject') }),
      area: 'staff',
      status: Object.keys(errors).length > 0 ? 422 : 200,
    },
    <>
      <Heading title={mail.subject ?? t('meetings.mail.heading')} crumbs={[...crumbs(), list()]} />
      {open ? null : <ErrorSummary errors={errors} />}
      {mail.why && mail.state === 'unplaced' ? <p class="lead">{whyWords(mail)}</p> : null}
      <Facts
        facts={[
          { name: t('meetings.mail.facts.from'), value: mail.sender ?? t('meetings.mail.from.nobody') },
          { name: t('meetings.mail.came'), value: <Time at={mail.receivedAt} zone={zoneOf(c)} /> },
          { name: t('meetings.mail.facts.is'), value: stateWords(mail) },
          {
            name: t('meetings.mail.about'),
            value: mail.name === null ? t('meetings.not-known') : `${mail.name}: ${mail.meeting ?? ''}`,
          },
          ...calendarFacts(mail, zoneOf(c)),
        ]}
      />
      <p>
        {rich('meetings.mail.whole', {
          a: (words) => (
            <a href={`${BASE}/${mail.id}/raw`} download>
              {words}
            </a>
          ),
          bytes: mail.bytes,
        })}
      </p>
      {mail.read?.words ? (
        <details class="working">
          <summary>{t('meetings.mail.words')}</summary>
          <p class="body__text">{mail.read.words}</p>
        </details>
      ) : null}
      {open ? (
        <>
          <h2 id="place">{t('meetings.mail.place')}</h2>
          {choices.length === 0 ? (
            <p>{t('meetings.mail.place.none')}</p>
          ) : (
            <Form action={`${BASE}/${mail.id}/place`} errors={errors} label={t('meetings.mail.place')}>
              <Select
                name="invitation"
                label={t('meetings.mail.place.whose')}
                required
                none={t('meetings.mail.place.whose.none')}
                value={text('invitation')}
                errors={errors}
                choices={choices.map((one) => ({ value: one.id, label: `${one.name}: ${one.meeting}` }))}
              />
              <Select
                name="partstat"
                label={t('meetings.says')}
                required
                none={t('meetings.mail.place.says.none')}
                value={text('partstat')}
                errors={errors}
                choices={PARTSTATS.filter((one) => one !== 'needs-action').map((one) => ({
                  value: one,
                  label: participation(one).word,
                }))}
              />
              <Field
                name="delegate"
                label={t('meetings.substitute')}
                hint={t('meetings.mail.place.substitute.hint')}
                value={text('delegate')}
                errors={errors}
                maxlength={200}
              />
              <TextArea
                name="reason"
                label={t('meetings.why')}
                hint={t('meetings.mail.place.why.hint')}
                value={text('reason')}
                errors={errors}
                rows={3}
                maxlength={1000}
              />
              <Submit text={t('meetings.write')} />
            </Form>
          )}
          <h2>{t('meetings.mail.aside')}</h2>
          <p>{t('meetings.mail.aside.how')}</p>
          <Form action={`${BASE}/${mail.id}/aside`} label={t('meetings.mail.aside.form')}>
            <Submit text={t('meetings.mail.aside')} />
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
  return redirectWith(c, BASE, t('meetings.mail.placed'));
}

async function postAside(c: Ctx): Promise<Response> {
  try {
    await setAside(c.get('services'), c.req.param('mail') ?? '', staff(c).name);
  } catch (error) {
    return await showOne(c, { values: null, errors: errorsOf(error) });
  }
  return redirectWith(c, BASE, t('meetings.mail.set-aside'));
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
