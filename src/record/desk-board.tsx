/** The board of one request as its issuer sees it: recipients × items, filters, downloads, and what can still be done. It shows what `boardPage` gives and decides nothing. */
import { type Cell, csvDownload, download, fileName } from '../base/csv.ts';
import { t } from '../base/language.ts';
import { type Ctx, type Route, staff, VIEWER } from '../base/route.ts';
import type { ClockState } from '../rooms/clock/rules.ts';
import { ladderOf } from '../rooms/escalation/view.ts';
import { matterById } from '../rooms/matters/view.ts';
import { leavesAtOf, revocableUntil } from '../rooms/requests/revoke.ts';
import { type Request, requestById, revocationOf } from '../rooms/requests/view.ts';
import { Board, type BoardRow } from '../ui/board.tsx';
import { zoneOf } from '../ui/context.ts';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { Counts, Links, Pages } from '../ui/table.tsx';
import { dateText, Time } from '../ui/time.tsx';
import { type BoardPage, boardPage, foundWord, type BoardRow as Line, saidWord } from './board.ts';
import { boardParams, readBoardQuery } from './board-filter.ts';
import { cutAt } from './cut.ts';
import { DeskFilter } from './desk-filter.tsx';
import { partyKindWord } from './directory-words.ts';
import { pausedText } from './parts.tsx';
import { type Reach, reachAt, touchesOf } from './reach.ts';

const SIZE = 100;
/** Rows read at once for a download. */
const CHUNK = 1000;

async function requestOf(c: Ctx): Promise<Request> {
  const request = await requestById(c.get('services').db, c.req.param('request') ?? '');
  if (!request) throw new Error('the request was there a moment ago');
  return request;
}

/** What follows the clock's word. */
function clockText(clock: ClockState): string {
  switch (clock.state) {
    case 'running':
    case 'overdue':
      return t('desk.board.clock.days', { date: dateText(clock.dueOn), n: clock.days });
    case 'paused':
      return pausedText(clock);
    case 'stopped':
      return clock.late ? t('desk.board.clock.late', { date: dateText(clock.dueOn) }) : '';
    case 'unknown':
      return t('desk.board.clock.was-due', { date: dateText(clock.dueOn) });
    case 'revoked':
      return '';
  }
}

const short = (text: string) => (text.length > 90 ? `${text.slice(0, 88).trimEnd()}…` : text);

function toRow(line: Line, board: BoardPage, request: Request, reach: Reach): BoardRow {
  const items = request.items.map(({ item }) => item);
  const orders = touchesOf(reach, { ...line, request: request.id }, items).length;
  const href = `/desk/services/${line.service}`;
  return {
    id: line.service,
    name: line.name,
    detail: line.state ? `${partyKindWord(line.kind)}, ${line.state}` : partyKindWord(line.kind),
    href,
    clock: { state: line.clock.state, text: clockText(line.clock), href: `${href}#clock` },
    ...(orders > 0 ? { more: <a href={`${href}#orders`}>{t('ui.count.orders', { n: orders })}</a> } : {}),
    cells: line.cells.map((cell) => ({
      disposition: saidWord(cell, board),
      finding: cell.determination && !cell.determination.current ? 'not reviewed' : foundWord(cell, board),
      documents: cell.answer?.documents ?? 0,
      href: `${href}#item-${cell.item}`,
      ...(cell.answer?.carriedFrom ? { carried: `/desk/services/${cell.answer.carriedFrom}#item-${cell.item}` } : {}),
    })),
  };
}

function countsOf(board: BoardPage, base: string) {
  const n = board.counts;
  const asked = { n: n.asked, text: t('desk.board.asked'), href: base };
  if (board.unknown) return [asked];
  return [
    asked,
    { n: n.answered, text: t('desk.board.answered'), href: `${base}?clock=stopped` },
    { n: n.partly, text: t('desk.board.partly') },
    { n: n.toReview, text: t('desk.board.to-review'), href: `${base}?determination=to+review` },
    { n: n.deficient, text: t('desk.board.deficient'), href: `${base}?determination=deficient` },
    { n: n.running, text: t('desk.board.running'), href: `${base}?clock=running` },
    ...(n.paused > 0 ? [{ n: n.paused, text: t('desk.board.paused'), href: `${base}?clock=paused` }] : []),
    { n: n.overdue, text: t('desk.board.overdue'), href: `${base}?clock=overdue` },
  ];
}

async function getBoard(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const request = await requestOf(c);
  const base = `/desk/requests/${request.id}`;
  const { filter, sort, page: pageNo } = readBoardQuery(c.req.query());
  const now = services.clock.now();
  const [board, matter, revoked, leavesAt, ladder] = await Promise.all([
    boardPage(services.db, { request, filter, sort, page: pageNo, size: SIZE, now: new Date(now) }),
    matterById(services.db, request.matter),
    revocationOf(services.db, request.id),
    leavesAtOf(services.db, request.id),
    ladderOf(services.db, request.id),
  ]);
  const reach = await reachAt(services.db, request.matter, await cutAt(services.db, new Date(now)), new Date(now));
  const params = boardParams(filter, sort);
  const link = (more: Record<string, string>, path = base) => {
    const query = new URLSearchParams({ ...params, ...more }).toString();
    return query === '' ? path : `${path}?${query}`;
  };
  const zone = zoneOf(c);
  const until = revoked ? null : revocableUntil(leavesAt, now);
  const first = (pageNo - 1) * SIZE + 1;
  return page(
    c,
    { title: request.title, area: 'staff', wide: true },
    <>
      <Heading
        title={request.title}
        tags={[...(revoked ? [t('desk.request.revoked')] : []), ...(board.unknown ? [t('desk.request.recorded')] : [])]}
        crumbs={[
          { text: t('ui.nav.desk'), href: '/desk' },
          ...(matter ? [{ text: matter.title, href: `/desk/matters/${matter.id}` }] : []),
        ]}
        lead={rich(board.unknown ? 'desk.board.served' : 'desk.board.issued', {
          authority: request.authority,
          at: <Time at={request.occurredAt} zone={zone} />,
        })}
      />
      {revoked ? (
        <Notice title={t('desk.board.revoked')}>
          <p>
            {rich('desk.board.revoked.why', {
              at: <Time at={revoked.recordedAt} zone={zone} />,
              reason: revoked.reason,
            })}
          </p>
        </Notice>
      ) : until !== null && leavesAt !== null ? (
        <Notice title={t('desk.board.not-left')}>
          <p>{rich('desk.board.leaves', { at: <Time at={new Date(leavesAt)} zone={zone} /> })}</p>
          {staff(c).role === 'viewer' ? null : (
            <p>
              <a class="usa-button usa-button--outline" href={`${base}/revoke`}>
                {t('desk.board.revoke')}
              </a>
            </p>
          )}
        </Notice>
      ) : null}
      {board.unknown ? <p>{t('desk.board.elsewhere')}</p> : null}
      <Counts counts={countsOf(board, base)} />
      <Links
        label={t('desk.more')}
        links={[
          { text: t('desk.board.letters'), href: `${base}/letters` },
          ...(board.unknown
            ? []
            : [
                { text: t('desk.board.reminders'), href: `${base}/reminders` },
                { text: t('desk.steps.follows'), href: `${base}/steps` },
              ]),
          ...(matter?.audience === 'public' ? [{ text: t('desk.board.record'), href: `/record/${matter.slug}` }] : []),
          { text: 'CSV', href: link({}, `${base}/board.csv`), download: true },
          { text: 'JSON', href: link({}, `${base}/board.json`), download: true },
        ]}
      />
      {filter.step === undefined ? null : (
        <p>{rich('desk.board.step', { step: filter.step, a: (words) => <a href={`${base}/steps`}>{words}</a> })}</p>
      )}
      <DeskFilter {...{ base, filter, sort, board, reach, ladder }} request={request.id} />
      <Board
        caption={t('desk.board.caption', { title: request.title })}
        items={request.items.map((item) => ({ number: item.item, text: short(item.text) }))}
        rows={board.rows.map((line) => toRow(line, board, request, reach))}
        empty={
          board.counts.asked === 0
            ? { what: t('desk.board.nobody'), how: t('desk.board.nobody.how') }
            : { what: t('desk.board.none'), action: { text: t('desk.show-all'), href: base } }
        }
        sort={{
          by: sort.by,
          down: sort.down,
          href: (by) => {
            const down = by === sort.by && !sort.down;
            const { sort: _sort, dir: _dir, ...rest } = params;
            return `${base}?${new URLSearchParams({ ...rest, sort: by, dir: down ? 'down' : 'up' })}`;
          },
        }}
      />
      {board.total > 0 ? (
        <Pages
          page={pageNo}
          pages={Math.ceil(board.total / SIZE)}
          href={(n) => link({ page: String(n) })}
          range={t('desk.board.range', { from: first, to: Math.min(board.total, first + SIZE - 1), n: board.total })}
        />
      ) : null}
    </>,
  );
}

/** All rows that fit the filter of the address, some at a time. */
async function* allRows(c: Ctx, request: Request): AsyncGenerator<BoardPage> {
  const services = c.get('services');
  const { filter, sort } = readBoardQuery(c.req.query());
  const now = new Date(services.clock.now());
  for (let n = 1; ; n++) {
    const board = await boardPage(services.db, { request, filter, sort, page: n, size: CHUNK, now });
    if (board.rows.length > 0) yield board;
    if (board.rows.length < CHUNK) return;
  }
}

const dueOf = (clock: ClockState): string | null => ('dueOn' in clock ? clock.dueOn : null);

async function getCsv(c: Ctx): Promise<Response> {
  const request = await requestOf(c);
  const head = ['recipient', 'kind', 'state', 'ocd_id', 'clock', 'due'];
  for (const { item } of request.items) head.push(`item ${item} recipient says`, `item ${item} issuer says`);
  async function* rows(): AsyncGenerator<readonly (readonly Cell[])[]> {
    for await (const board of allRows(c, request)) {
      yield board.rows.map((r) => [
        r.name,
        r.kind,
        r.state,
        r.ocdId,
        r.clock.state,
        dueOf(r.clock),
        ...r.cells.flatMap((cell) => [saidWord(cell, board), foundWord(cell, board)]),
      ]);
    }
  }
  return csvDownload(fileName(request.title, 'csv'), head, rows());
}

async function getJson(c: Ctx): Promise<Response> {
  const request = await requestOf(c);
  async function* parts() {
    const { id, title, authority, conduct, items } = request;
    yield `${JSON.stringify({ request: { id, title, authority, conduct, items } }).slice(0, -1)},"recipients":[`;
    let first = true;
    for await (const board of allRows(c, request)) {
      const lines = board.rows.map((row) => JSON.stringify(row)).join(',\n');
      yield first ? lines : `,\n${lines}`;
      first = false;
    }
    yield ']}\n';
  }
  return download(parts(), 'application/json', fileName(request.title, 'json'));
}

const REQUEST = '/desk/requests/:request';
export const deskBoardRoutes: readonly Route[] = [
  { method: 'GET', path: REQUEST, access: VIEWER, handler: getBoard },
  { method: 'GET', path: `${REQUEST}/board.csv`, access: VIEWER, handler: getCsv },
  { method: 'GET', path: `${REQUEST}/board.json`, access: VIEWER, handler: getJson },
];
