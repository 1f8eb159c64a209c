/** Search over everything public, for people and for programs. */
import type { z } from 'zod';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { zoneOf } from '../ui/context.ts';
import { Empty } from '../ui/empty.tsx';
import { Heading } from '../ui/heading.tsx';
import { Tag } from '../ui/mark.tsx';
import { page } from '../ui/page.tsx';
import { Pages } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { kindWord, partyKind } from '../ui/words.ts';
import type { searchBody } from './api-schemas.ts';
import { cachePublic } from './caching.ts';
import { receiptPaths } from './entry-page.tsx';
import { entryPath, href, servicePath } from './parts.tsx';
import { queryOf } from './record-page.tsx';
import { type Piece, SEARCH_SIZE, search } from './search.ts';

function asked(c: Ctx): { readonly q: string; readonly at: number } {
  const query = queryOf(c);
  const at = Math.min(500, Math.max(1, Math.trunc(Number(query['page'])) || 1));
  return { q: (query['q'] ?? '').trim().slice(0, 200), at };
}

function searchNow(c: Ctx, q: string, at: number) {
  const { db, clock } = c.get('services');
  return search(db, q, at, new Date(clock.now()));
}

const Marked = ({ pieces }: { pieces: readonly Piece[] }) => (
  <>{pieces.map((one) => (one.hit ? <mark>{one.text}</mark> : one.text))}</>
);

async function searchPage(c: Ctx): Promise<Response> {
  const { q, at } = asked(c);
  const found = q === '' ? null : await searchNow(c, q, at);
  const zone = zoneOf(c);
  cachePublic(c, 10);
  return page(
    c,
    { title: q === '' ? t('record.search') : `${q} · ${t('record.search')}`, area: 'public' },
    <>
      <Heading title={t('record.search')} lead={t('record.search.lead')} />
      <form class="records-search" method="get" action="/search">
        <label>
          <span>{t('record.words')}</span>
          <input class="usa-input" type="search" name="q" value={q} aria-describedby="search-how" />
        </label>
        <button class="usa-button" type="submit">
          {t('record.search')}
        </button>
      </form>
      <p class="soft" id="search-how">
        {t('record.search.how')} <a href="/records">{t('record.all-public')}</a> ·{' '}
        <a href="/questions">{t('record.search.questions')}</a> ·{' '}
        <a href={href('/parties', { q })}>{t(q === '' ? 'record.all-parties' : 'record.search.parties')}</a>
      </p>
      {found && found.recipients.length > 0 && at === 1 ? (
        <section aria-labelledby="recipients">
          <h2 id="recipients">{t('record.recipients')}</h2>
          <ul class="entries">
            {found.recipients.map((one) => (
              <li>
                <p class="entries__title">
                  <a href={servicePath(one, one.service)}>{one.name}</a>
                </p>
                <p class="soft">
                  {[partyKind(one.kind), one.state].filter(Boolean).join(', ')} · {one.request} · {one.matter}
                </p>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {found && found.entries.length > 0 ? (
        <section aria-labelledby="entries">
          <h2 id="entries">{t('ui.count.entries', { n: found.total })}</h2>
          <ol class="entries" start={(at - 1) * SEARCH_SIZE + 1}>
            {found.entries.map((one) => (
              <li>
                <p class="entries__title">
                  <a href={entryPath(one, one.entry)}>{one.title === '' ? kindWord(one.kind) : one.title}</a>{' '}
                  {one.corrected ? <Tag>{t('record.corrected-since')}</Tag> : null}
                </p>
                {one.excerpt.length > 0 ? (
                  <p>
                    <Marked pieces={one.excerpt} />
                  </p>
                ) : null}
                <p class="soft">
                  {kindWord(one.kind)} · <a href={`/record/${one.slug}`}>{one.matter}</a> ·{' '}
                  <Time at={one.occurredAt} zone={zone} />
                </p>
              </li>
            ))}
          </ol>
          <Pages
            page={at}
            pages={Math.ceil(found.total / SEARCH_SIZE)}
            href={(p) => href('/search', { q, page: p > 1 ? String(p) : '' })}
          />
        </section>
      ) : null}
      {found && found.entries.length === 0 && (found.recipients.length === 0 || at > 1) ? (
        <Empty what={t('record.search.none', { q })} how={t('record.search.none.how')} />
      ) : null}
    </>,
  );
}

async function searchJson(c: Ctx): Promise<Response> {
  const { q, at } = asked(c);
  const found = q === '' ? { entries: [], total: 0, recipients: [] } : await searchNow(c, q, at);
  cachePublic(c, 10);
  c.header('Access-Control-Allow-Origin', '*');
  const body: z.infer<typeof searchBody> = {
    total: found.total,
    page: at,
    size: SEARCH_SIZE,
    entries: found.entries.map((one) => ({
      entry: one.entry,
      kind: one.kind,
      title: one.title,
      excerpt: one.excerpt.map(({ text }) => text).join(''),
      record: one.slug,
      occurredAt: one.occurredAt.toISOString(),
      corrected: one.corrected,
      page: entryPath(one, one.entry),
      receipt: receiptPaths(one.entry),
    })),
    recipients: found.recipients.map((one) => ({
      service: one.service,
      name: one.name,
      kind: one.kind,
      state: one.state,
      record: one.slug,
      request: one.request,
      page: servicePath(one, one.service),
    })),
  };
  return c.json(body);
}

export const searchRoutes: readonly Route[] = [
  { method: 'GET', path: '/search', access: ANYONE, handler: searchPage },
  { method: 'GET', path: '/api/v1/search', access: ANYONE, handler: searchJson },
];
