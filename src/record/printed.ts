/**
 * A record as of a time in words for paper: numbers, board, meetings, statements, figures, orders, entries, with the receipts of what it
 * shows. Bounded: what is too much is left out and said so. Reads only.
 */
import { type RawBuilder, sql } from 'kysely';
import { num, t } from '../base/language.ts';
import type { PaperTable, RecordPaper, Services } from '../base/services.ts';
import { figuresOf, valueText } from '../rooms/figures/view.ts';
import { wasWords } from '../rooms/meetings/change-parts.tsx';
import { statusOf } from '../rooms/meetings/standing.ts';
import { meetingsOf, participantsOf } from '../rooms/meetings/view.ts';
import { orderName, whereWords } from '../rooms/orders/view.ts';
import { mediumWords, statementsOf } from '../rooms/statements/view.ts';
import { rosette } from '../ui/rosette.ts';
import { dateText, localInput, timeText } from '../ui/time.tsx';
import { clockState, disposition, effectWord, finding, participation, partyKind } from '../ui/words.ts';
import { foundWord, saidWord } from './board.ts';
import { citationOf } from './cite.tsx';
import type { Moment, PublicMatter } from './matter.ts';
import { type RecordModel, recordModel } from './model.ts';
import { open, publicSight } from './open.ts';
import { clockText, tabWord } from './parts.tsx';
import { touchesOf } from './reach.ts';
import { newest } from './timeline.ts';

/** Rows of one table, and receipts, in one file. */
export const MOST_ROWS = 500;
export const MOST_RECEIPTS = 200;
/** Bytes of all receipts together. */
const MOST_BYTES = 8_000_000;

type Needs = Pick<Services, 'db' | 'ledger' | 'config'>;

const cut = <T>(all: readonly T[]): { readonly shown: readonly T[]; readonly left: number } => ({
  shown: all.slice(0, MOST_ROWS),
  left: Math.max(0, all.length - MOST_ROWS),
});

/** @param query of the board: filters and the request */
export async function recordPaper(
  needs: Needs,
  matter: PublicMatter,
  moment: Moment,
  query: Readonly<Record<string, string>>,
  now: Date,
): Promise<RecordPaper> {
  const { db, config } = needs;
  const model = await recordModel(db, matter, moment, query, MOST_ROWS);
  const shown = (alias: string): RawBuilder<unknown> => open(alias, model.cut);
  const sight = publicSight(model.cut);
  const when = (at: Date, dayOnly = false) =>
    dayOnly ? dateText(localInput(at, moment.zone).slice(0, 10)) : timeText(at, moment.zone).text;
  const statements = cut(await statementsOf(db, matter.id, sight));
  const figures = cut(await figuresOf(db, matter.id, sight));
  const told = await newest(db, matter.id, model.cut, MOST_ROWS + 1);
  const tables: PaperTable[] = [...boardTables(model)];
  const people: string[] = [];
  for (const meeting of await meetingsOf(db, matter.id, shown)) {
    const all = await participantsOf(db, meeting.id, shown);
    const list = cut(all);
    people.push(...list.shown.map(({ entry }) => entry));
    tables.push({
      title: t('record.print.meeting', { subject: meeting.subject }),
      note: [
        meeting.convener,
        when(meeting.startsAt, meeting.dayOnly),
        meeting.place,
        ...meeting.changes.flatMap((one) => [
          ...(one.cancelled ? [t('meetings.changed.called-off')] : wasWords(one)),
          one.reason,
        ]),
      ]
        .filter(Boolean)
        .join(' · '),
      columns: [
        [t('record.invited'), 3],
        [t('record.party'), 3],
        [t('record.print.stands'), 1.4],
        [t('record.reason'), 4],
      ],
      rows: list.shown.map((one) => [
        one.office === null ? one.name : `${one.name}, ${one.office}`,
        one.partyName,
        participation(statusOf(one.said)).word,
        one.said.at(-1)?.reason ?? '',
      ]),
      left: list.left,
    });
  }
  tables.push(
    {
      title: tabWord('statements'),
      columns: [
        [t('record.when'), 1.6],
        [t('record.print.who'), 2.4],
        [t('record.words'), 5],
        [t('record.source'), 2.4],
      ],
      rows: statements.shown.map((one) => [
        when(one.occurredAt, one.dayOnly),
        [one.speaker.name, one.speaker.office].filter(Boolean).join(', '),
        one.form === 'quotation'
          ? `“${one.words}” (${mediumWords(one)})`
          : t('record.print.paraphrase', { words: one.words, medium: mediumWords(one) }),
        `${one.source.publisher}: ${one.source.title}`,
      ]),
      left: statements.left,
    },
    {
      title: tabWord('figures'),
      columns: [
        [t('record.print.measure'), 3],
        [t('record.print.value'), 2],
        [t('record.print.claimant'), 2.4],
        [t('record.source'), 3],
      ],
      rows: figures.shown.map((one) => [
        one.measure,
        `${valueText(one)} ${one.unit}`,
        one.claimant,
        `${one.source.publisher}: ${one.source.title}`,
      ]),
      left: figures.left,
    },
    {
      title: tabWord('orders'),
      columns: [
        [t('record.order'), 3],
        [t('record.documents.kind'), 1.4],
        [t('record.print.where'), 2],
        [t('record.words'), 4],
      ],
      rows: model.reach.orders
        .slice(0, MOST_ROWS)
        .map((one) => [orderName(one), effectWord(one.effect), whereWords(one), one.words]),
      left: Math.max(0, model.reach.orders.length - MOST_ROWS),
    },
    {
      title: t('record.print.entries'),
      note: t('record.print.entries.note'),
      columns: [
        [t('record.print.position'), 0.9],
        [t('record.print.entry'), 5],
        [t('record.happened'), 2],
        [t('record.recorded-at'), 2],
      ],
      rows: told
        .slice(0, MOST_ROWS)
        .map(({ position, title, recipient, entry, dayOnly, text }) => [
          num(position),
          [recipient ? `${title} · ${recipient.name}` : title, text].filter(Boolean).join('. '),
          when(new Date(entry.occurredAt), dayOnly),
          when(new Date(entry.recordedAt)),
        ]),
      left: told.length > MOST_ROWS ? Math.max(1, (await entriesIn(needs, matter.id, shown('e'))) - MOST_ROWS) : 0,
    },
  );
  const services = model.board?.rows.map(({ service }) => service) ?? [];
  const wanted = [
    ...new Set([
      ...told.slice(0, MOST_ROWS).map(({ entry }) => entry.id),
      ...services,
      ...people,
      ...model.notes.map(({ entry }) => entry),
    ]),
  ];
  const { receipts, missing } = await receiptsOf(needs, wanted);
  const citation = citationOf({ base: config.baseUrl, log: config.logOrigin }, matter, moment, model.last);
  const beyond = wanted.length - receipts.length - missing;
  return {
    title: matter.title,
    lead: matter.summary,
    rosette: told[0] ? rosette(told[0].commitment, 120) : null,
    facts: [
      [t('record.print.keeper'), matter.issuerName],
      ...(matter.example ? [[t('record.print.example'), t('record.print.example.what')] as const] : []),
      [t('record.print.as-of'), when(moment.at)],
      [t('record.print.axis'), moment.axis === 'happened' ? t('record.print.happened') : t('record.print.known')],
      [t('record.print.made'), when(now)],
      ...(model.last
        ? ([
            [
              t('record.print.last'),
              t('record.print.last.what', { position: model.last.position, at: when(model.last.recordedAt) }),
            ],
          ] as const)
        : []),
      [t('record.print.log'), config.logOrigin],
      [t('record.print.address'), citation.url],
      ...numbers(model),
    ],
    tables,
    receipts,
    left: [
      ...(beyond > 0 ? [t('record.print.beyond', { n: beyond, most: MOST_RECEIPTS })] : []),
      ...(missing > 0 ? [t('record.print.missing', { n: missing })] : []),
    ],
    madeAt: now,
  };
}

async function entriesIn({ db }: Pick<Needs, 'db'>, matter: string, which: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ledger.entry e where e.matter = ${matter} and e.kind <> 'request.served' and ${which}`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}

/** The first of the wanted, as many as fit; those that no checkpoint covers yet are counted. */
async function receiptsOf({ ledger }: Pick<Needs, 'ledger'>, wanted: readonly string[]) {
  const some = wanted.slice(0, MOST_RECEIPTS);
  const found = await ledger.receipts(some);
  const receipts: { name: string; json: string }[] = [];
  let bytes = 0;
  for (const entry of some) {
    const one = found.get(entry);
    if (!one || bytes + one.json.length > MOST_BYTES) continue;
    bytes += one.json.length;
    receipts.push({ name: one.name, json: one.json });
  }
  return { receipts, missing: some.filter((entry) => !found.has(entry)).length };
}

function numbers({ board, reach }: RecordModel): readonly (readonly [string, string])[] {
  if (!board) return [];
  const { counts, unknown } = board;
  const words = [
    t('record.print.n.asked', { n: counts.asked }),
    ...(unknown && counts.answered === 0 ? [] : [t('record.print.n.answered', { n: counts.answered })]),
    ...(counts.running > 0 ? [t('record.print.n.running', { n: counts.running })] : []),
    ...(counts.paused > 0 ? [t('record.print.n.paused', { n: counts.paused })] : []),
    ...(counts.overdue > 0 ? [t('record.print.n.overdue', { n: counts.overdue })] : []),
    ...(counts.unknown > 0 ? [t('record.print.n.unknown', { n: counts.unknown })] : []),
    ...(reach.forces.length > 0 ? [t('record.print.n.orders', { n: reach.forces.length })] : []),
  ];
  return [[t('record.print.numbers'), words.join(' · ')]];
}

function boardTables(model: RecordModel): readonly PaperTable[] {
  const { board, request, reach } = model;
  if (!board || !request) return [];
  const items = request.items.map(({ item }) => item);
  const tally = (words: readonly string[]) =>
    [...new Set(words)]
      .map((word) =>
        words.every((one) => one === word)
          ? word
          : t('record.print.of-items', { word, items: numbersOf(words, word, items) }),
      )
      .join('; ');
  return [
    {
      title: t('record.print.asked', { title: request.title }),
      note: t('record.print.under', { authority: request.authority }),
      columns: [
        [t('record.print.item'), 0.6],
        [t('record.words'), 9],
      ],
      rows: request.items.slice(0, MOST_ROWS).map(({ item, text }) => [String(item), text]),
      left: 0,
    },
    {
      title: t('record.recipients'),
      columns: [
        [t('record.recipient'), 3],
        [t('record.says'), 2.4],
        [t('record.finds'), 2.4],
        [t('record.clock'), 2.6],
        [tabWord('orders'), 1.8],
      ],
      rows: board.rows.map((row) => [
        [row.name, [partyKind(row.kind), row.state].filter(Boolean).join(', ')].join(' · '),
        tally(row.cells.map((cell) => disposition(saidWord(cell, board)).word)),
        tally(row.cells.map((cell) => finding(foundWord(cell, board)).word)),
        [clockState(row.clock.state).word, clockText(row.clock)].filter(Boolean).join(' '),
        touchesOf(reach, { ...row, request: request.id }, items)
          .map(({ order }) => t('record.print.order-of', { date: dateText(order.date) }))
          .join('; '),
      ]),
      left: Math.max(0, board.total - board.rows.length),
    },
  ];
}

const numbersOf = (words: readonly string[], word: string, items: readonly number[]) =>
  words.flatMap((one, i) => (one === word ? [items[i]] : [])).join(', ');
