/** "Another time would suit": what an invited party asks for through its link, as calendar programs do by COUNTER. */
import { z } from 'zod';
import { InvalidInput } from '../../base/errors.ts';
import type { Texts } from '../../base/form.ts';
import { t } from '../../base/language.ts';
import { type Errors, Field, Form, Submit, TextArea } from '../../ui/form.tsx';
import { timeZone } from '../fields.ts';
import { checked } from '../input.ts';
import { saidAt } from '../sourced.tsx';

/** Fields that the form of an answer, on the same page, has too have names of their own here. */
const OWN = ['reason', 'name', 'title'];
export const ASKED = ['day', 'time', 'until', 'zone', ...OWN.map((name) => `another-${name}`)];

/** Errors by the names of this form's fields. */
export const askedErrors = (errors: Errors): Errors =>
  Object.fromEntries(
    Object.entries(errors).map(([name, words]) => [OWN.includes(name) ? `another-${name}` : name, words]),
  );

const zoned = z.object({ zone: timeZone });

/** The instants that a form means in its zone. @throws InvalidInput */
export function askedOf(values: Texts) {
  const text = (name: string) => values[name] ?? '';
  const { zone } = checked(zoned, { zone: text('zone') }, { zone: t('meetings.field.zone') });
  const { saidAt: startsAt, dayOnly } = saidAt(text('day'), text('time'), zone);
  if (dayOnly)
    throw new InvalidInput('input-refused', t('meetings.another.hour'), { time: t('meetings.another.hour.field') });
  const endsAt = text('until') === '' ? null : saidAt(text('day'), text('until'), zone).saidAt;
  return {
    startsAt,
    endsAt,
    zone,
    reason: text('another-reason'),
    name: text('another-name'),
    title: text('another-title'),
  };
}

export function AnotherTime(props: {
  /** what was refused; null where nothing was asked yet */
  typed: { readonly values: Texts; readonly errors: Errors } | null;
  hidden: Readonly<Record<string, string>>;
  convener: string;
  /** of the meeting */
  zone: string;
}) {
  const { typed, convener, zone } = props;
  const errors = typed?.errors ?? {};
  const text = (name: string) => typed?.values[name] ?? '';
  return (
    <>
      <h2 id="another-time">{t('meetings.another.title')}</h2>
      <p>{t('meetings.another.lead', { convener })}</p>
      <Form
        action="/answer/invitation/another-time"
        errors={errors}
        hidden={props.hidden}
        label={t('meetings.another.title')}
      >
        <Field
          name="day"
          type="date"
          label={t('meetings.another.day')}
          required
          value={text('day')}
          errors={errors}
          width="medium"
        />
        <Field
          name="time"
          type="time"
          label={t('meetings.another.begins')}
          required
          value={text('time')}
          errors={errors}
          width="medium"
        />
        <Field
          name="until"
          type="time"
          label={t('meetings.another.ends')}
          value={text('until')}
          errors={errors}
          width="medium"
        />
        <Field
          name="zone"
          label={t('meetings.call.zone')}
          hint={t('meetings.another.zone.hint', { zone })}
          required
          value={typed ? text('zone') : zone}
          errors={errors}
          maxlength={60}
        />
        <TextArea
          name="another-reason"
          label={t('meetings.why')}
          hint={t('meetings.answer.why.hint', { convener })}
          value={text('another-reason')}
          errors={errors}
          rows={2}
          maxlength={1000}
        />
        <Field
          name="another-name"
          label={t('meetings.answer.name')}
          hint={t('meetings.answer.name.hint')}
          required
          value={text('another-name')}
          errors={errors}
          maxlength={200}
          autocomplete="name"
        />
        <Field
          name="another-title"
          label={t('meetings.answer.job')}
          value={text('another-title')}
          errors={errors}
          maxlength={200}
        />
        <Submit text={t('meetings.another.send')} />
      </Form>
    </>
  );
}
