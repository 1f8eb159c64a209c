/** The recipient asks for more time: until when, why, for which items. What was asked before stands with its answer. It moves no date. */
import { z } from 'zod';
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { asksIn, waitingIn } from '../clock/rules.ts';
import { Asks } from '../clock-parts.tsx';
import { isoDate, line, prose } from '../fields.ts';
import { checked, errorsOf } from '../input.ts';
import { itemNumbers } from '../item-numbers.ts';
import { receiptLinks } from '../parts.tsx';
import { entriesOf } from '../stream.ts';
import { askForTime } from '../time-asked.ts';
import { ownExchange } from './commands.ts';

const NAMES = ['until', 'items', 'reason', 'askedBy', 'once'] as const;
const form = z.object({
  until: isoDate,
  items: itemNumbers,
  reason: prose(1000).pipe(z.string().min(1, 'Say why you need it.')),
  askedBy: line(200),
  once: z.string().regex(UUID, 'This form is too old. Load the page again.'),
});

async function show(c: Ctx, typed: Texts, errors: Errors = {}): Promise<Response> {
  const { db, clock, random } = c.get('services');
  const exchange = await ownExchange(c.get('services'), recipient(c).service);
  const asks = asksIn(await entriesOf(db, exchange.service.id));
  const bad = Object.keys(errors).length > 0;
  const of = (name: string) => ({ name, value: typed[name] ?? '', errors });
  const open = exchange.request.items.filter(({ item }) => !exchange.items.has(item));
  return await page(
    c,
    { title: 'Ask for more time', area: 'recipient', status: bad ? 422 : 200 },
    <>
      <Heading
        title="Ask for more time"
        crumbs={[{ text: 'Your answer', href: '/answer' }]}
        lead={
          <>
            {exchange.issuerName} decides. Until then the due date stands as it is; the answer comes by mail, with a
            receipt.
          </>
        }
      />
      <ErrorSummary errors={errors} what="Nothing was sent; what you typed stands below." />
      {open.length === 0 ? (
        <p>Everything is answered already; no more time is needed.</p>
      ) : exchange.revocation ? (
        <p>The request was revoked: there is nothing to answer.</p>
      ) : waitingIn(asks).some((ask) => ask.items === null) ? (
        <p>You have asked already. What you asked for stands below.</p>
      ) : (
        <Form action="/answer/extension" hidden={{ once: uuidv7(clock.now(), random) }} label="Ask for more time">
          <Field {...of('until')} type="date" label="Until this day" width="medium" required />
          {exchange.request.items.length > 1 ? (
            <Field
              {...of('items')}
              label="For items"
              hint="Their numbers, like 1, 3. Leave empty for all."
              width="medium"
            />
          ) : null}
          <TextArea
            {...of('reason')}
            label="Why you need it"
            hint={`${exchange.issuerName} reads this.`}
            rows={4}
            required
          />
          <Field {...of('askedBy')} label="Your name" autocomplete="name" maxlength={200} required />
          <Submit text="Ask" cancel={{ text: 'Back', href: '/answer' }} />
        </Form>
      )}
      {asks.length > 0 ? (
        <>
          <h2>What you asked for</h2>
          <Asks asks={asks} zone={zoneOf(c)} receipt={receiptLinks('/answer/receipts')} />
        </>
      ) : null}
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const typed = textsOf(await bodyOf(c), NAMES);
  try {
    const { once, ...command } = checked(form, typed, { until: 'the day', reason: 'the reason', askedBy: 'your name' });
    const { repeated } = await askForTime(c.get('services'), recipient(c).service, command, once);
    const said = 'You have asked. The due date stands until it is answered.';
    return redirectWith(c, '/answer/extension', repeated ? 'This was asked already; it was not sent twice.' : said);
  } catch (error) {
    return await show(c, typed, errorsOf(error));
  }
}

export const extensionRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/extension', access: RECIPIENT, handler: (c) => show(c, {}) },
  { method: 'POST', path: '/answer/extension', access: RECIPIENT, handler: post },
];
