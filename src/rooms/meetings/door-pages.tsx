/** The door of a meeting: who is expected, who came and when, marked one by one; a mark is taken back by a later entry. */
import { bodyOf, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { instantOf } from '../../ui/asof.tsx';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Field, Form, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { Counts, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { participation } from '../../ui/words.ts';
import { errorsOf } from '../input.ts';
import { crumbsTo, matterOfPath } from '../sourced.tsx';
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
  const open = now >= openDoors(meeting);
  const found = participants
    .filter(fits(words))
    .toSorted((a, b) => ORDER.indexOf(statusOf(a.said)) - ORDER.indexOf(statusOf(b.said)));
  const there = participants.filter((one) => one.attended === true);
  const seen = c.req.query('seen') ?? '';
  const fresh = () => uuidv7(now, services.random);
  const hidden = (one: Participant) => ({ participant: one.id, once: fresh(), name: words, seen });
  return await page(
    c,
    { title: `At the door: ${meeting.subject}`, area: 'staff', wide: true },
    <>
      <Heading
        title="At the door"
        crumbs={[
          ...crumbsTo(matter),
          { text: 'Meetings', href: `/desk/matters/${matter.id}/meetings` },
          { text: meeting.subject, href: base },
        ]}
        lead="Mark who comes. A mark can be taken back; both stay written, each with its time."
      />
      <Counts
        counts={[
          { n: there.length, text: 'came' },
          { n: participants.filter((one) => one.attended === false).length, text: 'did not come' },
          {
            n: participants.filter(
              (one) => one.attended === null && ['accepted', 'delegated'].includes(statusOf(one.said)),
            ).length,
            text: 'expected still',
          },
          ...(meeting.capacity === null ? [] : [{ n: meeting.capacity, text: 'seats' }]),
        ]}
      />
      {open ? null : (
        <Notice title="The doors are closed">
          <p>
            Attendance can be taken from <Time at={new Date(openDoors(meeting))} zone={zone} /> on.
          </p>
        </Notice>
      )}
      <Form method="get" action={`${base}/door`} label="Find somebody">
        <Field name="name" label="Name, office or party" type="search" value={words} />
        <Field
          name="seen"
          type="time"
          label="Came at, where it was not now"
          hint={`On the day of the meeting, in ${zone}; for those whom you mark next.`}
          value={seen}
          width="medium"
        />
        <Submit text="Show" />
      </Form>
      <Table
        caption="Who is invited"
        quietCaption
        rows={found.slice(0, MOST)}
        empty={{
          what: words === '' ? 'Nobody is invited by name yet' : 'Nobody of this name is invited',
          how: 'Whoever comes uninvited is invited on the page of the meeting first.',
        }}
        columns={[
          {
            head: 'Who',
            names: true,
            cell: (one) => (
              <>
                {one.name}
                <div class="soft">{one.office ?? [one.kind, one.state].filter(Boolean).join(', ')}</div>
              </>
            ),
          },
          { head: 'Said', cell: (one) => <Mark state={participation(statusOf(one.said))} /> },
          {
            head: 'At the door',
            cell: (one) =>
              one.attended === null ? (
                'not seen yet'
              ) : one.attended ? (
                <>
                  came
                  {one.attendedAt ? (
                    <>
                      , <Time at={one.attendedAt} zone={zone} />
                    </>
                  ) : null}
                </>
              ) : (
                'did not come'
              ),
          },
          ...(writes && open
            ? [
                {
                  head: 'Mark',
                  cell: (one: Participant) => (
                    <Form action={`${base}/attendance`} hidden={hidden(one)} label={`Attendance of ${one.name}`}>
                      {one.attended === null ? (
                        <Submit
                          text="Came"
                          name="attended"
                          value="yes"
                          second={{ text: 'Did not come', name: 'attended', value: 'no' }}
                        />
                      ) : (
                        <Submit text="Take back" name="attended" value="back" />
                      )}
                    </Form>
                  ),
                },
              ]
            : []),
        ]}
      />
      {found.length > MOST ? <p>{found.length - MOST} more: find them by name.</p> : null}
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
  if (mark === undefined) return redirectWith(c, back, 'Nothing was marked: say whether they came.');
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
  return redirectWith(c, back, mark === null ? 'Taken back.' : 'It is written down.');
}

export const doorRoutes: readonly Route[] = [
  { method: 'GET', path: `${ONE}/door`, access: VIEWER, handler: getDoor },
  { method: 'POST', path: `${ONE}/attendance`, access: EDITOR, handler: postAttendance },
];
