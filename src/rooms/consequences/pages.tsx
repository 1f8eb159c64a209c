/** Forms of the issuer's staff: announce a consequence, change its status, state an amount. The lists stand in src/record, because orders count there. */
import { InvalidInput, NotFound, Refusal, RuleRefusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { type Errors, Field, Form, Radios, Select, Submit, TextArea } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { dateText } from '../../ui/time.tsx';
import { consequenceKind, consequenceStatus } from '../../ui/words.ts';
import { type Matter, matterById } from '../matters/view.ts';
import { requestsOf } from '../requests/view.ts';
import { SOURCE_FIELDS, SourceFields } from '../source-fields.tsx';
import { announceConsequence, changeConsequence, stateConsequenceAmount } from './commands.ts';
import { CONSEQUENCE_KINDS, STATUSES } from './entries.ts';
import { readAnnounced, readChanged, readStated, type Values } from './input.ts';
import { type Consequence, consequencesOf, programmeWords } from './view.ts';

const NAMES = ['request', 'kind', 'programme', 'fiscalYear', 'amount', 'currency', 'words', 'on', 'recipients'];
const CHANGE_NAMES = ['status', 'order', 'reason', 'amount', 'currency', 'on', 'recipients'];

interface Sent {
  readonly values: Values;
  readonly once: string;
}

async function sent(c: Ctx, names: readonly string[]): Promise<Sent> {
  const body = await bodyOf(c);
  const text = (name: string) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const values = Object.fromEntries([...names, ...SOURCE_FIELDS].map((name) => [name, text(name)]));
  return { values, once: UUID.test(text('once')) ? text('once') : freshOnce(c) };
}

const freshOnce = (c: Ctx): string => {
  const { clock, random } = c.get('services');
  return uuidv7(clock.now(), random);
};

async function matterOf(c: Ctx): Promise<Matter> {
  const matter = await matterById(c.get('services').db, c.req.param('matter') ?? '');
  if (!matter) throw new NotFound('not-found', t('orders.no-page'));
  return matter;
}

const listOf = (matter: string) => `/desk/matters/${matter}/consequences`;
const crumbs = (matter: Matter) => [
  { text: matter.title, href: `/desk/matters/${matter.id}` },
  { text: t('orders.con.title'), href: listOf(matter.id) },
];
const today = (c: Ctx) => new Date(c.get('services').clock.now()).toISOString().slice(0, 10);

/** Errors of a refusal by field; those without a field stand under ''. */
const errorsOf = (error: Refusal): Errors =>
  Object.keys(error.fields).length > 0 ? error.fields : { '': [error.advice.what, error.advice.next].join(' ').trim() };

function AmountFields({ values, errors }: { values: Values; errors: Errors }) {
  return (
    <>
      <Field
        name="amount"
        label={t('orders.con.amount')}
        hint={t('orders.con.amount.hint')}
        inputmode="decimal"
        value={values.amount ?? ''}
        errors={errors}
        width="medium"
      />
      <Field
        name="currency"
        label={t('orders.con.currency')}
        value={values.currency || 'USD'}
        errors={errors}
        width="short"
        maxlength={3}
        required
      />
    </>
  );
}

async function newPage(c: Ctx, values: Values, once: string, errors: Errors = {}): Promise<Response> {
  const matter = await matterOf(c);
  const requests = await requestsOf(c.get('services').db, matter.id);
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  return page(
    c,
    { title: t('orders.con.new'), area: 'staff', status },
    <>
      <Heading title={t('orders.con.new')} crumbs={crumbs(matter)} lead={t('orders.con.new.lead')} />
      {requests.length === 0 ? (
        <p>{t('orders.con.new.none')}</p>
      ) : (
        <Form action={`${listOf(matter.id)}/new`} errors={errors} hidden={{ once }} label={t('orders.con.new')}>
          <Select
            name="request"
            label={t('orders.con.request')}
            required
            value={values.request || requests.at(-1)?.id || ''}
            errors={errors}
            choices={requests.map((one) => ({ value: one.id, label: one.title }))}
          />
          <Radios
            name="kind"
            label={t('orders.con.kind')}
            required
            value={values.kind ?? ''}
            errors={errors}
            choices={CONSEQUENCE_KINDS.map((kind) => ({ value: kind, label: consequenceKind(kind) }))}
          />
          <Field
            name="programme"
            label={t('orders.con.programme')}
            required
            value={values.programme ?? ''}
            errors={errors}
            maxlength={200}
          />
          <Field
            name="fiscalYear"
            label={t('orders.con.year')}
            inputmode="numeric"
            value={values.fiscalYear ?? ''}
            errors={errors}
            width="short"
            maxlength={4}
          />
          <AmountFields values={values} errors={errors} />
          <TextArea
            name="words"
            label={t('orders.con.words')}
            hint={t('orders.con.words.hint')}
            required
            value={values.words ?? ''}
            errors={errors}
            maxlength={1000}
          />
          <Field
            name="on"
            type="date"
            label={t('orders.con.on')}
            required
            value={values.on ?? ''}
            errors={errors}
            width="medium"
          />
          <TextArea
            name="recipients"
            label={t('orders.con.recipients')}
            hint={t('orders.recipients.hint')}
            value={values.recipients ?? ''}
            errors={errors}
          />
          <SourceFields values={values} errors={errors} />
          <Submit text={t('orders.con.do')} cancel={{ text: t('orders.back'), href: listOf(matter.id) }} />
        </Form>
      )}
    </>,
  );
}

async function postNew(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const matter = await matterOf(c);
  const { values, once } = await sent(c, NAMES);
  try {
    const command = await readAnnounced(services.db, matter.id, values, services.clock.now());
    const { repeated } = await announceConsequence(services, matter.id, command, once);
    return redirectWith(c, listOf(matter.id), repeated ? t('orders.con.done.already') : t('orders.con.done'));
  } catch (error) {
    if (!(error instanceof InvalidInput) && !(error instanceof RuleRefusal)) throw error;
    return await newPage(c, values, once, errorsOf(error));
  }
}

async function consequenceOf(c: Ctx, matter: Matter): Promise<Consequence> {
  const all = await consequencesOf(c.get('services').db, matter.id);
  const found = all.find(({ id }) => id === c.req.param('consequence'));
  if (!found) throw new NotFound('not-found', t('orders.no-page'));
  return found;
}

interface Typed extends Sent {
  readonly doing: Doing;
  readonly errors: Errors;
}
const DOINGS = ['status', 'amount'] as const;
type Doing = (typeof DOINGS)[number];

/** One form stands open at a time, so that each field's name stands once on the page. */
async function changePage(c: Ctx, doing: Doing, typed: Typed | null): Promise<Response> {
  const { db } = c.get('services');
  const matter = await matterOf(c);
  const one = await consequenceOf(c, matter);
  const values = typed?.values ?? {};
  const errors = typed?.errors ?? {};
  const hidden = { once: typed?.once ?? freshOnce(c) };
  const base = `${listOf(matter.id)}/${one.id}`;
  const orders = await db
    .selectFrom('view.court_order')
    .select(['id', 'court', 'docket'])
    .select((eb) => eb.cast<string>('on_date', 'text').as('date'))
    .where('matter', '=', matter.id)
    .orderBy('occurred_at')
    .execute();
  const common = (
    <>
      <TextArea
        name="recipients"
        label={t('orders.con.recipients')}
        hint={t('orders.recipients.hint')}
        value={values.recipients ?? ''}
        errors={errors}
      />
      <Field
        name="on"
        type="date"
        label={t('orders.con.day')}
        required
        value={values.on || today(c)}
        errors={errors}
        width="medium"
      />
      <SourceFields values={values} errors={errors} />
    </>
  );
  const reason = (label: string) => (
    <TextArea
      name="reason"
      label={label}
      required
      value={values.reason ?? ''}
      errors={errors}
      rows={3}
      maxlength={1000}
    />
  );
  return page(
    c,
    {
      title: t(doing === 'status' ? 'orders.con.status.of' : 'orders.con.state.of', { programme: one.programme }),
      area: 'staff',
      status: typed ? 422 : 200,
    },
    <>
      <Heading
        title={doing === 'status' ? t('orders.con.status') : t('orders.con.state')}
        crumbs={crumbs(matter)}
        lead={t('orders.con.lead', {
          kind: consequenceKind(one.kind),
          programme: programmeWords(one),
          day: dateText(new Date(one.at).toISOString().slice(0, 10)),
          words: one.words,
        })}
      />
      {doing === 'status' ? (
        <Form action={`${base}/status`} errors={errors} hidden={hidden} label={t('orders.con.status')}>
          <Radios
            name="status"
            label={t('orders.con.now')}
            hint={t('orders.con.now.hint')}
            required
            value={values.status ?? ''}
            errors={errors}
            choices={STATUSES.map((status) => ({ value: status, label: consequenceStatus(status).word }))}
          />
          {orders.length > 0 ? (
            <Select
              name="order"
              label={t('orders.con.order')}
              none={t('orders.con.order.none')}
              value={values.order ?? ''}
              errors={errors}
              choices={orders.map((order) => ({
                value: order.id,
                label: t('orders.con.order.one', {
                  court: order.court,
                  docket: order.docket,
                  day: dateText(order.date),
                }),
              }))}
            />
          ) : null}
          {reason(t('orders.con.reason'))}
          {common}
          <Submit text={t('orders.con.do')} cancel={{ text: t('orders.back'), href: listOf(matter.id) }} />
        </Form>
      ) : (
        <Form action={`${base}/amount`} errors={errors} hidden={hidden} label={t('orders.con.state')}>
          <AmountFields values={values} errors={errors} />
          {reason(t('orders.con.known'))}
          {common}
          <Submit text={t('orders.con.do')} cancel={{ text: t('orders.back'), href: listOf(matter.id) }} />
        </Form>
      )}
    </>,
  );
}

const postChange =
  (doing: Doing) =>
  async (c: Ctx): Promise<Response> => {
    const services = c.get('services');
    const matter = await matterOf(c);
    const one = await consequenceOf(c, matter);
    const { values, once } = await sent(c, CHANGE_NAMES);
    const now = services.clock.now();
    try {
      if (doing === 'status')
        await changeConsequence(services, matter.id, await readChanged(services.db, one, values, now), once);
      else await stateConsequenceAmount(services, matter.id, await readStated(services.db, one, values, now), once);
      return redirectWith(c, listOf(matter.id), t('orders.con.done'));
    } catch (error) {
      if (!(error instanceof Refusal) || error instanceof NotFound) throw error;
      return await changePage(c, doing, { doing, values, once, errors: errorsOf(error) });
    }
  };

const BASE = '/desk/matters/:matter/consequences';
export const consequenceRoutes: readonly Route[] = [
  { method: 'GET', path: `${BASE}/new`, access: EDITOR, handler: (c) => newPage(c, {}, freshOnce(c)) },
  { method: 'POST', path: `${BASE}/new`, access: EDITOR, handler: postNew },
  ...DOINGS.flatMap((doing): readonly Route[] => [
    {
      method: 'GET',
      path: `${BASE}/:consequence/${doing}`,
      access: EDITOR,
      handler: (c) => changePage(c, doing, null),
    },
    { method: 'POST', path: `${BASE}/:consequence/${doing}`, access: EDITOR, handler: postChange(doing) },
  ]),
];
