/** Consequences as the public record and the desk both show them: totals that say what is not known, each with its statuses. Pure props. */
import type { Child } from 'hono/jsx';
import { type Consequence, moneyWords, programmeWords } from '../rooms/consequences/view.ts';
import { type Order, orderName, whereWords } from '../rooms/orders/view.ts';
import type { Request } from '../rooms/requests/view.ts';
import { Mark } from '../ui/mark.tsx';
import { Table } from '../ui/table.tsx';
import { Day, dateText } from '../ui/time.tsx';
import { consequenceKind, consequenceStatus, count } from '../ui/words.ts';
import type { Group, Reach, Total } from './reach.ts';

/** "3 known, together $1,250,000.00; 20 unknown": what is not known is said, and never added as nothing. */
export function amountsWords({ known, unknown, sums }: Pick<Total, 'known' | 'unknown' | 'sums'>): string {
  const n = (x: number) => x.toLocaleString('en-US');
  if (known === 0) return `${n(unknown)} unknown`;
  const together = sums.map(moneyWords).join(' and ');
  return `${n(known)} known, ${known === 1 ? '' : 'together '}${together}; ${unknown === 0 ? 'none' : n(unknown)} unknown`;
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
      caption="Totals by programme, year and status"
      rows={totals}
      empty={{ what: 'No consequence was announced by then' }}
      columns={[
        { head: 'Programme', names: true, cell: (one) => one.programme },
        { head: 'Fiscal year', cell: (one) => one.fiscalYear ?? 'not said' },
        { head: 'Status', cell: (one) => <Mark state={consequenceStatus(one.status)} /> },
        { head: 'Recipients', numeric: true, cell: (one) => one.recipients.toLocaleString('en-US') },
        { head: 'Amounts', cell: (one) => amountsWords(one) },
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
          <a href={links.board(status, one.request)}>{count(n, 'recipient')}</a>:{' '}
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
  if (all.length === 0) return <p>No order in force names it.</p>;
  return (
    <ul class="entries">
      {all.map(({ order, now }) => (
        <li>
          blocked {whereWords(now)} by <OrderLink order={order} links={links} /> since <Day on={order.date} />: “
          {now.words}”
        </li>
      ))}
    </ul>
  );
}

const OrderLink = ({ order, links }: { order: Order; links: Pick<ConsequenceLinks, 'order'> }) => (
  <a href={links.order(order.id)}>{orderName(order)}</a>
);

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
            Amount:{' '}
            {one.amount
              ? `${moneyWords(one.amount)} for each recipient, as announced`
              : 'not known when it was announced'}{' '}
            · for {one.recipients === null ? 'all recipients' : count(one.recipients.length, 'recipient')} of{' '}
            {titles.get(one.request) ?? 'a request'}
          </p>
          <Blocking one={one} reach={reach} links={links} />
          <ol class="entries">
            <li>
              Announced <Day on={day(one.at)} /> <Receipt of="the announcement" href={links.receipt(one.id)} />
              {one.source ? <SourceLine source={one.source} /> : null}
            </li>
            {one.changes
              .filter((change) => change.at <= reach.at)
              .map((change) => {
                const order = change.order === null ? undefined : orders.get(change.order);
                return (
                  <li>
                    {'status' in change.to
                      ? `${consequenceStatus(change.to.status).word.replace(/^./, (c) => c.toUpperCase())} `
                      : `Amount stated: ${change.to.amount ? moneyWords(change.to.amount) : 'not known'} `}
                    <Day on={day(change.at)} />
                    {change.recipients === null ? '' : ` for ${count(change.recipients.length, 'recipient')}`}
                    {order ? (
                      <>
                        {' '}
                        by <OrderLink order={order} links={links} />
                      </>
                    ) : null}{' '}
                    <Receipt of="this change" href={links.receipt(change.entry)} />
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

function Receipt({ of, href }: { of: string; href: string }) {
  return (
    <>
      ·{' '}
      <a href={href}>
        receipt<span class="usa-sr-only"> of {of}</span>
      </a>
    </>
  );
}
