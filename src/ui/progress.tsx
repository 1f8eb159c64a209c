/**
 * Long work as a page shows it: rendered by the server each time, reloaded by `<meta http-equiv="refresh">` while it runs, so it works without
 * JavaScript. Put `refreshHead(done)` into the page's `head`.
 */
import type { Child } from 'hono/jsx';
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

/** Reloads the page every `seconds` until the work is done; goes to `then` once it is. */
export function refreshHead(done: boolean, seconds = 2, then?: string) {
  if (done) return then ? <meta http-equiv="refresh" content={`0; url=${then}`} /> : null;
  return <meta http-equiv="refresh" content={String(seconds)} />;
}
