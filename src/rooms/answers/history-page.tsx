/** What a recipient has sent so far, what the issuer said to it, and the receipts of everything that happened with this request. */
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { zoneOf } from '../../ui/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { Heading } from '../../ui/heading.tsx';
import { Mark } from '../../ui/mark.tsx';
import { page } from '../../ui/page.tsx';
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
        Answer {sent.round}, <Time at={sent.recordedAt} zone={zone} />
      </h2>
      <p>
        Sent by {sent.actedBy.title ? `${sent.actedBy.name}, ${sent.actedBy.title}` : sent.actedBy.name} ·{' '}
        <a href={`/answer/sent/${sent.answer}`}>the slip</a>
      </p>
      <ol class="entries">
        {sent.items.map((one) => {
          const found = exchange.determinations.filter((d) => d.item === one.item && d.answer === sent.answer);
          return (
            <li>
              <h3>Item {one.item}</h3>
              <p>{exchange.request.items.find((item) => item.item === one.item)?.text}</p>
              <Said one={one} href={(document) => `/answer/documents/${document.sha256}`} />
              {exchange.items.get(one.item)?.answer === sent.answer ? null : (
                <p>A newer answer to this item followed.</p>
              )}
              {found.map((d) => (
                <div>
                  <p>
                    {exchange.issuerName} says: <Mark state={finding(d.finding)} /> ·{' '}
                    <Time at={d.occurredAt} zone={zone} />
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
    { title: 'Everything sent so far', area: 'recipient' },
    <>
      <Heading
        title="Everything sent so far"
        crumbs={[{ text: 'Your answer', href: '/answer' }]}
        lead={
          <>
            {exchange.service.name} and {exchange.issuerName}, on “{exchange.request.title}”.
          </>
        }
      />
      {exchange.answers.length === 0 ? (
        <Empty
          what="No answer yet"
          how="Each answer that you send stays here as it was, with what the issuer says to it."
          action={{ text: 'Go to the items', href: '/answer' }}
        />
      ) : (
        exchange.answers.map((sent) => <Answer sent={sent} exchange={exchange} zone={zone} />)
      )}
      <h2>Receipts</h2>
      <p>
        Everything that was written down about this request and you, oldest first. For a court:{' '}
        <a href="/answer/certificate">a certification to complete and sign</a> (
        <a href="/answer/certificate?form=txt">as text</a>).
      </p>
      <History entries={entries} names={names} receipts="/answer/receipts" zone={zone} />
    </>,
  );
}

export const historyRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/history', access: RECIPIENT, handler: getHistory },
];
