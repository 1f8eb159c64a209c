/** Where a person is in a task of several pages (USWDS step indicator, our own drawing). Done steps are links, so one can go back. */
import { t } from '../base/language.ts';

export interface Step {
  readonly name: string;
  /** where the step lives; left out while it cannot be reached */
  readonly href?: string;
}

/** The five steps of composing a request (PAGES.md, "The desk"). */
export const composeSteps = (): readonly string[] => [
  t('ui.steps.what'),
  t('ui.steps.whom'),
  t('ui.steps.when'),
  t('ui.steps.letter'),
  t('ui.steps.check'),
];

/** `current` counts from 0. The page's own h1 names the step; this says where it stands. */
export function Steps({ steps, current }: { steps: readonly Step[]; current: number }) {
  return (
    <nav class="steps" aria-label={t('ui.steps')}>
      <p class="steps__where">{t('ui.steps.where', { n: current + 1, of: steps.length })}</p>
      <ol class="steps__list">
        {steps.map((step, i) => {
          const state = i === current ? 'current' : i < current ? 'done' : 'todo';
          return (
            <li class={`steps__step steps__step--${state}`} aria-current={i === current ? 'step' : undefined}>
              {step.href && i !== current ? <a href={step.href}>{step.name}</a> : <span>{step.name}</span>}
              {state === 'done' ? <span class="usa-sr-only"> {t('ui.steps.done')}</span> : null}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
