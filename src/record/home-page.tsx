/**
 * The front page: what this is in two sentences, one real slip with how to verify it, the first rows of its board, three doors. On an empty
 * server: what it is and how to start.
 */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { zoneOf } from '../ui/context.ts';
import { Tag } from '../ui/mark.tsx';
import { page } from '../ui/page.tsx';
import { Slip } from '../ui/slip.tsx';
import { count } from '../ui/words.ts';
import { cachePublic } from './caching.ts';
import { receiptPaths } from './entry-page.tsx';
import { halvesOf } from './halves.ts';
import { momentOf, type PublicMatter, publicMatter } from './matter.ts';
import { type RecordModel, recordModel } from './model.ts';
import { entryPath, recordPath } from './parts.tsx';
import { PublicBoard } from './record-page.tsx';
import { publicEntry, type Told } from './timeline.ts';
import { POLICY_PATH } from './verify-page.tsx';

interface Shown {
  readonly matter: PublicMatter;
  readonly told: Told;
  /** its record now, with a board of a few rows */
  readonly model: RecordModel;
}

/** Rows of the board on the front page: what one is, not who is on it. */
const ROWS = 5;

/** A service of the example, or of the newest public matter, that a checkpoint covers; null on an empty server. */
async function shown(db: Kysely<Database>, now: Date, zone: string): Promise<Shown | null> {
  const row = await db
    .selectFrom('view.matter as m')
    .innerJoin('view.service as s', 's.matter', 'm.id')
    .select(['m.slug', 's.id'])
    .where('m.audience', '=', 'public')
    .where('s.audience', '=', 'public')
    .where('s.seq', '<', (eb) => eb.selectFrom('log.tree').select('size'))
    .orderBy('m.example', 'desc')
    .orderBy('m.seq', 'desc')
    .orderBy('s.seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const matter = await publicMatter(db, row.slug);
  const [told, model] = await Promise.all([
    publicEntry(db, matter.id, row.id, now),
    recordModel(db, matter, momentOf({}, zone, now), {}, ROWS),
  ]);
  return { matter, told, model };
}

async function home(c: Ctx): Promise<Response> {
  const { db, config, clock } = c.get('services');
  const zone = zoneOf(c);
  const one = await shown(db, new Date(clock.now()), zone);
  cachePublic(c, 10);
  const halves = one ? await halvesOf(db, one.told) : null;
  return page(
    c,
    { title: 'Counterfoil', area: 'public' },
    <div class="home">
      <h1>Both sides hold proof</h1>
      <p class="lead">
        One side asks many for the same documents; each answers item by item; the public sees what was asked, answered
        and found, as of any time. Every step leaves a receipt on both sides that anyone can verify, years later and
        without this server.
      </p>
      {one && halves ? (
        <section aria-label="One receipt">
          <Slip
            commitment={one.told.commitment}
            position={one.told.position}
            logOrigin={config.logOrigin}
            title={one.told.title}
            at={new Date(one.told.entry.occurredAt)}
            zone={zone}
            dayOnly={one.told.dayOnly}
            issuer={halves.issuer}
            recipient={halves.recipient}
            {...receiptPaths(one.told.entry.id)}
          />
          <p class="soft">
            This is the slip of one entry of <a href={recordPath(one.matter)}>{one.matter.title}</a>
            {one.matter.example ? <>, an example recorded from public sources</> : null}.{' '}
            <a href={entryPath(one.matter, one.told.entry.id)}>Read the entry</a>
          </p>
          <VerifyIt entry={one.told.entry.id} />
        </section>
      ) : null}
      {one ? <Excerpt {...one} /> : null}
      <ul class="doors">
        {one ? (
          <li>
            <h2>
              <a href={recordPath(one.matter)}>See the record</a> {one.matter.example ? <Tag>example</Tag> : null}
            </h2>
            <p>
              {one.matter.title}: who was asked, who answered what, when it is due, and what was reported around it.
            </p>
            <p>
              <a href="/records">All public records</a> · <a href="/questions">Questions across them</a>
            </p>
          </li>
        ) : (
          <li>
            <h2>
              <a href="/records">Public records</a>
            </h2>
            <p>There is none yet. The record of a public matter stands here as soon as it is opened.</p>
          </li>
        )}
        <li>
          <h2>
            <a href="/verify">Verify a receipt</a>
          </h2>
          <p>Drop a receipt and its documents on a page. The check runs in your browser, and nothing leaves it.</p>
        </li>
        <li>
          <h2>
            <a href="/desk">Start your own</a>
          </h2>
          <p>
            Sign in as staff, open a matter, ask. Where nobody has signed in yet, the owner’s link stands in the output
            of the server’s first start.
          </p>
        </li>
      </ul>
    </div>,
  );
}

function VerifyIt({ entry }: { entry: string }) {
  return (
    <>
      <h2>Verify it yourself</h2>
      <ol class="home__steps">
        <li>
          Keep <a href={receiptPaths(entry).json}>this receipt</a> and the <a href={POLICY_PATH}>policy</a>, which says
          whose signatures it needs.
        </li>
        <li>
          Open <a href="/verify">the page that verifies</a>, go offline if you like, and drop the receipt there. Or
          without a browser: <code>bin/counterfoil verify RECEIPT --policy policy.txt</code>
        </li>
      </ol>
    </>
  );
}

function Excerpt({ matter, model }: Shown) {
  const { board, request } = model;
  if (!board || !request) return null;
  const all = `all ${count(board.counts.asked, 'recipient')}`;
  return (
    <section class="home__board" aria-labelledby="excerpt">
      <h2 id="excerpt">{request.title}</h2>
      <p class="soft">
        {board.rows.length < board.counts.asked ? `The first ${board.rows.length} of ${all}` : `The board of ${all}`}:
        what each recipient says, what the issuer says of it, and how the clock stands.
      </p>
      <PublicBoard {...{ model, board, request }} />
      {board.rows.length < board.counts.asked ? (
        <p>
          <a href={recordPath(matter)}>The whole board</a>
        </p>
      ) : null}
    </section>
  );
}

export const homeRoutes: readonly Route[] = [{ method: 'GET', path: '/', access: ANYONE, handler: home }];
