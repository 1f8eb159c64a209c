/** Parts of a clock that the pages of both sides and of the public share: its words, its working, what moved it. Counts nothing. */
import type { Child } from 'hono/jsx';
import { Day, dateText, Time } from '../ui/time.tsx';
import { count, itemsWords, kindWord, moveWords } from '../ui/words.ts';
import { Working } from '../ui/working.tsx';
import type { ClockState, Move, Worked } from './clock/rules.ts';

export { itemsWords } from '../ui/words.ts';
export { Asks } from './clock/ask-parts.tsx';

/** Plain words for the clock of one recipient or item. */
export function clockWords(state: ClockState): Child {
  switch (state.state) {
    case 'running':
      return (
        <>
          ▸ running, due <Day on={state.dueOn} weekday /> ({count(state.days, 'day')} left)
        </>
      );
    case 'overdue':
      return (
        <>
          ! overdue since <Day on={state.dueOn} weekday /> ({count(state.days, 'day')})
        </>
      );
    case 'paused':
      return (
        <>
          ‖ paused {state.by === 'stay' ? `by ${state.order ?? 'an order'}` : 'by the issuer'} since{' '}
          <Time at={new Date(state.since)} />
          {state.words === null ? '' : `: “${state.words}”`}
          {state.dueOn === null ? (
            ''
          ) : (
            <>
              ; due <Day on={state.dueOn} weekday />
            </>
          )}
        </>
      );
    case 'stopped':
      return (
        <>
          ✓ answered {state.late ? 'after' : 'by'} the due date, <Day on={state.dueOn} weekday />
        </>
      );
    case 'revoked':
      return '✕ stopped: the request was revoked';
    case 'unknown':
      return (
        <>
          – was due <Day on={state.dueOn} weekday />; what followed is not known here
        </>
      );
  }
}

/** The working as it stands, for all items or group by group. */
export function Workings({ workings, open }: { workings: readonly Worked[]; open?: boolean }) {
  return (
    <>
      {workings.map(({ items, due }) => (
        <Working
          steps={due.working}
          open={open === true}
          summary={
            items === null
              ? 'How this is counted'
              : `${itemsWords(items)}, ${due.on === null ? 'paused' : `due ${dateText(due.on, true)}`}: how this is counted`
          }
        />
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
      <Working steps={own.due.working} />
    </>
  );
}

/** A date as it was told, or that there was none. */
export const ToldDay = ({ on }: { on: string | null }) =>
  on === null ? <>no date, paused</> : <Day on={on} weekday />;

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
              {moveWords(move)}
              {move.items === null ? '' : ` (${itemsWords(move.items).toLowerCase()})`}: <ToldDay on={move.before} /> →{' '}
              <ToldDay on={move.after} />
            </p>
            <div class="said__note">{move.reason}</div>
            <p class="entries__when">
              {move.kind === 'service.corrected' ? 'Served' : move.kind === 'due.extended' ? 'Given' : 'From'}{' '}
              <Time at={move.occurredAt} zone={props.zone} />
              {move.until === null ? null : (
                <>
                  {' '}
                  until <Time at={new Date(move.until)} zone={props.zone} />
                </>
              )}{' '}
              · recorded <Time at={move.recordedAt} zone={props.zone} /> · {props.names.get(move.by) ?? 'another party'}{' '}
              · {props.receipt(move.entry, words)}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
