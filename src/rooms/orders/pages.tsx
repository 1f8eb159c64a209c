/** Entering an order: the form, the page that says what it touches, and the step that writes it. Lists and pages of orders stand in src/record. */
import { InvalidInput, NotFound, Refusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { readForm, unlessEmpty } from '../../base/multipart.ts';
import { type Ctx, EDITOR, type Route } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import type { Errors } from '../../ui/form.tsx';
import { page } from '../../ui/page.tsx';
import { consequencesOf } from '../consequences/view.ts';
import { safeFileName, typeOf } from '../documents/entries.ts';
import type { DocumentRef } from '../fields.ts';
import { type Matter, matterById } from '../matters/view.ts';
import { requestsOf } from '../requests/view.ts';
import { enterCourtOrder, enteredWith, orderState, previewOf } from './commands.ts';
import { draftOf, dropDraft, keepDraft, type OrderDraft } from './drafts.ts';
import { CheckPage, OrderFormPage, ordersPath } from './form.tsx';
import { readOrder, type Values } from './input.ts';
import { ordersOf } from './view.ts';

const MAX_FIELDS = 1_100;
const FIELD_BYTES = 128 * 1024;

async function matterOf(c: Ctx): Promise<Matter> {
  const matter = await matterById(c.get('services').db, c.req.param('matter') ?? '');
  if (!matter) throw new NotFound('not-found', t('orders.no-page'));
  return matter;
}

const newId = (c: Ctx): string => {
  const { clock, random } = c.get('services');
  return uuidv7(clock.now(), random);
};

async function formPage(c: Ctx, draft: OrderDraft, errors: Errors = {}, status: 200 | 409 | 422 = 200) {
  const { db } = c.get('services');
  const matter = await matterOf(c);
  const [requests, consequences, orders] = await Promise.all([
    requestsOf(db, matter.id),
    consequencesOf(db, matter.id),
    ordersOf(db, matter.id),
  ]);
  const { id, values, document } = draft;
  return page(
    c,
    { title: t('orders.enter'), area: 'staff', status },
    <OrderFormPage {...{ matter, requests, consequences, orders, draft: id, values, document, errors }} />,
  );
}

async function getNew(c: Ctx): Promise<Response> {
  const { db } = c.get('services');
  const draft = await draftOf(db, c.req.param('matter') ?? '', c.req.query('draft') ?? '');
  return await formPage(c, draft ?? { id: newId(c), values: {}, document: null });
}

/** Reads the form with its file; what is typed and a whole file are kept, whatever is wrong with the rest. */
async function receive(c: Ctx, matter: string): Promise<OrderDraft> {
  const { db, blobs, clock, config } = c.get('services');
  let document: DocumentRef | null = null;
  const { fields } = await readForm(c.req.raw, {
    maxFiles: 1,
    maxFields: MAX_FIELDS,
    maxFieldBytes: FIELD_BYTES,
    onFile: async (incoming) => {
      const file = incoming.field === 'document' ? await unlessEmpty(incoming) : null;
      if (!file) return;
      const name = safeFileName(incoming.name);
      const stored = await blobs.put(file.bytes, { maxBytes: config.maxFileBytes });
      document = { ...stored, name, type: typeOf(name) };
    },
  });
  const values: Values = Object.fromEntries(fields);
  const sent = values.draft ?? '';
  const before = await draftOf(db, matter, sent);
  const kept = values.drop ? null : (before?.document ?? null);
  const draft = {
    id: UUID.test(sent) ? sent : newId(c),
    values: { ...values, draft: '', drop: '' },
    document: document ?? kept,
  };
  await keepDraft(db, matter, draft, clock.now());
  return draft;
}

const errorsOf = (error: Refusal): Errors =>
  Object.keys(error.fields).length > 0 ? error.fields : { '': [error.advice.what, error.advice.next].join(' ').trim() };

/** Asks rules and names; gives the page of the form back where they say no. */
async function orRefused(c: Ctx, draft: OrderDraft, go: () => Promise<Response>): Promise<Response> {
  try {
    return await go();
  } catch (error) {
    if (!(error instanceof Refusal) || error instanceof NotFound) throw error;
    return await formPage(c, draft, errorsOf(error), error instanceof InvalidInput ? 422 : 409);
  }
}

async function check(c: Ctx, draft: OrderDraft): Promise<Response> {
  const services = c.get('services');
  const matter = await matterOf(c);
  return await orRefused(c, draft, async () => {
    const command = await readOrder(services.db, matter.id, draft.values, draft.document);
    const state = await orderState(services, matter.id);
    const touched = previewOf(state, command, services.clock.now());
    return page(
      c,
      { title: t('orders.check.title'), area: 'staff' },
      <CheckPage {...{ matter, command, touched, draft: draft.id, orders: state.orders }} />,
    );
  });
}

async function postCheck(c: Ctx): Promise<Response> {
  const matter = c.req.param('matter') ?? '';
  const draft = await receive(c, matter);
  return c.redirect(`${ordersPath(matter)}/check?draft=${draft.id}`, 303);
}

async function getCheck(c: Ctx): Promise<Response> {
  const matter = c.req.param('matter') ?? '';
  const draft = await draftOf(c.get('services').db, matter, c.req.query('draft') ?? '');
  return draft ? await check(c, draft) : c.redirect(`${ordersPath(matter)}/new`, 303);
}

async function postOrder(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const matter = c.req.param('matter') ?? '';
  const body = await bodyOf(c);
  const id = typeof body.draft === 'string' ? body.draft : '';
  const written = await enteredWith(services, matter, id);
  const to = (order: string) => `${ordersPath(matter)}/${order}`;
  if (written !== null) return redirectWith(c, to(written), t('orders.entered.already'));
  const draft = await draftOf(services.db, matter, id);
  if (!draft) {
    throw new InvalidInput('order-draft-gone', {
      what: t('orders.draft-gone'),
      lost: t('orders.lost'),
      next: t('orders.draft-gone.next'),
    });
  }
  return await orRefused(c, draft, async () => {
    if (draft.document && !(await services.blobs.get(draft.document.sha256))) {
      throw new InvalidInput('document-gone', t('orders.document-gone'), {
        document: t('orders.document-gone'),
      });
    }
    const command = await readOrder(services.db, matter, draft.values, draft.document);
    const order = await enterCourtOrder(services, matter, command, draft.id);
    await dropDraft(services.db, draft.id);
    return redirectWith(c, to(order.id), t('orders.entered'));
  });
}

const BASE = '/desk/matters/:matter/orders';
export const orderRoutes: readonly Route[] = [
  { method: 'GET', path: `${BASE}/new`, access: EDITOR, handler: getNew },
  { method: 'GET', path: `${BASE}/check`, access: EDITOR, handler: getCheck },
  { method: 'POST', path: `${BASE}/check`, access: EDITOR, body: 'stream', handler: postCheck },
  { method: 'POST', path: BASE, access: EDITOR, handler: postOrder },
];
