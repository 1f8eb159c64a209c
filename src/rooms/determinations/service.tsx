/**
 * One recipient as the issuer sees it: evidence of delivery, each item with what the recipient says and what the issuer found, the
 * clock with its working, the history with receipts. Shows what it is given; writes nothing.
 */
import type { Child } from 'hono/jsx';
import type { Millis } from '../../base/clock.ts';
import { t } from '../../base/language.ts';
import { Empty } from '../../ui/empty.tsx';
import { ErrorSummary, type Errors, Form, Radios, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Ladder } from '../../ui/ladder.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Notice } from '../../ui/notice.tsx';
import { rich } from '../../ui/rich.tsx';
import { Facts } from '../../ui/table.tsx';
import { Day, Time } from '../../ui/time.tsx';
import { disposition, effectWord, finding, partyKind } from '../../ui/words.ts';
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
        tags={matter.example ? [t('answers.shared.example')] : []}
        crumbs={[
          { text: matter.title, href: `/desk/matters/${matter.id}` },
          { text: request.title, href: `/desk/requests/${request.id}` },
        ]}
        lead={rich('answers.service.lead', {
          where: service.state ? `${partyKind(service.kind)}, ${service.state}` : partyKind(service.kind),
          at: <Time at={service.occurredAt} zone={zone} />,
        })}
      />
      {view.refused ? <ErrorSummary errors={view.refused.errors} what={t('answers.service.kept')} /> : null}
      {exchange.revocation ? (
        <Notice title={t('answers.service.revoked')}>
          <p>{exchange.revocation.reason}</p>
        </Notice>
      ) : null}
      <Facts
        facts={[
          { name: t('answers.service.letters'), value: view.contact ?? t('answers.service.letters.none') },
          ...(service.predecessor
            ? [
                {
                  name: t('answers.service.follows'),
                  value: <a href={`/desk/services/${service.predecessor}`}>{t('answers.service.follows.what')}</a>,
                },
              ]
            : []),
          { name: t('answers.service.answers'), value: answersLine(exchange.answers, zone) },
        ]}
      />
      <h2>{t('answers.service.delivery')}</h2>
      {request.conduct === 'recorded' ? (
        <p>{t('answers.service.elsewhere')}</p>
      ) : (
        <Ladder evidence={evidence} zone={zone} />
      )}
      <h2 id="clock">{t('answers.service.clock')}</h2>
      <p>{clockWords(clocks.whole)}</p>
      <Workings workings={view.workings} />
      {view.moves.length > 0 ? (
        <>
          <h3>{t('answers.service.moved')}</h3>
          <Moves moves={view.moves} names={names} zone={zone} receipt={receiptLinks(`${base}/receipts`)} />
        </>
      ) : null}
      {view.mayWrite && request.conduct === 'served' && exchange.revocation === null ? (
        <p>
          {waitingIn(asksIn(entries)).length > 0 ? (
            rich('answers.service.asked', { a: (words) => <a href={`${base}/clock`}>{words}</a> })
          ) : (
            <a href={`${base}/clock`}>{t('answers.service.move')}</a>
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
      <h2>{t('answers.service.items')}</h2>
      {exchange.items.size === 0 ? (
        <Empty
          what={t(request.conduct === 'recorded' ? 'answers.service.unknown' : 'answers.shared.none-yet')}
          how={t(request.conduct === 'recorded' ? 'answers.service.unknown.how' : 'answers.service.none.how')}
        />
      ) : null}
      {open.length > 0 && view.mayWrite ? (
        <p>
          {rich('answers.service.waiting', {
            n: open.length,
            a: (words) => <a href={`${base}/accept-all`}>{words}</a>,
          })}
        </p>
      ) : null}
      {request.items.map((item, i) => (
        <ItemView item={item} view={view} base={base} clock={clocks.cells[i]} />
      ))}
      <h2>{t('answers.service.history')}</h2>
      <p>{t('answers.service.history.what')}</p>
      <p>
        {rich('answers.service.court', {
          a: (words) => <a href={`${base}/certificate`}>{words}</a>,
          text: (words) => <a href={`${base}/certificate?form=txt`}>{words}</a>,
        })}
      </p>
      <History entries={entries} names={names} receipts={`${base}/receipts`} zone={zone} />
    </>
  );
}

function answersLine(answers: readonly SentAnswer[], zone: string): Child {
  const last = answers.at(-1);
  if (!last) return t('answers.service.answers.none');
  const { name, title, address } = last.actedBy;
  return rich('answers.service.answers.line', {
    n: answers.length,
    at: <Time at={last.recordedAt} zone={zone} />,
    by: title ? `${name}, ${title}` : name,
    address,
  });
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
        {t('answers.shared.item', { item: item.item })}
      </h3>
      <p class="item__text">{item.text}</p>
      <h4>{t('answers.service.recipient-says')}</h4>
      {latest && sent ? (
        <>
          <Said one={sent} href={href} />
          <p class="item__when">
            <Time at={latest.occurredAt} zone={zone} />
          </p>
        </>
      ) : latest?.carriedFrom ? (
        <p>
          {rich('answers.service.carried', {
            said: <Mark state={disposition(latest.disposition)} />,
            n: latest.documents,
            a: (words) => <a href={`/desk/services/${latest.carriedFrom}#item-${item.item}`}>{words}</a>,
            receipt: receiptLinks(`${base}/receipts`)(
              latest.entry,
              t('answers.service.carried.receipt', { item: item.item }),
            ),
          })}
        </p>
      ) : (
        <p>
          <Mark state={disposition(exchange.request.conduct === 'recorded' ? 'not known' : 'unanswered')} />
        </p>
      )}
      {earlier.length > 0 ? (
        <details>
          <summary>{t('answers.service.earlier', { n: earlier.length })}</summary>
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
      <h4>{t('answers.service.you-say')}</h4>
      <p>
        {found ? (
          rich('answers.service.found', {
            found: <Mark state={finding(found.finding)} />,
            at: <Time at={found.occurredAt} zone={zone} />,
          })
        ) : (
          <Mark state={finding('not reviewed')} />
        )}
      </p>
      {found?.reasons ? <div class="said__note">{found.reasons}</div> : null}
      <h4>{t('answers.service.clock')}</h4>
      {props.clock ? (
        <ItemClock item={item.item} workings={view.workings}>
          {clockWords(props.clock)}
        </ItemClock>
      ) : null}
      {view.touched.touches
        .filter((touch) => touch.items.includes(item.item))
        .map((touch) => (
          <p>
            {rich('answers.service.touched', {
              a: (words) => <a href={`/desk/matters/${exchange.matter.id}/orders/${touch.order.id}`}>{words}</a>,
              court: courtWords(touch.order),
              effect: effectWord(touch.order.effect),
              on: <Day on={touch.begin.date} />,
              words: touch.by.words,
            })}
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
      label={t('answers.determine.label', { item })}
    >
      <Radios
        name={`finding-${item}`}
        label={t('answers.determine.finding', { item })}
        required
        {...(refused ? { value: refused.finding, errors: refused.errors } : {})}
        choices={[
          {
            value: 'accepted',
            label: t('answers.determine.accepted'),
            hint: t('answers.determine.accepted.hint'),
          },
          {
            value: 'deficient',
            label: t('answers.determine.deficient'),
            hint: t('answers.determine.deficient.hint'),
          },
        ]}
      />
      <TextArea
        name={`reasons-${item}`}
        label={t('answers.determine.why', { item })}
        hint={t(
          view.exchange.request.audience === 'public'
            ? 'answers.determine.why.public'
            : 'answers.determine.why.parties',
        )}
        rows={3}
        value={refused?.reasons ?? ''}
        {...(refused ? { errors: refused.errors } : {})}
      />
      <Submit text={t('answers.determine.record', { item })} />
    </Form>
  );
  return props.done ? (
    <details open={refused !== null}>
      <summary>{t('answers.determine.again')}</summary>
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
        title={t('answers.accept.title')}
        crumbs={[{ text: exchange.service.name, href: base }]}
        lead={t('answers.accept.lead', { recipient: exchange.service.name, title: exchange.request.title })}
      />
      {open.length === 0 ? (
        <Empty
          what={t('answers.accept.none')}
          how={t('answers.accept.none.how')}
          action={{ text: t('answers.shared.back'), href: base }}
        />
      ) : (
        <>
          <p>
            {t('answers.accept.what', {
              n: open.length,
              told: props.contact ? 'yes' : 'no',
              to: props.contact ?? '',
            })}
          </p>
          <ul class="entries">
            {open.map(({ item, answer }) => {
              const said = sentItem(exchange, answer, item);
              return (
                <li>
                  <p>
                    {rich('answers.accept.item', {
                      item,
                      said: said ? <Mark state={disposition(said.disposition)} /> : '',
                      n: said?.documents.length ?? 0,
                    })}
                  </p>
                  {said?.note ? <div class="said__note">{said.note}</div> : null}
                </li>
              );
            })}
          </ul>
          <Form
            action={`${base}/accept-all`}
            hidden={{ once: props.once, seen: open.map((one) => `${one.item}:${one.answer}`).join(' ') }}
            label={t('answers.accept.form')}
          >
            <Submit
              text={t('answers.accept.submit', { n: open.length })}
              cancel={{ text: t('answers.shared.back'), href: base }}
            />
          </Form>
        </>
      )}
    </>
  );
}
