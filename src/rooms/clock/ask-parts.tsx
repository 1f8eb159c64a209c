/** What a recipient asked for and what was answered, as the pages of both sides show it. Shows; writes nothing. */
import type { Child } from 'hono/jsx';
import { Day, Time } from '../../ui/time.tsx';
import { itemsWords } from '../../ui/words.ts';
import type { Ask } from './asking.ts';

/** Everything asked for, newest first. @param receipt links to the receipt of an entry */
export function Asks(props: {
  readonly asks: readonly Ask[];
  readonly zone: string;
  readonly receipt: (entry: string, words: string) => Child;
}) {
  return (
    <ol class="entries">
      {props.asks.toReversed().map(({ entry, until, items, reason, askedBy, recordedAt, answer }) => (
        <li>
          <p class="entries__title">
            Until <Day on={until} weekday />
            {items === null ? '' : `, ${itemsWords(items).toLowerCase()}`}: {outcomeWords(answer)}
          </p>
          <div class="said__note">{reason}</div>
          <p class="entries__when">
            asked by {askedBy}, <Time at={recordedAt} zone={props.zone} /> ·{' '}
            {props.receipt(entry, 'what was asked for')}
          </p>
          {answer ? (
            <>
              {answer.outcome === 'refused' ? <div class="said__note">{answer.reason}</div> : null}
              <p class="entries__when">
                answered <Time at={answer.at} zone={props.zone} /> · {props.receipt(answer.entry, 'the answer to it')}
              </p>
            </>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function outcomeWords(answer: Ask['answer']): Child {
  if (answer === null) return '▸ waits for an answer';
  if (answer.outcome === 'refused') return '✕ refused';
  return answer.to === null ? (
    '✓ given'
  ) : (
    <>
      ✓ given, due <Day on={answer.to} weekday />
    </>
  );
}
