/** What a recipient has sent so far, what the issuer said to it, and the receipts of everything that happened with this request. */
import { t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { zoneOf } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Mark } from '../../ui/mark.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
import { Time } from '../../ui/time.tsx';
import { finding } from '../../ui/words.ts';
import { History, Said } from '../parts.tsx';
import { entriesOf } from '../stream.ts';
import { invitationPage, ownExchange } from './commands.ts';
import type { Exchange, SentAnswer } from './view.ts';

function Answer({ sent, exchange, zone }: { sent: SentAnswer; exchange: Exchange; zone: string }) {
  return (
    <section aria-labelledby={`answer-${sent.round}`}>
      <h2 id={`answer-${sent.round}`}>
        {rich('answers.history.answer', { round: sent.round, at: <Time at={sent.recordedAt} zone={zone} /> })}
      </h2>
      <p>
        {rich('answers.history.by', {
          by: sent.actedBy.title ? `${sent.actedBy.name}, ${sent.actedBy.title}` : sent.actedBy.name,
          a: (words) => <a href={`/answer/sent/${sent.answer}`}>{words}</a>,
        })}
      </p>
      <ol class="entries">
        {sent.items.map((one) => {
          const found = exchange.determinations.filter((d) => d.item === one.item && d.answer === sent.answer);
          return (
            <li>
              <h3>{t('answers.shared.item', { item: one.item })}</h3>
              <p>{exchange.request.items.find((item) => item.item === one.item)?.text}</p>
              <Said one={one} href={(document) => `/answer/documents/${document.sha256}`} />
              {exchange.items.get(one.item)?.answer === sent.answer ? null : <p>{t('answers.history.newer')}</p>}
              {found.map((d) => (
                <div>
                  <p>
                    {rich('answers.shared.says-at', {
                      issuer: exchange.issuerName,
                      found: <Mark state={finding(d.finding)} />,
                      at: <Time at={d.occurredAt} zone={zone} />,
                    })}
                  </p>
                  {d.reasons ? <div class="said__note">{d.reasons}</div> : null}
                </div>
              ))}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

async function getHistory(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const { service } = recipient(c);
  const invited = await invitationPage(c);
  if (invited) return invited;
  const exchange = await ownExchange(c.get('services'), service);
  const entries = await entriesOf(db, service);
  const zone = zoneOf(c);
  const names = new Map([
    [exchange.matter.issuer, exchange.issuerName],
    [exchange.service.recipient, exchange.service.name],
  ]);
  return await page(
    c,
    { title: t('ui.nav.history'), area: 'recipient' },
    <>
      <Heading
        title={t('ui.nav.history')}
        crumbs={[{ text: t('answers.shared.yours'), href: '/answer' }]}
        lead={t('answers.history.lead', {
          recipient: exchange.service.name,
          issuer: exchange.issuerName,
          title: exchange.request.title,
        })}
      />
      {exchange.answers.length === 0 ? (
        <Empty
          what={t('answers.shared.none-yet')}
          how={t('answers.history.none.how')}
          action={{ text: t('answers.history.go'), href: '/answer' }}
        />
      ) : (
        exchange.answers.map((sent) => <Answer sent={sent} exchange={exchange} zone={zone} />)
      )}
      <h2>{t('answers.history.receipts')}</h2>
      <p>
        {rich('answers.history.all', {
          a: (words) => <a href="/answer/certificate">{words}</a>,
          text: (words) => <a href="/answer/certificate?form=txt">{words}</a>,
        })}
      </p>
      <History entries={entries} names={names} receipts="/answer/receipts" zone={zone} />
    </>,
  );
}

export const historyRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/history', access: RECIPIENT, handler: getHistory },
];
