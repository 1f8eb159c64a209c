/** The page on which the issuer moves a clock, as it looks: how it stands, and a form for each thing that can move it. Writes nothing. */
import type { Child } from 'hono/jsx';
import type { Millis } from '../../base/clock.ts';
import { t } from '../../base/language.ts';
import { ErrorSummary, type Errors, Field, Form, Radios, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { rich } from '../../ui/rich.tsx';
import { Day, localInput, Time } from '../../ui/time.tsx';
import { Asks, Workings } from '../clock-parts.tsx';
import { receiptLinks } from '../receipt-links.tsx';
import { waitingIn } from './asking.ts';
import type { Standing } from './commands.ts';
import { CAUSES } from './entries.ts';
import { UNITS } from './rule.ts';
import { openPauses, seenOf, workingsOf } from './standing.ts';

export const DOINGS = ['extend', 'pause', 'resume', 'correct'] as const;
export type Doing = (typeof DOINGS)[number];

const UNIT = {
  days: 'clock.unit.days',
  'business days': 'clock.unit.business-days',
  weeks: 'clock.unit.weeks',
  months: 'clock.unit.months',
} as const;

const CAUSE = {
  'clarification asked': 'clock.move.cause.clarification',
  'fee awaited': 'clock.move.cause.fee',
  other: 'clock.move.cause.other',
} as const;

/** What was typed in a form that was not taken, so that it stands there again. */
export interface Typed {
  readonly doing: Doing | 'refuse';
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Errors;
}

export interface ClockPageView {
  readonly standing: Standing;
  readonly contact: string | null;
  readonly typed: Typed | null;
  readonly mayWrite: boolean;
  readonly newOnce: () => string;
  readonly now: Millis;
  readonly readerZone: string;
}

/** The zone in which times of these forms are written: that of the rule. */
export const zoneOfForms = ({ request }: Standing): string => request.dueRule.zone;

export function ClockPage(view: ClockPageView) {
  const { standing, typed } = view;
  const { service, request, clocked } = standing;
  const zone = zoneOfForms(standing);
  const workings = workingsOf(clocked);
  const fixed = clocked.recorded || clocked.revoked;
  return (
    <>
      <Heading
        title={t('clock.move.title')}
        crumbs={[{ text: service.name, href: `/desk/services/${service.id}` }]}
        lead={t('clock.move.lead', { name: service.name, title: request.title })}
      />
      {typed ? <ErrorSummary errors={typed.errors} what={t('clock.lost.typed')} /> : null}
      {workings.map(({ items, due }) => (
        <p>{standsAt(items, due.on)}</p>
      ))}
      <Workings workings={workings} />
      {fixed ? (
        <p>{clocked.recorded ? t('clock.move.elsewhere') : t('clock.move.revoked')}</p>
      ) : view.mayWrite ? (
        <>
          <Notice>
            <p>
              {[
                view.contact === null ? t('clock.move.no-address') : t('clock.move.address', { address: view.contact }),
                ...(request.audience === 'public' ? [t('clock.move.public')] : []),
                t('clock.move.zone', { zone }),
              ].join(' ')}
            </p>
          </Notice>
          <Asked view={view} />
          <Extend view={view} zone={zone} />
          <Pause view={view} zone={zone} />
          <Resume view={view} zone={zone} />
          <Correct view={view} />
        </>
      ) : (
        <p>{t('clock.move.viewer')}</p>
      )}
    </>
  );
}

/** The date of some items, or of all. */
function standsAt(of: readonly number[] | null, on: string | null): Child {
  const given = { some: of === null ? 'no' : 'yes', items: (of ?? []).join(', ') };
  if (on === null) return t('clock.move.stands-at.none', given);
  return rich('clock.move.stands-at', { ...given, date: <Day on={on} weekday /> });
}

/** Field names carry the form they are in, so that each stands once on the page. */
export const fieldOf = (doing: Doing | 'refuse', name: string) => `${doing}-${name}`;

function fields(view: ClockPageView, doing: Doing | 'refuse') {
  const typed = view.typed?.doing === doing ? view.typed : null;
  return (name: string, otherwise = '') => ({
    name: fieldOf(doing, name),
    value: typed?.values[name] ?? otherwise,
    ...(typed ? { errors: typed.errors } : {}),
  });
}

function frame(view: ClockPageView, doing: Doing | 'refuse') {
  const { service, moves } = view.standing;
  return {
    action: `/desk/services/${service.id}/clock/${doing}`,
    hidden: { once: view.newOnce(), seen: seenOf(moves) },
  };
}

function Items(props: { view: ClockPageView; doing: Doing; otherwise?: string }) {
  const { view, doing } = props;
  if (view.standing.request.items.length < 2) return null;
  const of = fields(view, doing);
  return (
    <Field
      {...of('items', props.otherwise ?? '')}
      label={t('clock.move.items')}
      hint={t('clock.move.items.hint')}
      width="medium"
    />
  );
}

/** What the recipient asked for; the first that waits is answered by the form that extends, or refused here. */
function Asked({ view }: { view: ClockPageView }) {
  const { asks, service } = view.standing;
  const [first] = waitingIn(asks);
  const of = fields(view, 'refuse');
  if (asks.length === 0) return null;
  return (
    <>
      <h2>{t('clock.move.asked')}</h2>
      <Asks asks={asks} zone={view.readerZone} receipt={receiptLinks(`/desk/services/${service.id}/receipts`)} />
      {first ? (
        <Form
          {...frame(view, 'refuse')}
          hidden={{ once: view.newOnce(), [fieldOf('refuse', 'ask')]: first.entry }}
          label={t('clock.move.refuse.form')}
        >
          <p>{t('clock.move.refuse.lead')}</p>
          <TextArea
            {...of('reason')}
            label={t('clock.move.refuse.reason')}
            hint={t('clock.move.reads')}
            rows={3}
            required
          />
          <Submit text={t('clock.move.refuse')} />
        </Form>
      ) : null}
    </>
  );
}

function Extend({ view, zone }: { view: ClockPageView; zone: string }) {
  const of = fields(view, 'extend');
  const [ask] = waitingIn(view.standing.asks);
  const { action, hidden } = frame(view, 'extend');
  return (
    <>
      <h2>{t('clock.move.extend')}</h2>
      <Form
        action={action}
        hidden={ask ? { ...hidden, [fieldOf('extend', 'ask')]: ask.entry } : hidden}
        label={t('clock.move.extend.form')}
      >
        <Field
          {...of('to', ask?.until ?? '')}
          type="date"
          label={t('clock.move.extend.to')}
          hint={t('clock.move.extend.to.hint')}
          width="medium"
        />
        <Field {...of('count')} type="number" label={t('clock.move.extend.by')} inputmode="numeric" width="short" />
        <Select
          {...of('unit', 'days')}
          label={t('clock.move.extend.of')}
          choices={UNITS.map((unit) => ({ value: unit, label: t(UNIT[unit]) }))}
        />
        <Items view={view} doing="extend" otherwise={ask?.items?.join(', ') ?? ''} />
        <Field
          {...of('given', localInput(new Date(view.now), zone))}
          type="datetime-local"
          label={t('clock.move.extend.given')}
          hint={t('clock.move.extend.given.hint')}
          width="medium"
        />
        <Radios
          {...of('asked', ask ? 'yes' : 'no')}
          label={t('clock.move.extend.asked')}
          required
          choices={[
            { value: 'yes', label: t('clock.move.extend.asked.yes') },
            { value: 'no', label: t('clock.move.extend.asked.no') },
          ]}
        />
        <TextArea
          {...of('reason')}
          label={t('clock.move.extend.reason')}
          hint={t('clock.move.reads')}
          rows={3}
          required
        />
        <Submit text={t('clock.move.extend')} />
      </Form>
    </>
  );
}

function Pause({ view, zone }: { view: ClockPageView; zone: string }) {
  const of = fields(view, 'pause');
  return (
    <>
      <h2>{t('clock.move.pause')}</h2>
      <Form {...frame(view, 'pause')} label={t('clock.move.pause.form')}>
        <Radios
          {...of('cause')}
          label={t('clock.move.pause.why')}
          required
          choices={CAUSES.map((cause) => ({ value: cause, label: t(CAUSE[cause]) }))}
        />
        <Field
          {...of('from', localInput(new Date(view.now), zone))}
          type="datetime-local"
          label={t('clock.move.pause.from')}
          hint={t('clock.move.pause.from.hint')}
          width="medium"
          required
        />
        <Field
          {...of('until')}
          type="datetime-local"
          label={t('clock.move.pause.until')}
          hint={t('clock.move.pause.until.hint')}
          width="medium"
        />
        <Items view={view} doing="pause" />
        <TextArea
          {...of('reason')}
          label={t('clock.move.pause.reason')}
          hint={t('clock.move.reads')}
          rows={3}
          required
        />
        <Submit text={t('clock.move.pause')} />
      </Form>
    </>
  );
}

function Resume({ view, zone }: { view: ClockPageView; zone: string }) {
  const of = fields(view, 'resume');
  const open = openPauses(view.standing.moves);
  const [only] = open;
  if (!only) return null;
  return (
    <>
      <h2>{t('clock.move.resume')}</h2>
      <Form {...frame(view, 'resume')} label={t('clock.move.resume.form')}>
        <Radios
          {...of('tolled', open.length === 1 ? only.entry : '')}
          label={t('clock.move.resume.which')}
          required
          choices={open.map((pause) => ({
            value: pause.entry,
            label: rich('clock.move.resume.since', {
              at: <Time at={pause.occurredAt} zone={zone} />,
              reason: pause.reason,
            }),
          }))}
        />
        <Field
          {...of('from', localInput(new Date(view.now), zone))}
          type="datetime-local"
          label={t('clock.move.resume.from')}
          hint={t('clock.move.resume.from.hint')}
          width="medium"
          required
        />
        <TextArea
          {...of('reason')}
          label={t('clock.move.resume.reason')}
          hint={t('clock.move.reads')}
          rows={3}
          required
        />
        <Submit text={t('clock.move.resume.do')} />
      </Form>
    </>
  );
}

function Correct({ view }: { view: ClockPageView }) {
  const of = fields(view, 'correct');
  return (
    <>
      <h2>{t('clock.move.correct')}</h2>
      <Form {...frame(view, 'correct')} label={t('clock.move.correct')}>
        <Field {...of('servedAt')} type="datetime-local" label={t('clock.move.correct.on')} width="medium" required />
        <TextArea
          {...of('reason')}
          label={t('clock.move.correct.reason')}
          hint={t('clock.move.reads')}
          rows={3}
          required
        />
        <Submit text={t('clock.move.correct.do')} />
      </Form>
    </>
  );
}
