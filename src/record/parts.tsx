/** Parts that the pages of a record share: its head with the time line, tabs, and words for clocks and cells. Pure props. */

import type { Child } from 'hono/jsx';
import type { ClockState } from '../rooms/clock/rules.ts';
import { AsOf } from '../ui/asof.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { Tabs } from '../ui/table.tsx';
import { dateText, Time, timeText } from '../ui/time.tsx';
import { count } from '../ui/words.ts';
import { MANY } from './changes.ts';
import { type LastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { lastNoon } from './noon.ts';
import { entryPath, href, recordPath } from './paths.ts';

export { entryPath, href, recordPath, servicePath } from './paths.ts';

const days = (n: number) => count(n, 'day');

/** What follows "paused": by whom and since when, and the due date where it is known. */
export function pausedText(clock: Extract<ClockState, { state: 'paused' }>): string {
  const by = clock.by === 'stay' ? 'by an order' : 'by the issuer';
  const since = clock.sinceOn === null ? '' : ` since ${dateText(clock.sinceOn)}`;
  return `${by}${since}${clock.dueOn === null ? '' : `, due ${dateText(clock.dueOn)}`}`;
}

/** What follows the clock's word: "23 Feb 2018, 29 days". */
export function clockText(clock: ClockState): string {
  switch (clock.state) {
    case 'running':
      return `${dateText(clock.dueOn)}, ${days(clock.days)}`;
    case 'overdue':
      return `${dateText(clock.dueOn)}, ${days(clock.days)}`;
    case 'paused':
      return pausedText(clock);
    case 'stopped':
      return clock.late ? `after the due date, ${dateText(clock.dueOn)}` : '';
    case 'unknown':
      return `after ${dateText(clock.dueOn)}, the due date`;
    case 'revoked':
      return '';
  }
}

export const TABS = [
  'Board',
  'Map',
  'Timeline',
  'People',
  'Meetings',
  'Statements',
  'Figures',
  'Orders',
  'Consequences',
  'Documents',
  'Changes',
] as const;

export interface HeadProps {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly now: Date;
  readonly tab: (typeof TABS)[number];
  /** public entries since noon */
  readonly recent?: number;
  /** address of the form; default: the record's own page */
  readonly action?: string;
  readonly keep?: Readonly<Record<string, string>>;
}

/** Crumbs, title, label, time line, tabs. The changes page has a form of its own instead of the time line. */
export function RecordHead(props: HeadProps & { readonly timeLine?: boolean }) {
  const { matter, moment, now, tab, recent } = props;
  const base = recordPath(matter);
  const keep = momentParams(moment);
  const since = lastNoon(moment.at, moment.zone);
  const changes =
    recent === undefined || recent === 0 || moment.axis === 'happened'
      ? undefined
      : {
          text: `${recent > MANY ? `More than ${count(MANY, 'entry', 'entries')}` : count(recent, 'entry', 'entries')} since ${timeText(since, moment.zone).text}`,
          href: href(`${base}/changes`, { from: since.toISOString(), to: moment.at.toISOString() }),
        };
  return (
    <>
      <Heading
        title={matter.title}
        tags={matter.example ? ['example'] : []}
        lead={matter.summary === '' ? undefined : matter.summary}
        crumbs={[{ text: 'Public records', href: '/records' }]}
      />
      {moment.problem ? (
        <Notice tone="bad" title="This time cannot be shown">
          <p>{moment.problem} Choose another time below.</p>
        </Notice>
      ) : null}
      {props.timeLine === false ? null : (
        <AsOf
          action={props.action ?? base}
          asOf={moment.asOf}
          now={now}
          axis={moment.axis}
          zone={moment.zone}
          moments={`/api/v1/records/${matter.slug}/moments`}
          {...(props.keep ? { keep: props.keep } : {})}
          {...(changes ? { changes } : {})}
        />
      )}
      <Tabs
        label="Views of this record"
        current={tab}
        tabs={[
          { text: 'Board', href: href(base, keep) },
          { text: 'Map', href: href(`${base}/map`, keep) },
          { text: 'Timeline', href: href(`${base}/timeline`, keep) },
          { text: 'People', href: href(`${base}/people`, keep) },
          { text: 'Meetings', href: href(`${base}/meetings`, keep) },
          { text: 'Statements', href: href(`${base}/statements`, keep) },
          { text: 'Figures', href: href(`${base}/figures`, keep) },
          { text: 'Orders', href: href(`${base}/orders`, keep) },
          { text: 'Consequences', href: href(`${base}/consequences`, keep) },
          { text: 'Documents', href: href(`${base}/documents`, keep) },
          { text: 'Changes', href: `${base}/changes` },
        ]}
      />
    </>
  );
}

/** Where programs find the feeds of a record. */
export const FeedLinks = ({ matter }: { matter: PublicMatter }) => (
  <>
    <link rel="alternate" type="application/atom+xml" title={matter.title} href={`${recordPath(matter)}/feed.atom`} />
    <link rel="alternate" type="application/feed+json" title={matter.title} href={`${recordPath(matter)}/feed.json`} />
  </>
);

/** "Last updated … · log position N · receipt" under every view. */
export function LastUpdated({
  matter,
  last,
  zone,
  children,
}: {
  matter: PublicMatter;
  last: LastEntry | null;
  zone: string;
  children?: Child;
}) {
  if (!last) return null;
  return (
    <p class="record-last soft">
      Last updated <Time at={last.updatedAt} zone={zone} seconds /> · log position{' '}
      {last.position.toLocaleString('en-US')} · <a href={entryPath(matter, last.entry)}>receipt of this entry</a>
      {children} · follow:{' '}
      <a href={`${recordPath(matter)}/feed.atom`}>
        Atom<span class="usa-sr-only"> feed</span>
      </a>
      ,{' '}
      <a href={`${recordPath(matter)}/feed.json`}>
        JSON<span class="usa-sr-only"> feed</span>
      </a>
      , <a href={`${recordPath(matter)}/follow`}>mail</a>
    </p>
  );
}
