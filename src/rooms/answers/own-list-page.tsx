/** Everything that is asked of one mailbox: by whom, due when, what stops the clock. It shows what was sent to that mailbox and nothing else. */
import { t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { rich } from '../../ui/rich.tsx';
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
    { title: t('answers.list.title'), area: 'recipient', wide: true },
    <>
      <Heading
        title={t('answers.list.title')}
        crumbs={[{ text: t('answers.shared.yours'), href: '/answer' }]}
        lead={t('answers.list.lead')}
      />
      <Table
        caption={t('answers.list.caption')}
        quietCaption
        rows={lines}
        empty={{ what: t('answers.list.empty') }}
        columns={[
          {
            head: t('answers.shared.request'),
            names: true,
            cell: (line) => {
              const title = line.service === service ? <a href="/answer">{line.title}</a> : line.title;
              return line.compulsory ? rich('answers.list.compulsory', { title }) : title;
            },
          },
          { head: t('answers.list.by'), cell: (line) => line.issuer },
          { head: t('answers.list.of'), cell: (line) => line.name },
          {
            head: t('answers.list.open'),
            numeric: true,
            cell: (line) => t('answers.list.open-of', { open: line.open, n: line.items }),
          },
          { head: t('answers.list.clock'), cell: (line) => clockWords(line.clock) },
          {
            head: t('answers.list.counted'),
            cell: (line) => (line.revoked ? '' : <Working steps={line.working} summary={t('answers.list.working')} />),
          },
        ]}
      />
      <p>{t('answers.list.others')}</p>
      <p>
        <a href="/answer/calendar">{t('answers.list.calendar')}</a>
      </p>
    </>,
  );
}

export const ownListRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/requests', access: RECIPIENT, handler: getList },
];
