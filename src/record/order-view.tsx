/** Orders as the public record and the desk both show them: a list, one order, and those that touch a recipient. Pure props. */
import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import { programmeWords } from '../rooms/consequences/view.ts';
import { courtWords, historyOf, isOriginal, type Order, orderName, reachOf, whereWords } from '../rooms/orders/view.ts';
import type { Request } from '../rooms/requests/view.ts';
import { filesize } from '../ui/filesize.ts';
import { Hash } from '../ui/hash.tsx';
import { Mark } from '../ui/mark.tsx';
import { rich } from '../ui/rich.tsx';
import { Facts, Table } from '../ui/table.tsx';
import { Day, dateText } from '../ui/time.tsx';
import { effectWord, orderState, type Word } from '../ui/words.ts';
import type { Reach } from './reach.ts';

export interface OrderLinks {
  /** address of an order's page */
  readonly order: (id: string) => string;
  /** address of what shows that an order was entered */
  readonly receipt: (id: string) => string;
  readonly document: (id: string) => string;
  /** the board, narrowed to recipients that an order touches */
  readonly board: (id: string, request: string) => string;
}

/** What stands of an order at the time of `reach`. */
export function stateOf(order: Order, reach: Reach): Word {
  if (!isOriginal(order)) return orderState('change');
  return orderState(reach.forces.some((one) => one.order.id === order.id) ? 'force' : 'ended');
}

/** "of 15 Sep 2017 in the matter …": those that an order changes or ends, by name. */
const named = (ids: readonly string[], orders: readonly Order[], links: OrderLinks): Child =>
  ids.map((id, i) => {
    const one = orders.find((order) => order.id === id);
    return (
      <>
        {i > 0 ? '; ' : ''}
        {one ? <a href={links.order(id)}>{orderName(one)}</a> : t('record.order.erased')}
      </>
    );
  });

export function OrdersTable(props: {
  readonly reach: Reach;
  /** recipients touched, by order */
  readonly touched: ReadonlyMap<string, number>;
  readonly links: OrderLinks;
  readonly empty: { readonly what: string; readonly how: Child };
}) {
  const { reach, links } = props;
  return (
    <Table
      caption={t('record.orders')}
      quietCaption
      rows={reach.orders}
      empty={props.empty}
      columns={[
        { head: t('record.date'), cell: (one) => <Day on={one.date} /> },
        {
          head: t('record.order'),
          names: true,
          cell: (one) => <a href={links.order(one.id)}>{courtWords(one)}</a>,
        },
        { head: t('record.order.does'), cell: (one) => `${effectWord(one.effect)}, ${scopeWords(one, reach)}` },
        { head: t('record.now'), cell: (one) => <Mark state={stateOf(one, reach)}>{endedText(one, reach)}</Mark> },
        {
          head: t('record.order.touches'),
          cell: (one) => {
            const n = props.touched.get(one.id);
            if (n === undefined) return '–';
            return n === 0 ? t('record.order.none') : t('ui.count.recipients', { n });
          },
        },
      ]}
    />
  );
}

function endedText(order: Order, reach: Reach): string {
  const end = historyOf(order, reach.orders, reach.at).find((one) => one.effect === 'vacate' || one.effect === 'lift');
  if (!end) return '';
  return `, ${t(end.effect === 'lift' ? 'record.order.lifted' : 'record.order.vacated', { date: dateText(end.date) })}`;
}

/** "nationwide", "in Philadelphia (PA)", or what it ends. */
const scopeWords = (order: Order, reach: Reach): string =>
  order.effect === 'vacate' || order.effect === 'lift'
    ? order.of
        .flatMap((id) => reach.orders.find((one) => one.id === id) ?? [])
        .map(orderName)
        .join('; ')
    : whereWords(order);

/** What an order reaches, in words: items, consequences, recipients. */
function ReachWords({ order, reach, requests }: { order: Order; reach: Reach; requests: readonly Request[] }) {
  const { scope } = order;
  const some = requests.filter(({ id }) => scope.requests === null || scope.requests.includes(id));
  const items =
    scope.items === null
      ? t('record.order.all-items')
      : scope.items.length > 0
        ? t('record.order.items', { n: scope.items.length, items: scope.items.join(', ') })
        : null;
  const facts = scope.consequences.flatMap((id) => reach.consequences.find((one) => one.id === id) ?? []);
  return (
    <ul class="entries">
      {items === null ? null : (
        <li>
          {scope.requests === null
            ? t('record.order.of-every', { items })
            : t('record.order.of-some', { items, requests: some.map(({ title }) => `“${title}”`).join(', ') })}
        </li>
      )}
      {facts.map((one) => (
        <li>
          {programmeWords(one)}: {one.words}
        </li>
      ))}
      <li>
        {scope.recipients === null
          ? t('record.order.all-where', { where: whereWords(order) })
          : t('record.order.some-where', { n: scope.recipients.length, where: whereWords(order) })}
      </li>
    </ul>
  );
}

/** One order: what the court said, how far it reaches now, what became of it, where it can be read. */
export function OrderFacts(props: {
  readonly order: Order;
  readonly reach: Reach;
  readonly requests: readonly Request[];
  readonly touched: ReadonlyMap<string, number>;
  readonly links: OrderLinks;
}) {
  const { order, reach, links, requests } = props;
  const now = isOriginal(order) ? reachOf(order, reach.orders, reach.at) : order;
  const after = historyOf(order, reach.orders, reach.at);
  const n = props.touched.get(order.id);
  const ending = order.effect === 'vacate' || order.effect === 'lift';
  const what = (
    <>
      {effectWord(order.effect)} {order.of.length > 0 ? named(order.of, reach.orders, links) : null}
    </>
  );
  return (
    <Facts
      facts={[
        { name: t('record.order.court'), value: order.court },
        { name: t('record.order.docket'), value: order.docket },
        { name: t('record.order.judge'), value: order.judge ?? t('record.not-known') },
        { name: t('record.date'), value: <Day on={order.date} weekday /> },
        {
          name: t('record.order.does'),
          value: (
            <>{order.compel ? rich('record.order.compels', { what, day: <Day on={order.compel} weekday /> }) : what}</>
          ),
        },
        { name: t('record.words'), value: <span class="body__text">“{order.words}”</span> },
        ...(isOriginal(order)
          ? [{ name: t('record.now'), value: <Mark state={stateOf(order, reach)}>{endedText(order, reach)}</Mark> }]
          : []),
        ...(after.length > 0
          ? [
              {
                name: t('record.order.later'),
                value: (
                  <ul class="entries">
                    {after.map((one) => (
                      <li>
                        {rich('record.order.later.what', {
                          order: <a href={links.order(one.id)}>{orderName(one)}</a>,
                          effect: effectWord(one.effect),
                          words: one.words,
                        })}
                      </li>
                    ))}
                  </ul>
                ),
              },
            ]
          : []),
        ...(ending
          ? []
          : [
              {
                name: t(now.id === order.id ? 'record.order.reaches' : 'record.order.reaches-now'),
                value: <ReachWords order={now} reach={reach} requests={requests} />,
              },
            ]),
        ...(n === undefined
          ? []
          : [
              {
                name: t('record.order.touches'),
                value:
                  n === 0
                    ? t('record.order.none')
                    : rich('record.order.on-board', {
                        n,
                        requests: requests.map((request, i) => (
                          <>
                            {i > 0 ? ' · ' : ''}
                            <a href={links.board(order.id, request.id)}>{request.title}</a>
                          </>
                        )),
                      }),
              },
            ]),
        {
          name: t('record.document'),
          value: order.document ? (
            <>
              <a href={links.document(order.id)} download>
                <bdi>{order.document.name}</bdi>
              </a>{' '}
              {filesize(order.document.bytes)} · SHA-256 <Hash hex={order.document.sha256} whole />
            </>
          ) : (
            t('record.order.no-document')
          ),
        },
        ...(order.source
          ? [
              {
                name: t('record.source'),
                value: (
                  <>
                    {order.source.publisher}: {order.source.title}, <Day on={order.source.date} />
                    {order.source.url ? (
                      <>
                        {' '}
                        ·{' '}
                        <a href={order.source.url} rel="noreferrer nofollow">
                          {t('record.read-there')}
                        </a>
                      </>
                    ) : null}
                  </>
                ),
              },
            ]
          : []),
        { name: t('record.receipt'), value: <a href={links.receipt(order.id)}>{t('record.order.receipt')}</a> },
      ]}
    />
  );
}
