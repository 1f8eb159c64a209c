/**
 * The front page: what this is in two sentences, one real slip with how to verify it, the first rows of its board, three doors. On an empty
 * server: what it is and how to start.
 */

import type { Kysely } from 'kysely';
import type { Database } from '../base/database.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { zoneOf } from '../ui/context.ts';
import { Tag } from '../ui/mark.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { Slip } from '../ui/slip.tsx';
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
      <h1>{t('record.home')}</h1>
      <p class="lead">{t('record.home.lead')}</p>
      {one && halves ? (
        <section aria-label={t('record.home.receipt')}>
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
            {rich('record.home.slip', {
              title: <a href={recordPath(one.matter)}>{one.matter.title}</a>,
              example: one.matter.example ? 'yes' : 'no',
            })}{' '}
            <a href={entryPath(one.matter, one.told.entry.id)}>{t('record.home.read')}</a>
          </p>
          <VerifyIt entry={one.told.entry.id} />
        </section>
      ) : null}
      {one ? <Excerpt {...one} /> : null}
      <ul class="doors">
        {one ? (
          <li>
            <h2>
              <a href={recordPath(one.matter)}>{t('record.home.see')}</a>{' '}
              {one.matter.example ? <Tag>{t('record.example')}</Tag> : null}
            </h2>
            <p>{t('record.home.see.what', { title: one.matter.title })}</p>
            <p>
              <a href="/records">{t('record.all-public')}</a> · <a href="/questions">{t('record.home.questions')}</a>
            </p>
          </li>
        ) : (
          <li>
            <h2>
              <a href="/records">{t('record.public-records')}</a>
            </h2>
            <p>{t('record.home.none')}</p>
          </li>
        )}
        <li>
          <h2>
            <a href="/verify">{t('record.verify')}</a>
          </h2>
          <p>{t('record.home.verify')}</p>
        </li>
        <li>
          <h2>
            <a href="/desk">{t('record.home.start')}</a>
          </h2>
          <p>{t('record.home.start.how')}</p>
        </li>
      </ul>
    </div>,
  );
}

function VerifyIt({ entry }: { entry: string }) {
  return (
    <>
      <h2>{t('record.verify-yourself')}</h2>
      <ol class="home__steps">
        <li>
          {rich('record.home.keep', {
            receipt: (words) => <a href={receiptPaths(entry).json}>{words}</a>,
            policy: (words) => <a href={POLICY_PATH}>{words}</a>,
          })}
        </li>
        <li>
          {rich('record.home.open', {
            a: (words) => <a href="/verify">{words}</a>,
            command: <code>bin/counterfoil verify RECEIPT --policy policy.txt</code>,
          })}
        </li>
      </ol>
    </>
  );
}

function Excerpt({ matter, model }: Shown) {
  const { board, request } = model;
  if (!board || !request) return null;
  const [n, shown] = [board.counts.asked, board.rows.length];
  return (
    <section class="home__board" aria-labelledby="excerpt">
      <h2 id="excerpt">{request.title}</h2>
      <p class="soft">{shown < n ? t('record.home.first-rows', { shown, n }) : t('record.home.board', { n })}</p>
      <PublicBoard {...{ model, board, request }} />
      {shown < n ? (
        <p>
          <a href={recordPath(matter)}>{t('record.home.whole')}</a>
        </p>
      ) : null}
    </section>
  );
}

export const homeRoutes: readonly Route[] = [{ method: 'GET', path: '/', access: ANYONE, handler: home }];
