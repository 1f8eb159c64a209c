/** Changing a meeting or calling it off: the form, a look at what everybody will be told before anything is written, and the writing. */
import { z } from 'zod';
import { Conflict, InvalidInput } from '../../base/errors.ts';
import type { Texts } from '../../base/form.ts';
import { uuidv7 } from '../../base/ids.ts';
import { num, t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { page } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { localInput } from '../../ui/time.tsx';
import { timeZone } from '../fields.ts';
import { checked, errorsOf } from '../input.ts';
import { crumbsTo, matterOfPath, saidAt } from '../sourced.tsx';
import {
  type Changeable,
  type ChangeForm,
  changeableIn,
  planCancel,
  planChange,
  tellInvited,
  writeChange,
} from './change-commands.ts';
import { type Altered, alteredBy, termsEntry } from './changed.ts';
import { refuseUnchangeable } from './changing.ts';
import { meetingCancelled, meetingChanged } from './entries.ts';
import type { Letter } from './letters.tsx';
import { MeetingFacts } from './parts.tsx';
import { tokenOf } from './sent.ts';
import type { Meeting } from './view.ts';
import { meetingWhen } from './when.ts';

const ONE = '/desk/matters/:matter/meetings/:meeting';
const FIELDS = [
  'place',
  'day',
  'time',
  'until',
  'zone',
  'capacity',
  'agenda',
  'reason',
  'cancel-reason',
  'seen',
  'sure',
];

interface Typed {
  readonly form: 'change' | 'cancel' | null;
  readonly values: Texts;
  readonly errors: Errors;
  readonly once: string;
  readonly status: 200 | 409 | 422;
}

/** What stands, as the form's fields have it. @param zone where nobody said one */
function valuesOf(meeting: Meeting, zone: string): Texts {
  const there = meeting.zone ?? zone;
  const begins = localInput(meeting.startsAt, there);
  return {
    place: meeting.place ?? '',
    day: begins.slice(0, 10),
    time: meeting.dayOnly ? '' : begins.slice(11, 16),
    until: meeting.endsAt === null ? '' : localInput(meeting.endsAt, there).slice(11, 16),
    zone: there,
    capacity: meeting.capacity === null ? '' : String(meeting.capacity),
    agenda: meeting.agenda,
  };
}

const zoned = z.object({ zone: timeZone });

/** The hours of a form in its zone; the same day and no hour as before are the same time as before. @throws InvalidInput */
function changeOf(values: Texts, meeting: Meeting, zone: string): ChangeForm {
  const text = (name: string) => values[name] ?? '';
  const rest = { place: text('place'), capacity: text('capacity'), agenda: text('agenda'), reason: text('reason') };
  const stands = valuesOf(meeting, zone);
  if (['day', 'time', 'until', 'zone'].every((name) => text(name) === stands[name])) {
    const { startsAt, endsAt, dayOnly } = meeting;
    return {
      ...rest,
      startsAt: startsAt.getTime(),
      endsAt: endsAt?.getTime() ?? null,
      dayOnly,
      zone: meeting.zone ?? '',
    };
  }
  const { zone: there } = checked(zoned, { zone: text('zone') }, { zone: t('meetings.field.zone') });
  const { saidAt: startsAt, dayOnly } = saidAt(text('day'), text('time'), there);
  if (text('until') !== '' && dayOnly)
    throw new InvalidInput('input-refused', t('meetings.call.end-alone'), { time: t('meetings.call.end-alone.field') });
  const endsAt = text('until') === '' ? null : saidAt(text('day'), text('until'), there).saidAt;
  return { ...rest, startsAt, endsAt, dayOnly, zone: dayOnly ? '' : there };
}

const crumbsOf = (matter: Parameters<typeof crumbsTo>[0], meeting: Meeting, base: string) => [
  ...crumbsTo(matter),
  { text: t('meetings.meetings'), href: `/desk/matters/${matter.id}/meetings` },
  { text: meeting.subject, href: base },
];

/** What keeps a meeting from being changed at all, by name; null where nothing does. */
function shut({ meeting, participants }: Changeable, now: number): Errors | null {
  try {
    refuseUnchangeable(meeting, participants, now);
    return null;
  } catch (error) {
    return errorsOf(error);
  }
}

async function showForms(c: Ctx, typed: Typed): Promise<Response> {
  const { services, matter, newOnce } = await matterOfPath(c);
  const what = await changeableIn(services, matter.id, c.req.param('meeting') ?? '');
  const { meeting } = what;
  const base = `/desk/matters/${matter.id}/meetings/${meeting.id}`;
  const zone = zoneOf(c);
  const now = services.clock.now();
  const closed = shut(what, now);
  const of = (form: Typed['form']) => (typed.form === form ? typed : null);
  const [changing, cancelling] = [of('change'), of('cancel')];
  const values = changing?.values ?? valuesOf(meeting, zone);
  const errors = changing?.errors ?? {};
  const text = (name: string) => values[name] ?? '';
  const hidden = (one: Typed | null) => ({
    once: one?.once || uuidv7(now, services.random) || newOnce,
    seen: String(meeting.changes.length),
  });
  return await page(
    c,
    { title: t('meetings.changed.title', { subject: meeting.subject }), area: 'staff', status: typed.status },
    <>
      <Heading
        title={t('meetings.changed.link')}
        crumbs={crumbsOf(matter, meeting, base)}
        lead={t('meetings.changed.lead')}
      />
      <MeetingFacts meeting={meeting} zone={meeting.zone ?? zone} />
      {closed ? (
        <>
          <ErrorSummary errors={typed.form === null ? closed : typed.errors} />
          <p>
            <a href={base}>{t('meetings.back')}</a>
          </p>
        </>
      ) : (
        <>
          <h2 id="change">{t('meetings.changed.form')}</h2>
          <Form action={`${base}/change`} errors={errors} hidden={hidden(changing)} label={t('meetings.changed.form')}>
            <Field
              name="place"
              label={t('meetings.call.place')}
              value={text('place')}
              errors={errors}
              maxlength={300}
            />
            <Field
              name="day"
              type="date"
              label={t('meetings.call.day')}
              required
              value={text('day')}
              errors={errors}
              width="medium"
            />
            <Field
              name="time"
              type="time"
              label={t('meetings.call.begins')}
              value={text('time')}
              errors={errors}
              width="medium"
            />
            <Field
              name="until"
              type="time"
              label={t('meetings.call.ends')}
              value={text('until')}
              errors={errors}
              width="medium"
            />
            <Field
              name="zone"
              label={t('meetings.call.zone')}
              hint={t('meetings.call.zone.hint')}
              required
              value={text('zone')}
              errors={errors}
              maxlength={60}
            />
            <Field
              name="capacity"
              label={t('meetings.seats')}
              value={text('capacity')}
              errors={errors}
              inputmode="numeric"
              width="short"
            />
            <TextArea
              name="agenda"
              label={t('meetings.call.agenda')}
              value={text('agenda')}
              errors={errors}
              rows={3}
              maxlength={4000}
            />
            <TextArea
              name="reason"
              label={t('meetings.changed.reason')}
              required
              value={text('reason')}
              errors={errors}
              rows={2}
              maxlength={1000}
            />
            <Submit text={t('meetings.changed.look')} cancel={{ text: t('meetings.back'), href: base }} />
          </Form>
          <h2 id="cancel">{t('meetings.changed.cancel.form')}</h2>
          <p>{t('meetings.changed.cancel.how')}</p>
          <Form
            action={`${base}/cancel`}
            errors={cancelling?.errors ?? {}}
            hidden={hidden(cancelling)}
            label={t('meetings.changed.cancel.form')}
          >
            <TextArea
              name="cancel-reason"
              label={t('meetings.changed.reason')}
              required
              value={cancelling?.values['cancel-reason'] ?? ''}
              errors={cancelling?.errors ?? {}}
              rows={2}
              maxlength={1000}
            />
            <Submit text={t('meetings.changed.look')} danger />
          </Form>
        </>
      )}
    </>,
  );
}

const none = (text: string | null | undefined): string => (text ? text : t('meetings.not-known'));
const LINES = [
  ['meetings.when', ({ when }: Altered) => (when ? meetingWhen(when) : undefined)],
  ['meetings.where', ({ place }: Altered) => (place === undefined ? undefined : none(place))],
  [
    'meetings.seats',
    ({ capacity }: Altered) =>
      capacity === undefined ? undefined : capacity === null ? t('meetings.not-known') : num(capacity),
  ],
  ['meetings.changed.agenda', ({ agenda }: Altered) => (agenda === undefined ? undefined : none(agenda))],
] as const;

/** What will be told to whom, before it is. */
async function showLook(
  c: Ctx,
  what: Changeable,
  look: { readonly form: 'change' | 'cancel'; readonly is: Altered; readonly reason: string },
  sent: { readonly values: Texts; readonly once: string },
): Promise<Response> {
  const { matter } = await matterOfPath(c);
  const { meeting, participants, invitations } = what;
  const base = `/desk/matters/${matter.id}/meetings/${meeting.id}`;
  const { startsAt, endsAt, dayOnly, zone, place, capacity, agenda } = meeting;
  const stands: Altered = { when: { startsAt, endsAt, dayOnly, zone }, place, capacity, agenda };
  const untold = participants.length - invitations.length;
  const rows = LINES.flatMap(([name, of]) => {
    const becomes = of(look.is);
    return becomes === undefined ? [] : [{ name: t(name), is: of(stands) ?? '', becomes }];
  });
  const kept = Object.fromEntries(
    Object.entries(sent.values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const cancels = look.form === 'cancel';
  return await page(
    c,
    { title: t('meetings.changed.look.title', { subject: meeting.subject }), area: 'staff' },
    <>
      <Heading
        title={
          cancels
            ? t('meetings.changed.look.cancel', { subject: meeting.subject })
            : t('meetings.changed.look.title', { subject: meeting.subject })
        }
        crumbs={[...crumbsOf(matter, meeting, base), { text: t('meetings.changed.link'), href: `${base}/change` }]}
      />
      {cancels ? (
        <p>{t('meetings.changed.cancel.how')}</p>
      ) : (
        <Table
          caption={t('meetings.changed.look.what')}
          rows={rows}
          empty={{ what: t('meetings.changed.nothing') }}
          columns={[
            { head: t('meetings.changed.look.what'), names: true, cell: (one) => one.name },
            { head: t('meetings.changed.look.is'), cell: (one) => <span class="body__text">{one.is}</span> },
            { head: t('meetings.changed.look.becomes'), cell: (one) => <span class="body__text">{one.becomes}</span> },
          ]}
        />
      )}
      <p class="body__text">
        {t('meetings.changed.reason.label')}: {look.reason}
      </p>
      <p>{t('meetings.changed.look.everyone')}</p>
      <p>{t('meetings.changed.look.told', { n: invitations.length })}</p>
      {untold > 0 ? <p>{t('meetings.changed.look.untold', { n: untold })}</p> : null}
      <Form
        action={`${base}/${look.form}`}
        hidden={{ ...kept, once: sent.once, sure: 'yes' }}
        label={cancels ? t('meetings.changed.cancel.form') : t('meetings.changed.form')}
      >
        <Submit
          text={cancels ? t('meetings.changed.cancel.sure') : t('meetings.changed.sure')}
          danger={cancels}
          second={{ text: t('meetings.changed.look.back'), name: 'sure', value: 'no' }}
        />
      </Form>
    </>,
  );
}

/** Both forms stand on one page, so the reason has a name of its own in the second. */
const cancelErrors = ({ reason, ...errors }: Errors): Errors =>
  reason === undefined ? errors : { ...errors, 'cancel-reason': reason };

/** Nothing is written before somebody has looked at it. */
const post =
  (form: 'change' | 'cancel') =>
  async (c: Ctx): Promise<Response> => {
    const { services, matter } = await matterOfPath(c);
    const { values, once } = await tokenOf(c, FIELDS);
    const id = c.req.param('meeting') ?? '';
    const { 'cancel-reason': why = '', seen = '', sure = '' } = values;
    const again = (errors: Errors, status: Typed['status']) => showForms(c, { form, values, errors, once, status });
    const what = await changeableIn(services, matter.id, id);
    try {
      const plan =
        form === 'cancel' ? planCancel({ reason: why }) : planChange(changeOf(values, what.meeting, zoneOf(c)));
      if (sure === 'yes') {
        const n = await writeChange(services, matter.id, id, plan, {
          once,
          seen: /^\d{1,6}$/.test(seen) ? Number(seen) : -1,
        });
        const to = `/desk/matters/${matter.id}/meetings/${id}`;
        return redirectWith(
          c,
          to,
          t(form === 'cancel' ? 'meetings.changed.cancel.done' : 'meetings.changed.done', { n }),
        );
      }
      if (sure === 'no') return await again({}, 200);
      const { body } = plan(services.clock.now(), what, once);
      const is = form === 'cancel' ? {} : alteredBy(meetingChanged.parse(body).changes);
      const reason = form === 'cancel' ? meetingCancelled.parse(body).reason : meetingChanged.parse(body).reason;
      return await showLook(c, what, { form, is, reason }, { values, once });
    } catch (error) {
      return await again(
        form === 'cancel' ? cancelErrors(errorsOf(error)) : errorsOf(error),
        error instanceof Conflict ? 409 : 422,
      );
    }
  };

async function postTell(c: Ctx): Promise<Response> {
  const { services, matter } = await matterOfPath(c);
  const id = c.req.param('meeting') ?? '';
  const n = await tellInvited(services, matter.id, id);
  return redirectWith(c, `/desk/matters/${matter.id}/meetings/${id}`, t('meetings.changed.tell.done', { n }));
}

/** Whose letter says something else than what stands: it left while the meeting was being changed. Nothing where there is nobody. */
export function NotTold(props: { meeting: Meeting; letters: ReadonlyMap<string, Letter>; action: string }) {
  const called = termsEntry(props.meeting);
  const n = [...props.letters.values()].filter((one) => one.called !== called).length;
  if (n === 0) return null;
  return (
    <Notice tone="bad" title={t('meetings.changed.tell.title', { n })}>
      <p>{t('meetings.changed.tell.how')}</p>
      <Form action={props.action} label={t('meetings.changed.tell')}>
        <Submit text={t('meetings.changed.tell')} />
      </Form>
    </Notice>
  );
}

const NOTHING: Typed = { form: null, values: {}, errors: {}, once: '', status: 200 };

export const changeRoutes: readonly Route[] = [
  { method: 'GET', path: `${ONE}/change`, access: EDITOR, handler: (c) => showForms(c, NOTHING) },
  { method: 'POST', path: `${ONE}/change`, access: EDITOR, handler: post('change') },
  { method: 'POST', path: `${ONE}/cancel`, access: EDITOR, handler: post('cancel') },
  { method: 'POST', path: `${ONE}/tell`, access: EDITOR, handler: postTell },
];
