/**
 * An ordinary table: heads that sort by plain links, an empty state instead of an empty table, pages, and a row of downloads. Columns
 * say how a row is shown; nothing is sorted or cut here.
 */

import type { Child } from 'hono/jsx';
import { num, t } from '../base/language.ts';
import { Empty, type EmptyProps } from './empty.tsx';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Child;
  /** name in the `sort` parameter; left out where the column cannot be sorted by */
  readonly sort?: string;
  readonly numeric?: boolean;
  /** the column that names the row (a row header) */
  readonly names?: boolean;
}

export interface Sort {
  readonly by: string;
  readonly down: boolean;
  /** address of this page sorted by a column, turned round where it is sorted by it already */
  readonly href: (by: string) => string;
}

export interface TableProps<Row> {
  readonly caption: string;
  /** the caption is for screen readers alone where a heading above says it */
  readonly quietCaption?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly empty: EmptyProps;
  readonly sort?: Sort;
}

export function Table<Row>({ caption, quietCaption, columns, rows, empty, sort }: TableProps<Row>) {
  if (rows.length === 0) return <Empty {...empty} />;
  return (
    <section class="table-scroll" aria-label={caption} tabindex={0}>
      <table class="table">
        <caption class={quietCaption ? 'usa-sr-only' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const here = sort !== undefined && column.sort !== undefined && sort.by === column.sort;
              return (
                <th
                  scope="col"
                  class={column.numeric ? 'numeric' : undefined}
                  aria-sort={here ? (sort.down ? 'descending' : 'ascending') : undefined}
                >
                  {sort && column.sort ? (
                    <a class="sort" href={sort.href(column.sort)}>
                      {column.head}
                      {here ? <span aria-hidden="true">{sort.down ? ' ↓' : ' ↑'}</span> : null}
                    </a>
                  ) : (
                    column.head
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map((column) =>
                column.names ? (
                  <th scope="row" data-label={column.head}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td class={column.numeric ? 'numeric' : undefined} data-label={column.head}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export interface PagesProps {
  /** from 1 */
  readonly page: number;
  readonly pages: number;
  readonly href: (page: number) => string;
  /** "1–50 of 90,837 recipients" */
  readonly range?: string;
}

/** Page links: first, last, and two around the present one. Nothing where one page holds all. */
export function Pages({ page, pages, href, range }: PagesProps) {
  if (pages <= 1) return range ? <p class="pages__range">{range}</p> : null;
  const near = [1, page - 1, page, page + 1, pages].filter((n) => n >= 1 && n <= pages);
  const shown = [...new Set(near)].sort((a, b) => a - b);
  return (
    <nav class="pages" aria-label={t('ui.pages')}>
      {range ? <p class="pages__range">{range}</p> : null}
      <ul class="pages__list">
        {page > 1 ? (
          <li>
            <a href={href(page - 1)} rel="prev">
              {t('ui.pages.previous')}
            </a>
          </li>
        ) : null}
        {shown.map((n, i) => (
          <>
            {i > 0 && n - (shown[i - 1] ?? n) > 1 ? <li aria-hidden="true">…</li> : null}
            <li>
              <a href={href(n)} aria-current={n === page ? 'page' : undefined}>
                <span class="usa-sr-only">{t('ui.pages.page')} </span>
                {num(n)}
              </a>
            </li>
          </>
        ))}
        {page < pages ? (
          <li>
            <a href={href(page + 1)} rel="next">
              {t('ui.pages.next')}
            </a>
          </li>
        ) : null}
      </ul>
    </nav>
  );
}

export interface LinksProps {
  /** "Download", "Follow" */
  readonly label: string;
  readonly links: readonly { readonly text: string; readonly href: string; readonly download?: boolean }[];
}

/** One line of links after a word: `Download CSV · JSON · XLSX`. */
export function Links({ label, links }: LinksProps) {
  return (
    <p class="links">
      <span class="links__label">{label}</span>
      {links.map((link) => (
        <a href={link.href} download={link.download === true ? true : undefined}>
          {link.text}
        </a>
      ))}
    </p>
  );
}

/** The numbers at the top of a record: "23 asked · 0 answered". */
export function Counts({
  counts,
}: {
  counts: readonly { readonly n: number; readonly text: string; readonly href?: string }[];
}) {
  return (
    <ul class="counts">
      {counts.map((c) => (
        <li>
          <strong>{c.n.toLocaleString('en-US')}</strong> {c.href ? <a href={c.href}>{c.text}</a> : c.text}
        </li>
      ))}
    </ul>
  );
}

/** Views of one record as plain links, the present one marked. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: readonly { readonly text: string; readonly href: string }[];
  current: string;
}) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map((tab) => (
          <li>
            <a href={tab.href} aria-current={tab.text === current ? 'page' : undefined}>
              {tab.text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Names and values in two columns, one under the other on phones. */
export function Facts({ facts }: { facts: readonly { readonly name: string; readonly value: Child }[] }) {
  return (
    <dl class="facts">
      {facts.map((fact) => (
        <div>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
