/** Meetings of a matter in a list, and the form that calls one: who, what about, where, when in which zone, for how many. */

import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
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
    {
      title: t('meetings.call.title', { matter: matter.title }),
      area: 'staff',
      wide: true,
      status: statusOfPage(sent),
    },
    <>
      <Heading title={t('meetings.meetings')} crumbs={crumbsTo(matter)} lead={t('meetings.call.lead')} />
      <Table
        caption={t('meetings.meetings')}
        quietCaption
        rows={meetings}
        empty={{
          what: t('meetings.call.empty'),
          how: t('meetings.call.empty.how'),
        }}
        columns={[
          { head: t('meetings.meeting'), names: true, cell: (one) => <a href={`${base}/${one.id}`}>{one.subject}</a> },
          { head: t('meetings.called-by'), cell: (one) => one.convener },
          {
            head: t('meetings.when'),
            cell: (one) => (
              <>
                <Time at={one.startsAt} zone={zone} dayOnly={one.dayOnly} />
                {one.cancelled ? <div class="soft">{t('meetings.changed.called-off')}</div> : null}
              </>
            ),
          },
          { head: t('meetings.where'), cell: (one) => one.place ?? t('meetings.not-known') },
        ]}
      />
      {writes ? (
        <>
          <h2 id="add">{t('meetings.call.add')}</h2>
          <Form action={base} errors={errors} hidden={{ once: sent.once || newOnce }} label={t('meetings.meeting')}>
            <Field
              name="subject"
              label={t('meetings.call.subject')}
              required
              value={text('subject')}
              errors={errors}
              maxlength={200}
            />
            <Field
              name="convener"
              label={t('meetings.call.convener')}
              required
              value={text('convener')}
              errors={errors}
              maxlength={200}
            />
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
              value={text('zone') || zone}
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
            <Submit text={t('meetings.write')} />
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
    const { zone } = checked(zoned, { zone: typed || zoneOf(c) }, { zone: t('meetings.field.zone') });
    const { saidAt: startsAt, dayOnly } = saidAt(day, time, zone);
    if (until !== '' && dayOnly)
      throw new InvalidInput('input-refused', t('meetings.call.end-alone'), {
        time: t('meetings.call.end-alone.field'),
      });
    const endsAt = until === '' ? null : saidAt(day, until, zone).saidAt;
    const id = await addMeeting(
      services,
      matter.id,
      { convener, subject, place, startsAt, endsAt, dayOnly, capacity, agenda, zone: dayOnly ? '' : zone },
      once,
    );
    return redirectWith(c, `/desk/matters/${matter.id}/meetings/${id}`, t('meetings.call.done'));
  } catch (error) {
    return await showAll(c, { form: 'call', values, errors: errorsOf(error), once });
  }
}

export const callRoutes: readonly Route[] = [
  { method: 'GET', path: BASE, access: VIEWER, handler: (c) => showAll(c) },
  { method: 'POST', path: BASE, access: EDITOR, handler: postCall },
];
