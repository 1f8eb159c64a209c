/** One public entry: its slip, what stands in it, its receipt to keep and how to verify it. Shows no entry that is not public. */
import { sql } from 'kysely';
import { z } from 'zod';
import { num, t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { hex } from '../proof/index.ts';
import { partyById } from '../rooms/directory/view.ts';
import { type Erasure, erasureOf } from '../rooms/erasure/view.ts';
import { zoneOf } from '../ui/context.ts';
import { Hash } from '../ui/hash.tsx';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { Slip } from '../ui/slip.tsx';
import { Facts } from '../ui/table.tsx';
import { dateText, Time } from '../ui/time.tsx';
import { kindWord } from '../ui/words.ts';
import { Body } from './body.tsx';
import { cachePublic } from './caching.ts';
import { halvesOf } from './halves.ts';
import { type PublicMatter, publicMatter } from './matter.ts';
import { openNow } from './open.ts';
import { entryPath, recordPath, servicePath } from './parts.tsx';
import { receiptPaths } from './receipt-paths.ts';
import { type Down, takenDown } from './taken-down.ts';
import { publicEntry } from './timeline.ts';

export { receiptPaths };

async function entryPage(c: Ctx): Promise<Response> {
  const { db, config, clock } = c.get('services');
  const matter = await publicMatter(db, c.req.param('slug') ?? '');
  const gone = await publicErasure(c, matter.id, c.req.param('entry') ?? '');
  if (gone) return await erasedPage(c, matter, gone);
  const now = new Date(clock.now());
  const down = await takenDown(db, c.req.param('entry') ?? '', now);
  if (down && down.matter === matter.id) return takenDownPage(c, matter, down);
  const told = await publicEntry(db, matter.id, c.req.param('entry') ?? '', now);
  const { entry } = told;
  const zone = zoneOf(c);
  const halves = await halvesOf(db, told);
  const witnessed = await c.get('services').ledger.witnessed(told.position);
  const published = witnessed !== null;
  const { rows: replacing } = await sql<{ id: string }>`
    select e.id from ledger.entry e where e.corrects = ${entry.id} and e.matter = ${matter.id} and ${openNow('e', now)}
    order by e.seq limit 1`.execute(db);
  const [later] = replacing;
  const { corrects: earlier } = entry;
  cachePublic(
    c,
    clock.now() - Date.parse(entry.recordedAt) > 60_000 && witnessed?.complete ? 300 : 5,
    new Date(entry.recordedAt),
  );
  return page(
    c,
    { title: `${t('record.entry', { position: told.position })} · ${matter.title}`, area: 'public' },
    <>
      <Heading
        title={told.title}
        tags={matter.example ? [t('record.example')] : []}
        crumbs={[
          { text: t('record.public-records'), href: '/records' },
          { text: matter.title, href: recordPath(matter) },
          ...(told.recipient ? [{ text: told.recipient.name, href: servicePath(matter, told.recipient.service) }] : []),
        ]}
        lead={told.text ?? undefined}
      />
      {later ? (
        <p>{rich('record.entry.replaced', { a: (words) => <a href={entryPath(matter, later.id)}>{words}</a> })}</p>
      ) : null}
      {earlier !== undefined && entry.kind.endsWith('.corrected') ? (
        <p>{rich('record.entry.replaces', { a: (words) => <a href={entryPath(matter, earlier)}>{words}</a> })}</p>
      ) : null}
      <Slip
        commitment={told.commitment}
        position={published ? told.position : null}
        logOrigin={config.logOrigin}
        title={kindWord(entry.kind).replace(/^./, (letter) => letter.toUpperCase())}
        at={new Date(entry.occurredAt)}
        zone={zone}
        dayOnly={told.dayOnly}
        issuer={halves.issuer}
        recipient={halves.recipient}
        witnessed={witnessed}
        {...(published ? receiptPaths(entry.id) : {})}
      />
      <h2>{t('record.entry.body')}</h2>
      <Body body={entry.body} />
      <h2>{t('record.entry.about')}</h2>
      <Facts
        facts={[
          {
            name: t('record.happened'),
            value: <Time at={new Date(entry.occurredAt)} zone={zone} seconds dayOnly={told.dayOnly} />,
          },
          { name: t('record.recorded-at'), value: <Time at={new Date(entry.recordedAt)} zone={zone} seconds /> },
          ...(told.publicSince === null
            ? []
            : [{ name: t('record.public-since'), value: <Time at={told.publicSince} zone={zone} seconds /> }]),
          { name: t('record.position'), value: num(told.position) },
          { name: t('record.commitment'), value: <Hash hex={hex(told.commitment)} whole /> },
          { name: t('record.entry.id'), value: <code class="hash hash--whole">{entry.id}</code> },
        ]}
      />
      <h2 id="verify">{t('record.verify-yourself')}</h2>
      <p>{rich('record.entry.keep', { a: (words) => <a href="/verify">{words}</a> })}</p>
      <p>
        <code class="command">
          bin/counterfoil verify {entry.kind.replace('.', '-')}-{told.position}.receipt.json --policy policy.txt
        </code>
      </p>
      <p>
        {rich('record.entry.court', {
          a: (words) => <a href={`/certificates/${entry.id}`}>{words}</a>,
          text: (words) => <a href={`/certificates/${entry.id}?form=txt`}>{words}</a>,
        })}
      </p>
      <p>{rich('record.entry.policy', { url: <a href="/.well-known/counterfoil">/.well-known/counterfoil</a> })}</p>
    </>,
  );
}

/** The erasure of a public entry of this matter, or null. */
async function publicErasure(c: Ctx, matter: string, entry: string): Promise<Erasure | null> {
  if (!z.uuid().safeParse(entry).success) return null;
  const erasure = await erasureOf(c.get('services').db, entry);
  return erasure && erasure.matter === matter && erasure.audience === 'public' ? erasure : null;
}

/** In place of an entry that was taken down: that it was, when, by which role and why. */
function takenDownPage(c: Ctx, matter: PublicMatter, down: Down): Response | Promise<Response> {
  return page(
    c,
    { title: `${t('record.entry', { position: down.position })} · ${matter.title}`, area: 'public', status: 410 },
    <>
      <Heading
        title={t('record.down.title', { date: dateText(down.at.toISOString().slice(0, 10)) })}
        tags={matter.example ? [t('record.example')] : []}
        crumbs={[
          { text: t('record.public-records'), href: '/records' },
          { text: matter.title, href: recordPath(matter) },
        ]}
        lead={down.reason}
      />
      <Facts
        facts={[
          { name: t('record.position'), value: num(down.position) },
          { name: t('record.commitment'), value: <Hash hex={down.commitment} whole /> },
          {
            name: t('record.down.by'),
            value: t('record.down.role', { role: down.decidedBy, issuer: matter.issuerName }),
          },
          { name: t('record.when'), value: <Time at={down.at} zone={zoneOf(c)} seconds /> },
          {
            name: t('record.down.decision'),
            value: <a href={entryPath(matter, down.entry)}>{t('record.says-so')}</a>,
          },
        ]}
      />
      <p>{t('record.down.kept')}</p>
    </>,
  );
}

/** In place of an entry that was erased: that it was, when, by whom, on whose order. */
async function erasedPage(c: Ctx, matter: PublicMatter, erasure: Erasure): Promise<Response> {
  const by = (await partyById(c.get('services').db, erasure.by))?.name ?? t('record.the-issuer');
  const on = dateText(erasure.recordedAt.toISOString().slice(0, 10));
  return page(
    c,
    {
      title: `${t('record.entry', { position: erasure.position ?? '' })} · ${matter.title}`,
      area: 'public',
      status: 410,
    },
    <>
      <Heading
        title={t('record.erased.title', { on, authority: erasure.authority })}
        tags={matter.example ? [t('record.example')] : []}
        crumbs={[
          { text: t('record.public-records'), href: '/records' },
          { text: matter.title, href: recordPath(matter) },
        ]}
        lead={erasure.reason}
      />
      <Facts
        facts={[
          {
            name: t('record.position'),
            value: erasure.position === null ? t('record.not-known') : num(erasure.position),
          },
          { name: t('record.erased.by'), value: by },
          { name: t('record.when'), value: <Time at={erasure.recordedAt} zone={zoneOf(c)} seconds /> },
          {
            name: t('record.erased.order'),
            value: <a href={entryPath(matter, erasure.entry)}>{t('record.says-so')}</a>,
          },
        ]}
      />
      <p>{t('record.erased.kept')}</p>
    </>,
  );
}

export const entryRoutes: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/entries/:entry', access: ANYONE, handler: entryPage },
];
