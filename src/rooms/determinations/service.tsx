/**
 * One recipient as the issuer sees it: evidence of delivery, each item with what the recipient says and what the issuer found, the
 * clock with its working, the history with receipts. Shows what it is given; writes nothing.
 */
import type { Child } from 'hono/jsx';
import type { Millis } from '../../base/clock.ts';
import { Empty } from '../../ui/empty.tsx';
import { ErrorSummary, type Errors, Form, Radios, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Ladder } from '../../ui/ladder.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Facts } from '../../ui/table.tsx';
import { Day, Time } from '../../ui/time.tsx';
import { count, disposition, effectWord, finding } from '../../ui/words.ts';
import { clocksIn, type Exchange, type SentAnswer, sentItem, standingOf } from '../answers/view.ts';
import { asksIn, type ClockState, type Move, type Worked, waitingIn } from '../clock/rules.ts';
import { clockWords, ItemClock, Moves, Workings } from '../clock-parts.tsx';
import { courtWords } from '../orders/view.ts';
import { History, receiptLinks, Said } from '../parts.tsx';
import type { Touched } from '../reach.ts';
import type { Item } from '../requests/entries.ts';
import type { StreamEntry } from '../stream.ts';
import { OrdersAndConsequences } from '../touching-parts.tsx';
import { unreviewed } from './commands.ts';

/** What was typed in a determination that was not taken, so that it stands there again. */
export interface Refused {
  readonly item: number;
  readonly finding: string;
  readonly reasons: string;
  readonly errors: Errors;
}

export interface ServiceView {
  readonly exchange: Exchange;
  readonly entries: readonly StreamEntry[];
  readonly contact: string | null;
  /** the due date as it is counted now, and what moved it */
  readonly workings: readonly Worked[];
  readonly moves: readonly Move[];
  /** orders that touch it, and consequences that were announced */
  readonly touched: Touched;
  readonly refused: Refused | null;
  /** may determine: an editor or owner */
  readonly mayWrite: boolean;
  readonly newOnce: () => string;
  readonly now: Millis;
  readonly zone: string;
}

export function ServicePage(view: ServiceView) {
  const { exchange, entries, zone } = view;
  const { service, request, matter } = exchange;
  const open = unreviewed(exchange);
  const clocks = clocksIn(exchange, view.now);
  const base = `/desk/services/${service.id}`;
  const names = new Map([
    [matter.issuer, exchange.issuerName],
    [service.recipient, service.name],
  ]);
  const evidence = entries.flatMap((entry) =>
    entry.kind === 'service.evidenced' && typeof entry.body.event === 'string'
      ? [
          {
            event: entry.body.event,
            at: entry.occurredAt,
            receipt: `${base}/receipts/${entry.id}.pdf`,
            ...(typeof entry.body.detail === 'string' ? { detail: entry.body.detail } : {}),
          },
        ]
      : [],
  );
  return (
    <>
      <Heading
        title={service.name}
        tags={matter.example ? ['example'] : []}
        crumbs={[
          { text: matter.title, href: `/desk/matters/${matter.id}` },
          { text: request.title, href: `/desk/requests/${request.id}` },
        ]}
        lead={
          <>
            {service.kind}
            {service.state ? `, ${service.state}` : ''} · served <Time at={service.occurredAt} zone={zone} />
          </>
        }
      />
      {view.refused ? (
        <ErrorSummary
          errors={view.refused.errors}
          what="Nothing was written; what you typed stands below, beside its item."
        />
      ) : null}
      {exchange.revocation ? (
        <Notice title="This request was revoked">
          <p>{exchange.revocation.reason}</p>
        </Notice>
      ) : null}
      <Facts
        facts={[
          { name: 'Letters go to', value: view.contact ?? 'no address on file' },
          ...(service.predecessor
            ? [
                {
                  name: 'Follows',
                  value: <a href={`/desk/services/${service.predecessor}`}>what was asked of them before</a>,
                },
              ]
            : []),
          { name: 'Answers', value: answersLine(exchange.answers, zone) },
        ]}
      />
      <h2>Delivery</h2>
      {request.conduct === 'recorded' ? (
        <p>
          This request was conducted elsewhere and written down here from a source. How it was delivered is not known.
        </p>
      ) : (
        <Ladder evidence={evidence} zone={zone} />
      )}
      <h2 id="clock">The clock</h2>
      <p>{clockWords(clocks.whole)}</p>
      <Workings workings={view.workings} />
      {view.moves.length > 0 ? (
        <>
          <h3>What moved it</h3>
          <Moves moves={view.moves} names={names} zone={zone} receipt={receiptLinks(`${base}/receipts`)} />
        </>
      ) : null}
      {view.mayWrite && request.conduct === 'served' && exchange.revocation === null ? (
        <p>
          {waitingIn(asksIn(entries)).length > 0 ? (
            <>
              ! More time is asked for. <a href={`${base}/clock`}>Give it or refuse it, or move the date otherwise…</a>
            </>
          ) : (
            <a href={`${base}/clock`}>Extend, pause or correct…</a>
          )}
        </p>
      ) : null}
      <OrdersAndConsequences
        touched={view.touched}
        items={request.items.length}
        links={{
          order: (id) => `/desk/matters/${matter.id}/orders/${id}`,
          document: (id) => `/desk/matters/${matter.id}/orders/${id}/document`,
          receipt: (entry) => `/desk/matters/${matter.id}/receipts/${entry}.pdf`,
        }}
      />
      <h2>Items</h2>
      {exchange.items.size === 0 ? (
        <Empty
          what={request.conduct === 'recorded' ? 'What was answered is not known' : 'No answer yet'}
          how={
            request.conduct === 'recorded'
              ? 'It can be added when a source says it.'
              : 'Answers come here the moment the recipient sends them, with their documents.'
          }
        />
      ) : null}
      {open.length > 0 && view.mayWrite ? (
        <p>
          {count(open.length, 'answered item')} {open.length === 1 ? 'waits' : 'wait'} for you ·{' '}
          <a href={`${base}/accept-all`}>Accept all answered items…</a>
        </p>
      ) : null}
      {request.items.map((item, i) => (
        <ItemView item={item} view={view} base={base} clock={clocks.cells[i]} />
      ))}
      <h2>History</h2>
      <p>Everything that was written down about this recipient, oldest first. Both sides hold these receipts.</p>
      <p>
        For a court: <a href={`${base}/certificate`}>a certification to complete and sign</a> (
        <a href={`${base}/certificate?form=txt`}>as text</a>).
      </p>
      <History entries={entries} names={names} receipts={`${base}/receipts`} zone={zone} />
    </>
  );
}

function answersLine(answers: readonly SentAnswer[], zone: string): Child {
  const last = answers.at(-1);
  if (!last) return 'none yet';
  const { name, title, address } = last.actedBy;
  return (
    <>
      {count(answers.length, 'answer')}, the last <Time at={last.recordedAt} zone={zone} /> by{' '}
      {title ? `${name}, ${title}` : name} ({address})
    </>
  );
}

function ItemView(props: { item: Item; view: ServiceView; base: string; clock: ClockState | undefined }) {
  const { item, view, base } = props;
  const { exchange, zone } = view;
  const latest = exchange.items.get(item.item);
  const sent = latest ? sentItem(exchange, latest.answer, item.item) : undefined;
  const found = standingOf(exchange, item.item);
  const earlier = exchange.answers.filter(
    (one) => one.answer !== latest?.answer && one.items.some((said) => said.item === item.item),
  );
  const href = (document: { readonly sha256: string }) => `${base}/documents/${document.sha256}`;
  return (
    <section class="item" id={`item-${item.item}`} aria-labelledby={`item-${item.item}-head`}>
      <h3 class="item__head" id={`item-${item.item}-head`}>
        Item {item.item}
      </h3>
      <p class="item__text">{item.text}</p>
      <h4>The recipient says</h4>
      {latest && sent ? (
        <>
          <Said one={sent} href={href} />
          <p class="item__when">
            <Time at={latest.occurredAt} zone={zone} />
          </p>
        </>
      ) : latest?.carriedFrom ? (
        <p>
          <Mark state={disposition(latest.disposition)} />
          {latest.documents > 0 ? `, ${count(latest.documents, 'file')}` : ''} ·{' '}
          <a href={`/desk/services/${latest.carriedFrom}#item-${item.item}`}>carried over from the earlier request</a> ·{' '}
          {receiptLinks(`${base}/receipts`)(latest.entry, `the earlier answer to item ${item.item}`)}
        </p>
      ) : (
        <p>
          <Mark state={disposition(exchange.request.conduct === 'recorded' ? 'not known' : 'unanswered')} />
        </p>
      )}
      {earlier.length > 0 ? (
        <details>
          <summary>{count(earlier.length, 'earlier answer')}</summary>
          {earlier.map((answer) => {
            const said = answer.items.find((one) => one.item === item.item);
            return said ? (
              <div>
                <Said one={said} href={href} />
                <p class="item__when">
                  <Time at={answer.recordedAt} zone={zone} />
                </p>
              </div>
            ) : null;
          })}
        </details>
      ) : null}
      <h4>You say</h4>
      <p>
        <Mark state={finding(found?.finding ?? 'not reviewed')} />
        {found ? (
          <>
            {' '}
            · <Time at={found.occurredAt} zone={zone} />
          </>
        ) : null}
      </p>
      {found?.reasons ? <div class="said__note">{found.reasons}</div> : null}
      <h4>The clock</h4>
      {props.clock ? (
        <ItemClock item={item.item} workings={view.workings}>
          {clockWords(props.clock)}
        </ItemClock>
      ) : null}
      {view.touched.touches
        .filter((touch) => touch.items.includes(item.item))
        .map((touch) => (
          <p>
            <a href={`/desk/matters/${exchange.matter.id}/orders/${touch.order.id}`}>{courtWords(touch.order)}</a>{' '}
            {effectWord(touch.order.effect)} it since <Day on={touch.begin.date} />: “{touch.by.words}”
          </p>
        ))}
      {latest && view.mayWrite ? (
        <DetermineForm item={item.item} seen={latest.answer} done={found !== null} view={view} base={base} />
      ) : null}
    </section>
  );
}

function DetermineForm(props: { item: number; seen: string; done: boolean; view: ServiceView; base: string }) {
  const { item, view } = props;
  const refused = view.refused?.item === item ? view.refused : null;
  const form = (
    <Form
      action={`${props.base}/items/${item}/determination`}
      hidden={{ once: view.newOnce(), seen: props.seen }}
      label={`Determination of item ${item}`}
    >
      <Radios
        name={`finding-${item}`}
        label={`Your determination of item ${item}`}
        required
        {...(refused ? { value: refused.finding, errors: refused.errors } : {})}
        choices={[
          { value: 'accepted', label: 'Accepted', hint: 'It answers what you asked.' },
          { value: 'deficient', label: 'Deficient', hint: 'Something is missing or wrong. Say what, below.' },
        ]}
      />
      <TextArea
        name={`reasons-${item}`}
        label={`Reasons on item ${item}`}
        hint={
          view.exchange.request.audience === 'public'
            ? 'The recipient reads this, and everyone else: it stands in the public record. Needed when it is deficient.'
            : 'The recipient reads this. Needed when it is deficient.'
        }
        rows={3}
        value={refused?.reasons ?? ''}
        {...(refused ? { errors: refused.errors } : {})}
      />
      <Submit text={`Record for item ${item}`} />
    </Form>
  );
  return props.done ? (
    <details open={refused !== null}>
      <summary>Determine it again</summary>
      {form}
    </details>
  ) : (
    form
  );
}

/** The step before accepting everything at once: says exactly what will be written and who is told. */
export function AcceptAllPage(props: { exchange: Exchange; contact: string | null; once: string }) {
  const { exchange } = props;
  const open = unreviewed(exchange);
  const base = `/desk/services/${exchange.service.id}`;
  return (
    <>
      <Heading
        title="Accept all answered items"
        crumbs={[{ text: exchange.service.name, href: base }]}
        lead={`${exchange.service.name}, “${exchange.request.title}”`}
      />
      {open.length === 0 ? (
        <Empty
          what="Nothing waits"
          how="Every answered item has your determination already."
          action={{ text: 'Back', href: base }}
        />
      ) : (
        <>
          <p>
            This records “accepted” for {count(open.length, 'item')}.{' '}
            {props.contact ? `One mail with the receipt goes to ${props.contact}.` : 'There is no address to tell.'} A
            determination can be followed by another one, but not deleted.
          </p>
          <ul class="entries">
            {open.map(({ item, answer }) => {
              const said = sentItem(exchange, answer, item);
              return (
                <li>
                  <p>
                    Item {item} {said ? <Mark state={disposition(said.disposition)} /> : null}
                    {said && said.documents.length > 0 ? ` · ${count(said.documents.length, 'file')}` : ''}
                  </p>
                  {said?.note ? <div class="said__note">{said.note}</div> : null}
                </li>
              );
            })}
          </ul>
          <Form
            action={`${base}/accept-all`}
            hidden={{ once: props.once, seen: open.map((one) => `${one.item}:${one.answer}`).join(' ') }}
            label="Accept all"
          >
            <Submit text={`Accept ${count(open.length, 'item')}`} cancel={{ text: 'Back', href: base }} />
          </Form>
        </>
      )}
    </>
  );
}
