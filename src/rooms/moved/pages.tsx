/** What moved since a person of the staff looked: every date with old and new day, reason and receipt; and which mail they want about it. */

import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { bodyOf, textsOf } from '../../base/form.ts';
import { t } from '../../base/language.ts';
import { type Ctx, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Form, Radios, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { quiet } from '../../ui/quiet.tsx';
import { rich } from '../../ui/rich.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { kindWord } from '../../ui/words.ts';
import { ToldDay } from '../clock-parts.tsx';
import { checked } from '../input.ts';
import { EVERY, headOf, type Moved, markSeen, movedSince, seenBy, setEvery } from './view.ts';

/** Lines on the page, the newest. */
const MOST = 200;

const who = (one: Moved): Child =>
  one.n > 1 ? (
    <a href={`/desk/requests/${one.request}/board`}>{t('ui.count.recipients', { n: one.n })}</a>
  ) : (
    <a href={`/desk/services/${one.service}#clock`}>{one.name}</a>
  );

async function show(c: Ctx): Promise<Response> {
  const { db, clock } = c.get('services');
  const { userId, party } = staff(c);
  const upTo = await headOf(db);
  const { seen, every } = await seenBy(db, { userId, party }, clock.now());
  const rows = await movedSince(db, party, { after: seen, upTo, limit: MOST + 1 });
  const zone = zoneOf(c);
  return await page(
    c,
    { title: t('requests.moved'), area: 'staff', wide: true },
    <>
      <Heading
        title={t('requests.moved')}
        crumbs={[{ text: t('ui.nav.desk'), href: '/desk' }]}
        lead={t('requests.moved.lead')}
      />
      <Table
        caption={t('requests.moved.caption')}
        quietCaption
        rows={rows.slice(0, MOST)}
        empty={{ what: t('requests.moved.none'), how: t('requests.moved.none.how') }}
        columns={[
          { head: t('requests.recipient'), names: true, cell: who },
          { head: t('requests.check.request'), cell: (one) => one.title },
          {
            head: t('requests.moved.before'),
            cell: (one) => (one.n > 1 ? t('requests.moved.each') : <ToldDay on={one.before} />),
          },
          {
            head: t('requests.moved.now'),
            cell: (one) => (one.n > 1 ? t('requests.moved.each') : <ToldDay on={one.after} />),
          },
          { head: t('requests.moved.why'), cell: (one) => `${kindWord(one.kind)}: ${one.reason}` },
          { head: t('requests.moved.recorded'), cell: (one) => <Time at={one.recordedAt} zone={zone} /> },
          {
            head: t('requests.moved.receipt'),
            cell: (one) => (
              <a href={`/desk/services/${one.service}/receipts/${one.entry}.pdf`} download>
                {rich('requests.moved.pdf', {
                  name: one.name,
                  more: quiet,
                })}
              </a>
            ),
          },
        ]}
      />
      {rows.length > MOST ? <p>{t('requests.moved.more')}</p> : null}
      {rows.length > 0 ? (
        <Form action="/desk/moved" hidden={{ upTo: String(upTo) }} label={t('requests.moved.seen')}>
          <Submit text={t('requests.moved.seen.do')} />
        </Form>
      ) : null}
      <h2>{t('requests.moved.by-mail')}</h2>
      <Form action="/desk/moved/mail" label={t('requests.moved.mail')}>
        <Radios
          name="every"
          label={t('requests.moved.mail.to')}
          required
          value={every}
          choices={[
            { value: 'off', label: t('requests.moved.mail.none') },
            { value: 'hour', label: t('requests.moved.mail.hour') },
            { value: 'day', label: t('requests.moved.mail.day') },
          ]}
        />
        <Submit text={t('requests.save')} />
      </Form>
    </>,
  );
}

const seenForm = z.object({
  upTo: z.coerce
    .number({ error: () => t('requests.moved.position') })
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER),
});
const mailForm = z.object({ every: z.enum(EVERY, { error: () => t('requests.moved.choose') }) });

async function postSeen(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const { userId, party } = staff(c);
  const { upTo } = checked(seenForm, textsOf(await bodyOf(c), ['upTo']));
  await markSeen(db, { userId, party }, Math.min(upTo, await headOf(db)));
  return redirectWith(c, '/desk/moved', t('requests.moved.noted'));
}

async function postMail(c: Ctx): Promise<Response> {
  const { userId, party } = staff(c);
  const { every } = checked(mailForm, textsOf(await bodyOf(c), ['every']));
  await setEvery(c.get('services').db, { userId, party }, every);
  return redirectWith(c, '/desk/moved', t(every === 'off' ? 'requests.moved.mail.off' : 'requests.moved.mail.on'));
}

export const movedRoutes: readonly Route[] = [
  { method: 'GET', path: '/desk/moved', access: VIEWER, handler: show },
  { method: 'POST', path: '/desk/moved', access: VIEWER, handler: postSeen },
  { method: 'POST', path: '/desk/moved/mail', access: VIEWER, handler: postMail },
];
