/** The filters above a board: one plain GET form, folded until it is used. Keeps the time and the request that are shown. */
import { t } from '../base/language.ts';
import { orderName } from '../rooms/orders/view.ts';
import { clockState, consequenceKind, consequenceStatus, disposition, finding, partyKind } from '../ui/words.ts';
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
import { consequenceWords, type Reach } from './reach.ts';

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
    { value: 'any', text: t('record.filter.touched') },
    { value: 'none', text: t('record.filter.untouched') },
    ...forces.map(({ order }) => ({ value: order.id, text: orderName(order) })),
  ];
}

/** Kinds and programmes of consequences to choose from: none where there are not several, nor one asked for already. */
export function consequenceChoices(
  reach: Reach,
  request: string,
  filter: BoardFilter,
): { readonly kinds: readonly Choice[]; readonly programmes: readonly Choice[] } {
  const { kinds, programmes } = consequenceWords(reach, request);
  const several = (values: readonly string[], asked: string | undefined) =>
    values.length > 1 || asked !== undefined ? [...new Set([...values, ...(asked === undefined ? [] : [asked])])] : [];
  return {
    kinds: several(kinds, filter.consequenceKind).map((value) => ({ value, text: consequenceKind(value) })),
    programmes: several(programmes, filter.programme).map((value) => ({ value, text: value })),
  };
}

/** What a choice of the clock says, where its own word needs a date beside it. */
export const CLOCK_WORDS: Readonly<Record<string, string>> = {
  get running() {
    return t('record.filter.clock.running');
  },
  get 'due soon'() {
    return t('record.filter.clock.due-soon');
  },
  get overdue() {
    return t('record.filter.clock.overdue');
  },
  get tolled() {
    return t('record.filter.clock.tolled');
  },
  get stayed() {
    return t('record.filter.clock.stayed');
  },
  get late() {
    return t('record.filter.clock.late');
  },
};

/** What a choice of determinations says. */
export const findingChoice = (value: string): string =>
  value === 'to review' ? t('record.filter.to-review') : finding(value).word;

export function FilterForm(props: {
  readonly action: string;
  readonly filter: BoardFilter;
  readonly sort: BoardSort;
  readonly board: BoardPage;
  readonly reach: Reach;
  /** id of the request whose board it is */
  readonly request: string;
  /** parameters to keep: time, request */
  readonly keep: Readonly<Record<string, string>>;
}) {
  const { filter, board } = props;
  const consequences = consequenceChoices(props.reach, props.request, filter);
  const used = Object.values(filter).some((value) => value !== undefined);
  const { sort, dir } = boardParams({}, props.sort);
  const keep = { ...props.keep, sort: sort ?? '', dir: dir ?? '' };
  const plain = (values: readonly string[], text = (value: string) => value) =>
    values.map((value) => ({ value, text: text(value) }));
  return (
    <details class="board-filter" open={used}>
      <summary>{t('record.filter')}</summary>
      <form method="get" action={props.action}>
        {Object.entries(keep).map(([name, value]) =>
          value === '' ? null : <input type="hidden" name={name} value={value} />,
        )}
        <label class="board-filter__field">
          <span>{t('record.filter.text')}</span>
          <input class="usa-input" type="search" name="text" value={filter.text ?? ''} />
        </label>
        {board.kinds.length > 1 ? (
          <Select
            name="kind"
            label={t('record.kind')}
            any={t('record.filter.every-kind')}
            value={filter.kind}
            choices={plain(board.kinds, partyKind)}
          />
        ) : null}
        {board.states.length > 1 || filter.state === NO_STATE ? (
          <Select
            name="state"
            label={t('record.state')}
            any={t('record.filter.every-state')}
            value={filter.state}
            choices={[
              ...plain(board.states),
              ...(filter.state === NO_STATE ? [{ value: NO_STATE, text: t('record.filter.no-state') }] : []),
            ]}
          />
        ) : null}
        {board.unknown ? null : (
          <>
            <Select
              name="answer"
              label={t('record.says')}
              any={t('record.filter.anything')}
              value={filter.answer}
              choices={ANSWER_FILTERS.map((value) => ({ value, text: disposition(value).word }))}
            />
            <Select
              name="determination"
              label={t('record.finds')}
              any={t('record.filter.anything')}
              value={filter.determination}
              choices={DETERMINATION_FILTERS.map((value) => ({ value, text: findingChoice(value) }))}
            />
          </>
        )}
        <Select
          name="clock"
          label={t('record.clock')}
          any={t('record.filter.anything')}
          value={filter.clock}
          choices={CLOCK_FILTERS.filter((c) =>
            c === 'unknown' ? board.unknown : !board.unknown || ['running', 'paused', 'stopped', 'revoked'].includes(c),
          ).map((value) => ({ value, text: CLOCK_WORDS[value] ?? clockState(value).word }))}
        />
        {orderChoices(props.reach).length > 0 ? (
          <Select
            name="order"
            label={t('record.order')}
            any={t('record.filter.whatever')}
            value={filter.order}
            choices={orderChoices(props.reach)}
          />
        ) : null}
        {props.reach.consequences.length > 0 ? (
          <Select
            name="consequence"
            label={t('record.consequence')}
            any={t('record.filter.anything')}
            value={filter.consequence}
            choices={CONSEQUENCE_FILTERS.map((value) => ({ value, text: consequenceStatus(value).word }))}
          />
        ) : null}
        {consequences.kinds.length > 0 ? (
          <Select
            name="consequenceKind"
            label={t('record.filter.consequence-kind')}
            any={t('record.filter.every-kind')}
            value={filter.consequenceKind}
            choices={consequences.kinds}
          />
        ) : null}
        {consequences.programmes.length > 0 ? (
          <Select
            name="programme"
            label={t('record.programme')}
            any={t('record.filter.every-programme')}
            value={filter.programme}
            choices={consequences.programmes}
          />
        ) : null}
        <p class="board-filter__do">
          <button class="usa-button usa-button--outline" type="submit">
            {t('record.filter.do')}
          </button>
          {used ? <a href={href(props.action, keep)}>{t('record.show-all')}</a> : null}
        </p>
      </form>
    </details>
  );
}
