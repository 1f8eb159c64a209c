/** Delivery evidence of one service as a short ladder. Rungs that were not reached are shown empty, never left out or guessed. */

import { t } from '../base/language.ts';
import { quiet } from './quiet.tsx';
import { rich } from './rich.tsx';
import { Time } from './time.tsx';
import { evidenceWord, RUNGS } from './words.ts';

export interface Evidence {
  /** ETSI EN 319 522 event name */
  readonly event: string;
  readonly at: Date;
  /** address of the entry's receipt */
  readonly receipt?: string;
  /** a word more, such as the mail server's answer */
  readonly detail?: string;
}

export interface LadderProps {
  readonly evidence: readonly Evidence[];
  readonly zone: string;
  /** one line for narrow places: words and marks without times */
  readonly short?: boolean;
}

const receiptOf = (what: string) => rich('ui.ladder.receipt', { what, of: quiet });

export function Ladder({ evidence, zone, short }: LadderProps) {
  // The first time counts: later openings of the same letter prove nothing new.
  const first = (event: string) => evidence.find((e) => e.event === event);
  const others = evidence.filter((e) => !RUNGS.some((rung) => rung.event === e.event));
  return (
    <ol class={short ? 'ladder ladder--short' : 'ladder'} aria-label={t('ui.ladder.label')}>
      {RUNGS.map((rung) => {
        const got = first(rung.event);
        return (
          <li class={got ? 'ladder__rung' : 'ladder__rung ladder__rung--empty'}>
            <span class="ladder__mark" aria-hidden="true">
              {got ? '●' : '○'}
            </span>
            <span class="ladder__word">
              {got ? null : <span class="usa-sr-only">{t('ui.ladder.not-yet')} </span>}
              {rung.word}
            </span>
            {short ? null : (
              <span class="ladder__fact">
                {got ? (
                  <>
                    <Time at={got.at} zone={zone} />
                    {got.detail ? <> · {got.detail}</> : null}
                    {got.receipt ? (
                      <>
                        {' '}
                        · <a href={got.receipt}>{receiptOf(rung.word)}</a>
                      </>
                    ) : null}
                  </>
                ) : (
                  t('ui.ladder.none')
                )}
              </span>
            )}
          </li>
        );
      })}
      {short
        ? null
        : others.map((e) => (
            <li class="ladder__rung ladder__rung--other">
              <span class="ladder__mark" aria-hidden="true">
                !
              </span>
              <span class="ladder__word">{evidenceWord(e.event)}</span>
              <span class="ladder__fact">
                <Time at={e.at} zone={zone} />
                {e.detail ? <> · {e.detail}</> : null}
                {e.receipt ? (
                  <>
                    {' '}
                    · <a href={e.receipt}>{receiptOf(evidenceWord(e.event))}</a>
                  </>
                ) : null}
              </span>
            </li>
          ))}
    </ol>
  );
}
