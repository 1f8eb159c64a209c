/**
 * Orders that touch one recipient and consequences that were announced to it, as the public page, the desk and the recipient's own pages
 * show them. Shows what it is given; where an address is null there is no such page for the reader, and the words stand without it.
 */

import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import { filesize } from '../ui/filesize.ts';
import { Mark } from '../ui/mark.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Day } from '../ui/time.tsx';
import { consequenceKind, consequenceStatus, effectWord } from '../ui/words.ts';
import { moneyWords, programmeWords } from './consequences/view.ts';
import { courtWords, type Order, orderName, type TouchedRecipient } from './orders/view.ts';
import type { Reach, Standing, Touched } from './reach.ts';

type Address = (id: string) => string | null;

export interface TouchLinks {
  /** page of an order */
  readonly order: Address;
  /** the order's document to download; left out where the order's page leads there */
  readonly document?: Address;
  /** what shows that an entry was written */
  readonly receipt: Address;
}

const Linked = ({ href, children }: { href: string | null; children: Child }) =>
  href === null ? children : <a href={href}>{children}</a>;

function Receipt({ of, href }: { of: string; href: string | null }) {
  if (href === null) return null;
  return (
    <>
      {' '}
      · <a href={href}>{rich('orders.touch.receipt', { what: of, more: quiet })}</a>
    </>
  );
}

/** Where an order can be read: its document, else its source. */
function ReadIt({ order, links }: { order: Order; links: Pick<TouchLinks, 'document'> }) {
  if (!links.document) return null;
  const href = order.document ? links.document(order.id) : null;
  if (order.document && href !== null) {
    return (
      <p class="entries__when">
        {rich('orders.touch.document', {
          file: (
            <a href={href} download>
              <bdi>{order.document.name}</bdi>
            </a>
          ),
          size: filesize(order.document.bytes),
        })}
      </p>
    );
  }
  if (!order.source) return null;
  const { publisher, title, date, url } = order.source;
  const source = { publisher, title, day: <Day on={date} /> };
  const a = (words: Child) => (
    <a href={url ?? ''} rel="noreferrer nofollow">
      {words}
    </a>
  );
  return (
    <p class="entries__when">
      {url ? rich('orders.touch.source.link', { ...source, a }) : rich('orders.touch.source', source)}
    </p>
  );
}

/** "Orders that touch this": each since when, of what, by which words. */
export function Touching(props: {
  readonly touches: readonly TouchedRecipient[];
  readonly reach: Reach;
  readonly links: Pick<TouchLinks, 'order' | 'document'>;
  /** how many items the request has, to say "all items" */
  readonly items: number;
}) {
  const { touches, reach, links } = props;
  if (touches.length === 0) return <p>{t('orders.touch.none')}</p>;
  return (
    <ol class="entries">
      {touches.map((touch) => (
        <li>
          <p class="entries__title">
            {rich('orders.touch.line', {
              court: <Linked href={links.order(touch.order.id)}>{courtWords(touch.order)}</Linked>,
              effect: effectWord(touch.order.effect),
              what: touchedWords(touch, reach, props.items),
              day: <Day on={touch.begin.date} />,
            })}
          </p>
          <div class="said__note">“{touch.by.words}”</div>
          <ReadIt order={touch.order} links={links} />
          {touch.by.id === touch.order.id ? null : (
            <>
              <p class="entries__when">
                {rich('orders.touch.by', {
                  order: <Linked href={links.order(touch.by.id)}>{orderName(touch.by)}</Linked>,
                })}
              </p>
              <ReadIt order={touch.by} links={links} />
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

function touchedWords({ items, consequences }: TouchedRecipient, reach: Reach, all: number): string {
  const parts = [
    ...(items.length === 0
      ? []
      : [
          items.length === all && all > 1
            ? t('orders.touch.items.all')
            : t('orders.touch.items', { n: items.length, items: items.join(', ') }),
        ]),
    ...consequences.flatMap((id) => {
      const one = reach.consequences.find((c) => c.id === id);
      return one ? [programmeWords(one)] : [];
    }),
  ];
  return [...new Set(parts)].join('; ');
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Consequences that concern one recipient: status, since when, what blocks it, the amount or that it is not known. */
export function Concerning({
  standings,
  links,
}: {
  standings: readonly Standing[];
  links: Pick<TouchLinks, 'order' | 'receipt'>;
}) {
  return (
    <ol class="entries">
      {standings.map(({ consequence, written, status, blockedBy }) => (
        <li>
          <p class="entries__title">
            {t('orders.touch.programme', {
              programme: programmeWords(consequence),
              kind: consequenceKind(consequence.kind),
            })}
          </p>
          <div class="said__note">“{consequence.words}”</div>
          <p>
            <Mark state={consequenceStatus(written.status)} /> <Day on={day(written.since)} />
            <Receipt of={t('orders.touch.status')} href={links.receipt(written.entry)} /> ·{' '}
            {t('orders.touch.amount', {
              amount: written.amount ? moneyWords(written.amount) : t('orders.not-known'),
            })}
          </p>
          {blockedBy.map((touch) => {
            const order = <Linked href={links.order(touch.order.id)}>{orderName(touch.order)}</Linked>;
            const by = { order, day: <Day on={touch.begin.date} /> };
            const mark = <Mark state={consequenceStatus('blocked')} />;
            return (
              <p>
                {status === 'blocked' ? rich('orders.touch.blocked', { ...by, mark }) : rich('orders.touch.named', by)}
              </p>
            );
          })}
        </li>
      ))}
    </ol>
  );
}

/** Orders that touched it once, and what ended that. */
function Past({ past, links }: { past: Touched['past']; links: Pick<TouchLinks, 'order' | 'document'> }) {
  return (
    <details>
      <summary>{t('orders.touch.past')}</summary>
      <ol class="entries">
        {past.map(({ order, end }) => (
          <li>
            <p class="entries__title">
              <Linked href={links.order(order.id)}>{orderName(order)}</Linked>
            </p>
            <div class="said__note">“{order.words}”</div>
            <ReadIt order={order} links={links} />
            {end ? (
              <>
                <p>
                  {rich('orders.touch.end', {
                    order: <Linked href={links.order(end.id)}>{orderName(end)}</Linked>,
                    effect: effectWord(end.effect),
                    words: end.words,
                  })}
                </p>
                <ReadIt order={end} links={links} />
              </>
            ) : null}
          </li>
        ))}
      </ol>
    </details>
  );
}

/**
 * Both parts with their headings, for a page about one recipient; nothing where no order touches or touched it and nothing was announced.
 * @param items how many items its request has
 */
export function OrdersAndConsequences(props: {
  readonly touched: Touched;
  readonly links: TouchLinks;
  readonly items: number;
  /** 2 unless told: the level of the headings */
  readonly level?: 2 | 3;
}) {
  const { touched, links, items } = props;
  const { touches, standings, past, reach } = touched;
  const Head = props.level === 3 ? 'h3' : 'h2';
  if (touches.length === 0 && standings.length === 0 && past.length === 0) return null;
  return (
    <>
      {touches.length > 0 || past.length > 0 ? (
        <section aria-labelledby="orders">
          <Head id="orders">{t('orders.touch.orders')}</Head>
          <Touching touches={touches} reach={reach} links={links} items={items} />
          {past.length > 0 ? <Past past={past} links={links} /> : null}
        </section>
      ) : null}
      {standings.length > 0 ? (
        <section aria-labelledby="consequences">
          <Head id="consequences">{t('orders.touch.consequences')}</Head>
          <Concerning standings={standings} links={links} />
        </section>
      ) : null}
    </>
  );
}
