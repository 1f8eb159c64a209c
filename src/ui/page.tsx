/**
 * How a handler answers with a page: one call that puts a body into the frame (skip link, header, notice, footer). The frame holds no
 * logic of any room and no inline script or style (the content security policy forbids them).
 */
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { language, languages, t } from '../base/language.ts';
import type { Ctx } from '../base/route.ts';
import { type PageContext, pageContext, takeNotice } from './context.ts';
import { Notice } from './notice.tsx';
import { rich } from './rich.tsx';
import { rosette, SITE_MARK } from './rosette.ts';

export const SOURCE_URL = '/source';

export interface PageOptions {
  /** without "Counterfoil", which is put after it */
  readonly title: string;
  /** whose page it is: everybody's, the issuer's staff's, or a recipient's who came by a letter (no navigation) */
  readonly area: 'public' | 'staff' | 'recipient';
  /** as wide as the window (boards, tables); otherwise the measure of prose and forms */
  readonly wide?: boolean;
  /** names of scripts in src/islands, without `.ts` */
  readonly islands?: readonly string[];
  readonly status?: ContentfulStatusCode;
  /** further elements of `<head>` (feeds) */
  readonly head?: Child;
  /** favicon of this page; default the site's mark (receipt pages pass their own rosette's address) */
  readonly icon?: string;
}

function Header({ area, ctx }: { area: PageOptions['area']; ctx: PageContext }) {
  const actor = ctx.actor;
  return (
    <header class="top">
      <div class="top__row">
        <a class="top__mark" href={area === 'recipient' ? '/answer' : '/'}>
          {raw(rosette(SITE_MARK, 30))}
          <span>Counterfoil</span>
        </a>
        {area === 'recipient' ? (
          actor.who === 'recipient' ? (
            <nav class="top__nav" aria-label={t('ui.nav')}>
              <ul>
                <li>
                  <a href="/answer/history">{t('ui.nav.history')}</a>
                </li>
                <li>
                  <form method="post" action="/answer/leave">
                    <button class="linklike" type="submit">
                      {t('ui.nav.leave')}
                    </button>
                  </form>
                </li>
              </ul>
            </nav>
          ) : null
        ) : (
          <nav class="top__nav" aria-label={t('ui.nav')}>
            <ul>
              <li>
                <a href="/search">{t('ui.nav.search')}</a>
              </li>
              <li>
                <a href="/verify">
                  {rich('ui.nav.verify', { more: (words) => <span class="top__long">{words}</span> })}
                </a>
              </li>
              {actor.who === 'staff' ? (
                <>
                  <li>
                    <a href="/desk">{t('ui.nav.desk')}</a>
                  </li>
                  <li>
                    <a href="/account">
                      {rich('ui.nav.account', {
                        who: (words) => <span class="top__who">{words}</span>,
                        name: actor.name,
                        organisation: actor.partyName,
                      })}
                    </a>
                  </li>
                  <li>
                    <form method="post" action="/sign-out">
                      <button class="linklike" type="submit">
                        {t('ui.nav.sign-out')}
                      </button>
                    </form>
                  </li>
                </>
              ) : (
                <li>
                  <a href="/sign-in">{t('ui.nav.sign-in')}</a>
                </li>
              )}
            </ul>
          </nav>
        )}
      </div>
    </header>
  );
}

function Footer({ ctx }: { ctx: PageContext }) {
  return (
    <footer class="foot">
      <div class="foot__row">
        <p>{rich('ui.foot.what', { verify: (words) => <a href="/verify">{words}</a> })}</p>
        <p>
          {ctx.logOrigin ? (
            <>{rich('ui.foot.log', { origin: <span class="foot__origin">{ctx.logOrigin}</span> })} · </>
          ) : null}
          {rich('ui.foot.free', { source: (words) => <a href={SOURCE_URL}>{words}</a> })}
        </p>
        <Languages />
      </div>
    </footer>
  );
}

/** The same page in each language, for search engines. */
function Elsewhere({ path }: { path: string }) {
  const at = (tag: string) => `${path}${path.includes('?') ? '&' : '?'}lang=${tag}`;
  return (
    <>
      {languages().map(([tag]) => (
        <link rel="alternate" hreflang={tag} href={at(tag)} />
      ))}
    </>
  );
}

/** The languages that this page can be read in, each by its own name; the choice is kept in a cookie and leads back here (the address of the page stands nowhere in it: it may be a secret). */
function Languages() {
  return (
    <form class="foot__languages" method="post" action="/language">
      <span class="usa-sr-only" id="languages">
        {t('ui.language')}
      </span>
      <ul aria-labelledby="languages">
        {languages().map(([tag, name]) => (
          <li>
            {tag === language() ? (
              <span lang={tag} aria-current="true">
                {name}
              </span>
            ) : (
              <button class="linklike" type="submit" name="language" value={tag} lang={tag}>
                {name}
              </button>
            )}
          </li>
        ))}
      </ul>
    </form>
  );
}

/** The whole document. Handlers call `page`; errors and tests may want the element alone. */
export function Document({
  options,
  ctx,
  notice,
  children,
}: {
  options: PageOptions;
  ctx: PageContext;
  notice: string | null;
  children?: Child;
}) {
  return (
    <html lang={language()}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{options.title === 'Counterfoil' ? options.title : `${options.title} · Counterfoil`}</title>
        <link
          rel="preload"
          href={ctx.assets.url('public-sans-400.woff2')}
          as="font"
          type="font/woff2"
          crossorigin="anonymous"
        />
        <link rel="stylesheet" href={ctx.assets.url('app.css')} />
        <link rel="icon" type="image/svg+xml" href={options.icon ?? ctx.assets.url('mark.svg')} />
        {['zone', ...(options.islands ?? [])].map((name) => (
          <script type="module" src={ctx.assets.url(`${name}.js`)} />
        ))}
        {options.area !== 'public' ? (
          <meta name="robots" content="noindex" />
        ) : options.status === undefined ? (
          <Elsewhere path={ctx.path} />
        ) : null}
        {options.head}
      </head>
      <body class={`area-${options.area}`}>
        <a class="usa-skipnav" href="#main">
          {t('ui.skip')}
        </a>
        <Header area={options.area} ctx={ctx} />
        <main id="main" class={options.wide ? 'main main--wide' : 'main'} tabindex={-1}>
          {notice ? (
            <Notice tone="good">
              <p>{notice}</p>
            </Notice>
          ) : null}
          {children}
        </main>
        <Footer ctx={ctx} />
      </body>
    </html>
  );
}

/** Answers with a full HTML document around `body`. Shows the notice of the page before once. */
export function page(c: Ctx, options: PageOptions, body: Child): Response | Promise<Response> {
  const document = (
    <Document options={options} ctx={pageContext(c)} notice={takeNotice(c)}>
      {body}
    </Document>
  );
  return c.html(html`<!doctype html>${document}`, options.status ?? 200);
}
