/**
 * The board: recipients × items, in each cell what the recipient says, what the issuer says, and once a recipient the clock. Three facts,
 * never folded into one word. On a phone every recipient is a slip of three lines per item. Pure props; reads and counts nothing.
 */

import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import { Empty, type EmptyProps } from './empty.tsx';
import { Mark } from './mark.tsx';
import { clockState, disposition, finding } from './words.ts';

export interface BoardItem {
  /** number of the item as the request counts it */
  readonly number: number;
  /** the item in a few words */
  readonly text: string;
}

export interface BoardCell {
  readonly disposition: string;
  readonly finding: string;
  readonly documents: number;
  /** where the cell's own page is; the whole row's page is `BoardRow.href` */
  readonly href?: string;
  /** the cell of the earlier request that the answer was carried over from */
  readonly carried?: string;
  /** changed since the reader's last look */
  readonly changed?: boolean;
}

export interface BoardClock {
  /** `running`, `paused`, `overdue`, `stopped`, `revoked`, `unknown` (words.ts, CLOCKS) */
  readonly state: string;
  /** "Fri 23 Feb 2018, 29 days"; empty where the state says it all */
  readonly text: string;
  readonly href?: string;
}

export interface BoardRow {
  readonly id: string;
  readonly name: string;
  /** "city", "California": what tells this recipient from one of the same name */
  readonly detail?: string;
  readonly href: string;
  readonly clock: BoardClock;
  /** one per item, in the order of `items` */
  readonly cells: readonly BoardCell[];
  /** orders, statements: short links after the clock */
  readonly more?: Child;
}

export interface BoardProps {
  readonly caption: string;
  readonly items: readonly BoardItem[];
  readonly rows: readonly BoardRow[];
  readonly empty?: EmptyProps;
  /** sortable heads: address per column (`recipient`, `clock`) and which one holds */
  readonly sort?: { readonly by: string; readonly down: boolean; readonly href: (by: string) => string };
}

function Documents({ n }: { n: number }) {
  return n === 0 ? null : <span class="board__docs">{t('ui.count.files', { n })}</span>;
}

function SortHead({ by, text, sort }: { by: string; text: string; sort: BoardProps['sort'] }) {
  if (!sort) return <>{text}</>;
  return (
    <a class="sort" href={sort.href(by)}>
      {text}
      {sort.by === by ? <span aria-hidden="true">{sort.down ? ' ↓' : ' ↑'}</span> : null}
    </a>
  );
}

export function Board({ caption, items, rows, empty, sort }: BoardProps) {
  if (rows.length === 0) return <Empty {...(empty ?? { what: t('ui.board.empty') })} />;
  const ariaSort = (by: string) => (sort?.by === by ? (sort.down ? 'descending' : 'ascending') : undefined);
  const one = items.length === 1;
  return (
    <section
      class={items.length <= 2 ? 'board-scroll board-scroll--few' : 'board-scroll'}
      aria-label={caption}
      tabindex={0}
    >
      <table class={one ? 'board board--one' : 'board'}>
        <caption class="usa-sr-only">{caption}</caption>
        <thead>
          <tr>
            <th scope="col" class="board__who" rowspan={2} aria-sort={ariaSort('recipient')}>
              <SortHead by="recipient" text={t('ui.board.recipient')} sort={sort} />
            </th>
            {items.map((item) => (
              <th scope="colgroup" colspan={2} class="board__item">
                <span class="board__no">{t('ui.board.item', { n: item.number })}</span>{' '}
                <span class="board__text">{item.text}</span>
              </th>
            ))}
            <th scope="col" rowspan={2} class="board__clock" aria-sort={ariaSort('clock')}>
              <SortHead by="clock" text={t('ui.board.clock')} sort={sort} />
            </th>
          </tr>
          <tr>
            {items.map((item) => (
              <>
                <th scope="col" class="board__sub">
                  <span class="usa-sr-only">{t('ui.board.item', { n: item.number })}: </span>
                  {t('ui.board.recipient-says')}
                </th>
                <th scope="col" class="board__sub">
                  <span class="usa-sr-only">{t('ui.board.item', { n: item.number })}: </span>
                  {t('ui.board.issuer-says')}
                </th>
              </>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr id={`r-${row.id}`}>
              <th scope="row" class="board__who">
                <a href={row.href}>{row.name}</a>
                {row.detail ? <span class="board__detail">{row.detail}</span> : null}
              </th>
              {row.cells.map((cell, i) => (
                <>
                  <td class={cell.changed ? 'board__says board__says--changed' : 'board__says'}>
                    {one ? null : (
                      <span class="board__label board__label--item">
                        {t('ui.board.item', { n: items[i]?.number ?? i + 1 })}{' '}
                      </span>
                    )}
                    <span class="board__label">{t('ui.board.recipient')} </span>
                    {cell.href ? (
                      <a class="board__cell" href={cell.href}>
                        <Mark state={disposition(cell.disposition)} />
                      </a>
                    ) : (
                      <Mark state={disposition(cell.disposition)} />
                    )}
                    <Documents n={cell.documents} />
                    {cell.carried ? (
                      <a class="board__docs" href={cell.carried}>
                        {t('ui.board.carried')}
                      </a>
                    ) : null}
                    {cell.changed ? <span class="board__new">{t('ui.board.changed')}</span> : null}
                  </td>
                  <td class="board__finds">
                    <span class="board__label">{t('ui.board.issuer')} </span>
                    <Mark state={finding(cell.finding)} />
                  </td>
                </>
              ))}
              <td class="board__clock">
                <span class="board__label">{t('ui.board.clock')} </span>
                {row.clock.href ? (
                  <a class="board__cell" href={row.clock.href}>
                    <Mark state={clockState(row.clock.state)}>{row.clock.text}</Mark>
                  </a>
                ) : (
                  <Mark state={clockState(row.clock.state)}>{row.clock.text}</Mark>
                )}
                {row.more ? <span class="board__more">{row.more}</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
