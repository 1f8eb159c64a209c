/** The working of a due date: numbered steps that a lawyer can check, folded under one line. It prints what it is given and counts nothing. */

import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';

export interface WorkingProps {
  readonly steps: readonly string[];
  /** the line to fold out; "How this is counted" when left out */
  readonly summary?: Child;
  readonly open?: boolean;
}

export function Working({ steps, summary, open }: WorkingProps) {
  return (
    <details class="working" open={open === true}>
      <summary>{summary ?? t('ui.working')}</summary>
      <ol>
        {steps.map((step) => (
          <li>{step}</li>
        ))}
      </ol>
    </details>
  );
}
