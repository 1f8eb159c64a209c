/**
 * The line at the top of every record page: as of when it is true, and on which axis. A plain GET form that works without
 * JavaScript; the page reads `asOf`, `axis` and `tz` back through `readAsOf`.
 */
import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import { isZone } from './context.ts';
import { rich } from './rich.tsx';
import { asOfWords } from './script-words.ts';
import { localInput, Time } from './time.tsx';

/** `happened`: what had happened by then, as known today. `known`: what the record showed then. */
export type Axis = 'happened' | 'known';

export interface AsOfProps {
  /** address that the form goes to, without query */
  readonly action: string;
  /** the instant that the page shows; null for now */
  readonly asOf: Date | null;
  readonly now: Date;
  readonly axis: Axis;
  readonly zone: string;
  /** query parameters to keep (filters, sorting) */
  readonly keep?: Readonly<Record<string, string>>;
  /** the same where a name may come more than once */
  readonly pairs?: readonly (readonly [string, string])[];
  /** "4 changes since 24 Jan, 12:00" and where they are listed */
  readonly changes?: { readonly text: string; readonly href: string };
  /** where a script finds the moments that there are, for a slider (src/islands/asof.ts) */
  readonly moments?: string;
  readonly children?: Child;
}

export function AsOf(props: AsOfProps) {
  const at = props.asOf ?? props.now;
  return (
    <form
      class="asof"
      method="get"
      action={props.action}
      aria-label={t('ui.asof.label')}
      data-moments={props.moments}
      data-asof={props.asOf?.toISOString()}
      data-words={asOfWords()}
    >
      {[...Object.entries(props.keep ?? {}), ...(props.pairs ?? [])].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="tz" value={props.zone} />
      <p class="asof__state">
        {rich(props.asOf === null ? 'ui.asof.now' : 'ui.asof.then', {
          at: (
            <strong>
              <Time at={at} zone={props.zone} />
            </strong>
          ),
        })}
      </p>
      <label class="asof__when">
        <span class="asof__label">{t('ui.asof.when')}</span>
        <input class="usa-input" type="datetime-local" name="asOf" value={localInput(at, props.zone)} />
      </label>
      <fieldset class="asof__axis">
        <legend class="usa-sr-only">{t('ui.asof.axis')}</legend>
        <label>
          <input type="radio" name="axis" value="happened" checked={props.axis === 'happened'} />{' '}
          {t('ui.asof.happened')}
        </label>
        <label>
          <input type="radio" name="axis" value="known" checked={props.axis === 'known'} /> {t('ui.asof.known')}
        </label>
      </fieldset>
      <button class="usa-button usa-button--outline asof__show" type="submit">
        {t('ui.asof.show')}
      </button>
      <p class="asof__more">
        {props.asOf !== null ? <a href={nowHref(props)}>{t('ui.asof.show-now')}</a> : null}
        {props.changes ? <a href={props.changes.href}>{props.changes.text}</a> : null}
        {props.children}
      </p>
    </form>
  );
}

/** The same page now, with what was asked for. */
function nowHref({ action, keep, pairs }: AsOfProps): string {
  const query = new URLSearchParams(
    [...Object.entries(keep ?? {}), ...(pairs ?? [])].map(([name, value]) => [name, value]),
  );
  const text = query.toString();
  return text === '' ? action : `${action}?${text}`;
}

const WALL = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?$/;

/** The instant at which a wall clock in `zone` shows `wall` (`YYYY-MM-DD[THH:MM[:SS]]`); null where the text is no such time. */
export function instantOf(wall: string, zone: string): Date | null {
  const m = WALL.exec(wall);
  if (!m) return null;
  const asUtc = new Date(
    `${m[1]}-${m[2]}-${m[3]}T${m[4] ?? '00'}:${m[5] ?? '00'}:${m[6] ?? '00'}.${(m[7] ?? '0').padEnd(3, '0')}Z`,
  );
  // The second test refuses days that no month has (30 February rolls over to March).
  if (Number.isNaN(asUtc.getTime()) || asUtc.getUTCDate() !== Number(m[3])) return null;
  // Two rounds settle the offset on both sides of a change of clocks.
  let at = asUtc.getTime();
  for (let i = 0; i < 2; i++) {
    const shown = new Date(`${localInput(new Date(at), zone)}:00Z`).getTime();
    at += asUtc.getTime() - (asUtc.getTime() % 60_000) - shown;
  }
  return new Date(at);
}

/**
 * Reads `asOf` (RFC 3339 with `Z` or offset, or a wall clock in `tz`), `axis` and `tz` from a query. Whatever is malformed is left
 * out, and `problem` says so in a sentence for the page.
 */
export function readAsOf(
  query: Readonly<Record<string, string>>,
  zone: string,
): { readonly asOf: Date | null; readonly axis: Axis; readonly zone: string; readonly problem: string | null } {
  const used = query.tz && isZone(query.tz) ? query.tz : zone;
  const axis: Axis = query.axis === 'happened' ? 'happened' : 'known';
  const text = query.asOf ?? '';
  if (text === '') return { asOf: null, axis, zone: used, problem: null };
  const exact = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? new Date(text)
    : null;
  const asOf = exact && !Number.isNaN(exact.getTime()) ? exact : instantOf(text, used);
  const problem = asOf ? null : t('ui.asof.problem');
  return { asOf, axis, zone: used, problem };
}
