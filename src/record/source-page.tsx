/**
 * Which program this server runs, under which licence, and where its source is (AGPL-3.0, section 13 asks for that). It says nothing
 * of the operator beyond what the operator has set.
 */
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { LICENCE, VERSION } from '../base/version.ts';
import { Heading } from '../ui/heading.tsx';
import { page } from '../ui/page.tsx';
import { cachePublic } from './caching.ts';

function Where({ url }: { url: string | undefined }) {
  if (url !== undefined) {
    return (
      <p>
        The source of the program as this server runs it is at <a href={url}>{url}</a>.
      </p>
    );
  }
  return (
    <>
      <p>
        The operator of this server has not said where its source can be had. Nothing is hidden by that: the program is
        not compiled, so the files that this server runs are its source, changes included.
      </p>
      <p>
        Whoever runs it for others owes you these files for the asking, free of charge (section 13 of the licence).
        Write to the office that keeps the record you were reading, or answer a letter that came from here, and ask for
        the source of Counterfoil {VERSION}.
      </p>
      <p>
        Do you run this server? Set <code>SOURCE_URL</code> to a public address of your copy and it will stand here.
      </p>
    </>
  );
}

function source(c: Ctx): Response | Promise<Response> {
  cachePublic(c, 300);
  return page(
    c,
    { title: 'Source code', area: 'public' },
    <>
      <Heading title="Source code" lead="Counterfoil is free software: you may use, read, change and share it." />
      <dl class="facts">
        <div>
          <dt>Version</dt>
          <dd>{VERSION}</dd>
        </div>
        <div>
          <dt>Licence</dt>
          <dd>
            <a href="https://www.gnu.org/licenses/agpl-3.0.html">{LICENCE}</a>
          </dd>
        </div>
      </dl>
      <h2>Where it is</h2>
      <Where url={c.get('services').config.sourceUrl} />
      <p>
        You need not trust this server, whatever it runs: receipts can be <a href="/verify">verified</a> without it.
      </p>
    </>,
  );
}

export const sourceRoutes: readonly Route[] = [{ method: 'GET', path: '/source', access: ANYONE, handler: source }];
