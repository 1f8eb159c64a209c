/** A record's timeline: its public entries in the order in which things happened, newest last. Shows only what is public. */

import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { Empty } from '../ui/empty.tsx';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Pages } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { cacheRecord } from './caching.ts';
import { recentAt } from './changes.ts';
import { cutAt } from './cut.ts';
import { RecordEnd, recordOptions } from './frame.tsx';
import { lastEntry, momentParams, type PublicMatter } from './matter.ts';
import { entryPath, href, RecordHead, recordPath, servicePath, tabWord } from './parts.tsx';
import { opened, queryOf, wrongTime } from './record-page.tsx';
import { type Told, timeline } from './timeline.ts';

const SIZE = 50;

/** One entry of a list: what, when it happened, when it was written here, its own page. */
export function Entry({ told, matter, zone }: { told: Told; matter: PublicMatter; zone: string }) {
  const { entry } = told;
  const occurred = new Date(entry.occurredAt);
  const recorded = new Date(entry.recordedAt);
  return (
    <>
      <p class="entries__title">
        {told.title}
        {told.recipient ? (
          <>
            {' '}
            · <a href={servicePath(matter, told.recipient.service)}>{told.recipient.name}</a>
          </>
        ) : null}
      </p>
      {told.text ? <p>{told.text}</p> : null}
      <p class="soft">
        {entry.kind === 'request.issued' ? (
          <>{rich('record.line.board', { a: (words) => <a href={recordPath(matter)}>{words}</a> })} · </>
        ) : null}
        {rich('record.line', {
          occurred: <Time at={occurred} zone={zone} dayOnly={told.dayOnly} />,
          recorded: <Time at={recorded} zone={zone} />,
          position: told.position,
          a: (words) => <a href={entryPath(matter, entry.id)}>{words}</a>,
          more: quiet,
        })}
      </p>
    </>
  );
}

async function timelinePage(c: Ctx): Promise<Response> {
  const wrong = await wrongTime(c, 'timeline');
  if (wrong) return wrong;
  const { matter, moment, now } = await opened(c);
  const { db } = c.get('services');
  const base = `${recordPath(matter)}/timeline`;
  const cut = await cutAt(db, moment.now, moment.point);
  const wanted = Number(queryOf(c).page ?? '0');
  const list = await timeline(db, matter.id, cut, Number.isSafeInteger(wanted) ? wanted : 0, SIZE);
  const last = await lastEntry(db, matter.id, cut);
  cacheRecord(c, moment, last, now);
  const shown = { matter, moment, last, path: base };
  return page(
    c,
    recordOptions(c, shown, tabWord('timeline')),
    <>
      <RecordHead
        {...{ matter, moment, now }}
        tab="timeline"
        action={base}
        recent={await recentAt(db, matter.id, cut, moment)}
      />
      <h2>{t('record.timeline')}</h2>
      {list.rows.length === 0 ? (
        <Empty what={t('record.timeline.none')} how={t('record.timeline.none.how')} />
      ) : (
        <ol class="entries">
          {list.rows.map((told) => (
            <li id={`e-${told.position}`}>
              <Entry told={told} matter={matter} zone={moment.zone} />
            </li>
          ))}
        </ol>
      )}
      <Pages
        page={list.page}
        pages={list.pages}
        href={(p) => href(base, { ...momentParams(moment), page: String(p) })}
      />
      <RecordEnd c={c} shown={shown} />
    </>,
  );
}

export const timelineRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/timeline', access: ANYONE, handler: timelinePage },
];
