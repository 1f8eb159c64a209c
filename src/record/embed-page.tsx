/**
 * A record in a frame on somebody else's page: pinned to a time, read and never acted on. It sets and reads no cookie, holds no form and no
 * script, and its links open windows that know nothing of the page round it. The only page of the server that others may frame.
 */
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { language, t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { DEFAULT_ZONE, isZone } from '../ui/context.ts';
import { Mark } from '../ui/mark.tsx';
import { rich } from '../ui/rich.tsx';
import { Time } from '../ui/time.tsx';
import { clockState, disposition, finding } from '../ui/words.ts';
import { foundWord, saidWord } from './board.ts';
import { boardParams } from './board-filter.ts';
import { cacheRecord } from './caching.ts';
import { momentOf, momentParams, publicMatter } from './matter.ts';
import { type RecordModel, recordModel } from './model.ts';
import { clockText, entryPath, href, recordPath, servicePath } from './parts.tsx';
import { Numbers, queryOf, refuseBadTime } from './record-page.tsx';

/** Rows of a frame; the record has the rest. */
const ROWS = 25;

const POLICY =
  "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";

async function getEmbed(c: Ctx): Promise<Response> {
  const { db, clock, config } = c.get('services');
  const now = new Date(clock.now());
  const query = queryOf(c);
  const matter = await publicMatter(db, c.req.param('slug') ?? '');
  // Not the reader's own zone: that would be read from a cookie.
  const zone = query.tz && isZone(query.tz) ? query.tz : DEFAULT_ZONE;
  if (!query.asOf) {
    const asOf = new Date(Math.floor(now.getTime() / 1000) * 1000).toISOString().replace('.000Z', 'Z');
    c.header('Cache-Control', 'no-store');
    return c.redirect(href(c.req.path, { ...query, asOf }), 302);
  }
  const moment = momentOf(query, zone, now);
  refuseBadTime(moment);
  const model = await recordModel(db, matter, moment, query, ROWS);
  cacheRecord(c, moment, model.last, now);
  c.header('Content-Security-Policy', POLICY);
  const styles = c.get('assets')?.url('app.css') ?? '';
  const body = <Embedded model={model} base={config.baseUrl} styles={styles} />;
  return c.html(html`<!doctype html>${body}`);
}

function Away({ href: to, children }: { readonly href: string; readonly children?: Child }) {
  return (
    <a href={to} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function Embedded({
  model,
  base,
  styles,
}: {
  readonly model: RecordModel;
  readonly base: string;
  readonly styles: string;
}) {
  const { matter, moment, board, request, last } = model;
  const params = {
    ...momentParams(moment),
    ...boardParams(model.filter, model.sort),
    request: model.requests.length > 1 ? (request?.id ?? '') : '',
  };
  const whole = href(recordPath(matter), params);
  return (
    <html lang={language()}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="canonical" href={`${base}${whole}`} />
        <title>{matter.title} · Counterfoil</title>
        <link rel="stylesheet" href={styles} />
      </head>
      <body class="embed">
        <main>
          <h1 class="embed__title">
            <Away href={whole}>{matter.title}</Away>
          </h1>
          <p>
            {rich('record.embed', {
              at: (
                <strong>
                  <Time at={moment.at} zone={moment.zone} />
                </strong>
              ),
              axis: moment.axis,
              example: matter.example ? 'yes' : 'no',
            })}
          </p>
          {board && request ? (
            <>
              <Numbers board={board} orders={model.reach.forces.length} />
              <table class="table embed__table">
                <caption class="usa-sr-only">{t('record.embed.caption', { title: request.title })}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('record.recipient')}</th>
                    {request.items.length === 1 ? (
                      <>
                        <th scope="col">{t('record.says')}</th>
                        <th scope="col">{t('record.finds')}</th>
                      </>
                    ) : null}
                    <th scope="col">{t('record.clock')}</th>
                  </tr>
                </thead>
                <tbody>
                  {board.rows.map((row) => (
                    <tr>
                      <th scope="row" data-label={t('record.recipient')}>
                        <Away href={href(servicePath(matter, row.service), momentParams(moment))}>{row.name}</Away>
                      </th>
                      {request.items.length === 1 && row.cells[0] ? (
                        <>
                          <td data-label={t('record.says')}>
                            <Mark state={disposition(saidWord(row.cells[0], board))} />
                          </td>
                          <td data-label={t('record.finds')}>
                            <Mark state={finding(foundWord(row.cells[0], board))} />
                          </td>
                        </>
                      ) : null}
                      <td data-label={t('record.clock')}>
                        <Mark state={clockState(row.clock.state)}>{clockText(row.clock)}</Mark>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {board.total > board.rows.length ? (
                <p>
                  {rich('record.embed.more', {
                    n: board.total - board.rows.length,
                    a: (words) => <Away href={whole}>{words}</Away>,
                  })}
                </p>
              ) : null}
            </>
          ) : (
            <p>{t('record.embed.none')}</p>
          )}
          <p class="soft">
            <Away href={whole}>{t('record.embed.whole')}</Away>
            {last ? (
              <>
                {' '}
                · {t('record.embed.position', { position: last.position })} ·{' '}
                <Away href={entryPath(matter, last.entry)}>{t('record.receipt-word')}</Away>
              </>
            ) : null}
          </p>
        </main>
      </body>
    </html>
  );
}

export const embedRoutes: readonly Route[] = [
  { method: 'GET', path: '/embed/record/:slug', access: ANYONE, handler: getEmbed },
];
