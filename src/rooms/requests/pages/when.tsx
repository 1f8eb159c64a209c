/** Step 3, when: a fixed date or a number of days, with its working for "if served now"; for recorded requests also when and by which source. */
import { Temporal } from 'temporal-polyfill';
import type { Conflict } from '../../../base/errors.ts';
import { Refusal } from '../../../base/errors.ts';
import type { Ctx } from '../../../base/route.ts';
import { DEFAULT_ZONE } from '../../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Radios, Select, Submit } from '../../../ui/form.tsx';
import { localInput } from '../../../ui/time.tsx';
import { Working } from '../../../ui/working.tsx';
import { type DueRule, dueRule } from '../../clock/entries.ts';
import { dueOf } from '../../clock/rules.ts';
import { source } from '../../matters/entries.ts';
import { servedAtIf } from '../check.ts';
import type { DraftBody } from '../draft.ts';
import type { Draft } from '../drafts.ts';
import {
  type Composing,
  ConflictNotice,
  composing,
  formOf,
  onward,
  saveStep,
  stepHref,
  stepPage,
  whenServing,
} from './frame.tsx';

const NAMES = ['type', 'on', 'days', 'business', 'zone', 'servedAt', 'publisher', 'sourceTitle', 'sourceDate'] as const;
type Fields = Readonly<Record<(typeof NAMES)[number], string>>;

interface Shown {
  readonly fields: Fields;
  readonly errors?: Errors;
  readonly conflict?: { readonly draft: Draft; readonly why: Conflict };
}

const US_ZONES = [
  ['America/New_York', 'Eastern time (New York)'],
  ['America/Chicago', 'Central time (Chicago)'],
  ['America/Denver', 'Mountain time (Denver)'],
  ['America/Phoenix', 'Mountain time without summer time (Phoenix)'],
  ['America/Los_Angeles', 'Pacific time (Los Angeles)'],
  ['America/Anchorage', 'Alaska (Anchorage)'],
  ['Pacific/Honolulu', 'Hawaii (Honolulu)'],
  ['America/Puerto_Rico', 'Atlantic time (Puerto Rico)'],
  ['UTC', 'UTC'],
] as const;
const ZONES = [
  ...US_ZONES.map(([value, label]) => ({ value, label })),
  ...Intl.supportedValuesOf('timeZone')
    .filter((zone) => zone.includes('/') && !US_ZONES.some(([known]) => known === zone))
    .map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
];

function fieldsOf(body: DraftBody): Fields {
  const { due, recorded } = body;
  const zone = due?.zone ?? DEFAULT_ZONE;
  const at = recorded ? new Date(recorded.servedAt) : null;
  return {
    type: due?.type ?? 'days',
    on: due?.type === 'fixed' ? due.on : '',
    days: due?.type === 'days' ? String(due.days) : due ? '' : '30',
    business: due?.type === 'days' && due.business ? 'business' : 'calendar',
    zone,
    servedAt: at && !Number.isNaN(at.getTime()) ? localInput(at, zone) : '',
    publisher: recorded?.source.publisher ?? '',
    sourceTitle: recorded?.source.title ?? '',
    sourceDate: recorded?.source.date ?? '',
  };
}

/** The due date if it were served now, as a lawyer would check it. */
function IfServedNow({ at }: { at: Composing }) {
  const { due, conduct } = at.draft.body;
  if (!due) return null;
  const servedAt = servedAtIf(at.services, at.draft.body, at.services.clock.now());
  try {
    const worked = dueOf(due, servedAt);
    return (
      <section class="worked" aria-label="Working">
        <h2>{conduct === 'recorded' ? 'As saved' : 'If served now'}</h2>
        <Working steps={worked.working} open />
      </section>
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return (
      <section class="worked" aria-label="Working">
        <h2>{conduct === 'recorded' ? 'As saved' : 'If served now'}</h2>
        <p>{error.advice.what}</p>
      </section>
    );
  }
}

function Recorded({ fields, errors }: { fields: Fields; errors: Errors }) {
  return (
    <>
      <h2>When it was served, and how that is known</h2>
      <Field
        name="servedAt"
        type="datetime-local"
        label="Served on"
        hint="In the time zone above."
        required
        value={fields.servedAt}
        errors={errors}
        width="medium"
      />
      <Field name="publisher" label="Publisher of the source" required value={fields.publisher} errors={errors} />
      <Field name="sourceTitle" label="Title of the source" required value={fields.sourceTitle} errors={errors} />
      <Field
        name="sourceDate"
        type="date"
        label="Date of the source"
        required
        value={fields.sourceDate}
        errors={errors}
        width="medium"
      />
    </>
  );
}

function view(c: Ctx, at: Composing, { fields, errors = {}, conflict }: Shown) {
  return stepPage(
    c,
    at,
    {
      step: 'when',
      status: conflict ? 409 : Object.keys(errors).length > 0 ? 422 : 200,
      lead: 'One rule for all recipients. The day it ends is worked out for each of them and written down with its working.',
    },
    <form class="form" method="post" action={stepHref(at.draft.id, 'when')} novalidate>
      <ErrorSummary errors={errors} what="What you entered is still here." />
      {conflict ? <ConflictNotice why={conflict.why} /> : null}
      <input type="hidden" name="version" value={String(conflict?.draft.version ?? at.draft.version)} />
      <Radios
        name="type"
        label="Due"
        required
        value={fields.type}
        errors={errors}
        choices={[
          { value: 'days', label: 'A number of days after service' },
          { value: 'fixed', label: 'On a fixed date' },
        ]}
      />
      <Field
        name="days"
        type="number"
        inputmode="numeric"
        label="Days after service"
        hint="Only where you chose a number of days. The day of service is not counted."
        value={fields.days}
        errors={errors}
        width="short"
      />
      <Radios
        name="business"
        label="Which days count"
        value={fields.business}
        errors={errors}
        inline
        choices={[
          { value: 'calendar', label: 'Calendar days' },
          { value: 'business', label: 'Business days, Monday to Friday' },
        ]}
      />
      <Field
        name="on"
        type="date"
        label="Fixed date"
        hint="Only where you chose a fixed date. It ends at midnight."
        value={fields.on}
        errors={errors}
        width="medium"
      />
      <Select
        name="zone"
        label="Time zone"
        hint="Where midnight counts."
        required
        value={fields.zone}
        errors={errors}
        choices={ZONES}
      />
      {at.draft.body.conduct === 'recorded' ? <Recorded fields={fields} errors={errors} /> : null}
      <IfServedNow at={at} />
      <Submit
        text="Save and go on to the letter"
        name="do"
        value="next"
        second={{ text: 'Save and show the working', name: 'do', value: 'save' }}
        cancel={{ text: 'Back to whom', href: stepHref(at.draft.id, 'whom') }}
      />
    </form>,
  );
}

export async function getWhen(c: Ctx): Promise<Response> {
  const at = await composing(c);
  return whenServing(c, at) ?? view(c, at, { fields: fieldsOf(at.draft.body) });
}

function readRule(fields: Fields, errors: Record<string, string>): DueRule | null {
  const raw =
    fields.type === 'fixed'
      ? { type: 'fixed', on: fields.on, zone: fields.zone }
      : { type: 'days', days: Number(fields.days), business: fields.business === 'business', zone: fields.zone };
  const parsed = dueRule.safeParse(raw);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? 'type');
    errors[name] ??=
      name === 'days'
        ? 'Give the number of days as a whole number from 1 to 3,650.'
        : name === 'on'
          ? 'Give the fixed date as day, month and year.'
          : `The time zone ${issue.message}.`;
  }
  return null;
}

function readRecorded(fields: Fields, errors: Record<string, string>): DraftBody['recorded'] {
  const found = source.safeParse({
    publisher: fields.publisher,
    title: fields.sourceTitle,
    date: fields.sourceDate,
  });
  if (!found.success) {
    for (const issue of found.error.issues) {
      const [field, label] =
        issue.path[0] === 'publisher'
          ? (['publisher', 'The publisher'] as const)
          : issue.path[0] === 'title'
            ? (['sourceTitle', 'The title of the source'] as const)
            : (['sourceDate', 'The date of the source'] as const);
      errors[field] ??= `${label} ${issue.message}.`;
    }
  }
  let servedAt: string | null = null;
  try {
    const local = Temporal.PlainDateTime.from(fields.servedAt);
    servedAt = new Date(local.toZonedDateTime(fields.zone).epochMilliseconds).toISOString();
  } catch {
    errors['servedAt'] = 'Give the day and time of service.';
  }
  return found.success && servedAt ? { servedAt, source: found.data } : null;
}

export async function postWhen(c: Ctx): Promise<Response> {
  const at = await composing(c);
  const form = await formOf(c);
  const fields: Fields = {
    type: form('type'),
    on: form('on'),
    days: form('days'),
    business: form('business'),
    zone: form('zone'),
    servedAt: form('servedAt'),
    publisher: form('publisher'),
    sourceTitle: form('sourceTitle'),
    sourceDate: form('sourceDate'),
  };
  const errors: Record<string, string> = {};
  const due = readRule(fields, errors);
  const recorded = at.draft.body.conduct === 'recorded' ? readRecorded(fields, errors) : at.draft.body.recorded;
  if (Object.keys(errors).length > 0) return view(c, at, { fields, errors });
  const saved = await saveStep(at.services, at.draft, form, { ...at.draft.body, due, recorded });
  if ('conflict' in saved) return view(c, at, { fields, conflict: { draft: saved.conflict, why: saved.why } });
  if (form('do') === 'next' && due) {
    try {
      dueOf(due, servedAtIf(at.services, saved.draft.body, at.services.clock.now()));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return view(c, { ...at, draft: saved.draft }, { fields, errors: { on: error.advice.what } });
    }
  }
  return onward(c, at.draft.id, 'when', form('do') === 'next');
}
