/** The page of an office's calendars, as it looks: what was added, how far each change has reached the clocks, and the forms. Writes nothing. */
import type { Child } from 'hono/jsx';
import { t } from '../../base/language.ts';
import { ErrorSummary, type Errors, Field, Form, Radios, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Notice } from '../../ui/notice.tsx';
import { rich } from '../../ui/rich.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { closingSaid } from './adding.ts';
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
  if (!one) return t('clock.cal.reach.none');
  const { moved, total, trouble } = one;
  const done = one.finished
    ? t('clock.cal.reach.done', { moved, total })
    : t('clock.cal.reach.going', { done: one.done, total, moved });
  return trouble === null ? done : t('clock.cal.reach.trouble', { done, trouble });
}

export function CalendarPage(view: CalendarView) {
  return (
    <>
      <Heading
        title={t('clock.cal.title')}
        crumbs={[{ text: t('clock.cal.crumb'), href: '/desk' }]}
        lead={t('clock.cal.lead')}
      />
      {view.typed?.form === 'withdraw' && view.withdraw === null ? (
        <ErrorSummary errors={view.typed.errors} what={t('clock.lost.written')} />
      ) : null}
      {view.withdraw && view.mayWrite ? <Withdraw view={view} one={view.withdraw} /> : null}
      <Days view={view} />
      {view.mayWrite ? <Add view={view} /> : <p>{t('clock.cal.viewer')}</p>}
    </>
  );
}

function Days({ view }: { view: CalendarView }) {
  const receipt = (entry: string, of: string): Child => (
    <a href={`/receipts/${entry}.pdf`}>{rich('clock.cal.receipt', { what: of, more: unseen })}</a>
  );
  return (
    <Table
      caption={t('clock.cal.table')}
      rows={[...view.added].reverse()}
      empty={{ what: t('clock.cal.empty'), how: t('clock.cal.empty.how') }}
      columns={[
        {
          head: t('clock.cal.day'),
          names: true,
          cell: (one) => (
            <>
              {one.withdrawn ? <s>{closingSaid(one.event)}</s> : closingSaid(one.event)}
              <div class="entries__when">
                {one.party === view.issuer ? t('clock.cal.own') : (view.names.get(one.party) ?? t('clock.cal.other'))}
              </div>
            </>
          ),
        },
        {
          head: t('clock.cal.why'),
          cell: (one) => (
            <>
              {one.reason ?? ''}
              {one.source === null ? null : (
                <div class="entries__when">{t('clock.cal.from', { source: one.source })}</div>
              )}
              {one.withdrawn ? <div>{t('clock.cal.back', { reason: one.withdrawn.reason })}</div> : null}
            </>
          ),
        },
        {
          head: t('clock.cal.clocks'),
          cell: (one) => reachWords(view.progress.get(one.withdrawn?.entry ?? one.id)),
        },
        {
          head: t('clock.cal.recorded'),
          cell: (one) => (
            <div>
              <Time at={one.withdrawn?.recordedAt ?? one.recordedAt} zone={view.zone} />
              {' · '}
              {receipt(one.withdrawn?.entry ?? one.id, closingSaid(one.event))}
              {one.withdrawn || !view.mayWrite ? null : (
                <div>
                  <a href={`${CALENDAR}?withdraw=${one.id}#withdraw`}>
                    {rich('clock.cal.take-back', { what: closingSaid(one.event), more: unseen })}
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

const unseen = (words: Child) => <span class="usa-sr-only">{words}</span>;

function Withdraw({ view, one }: { view: CalendarView; one: Added }) {
  const typed = view.typed?.form === 'withdraw' ? view.typed : null;
  return (
    <section aria-labelledby="withdraw">
      <h2 id="withdraw">{t('clock.cal.withdraw.title', { what: closingSaid(one.event) })}</h2>
      <p>{t('clock.cal.withdraw.lead')}</p>
      <Form
        action={`${CALENDAR}/withdraw`}
        hidden={{ once: view.newOnce(), closing: one.id }}
        errors={typed?.errors ?? {}}
        label={t('clock.cal.withdraw.form')}
      >
        <TextArea
          name="why"
          label={t('clock.cal.withdraw.reason')}
          hint={t('clock.cal.read')}
          value={typed?.values.why ?? ''}
          errors={typed?.errors ?? {}}
          rows={3}
          required
        />
        <Submit
          text={t('clock.cal.withdraw.do')}
          danger
          cancel={{ text: t('clock.cal.withdraw.leave'), href: CALENDAR }}
        />
      </Form>
    </section>
  );
}

const KINDS = ['closed', 'holiday', 'workday', 'yearly'] as const;

function Add({ view }: { view: CalendarView }) {
  const typed = view.typed?.form === 'add' ? view.typed : null;
  const of = (name: string, otherwise = '') => ({
    name,
    value: typed?.values[name] ?? otherwise,
    errors: typed?.errors ?? {},
  });
  return (
    <section aria-labelledby="add">
      <h2 id="add">{t('clock.cal.add')}</h2>
      {typed?.touches ? (
        <Notice title={typed.touches.words}>
          <p>{t('clock.cal.touches', { clocks: typed.touches.clocks, requests: typed.touches.requests })}</p>
        </Notice>
      ) : null}
      <Form action={CALENDAR} hidden={{ once: view.newOnce() }} label={t('clock.cal.add.form')}>
        {typed ? <ErrorSummary errors={typed.errors} what={t('clock.lost.typed')} /> : null}
        <Radios
          {...of('kind')}
          label={t('clock.cal.add.kind')}
          required
          choices={KINDS.map((kind) => ({
            value: kind,
            label: t(`clock.cal.kind.${kind}`),
            hint: t(`clock.cal.kind.${kind}.hint`),
          }))}
        />
        <Field {...of('from')} type="date" label={t('clock.cal.day')} width="medium" required />
        <Field
          {...of('until')}
          type="date"
          label={t('clock.cal.add.last')}
          hint={t('clock.cal.add.last.hint')}
          width="medium"
        />
        <Field
          {...of('name')}
          label={t('clock.cal.add.name')}
          hint={t('clock.cal.add.name.hint')}
          maxlength={120}
          required
        />
        <Radios
          {...of('whose', view.recipient === '' ? 'own' : 'recipient')}
          label={t('clock.cal.add.whose')}
          required
          choices={[
            { value: 'own', label: t('clock.cal.add.ours'), hint: t('clock.cal.add.ours.hint') },
            {
              value: 'recipient',
              label: t('clock.cal.add.theirs'),
              hint: t('clock.cal.add.theirs.hint'),
            },
          ]}
        />
        <Field
          {...of('recipient', view.recipient)}
          label={t('clock.cal.add.which')}
          hint={t('clock.cal.add.which.hint')}
          maxlength={300}
        />
        <TextArea
          {...of('reason')}
          label={t('clock.cal.add.reason')}
          hint={t('clock.cal.add.reason.hint')}
          rows={3}
          required
        />
        <Field
          {...of('source')}
          label={t('clock.cal.add.source')}
          hint={t('clock.cal.add.source.hint')}
          maxlength={500}
        />
        <Submit text={t('clock.cal.add.do')} second={{ text: t('clock.cal.add.look'), name: 'look', value: 'yes' }} />
      </Form>
    </section>
  );
}
