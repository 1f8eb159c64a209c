/** The due rule as a form: its fields, what they start as, and the rule that they say. Shows and reads; saves nothing. */
import { locale, t } from '../../../base/language.ts';
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
  ['America/New_York', 'requests.zone.eastern'],
  ['America/Chicago', 'requests.zone.central'],
  ['America/Denver', 'requests.zone.mountain'],
  ['America/Phoenix', 'requests.zone.phoenix'],
  ['America/Los_Angeles', 'requests.zone.pacific'],
  ['America/Anchorage', 'requests.zone.alaska'],
  ['Pacific/Honolulu', 'requests.zone.hawaii'],
  ['America/Puerto_Rico', 'requests.zone.puerto-rico'],
] as const;
/** Names of the IANA database, the same in every language. */
const OTHER_ZONES = [
  { value: 'UTC', label: 'UTC' },
  ...Intl.supportedValuesOf('timeZone')
    .filter((zone) => zone.includes('/') && !US_ZONES.some(([known]) => known === zone))
    .map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
];
const zones = () => [...US_ZONES.map(([value, label]) => ({ value, label: t(label) })), ...OTHER_ZONES];
const calendars = () => [
  { value: 'none', label: t('requests.rule.none') },
  { value: 'US', label: t('requests.rule.federal') },
  ...Object.entries(STATES)
    .map(([code, name]) => ({ value: `US-${code}`, label: name }))
    .sort((a, b) => a.label.localeCompare(b.label, locale())),
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

/** What is wrong with a field, where the schema's words end the sentence. */
function wrong(field: string, problem: string): string {
  switch (field) {
    case 'count':
      return t('requests.rule.error.count');
    case 'on':
      return t('requests.rule.error.on');
    case 'mailDays':
      return t('requests.rule.error.mail');
    case 'cutOff':
      return t('requests.rule.error.cut-off');
    case 'zone':
      return t('requests.rule.error.zone', { problem });
    case 'citation':
      return t('requests.rule.error.citation', { problem });
    default:
      return t('requests.rule.error.other', { field, problem });
  }
}

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
    errors[prefix + name] ??= wrong(name, issue.message);
  }
  return null;
}

/** Rules with a citation to start from: a form of its own, so that the Enter key in the other one saves. */
export function Presets({ action, chosen }: { action: string; chosen: string }) {
  const known = presets().find(({ id }) => id === chosen);
  return (
    <form class="form" method="get" action={action} aria-label={t('requests.rule.start')}>
      <Select
        name="start"
        label={t('requests.rule.start')}
        hint={t('requests.rule.start.hint')}
        required
        value={chosen}
        choices={presets().map(({ id, name, citation }) => ({ value: id, label: `${name} (${citation})` }))}
      />
      {known ? <p class="usa-hint">{known.says}</p> : null}
      <div class="submit">
        <button class="usa-button usa-button--outline" type="submit">
          {t('requests.rule.start.do')}
        </button>
      </div>
    </form>
  );
}

const CALENDAR_OF = [
  { value: 'issuer', label: 'requests.rule.whose.issuer' },
  { value: 'recipient', label: 'requests.rule.whose.recipient' },
] as const;
const ROLLS = [
  { value: 'next business day', label: 'requests.rule.roll.next' },
  { value: 'none', label: 'requests.rule.roll.stays' },
] as const;
const RECEIVED = [
  { value: 'any day', label: 'requests.rule.received.any' },
  { value: 'business days', label: 'requests.rule.received.business' },
] as const;
const COUNTED = [
  { value: 'days', label: 'requests.rule.unit.days' },
  { value: 'business days', label: 'requests.rule.unit.business' },
  { value: 'weeks', label: 'requests.rule.unit.weeks' },
  { value: 'months', label: 'requests.rule.unit.months' },
] as const;
const TYPES = [
  { value: 'count', label: 'requests.rule.type.count' },
  { value: 'fixed', label: 'requests.rule.type.fixed' },
] as const;
type Choices = typeof CALENDAR_OF | typeof ROLLS | typeof RECEIVED | typeof COUNTED | typeof TYPES;
const said = (choices: Choices) => choices.map(({ value, label }) => ({ value, label: t(label) }));

/** Fields that most rules leave as they are, folded until one of them says something. */
const FOLDED = { whose: 'issuer', cutOff: '', receivedOn: 'any day', mailDays: '0', citation: '' } as const;

/**
 * @param prefix before the name of each field, for a rule of one item; such a rule counts in the time zone of the request
 */
export function RuleForm({ fields, errors, prefix = '' }: { fields: RuleFields; errors: Errors; prefix?: string }) {
  const of = (name: string) => ({ name: prefix + name, value: fields[name] ?? '', errors });
  const own = fields['holidays'] ?? '';
  const known = calendars();
  const holidays = known.some(({ value }) => value === own) ? known : [...known, { value: own, label: own }];
  const open = Object.entries(FOLDED).some(
    ([name, usual]) => fields[name] !== usual || Object.hasOwn(errors, prefix + name),
  );
  return (
    <>
      <input type="hidden" name={`${prefix}preset`} value={fields['preset'] ?? ''} />
      <Radios {...of('type')} label={t('requests.due')} required choices={said(TYPES)} />
      <Field
        {...of('count')}
        type="number"
        inputmode="numeric"
        label={t('requests.rule.count')}
        hint={t('requests.rule.count.hint')}
        width="short"
      />
      <Radios {...of('unit')} label={t('requests.rule.unit')} required inline choices={said(COUNTED)} />
      <Field {...of('on')} type="date" label={t('requests.rule.on')} hint={t('requests.rule.on.hint')} width="medium" />
      <Select
        {...of('holidays')}
        label={t('requests.rule.holidays')}
        hint={t('requests.rule.holidays.hint')}
        required
        choices={holidays}
      />
      <Radios {...of('roll')} label={t('requests.rule.roll')} required choices={said(ROLLS)} />
      {prefix === '' ? (
        <Select
          {...of('zone')}
          label={t('requests.zone')}
          hint={t('requests.rule.zone.hint')}
          required
          choices={zones()}
        />
      ) : null}
      <details class="working" open={open}>
        <summary>{t('requests.rule.more')}</summary>
        <Radios {...of('whose')} label={t('requests.rule.whose')} required choices={said(CALENDAR_OF)} />
        <Field
          {...of('cutOff')}
          type="time"
          label={t('requests.rule.cut-off')}
          hint={t('requests.rule.cut-off.hint')}
          width="short"
        />
        <Radios {...of('receivedOn')} label={t('requests.rule.received')} required choices={said(RECEIVED)} />
        <Field
          {...of('mailDays')}
          type="number"
          inputmode="numeric"
          label={t('requests.rule.mail')}
          hint={t('requests.rule.mail.hint')}
          required
          width="short"
        />
        <Field {...of('citation')} label={t('requests.rule.citation')} hint={t('requests.rule.citation.hint')} />
      </details>
    </>
  );
}
