/** Reminders as pages: staff set when a request sends them, or that it sends none; a recipient says that it wants none. */
import { z } from 'zod';
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { listed, t } from '../../base/language.ts';
import { type Ctx, EDITOR, RECIPIENT, type Route, recipient, staff, VIEWER } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Radios, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { checked, errorsOf } from '../input.ts';
import { planState, setReminders, wishForReminders } from './commands.ts';
import { MOST_REMINDERS } from './entries.ts';
import type { Plan } from './rules.ts';
import { isWanted, planOf } from './view.ts';

const newOnce = (c: Ctx) => {
  const { clock, random } = c.get('services');
  return uuidv7(clock.now(), random);
};
const once = z.string().regex(UUID, { error: () => t('requests.form-old') });

const days = z
  .string()
  .trim()
  .regex(/^\d{1,2}([\s,]+\d{1,2})*$/, { error: () => t('requests.reminders.days.like') })
  .transform((text) => text.split(/[\s,]+/).map(Number))
  .refine((all) => all.every((one) => one >= 1 && one <= 90), {
    error: () => t('requests.reminders.days.range'),
  });

const planForm = z.discriminatedUnion('send', [
  z.object({ send: z.literal('none'), once }),
  z.object({
    send: z.literal('some'),
    days,
    most: z.coerce
      .number({ error: () => t('requests.reminders.number') })
      .int()
      .min(1, { error: () => t('requests.reminders.least') })
      .max(MOST_REMINDERS, { error: () => t('requests.reminders.most', { most: MOST_REMINDERS }) }),
    once,
  }),
]);

/** "7 and 2 days before the due date, at most 2 to each recipient" */
export const planWords = ({ days, most }: Plan): string =>
  days.length === 0
    ? t('requests.reminders.off')
    : t('requests.reminders.plan', {
        days: listed(days.map(String)),
        n: days.length === 1 ? (days[0] ?? 0) : days.length,
        most,
      });

async function showPlan(c: Ctx, typed: Texts | null, errors: Errors = {}): Promise<Response> {
  const request = c.req.param('request') ?? '';
  const state = await planState(c.get('services'), request);
  const { plan } = state;
  const bad = Object.keys(errors).length > 0;
  const of = (name: string, otherwise: string) => ({ name, value: typed?.[name] ?? otherwise, errors });
  return await page(
    c,
    { title: t('requests.reminders.title', { title: state.title }), area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title={t('requests.reminders.heading')}
        crumbs={[{ text: state.title, href: `/desk/requests/${request}/board` }]}
        lead={t('requests.reminders.lead')}
      />
      <ErrorSummary errors={errors} what={t('requests.unchanged')} />
      <p>{planWords(plan)}</p>
      <p>{t('requests.reminders.who')}</p>
      {staff(c).role === 'viewer' ? (
        <p>{t('requests.reminders.role')}</p>
      ) : state.recorded || state.revoked ? (
        <p>{t(state.revoked ? 'requests.reminders.page-revoked' : 'requests.reminders.page-recorded')}</p>
      ) : (
        <Form
          action={`/desk/requests/${request}/reminders`}
          hidden={{ once: newOnce(c) }}
          label={t('requests.reminders.set')}
        >
          <Radios
            {...of('send', plan.days.length === 0 ? 'none' : 'some')}
            label={t('requests.reminders')}
            required
            choices={[
              { value: 'none', label: t('requests.reminders.none') },
              { value: 'some', label: t('requests.reminders.some') },
            ]}
          />
          <Field
            {...of('days', plan.days.length === 0 ? '7, 2' : plan.days.join(', '))}
            label={t('requests.reminders.days')}
            hint={t('requests.reminders.days.hint', { most: MOST_REMINDERS })}
            width="medium"
          />
          <Field
            {...of('most', String(plan.days.length === 0 ? 2 : plan.most))}
            type="number"
            label={t('requests.reminders.cap')}
            hint={t('requests.reminders.cap.hint')}
            inputmode="numeric"
            width="short"
          />
          <Submit
            text={t('requests.save')}
            cancel={{ text: t('requests.back'), href: `/desk/requests/${request}/board` }}
          />
        </Form>
      )}
    </>,
  );
}

async function postPlan(c: Ctx): Promise<Response> {
  const request = c.req.param('request') ?? '';
  const typed = textsOf(await bodyOf(c), ['send', 'days', 'most', 'once']);
  try {
    const read = checked(planForm, typed, { send: t('requests.reminders.choice') });
    const plan = read.send === 'none' ? { days: [], most: 1 } : { days: read.days, most: read.most };
    const { repeated } = await setReminders(c.get('services'), request, plan, read.once);
    const said = planWords({ ...plan, days: [...plan.days].sort((a, b) => b - a) });
    return redirectWith(c, `/desk/requests/${request}/reminders`, repeated ? t('requests.reminders.repeated') : said);
  } catch (error) {
    return await showPlan(c, typed, errorsOf(error));
  }
}

async function showWish(c: Ctx, errors: Errors = {}): Promise<Response> {
  const { db } = c.get('services');
  const { service } = recipient(c);
  const wanted = await isWanted(db, service);
  const row = await db.selectFrom('view.service').select('request').where('id', '=', service).executeTakeFirst();
  const plan = row ? await planOf(db, row.request) : null;
  const bad = Object.keys(errors).length > 0;
  return await page(
    c,
    { title: t('requests.wish.title'), area: 'recipient', status: bad ? 422 : 200 },
    <>
      <Heading
        title={t('requests.wish.title')}
        crumbs={[{ text: t('requests.wish.answer'), href: '/answer' }]}
        lead={t('requests.wish.lead')}
      />
      <ErrorSummary errors={errors} what={t('requests.unchanged')} />
      <p>
        {!wanted
          ? t('requests.wish.none')
          : plan && plan.days.length > 0
            ? t('requests.wish.some', { most: plan.most, days: plan.days[0] ?? 0 })
            : t('requests.wish.off')}
      </p>
      <Form
        action="/answer/reminders"
        hidden={{ wanted: wanted ? 'no' : 'yes', once: newOnce(c) }}
        label={t(wanted ? 'requests.wish.no' : 'requests.wish.yes')}
      >
        <Submit text={t(wanted ? 'requests.wish.no.do' : 'requests.wish.yes.do')} />
      </Form>
      <p>{t('requests.wish.rest')}</p>
    </>,
  );
}

const wishForm = z.object({ wanted: z.enum(['yes', 'no'], { error: () => t('requests.form-old') }), once });

async function postWish(c: Ctx): Promise<Response> {
  try {
    const read = checked(wishForm, textsOf(await bodyOf(c), ['wanted', 'once']));
    await wishForReminders(c.get('services'), recipient(c).service, read.wanted === 'yes', read.once);
    const said = t(read.wanted === 'yes' ? 'requests.wish.done.yes' : 'requests.wish.done.no');
    return redirectWith(c, '/answer/reminders', said);
  } catch (error) {
    return await showWish(c, errorsOf(error));
  }
}

const REQUEST = '/desk/requests/:request/reminders';
export const reminderRoutes: readonly Route[] = [
  { method: 'GET', path: REQUEST, access: VIEWER, handler: (c) => showPlan(c, null) },
  { method: 'POST', path: REQUEST, access: EDITOR, handler: postPlan },
  { method: 'GET', path: '/answer/reminders', access: RECIPIENT, handler: (c) => showWish(c) },
  { method: 'POST', path: '/answer/reminders', access: RECIPIENT, handler: postWish },
];
