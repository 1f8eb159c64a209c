/** The desk: what waits today beside the list of matters. The first page of staff; it decides nothing. */

import { num, t, wordOf } from '../base/language.ts';
import { type Ctx, type Route, staff, VIEWER } from '../base/route.ts';
import { CALENDAR, reachWords } from '../rooms/clock/calendar-form.tsx';
import { headOf, type Moved, movedSince, seenBy } from '../rooms/moved/view.ts';
import { zoneOf } from '../ui/context.ts';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Table } from '../ui/table.tsx';
import { dateText, Time } from '../ui/time.tsx';
import { openAlarms } from '../witness/alarms.ts';
import { type Held, matterLines, type Today, todayOf, type Waiting } from './desk-facts.ts';
import { stepKindWord } from './desk-steps.ts';
import { WRITING, WritingList, type WritingLists, writingLists } from './desk-writing.tsx';

function Part(props: {
  title: string;
  waiting: readonly Waiting[];
  words: (one: Waiting) => string;
  href: (one: Waiting) => string;
}) {
  if (props.waiting.length === 0) return null;
  return (
    <section>
      <h3>{props.title}</h3>
      <ul class="entries">
        {props.waiting.map((one) => (
          <li>
            <a href={props.href(one)}>{props.words(one)}</a>
            <div class="entries__when">{one.title}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const board = (one: Waiting, query: string) => `/desk/requests/${one.request}?${query}`;

/** Lines of moved dates on the desk; the page of all of them has the rest. */
const MOVED_LINES = 5;

/** What holds a clock: an order by its name, a cause in its words, or the reason as it was written. */
const causeWord = ({ cause }: Pick<Held, 'cause'>) =>
  cause === '' ? t('desk.today.paused.no-reason') : wordOf(`words.cause.${cause.replaceAll(' ', '-')}`, cause);

const toldWords = (on: string | null) => (on === null ? t('desk.today.told.paused') : dateText(on));

function MovedPart({ moved }: { moved: readonly Moved[] }) {
  if (moved.length === 0) return null;
  return (
    <section>
      <h3>{t('desk.today.moved')}</h3>
      <ul class="entries">
        {moved.slice(0, MOVED_LINES).map((one) => (
          <li>
            {one.n > 1 ? (
              <a href={`/desk/requests/${one.request}/board`}>{t('ui.count.recipients', { n: one.n })}</a>
            ) : (
              rich('desk.today.moved.one', {
                a: (words) => <a href={`/desk/services/${one.service}#clock`}>{words}</a>,
                name: one.name,
                before: toldWords(one.before),
                after: toldWords(one.after),
              })
            )}
            <div class="entries__when">
              {rich('desk.today.moved.why', {
                reason: one.reason,
                a: (words) => (
                  <a href={`/desk/services/${one.service}/receipts/${one.entry}.pdf`} download>
                    {words}
                  </a>
                ),
                more: quiet,
                name: one.name,
              })}
            </div>
          </li>
        ))}
      </ul>
      <p>
        <a href="/desk/moved">{moved.length > MOVED_LINES ? t('desk.today.moved.all') : t('desk.today.moved.seen')}</a>
      </p>
    </section>
  );
}

function TodayColumn(props: { today: Today; moved: readonly Moved[]; writing: WritingLists; zone: string }) {
  const { today, moved, writing, zone } = props;
  const waits = [...Object.values(today), writing.toReview, writing.sentBack, writing.mine];
  const empty = moved.length === 0 && waits.every((part) => part.length === 0);
  return (
    <section aria-labelledby="today">
      <h2 id="today">{t('desk.today.title')}</h2>
      {empty ? <p>{t('desk.today.empty')}</p> : null}
      {today.serving.length > 0 ? (
        <section>
          <h3>{t('desk.today.serving')}</h3>
          <ul class="entries">
            {today.serving.map((one) => (
              <li>
                <a href={`/desk/drafts/${one.draft}/serving`}>
                  {one.trouble ? t('desk.today.serving.stopped') : t('desk.today.serving.under-way')}
                </a>
                <div class="entries__when">{one.title}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {today.recounting.length > 0 ? (
        <section>
          <h3>{t('desk.today.recounting')}</h3>
          <ul class="entries">
            {today.recounting.map((one) => (
              <li>
                {reachWords(one)}
                <div class="entries__when">{one.reason}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Part
        title={t('desk.today.to-review')}
        waiting={today.toReview}
        words={(one) => t('desk.today.to-review.n', { n: one.n })}
        href={(one) => board(one, 'determination=to+review')}
      />
      {today.moreTime.length > 0 ? (
        <section>
          <h3>{t('desk.today.more-time')}</h3>
          <ul class="entries">
            {today.moreTime.map((one) => (
              <li>
                <a href={`/desk/services/${one.service}/clock`}>
                  {t('desk.today.more-time.until', { name: one.name, date: dateText(one.until, true) })}
                </a>
                <div class="entries__when">{one.title}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <WritingList title={t('desk.writing.to-review')} lines={writing.toReview} zone={zone} level={3} />
      <WritingList title={t('desk.writing.sent-back')} lines={writing.sentBack} zone={zone} level={3} />
      <WritingList title={t('desk.today.drafts')} lines={writing.mine} zone={zone} level={3} />
      <MovedPart moved={moved} />
      <Part
        title={t('desk.today.overdue')}
        waiting={today.overdue}
        words={(one) => t('desk.today.overdue.since', { n: one.n, date: dateText(one.day ?? '') })}
        href={(one) => board(one, 'clock=overdue')}
      />
      <Part
        title={t('desk.today.due-soon')}
        waiting={today.dueSoon}
        words={(one) => t('desk.today.due-soon.by', { n: one.n, date: dateText(one.day ?? '', true) })}
        href={(one) => board(one, 'clock=due+soon')}
      />
      {today.paused.length > 0 ? (
        <section>
          <h3>{t('desk.today.paused')}</h3>
          <ul class="entries">
            {today.paused.map((one) => (
              <li>
                <a href={board(one, one.by === 'stay' ? 'clock=stayed' : 'clock=tolled')}>
                  {one.by === 'stay'
                    ? t('desk.today.paused.stay', { n: one.n, cause: causeWord(one) })
                    : t('desk.today.paused.cause', { n: one.n, cause: causeWord(one) })}
                </a>
                <div class="entries__when">{one.title}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {today.nextSteps.length > 0 ? (
        <section>
          <h3>{t('desk.today.steps')}</h3>
          <ul class="entries">
            {today.nextSteps.map((one) => (
              <li>
                <a href={`/desk/requests/${one.request}/steps/${one.step}`}>
                  {t('desk.today.paused.cause', { n: one.n, cause: stepKindWord(one.kind) })}
                </a>
                <div class="entries__when">{one.title}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Part
        title={t('desk.today.failed')}
        waiting={today.failed}
        words={(one) => t('ui.count.letters', { n: one.n })}
        href={(one) => `/desk/requests/${one.request}/letters?state=failed`}
      />
      <p>
        <a href="/desk/letters">{t('desk.today.letters')}</a> · <a href="/desk/moved">{t('desk.today.dates')}</a>
      </p>
      <p>
        <a href={CALENDAR}>{t('desk.today.calendar')}</a> ·{' '}
        <a href="/account/calendar">{t('desk.today.calendar.mine')}</a>
      </p>
      <p>
        <a href={WRITING}>{t('desk.today.writing')}</a> · <a href="/desk/review">{t('desk.today.review')}</a>
      </p>
      <p>
        <a href="/desk/directory">{t('desk.today.directory')}</a>
      </p>
      <p>
        <a href="/desk/people">{t('desk.today.people')}</a>
      </p>
      <p>
        <a href="/desk/team">{t('desk.today.team')}</a>
      </p>
      <p>
        <a href="/desk/log">{t('desk.today.log')}</a>
      </p>
    </section>
  );
}

async function getDesk(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const actor = staff(c);
  const [today, matters, alarms, writing] = await Promise.all([
    todayOf(services.db, actor.party, new Date(services.clock.now())),
    matterLines(services.db, actor.party),
    openAlarms(services.db),
    writingLists(services.db, actor),
  ]);
  const { seen } = await seenBy(services.db, actor, services.clock.now());
  const upTo = await headOf(services.db);
  const moved = await movedSince(services.db, actor.party, { after: seen, upTo, limit: MOVED_LINES + 1 });
  const zone = zoneOf(c);
  const writes = actor.role !== 'viewer';
  return page(
    c,
    { title: t('ui.nav.desk'), area: 'staff', wide: true },
    <>
      {alarms > 0 ? (
        <Notice tone="bad" title={t('desk.today.alarm')}>
          <p>{rich('desk.today.alarm.what', { a: (words) => <a href="/desk/log#alarms">{words}</a> })}</p>
        </Notice>
      ) : null}
      {c.req.query('welcome') === 'passkey' ? (
        <Notice tone="good" title={t('desk.today.welcome')}>
          <p>
            {rich('desk.today.welcome.what', {
              passkey: (words) => <a href="/account#passkeys">{words}</a>,
              team: (words) => <a href="/desk/team">{words}</a>,
            })}
          </p>
        </Notice>
      ) : null}
      <Heading title={t('ui.nav.desk')} lead={actor.partyName} />
      <div class="beside">
        <TodayColumn today={today} moved={moved} writing={writing} zone={zone} />
        <div>
          <h2 id="matters">{t('desk.matters.title')}</h2>
          <Table
            caption={t('desk.matters.title')}
            quietCaption
            rows={matters}
            empty={{
              what: t('desk.matters.none'),
              how: writes ? t('desk.matters.first') : t('desk.matters.by-editor'),
              ...(writes ? { action: { text: t('desk.matters.open'), href: '/desk/matters/new' } } : {}),
            }}
            columns={[
              {
                head: t('desk.matters.matter'),
                names: true,
                cell: (m) => <a href={`/desk/matters/${m.id}`}>{m.title}</a>,
              },
              { head: t('desk.matter.requests'), numeric: true, cell: (m) => num(m.requests) },
              { head: t('desk.matter.drafts'), numeric: true, cell: (m) => num(m.drafts) },
              {
                head: t('desk.matters.who'),
                cell: (m) => (m.audience === 'public' ? t('desk.matters.everyone') : t('desk.matters.parties')),
              },
              { head: t('desk.matters.opened'), cell: (m) => <Time at={m.opened} zone={zone} /> },
            ]}
          />
          {matters.length > 0 && writes ? (
            <p>
              <a class="usa-button" href="/desk/matters/new">
                {t('desk.matters.open')}
              </a>
            </p>
          ) : null}
        </div>
      </div>
    </>,
  );
}

export const deskRoutes: readonly Route[] = [{ method: 'GET', path: '/desk', access: VIEWER, handler: getDesk }];
