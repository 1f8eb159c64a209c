/** The recipient asks for more time: until when, why, for which items. What was asked before stands with its answer. It moves no date. */
import { z } from 'zod';
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
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
  reason: prose(1000).pipe(z.string().min(1, { error: () => t('answers.time.why.missing') })),
  askedBy: line(200),
  once: z.string().regex(UUID, { error: () => t('answers.time.old') }),
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
    { title: t('answers.time.title'), area: 'recipient', status: bad ? 422 : 200 },
    <>
      <Heading
        title={t('answers.time.title')}
        crumbs={[{ text: t('answers.shared.yours'), href: '/answer' }]}
        lead={t('answers.time.lead', { issuer: exchange.issuerName })}
      />
      <ErrorSummary errors={errors} what={t('answers.time.kept')} />
      {open.length === 0 ? (
        <p>{t('answers.time.none')}</p>
      ) : exchange.revocation ? (
        <p>{t('answers.time.revoked')}</p>
      ) : waitingIn(asks).some((ask) => ask.items === null) ? (
        <p>{t('answers.time.asked')}</p>
      ) : (
        <Form action="/answer/extension" hidden={{ once: uuidv7(clock.now(), random) }} label={t('answers.time.title')}>
          <Field {...of('until')} type="date" label={t('answers.time.until')} width="medium" required />
          {exchange.request.items.length > 1 ? (
            <Field
              {...of('items')}
              label={t('answers.time.items')}
              hint={t('answers.time.items.hint')}
              width="medium"
            />
          ) : null}
          <TextArea
            {...of('reason')}
            label={t('answers.time.why')}
            hint={t('answers.time.why.hint', { issuer: exchange.issuerName })}
            rows={4}
            required
          />
          <Field
            {...of('askedBy')}
            label={t('answers.shared.your-name')}
            autocomplete="name"
            maxlength={200}
            required
          />
          <Submit text={t('answers.time.ask')} cancel={{ text: t('answers.shared.back'), href: '/answer' }} />
        </Form>
      )}
      {asks.length > 0 ? (
        <>
          <h2>{t('answers.time.what')}</h2>
          <Asks asks={asks} zone={zoneOf(c)} receipt={receiptLinks('/answer/receipts')} />
        </>
      ) : null}
    </>,
  );
}

async function post(c: Ctx): Promise<Response> {
  const typed = textsOf(await bodyOf(c), NAMES);
  try {
    const { once, ...command } = checked(form, typed, {
      until: t('answers.time.field.until'),
      reason: t('answers.time.field.reason'),
      askedBy: t('answers.time.field.name'),
    });
    const { repeated } = await askForTime(c.get('services'), recipient(c).service, command, once);
    return redirectWith(c, '/answer/extension', t(repeated ? 'answers.time.repeated' : 'answers.time.done'));
  } catch (error) {
    return await show(c, typed, errorsOf(error));
  }
}

export const extensionRoutes: readonly Route[] = [
  { method: 'GET', path: '/answer/extension', access: RECIPIENT, handler: (c) => show(c, {}) },
  { method: 'POST', path: '/answer/extension', access: RECIPIENT, handler: post },
];
