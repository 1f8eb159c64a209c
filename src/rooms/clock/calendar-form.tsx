/** The page of an office's calendars, as it looks: what was added, how far each change has reached the clocks, and the forms. Writes nothing. */
import type { Child } from 'hono/jsx';
import { ErrorSummary, type Errors, Field, Form, Radios, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { count } from '../../ui/words.ts';
import { closingWords } from './adding.ts';
import type { Added } from './closings.ts';
import type { Progressed } from './progress.ts';

export const CALENDAR = '/desk/calendar';

/** What was typed in a form that was not taken, or only looked at, so that it stands there again. */
export interface TypedDay {
  readonly form: 'add' | 'withdraw';
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Errors;
  /** what it would touch, where somebody asked */
  readonly touches: { readonly clocks: number; readonly requests: number; readonly words: string } | null;
}

export interface CalendarView {
  readonly issuer: string;
  readonly added: readonly Added[];
  readonly names: ReadonlyMap<string, string>;
  readonly progress: ReadonlyMap<string, Progressed>;
  /** the one that is about to be taken back */
  readonly withdraw: Added | null;
  readonly typed: TypedDay | null;
  readonly recipient: string;
  readonly mayWrite: boolean;
  readonly newOnce: () => string;
  readonly zone: string;
}

/** "812 of 5,000 clocks moved", and how far it is while it is on its way. */
export function reachWords(one: Progressed | undefined): string {
  if (!one) return 'no open clock counts by it';
  const moved = count(one.moved, 'date');
  const done = one.finished
    ? `${moved} moved, of ${count(one.total, 'clock')}`
    : `${one.done.toLocaleString('en-US')} of ${count(one.total, 'clock')} looked at, ${moved} moved so far`;
  return one.trouble === null ? done : `${done}. Not counted: ${one.trouble}`;
}

export function CalendarPage(view: CalendarView) {
  return (
    <>
      <Heading
        title="Calendar of your office"
        crumbs={[{ text: 'Desk', href: '/desk' }]}
        lead="Public holidays are known. What your office keeps beside them stands here; every open due date that counts by it is counted anew at once, and each recipient whose date moves is told."
      />
      {view.typed?.form === 'withdraw' && view.withdraw === null ? (
        <ErrorSummary errors={view.typed.errors} what="Nothing was written." />
      ) : null}
      {view.withdraw && view.mayWrite ? <Withdraw view={view} one={view.withdraw} /> : null}
      <Days view={view} />
      {view.mayWrite ? <Add view={view} /> : <p>Only editors and owners change a calendar.</p>}
    </>
  );
}

function Days({ view }: { view: CalendarView }) {
  const receipt = (entry: string, of: string): Child => (
    <a href={`/receipts/${entry}.pdf`}>
      receipt<span class="usa-sr-only"> of {of}</span>
    </a>
  );
  return (
    <Table
      caption="Days added"
      rows={[...view.added].reverse()}
      empty={{ what: 'No days added yet', how: 'Public holidays count without being added here.' }}
      columns={[
        {
          head: 'Day',
          names: true,
          cell: (one) => (
            <>
              {one.withdrawn ? <s>{closingWords(one.event)}</s> : closingWords(one.event)}
              <div class="entries__when">
                {one.party === view.issuer ? 'Your office' : (view.names.get(one.party) ?? 'a recipient')}
              </div>
            </>
          ),
        },
        {
          head: 'Why',
          cell: (one) => (
            <>
              {one.reason ?? ''}
              {one.source === null ? null : <div class="entries__when">From: {one.source}</div>}
              {one.withdrawn ? <div>Taken back: {one.withdrawn.reason}</div> : null}
            </>
          ),
        },
        {
          head: 'Clocks',
          cell: (one) => reachWords(view.progress.get(one.withdrawn?.entry ?? one.id)),
        },
        {
          head: 'Recorded',
          cell: (one) => (
            <div>
              <Time at={one.withdrawn?.recordedAt ?? one.recordedAt} zone={view.zone} />
              {' · '}
              {receipt(one.withdrawn?.entry ?? one.id, closingWords(one.event))}
              {one.withdrawn || !view.mayWrite ? null : (
                <div>
                  <a href={`${CALENDAR}?withdraw=${one.id}#withdraw`}>
                    Take back…<span class="usa-sr-only"> {closingWords(one.event)}</span>
                  </a>
                </div>
              )}
            </div>
          ),
        },
      ]}
    />
  );
}

function Withdraw({ view, one }: { view: CalendarView; one: Added }) {
  const typed = view.typed?.form === 'withdraw' ? view.typed : null;
  return (
    <section aria-labelledby="withdraw">
      <h2 id="withdraw">Take back: {closingWords(one.event)}</h2>
      <p>It then never counted, and the dates that it moved move back. Both entries stay in the log.</p>
      <Form
        action={`${CALENDAR}/withdraw`}
        hidden={{ once: view.newOnce(), closing: one.id }}
        errors={typed?.errors ?? {}}
        label="Take a day back"
      >
        <TextArea
          name="why"
          label="Reason for taking it back"
          hint="Recipients whose dates move read this."
          value={typed?.values.why ?? ''}
          errors={typed?.errors ?? {}}
          rows={3}
          required
        />
        <Submit text="Take it back" danger cancel={{ text: 'Leave it', href: CALENDAR }} />
      </Form>
    </section>
  );
}

const KINDS = [
  { value: 'closed', label: 'Closed', hint: 'One day, or several in a row.' },
  { value: 'holiday', label: 'Holiday', hint: 'One day.' },
  { value: 'workday', label: 'Working day after all', hint: 'A weekend day or a holiday on which the office works.' },
  { value: 'yearly', label: 'Closed every year on this day', hint: 'Of the day below, day and month count.' },
] as const;

function Add({ view }: { view: CalendarView }) {
  const typed = view.typed?.form === 'add' ? view.typed : null;
  const of = (name: string, otherwise = '') => ({
    name,
    value: typed?.values[name] ?? otherwise,
    errors: typed?.errors ?? {},
  });
  return (
    <section aria-labelledby="add">
      <h2 id="add">Add a day</h2>
      {typed?.touches ? (
        <Notice title={typed.touches.words}>
          <p>
            It will probably touch {count(typed.touches.clocks, 'open clock')} of{' '}
            {count(typed.touches.requests, 'request')}. Nothing was written yet.
          </p>
        </Notice>
      ) : null}
      <Form action={CALENDAR} hidden={{ once: view.newOnce() }} label="Add a day to a calendar">
        {typed ? <ErrorSummary errors={typed.errors} what="Nothing was written; what you typed stands below." /> : null}
        <Radios {...of('kind')} label="What kind of day" required choices={[...KINDS]} />
        <Field {...of('from')} type="date" label="Day" width="medium" required />
        <Field {...of('until')} type="date" label="Last day" hint="Where it is closed for several." width="medium" />
        <Field
          {...of('name')}
          label="Name"
          hint="It stands in the working of each date: “Snow”, “Founders’ Day”."
          maxlength={120}
          required
        />
        <Radios
          {...of('whose', view.recipient === '' ? 'own' : 'recipient')}
          label="Whose calendar"
          required
          choices={[
            { value: 'own', label: 'Ours', hint: 'For due rules that count by the issuer’s calendar.' },
            {
              value: 'recipient',
              label: 'A recipient’s',
              hint: 'For due rules that count by each recipient’s calendar.',
            },
          ]}
        />
        <Field
          {...of('recipient', view.recipient)}
          label="Which recipient"
          hint="Its name as you served it; where two have the same name, with the state: “Springfield, Illinois”."
          maxlength={300}
        />
        <TextArea
          {...of('reason')}
          label="Reason"
          hint="Public. Recipients whose dates move read this."
          rows={3}
          required
        />
        <Field
          {...of('source')}
          label="Where it is known from"
          hint="A notice, an address, a letter. Needed for a recipient’s calendar."
          maxlength={500}
        />
        <Submit text="Add it" second={{ text: 'See what it touches', name: 'look', value: 'yes' }} />
      </Form>
    </section>
  );
}
