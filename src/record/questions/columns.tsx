/** Columns of a question's table: their heads, what stands in a cell as text (for files), and the same for a page. Pure. */
import type { Child } from 'hono/jsx';
import type { z } from 'zod';
import type { Cell } from '../../base/csv.ts';
import type { MessageId } from '../../base/language.ts';
import { t } from '../../base/language.ts';
import { orderName } from '../../rooms/orders/view.ts';
import { Mark } from '../../ui/mark.tsx';
import { Day } from '../../ui/time.tsx';
import { clockState, consequenceStatus, disposition, finding, participation, partyKind } from '../../ui/words.ts';
import type { questionRow } from '../api-questions-schemas.ts';
import { foundWord, saidWord } from '../board.ts';
import { momentParams } from '../matter.ts';
import { clockText, href, servicePath } from '../parts.tsx';
import { partyPath } from '../party-paths.ts';
import type { AskedCell, InvitedCell, QuestionRow } from './cells.ts';
import type { Known, KnownMeeting, KnownRequest } from './known.ts';

export interface QuestionColumn {
  /** as `Question.columns` names it */
  readonly name: string;
  readonly head: string;
  /** name of the column in files */
  readonly file: string;
  readonly text: (row: QuestionRow) => Cell;
  readonly show: (row: QuestionRow) => Child;
}

/** "produced (2), not answered": words in the order of the items, each once with how many items say so. */
function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, n]) => (words.length === n ? word : `${word} (${n})`)).join(', ');
}

const unknown = ({ request }: KnownRequest) => ({ unknown: request.conduct === 'recorded' });
const says = (one: KnownRequest, { row }: AskedCell) =>
  tally(row.cells.map((cell) => disposition(saidWord(cell, unknown(one))).word));
const found = (one: KnownRequest, { row }: AskedCell) =>
  tally(row.cells.map((cell) => finding(foundWord(cell, unknown(one))).word));
const clock = ({ row }: AskedCell) =>
  [clockState(row.clock.state).word, clockText(row.clock)].filter(Boolean).join(' ');
const orders = (cell: AskedCell) => cell.orders.map(({ order }) => orderName(order)).join('; ');
const consequences = (cell: AskedCell) =>
  cell.consequences
    .map(({ consequence, status }) => `${consequence.programme}: ${consequenceStatus(status).word}`)
    .join('; ');
const day = (at: Date | null) => at?.toISOString().slice(0, 10) ?? '';
const who = ({ name, office }: InvitedCell) => (office === null ? name : `${name}, ${office}`);
const came = (one: InvitedCell) => (one.came === null ? '' : t(one.came ? 'record.value.yes' : 'record.value.no'));
const lines = (cells: readonly InvitedCell[], text: (one: InvitedCell) => string) =>
  cells.map(text).filter(Boolean).join('; ');

const REQUEST_HEADS: Readonly<
  Record<string, { head: MessageId; text: (one: KnownRequest, cell: AskedCell) => string }>
> = {
  served: { head: 'record.q.asked-on', text: (_, cell) => day(cell.servedAt) },
  says: { head: 'record.says', text: says },
  found: { head: 'record.finds', text: found },
  clock: { head: 'record.clock', text: (_, cell) => clock(cell) },
  orders: { head: 'record.tab.orders', text: (_, cell) => orders(cell) },
  consequences: { head: 'record.tab.consequences', text: (_, cell) => consequences(cell) },
};
const MEETING_HEADS: Readonly<Record<string, { head: MessageId; text: (one: InvitedCell) => string }>> = {
  who: { head: 'record.invited', text: who },
  participation: { head: 'record.q.participation', text: (one) => participation(one.status).word },
  reason: { head: 'record.q.reason', text: (one) => one.reason ?? '' },
  came: { head: 'record.q.came', text: came },
};

/** What a choice of columns is called in the form. */
export function columnHead(column: string): string {
  const [, field = column] = column.split('.');
  const head = PARTY_HEADS[column]?.head ?? REQUEST_HEADS[field]?.head ?? MEETING_HEADS[field]?.head;
  return head === undefined ? column : t(head);
}

const PARTY_HEADS: Readonly<Record<string, { head: MessageId; text: (row: QuestionRow) => string }>> = {
  kind: { head: 'record.kind', text: ({ kind }) => kind },
  state: { head: 'record.state', text: ({ state }) => state ?? '' },
  ocd: { head: 'record.party.ocd', text: ({ ocdId }) => ocdId ?? '' },
  affiliation: { head: 'record.affiliation', text: ({ affiliations }) => affiliations.join('; ') },
};

const NOTHING = '–';
const plain = (text: Cell): Child => (text === null || text === '' ? NOTHING : text);

/** The columns that were chosen, after the one that names the party. */
export function questionColumns(known: Known): readonly QuestionColumn[] {
  const several = known.requests.length > 1 || known.meetings.length > 1;
  return known.question.columns.flatMap((name): readonly QuestionColumn[] => {
    const [part = '', field] = name.split('.');
    const file = name.replace('.', '_');
    const party = field === undefined ? PARTY_HEADS[name] : undefined;
    if (party) {
      const show = (row: QuestionRow) => plain(name === 'kind' ? partyKind(row.kind) : party.text(row));
      return [{ name, head: t(party.head), file, text: party.text, show }];
    }
    const request = known.requests.find((one) => one.part.name === part);
    if (request) return requestColumn(known, request, name, field ?? '', several);
    const meeting = known.meetings.find((one) => one.part.name === part);
    return meeting ? meetingColumn(meeting, name, field ?? '', several) : [];
  });
}

function requestColumn(
  known: Known,
  one: KnownRequest,
  name: string,
  field: string,
  several: boolean,
): readonly QuestionColumn[] {
  const said = REQUEST_HEADS[field];
  if (!said) return [];
  const of = (row: QuestionRow) => row.requests.get(one.part.name);
  const text = (row: QuestionRow) => {
    const cell = of(row);
    return cell ? said.text(one, cell) : '';
  };
  const show = (row: QuestionRow): Child => {
    const cell = of(row);
    if (!cell) return NOTHING;
    const service = href(servicePath(one, cell.row.service), momentParams(known.moment));
    if (field === 'clock')
      return (
        <a class="plain" href={`${service}#clock`}>
          <Mark state={clockState(cell.row.clock.state)}>{clockText(cell.row.clock)}</Mark>
        </a>
      );
    if (field === 'served') return cell.servedAt === null ? NOTHING : <Day on={day(cell.servedAt)} />;
    if (field === 'says') return <a href={service}>{says(one, cell)}</a>;
    if (field === 'orders' && cell.orders.length > 0)
      return cell.orders.map(({ order }) => (
        <div>
          <a href={`${service}#orders`}>{orderName(order)}</a>
        </div>
      ));
    return plain(said.text(one, cell));
  };
  return [
    {
      name,
      head: several ? `${t(said.head)} (${partWord(one.part.name)})` : t(said.head),
      file: name.replace('.', '_'),
      text,
      show,
    },
  ];
}

function meetingColumn(one: KnownMeeting, name: string, field: string, several: boolean): readonly QuestionColumn[] {
  const said = MEETING_HEADS[field];
  if (!said) return [];
  const of = (row: QuestionRow) => row.meetings.get(one.part.name) ?? [];
  const text = (row: QuestionRow) => lines(of(row), said.text);
  const show = (row: QuestionRow): Child => {
    const cells = of(row);
    if (field !== 'participation') return plain(text(row));
    return cells.length === 0
      ? NOTHING
      : cells.map(({ status }) => (
          <div>
            <Mark state={participation(status)} />
          </div>
        ));
  };
  return [
    {
      name,
      head: several ? `${t(said.head)} (${partWord(one.part.name)})` : t(said.head),
      file: name.replace('.', '_'),
      text,
      show,
    },
  ];
}

/** `r2` → "request 2". */
export const partWord = (name: string): string =>
  t(name.startsWith('r') ? 'record.q.request-n' : 'record.q.meeting-n', { n: name.slice(1) });

/** A row as programs get it: every cell of every request and meeting, whichever columns were chosen. */
export function jsonRow(known: Known, row: QuestionRow): z.infer<typeof questionRow> {
  return {
    party: row.party,
    name: row.name,
    kind: row.kind,
    state: row.state,
    page: partyPath(row.party),
    cells: Object.fromEntries(questionColumns(known).map(({ name, text }) => [name, text(row)])),
    requests: Object.fromEntries(
      [...row.requests].map(([name, { row: asked, orders: touching }]) => [
        name,
        {
          service: asked.service,
          clock: { state: asked.clock.state, dueOn: 'dueOn' in asked.clock ? asked.clock.dueOn : null },
          items: asked.cells.map((cell) => ({
            item: cell.item,
            answer: cell.answer?.disposition ?? null,
            determination: cell.determination?.finding ?? null,
          })),
          orders: touching.map(({ order }) => order.id),
        },
      ]),
    ),
    meetings: Object.fromEntries(
      [...row.meetings].map(([name, cells]) => [
        name,
        cells.map(({ participant, name: person, office, status, reason, came: there }) => ({
          participant,
          name: person,
          office,
          status,
          reason,
          came: there,
        })),
      ]),
    ),
  };
}
