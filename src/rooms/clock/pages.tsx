/** The issuer's pages on one clock: how it stands, and the forms that extend, pause, resume and correct. */
import { z } from 'zod';
import { InvalidInput, NotFound, Refusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { instantOf } from '../../ui/asof.tsx';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { page } from '../../ui/page.tsx';
import { localInput } from '../../ui/time.tsx';
import { isoDate, prose } from '../fields.ts';
import { itemNumbers } from '../item-numbers.ts';
import { refuseTime } from '../time-asked.ts';
import { moveClock, standingClock } from './commands.ts';
import { CAUSES } from './entries.ts';
import { ClockPage, DOINGS, type Doing, fieldOf, type Typed, zoneOfForms } from './forms.tsx';
import type { Moving } from './moving.ts';
import { unit } from './rule.ts';

const serviceId = (c: Ctx) => c.req.param('service') ?? '';

async function show(c: Ctx, typed: Typed | null, status: 200 | 409 | 422 = 200): Promise<Response> {
  const services = c.get('services');
  const standing = await standingClock(services, serviceId(c));
  const contact = await services.db
    .selectFrom('work.contact')
    .select('address')
    .where('service', '=', serviceId(c))
    .executeTakeFirst();
  return await page(
    c,
    { title: t('clock.move.title.of', { name: standing.service.name }), area: 'staff', status },
    <ClockPage
      standing={standing}
      contact={contact?.address ?? null}
      typed={typed}
      mayWrite={staff(c).role !== 'viewer'}
      newOnce={() => uuidv7(services.clock.now(), services.random)}
      now={services.clock.now()}
      readerZone={zoneOf(c)}
    />,
  );
}

const reason = prose(1000).pipe(z.string().min(1, { error: () => t('clock.form.why') }));

/** A wall clock in a zone → milliseconds. */
const wall = (zone: string) =>
  z.string().transform((text, context) => {
    const at = instantOf(text.trim(), zone);
    if (at === null) context.addIssue(t('clock.move.form.when'));
    // An hour that summer time skips is shown by no clock; which one was meant is not ours to guess.
    else if (!text.trim().startsWith(localInput(at, zone))) {
      context.addIssue(t('clock.move.form.gap', { zone }));
    }
    return at?.getTime() ?? 0;
  });

const orNone = <T extends z.ZodType>(schema: T) => z.union([z.literal('').transform(() => null), schema]);

/** What each form says, as the rules take it; times are those of `zone`. */
const FORMS: { readonly [D in Doing]: (zone: string) => z.ZodType<Moving> } = {
  extend: (zone) =>
    z
      .object({
        given: orNone(wall(zone)),
        ask: orNone(z.string().regex(UUID)),
        to: orNone(isoDate),
        count: orNone(
          z.coerce
            .number({ error: () => t('clock.move.form.number') })
            .int()
            .min(1, { error: () => t('clock.move.form.least') })
            .max(3650, { error: () => t('clock.move.form.most') }),
        ),
        unit,
        items: itemNumbers,
        asked: z.enum(['yes', 'no'], { error: () => t('clock.move.form.asked') }),
        reason,
      })
      .refine(({ to, count }) => (to === null) !== (count === null), {
        path: ['to'],
        error: () => t('clock.move.form.either'),
      })
      .transform(({ to, count, unit, items, asked, reason, given, ask }) => ({
        do: 'extend' as const,
        to,
        by: count === null ? null : { count, unit },
        items,
        asked: asked === 'yes',
        reason,
        ...(given === null ? {} : { given }),
        ...(ask === null || asked === 'no' ? {} : { ask }),
      })),
  pause: (zone) =>
    z
      .object({
        cause: z.enum(CAUSES, { error: () => t('clock.move.form.cause') }),
        from: wall(zone),
        until: orNone(wall(zone)),
        items: itemNumbers,
        reason,
      })
      .transform((form) => ({ do: 'toll' as const, ...form })),
  resume: (zone) =>
    z
      .object({
        tolled: z.string().regex(UUID, { error: () => t('clock.move.form.tolled') }),
        from: wall(zone),
        reason,
      })
      .transform((form) => ({ do: 'resume' as const, ...form })),
  correct: (zone) =>
    z.object({ servedAt: wall(zone), reason }).transform((form) => ({ do: 'correct' as const, ...form })),
};

const NAMES = [
  'given',
  'ask',
  'to',
  'count',
  'unit',
  'items',
  'asked',
  'cause',
  'from',
  'until',
  'tolled',
  'servedAt',
  'reason',
];
const token = z.object({ once: z.string().regex(UUID), seen: z.union([z.literal(''), z.string().regex(UUID)]) });

const post =
  (doing: Doing) =>
  async (c: Ctx): Promise<Response> => {
    const services = c.get('services');
    const body = await bodyOf(c);
    const text = (name: string) => {
      const value = body[name];
      return typeof value === 'string' ? value : '';
    };
    const values = Object.fromEntries(NAMES.map((name) => [name, text(fieldOf(doing, name))]));
    try {
      const zone = zoneOfForms(await standingClock(services, serviceId(c)));
      const form = token.safeParse({ once: text('once'), seen: text('seen') });
      const read = FORMS[doing](zone).safeParse(values);
      if (!form.success || !read.success) throw refusalOf(read.error);
      const { repeated, told } = await moveClock(services, serviceId(c), read.data, form.data);
      return redirectWith(c, `/desk/services/${serviceId(c)}#clock`, said(repeated, told));
    } catch (error) {
      if (!(error instanceof Refusal) || error instanceof NotFound) throw error;
      const named = Object.entries(error.fields).map(([name, message]) => [fieldOf(doing, name), message]);
      const errors = named.length > 0 ? Object.fromEntries(named) : { '': sentences(error) };
      return await show(c, { doing, values, errors }, error instanceof InvalidInput ? 422 : 409);
    }
  };

const refusal = z.object({ ask: z.string().regex(UUID, { error: () => t('clock.move.form.ask') }), reason });

async function postRefusal(c: Ctx): Promise<Response> {
  const body = await bodyOf(c);
  const text = (name: string) => {
    const value = body[name];
    return typeof value === 'string' ? value : '';
  };
  const values = { ask: text(fieldOf('refuse', 'ask')), reason: text(fieldOf('refuse', 'reason')) };
  try {
    const read = refusal.safeParse(values);
    const once = z.string().regex(UUID).safeParse(text('once'));
    if (!read.success || !once.success) throw refusalOf(read.error);
    const { repeated, told } = await refuseTime(c.get('services'), serviceId(c), read.data, once.data);
    return redirectWith(c, `/desk/services/${serviceId(c)}#clock`, said(repeated, told));
  } catch (error) {
    if (!(error instanceof Refusal) || error instanceof NotFound) throw error;
    const named = Object.entries(error.fields).map(([name, message]) => [fieldOf('refuse', name), message]);
    const errors = named.length > 0 ? Object.fromEntries(named) : { '': sentences(error) };
    return await show(c, { doing: 'refuse', values, errors }, error instanceof InvalidInput ? 422 : 409);
  }
}

function said(repeated: boolean, told: boolean): string {
  if (repeated) return t('clock.repeated');
  return told ? t('clock.move.told') : t('clock.move.untold');
}

const sentences = (refusal: Refusal) => [refusal.advice.what, refusal.advice.next ?? ''].join(' ').trim();

function refusalOf(error: z.ZodError | undefined): InvalidInput {
  const fields: Record<string, string> = {};
  for (const { path, message } of error?.issues ?? []) {
    const sentence = /^\p{Lu}/u.test(message) ? message : t('clock.form.this', { what: message });
    fields[String(path[0] ?? '')] ??= sentence;
  }
  return new InvalidInput('form', { what: t('clock.form.incomplete'), lost: t('clock.lost.written') }, fields);
}

export const clockRoutes: readonly Route[] = [
  { method: 'POST', path: '/desk/services/:service/clock/refuse', access: EDITOR, handler: postRefusal },
  { method: 'GET', path: '/desk/services/:service/clock', access: VIEWER, handler: (c) => show(c, null) },
  ...DOINGS.map(
    (doing): Route => ({
      method: 'POST',
      path: `/desk/services/:service/clock/${doing}`,
      access: EDITOR,
      handler: post(doing),
    }),
  ),
];
