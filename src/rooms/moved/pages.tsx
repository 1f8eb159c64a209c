/** What moved since a person of the staff looked: every date with old and new day, reason and receipt; and which mail they want about it. */
import type { Child } from 'hono/jsx';
import { z } from 'zod';
import { bodyOf, textsOf } from '../../base/form.ts';
import { type Ctx, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { Form, Radios, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { count, kindWord } from '../../ui/words.ts';
import { ToldDay } from '../clock-parts.tsx';
import { checked } from '../input.ts';
import { EVERY, headOf, type Moved, markSeen, movedSince, seenBy, setEvery } from './view.ts';

/** Lines on the page, the newest. */
const MOST = 200;

const who = (one: Moved): Child =>
  one.n > 1 ? (
    <a href={`/desk/requests/${one.request}/board`}>{count(one.n, 'recipient')}</a>
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
    { title: 'Due dates that moved', area: 'staff', wide: true },
    <>
      <Heading
        title="Due dates that moved"
        crumbs={[{ text: 'Desk', href: '/desk' }]}
        lead="Since you last looked, whoever moved them: colleagues, a court, a calendar."
      />
      <Table
        caption="Moved since you looked, newest first"
        quietCaption
        rows={rows.slice(0, MOST)}
        empty={{ what: 'Nothing moved since you looked', how: 'A date that moves stands here until you have seen it.' }}
        columns={[
          { head: 'Recipient', names: true, cell: who },
          { head: 'Request', cell: (one) => one.title },
          { head: 'Before', cell: (one) => (one.n > 1 ? 'each its own' : <ToldDay on={one.before} />) },
          { head: 'Now', cell: (one) => (one.n > 1 ? 'each its own' : <ToldDay on={one.after} />) },
          { head: 'What and why', cell: (one) => `${kindWord(one.kind)}: ${one.reason}` },
          { head: 'Recorded', cell: (one) => <Time at={one.recordedAt} zone={zone} /> },
          {
            head: 'Receipt',
            cell: (one) => (
              <a href={`/desk/services/${one.service}/receipts/${one.entry}.pdf`} download>
                PDF<span class="usa-sr-only"> of what moved the date of {one.name}</span>
              </a>
            ),
          },
        ]}
      />
      {rows.length > MOST ? <p>More moved than are listed here; the board of each request shows them.</p> : null}
      {rows.length > 0 ? (
        <Form action="/desk/moved" hidden={{ upTo: String(upTo) }} label="Seen">
          <Submit text="I have seen these" />
        </Form>
      ) : null}
      <h2>By mail</h2>
      <Form action="/desk/moved/mail" label="Mail about moved due dates">
        <Radios
          name="every"
          label="Mail to you when due dates move"
          required
          value={every}
          choices={[
            { value: 'off', label: 'No mail' },
            { value: 'hour', label: 'At most one an hour' },
            { value: 'day', label: 'At most one a day' },
          ]}
        />
        <Submit text="Save" />
      </Form>
    </>,
  );
}

const seenForm = z.object({ upTo: z.coerce.number('is not a position').int().min(0).max(Number.MAX_SAFE_INTEGER) });
const mailForm = z.object({ every: z.enum(EVERY, 'Choose one of the three.') });

async function postSeen(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const { userId, party } = staff(c);
  const { upTo } = checked(seenForm, textsOf(await bodyOf(c), ['upTo']));
  await markSeen(db, { userId, party }, Math.min(upTo, await headOf(db)));
  return redirectWith(c, '/desk/moved', 'Noted. What moves from now on stands here.');
}

async function postMail(c: Ctx): Promise<Response> {
  const { userId, party } = staff(c);
  const { every } = checked(mailForm, textsOf(await bodyOf(c), ['every']));
  await setEvery(c.get('services').db, { userId, party }, every);
  return redirectWith(
    c,
    '/desk/moved',
    every === 'off' ? 'You get no mail about it.' : 'You get a mail when dates move.',
  );
}

export const movedRoutes: readonly Route[] = [
  { method: 'GET', path: '/desk/moved', access: VIEWER, handler: show },
  { method: 'POST', path: '/desk/moved', access: VIEWER, handler: postSeen },
  { method: 'POST', path: '/desk/moved/mail', access: VIEWER, handler: postMail },
];
