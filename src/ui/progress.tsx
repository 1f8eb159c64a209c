/**
 * Long work as a page shows it: rendered by the server each time. Put `LookAgain` below it, and its script into the page: without a script the
 * page stands still until it is asked again.
 */
import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import type { Ctx } from '../base/route.ts';

export interface ProgressProps {
  /** what is being done: "Serving 90,837 parties" */
  readonly what: string;
  readonly done: number;
  /** null while unknown */
  readonly total: number | null;
  /** what is counted, in words: `(n) => t('ui.count.letters', { n })` */
  readonly unit: (n: number) => string;
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
          ? unit(done)
          : finished
            ? t('ui.progress.done', { total: unit(total) })
            : t('ui.progress.so-far', {
                done,
                total: unit(total),
                percent: Math.floor((100 * done) / Math.max(total, 1)),
              })}
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
    <p data-again={done} data-download={t('desk.script.again.download')}>
      <a href={c.req.path}>{t('ui.progress.again')}</a>
    </p>
  );
}
