/** Parts that the pages of a record share: its head with the time line, tabs, and words for clocks and cells. Pure props. */

import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
import type { ClockState } from '../rooms/clock/rules.ts';
import { AsOf } from '../ui/asof.tsx';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Tabs } from '../ui/table.tsx';
import { dateText, Time, timeText } from '../ui/time.tsx';
import { MANY } from './changes.ts';
import { type LastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { lastNoon } from './noon.ts';
import { entryPath, feedPath, href, recordPath } from './paths.ts';

export { entryPath, href, recordPath, servicePath } from './paths.ts';

/** What follows "paused": by whom and since when, and the due date where it is known. */
export function pausedText(clock: Extract<ClockState, { state: 'paused' }>): string {
  const { by } = clock;
  const [since, due] = [clock.sinceOn && dateText(clock.sinceOn), clock.dueOn && dateText(clock.dueOn)];
  if (since === null) return due === null ? t('record.paused', { by }) : t('record.paused.due', { by, due });
  return due === null ? t('record.paused.since', { by, since }) : t('record.paused.since-due', { by, since, due });
}

/** What follows the clock's word: "23 Feb 2018, 29 days". */
export function clockText(clock: ClockState): string {
  switch (clock.state) {
    case 'running':
    case 'overdue':
      return t('record.clock.days', { date: dateText(clock.dueOn), n: clock.days });
    case 'paused':
      return pausedText(clock);
    case 'stopped':
      return clock.late ? t('record.clock.late', { date: dateText(clock.dueOn) }) : '';
    case 'unknown':
      return t('record.clock.unknown', { date: dateText(clock.dueOn) });
    case 'revoked':
      return '';
  }
}

/** Views of a record; each but the board is a path of its own. */
const TABS = [
  'board',
  'map',
  'timeline',
  'people',
  'meetings',
  'statements',
  'figures',
  'orders',
  'consequences',
  'documents',
  'changes',
] as const;
export type Tab = (typeof TABS)[number];

/** What a view is called. */
export const tabWord = (tab: Tab): string => t(`record.tab.${tab}`);

export interface HeadProps {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly now: Date;
  readonly tab: Tab;
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
          text: t(recent > MANY ? 'record.head.more-since' : 'record.head.since', {
            n: Math.min(recent, MANY),
            at: timeText(since, moment.zone).text,
          }),
          href: href(`${base}/changes`, { from: since.toISOString(), to: moment.at.toISOString() }),
        };
  return (
    <>
      <Heading
        title={matter.title}
        tags={matter.example ? [t('record.example')] : []}
        lead={matter.summary === '' ? undefined : matter.summary}
        crumbs={[{ text: t('record.public-records'), href: '/records' }]}
      />
      {moment.problem ? (
        <Notice tone="bad" title={t('record.bad-time')}>
          <p>{t('record.bad-time.choose', { problem: moment.problem })}</p>
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
        label={t('record.views')}
        current={tabWord(tab)}
        tabs={TABS.map((one) => ({
          text: tabWord(one),
          href: one === 'changes' ? `${base}/changes` : href(one === 'board' ? base : `${base}/${one}`, keep),
        }))}
      />
    </>
  );
}

/** Where programs find the feeds of a record. */
export const FeedLinks = ({ matter }: { matter: PublicMatter }) => (
  <>
    <link rel="alternate" type="application/atom+xml" title={matter.title} href={feedPath(matter, 'atom')} />
    <link rel="alternate" type="application/feed+json" title={matter.title} href={feedPath(matter, 'json')} />
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
      {rich('record.last', {
        at: <Time at={last.updatedAt} zone={zone} seconds />,
        position: last.position,
        a: (words) => <a href={entryPath(matter, last.entry)}>{words}</a>,
      })}
      {children} ·{' '}
      {rich('record.last.follow', {
        atom: (words) => <a href={feedPath(matter, 'atom')}>{words}</a>,
        json: (words) => <a href={feedPath(matter, 'json')}>{words}</a>,
        mail: (words) => <a href={`${recordPath(matter)}/follow`}>{words}</a>,
        more: quiet,
      })}
    </p>
  );
}
