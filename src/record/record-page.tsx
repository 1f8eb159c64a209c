/** The public record of a matter: the board as of any time, what was reported around it, its timeline. Shows only what is public. */

import type { Child } from 'hono/jsx';
import { InvalidInput } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Ctx, Route } from '../base/route.ts';
import { ANYONE } from '../base/route.ts';
import type { Request } from '../rooms/requests/view.ts';
import { Board, type BoardProps } from '../ui/board.tsx';
import { zoneOf } from '../ui/context.ts';
import { Empty } from '../ui/empty.tsx';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Counts, Links, Pages } from '../ui/table.tsx';
import { Day, dateText } from '../ui/time.tsx';
import { partyKind } from '../ui/words.ts';
import { type BoardPage, type BoardRow, foundWord, saidWord } from './board.ts';
import { boardParams, NO_STATE } from './board-filter.ts';
import { cacheRecord } from './caching.ts';
import { FilterForm } from './filter-form.tsx';
import { RecordEnd, recordOptions } from './frame.tsx';
import { recipientThings } from './json-ld.tsx';
import { type Moment, momentOf, momentParams, type PublicMatter, publicMatter } from './matter.ts';
import { type PublicNote, type RecordModel, recordModel } from './model.ts';
import { clockText, entryPath, type HeadProps, href, RecordHead, recordPath, servicePath, tabWord } from './parts.tsx';
import { touchesOf } from './reach.ts';

/** Query of a request as plain text; of a repeated parameter the last one counts. */
export function queryOf(c: Ctx): Record<string, string> {
  return Object.fromEntries(new URL(c.req.url).searchParams);
}

/** The public matter of a path, and the moment of its query. */
export async function opened(c: Ctx): Promise<{ matter: PublicMatter; moment: Moment; now: Date }> {
  const { db, clock } = c.get('services');
  const now = new Date(clock.now());
  const matter = await publicMatter(db, c.req.param('slug') ?? '');
  return { matter, moment: momentOf(queryOf(c), zoneOf(c), now), now };
}

/** @throws InvalidInput `bad-time` */
export function refuseBadTime(moment: Moment): void {
  if (moment.problem !== null) {
    throw new InvalidInput('bad-time', { what: moment.problem }, { asOf: moment.problem });
  }
}

/** The page of a time that cannot be shown: its head, where another one is chosen. Null where the time is good. */
export async function wrongTime(c: Ctx, tab: HeadProps['tab']): Promise<Response | null> {
  const { matter, moment, now } = await opened(c);
  if (moment.problem === null) return null;
  c.header('Cache-Control', 'no-store');
  const action = tab === 'board' ? recordPath(matter) : `${recordPath(matter)}/${tab}`;
  const head = <RecordHead matter={matter} moment={moment} now={now} tab={tab} action={action} />;
  return page(c, { title: `${tabWord(tab)} · ${matter.title}`, area: 'public', wide: true, status: 422 }, head);
}

async function record(c: Ctx): Promise<Response> {
  const { matter, moment, now } = await opened(c);
  const title = matter.title;
  if (moment.problem !== null) {
    c.header('Cache-Control', 'no-store');
    const head = <RecordHead matter={matter} moment={moment} now={now} tab="board" />;
    return page(c, { title, area: 'public', wide: true, status: 422 }, head);
  }
  const model = await recordModel(c.get('services').db, matter, moment, queryOf(c));
  cacheRecord(c, moment, model.last, now);
  const shown = { matter, moment, last: model.last, path: recordPath(matter) };
  const end = <RecordEnd c={c} shown={shown} />;
  return page(
    c,
    recordOptions(c, shown, null, recipientThings(model.board?.rows ?? [])),
    <Record model={model} now={now} end={end} />,
  );
}

function Record({ model, now, end }: { model: RecordModel; now: Date; end: Child }) {
  const { matter, moment, board, request } = model;
  const keep: Record<string, string> = model.requests.length > 1 && request ? { request: request.id } : {};
  return (
    <>
      <RecordHead matter={matter} moment={moment} now={now} tab="board" recent={model.recent} keep={keep} />
      {board && request ? (
        <>
          <Requests model={model} />
          <Asked request={request} matter={matter} />
          <Numbers board={board} orders={model.reach.forces.length} />
          <BoardSection model={model} board={board} request={request} />
        </>
      ) : (
        <NothingThen model={model} />
      )}
      <Notes matter={matter} notes={model.notes} />
      {end}
    </>
  );
}

function NothingThen({ model }: { model: RecordModel }) {
  const { matter, moment } = model;
  if (moment.asOf === null) {
    return <Empty what={t('record.none-yet')} how={t('record.none-yet.how')} />;
  }
  const other = { asOf: moment.asOf.toISOString(), axis: moment.axis === 'known' ? 'happened' : 'known' };
  return (
    <Empty
      what={t(moment.axis === 'known' ? 'record.nothing-then' : 'record.no-request-then')}
      how={
        moment.axis === 'known'
          ? rich('record.nothing-then.how', {
              a: (words) => <a href={href(recordPath(matter), other)}>{words}</a>,
            })
          : t('record.choose-later')
      }
    />
  );
}

/** Requests of the matter, where there are several. */
function Requests({ model }: { model: RecordModel }) {
  if (model.requests.length < 2) return null;
  return (
    <nav class="record-requests" aria-label={t('record.requests')}>
      <ul>
        {model.requests.map((r) => (
          <li>
            <a
              href={href(recordPath(model.matter), { ...momentParams(model.moment), request: r.id })}
              aria-current={r.id === model.request?.id ? 'page' : undefined}
            >
              {r.title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Asked({ request, matter }: { request: Request; matter: PublicMatter }) {
  return (
    <section class="record-asked" aria-labelledby="asked">
      <h2 id="asked">{request.title}</h2>
      <p>
        {t('record.asked-under', { issuer: matter.issuerName, authority: request.authority })}{' '}
        {request.conduct === 'recorded' ? t('record.recorded') : null}
      </p>
      <details>
        <summary>{t('record.asked-items', { n: request.items.length })}</summary>
        <ol>
          {request.items.map((item) => (
            <li value={item.item}>{item.text}</li>
          ))}
        </ol>
      </details>
    </section>
  );
}

/** Headline numbers; of a recorded request only what is known. */
export function Numbers({ board, orders = 0 }: { board: BoardPage; orders?: number }) {
  const { counts, unknown, revoked } = board;
  const due = counts.nextDueOn === null ? null : dateText(counts.nextDueOn);
  const one = (n: number, text: string) => ({ n, text });
  const all = [
    one(counts.asked, t('record.n.asked', { n: counts.asked })),
    ...(unknown && counts.answered === 0
      ? []
      : [
          one(counts.answered, t('record.n.answered', { n: counts.answered })),
          ...(counts.partly > 0 ? [one(counts.partly, t('record.n.partly', { n: counts.partly }))] : []),
          ...determined(counts),
        ]),
    ...(revoked ? [one(counts.revoked, t('record.n.revoked', { n: counts.revoked }))] : []),
    ...(counts.running > 0
      ? [one(counts.running, due === null ? t('record.n.running') : t('record.n.running-due', { due }))]
      : []),
    ...(counts.paused > 0 ? [one(counts.paused, t('record.n.paused'))] : []),
    ...(counts.overdue > 0 ? [one(counts.overdue, t('record.n.overdue', { n: counts.overdue }))] : []),
    ...(counts.unknown > 0 ? [one(counts.unknown, t('record.n.unknown', { n: counts.unknown }))] : []),
    ...(orders > 0 ? [one(orders, t('record.n.orders', { n: orders }))] : []),
  ];
  return <Counts counts={all} />;
}

/** Items, not recipients: with ten items each, nobody is through for long while much is determined. */
function determined({ itemsAnswered, itemsDetermined }: BoardPage['counts']) {
  if (itemsAnswered === 0) return [];
  const text = t('record.n.determined', { n: itemsAnswered });
  return [{ n: itemsDetermined, text }];
}

/** The rows of a record's board as the public sees them. */
export function PublicBoard({
  model,
  board,
  request,
  ...more
}: { model: RecordModel; board: BoardPage; request: Request } & Pick<BoardProps, 'sort' | 'empty'>) {
  const { matter, moment } = model;
  return (
    <Board
      caption={t('record.board.caption', { title: request.title })}
      items={request.items.map((i) => ({ number: i.item, text: short(i.text) }))}
      rows={board.rows.map((row) => ({
        id: row.service,
        name: row.name,
        detail: [partyKind(row.kind), row.state].filter(Boolean).join(', '),
        href: href(servicePath(matter, row.service), momentParams(moment)),
        clock: {
          state: row.clock.state,
          text: clockText(row.clock),
          href: `${href(servicePath(matter, row.service), momentParams(moment))}#clock`,
        },
        more: <OrdersOf model={model} row={row} request={request} />,
        cells: row.cells.map((cell) => ({
          disposition: saidWord(cell, board),
          finding: foundWord(cell, board),
          documents: cell.answer?.documents ?? 0,
          ...(cell.answer?.carriedFrom
            ? { carried: `${servicePath(matter, cell.answer.carriedFrom)}#item-${cell.item}` }
            : {}),
        })),
      }))}
      {...more}
    />
  );
}

/** The same recipients as a question, where a second request or a meeting can be chosen; the filter goes with them. */
function askHref({ moment, filter, meeting }: RecordModel, request: Request): string {
  const { kind, state, text, step: _, ...of } = boardParams(filter, { by: 'recipient', down: false });
  const parts = Object.entries(of).map(([name, value]) => [`r1.${name}`, value] as const);
  return href('/questions', {
    ...momentParams(moment),
    r1: request.id,
    ...Object.fromEntries(parts),
    ...{ kind: kind ?? '', state: state === NO_STATE ? '' : (state ?? ''), text: text ?? '' },
    m1: meeting ?? '',
  });
}

function BoardSection({ model, board, request }: { model: RecordModel; board: BoardPage; request: Request }) {
  const { matter, moment, filter, sort, page: at, size } = model;
  const base = recordPath(matter);
  const keep = { ...momentParams(moment), request: model.requests.length > 1 ? request.id : '' };
  const params = { ...keep, ...boardParams(filter, sort) };
  const pages = Math.max(1, Math.ceil(board.total / size));
  const first = (at - 1) * size + 1;
  const range = t('record.board.range', { from: first, to: first + board.rows.length - 1, n: board.total });
  const sortHref = (by: string) => {
    const down = sort.by === by && !sort.down;
    const next = boardParams(filter, { by: by === 'clock' ? 'clock' : 'recipient', down });
    return href(base, { ...keep, ...next });
  };
  return (
    <section aria-label={tabWord('board')}>
      <div class="record-tools">
        <FilterForm
          action={base}
          filter={filter}
          sort={sort}
          board={board}
          keep={keep}
          reach={model.reach}
          request={request.id}
        />
        <Links
          label={t('record.download')}
          links={[
            { text: 'CSV', href: href(`${base}/board.csv`, params), download: true },
            { text: 'JSON', href: href(`/api/v1/records/${matter.slug}`, params) },
            { text: 'XLSX', href: href(`${base}/board.xlsx`, params), download: true },
          ]}
        />
        <Links label={t('record.ask')} links={[{ text: t('record.ask.who'), href: askHref(model, request) }]} />
      </div>
      <PublicBoard
        {...{ model, board, request }}
        sort={{ by: sort.by, down: sort.down, href: sortHref }}
        empty={{
          what: t(board.total === 0 ? 'record.board.none-fits' : 'record.board.page-empty'),
          how: <a href={href(base, keep)}>{t('record.board.all')}</a>,
        }}
      />
      {board.rows.length > 0 ? (
        <Pages
          page={at}
          pages={pages}
          range={range}
          href={(p) => href(base, { ...params, page: p > 1 ? String(p) : '' })}
        />
      ) : null}
    </section>
  );
}

/** "2 orders": those that touch a recipient, on its own page. */
function OrdersOf({ model, row, request }: { model: RecordModel; row: BoardRow; request: Request }) {
  const { matter, moment, reach } = model;
  const n = touchesOf(reach, { ...row, request: request.id }, itemNumbers(request)).length;
  if (n === 0) return null;
  return (
    <a href={`${href(servicePath(matter, row.service), momentParams(moment))}#orders`}>
      {rich('record.board.orders', { n, name: row.name, more: quiet })}
    </a>
  );
}

const itemNumbers = ({ items }: Request) => items.map(({ item }) => item);

const short = (text: string) => (text.length > 90 ? `${text.slice(0, 88).trimEnd()} …` : text);

function Notes({ matter, notes }: { matter: PublicMatter; notes: readonly PublicNote[] }) {
  if (notes.length === 0) return null;
  return (
    <section class="record-notes" aria-labelledby="reported">
      <h2 id="reported">{t('record.notes')}</h2>
      <p class="soft">{t('record.notes.what')}</p>
      <ul>
        {notes.map((note) => (
          <li>
            <p class="record-notes__text">
              <span class="record-notes__day">
                <Day on={note.occurredAt.toISOString().slice(0, 10)} />
              </span>{' '}
              {note.text}
            </p>
            <p class="soft">
              {note.source.publisher}: {note.source.title}, <Day on={note.source.date} /> ·{' '}
              <a href={entryPath(matter, note.entry)}>{rich('record.receipt-of-note', { more: quiet })}</a>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

export const recordRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug', access: ANYONE, handler: record },
];
