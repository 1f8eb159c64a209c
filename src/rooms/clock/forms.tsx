/** The page on which the issuer moves a clock, as it looks: how it stands, and a form for each thing that can move it. Writes nothing. */
import type { Millis } from '../../base/clock.ts';
import { ErrorSummary, type Errors, Field, Form, Radios, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
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
        title="Move the due date"
        crumbs={[{ text: service.name, href: `/desk/services/${service.id}` }]}
        lead={`${service.name}, “${request.title}”`}
      />
      {typed ? <ErrorSummary errors={typed.errors} what="Nothing was written; what you typed stands below." /> : null}
      {workings.map(({ items, due }) => (
        <p>
          {items === null ? 'Due' : `Item ${items.join(', ')}: due`}{' '}
          {due.on === null ? 'on no date: the clock is paused' : <Day on={due.on} weekday />}
        </p>
      ))}
      <Workings workings={workings} />
      {fixed ? (
        <p>
          {clocked.recorded
            ? 'This request was conducted elsewhere, so its clock is not kept here.'
            : 'The request was revoked, so its clock has stopped for good.'}
        </p>
      ) : view.mayWrite ? (
        <>
          <Notice>
            <p>
              {view.contact === null
                ? 'There is no address on file: nobody is told by mail.'
                : `What you write here goes to ${view.contact} by mail, with its receipt.`}{' '}
              {request.audience === 'public' ? 'Reasons stand in the public record. ' : ''}
              Times are those of {zone}.
            </p>
          </Notice>
          <Asked view={view} />
          <Extend view={view} zone={zone} />
          <Pause view={view} zone={zone} />
          <Resume view={view} zone={zone} />
          <Correct view={view} />
        </>
      ) : (
        <p>Only editors and owners move a due date.</p>
      )}
    </>
  );
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

const REASON = 'The recipient reads this.';

function Items(props: { view: ClockPageView; doing: Doing; otherwise?: string }) {
  const { view, doing } = props;
  if (view.standing.request.items.length < 2) return null;
  const of = fields(view, doing);
  return (
    <Field
      {...of('items', props.otherwise ?? '')}
      label="Items"
      hint="Their numbers, like 1, 3. Leave empty for all."
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
      <h2>More time, asked for</h2>
      <Asks asks={asks} zone={view.readerZone} receipt={receiptLinks(`/desk/services/${service.id}/receipts`)} />
      {first ? (
        <Form
          {...frame(view, 'refuse')}
          hidden={{ once: view.newOnce(), [fieldOf('refuse', 'ask')]: first.entry }}
          label="Refuse more time"
        >
          <p>To give it, use “Extend” below, where it is filled in. To refuse it:</p>
          <TextArea {...of('reason')} label="Reason for the refusal" hint={REASON} rows={3} required />
          <Submit text="Refuse" />
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
      <h2>Extend</h2>
      <Form
        action={action}
        hidden={ask ? { ...hidden, [fieldOf('extend', 'ask')]: ask.entry } : hidden}
        label="Extend the due date"
      >
        <Field
          {...of('to', ask?.until ?? '')}
          type="date"
          label="To this day"
          hint="Or a number of days, below."
          width="medium"
        />
        <Field {...of('count')} type="number" label="By this many" inputmode="numeric" width="short" />
        <Select {...of('unit', 'days')} label="Of" choices={UNITS.map((unit) => ({ value: unit, label: unit }))} />
        <Items view={view} doing="extend" otherwise={ask?.items?.join(', ') ?? ''} />
        <Field
          {...of('given', localInput(new Date(view.now), zone))}
          type="datetime-local"
          label="Given"
          hint="When it was given, also if that was days ago."
          width="medium"
        />
        <Radios
          {...of('asked', ask ? 'yes' : 'no')}
          label="Did the recipient ask for it?"
          required
          choices={[
            { value: 'yes', label: 'Yes, it asked' },
            { value: 'no', label: 'No, we give it' },
          ]}
        />
        <TextArea {...of('reason')} label="Reason for the extension" hint={REASON} rows={3} required />
        <Submit text="Extend" />
      </Form>
    </>
  );
}

function Pause({ view, zone }: { view: ClockPageView; zone: string }) {
  const of = fields(view, 'pause');
  return (
    <>
      <h2>Pause</h2>
      <Form {...frame(view, 'pause')} label="Pause the clock">
        <Radios
          {...of('cause')}
          label="Why the clock pauses"
          required
          choices={CAUSES.map((cause) => ({ value: cause, label: cause.charAt(0).toUpperCase() + cause.slice(1) }))}
        />
        <Field
          {...of('from', localInput(new Date(view.now), zone))}
          type="datetime-local"
          label="Paused from"
          hint="When it happened, also if that was days ago."
          width="medium"
          required
        />
        <Field
          {...of('until')}
          type="datetime-local"
          label="Until"
          hint="Where it is known. Otherwise the clock stands until you let it run again."
          width="medium"
        />
        <Items view={view} doing="pause" />
        <TextArea {...of('reason')} label="Reason for the pause" hint={REASON} rows={3} required />
        <Submit text="Pause" />
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
      <h2>Run again</h2>
      <Form {...frame(view, 'resume')} label="Let the clock run again">
        <Radios
          {...of('tolled', open.length === 1 ? only.entry : '')}
          label="Which pause ends"
          required
          choices={open.map((pause) => ({
            value: pause.entry,
            label: (
              <>
                Since <Time at={pause.occurredAt} zone={zone} />: {pause.reason}
              </>
            ),
          }))}
        />
        <Field
          {...of('from', localInput(new Date(view.now), zone))}
          type="datetime-local"
          label="Running from"
          hint="When the answer or the fee came, not when you write it down."
          width="medium"
          required
        />
        <TextArea {...of('reason')} label="Reason for running again" hint={REASON} rows={3} required />
        <Submit text="Let it run again" />
      </Form>
    </>
  );
}

function Correct({ view }: { view: ClockPageView }) {
  const of = fields(view, 'correct');
  return (
    <>
      <h2>Correct the date of service</h2>
      <Form {...frame(view, 'correct')} label="Correct the date of service">
        <Field {...of('servedAt')} type="datetime-local" label="Served on" width="medium" required />
        <TextArea {...of('reason')} label="Reason for the correction" hint={REASON} rows={3} required />
        <Submit text="Correct" />
      </Form>
    </>
  );
}
