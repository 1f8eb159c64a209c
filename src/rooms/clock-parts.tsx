/** Parts of a clock that the pages of both sides and of the public share: its words, its working, what moved it. Counts nothing. */
import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import { rich } from '../ui/rich.tsx';
import { Day, dateText, Time } from '../ui/time.tsx';
import { itemsWords, kindWord, moveWords } from '../ui/words.ts';
import { Working } from '../ui/working.tsx';
import { itemsWithin } from './clock/items-said.ts';
import { type ClockState, type Move, type Worked, workingSaid } from './clock/rules.ts';

export { itemsWords } from '../ui/words.ts';
export { Asks } from './clock/ask-parts.tsx';

/** Plain words for the clock of one recipient or item. */
export function clockWords(state: ClockState): Child {
  switch (state.state) {
    case 'running':
      return rich('clock.state.running', { day: <Day on={state.dueOn} weekday />, n: state.days });
    case 'overdue':
      return rich('clock.state.overdue', { day: <Day on={state.dueOn} weekday />, n: state.days });
    case 'paused':
      return rich('clock.state.paused', {
        ...{ by: state.by === 'stay' && state.order !== null ? 'order' : state.by, order: state.order ?? '' },
        at: <Time at={new Date(state.since)} />,
        ...{ said: state.words === null ? 'no' : 'yes', words: state.words ?? '' },
        ...{ known: state.dueOn === null ? 'no' : 'yes', day: <Day on={state.dueOn ?? ''} weekday /> },
      });
    case 'stopped':
      return rich('clock.state.stopped', {
        late: state.late ? 'yes' : 'no',
        day: <Day on={state.dueOn} weekday />,
      });
    case 'revoked':
      return t('clock.state.revoked');
    case 'unknown':
      return rich('clock.state.unknown', { day: <Day on={state.dueOn} weekday /> });
  }
}

function workingTitle(of: readonly number[] | null, on: string | null): string {
  if (of === null) return t('ui.working');
  const items = itemsWords(of);
  return on === null
    ? t('clock.working.paused', { items })
    : t('clock.working.due', { items, day: dateText(on, true) });
}

/** The working as it stands, for all items or group by group. */
export function Workings({ workings, open }: { workings: readonly Worked[]; open?: boolean }) {
  return (
    <>
      {workings.map(({ items, due }) => (
        <Working steps={workingSaid(due.working)} open={open === true} summary={workingTitle(items, due.on)} />
      ))}
    </>
  );
}

/** The clock of one item: folded out where its date is counted by itself, else with the way to the working of all items. */
export function ItemClock(props: {
  readonly item: number;
  readonly workings: readonly Worked[];
  /** the clock in words, or as a mark */
  readonly children: Child;
}) {
  const own = props.workings.find(({ items }) => items?.includes(props.item));
  if (!own) return <a href="#clock">{props.children}</a>;
  return (
    <>
      {props.children}
      <Working steps={workingSaid(own.due.working)} />
    </>
  );
}

/** A date as it was told, or that there was none. */
export const ToldDay = ({ on }: { on: string | null }) =>
  on === null ? <>{t('clock.no-date')}</> : <Day on={on} weekday />;

/** What the time of an entry is that moved a clock: of the service, of the giving, or from when on it counts. */
const WHEN: Readonly<Record<string, string>> = { 'service.corrected': 'served', 'due.extended': 'given' };

/** What moved the clock: old date → new date, why, by whom, receipt. `receipt` gives the links of an entry. */
export function Moves(props: {
  moves: readonly Move[];
  names: ReadonlyMap<string, string>;
  zone: string;
  receipt: (entry: string, words: string) => Child;
}) {
  return (
    <ol class="entries">
      {props.moves.map((move) => {
        const words = kindWord(move.kind);
        return (
          <li>
            <p>
              {rich('clock.moved.line', {
                ...{ what: moveWords(move), some: move.items === null ? 'no' : 'yes' },
                ...{ items: itemsWithin(move.items ?? []) },
                ...{ before: <ToldDay on={move.before} />, after: <ToldDay on={move.after} /> },
              })}
            </p>
            <div class="said__note">{move.reason}</div>
            <p class="entries__when">
              {rich('clock.moved.when', {
                kind: WHEN[move.kind] ?? 'from',
                at: <Time at={move.occurredAt} zone={props.zone} />,
                ends: move.until === null ? 'no' : 'yes',
                until: move.until === null ? '' : <Time at={new Date(move.until)} zone={props.zone} />,
                recorded: <Time at={move.recordedAt} zone={props.zone} />,
                who: props.names.get(move.by) ?? t('clock.moved.other'),
                receipt: props.receipt(move.entry, words),
              })}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
