/** Where a person is in a task of several pages (USWDS step indicator, our own drawing). Done steps are links, so one can go back. */

export interface Step {
  readonly name: string;
  /** where the step lives; left out while it cannot be reached */
  readonly href?: string;
}

/** The five steps of composing a request (PAGES.md, "The desk"). */
export const COMPOSE_STEPS = ['What', 'Whom', 'When', 'Letter', 'Check'] as const;

/** `current` counts from 0. The page's own h1 names the step; this says where it stands. */
export function Steps({ steps, current }: { steps: readonly Step[]; current: number }) {
  return (
    <nav class="steps" aria-label="Steps">
      <p class="steps__where">
        Step {current + 1} of {steps.length}
      </p>
      <ol class="steps__list">
        {steps.map((step, i) => {
          const state = i === current ? 'current' : i < current ? 'done' : 'todo';
          return (
            <li class={`steps__step steps__step--${state}`} aria-current={i === current ? 'step' : undefined}>
              {step.href && i !== current ? <a href={step.href}>{step.name}</a> : <span>{step.name}</span>}
              {state === 'done' ? <span class="usa-sr-only"> done</span> : null}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
