/** What a recipient asked for and what was answered, as the pages of both sides show it. Shows; writes nothing. */
import type { Child } from 'hono/jsx';
import { t } from '../../base/language.ts';
import { rich } from '../../ui/rich.tsx';
import { Day, Time } from '../../ui/time.tsx';
import type { Ask } from './asking.ts';
import { itemsWithin } from './items-said.ts';

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
            {rich('clock.asks.line', {
              day: <Day on={until} weekday />,
              ...{ some: items === null ? 'no' : 'yes', items: itemsWithin(items ?? []) },
              outcome: outcomeWords(answer),
            })}
          </p>
          <div class="said__note">{reason}</div>
          <p class="entries__when">
            {rich('clock.asks.by', {
              ...{ name: askedBy, at: <Time at={recordedAt} zone={props.zone} /> },
              receipt: props.receipt(entry, t('clock.asks.receipt')),
            })}
          </p>
          {answer ? (
            <>
              {answer.outcome === 'refused' ? <div class="said__note">{answer.reason}</div> : null}
              <p class="entries__when">
                {rich('clock.asks.answered', {
                  at: <Time at={answer.at} zone={props.zone} />,
                  receipt: props.receipt(answer.entry, t('clock.asks.answer.receipt')),
                })}
              </p>
            </>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function outcomeWords(answer: Ask['answer']): Child {
  if (answer === null) return t('clock.asks.waits');
  if (answer.outcome === 'refused') return t('clock.asks.refused');
  return answer.to === null
    ? t('clock.asks.given')
    : rich('clock.asks.given.due', { day: <Day on={answer.to} weekday /> });
}
