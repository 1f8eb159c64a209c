/** After sending: the slip of the answer with its receipts to keep, what comes by mail, and what can be done next. */
import type { Child } from 'hono/jsx';
import { NotFound } from '../../base/errors.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import type { Witnessed } from '../../base/services.ts';
import { zoneOf } from '../../ui/context.ts';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { LookAgain } from '../../ui/progress.tsx';
import { Slip } from '../../ui/slip.tsx';
import { count } from '../../ui/words.ts';
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
      <Heading
        title="Your answer is sent"
        lead={<>{issuerName} has it. Keep the receipt: it proves what you sent and when, also without this server.</>}
      />
      <Slip
        commitment={entry.commitment}
        position={published ? entry.position : null}
        logOrigin={logOrigin}
        title={sent.round === 1 ? 'Answer sent' : `Answer sent, addition ${sent.round - 1}`}
        at={entry.recordedAt}
        zone={zone}
        issuer={{ name: issuerName, line: `asked for ${count(request.items.length, 'item')}` }}
        recipient={{
          name: service.name,
          line: `answered ${count(sent.items.length, 'item')} with ${count(files, 'file')}`,
        }}
        facts={[
          { name: 'Request', value: request.title },
          {
            name: 'Sent by',
            value: sent.actedBy.title ? `${sent.actedBy.name}, ${sent.actedBy.title}` : sent.actedBy.name,
          },
          { name: 'By mail', value: `the same receipt goes to ${sent.actedBy.address}` },
        ]}
        witnessed={published ? witnessed : null}
        {...(published ? { json: `/answer/receipts/${entry.id}.json`, pdf: `/answer/receipts/${entry.id}.pdf` } : {})}
      />
      {published ? null : (
        <>
          <p role="status">
            Your answer is written down for good. Your receipt is being made, usually within a second.
          </p>
          {again}
        </>
      )}
      <h2>Each item</h2>
      <ol class="entries">
        {sent.items.map((one) => {
          const own = items.find((item) => item.body.item === one.item);
          return (
            <li>
              <h3>Item {one.item}</h3>
              <p>{request.items.find((item) => item.item === one.item)?.text}</p>
              <Said one={one} whole href={(document) => `/answer/documents/${document.sha256}`} />
              {own && published ? (
                <p>
                  Receipt of this item alone{request.audience === 'public' ? ', as the public record shows it' : ''}:{' '}
                  <a href={`/answer/receipts/${own.id}.pdf`} download>
                    PDF<span class="usa-sr-only"> for item {one.item}</span>
                  </a>{' '}
                  ·{' '}
                  <a href={`/answer/receipts/${own.id}.json`} download>
                    JSON<span class="usa-sr-only"> for item {one.item}</span>
                  </a>
                </p>
              ) : null}
            </li>
          );
        })}
      </ol>
      <h2>What comes next</h2>
      <p>
        {issuerName} looks at each item and says whether it is accepted. You are told by mail, with a receipt.{' '}
        {open.length > 0
          ? `${count(open.length, 'item')} of this request ${open.length === 1 ? 'is' : 'are'} still open.`
          : 'Every item of this request is answered.'}
      </p>
      <p>
        <a href="/answer">{open.length > 0 ? 'Answer the open items' : 'Add to your answer'}</a> ·{' '}
        <a href="/answer/history">Everything sent so far</a>
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
      what: 'There is no such answer of yours.',
      next: 'Look at everything sent so far, at /answer/history.',
    });
  }
  const items = entries.filter((one) => one.kind === 'item.answered' && one.body.answer === sent.answer);
  const published = await services.ledger.published(items.at(-1)?.position ?? entry.position, PATIENCE);
  const witnessed = await services.ledger.witnessed(entry.position);
  return await page(
    c,
    {
      title: 'Your answer is sent',
      area: 'recipient',
      islands: published ? [] : ['again'],
    },
    <SentPage
      exchange={exchange}
      sent={sent}
      entry={entry}
      items={items}
      published={published}
      again={<LookAgain c={c} done="Your receipt is here." />}
      witnessed={witnessed}
      zone={zoneOf(c)}
      logOrigin={services.config.logOrigin}
    />,
  );
}

export const sentRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/sent/:answer', access: RECIPIENT, handler: getSent },
];
