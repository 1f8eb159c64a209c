/** Consequences as the public record and the desk both show them: totals that say what is not known, each with its statuses. Pure props. */

import type { Child } from 'hono/jsx';
import { listed, num, t } from '../base/language.ts';
import { type Consequence, moneyWords, programmeWords } from '../rooms/consequences/view.ts';
import { type Order, orderName, whereWords } from '../rooms/orders/view.ts';
import type { Request } from '../rooms/requests/view.ts';
import { Mark } from '../ui/mark.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Table } from '../ui/table.tsx';
import { Day, dateText } from '../ui/time.tsx';
import { consequenceKind, consequenceStatus } from '../ui/words.ts';
import type { Group, Reach, Total } from './reach.ts';

/** "3 known, together $1,250,000.00; 20 unknown": what is not known is said, and never added as nothing. */
export function amountsWords({ known, unknown, sums }: Pick<Total, 'known' | 'unknown' | 'sums'>): string {
  if (known === 0) return t('record.amounts.unknown', { n: unknown });
  return t('record.amounts', { known, unknown, sums: listed(sums.map(moneyWords)) });
}

/** The same for everything that is shown. */
export function grandTotal(totals: readonly Total[]): Pick<Total, 'known' | 'unknown' | 'sums'> {
  const sums = new Map<string, bigint>();
  for (const total of totals)
    for (const { currency, cents } of total.sums) sums.set(currency, (sums.get(currency) ?? 0n) + cents);
  return {
    known: totals.reduce((n, one) => n + one.known, 0),
    unknown: totals.reduce((n, one) => n + one.unknown, 0),
    sums: [...sums].map(([currency, cents]) => ({ currency, cents })),
  };
}

export function TotalsTable({ totals }: { totals: readonly Total[] }) {
  return (
    <Table
      caption={t('record.consequences.totals')}
      rows={totals}
      empty={{ what: t('record.consequences.none') }}
      columns={[
        { head: t('record.programme'), names: true, cell: (one) => one.programme },
        { head: t('record.consequences.year'), cell: (one) => one.fiscalYear ?? t('record.consequences.no-year') },
        { head: t('record.consequences.status'), cell: (one) => <Mark state={consequenceStatus(one.status)} /> },
        { head: t('record.recipients'), numeric: true, cell: (one) => num(one.recipients) },
        { head: t('record.consequences.amounts'), cell: (one) => amountsWords(one) },
      ]}
    />
  );
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

export interface ConsequenceLinks {
  readonly order: (id: string) => string;
  readonly receipt: (entry: string) => string;
  /** the board, narrowed to recipients with a consequence of this status */
  readonly board: (status: string, request: string) => string;
}

/** Statuses of one consequence with the number of recipients in each. */
function Statuses({ one, groups, links }: { one: Consequence; groups: readonly Group[]; links: ConsequenceLinks }) {
  const by = new Map<string, number>();
  for (const group of groups) {
    if (group.consequence === one.id) by.set(group.status, (by.get(group.status) ?? 0) + group.n);
  }
  return (
    <p>
      {[...by].map(([status, n], i) => (
        <>
          {i > 0 ? ' · ' : ''}
          <a href={links.board(status, one.request)}>{t('ui.count.recipients', { n })}</a>:{' '}
          <Mark state={consequenceStatus(status)} />
        </>
      ))}
    </p>
  );
}

/** Orders in force that stand in the way of a consequence, for whomever. */
function Blocking({ one, reach, links }: { one: Consequence; reach: Reach; links: ConsequenceLinks }) {
  const all = reach.forces.filter(
    ({ order, now }) => order.effect !== 'compel' && now.scope.consequences.includes(one.id),
  );
  if (all.length === 0) return <p>{t('record.consequences.unblocked')}</p>;
  return (
    <ul class="entries">
      {all.map(({ order, now }) => (
        <li>
          {rich('record.consequences.blocked', {
            where: whereWords(now),
            order: <OrderLink order={order} links={links} />,
            date: <Day on={order.date} />,
            words: now.words,
          })}
        </li>
      ))}
    </ul>
  );
}

const OrderLink = ({ order, links }: { order: Order; links: Pick<ConsequenceLinks, 'order'> }) => (
  <a href={links.order(order.id)}>{orderName(order)}</a>
);

/** "Imposed", "Amount stated: $1,250,000.00". */
function changeWords(to: Consequence['changes'][number]['to']): string {
  if ('status' in to) return consequenceStatus(to.status).word.replace(/^./, (first) => first.toUpperCase());
  return t('record.consequences.stated', { amount: to.amount ? moneyWords(to.amount) : t('record.not-known') });
}

export function ConsequenceList(props: {
  readonly reach: Reach;
  readonly groups: readonly Group[];
  readonly requests: readonly Request[];
  readonly links: ConsequenceLinks;
  /** further links of one, for those who may write */
  readonly more?: (one: Consequence) => Child;
}) {
  const { reach, links } = props;
  const titles = new Map(props.requests.map(({ id, title }) => [id, title]));
  const orders = new Map(reach.orders.map((order) => [order.id, order]));
  const titleOf = ({ request }: Consequence) => titles.get(request) ?? t('record.consequences.a-request');
  return (
    <>
      {reach.consequences.map((one) => (
        <section class="cell" aria-labelledby={`c-${one.id}`} id={`consequence-${one.id}`}>
          <h3 id={`c-${one.id}`}>
            {programmeWords(one)}: {consequenceKind(one.kind)}
          </h3>
          <p class="body__text">“{one.words}”</p>
          <Statuses one={one} groups={props.groups} links={links} />
          <p>
            {one.amount
              ? t('record.consequences.amount', { amount: moneyWords(one.amount) })
              : t('record.consequences.no-amount')}{' '}
            ·{' '}
            {one.recipients === null
              ? t('record.consequences.for-all', { title: titleOf(one) })
              : t('record.consequences.for-some', { n: one.recipients.length, title: titleOf(one) })}
          </p>
          <Blocking one={one} reach={reach} links={links} />
          <ol class="entries">
            <li>
              {rich('record.consequences.announced', { day: <Day on={day(one.at)} /> })} ·{' '}
              <a href={links.receipt(one.id)}>{rich('record.consequences.receipt', { more: quiet })}</a>
              {one.source ? <SourceLine source={one.source} /> : null}
            </li>
            {one.changes
              .filter((change) => change.at <= reach.at)
              .map((change) => {
                const order = change.order === null ? undefined : orders.get(change.order);
                return (
                  <li>
                    {rich('record.consequences.changed', {
                      what: changeWords(change.to),
                      day: <Day on={day(change.at)} />,
                      n: change.recipients?.length ?? 0,
                      ordered: order ? 'yes' : 'no',
                      order: order ? <OrderLink order={order} links={links} /> : '',
                    })}{' '}
                    ·{' '}
                    <a href={links.receipt(change.entry)}>
                      {rich('record.consequences.change-receipt', { more: quiet })}
                    </a>
                    <div class="said__note">{change.reason}</div>
                    {change.source ? <SourceLine source={change.source} /> : null}
                  </li>
                );
              })}
          </ol>
          {props.more?.(one)}
        </section>
      ))}
    </>
  );
}

function SourceLine({
  source,
}: {
  source: { readonly publisher: string; readonly title: string; readonly date: string };
}) {
  return (
    <p class="entries__when">
      {source.publisher}: {source.title}, {dateText(source.date)}
    </p>
  );
}
