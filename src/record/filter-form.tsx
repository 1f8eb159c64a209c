/** The filters above a board: one plain GET form, folded until it is used. Keeps the time and the request that are shown. */
import { orderName } from '../rooms/orders/view.ts';
import { clockState, consequenceStatus, disposition, finding } from '../ui/words.ts';
import type { BoardPage } from './board.ts';
import {
  ANSWER_FILTERS,
  type BoardFilter,
  type BoardSort,
  boardParams,
  CLOCK_FILTERS,
  CONSEQUENCE_FILTERS,
  DETERMINATION_FILTERS,
  NO_STATE,
} from './board-filter.ts';
import { href } from './parts.tsx';
import type { Reach } from './reach.ts';

interface Choice {
  readonly value: string;
  readonly text: string;
}

function Select(props: {
  readonly name: string;
  readonly label: string;
  readonly any: string;
  readonly value: string | undefined;
  readonly choices: readonly Choice[];
}) {
  return (
    <label class="board-filter__field">
      <span>{props.label}</span>
      <select class="usa-select" name={props.name}>
        <option value="">{props.any}</option>
        {props.choices.map((choice) => (
          <option value={choice.value} selected={choice.value === props.value}>
            {choice.text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Orders in force, any of them, or none; nothing where no order is in force. */
export function orderChoices({ forces }: Pick<Reach, 'forces'>): readonly Choice[] {
  if (forces.length === 0) return [];
  return [
    { value: 'any', text: 'touched by an order' },
    { value: 'none', text: 'touched by no order' },
    ...forces.map(({ order }) => ({ value: order.id, text: orderName(order) })),
  ];
}

/** What a choice of the clock says, where its own word needs a date beside it. */
export const CLOCK_WORDS: Readonly<Record<string, string>> = {
  running: 'running',
  'due soon': 'due within 7 days',
  overdue: 'overdue',
  tolled: 'paused by the issuer',
  stayed: 'paused by an order',
  late: 'answered late',
};

export function FilterForm(props: {
  readonly action: string;
  readonly filter: BoardFilter;
  readonly sort: BoardSort;
  readonly board: BoardPage;
  readonly reach: Reach;
  /** parameters to keep: time, request */
  readonly keep: Readonly<Record<string, string>>;
}) {
  const { filter, board } = props;
  const used = Object.values(filter).some((value) => value !== undefined);
  const { sort, dir } = boardParams({}, props.sort);
  const keep = { ...props.keep, sort: sort ?? '', dir: dir ?? '' };
  const plain = (values: readonly string[]) => values.map((value) => ({ value, text: value }));
  return (
    <details class="board-filter" open={used}>
      <summary>Filter recipients</summary>
      <form method="get" action={props.action}>
        {Object.entries(keep).map(([name, value]) =>
          value === '' ? null : <input type="hidden" name={name} value={value} />,
        )}
        <label class="board-filter__field">
          <span>Name or state</span>
          <input class="usa-input" type="search" name="text" value={filter.text ?? ''} />
        </label>
        {board.kinds.length > 1 ? (
          <Select name="kind" label="Kind" any="every kind" value={filter.kind} choices={plain(board.kinds)} />
        ) : null}
        {board.states.length > 1 || filter.state === NO_STATE ? (
          <Select
            name="state"
            label="State"
            any="every state"
            value={filter.state}
            choices={[
              ...plain(board.states),
              ...(filter.state === NO_STATE ? [{ value: NO_STATE, text: 'no state named' }] : []),
            ]}
          />
        ) : null}
        {board.unknown ? null : (
          <>
            <Select
              name="answer"
              label="Recipient says"
              any="anything"
              value={filter.answer}
              choices={ANSWER_FILTERS.map((value) => ({ value, text: disposition(value).word }))}
            />
            <Select
              name="determination"
              label="Issuer says"
              any="anything"
              value={filter.determination}
              choices={DETERMINATION_FILTERS.map((value) => ({ value, text: finding(value).word }))}
            />
          </>
        )}
        <Select
          name="clock"
          label="Clock"
          any="anything"
          value={filter.clock}
          choices={CLOCK_FILTERS.filter((c) =>
            c === 'unknown' ? board.unknown : !board.unknown || ['running', 'paused', 'stopped', 'revoked'].includes(c),
          ).map((value) => ({ value, text: CLOCK_WORDS[value] ?? clockState(value).word }))}
        />
        {orderChoices(props.reach).length > 0 ? (
          <Select name="order" label="Order" any="whatever" value={filter.order} choices={orderChoices(props.reach)} />
        ) : null}
        {props.reach.consequences.length > 0 ? (
          <Select
            name="consequence"
            label="Consequence"
            any="anything"
            value={filter.consequence}
            choices={CONSEQUENCE_FILTERS.map((value) => ({ value, text: consequenceStatus(value).word }))}
          />
        ) : null}
        <p class="board-filter__do">
          <button class="usa-button usa-button--outline" type="submit">
            Filter
          </button>
          {used ? <a href={href(props.action, keep)}>Show all</a> : null}
        </p>
      </form>
    </details>
  );
}
