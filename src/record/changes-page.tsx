/** What changed in a record between two times: new, changed, late, corrected. A plain form asks for the two times. */
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { readAsOf } from '../ui/asof.tsx';
import { zoneOf } from '../ui/context.ts';
import { Empty } from '../ui/empty.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { Pages } from '../ui/table.tsx';
import { localInput, Time } from '../ui/time.tsx';
import { disposition, finding } from '../ui/words.ts';
import { cachePublic, SETTLED_SECONDS } from './caching.ts';
import { CHANGES, CHANGES_SIZE, type Change, changesBetween } from './changes.ts';
import { momentOf, publicMatter } from './matter.ts';
import { DAY } from './model.ts';
import { href, RecordHead, recordPath, tabWord } from './parts.tsx';
import { queryOf } from './record-page.tsx';
import { Entry } from './timeline-page.tsx';

/** An instant with zone, or a wall clock in `zone`; null for anything else. */
const timeOf = (text: string, zone: string): Date | null => readAsOf({ asOf: text, tz: zone }, zone).asOf;

async function changes(c: Ctx): Promise<Response> {
  const { db, clock } = c.get('services');
  const now = new Date(clock.now());
  const matter = await publicMatter(db, c.req.param('slug') ?? '');
  const zone = zoneOf(c);
  const query = queryOf(c);
  const [fromText, toText] = [query.from ?? '', query.to ?? ''];
  const to = toText === '' ? now : timeOf(toText, zone);
  const from = fromText === '' ? new Date((to ?? now).getTime() - 7 * DAY) : timeOf(fromText, zone);
  const bad = !from || !to ? t('record.changes.no-time') : from > to ? t('record.changes.order') : null;
  const action = `${recordPath(matter)}/changes`;
  const shown = { from: from ?? new Date(now.getTime() - 7 * DAY), to: to ?? now };
  const moment = { ...momentOf({}, zone, now), at: shown.to };
  const at = Math.max(1, Math.trunc(Number(query.page)) || 1);
  const found = bad || !from || !to ? null : await changesBetween(db, matter.id, from, to, at, now);
  if (found && to && to.getTime() < now.getTime() - 60_000) cachePublic(c, SETTLED_SECONDS);
  else if (found) cachePublic(c, 10);
  else c.header('Cache-Control', 'no-store');
  const pages = found ? Math.ceil(found.total / CHANGES_SIZE) : 1;
  const times = { from: <Time at={shown.from} zone={zone} />, to: <Time at={shown.to} zone={zone} /> };
  return page(
    c,
    { title: `${tabWord('changes')} · ${matter.title}`, area: 'public', wide: true, status: bad ? 422 : 200 },
    <>
      <RecordHead matter={matter} moment={moment} now={now} tab="changes" timeLine={false} />
      {bad ? (
        <Notice tone="bad" title={t('record.changes.bad')}>
          <p>{t('record.changes.bad.how', { problem: bad })}</p>
        </Notice>
      ) : null}
      <form class="asof" method="get" action={action} aria-label={t('record.changes.between')}>
        <input type="hidden" name="tz" value={zone} />
        <label class="asof__when">
          <span class="asof__label">{t('record.changes.after')}</span>
          <input class="usa-input" type="datetime-local" name="from" value={localInput(shown.from, zone)} />
        </label>
        <label class="asof__when">
          <span class="asof__label">{t('record.changes.up-to')}</span>
          <input class="usa-input" type="datetime-local" name="to" value={localInput(shown.to, zone)} />
        </label>
        <button class="usa-button usa-button--outline asof__show" type="submit">
          {t('record.show')}
        </button>
      </form>
      {found ? (
        <>
          <p>
            {found.served > 0
              ? rich('record.changes.total-served', { n: found.total + found.served, served: found.served, ...times })
              : rich('record.changes.total', { n: found.total, ...times })}
          </p>
          {found.total + found.served === 0 ? (
            <Empty what={t('record.changes.none')} how={t('record.changes.none.how')} />
          ) : (
            CHANGES.map((kind) => {
              const rows = found.rows.filter((row) => row.change === kind);
              return rows.length === 0 ? null : (
                <section aria-labelledby={kind}>
                  <h2 id={kind}>
                    {t(`record.changes.${kind}`)}{' '}
                    <span class="soft changes__plain">{t(`record.changes.${kind}.plain`)}</span>
                  </h2>
                  <ol class="entries">
                    {rows.map((row) => (
                      <li>
                        <Entry told={row} matter={matter} zone={zone} />
                        <Before row={row} />
                      </li>
                    ))}
                  </ol>
                </section>
              );
            })
          )}
          <Pages
            page={at}
            pages={pages}
            href={(p) => href(action, { from: shown.from.toISOString(), to: shown.to.toISOString(), page: String(p) })}
          />
        </>
      ) : null}
    </>,
  );
}

function Before({ row }: { row: Change }) {
  if (row.before === null) return null;
  const word = row.entry.kind === 'item.answered' ? disposition(row.before).word : finding(row.before).word;
  return <p class="soft">{t('record.changes.before', { word })}</p>;
}

export const changesRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/changes', access: ANYONE, handler: changes },
];
