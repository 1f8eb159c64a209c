/** Everything that is asked of one mailbox: by whom, due when, what stops the clock. It shows what was sent to that mailbox and nothing else. */
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Working } from '../../ui/working.tsx';
import { clockWords } from '../clock-parts.tsx';
import { dueLines, servicesOfMailbox } from '../due-list.ts';

async function getList(c: Ctx): Promise<Response> {
  const { db, clock } = c.get('services');
  const { service, address } = recipient(c);
  // The one that the link is for has shown itself to be theirs by the link.
  const ids = [...new Set([service, ...(await servicesOfMailbox(db, address))])];
  const lines = await dueLines(db, ids, clock.now());
  return await page(
    c,
    { title: 'Everything asked of you', area: 'recipient', wide: true },
    <>
      <Heading
        title="Everything asked of you"
        crumbs={[{ text: 'Your answer', href: '/answer' }]}
        lead="All requests whose letters went to this mailbox, the first due on top."
      />
      <Table
        caption="Requests"
        quietCaption
        rows={lines}
        empty={{ what: 'Nothing is asked of this mailbox' }}
        columns={[
          {
            head: 'Request',
            names: true,
            cell: (line) => (
              <>
                {line.service === service ? <a href="/answer">{line.title}</a> : line.title}
                {line.compulsory ? ' (compulsory)' : ''}
              </>
            ),
          },
          { head: 'Asked by', cell: (line) => line.issuer },
          { head: 'Asked of', cell: (line) => line.name },
          { head: 'Still open', numeric: true, cell: (line) => `${line.open} of ${line.items}` },
          { head: 'Due, and what stops the clock', cell: (line) => clockWords(line.clock) },
          {
            head: 'How it is counted',
            cell: (line) => (line.revoked ? '' : <Working steps={line.working} summary="Working" />),
          },
        ]}
      />
      <p>
        To answer one of the others, open the link in its own letter: each link is for one request. What went to another
        mailbox is not listed here.
      </p>
      <p>
        <a href="/answer/calendar">Have these dates in your calendar</a>
      </p>
    </>,
  );
}

export const ownListRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/requests', access: RECIPIENT, handler: getList },
];
