/** The public record as JSON and CSV: the same as the page, made from the same model. Holds nothing that the page does not show. */
import type { z } from 'zod';
import { type Cell, csvDownload } from '../base/csv.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { xlsxDownload } from '../base/xlsx.ts';
import type { ClockState } from '../rooms/clock/rules.ts';
import type { Request } from '../rooms/requests/view.ts';
import type { recordBody, recordList, recordSummary } from './api-schemas.ts';
import { type BoardCell, type BoardRow, boardPage, foundWord, saidWord } from './board.ts';
import { cachePublic, cacheRecord, sent } from './caching.ts';
import { receiptPaths } from './entry-page.tsx';
import type { PublicMatter } from './matter.ts';
import { BOARD_SIZE, type RecordModel, recordModel } from './model.ts';
import { openApi } from './openapi.ts';
import { clockText, recordPath } from './parts.tsx';
import { touchesOf } from './reach.ts';
import { opened, queryOf, refuseBadTime } from './record-page.tsx';
import { listRecords, RECORDS_SIZE, type RecordLine } from './records.ts';

const MAX_SIZE = 1000;

const jsonClock = (clock: ClockState) => ({
  state: clock.state,
  dueOn: 'dueOn' in clock ? clock.dueOn : null,
  days: 'days' in clock ? clock.days : null,
  late: 'late' in clock ? clock.late : null,
  pausedSince: clock.state === 'paused' ? clock.sinceOn : null,
  pausedBy: clock.state === 'paused' ? clock.words : null,
});

const jsonCell = ({ item, answer, determination, clock }: BoardCell) => ({
  item,
  answer: answer && {
    disposition: answer.disposition,
    documents: answer.documents,
    occurredAt: answer.at.toISOString(),
    recordedAt: answer.recordedAt.toISOString(),
    entry: answer.entry,
    carriedFrom: answer.carriedFrom,
    receipt: receiptPaths(answer.entry),
  },
  determination: determination && {
    finding: determination.finding,
    reasons: determination.reasons,
    current: determination.current,
    occurredAt: determination.at.toISOString(),
    recordedAt: determination.recordedAt.toISOString(),
    entry: determination.entry,
    receipt: receiptPaths(determination.entry),
  },
  clock: jsonClock(clock),
});

export const jsonRow = (row: BoardRow, { reach }: Pick<RecordModel, 'reach'>, request: Request) => ({
  service: row.service,
  name: row.name,
  kind: row.kind,
  state: row.state,
  ocdId: row.ocdId,
  clock: jsonClock(row.clock),
  cells: row.cells.map(jsonCell),
  orders: touchesOf(
    reach,
    { ...row, request: request.id },
    request.items.map(({ item }) => item),
  ).map((touch) => ({
    order: touch.order.id,
    since: touch.begin.date,
    words: touch.by.words,
    items: [...touch.items],
    consequences: [...touch.consequences],
  })),
});

function jsonSummary(one: PublicMatter | RecordLine): z.infer<typeof recordSummary> {
  return {
    slug: one.slug,
    title: one.title,
    summary: one.summary,
    issuer: one.issuerName,
    example: one.example,
    recordedAt: one.recordedAt.toISOString(),
    page: recordPath(one),
  };
}

/** The model of a record as the API gives it. */
export function jsonRecord(model: RecordModel): z.infer<typeof recordBody> {
  const { matter, moment, cut, board, request, last } = model;
  return {
    record: jsonSummary(matter),
    asOf: {
      at: moment.at.toISOString(),
      axis: moment.axis,
      now: moment.asOf === null,
      position: cut.last < 0 ? null : cut.last,
    },
    requests: model.requests.map(({ id, title, authority, compulsory, conduct, items }) => ({
      id,
      title,
      authority,
      compulsory,
      conduct,
      items: items.map(({ item, text }) => ({ item, text })),
    })),
    board:
      board && request
        ? {
            request: request.id,
            unknown: board.unknown,
            revoked: board.revoked,
            counts: { ...board.counts },
            total: board.total,
            page: model.page,
            size: model.size,
            rows: board.rows.map((row) => jsonRow(row, model, request)),
          }
        : null,
    ordersInForce: model.reach.forces.length,
    notes: model.notes.map(({ entry, text, source, occurredAt, recordedAt }) => ({
      entry,
      text,
      source: { ...source },
      occurredAt: occurredAt.toISOString(),
      recordedAt: recordedAt.toISOString(),
      receipt: receiptPaths(entry),
    })),
    lastEntry: last && {
      entry: last.entry,
      position: last.position,
      recordedAt: last.recordedAt.toISOString(),
      receipt: receiptPaths(last.entry),
    },
  };
}

function sizeOf(text: string | undefined): number {
  const size = Number(text ?? BOARD_SIZE);
  return Number.isSafeInteger(size) && size >= 1 && size <= MAX_SIZE ? size : BOARD_SIZE;
}

async function record(c: Ctx): Promise<Response> {
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const query = queryOf(c);
  const model = await recordModel(c.get('services').db, matter, moment, query, sizeOf(query.size));
  cacheRecord(c, moment, model.last, now);
  c.header('Access-Control-Allow-Origin', '*');
  return c.json(jsonRecord(model));
}

async function records(c: Ctx): Promise<Response> {
  const query = queryOf(c);
  const page = Math.max(1, Math.trunc(Number(query.page)) || 1);
  const { rows, total } = await listRecords(c.get('services').db, (query.q ?? '').slice(0, 200), page);
  cachePublic(c, 10);
  c.header('Access-Control-Allow-Origin', '*');
  const body: z.infer<typeof recordList> = { total, page, size: RECORDS_SIZE, records: rows.map(jsonSummary) };
  return c.json(body);
}

const CSV_HEAD = [
  'name',
  'kind',
  'state',
  'ocd_id',
  'item',
  'recipient_says',
  'answered_at',
  'files',
  'issuer_says',
  'determined_at',
  'reasons',
  'clock',
  'due_on',
  'service',
];
const CSV_STEP = 2000;

/** The whole board that fits the filter, one line an item of a recipient, in steps so that memory stays flat. */
async function* boardLines(c: Ctx, model: RecordModel): AsyncGenerator<readonly (readonly Cell[])[]> {
  const { request, filter, sort, cut, moment } = model;
  if (!request) return;
  for (let page = 1; ; page++) {
    const query = { request, asOf: moment.point, cut, filter, sort, page, size: CSV_STEP, now: moment.at };
    const board = await boardPage(c.get('services').db, query);
    yield board.rows.flatMap((row) =>
      row.cells.map((cell) => {
        const { answer, determination, clock } = cell;
        return [
          row.name,
          row.kind,
          row.state,
          row.ocdId,
          cell.item,
          saidWord(cell, board),
          answer?.at.toISOString() ?? null,
          answer?.documents ?? null,
          foundWord(cell, board),
          determination?.at.toISOString() ?? null,
          determination?.reasons ?? null,
          [clock.state, clockText(clock)].filter(Boolean).join(' '),
          'dueOn' in clock ? clock.dueOn : null,
          row.service,
        ];
      }),
    );
    if (board.rows.length < CSV_STEP) return;
  }
}

async function boardModel(c: Ctx): Promise<RecordModel> {
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const model = await recordModel(c.get('services').db, matter, moment, queryOf(c), 1);
  cacheRecord(c, moment, model.last, now);
  return model;
}

async function csv(c: Ctx): Promise<Response> {
  const model = await boardModel(c);
  return sent(c, csvDownload(`${model.matter.slug}-board.csv`, CSV_HEAD, boardLines(c, model)));
}

async function workbook(c: Ctx): Promise<Response> {
  const model = await boardModel(c);
  return sent(c, xlsxDownload(`${model.matter.slug}-board.xlsx`, CSV_HEAD, boardLines(c, model)));
}

export const apiRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/v1/records', access: ANYONE, handler: records },
  { method: 'GET', path: '/api/v1/records/:slug', access: ANYONE, handler: record },
  { method: 'GET', path: '/record/:slug/board.csv', access: ANYONE, handler: csv },
  { method: 'GET', path: '/record/:slug/board.xlsx', access: ANYONE, handler: workbook },
  {
    method: 'GET',
    path: '/api/openapi.json',
    access: ANYONE,
    handler: (c) => {
      cachePublic(c, 300);
      c.header('Access-Control-Allow-Origin', '*');
      return c.json(openApi(c.get('services').config.baseUrl));
    },
  },
];
