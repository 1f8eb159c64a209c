/** An empty state: says what will be here and how it gets here. */
import type { Child } from 'hono/jsx';

export interface EmptyProps {
  /** what will be here: "No requests yet" */
  readonly what: string;
  /** how it gets here, one sentence */
  readonly how?: Child;
  readonly action?: { readonly text: string; readonly href: string };
}

export function Empty({ what, how, action }: EmptyProps) {
  return (
    <div class="empty">
      <p class="empty__what">{what}</p>
      {how ? <p>{how}</p> : null}
      {action ? (
        <p>
          <a class="usa-button" href={action.href}>
            {action.text}
          </a>
        </p>
      ) : null}
    </div>
  );
}
