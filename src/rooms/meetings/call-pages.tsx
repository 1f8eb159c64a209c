/** Meetings of a matter in a list, and the form that calls one: who, what about, where, when in which zone, for how many. */
import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import { type Ctx, EDITOR, type Route, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Field, Form, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { timeZone } from '../fields.ts';
import { checked, errorsOf } from '../input.ts';
import { crumbsTo, matterOfPath, saidAt } from '../sourced.tsx';
import { addMeeting } from './commands.ts';
import { NOTHING, type Sent, statusOfPage, tokenOf } from './sent.ts';
import { meetingsOf } from './view.ts';

const BASE = '/desk/matters/:matter/meetings';
const CALL = ['convener', 'subject', 'place', 'day', 'time', 'until', 'zone', 'capacity', 'agenda'];

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

export const callRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: (c) => showAll(c) },
  { method: 'POST', path: BASE, access: EDITOR, handler: postCall },
];
