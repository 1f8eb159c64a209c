/** The door of a meeting: who is expected, who came and when, marked one by one; a mark is taken back by a later entry. */

import { bodyOf, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { instantOf } from '../../ui/asof.tsx';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { Counts, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { participation, partyKind } from '../../ui/words.ts';
import { errorsOf } from '../input.ts';
import { crumbsTo, matterOfPath } from '../sourced.tsx';
import { MeetingChanges } from './change-parts.tsx';
import { addAttendance, meetingIn } from './commands.ts';
import { openDoors } from './rules.ts';
import { statusOf } from './standing.ts';
import type { Participant } from './view.ts';

const ONE = '/desk/matters/:matter/meetings/:meeting';
/** Rows on the page; who is not among them is found by name. */
const MOST = 300;

const fits = (words: string) => (one: Participant) =>
  `${one.name} ${one.office ?? ''} ${one.partyName}`.toLowerCase().includes(words.toLowerCase());

/** Those who are expected first, so that the door does not search. */
const ORDER = ['accepted', 'delegated', 'tentative', 'needs-action', 'withdrew', 'declined'];

async function getDoor(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const { meeting, participants } = await meetingIn(services, matter.id, c.req.param('meeting') ?? '');
  const writes = staff(c).role !== 'viewer';
  const base = `/desk/matters/${matter.id}/meetings/${meeting.id}`;
  const words = (c.req.query('name') ?? '').trim().slice(0, 200);
  const zone = meeting.zone ?? zoneOf(c);
  const now = services.clock.now();
  const open = now >= openDoors(meeting) && meeting.cancelled === null;
  const found = participants
    .filter(fits(words))
    .toSorted((a, b) => ORDER.indexOf(statusOf(a.said)) - ORDER.indexOf(statusOf(b.said)));
  const there = participants.filter((one) => one.attended === true).length;
  const absent = participants.filter((one) => one.attended === false).length;
  const expected = participants.filter(
    (one) => one.attended === null && ['accepted', 'delegated'].includes(statusOf(one.said)),
  ).length;
  const seen = c.req.query('seen') ?? '';
  const fresh = () => uuidv7(now, services.random);
  const hidden = (one: Participant) => ({ participant: one.id, once: fresh(), name: words, seen });
  return await page(
    c,
    { title: t('meetings.door.title', { subject: meeting.subject }), area: 'staff', wide: true },
    <>
      <Heading
        title={t('meetings.door')}
        crumbs={[
          ...crumbsTo(matter),
          { text: t('meetings.meetings'), href: `/desk/matters/${matter.id}/meetings` },
          { text: meeting.subject, href: base },
        ]}
        lead={t('meetings.door.lead')}
      />
      <Counts
        counts={[
          { n: there, text: t('meetings.door.count.came', { n: there }) },
          { n: absent, text: t('meetings.door.count.absent', { n: absent }) },
          { n: expected, text: t('meetings.door.count.expected', { n: expected }) },
          ...(meeting.capacity === null
            ? []
            : [{ n: meeting.capacity, text: t('meetings.door.count.seats', { n: meeting.capacity }) }]),
        ]}
      />
      {meeting.cancelled ? (
        <MeetingChanges meeting={meeting} zone={zone} />
      ) : open ? null : (
        <Notice title={t('meetings.door.closed')}>
          <p>{rich('meetings.door.closed.until', { at: <Time at={new Date(openDoors(meeting))} zone={zone} /> })}</p>
        </Notice>
      )}
      <Form method="get" action={`${base}/door`} label={t('meetings.door.find')}>
        <Field name="name" label={t('meetings.door.find.name')} type="search" value={words} />
        <Field
          name="seen"
          type="time"
          label={t('meetings.door.find.seen')}
          hint={t('meetings.door.find.seen.hint', { zone })}
          value={seen}
          width="medium"
        />
        <Submit text={t('meetings.door.find.show')} />
      </Form>
      <Table
        caption={t('meetings.door.caption')}
        quietCaption
        rows={found.slice(0, MOST)}
        empty={{
          what: words === '' ? t('meetings.nobody-invited') : t('meetings.door.nobody'),
          how: t('meetings.door.nobody.how'),
        }}
        columns={[
          {
            head: t('meetings.who'),
            names: true,
            cell: (one) => (
              <>
                {one.name}
                <div class="soft">{one.office ?? [partyKind(one.kind), one.state].filter(Boolean).join(', ')}</div>
              </>
            ),
          },
          { head: t('meetings.door.said'), cell: (one) => <Mark state={participation(statusOf(one.said))} /> },
          {
            head: t('meetings.door'),
            cell: (one) =>
              one.attended === null ? (
                t('meetings.door.not-seen')
              ) : one.attended ? (
                <>
                  {t('meetings.door.came')}
                  {one.attendedAt ? (
                    <>
                      , <Time at={one.attendedAt} zone={zone} />
                    </>
                  ) : null}
                </>
              ) : (
                t('meetings.door.absent')
              ),
          },
          ...(writes && open
            ? [
                {
                  head: t('meetings.door.mark'),
                  cell: (one: Participant) => (
                    <Form
                      action={`${base}/attendance`}
                      hidden={hidden(one)}
                      label={t('meetings.door.attendance', { name: one.name })}
                    >
                      {one.attended === null ? (
                        <Submit
                          text={t('meetings.door.mark.came')}
                          name="attended"
                          value="yes"
                          second={{ text: t('meetings.door.mark.absent'), name: 'attended', value: 'no' }}
                        />
                      ) : (
                        <Submit text={t('meetings.door.mark.back')} name="attended" value="back" />
                      )}
                    </Form>
                  ),
                },
              ]
            : []),
        ]}
      />
      {found.length > MOST ? <p>{t('meetings.door.more', { n: found.length - MOST })}</p> : null}
    </>,
  );
}

const ATTENDED: Readonly<Record<string, boolean | null>> = { yes: true, no: false, back: null };

async function postAttendance(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const body = textsOf(await bodyOf(c), ['participant', 'attended', 'once', 'name', 'seen']);
  const { participant = '', attended = '', name = '', seen = '', once: sent = '' } = body;
  const once = UUID.test(sent) ? sent : uuidv7(services.clock.now(), services.random);
  const { meeting } = await meetingIn(services, matter.id, c.req.param('meeting') ?? '');
  const query = new URLSearchParams({ ...(name ? { name } : {}), ...(seen ? { seen } : {}) }).toString();
  const back = `/desk/matters/${matter.id}/meetings/${meeting.id}/door${query === '' ? '' : `?${query}`}`;
  const zone = meeting.zone ?? zoneOf(c);
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(meeting.startsAt);
  const at = /^\d{2}:\d{2}$/.test(seen) && attended === 'yes' ? instantOf(`${day}T${seen}`, zone) : null;
  const mark = Object.hasOwn(ATTENDED, attended) ? ATTENDED[attended] : undefined;
  if (mark === undefined) return redirectWith(c, back, t('meetings.door.nothing'));
  try {
    await addAttendance(
      services,
      matter.id,
      meeting.id,
      { participant, attended: mark, at: at?.getTime() ?? null },
      once,
    );
  } catch (error) {
    const [words = ''] = Object.values(errorsOf(error));
    return redirectWith(c, back, words);
  }
  return redirectWith(c, back, mark === null ? t('meetings.door.taken-back') : t('meetings.written'));
}

export const doorRoutes: readonly Route[] = [
  { method: 'GET', path: `${ONE}/door`, access: VIEWER, handler: getDoor },
  { method: 'POST', path: `${ONE}/attendance`, access: EDITOR, handler: postAttendance },
];
