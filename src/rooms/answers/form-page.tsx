/**
 * The recipient's form: `GET /answer` shows it, `POST /answer` saves it whole, whichever button was pressed, and then does what the button says.
 * `GET /answer/room` says beforehand whether files would be taken.
 */
import { StorageFull, TooLarge } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import { type Ctx, RECIPIENT, type Route, recipient } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { page } from '../../ui/page.tsx';
import { timeText } from '../../ui/time.tsx';
import { asksIn, movesIn, workingsOf } from '../clock/rules.ts';
import { uploadsOf } from '../documents/view.ts';
import { servedWorking } from '../requests/view.ts';
import { entriesOf } from '../stream.ts';
import { currentDraft, handOver, invitationPage, ownExchange } from './commands.ts';
import { type Clash, digestOf, itemOf, postedItems } from './draft.ts';
import { AnswerForm } from './form.tsx';
import { touchedIn, touchLinksOf } from './orders.ts';
import { receiveForm, refuseBeforeReading, refuseLength } from './receiving.ts';
import { removeUpload, saveForm } from './saving.ts';
import { clockedIn, type Exchange } from './view.ts';

async function show(
  c: Ctx,
  exchange: Exchange,
  more: { readonly clashes: readonly Clash[]; readonly overtaken: boolean; readonly status: 200 | 409 },
): Promise<Response> {
  const services = c.get('services');
  const service = exchange.service.id;
  const draft = await currentDraft(services, service);
  const uploads = await uploadsOf(services.db, service);
  const entries = await entriesOf(services.db, service);
  return await page(
    c,
    {
      title: t('answers.form.title', { title: exchange.request.title }),
      area: 'recipient',
      islands: ['answer'],
      status: more.status,
    },
    <AnswerForm
      exchange={exchange}
      draft={draft}
      uploads={uploads}
      clashes={more.clashes}
      overtaken={more.overtaken}
      workings={
        exchange.moved ? workingsOf(await clockedIn(services.db, exchange, entries)) : servedWorking(exchange.service)
      }
      moves={movesIn(entries)}
      asks={asksIn(entries)}
      touched={await touchedIn(services.db, exchange, services.clock.now())}
      touchLinks={touchLinksOf(exchange)}
      maxFileBytes={services.config.maxFileBytes}
      zone={zoneOf(c)}
      now={services.clock.now()}
    />,
  );
}

async function getAnswer(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { service, address } = recipient(c);
  const invited = await invitationPage(c);
  if (invited) return invited;
  const exchange = await ownExchange(services, service);
  await handOver(services, exchange, address);
  return await show(c, exchange, { clashes: [], overtaken: false, status: 200 });
}

async function postAnswer(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { service } = recipient(c);
  await refuseBeforeReading(services, c.req.raw.headers);
  const exchange = await ownExchange(services, service);
  const items = exchange.request.items.map((one) => one.item);
  const { form, said } = await receiveForm(services, c.req.raw, service, items);
  const action = form.fields.get('action') ?? 'save';
  if (action.startsWith('remove-')) await removeUpload(services, service, action.slice('remove-'.length));
  await currentDraft(services, service);
  const { draft, clashes } = await saveForm(services, service, postedItems(form.fields, items), said);
  const overtaken = draft.body.once !== form.fields.get('once');
  if (c.req.header('accept') === 'application/json') {
    const at = timeText(new Date(services.clock.now()), zoneOf(c)).text;
    const was = Object.fromEntries(items.map((item) => [item, digestOf(itemOf(draft.body, item))]));
    return clashes.length > 0 || overtaken ? c.json({ saved: false }, 409) : c.json({ saved: true, at, was });
  }
  if (clashes.length > 0 || overtaken) {
    // Read again: what was sent from the other browser belongs on this page.
    const now = await ownExchange(services, service);
    return await show(c, now, { clashes, overtaken, status: 409 });
  }
  if (said.length > 0) return c.redirect('/answer', 303);
  if (action === 'review') return c.redirect('/answer/review', 303);
  const item = /^add-(\d+)$/.exec(action)?.[1];
  if (item) return c.redirect(`/answer#item-${item}`, 303);
  if (action.startsWith('remove-')) return redirectWith(c, '/answer', t('answers.form.file-removed'));
  return redirectWith(c, '/answer', t('answers.form.saved'));
}

/**
 * Whether files of this many bytes would be taken, for the script that sends them: a browser that is refused in the middle of an upload shows a
 * broken connection, never our reason.
 */
async function getRoom(c: Ctx): Promise<Response> {
  const bytes = Number(c.req.query('bytes') ?? '0');
  try {
    if (Number.isSafeInteger(bytes)) await refuseLength(c.get('services'), bytes);
    return c.json({ refused: null });
  } catch (error) {
    if (!(error instanceof TooLarge || error instanceof StorageFull)) throw error;
    const { what, next } = error.advice;
    return c.json({ refused: [what, next].filter(Boolean).join(' ') });
  }
}

export const formRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer', access: RECIPIENT, handler: getAnswer },
  { method: 'GET', path: '/answer/room', access: RECIPIENT, handler: getRoom },
  { method: 'POST', path: '/answer', access: RECIPIENT, body: 'stream', handler: postAnswer },
];
