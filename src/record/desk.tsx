/** The desk: what waits today beside the list of matters. The first page of staff; it decides nothing. */
import { type Ctx, type Route, staff, VIEWER } from '../base/route.ts';
import { CALENDAR, reachWords } from '../rooms/clock/calendar-form.tsx';
import { headOf, type Moved, movedSince, seenBy } from '../rooms/moved/view.ts';
import { zoneOf } from '../ui/context.ts';
import { Heading } from '../ui/heading.tsx';
import { Notice } from '../ui/notice.tsx';
import { page } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';
import { dateText, Time } from '../ui/time.tsx';
import { openAlarms } from '../witness/alarms.ts';
import { matterLines, type Today, todayOf, type Waiting } from './desk-facts.ts';
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

const people = (n: number, does: string, do_: string) => `${n.toLocaleString('en-US')} ${n === 1 ? does : do_}`;
const board = (one: Waiting, query: string) => `/desk/requests/${one.request}?${query}`;

/** Lines of moved dates on the desk; the page of all of them has the rest. */
const MOVED_LINES = 5;

const toldWords = (on: string | null) => (on === null ? 'paused' : dateText(on));

function MovedPart({ moved }: { moved: readonly Moved[] }) {
  if (moved.length === 0) return null;
  return (
    <section>
      <h3>Moved since you looked</h3>
      <ul class="entries">
        {moved.slice(0, MOVED_LINES).map((one) => (
          <li>
            {one.n > 1 ? (
              <a href={`/desk/requests/${one.request}/board`}>{people(one.n, 'recipient', 'recipients')}</a>
            ) : (
              <>
                <a href={`/desk/services/${one.service}#clock`}>{one.name}</a>: {toldWords(one.before)} →{' '}
                {toldWords(one.after)}
              </>
            )}
            <div class="entries__when">
              {one.reason} ·{' '}
              <a href={`/desk/services/${one.service}/receipts/${one.entry}.pdf`} download>
                receipt<span class="usa-sr-only"> of what moved the date of {one.name}</span>
              </a>
            </div>
          </li>
        ))}
      </ul>
      <p>
        <a href="/desk/moved">{moved.length > MOVED_LINES ? 'All that moved' : 'I have seen these…'}</a>
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
      <h2 id="today">Today</h2>
      {empty ? <p>Nothing waits: no answer to review, nothing overdue, no letter that could not be sent.</p> : null}
      {today.serving.length > 0 ? (
        <section>
          <h3>Being served</h3>
          <ul class="entries">
            {today.serving.map((one) => (
              <li>
                <a href={`/desk/drafts/${one.draft}/serving`}>{one.trouble ? 'Stopped: look' : 'Under way'}</a>
                <div class="entries__when">{one.title}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {today.recounting.length > 0 ? (
        <section>
          <h3>Counted anew</h3>
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
        title="To review"
        waiting={today.toReview}
        words={(one) => `${people(one.n, 'recipient has', 'recipients have')} an answer to review`}
        href={(one) => board(one, 'determination=to+review')}
      />
      {today.moreTime.length > 0 ? (
        <section>
          <h3>More time, asked for</h3>
          <ul class="entries">
            {today.moreTime.map((one) => (
              <li>
                <a href={`/desk/services/${one.service}/clock`}>{`${one.name}: until ${dateText(one.until, true)}`}</a>
                <div class="entries__when">{one.title}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <WritingList title="Waiting for review" lines={writing.toReview} zone={zone} level={3} />
      <WritingList title="Sent back to me" lines={writing.sentBack} zone={zone} level={3} />
      <WritingList title="My drafts" lines={writing.mine} zone={zone} level={3} />
      <MovedPart moved={moved} />
      <Part
        title="Overdue"
        waiting={today.overdue}
        words={(one) => `${people(one.n, 'recipient', 'recipients')} since ${dateText(one.day ?? '')}`}
        href={(one) => board(one, 'clock=overdue')}
      />
      <Part
        title="Due soon"
        waiting={today.dueSoon}
        words={(one) => `${people(one.n, 'recipient', 'recipients')} by ${dateText(one.day ?? '', true)}`}
        href={(one) => board(one, 'clock=due+soon')}
      />
      {today.paused.length > 0 ? (
        <section>
          <h3>Paused</h3>
          <ul class="entries">
            {today.paused.map((one) => (
              <li>
                <a href={board(one, one.by === 'stay' ? 'clock=stayed' : 'clock=tolled')}>
                  {`${people(one.n, 'recipient', 'recipients')}: ${one.by === 'stay' ? `stayed by ${one.cause}` : one.cause}`}
                </a>
                <div class="entries__when">{one.title}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {today.nextSteps.length > 0 ? (
        <section>
          <h3>Due for the next step</h3>
          <ul class="entries">
            {today.nextSteps.map((one) => (
              <li>
                <a href={`/desk/requests/${one.request}/steps/${one.step}`}>
                  {`${people(one.n, 'recipient', 'recipients')}: ${one.kind}`}
                </a>
                <div class="entries__when">{one.title}</div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Part
        title="Letters that could not be sent"
        waiting={today.failed}
        words={(one) => people(one.n, 'letter', 'letters')}
        href={(one) => `/desk/requests/${one.request}/letters?state=failed`}
      />
      <p>
        <a href="/desk/letters">All letters</a> · <a href="/desk/moved">Due dates that moved</a>
      </p>
      <p>
        <a href={CALENDAR}>Calendar of your office</a> · <a href="/account/calendar">Due dates in your calendar</a>
      </p>
      <p>
        <a href={WRITING}>Drafts for the public record</a> · <a href="/desk/review">How you review</a>
      </p>
      <p>
        <a href="/desk/directory">Directory of parties</a>
      </p>
      <p>
        <a href="/desk/people">People in offices</a>
      </p>
      <p>
        <a href="/desk/team">Team</a>
      </p>
      <p>
        <a href="/desk/log">The log and its witnesses</a>
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
    { title: 'Desk', area: 'staff', wide: true },
    <>
      {alarms > 0 ? (
        <Notice tone="bad" title="Alarm: the log is in question">
          <p>
            A witness holds what this server does not, or a log showed two histories.{' '}
            <a href="/desk/log#alarms">See what happened</a> before more is written.
          </p>
        </Notice>
      ) : null}
      {c.req.query('welcome') === 'passkey' ? (
        <Notice tone="good" title="Your organisation is set up">
          <p>
            Next time, sign in with a code that is mailed to you, or faster:{' '}
            <a href="/account#passkeys">add a passkey</a>. Others of your office join through{' '}
            <a href="/desk/team">Team</a>.
          </p>
        </Notice>
      ) : null}
      <Heading title="Desk" lead={actor.partyName} />
      <div class="beside">
        <TodayColumn today={today} moved={moved} writing={writing} zone={zone} />
        <div>
          <h2 id="matters">Matters</h2>
          <Table
            caption="Matters"
            quietCaption
            rows={matters}
            empty={{
              what: 'No matters yet',
              how: writes
                ? 'First open a matter: it holds the requests about one affair, with their answers. Then compose a request, bring the list of recipients, and serve it.'
                : 'An editor or owner of your organisation opens the first one.',
              ...(writes ? { action: { text: 'Open a matter', href: '/desk/matters/new' } } : {}),
            }}
            columns={[
              { head: 'Matter', names: true, cell: (m) => <a href={`/desk/matters/${m.id}`}>{m.title}</a> },
              { head: 'Requests', numeric: true, cell: (m) => m.requests.toLocaleString('en-US') },
              { head: 'Drafts', numeric: true, cell: (m) => m.drafts.toLocaleString('en-US') },
              { head: 'Who sees it', cell: (m) => (m.audience === 'public' ? 'everyone' : 'the parties') },
              { head: 'Opened', cell: (m) => <Time at={m.opened} zone={zone} /> },
            ]}
          />
          {matters.length > 0 && writes ? (
            <p>
              <a class="usa-button" href="/desk/matters/new">
                Open a matter
              </a>
            </p>
          ) : null}
        </div>
      </div>
    </>,
  );
}

export const deskRoutes: readonly Route[] = [{ method: 'GET', path: '/desk', access: VIEWER, handler: getDesk }];
