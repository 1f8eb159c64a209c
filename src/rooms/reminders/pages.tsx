/** Reminders as pages: staff set when a request sends them, or that it sends none; a recipient says that it wants none. */
import { z } from 'zod';
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { type Ctx, EDITOR, RECIPIENT, type Route, recipient, staff, VIEWER } from '../../base/route.ts';
import { redirectWith } from '../../ui/context.ts';
import { ErrorSummary, type Errors, Field, Form, Radios, Submit } from '../../ui/form.tsx';
import { Heading } from '../../ui/heading.tsx';
import { page } from '../../ui/page.tsx';
import { count } from '../../ui/words.ts';
import { checked, errorsOf } from '../input.ts';
import { planState, setReminders, wishForReminders } from './commands.ts';
import { MOST_REMINDERS } from './entries.ts';
import type { Plan } from './rules.ts';
import { isWanted, planOf } from './view.ts';

const newOnce = (c: Ctx) => {
  const { clock, random } = c.get('services');
  return uuidv7(clock.now(), random);
};
const once = z.string().regex(UUID, 'This form is too old. Load the page again.');

const days = z
  .string()
  .trim()
  .regex(/^\d{1,2}([\s,]+\d{1,2})*$/, 'Write numbers of days like 7, 2.')
  .transform((text) => text.split(/[\s,]+/).map(Number))
  .refine((all) => all.every((one) => one >= 1 && one <= 90), 'Each from 1 to 90 days before the due date.');

const planForm = z.discriminatedUnion('send', [
  z.object({ send: z.literal('none'), once }),
  z.object({
    send: z.literal('some'),
    days,
    most: z.coerce
      .number('Give a number.')
      .int()
      .min(1, 'At least 1.')
      .max(MOST_REMINDERS, `At most ${MOST_REMINDERS}.`),
    once,
  }),
]);

/** "7 and 2 days before the due date, at most 2 to each recipient" */
export const planWords = ({ days, most }: Plan): string =>
  days.length === 0
    ? 'No reminders are sent.'
    : `A reminder ${days.join(' and ')} days before the due date, at most ${most} to each recipient.`;

async function showPlan(c: Ctx, typed: Texts | null, errors: Errors = {}): Promise<Response> {
  const request = c.req.param('request') ?? '';
  const state = await planState(c.get('services'), request);
  const { plan } = state;
  const bad = Object.keys(errors).length > 0;
  const of = (name: string, otherwise: string) => ({ name, value: typed?.[name] ?? otherwise, errors });
  return await page(
    c,
    { title: `Reminders: ${state.title}`, area: 'staff', status: bad ? 422 : 200 },
    <>
      <Heading
        title="Reminders before the due date"
        crumbs={[{ text: state.title, href: `/desk/requests/${request}/board` }]}
        lead="A courtesy by mail, sent by itself. It is no step of a ladder: nothing follows from it."
      />
      <ErrorSummary errors={errors} what="Nothing was changed." />
      <p>{planWords(plan)}</p>
      <p>
        Nobody is reminded who has answered, whose clock is paused or stayed, or who has said that it wants no
        reminders. A reminder names the open items and the date as it stands then, and brings a fresh link and a
        receipt.
      </p>
      {staff(c).role === 'viewer' ? (
        <p>Only editors and owners set reminders.</p>
      ) : state.recorded || state.revoked ? (
        <p>{state.revoked ? 'The request was revoked' : 'The request was conducted elsewhere'}; no mail leaves here.</p>
      ) : (
        <Form action={`/desk/requests/${request}/reminders`} hidden={{ once: newOnce(c) }} label="Set reminders">
          <Radios
            {...of('send', plan.days.length === 0 ? 'none' : 'some')}
            label="Reminders"
            required
            choices={[
              { value: 'none', label: 'Send none' },
              { value: 'some', label: 'Send them on the days below' },
            ]}
          />
          <Field
            {...of('days', plan.days.length === 0 ? '7, 2' : plan.days.join(', '))}
            label="Days before the due date"
            hint={`Like 7, 2. At most ${MOST_REMINDERS} days, each from 1 to 90.`}
            width="medium"
          />
          <Field
            {...of('most', String(plan.days.length === 0 ? 2 : plan.most))}
            type="number"
            label="At most to each recipient"
            hint="Also where its date moves and the days come again."
            inputmode="numeric"
            width="short"
          />
          <Submit text="Save" cancel={{ text: 'Back', href: `/desk/requests/${request}/board` }} />
        </Form>
      )}
    </>,
  );
}

async function postPlan(c: Ctx): Promise<Response> {
  const request = c.req.param('request') ?? '';
  const typed = textsOf(await bodyOf(c), ['send', 'days', 'most', 'once']);
  try {
    const read = checked(planForm, typed, { send: 'the choice' });
    const plan = read.send === 'none' ? { days: [], most: 1 } : { days: read.days, most: read.most };
    const { repeated } = await setReminders(c.get('services'), request, plan, read.once);
    const said = planWords({ ...plan, days: [...plan.days].sort((a, b) => b - a) });
    return redirectWith(c, `/desk/requests/${request}/reminders`, repeated ? 'This was saved already.' : said);
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
    { title: 'Reminders by mail', area: 'recipient', status: bad ? 422 : 200 },
    <>
      <Heading
        title="Reminders by mail"
        crumbs={[{ text: 'Your answer', href: '/answer' }]}
        lead="Before the due date a short mail can remind you of what is still open. Nothing follows from it."
      />
      <ErrorSummary errors={errors} what="Nothing was changed." />
      <p>
        {!wanted
          ? 'You get no reminders about this request.'
          : plan && plan.days.length > 0
            ? `You get at most ${count(plan.most, 'reminder')}, the first ${count(plan.days[0] ?? 0, 'day')} before the due date, and none once you have answered.`
            : 'No reminders are sent about this request.'}
      </p>
      <Form
        action="/answer/reminders"
        hidden={{ wanted: wanted ? 'no' : 'yes', once: newOnce(c) }}
        label={wanted ? 'No reminders' : 'Reminders again'}
      >
        <Submit text={wanted ? 'Send me no reminders' : 'Send me reminders again'} />
      </Form>
      <p>Letters, receipts and news of a moved date come all the same.</p>
    </>,
  );
}

const wishForm = z.object({ wanted: z.enum(['yes', 'no'], 'This form is too old. Load the page again.'), once });

async function postWish(c: Ctx): Promise<Response> {
  try {
    const read = checked(wishForm, textsOf(await bodyOf(c), ['wanted', 'once']));
    await wishForReminders(c.get('services'), recipient(c).service, read.wanted === 'yes', read.once);
    const said = read.wanted === 'yes' ? 'You get reminders again.' : 'You get no more reminders about this request.';
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
