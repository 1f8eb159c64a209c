/** Figures around a matter, those that differ side by side, as of any time: a page, CSV and JSON of the same. Shows only what is public. */

import type { z } from 'zod';
import { csvLine } from '../base/csv.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { Figures } from '../rooms/figures/parts.tsx';
import { type Figure, figuresOf, valueText } from '../rooms/figures/view.ts';
import { page } from '../ui/page.tsx';
import { quiet } from '../ui/quiet.tsx';
import { rich } from '../ui/rich.tsx';
import { Links } from '../ui/table.tsx';
import type { figureList } from './api-schemas.ts';
import { cacheRecord } from './caching.ts';
import { recentAt } from './changes.ts';
import { jsonCorrected } from './corrected-json.ts';
import { type Cut, cutAt } from './cut.ts';
import { RecordEnd, recordOptions } from './frame.tsx';
import { figuresFtm } from './ftm.ts';
import { lastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { publicSight } from './open.ts';
import { entryPath, href, RecordHead, recordPath, tabWord } from './parts.tsx';
import { receiptPaths } from './receipt-paths.ts';
import { opened, refuseBadTime, wrongTime } from './record-page.tsx';
import { jsonTombstone, Tombstones, tombstonesAt } from './tombstones.tsx';

interface Read {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly now: Date;
  readonly cut: Cut;
  readonly figures: readonly Figure[];
}

async function read(c: Ctx): Promise<Read> {
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const { db } = c.get('services');
  const cut = await cutAt(db, moment.now, moment.point);
  const figures = await figuresOf(db, matter.id, publicSight(cut));
  return { matter, moment, now, cut, figures };
}

async function getPage(c: Ctx): Promise<Response> {
  const wrong = await wrongTime(c, 'figures');
  if (wrong) return wrong;
  const { matter, moment, now, cut, figures } = await read(c);
  const base = `${recordPath(matter)}/figures`;
  const { db } = c.get('services');
  const [last, tombstones] = await Promise.all([
    lastEntry(db, matter.id, cut),
    tombstonesAt(db, matter.id, 'figure', cut, now),
  ]);
  cacheRecord(c, moment, last, now);
  const shown = { matter, moment, last, path: base };
  const keep = momentParams(moment);
  return page(
    c,
    recordOptions(c, shown, tabWord('figures')),
    <>
      <RecordHead
        matter={matter}
        moment={moment}
        now={now}
        tab="figures"
        action={base}
        recent={await recentAt(c.get('services').db, matter.id, cut, moment)}
      />
      <h2>{t('record.figures')}</h2>
      <p>{t('record.figures.what')}</p>
      <Links
        label={t('record.download')}
        links={[
          { text: 'CSV', href: href(`${base}.csv`, keep), download: true },
          { text: 'JSON', href: href(`/api/v1/records/${matter.slug}/figures`, keep) },
          { text: 'FollowTheMoney', href: href(`/api/v1/records/${matter.slug}/figures/ftm`, keep) },
        ]}
      />
      <Figures
        figures={figures}
        zone={moment.zone}
        entry={(entry) => entryPath(matter, entry)}
        last={{
          head: t('record.receipt'),
          cell: (one) => (
            <a href={entryPath(matter, one.entry)}>{rich('record.receipt-of', { of: valueText(one), more: quiet })}</a>
          ),
        }}
        empty={{ what: t('record.figures.none'), how: t('record.figures.none.how') }}
      />
      <Tombstones tombstones={tombstones} zone={moment.zone} entry={(entry) => entryPath(matter, entry)} />
      <RecordEnd c={c} shown={shown} />
    </>,
  );
}

const HEAD = [
  'measure',
  'unit',
  'low',
  'high',
  'qualifier',
  'original_value',
  'as_of',
  'claimant',
  'rank',
  'reason',
  'claimed_at',
  'publisher',
  'source',
  'published',
  'url',
  'source_sha256',
  'entry',
  'corrected_at',
  'correction',
];

async function getCsv(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, figures } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  const rows = figures.map(({ source, ...one }) => [
    one.measure,
    one.unit,
    Number(one.low),
    one.high === null ? null : Number(one.high),
    one.qualifier,
    one.originalValue,
    one.asOf,
    one.claimant,
    one.rank,
    one.reason,
    one.occurredAt.toISOString(),
    source.publisher,
    source.title,
    source.published,
    source.url,
    source.sha256,
    one.entry,
    one.corrected?.at.toISOString() ?? null,
    one.corrected?.note ?? null,
  ]);
  return c.body(`\ufeff${[HEAD, ...rows].map(csvLine).join('')}`, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${matter.slug}-figures.csv"`,
  });
}

/** As the API gives one; see `figureList` in api-schemas.ts. */
const jsonFigure = ({ source, ...one }: Figure): z.infer<typeof figureList>['figures'][number] => ({
  id: one.id,
  measure: one.measure,
  unit: one.unit,
  low: one.low,
  high: one.high,
  qualifier: one.qualifier,
  originalValue: one.originalValue,
  asOf: one.asOf,
  claimant: one.claimant,
  meeting: one.meeting,
  rank: one.rank,
  reason: one.reason,
  source: { ...source },
  occurredAt: one.occurredAt.toISOString(),
  recordedAt: one.recordedAt.toISOString(),
  entry: one.entry,
  receipt: receiptPaths(one.entry),
  corrected: jsonCorrected(one.corrected),
});

async function getJson(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, figures } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  c.header('Access-Control-Allow-Origin', '*');
  const tombstones = await tombstonesAt(c.get('services').db, matter.id, 'figure', cut, now);
  return c.json({ figures: figures.map(jsonFigure), tombstones: tombstones.map(jsonTombstone) });
}

async function getFtm(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, figures } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  c.header('Access-Control-Allow-Origin', '*');
  return c.json({ statements: figuresFtm({ dataset: matter.slug, at: moment.at }, figures) });
}

export const figurePages: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/figures', access: ANYONE, handler: getPage },
  { method: 'GET', path: '/record/:slug/figures.csv', access: ANYONE, handler: getCsv },
  { method: 'GET', path: '/api/v1/records/:slug/figures', access: ANYONE, handler: getJson },
  { method: 'GET', path: '/api/v1/records/:slug/figures/ftm', access: ANYONE, handler: getFtm },
];
