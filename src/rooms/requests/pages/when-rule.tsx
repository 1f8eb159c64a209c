/** The due rule as a form: its fields, what they start as, and the rule that they say. Shows and reads; saves nothing. */
import { DEFAULT_ZONE } from '../../../ui/context.ts';
import { type Errors, Field, Radios, Select } from '../../../ui/form.tsx';
import { type DueRule, dueRule } from '../../clock/entries.ts';
import { presets } from '../../clock/rules.ts';
import { STATES } from '../../states.ts';

export const RULE_NAMES = [
  ...['type', 'on', 'count', 'unit', 'roll', 'holidays', 'whose', 'zone', 'cutOff', 'receivedOn', 'mailDays'],
  ...['citation', 'preset'],
] as const;
export type RuleFields = Readonly<Record<string, string>>;

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
const CALENDARS = [
  { value: 'none', label: 'None: Monday to Friday' },
  { value: 'US', label: 'Federal holidays' },
  ...Object.entries(STATES)
    .map(([code, name]) => ({ value: `US-${code}`, label: name }))
    .sort((a, b) => a.label.localeCompare(b.label)),
];

/** What the form starts as: 30 days, federal holidays, rolling, as requests usually are. */
export function ruleFields(due: DueRule | null): RuleFields {
  const start = {
    type: 'count',
    on: '',
    count: '30',
    unit: 'days',
    roll: 'next business day',
    holidays: 'US',
    whose: 'issuer',
    zone: due?.zone ?? DEFAULT_ZONE,
    cutOff: '',
    receivedOn: 'any day',
    mailDays: '0',
    citation: '',
    preset: '',
  };
  if (!due) return start;
  if (due.type === 'fixed') return { ...start, type: 'fixed', on: due.on, count: '' };
  if (due.type === 'days') {
    const unit = due.business ? 'business days' : 'days';
    return { ...start, count: String(due.days), unit, roll: 'none', holidays: 'none' };
  }
  return {
    ...start,
    count: String(due.count),
    unit: due.unit,
    roll: due.roll,
    holidays: due.holidays,
    whose: due.whose,
    cutOff: due.cutOff ?? '',
    receivedOn: due.receivedOn,
    mailDays: String(due.mailDays),
    citation: due.preset?.citation ?? '',
    preset: due.preset?.id ?? '',
  };
}

const MESSAGES: Readonly<Record<string, string>> = {
  count: 'Give the number as a whole number from 1 to 3,650.',
  on: 'Give the fixed date as day, month and year.',
  mailDays: 'Give the days for mail as a whole number from 0 to 30.',
  cutOff: 'Give the cut-off as a time, like 17:00, or leave it empty.',
};

/** The rule that the fields say, errors by `prefix` and name; null with an error for each field that says none. */
export function readRule(fields: RuleFields, errors: Record<string, string>, prefix = ''): DueRule | null {
  const number = (text = '') => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN);
  const { on, zone, unit, holidays, whose, roll, receivedOn } = fields;
  const citation = (fields['citation'] ?? '').trim();
  const raw =
    fields['type'] === 'fixed'
      ? { type: 'fixed', on, zone }
      : {
          ...{ type: 'count', count: number(fields['count']), unit, zone, holidays, whose, roll, receivedOn },
          cutOff: fields['cutOff'] === '' ? null : fields['cutOff'],
          mailDays: number(fields['mailDays']),
          preset: citation === '' ? null : { id: fields['preset'] || 'own', citation },
        };
  const parsed = dueRule.safeParse(raw);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const path = String(issue.path[0] ?? 'type');
    const name = path === 'preset' ? 'citation' : path;
    errors[prefix + name] ??= MESSAGES[name] ?? `The ${name === 'zone' ? 'time zone' : name} ${issue.message}.`;
  }
  return null;
}

/** Rules with a citation to start from: a form of its own, so that the Enter key in the other one saves. */
export function Presets({ action, chosen }: { action: string; chosen: string }) {
  const known = presets().find(({ id }) => id === chosen);
  return (
    <form class="form" method="get" action={action} aria-label="Start from a rule">
      <Select
        name="start"
        label="Start from a rule"
        hint="Fills in the fields below, with the citation. You can change all of them."
        required
        value={chosen}
        choices={presets().map(({ id, name, citation }) => ({ value: id, label: `${name} (${citation})` }))}
      />
      {known ? <p class="usa-hint">{known.says}</p> : null}
      <div class="submit">
        <button class="usa-button usa-button--outline" type="submit">
          Fill in this rule
        </button>
      </div>
    </form>
  );
}

const CALENDAR_OF = [
  { value: 'issuer', label: 'Yours, as chosen above' },
  { value: 'recipient', label: 'The recipient’s: the holidays of its state' },
];
const ROLLS = [
  { value: 'next business day', label: 'It moves to the next business day' },
  { value: 'none', label: 'It stays' },
];
const RECEIVED = [
  { value: 'any day', label: 'Counts as received that day' },
  { value: 'business days', label: 'Counts as received the next business day' },
];
const COUNTED = [
  { value: 'days', label: 'Calendar days' },
  { value: 'business days', label: 'Business days' },
  { value: 'weeks', label: 'Weeks' },
  { value: 'months', label: 'Months' },
];
const TYPES = [
  { value: 'count', label: 'A number of days, weeks or months after service' },
  { value: 'fixed', label: 'On a fixed date' },
];

/** Fields that most rules leave as they are, folded until one of them says something. */
const FOLDED = { whose: 'issuer', cutOff: '', receivedOn: 'any day', mailDays: '0', citation: '' } as const;

/**
 * @param prefix before the name of each field, for a rule of one item; such a rule counts in the time zone of the request
 */
export function RuleForm({ fields, errors, prefix = '' }: { fields: RuleFields; errors: Errors; prefix?: string }) {
  const of = (name: string) => ({ name: prefix + name, value: fields[name] ?? '', errors });
  const own = fields['holidays'] ?? '';
  const calendars = CALENDARS.some(({ value }) => value === own)
    ? CALENDARS
    : [...CALENDARS, { value: own, label: own }];
  const open = Object.entries(FOLDED).some(
    ([name, usual]) => fields[name] !== usual || Object.hasOwn(errors, prefix + name),
  );
  return (
    <>
      <input type="hidden" name={`${prefix}preset`} value={fields['preset'] ?? ''} />
      <Radios {...of('type')} label="Due" required choices={TYPES} />
      <Field
        {...of('count')}
        type="number"
        inputmode="numeric"
        label="How many"
        hint="The day of service is not counted."
        width="short"
      />
      <Radios {...of('unit')} label="Of what" required inline choices={COUNTED} />
      <Field {...of('on')} type="date" label="Fixed date" hint="Only where you chose a fixed date." width="medium" />
      <Select
        {...of('holidays')}
        label="Holidays"
        hint="They are no business days, nor are Saturdays and Sundays."
        required
        choices={calendars}
      />
      <Radios {...of('roll')} label="Where the last day is no business day" required choices={ROLLS} />
      {prefix === '' ? (
        <Select {...of('zone')} label="Time zone" hint="Where days begin and end." required choices={ZONES} />
      ) : null}
      <details class="working" open={open}>
        <summary>Recipients’ calendars, cut-off, mail, citation</summary>
        <Radios {...of('whose')} label="Whose calendar counts" required choices={CALENDAR_OF} />
        <Field
          {...of('cutOff')}
          type="time"
          label="Cut-off"
          hint="What is served after this time counts as received the next day."
          width="short"
        />
        <Radios
          {...of('receivedOn')}
          label="What is served on a day that is no business day"
          required
          choices={RECEIVED}
        />
        <Field
          {...of('mailDays')}
          type="number"
          inputmode="numeric"
          label="Days added for mail"
          hint="0 for none. They are added after the period would otherwise end."
          required
          width="short"
        />
        <Field {...of('citation')} label="Citation" hint="The statute or rule; it stands first in the working." />
      </details>
    </>
  );
}
