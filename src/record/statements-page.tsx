/** What was said around a matter, as of any time: a page, CSV and JSON of the same. Shows only what is public. */
import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import { csvLine } from '../base/csv.ts';
import type { Database } from '../base/database.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import type { Service } from '../rooms/requests/view.ts';
import { Statements } from '../rooms/statements/parts.tsx';
import { type Statement, statementsOf } from '../rooms/statements/view.ts';
import { Field, Submit } from '../ui/form.tsx';
import { page } from '../ui/page.tsx';
import { Links } from '../ui/table.tsx';
import type { statementList } from './api-schemas.ts';
import { cacheRecord } from './caching.ts';
import { recentAt } from './changes.ts';
import { jsonCorrected } from './corrected-json.ts';
import { type Cut, cutAt } from './cut.ts';
import { RecordEnd, recordOptions } from './frame.tsx';
import { statementsFtm } from './ftm.ts';
import { quotationThings } from './json-ld.tsx';
import { lastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { publicSight } from './open.ts';
import { entryPath, href, RecordHead, recordPath, tabWord } from './parts.tsx';
import { personPath } from './party-paths.ts';
import { receiptPaths } from './receipt-paths.ts';
import { opened, queryOf, refuseBadTime, wrongTime } from './record-page.tsx';
import { jsonTombstone, Tombstones, tombstonesAt } from './tombstones.tsx';

interface Read {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly now: Date;
  readonly cut: Cut;
  /** looked for in words, speakers and offices */
  readonly q: string;
  readonly statements: readonly Statement[];
}

/** What people of this recipient's offices said, and what was said about its service, by a cut; public ones alone. */
export const statementsAround = (
  db: Kysely<Database>,
  { id, matter, recipient }: Pick<Service, 'id' | 'matter' | 'recipient'>,
  cut: Cut,
): Promise<readonly Statement[]> =>
  statementsOf(
    db,
    matter,
    publicSight(cut),
    sql`(s.about @> array[${id}]::uuid[] or exists (
      select 1 from view.holding h join view.office o on o.id = h.office where h.id = s.holding and o.party = ${recipient}))`,
  );

async function read(c: Ctx): Promise<Read> {
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const { db } = c.get('services');
  const cut = await cutAt(db, moment.now, moment.point);
  const q = (queryOf(c)['q'] ?? '').trim().slice(0, 100);
  const like = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  const which = sql`(${q} = '' or s.words ilike ${like} or s.speaker ->> 'name' ilike ${like} or s.speaker ->> 'office' ilike ${like})`;
  return { matter, moment, now, cut, q, statements: await statementsOf(db, matter.id, publicSight(cut), which) };
}

async function getPage(c: Ctx): Promise<Response> {
  const wrong = await wrongTime(c, 'statements');
  if (wrong) return wrong;
  const { matter, moment, now, cut, q, statements } = await read(c);
  const base = `${recordPath(matter)}/statements`;
  const { db } = c.get('services');
  const [last, tombstones] = await Promise.all([
    lastEntry(db, matter.id, cut),
    tombstonesAt(db, matter.id, 'statement', cut, now),
  ]);
  cacheRecord(c, moment, last, now);
  const shown = { matter, moment, last, path: base };
  const keep = { ...momentParams(moment), q };
  return page(
    c,
    recordOptions(c, shown, tabWord('statements'), quotationThings(statements)),
    <>
      <RecordHead
        matter={matter}
        moment={moment}
        now={now}
        tab="statements"
        action={base}
        recent={await recentAt(c.get('services').db, matter.id, cut, moment)}
      />
      <h2>{t('record.statements')}</h2>
      <form class="form form--row" method="get" action={base} aria-label={t('record.statements.find')}>
        {Object.entries(momentParams(moment)).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Field name="q" type="search" label={t('record.statements.q')} value={q} width="medium" />
        <Submit text={t('record.find')} />
      </form>
      <Links
        label={t('record.download')}
        links={[
          { text: 'CSV', href: href(`${base}.csv`, keep), download: true },
          { text: 'JSON', href: href(`/api/v1/records/${matter.slug}/statements`, keep) },
          { text: 'FollowTheMoney', href: href(`/api/v1/records/${matter.slug}/statements/ftm`, keep) },
        ]}
      />
      <Statements
        statements={statements}
        zone={moment.zone}
        receipt={(entry) => entryPath(matter, entry)}
        person={(id) => href(personPath(id), momentParams(moment))}
        empty={
          q === ''
            ? {
                what: t('record.statements.none'),
                how: t('record.statements.none.how'),
              }
            : {
                what: t('record.statements.none-fits', { q }),
                action: { text: t('record.show-all'), href: href(base, momentParams(moment)) },
              }
        }
      />
      <Tombstones tombstones={tombstones} zone={moment.zone} entry={(entry) => entryPath(matter, entry)} />
      <RecordEnd c={c} shown={shown} />
    </>,
  );
}

const HEAD = [
  'said_at',
  'day_only',
  'speaker',
  'office',
  'form',
  'words',
  'medium',
  'outlet',
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
  const { matter, moment, now, cut, statements } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  const rows = statements.map(({ speaker, source, ...one }) => [
    one.occurredAt.toISOString(),
    one.dayOnly ? 'yes' : 'no',
    speaker.name,
    speaker.office,
    one.form,
    one.words,
    one.medium,
    one.outlet,
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
    'Content-Disposition': `attachment; filename="${matter.slug}-statements.csv"`,
  });
}

/** As the API gives one; see `statementList` in api-schemas.ts. */
const jsonStatement = ({
  speaker,
  source,
  anchor,
  ...one
}: Statement): z.infer<typeof statementList>['statements'][number] => ({
  id: one.id,
  speaker: { name: speaker.name, office: speaker.office },
  words: one.words,
  form: one.form,
  medium: one.medium,
  outlet: one.outlet,
  dayOnly: one.dayOnly,
  about: [...one.about],
  source: {
    publisher: source.publisher,
    title: source.title,
    published: source.published,
    url: source.url,
    fetchedAt: source.fetchedAt.toISOString(),
    sha256: source.sha256,
    entry: source.entry,
  },
  selector: anchor && { ...anchor },
  occurredAt: one.occurredAt.toISOString(),
  recordedAt: one.recordedAt.toISOString(),
  entry: one.entry,
  receipt: receiptPaths(one.entry),
  corrected: jsonCorrected(one.corrected),
});

async function getJson(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, statements } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  c.header('Access-Control-Allow-Origin', '*');
  const tombstones = await tombstonesAt(c.get('services').db, matter.id, 'statement', cut, now);
  return c.json({ statements: statements.map(jsonStatement), tombstones: tombstones.map(jsonTombstone) });
}

async function getFtm(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, statements } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  c.header('Access-Control-Allow-Origin', '*');
  return c.json({ statements: statementsFtm({ dataset: matter.slug, at: moment.at }, statements) });
}

export const statementPages: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/statements', access: ANYONE, handler: getPage },
  { method: 'GET', path: '/record/:slug/statements.csv', access: ANYONE, handler: getCsv },
  { method: 'GET', path: '/api/v1/records/:slug/statements', access: ANYONE, handler: getJson },
  { method: 'GET', path: '/api/v1/records/:slug/statements/ftm', access: ANYONE, handler: getFtm },
];
