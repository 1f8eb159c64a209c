/** After sending: the slip of the answer with its receipts to keep, what comes by mail, and what can be done next. */

import type { Child } from 'hono/jsx';
import { NotFound } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import type { Witnessed } from '../../base/services.ts';
import { zoneOf } from '../../ui/context.ts';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { LookAgain } from '../../ui/progress.tsx';
import { quiet } from '../../ui/quiet.tsx';
import { rich } from '../../ui/rich.tsx';
import { Slip } from '../../ui/slip.tsx';
import { Said } from '../parts.tsx';
import { entriesOf, type StreamEntry } from '../stream.ts';
import { ownExchange } from './commands.ts';
import type { Exchange, SentAnswer } from './view.ts';

/** So long the page waits for the log's next signature, in ms, before it says so. */
const PATIENCE = 1000;

interface SentView {
  readonly exchange: Exchange;
  readonly sent: SentAnswer;
  readonly entry: StreamEntry;
  /** `item.answered` entries of this answer */
  readonly items: readonly StreamEntry[];
  readonly published: boolean;
  /** how to look again while it is not */
  readonly again: Child;
  readonly witnessed: Witnessed | null;
  readonly zone: string;
  readonly logOrigin: string;
}

function SentPage({ exchange, sent, entry, items, published, again, witnessed, zone, logOrigin }: SentView) {
  const { request, service, issuerName } = exchange;
  const files = sent.items.reduce((n, one) => n + one.documents.length, 0);
  const open = request.items.filter((one) => !exchange.items.has(one.item));
  return (
    <>
      <Heading title={t('answers.sent.title')} lead={t('answers.sent.lead', { issuer: issuerName })} />
      <Slip
        commitment={entry.commitment}
        position={published ? entry.position : null}
        logOrigin={logOrigin}
        title={sent.round === 1 ? t('answers.sent.slip') : t('answers.sent.slip.more', { n: sent.round - 1 })}
        at={entry.recordedAt}
        zone={zone}
        issuer={{ name: issuerName, line: t('answers.sent.asked', { n: request.items.length }) }}
        recipient={{
          name: service.name,
          line: t('answers.sent.answered', { n: sent.items.length, files }),
        }}
        facts={[
          { name: t('answers.shared.request'), value: request.title },
          {
            name: t('answers.sent.by'),
            value: sent.actedBy.title ? `${sent.actedBy.name}, ${sent.actedBy.title}` : sent.actedBy.name,
          },
          { name: t('answers.sent.mail'), value: t('answers.sent.mail.to', { address: sent.actedBy.address }) },
        ]}
        witnessed={published ? witnessed : null}
        {...(published ? { json: `/answer/receipts/${entry.id}.json`, pdf: `/answer/receipts/${entry.id}.pdf` } : {})}
      />
      {published ? null : (
        <>
          <p role="status">{t('answers.sent.making')}</p>
          {again}
        </>
      )}
      <h2>{t('answers.sent.items')}</h2>
      <ol class="entries">
        {sent.items.map((one) => {
          const own = items.find((item) => item.body.item === one.item);
          return (
            <li>
              <h3>{t('answers.shared.item', { item: one.item })}</h3>
              <p>{request.items.find((item) => item.item === one.item)?.text}</p>
              <Said one={one} whole href={(document) => `/answer/documents/${document.sha256}`} />
              {own && published ? (
                <p>
                  {rich('answers.sent.item-receipt', {
                    open: request.audience === 'public' ? 'yes' : 'no',
                    item: one.item,
                    pdf: (words) => (
                      <a href={`/answer/receipts/${own.id}.pdf`} download>
                        {words}
                      </a>
                    ),
                    json: (words) => (
                      <a href={`/answer/receipts/${own.id}.json`} download>
                        {words}
                      </a>
                    ),
                    more: quiet,
                  })}
                </p>
              ) : null}
            </li>
          );
        })}
      </ol>
      <h2>{t('answers.sent.next')}</h2>
      <p>{t('answers.sent.next.how', { issuer: issuerName, n: open.length })}</p>
      <p>
        <a href="/answer">{t(open.length > 0 ? 'answers.sent.open' : 'answers.sent.add')}</a> ·{' '}
        <a href="/answer/history">{t('ui.nav.history')}</a>
      </p>
    </>
  );
}

async function getSent(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { service } = recipient(c);
  const exchange = await ownExchange(services, service);
  const sent = exchange.answers.find((one) => one.answer === c.req.param('answer'));
  const entries = sent ? await entriesOf(services.db, service) : [];
  const entry = entries.find((one) => one.id === sent?.entry);
  if (!sent || !entry) {
    throw new NotFound('no-such-answer', {
      what: t('answers.refused.sent'),
      next: t('answers.refused.sent.next'),
    });
  }
  const items = entries.filter((one) => one.kind === 'item.answered' && one.body.answer === sent.answer);
  const published = await services.ledger.published(items.at(-1)?.position ?? entry.position, PATIENCE);
  const witnessed = await services.ledger.witnessed(entry.position);
  return await page(
    c,
    {
      title: t('answers.sent.title'),
      area: 'recipient',
      islands: published ? [] : ['again'],
    },
    <SentPage
      exchange={exchange}
      sent={sent}
      entry={entry}
      items={items}
      published={published}
      again={<LookAgain c={c} done={t('ui.receipt.here')} />}
      witnessed={witnessed}
      zone={zoneOf(c)}
      logOrigin={services.config.logOrigin}
    />,
  );
}

export const sentRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/sent/:answer', access: RECIPIENT, handler: getSent },
];
