/** The front page: what this is in two sentences, one real slip, three doors. On an empty server: what it is and how to start. */
import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { zoneOf } from '../ui/context.ts';
import { Tag } from '../ui/mark.tsx';
import { page } from '../ui/page.tsx';
import { Slip } from '../ui/slip.tsx';
import { cachePublic } from './caching.ts';
import { receiptPaths } from './entry-page.tsx';
import { halvesOf } from './halves.ts';
import { type PublicMatter, publicMatter } from './matter.ts';
import { entryPath, recordPath } from './parts.tsx';
import { publicEntry, type Told } from './timeline.ts';

interface Shown {
  readonly matter: PublicMatter;
  readonly told: Told;
}

/** A service of the example, or of the newest public matter, that a checkpoint covers; null on an empty server. */
async function shown(db: Kysely<Database>): Promise<Shown | null> {
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
  return { matter, told: await publicEntry(db, matter.id, row.id) };
}

async function home(c: Ctx): Promise<Response> {
  const { db, config } = c.get('services');
  const one = await shown(db);
  const zone = zoneOf(c);
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
        </section>
      ) : null}
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
              <a href="/records">All public records</a>
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

export const homeRoutes: readonly Route[] = [{ method: 'GET', path: '/', access: ANYONE, handler: home }];
