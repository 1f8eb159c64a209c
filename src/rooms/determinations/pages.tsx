/** The issuer's pages of one recipient: reading its answer, determining an item, accepting all that is answered. */
import { z } from 'zod';
import { InvalidInput, NotFound, Refusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { page } from '../../ui/page.tsx';
import { finding as findingWord } from '../../ui/words.ts';
import { clockedIn } from '../answers/view.ts';
import { movesIn, workingsOf } from '../clock/rules.ts';
import { prose } from '../fields.ts';
import { reachNow, recipientIn, touchedBy } from '../reach.ts';
import { servedWorking } from '../requests/view.ts';
import { entriesOf } from '../stream.ts';
import { determineItems, exchangeFor } from './commands.ts';
import { FINDINGS } from './entries.ts';
import { AcceptAllPage, type Refused, ServicePage } from './service.tsx';

const serviceId = (c: Ctx) => c.req.param('service') ?? '';
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

async function contactOf(c: Ctx): Promise<string | null> {
  const row = await c
    .get('services')
    .db.selectFrom('work.contact')
    .select('address')
    .where('service', '=', serviceId(c))
    .executeTakeFirst();
  return row?.address ?? null;
}

const newOnce = (c: Ctx) => {
  const { clock, random } = c.get('services');
  return () => uuidv7(clock.now(), random);
};

async function show(c: Ctx, refused: Refused | null, status: 200 | 409 | 422 = 200): Promise<Response> {
  const services = c.get('services');
  const exchange = await exchangeFor(services, serviceId(c));
  const entries = await entriesOf(services.db, exchange.service.id);
  const touched = touchedBy(
    await reachNow(services.db, exchange.matter.id, services.clock.now()),
    recipientIn(exchange.service),
    exchange.request.items.map(({ item }) => item),
  );
  return await page(
    c,
    { title: exchange.service.name, area: 'staff', status },
    <ServicePage
      exchange={exchange}
      entries={entries}
      workings={
        exchange.moved ? workingsOf(await clockedIn(services.db, exchange, entries)) : servedWorking(exchange.service)
      }
      moves={movesIn(entries)}
      touched={touched}
      contact={await contactOf(c)}
      refused={refused}
      mayWrite={staff(c).role !== 'viewer'}
      newOnce={newOnce(c)}
      now={services.clock.now()}
      zone={zoneOf(c)}
    />,
  );
}

const determination = z.object({
  finding: z.enum(FINDINGS, { error: () => t('answers.determine.choose') }),
  reasons: prose(10_000),
  seen: z.string(),
  once: z.string().regex(UUID),
});

async function postDetermination(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const item = Number(c.req.param('item'));
  if (!Number.isSafeInteger(item)) throw new NotFound('not-found', t('answers.determine.no-item'));
  const form = await bodyOf(c);
  const typed = { finding: text(form[`finding-${item}`]), reasons: text(form[`reasons-${item}`]) };
  try {
    const read = determination.safeParse({ ...typed, seen: text(form.seen), once: text(form.once) });
    if (!read.success) throw refusalOf(read.error);
    const { finding, reasons, seen, once } = read.data;
    const { repeated } = await determineItems(services, serviceId(c), [{ item, finding, reasons, seen }], once);
    const said = repeated
      ? t('answers.determine.repeated')
      : t('answers.determine.done', { item, found: findingWord(finding).word });
    return redirectWith(c, `/desk/services/${serviceId(c)}#item-${item}`, said);
  } catch (error) {
    if (!(error instanceof Refusal) || error instanceof NotFound) throw error;
    const fields = Object.entries(error.fields).map(([name, message]) => [`${name}-${item}`, message]);
    const errors = fields.length > 0 ? Object.fromEntries(fields) : { '': sentences(error) };
    return await show(c, { item, ...typed, errors }, error instanceof InvalidInput ? 422 : 409);
  }
}

const sentences = (refusal: Refusal) => [refusal.advice.what, refusal.advice.next ?? ''].join(' ').trim();

function refusalOf(error: z.ZodError): InvalidInput {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) {
    const field = String(issue.path[0] ?? '');
    if (field === 'finding') fields.finding ??= issue.message;
    if (field === 'reasons')
      fields.reasons ??= t('answers.shared.wrong.says', { name: t('answers.determine.text'), wrong: issue.message });
  }
  return new InvalidInput(
    'form',
    { what: t('answers.determine.form'), lost: t('answers.shared.nothing-written') },
    fields,
  );
}

async function getAcceptAll(c: Ctx): Promise<Response> {
  const exchange = await exchangeFor(c.get('services'), serviceId(c));
  return await page(
    c,
    { title: t('answers.accept.title'), area: 'staff' },
    <AcceptAllPage exchange={exchange} contact={await contactOf(c)} once={newOnce(c)()} />,
  );
}

/** `1:<answer> 2:<answer>`: the items as the person saw them on the page before. */
function seenItems(raw: string): readonly { readonly item: number; readonly seen: string }[] {
  return raw
    .split(' ')
    .filter((part) => /^\d+:[0-9a-f-]{36}$/.test(part))
    .map((part) => ({ item: Number(part.slice(0, part.indexOf(':'))), seen: part.slice(part.indexOf(':') + 1) }));
}

async function postAcceptAll(c: Ctx): Promise<Response> {
  const form = await bodyOf(c);
  const once = text(form.once);
  if (!UUID.test(once))
    throw new InvalidInput('form', { what: t('answers.determine.form'), lost: t('answers.shared.nothing-written') });
  const items = seenItems(text(form.seen)).map((one) => ({ ...one, finding: 'accepted' as const, reasons: '' }));
  const { entries, repeated } = await determineItems(c.get('services'), serviceId(c), items, once);
  return redirectWith(
    c,
    `/desk/services/${serviceId(c)}`,
    repeated ? t('answers.determine.repeated') : t('answers.determine.done-all', { n: entries.length }),
  );
}

export const determinationRoutes: readonly Route[] = [
  { method: 'GET', path: '/desk/services/:service', access: VIEWER, handler: (c) => show(c, null) },
  {
    method: 'POST',
    path: '/desk/services/:service/items/:item/determination',
    access: EDITOR,
    handler: postDetermination,
  },
  { method: 'GET', path: '/desk/services/:service/accept-all', access: VIEWER, handler: getAcceptAll },
  { method: 'POST', path: '/desk/services/:service/accept-all', access: EDITOR, handler: postAcceptAll },
];
