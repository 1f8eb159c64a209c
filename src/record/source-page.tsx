/**
 * Which program this server runs, under which licence, and where its source is (AGPL-3.0, section 13 asks for that). It says nothing
 * of the operator beyond what the operator has set.
 */
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { LICENCE, VERSION } from '../base/version.ts';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { rich } from '../ui/rich.tsx';
import { cachePublic } from './caching.ts';

function Where({ url }: { url: string | undefined }) {
  if (url !== undefined) {
    return <p>{rich('record.source.at', { url: <a href={url}>{url}</a> })}</p>;
  }
  return (
    <>
      <p>{t('record.source.unsaid')}</p>
      <p>{t('record.source.ask', { version: VERSION })}</p>
      <p>{rich('record.source.set', { name: <code>SOURCE_URL</code> })}</p>
    </>
  );
}

function source(c: Ctx): Response | Promise<Response> {
  cachePublic(c, 300);
  return page(
    c,
    { title: t('record.source.title'), area: 'public' },
    <>
      <Heading title={t('record.source.title')} lead={t('record.source.lead')} />
      <dl class="facts">
        <div>
          <dt>{t('record.source.version')}</dt>
          <dd>{VERSION}</dd>
        </div>
        <div>
          <dt>{t('record.source.licence')}</dt>
          <dd>
            <a href="https://www.gnu.org/licenses/agpl-3.0.html">{LICENCE}</a>
          </dd>
        </div>
      </dl>
      <h2>{t('record.source.where')}</h2>
      <Where url={c.get('services').config.sourceUrl} />
      <p>{rich('record.source.trust', { a: (words) => <a href="/verify">{words}</a> })}</p>
    </>,
  );
}

export const sourceRoutes: readonly Route[] = [{ method: 'GET', path: '/source', access: ANYONE, handler: source }];
