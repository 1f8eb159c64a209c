/**
 * Long work as a page shows it: rendered by the server each time. Put `LookAgain` below it, and its script into the page: without a script the
 * page stands still until it is asked again.
 */
import type { Child } from 'hono/jsx';
import type { Ctx } from '../base/route.ts';
import { count } from './words.ts';

export interface ProgressProps {
  /** what is being done: "Serving 90,837 parties" */
  readonly what: string;
  readonly done: number;
  /** null while unknown */
  readonly total: number | null;
  readonly unit: string;
  /** what is safe meanwhile: "You can close this page; the work goes on." */
  readonly children?: Child;
}

export function Progress({ what, done, total, unit, children }: ProgressProps) {
  const finished = total !== null && done >= total;
  return (
    <div class="progress">
      <label class="progress__what" for="progress">
        {what}
      </label>
      {total === null ? (
        <progress id="progress" />
      ) : (
        <progress id="progress" value={String(done)} max={String(Math.max(total, 1))} />
      )}
      <p class="progress__count" role="status">
        {total === null
          ? count(done, unit)
          : finished
            ? `Done: ${count(total, unit)}.`
            : `${done.toLocaleString('en-US')} of ${count(total, unit)} (${Math.floor((100 * done) / Math.max(total, 1))}%)`}
      </p>
      {children ? <p>{children}</p> : null}
    </div>
  );
}

/**
 * A page that waits: whoever reads it looks again when they like, by a link. Where scripts run, `islands: ['again']` looks by itself and changes
 * only what changed, so nobody loses their place; a page that reloads itself would throw people who listen to it back to its beginning.
 */
export function LookAgain({
  c,
  done,
}: {
  readonly c: Ctx /** said to who listens, once there is nothing left to wait for */;
  readonly done: string;
}) {
  return (
    <p data-again={done}>
      <a href={c.req.path}>Look again</a>
    </p>
  );
}
