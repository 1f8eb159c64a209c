/** The filters above the desk's board: one plain GET form, folded until it is used. Decides nothing; what an address asks for is read by `board-filter.ts`. */
import { t } from '../base/language.ts';
import { PARTY_KINDS } from '../rooms/directory/entries.ts';
import type { LadderStep } from '../rooms/escalation/entries.ts';
import { Field, Select, Submit } from '../ui/form.tsx';
import { clockState, consequenceStatus, disposition } from '../ui/words.ts';
import type { BoardPage } from './board.ts';
import {
  ANSWER_FILTERS,
  type BoardFilter,
  type BoardSort,
  boardParams,
  CLOCK_FILTERS,
  CONSEQUENCE_FILTERS,
  DETERMINATION_FILTERS,
} from './board-filter.ts';
import { stepKindWord } from './desk-steps.ts';
import { partyKindWord } from './directory-words.ts';
import { CLOCK_WORDS, consequenceChoices, findingChoice, orderChoices } from './filter-form.tsx';
import type { Reach } from './reach.ts';

export function DeskFilter({
  base,
  request,
  filter,
  sort,
  board,
  reach,
  ladder,
}: {
  readonly base: string;
  /** its id */
  readonly request: string;
  readonly filter: BoardFilter;
  readonly sort: BoardSort;
  readonly board: BoardPage;
  readonly reach: Reach;
  readonly ladder: readonly LadderStep[];
}) {
  const { step } = filter;
  // A step that the ladder has no more is kept, so that sending the form does not widen what is shown.
  const gone = step !== undefined && !ladder.some((one) => one.step === step);
  const keep = { ...boardParams({}, sort), ...(gone ? { step: String(step) } : {}) };
  const consequences = consequenceChoices(reach, request, filter);
  const choices = (all: readonly { readonly value: string; readonly text: string }[]) =>
    all.map(({ value, text }) => ({ value, label: text }));
  const used = Object.values(filter).some((value) => value !== undefined);
  return (
    <details class="working" open={used || undefined}>
      <summary>{t('desk.filter.title')}</summary>
      <form class="form form--row" method="get" action={base} aria-label={t('desk.filter.title')}>
        {Object.entries(keep).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Field name="text" type="search" label={t('desk.filter.text')} value={filter.text ?? ''} width="medium" />
        {board.kinds.length > 1 ? (
          <Select
            name="kind"
            label={t('desk.kind')}
            none={t('desk.filter.all')}
            value={filter.kind ?? ''}
            choices={PARTY_KINDS.filter((k) => board.kinds.includes(k)).map((k) => ({
              value: k,
              label: partyKindWord(k),
            }))}
          />
        ) : null}
        {board.states.length > 1 ? (
          <Select
            name="state"
            label={t('desk.state')}
            none={t('desk.filter.all')}
            value={filter.state ?? ''}
            choices={board.states.map((s) => ({ value: s, label: s }))}
          />
        ) : null}
        <Select
          name="answer"
          label={t('desk.filter.says')}
          none={t('desk.filter.anything')}
          value={filter.answer ?? ''}
          choices={ANSWER_FILTERS.map((a) => ({ value: a, label: disposition(a).word }))}
        />
        <Select
          name="determination"
          label={t('desk.filter.finds')}
          none={t('desk.filter.anything')}
          value={filter.determination ?? ''}
          choices={DETERMINATION_FILTERS.map((d) => ({ value: d, label: findingChoice(d) }))}
        />
        <Select
          name="clock"
          label={t('desk.filter.clock')}
          none={t('desk.filter.anything')}
          value={filter.clock ?? ''}
          choices={CLOCK_FILTERS.filter(
            (s) => (s === 'unknown') === board.unknown || s === 'stopped' || s === 'running',
          ).map((s) => ({
            value: s,
            label: CLOCK_WORDS[s] ?? clockState(s).word,
          }))}
        />
        {orderChoices(reach).length > 0 ? (
          <Select
            name="order"
            label={t('desk.filter.order')}
            none={t('desk.filter.whatever')}
            value={filter.order ?? ''}
            choices={choices(orderChoices(reach))}
          />
        ) : null}
        {reach.consequences.length > 0 ? (
          <Select
            name="consequence"
            label={t('desk.filter.consequence')}
            none={t('desk.filter.anything')}
            value={filter.consequence ?? ''}
            choices={CONSEQUENCE_FILTERS.map((s) => ({ value: s, label: consequenceStatus(s).word }))}
          />
        ) : null}
        {consequences.kinds.length > 0 ? (
          <Select
            name="consequenceKind"
            label={t('desk.filter.consequence-kind')}
            none={t('desk.filter.every-kind')}
            value={filter.consequenceKind ?? ''}
            choices={choices(consequences.kinds)}
          />
        ) : null}
        {consequences.programmes.length > 0 ? (
          <Select
            name="programme"
            label={t('desk.filter.programme')}
            none={t('desk.filter.every-programme')}
            value={filter.programme ?? ''}
            choices={choices(consequences.programmes)}
          />
        ) : null}
        {ladder.length > 0 && !gone ? (
          <Select
            name="step"
            label={t('desk.filter.step')}
            none={t('desk.filter.whichever')}
            value={step === undefined ? '' : String(step)}
            choices={ladder.map((one) => ({
              value: String(one.step),
              label: t('desk.filter.step-choice', { step: one.step, kind: stepKindWord(one.kind) }),
            }))}
          />
        ) : null}
        <Submit text={t('desk.filter.show')} {...(used ? { cancel: { text: t('desk.show-all'), href: base } } : {})} />
      </form>
    </details>
  );
}
