/** The issuer's calendars: days added to them and taken back, for its own office and for recipients whose calendar counts. */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { InvalidInput, Refusal, RuleRefusal } from '../../base/errors.ts';
import { bodyOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, EDITOR, type Route, staff, VIEWER } from '../../base/route.ts';
import { redirectWith, zoneOf } from '../../ui/context.ts';
import { page } from '../../ui/page.tsx';
import { isoDate, line, prose } from '../fields.ts';
import { closingSaid } from './adding.ts';
import { addToCalendar, type Changed, touches, withdrawFromCalendar } from './calendar-commands.ts';
import { CALENDAR, CalendarPage, type TypedDay } from './calendar-form.tsx';
import { addedBy } from './closings.ts';
import { type CalendarEvent, calendarEvent } from './events.ts';
import { progressOf } from './progress.ts';

async function show(c: Ctx, typed: TypedDay | null, status: 200 | 409 | 422 = 200): Promise<Response> {
  const { db, clock, random } = c.get('services');
  const actor = staff(c);
  const added = await addedBy(db, actor.party);
  const asked = typed?.form === 'withdraw' ? typed.values.closing : c.req.query('withdraw');
  const others = [...new Set(added.map((one) => one.party))].filter((party) => party !== actor.party);
  const parties =
    others.length === 0
      ? []
      : await db.selectFrom('view.party').select(['id', 'name']).where('id', 'in', others).execute();
  const causes = added.map((one) => one.withdrawn?.entry ?? one.id);
  return await page(
    c,
    { title: t('clock.cal.title'), area: 'staff', wide: true, status },
    <CalendarPage
      issuer={actor.party}
      added={added}
      names={new Map(parties.map((one) => [one.id, one.name]))}
      progress={await progressOf(db, causes)}
      withdraw={added.find((one) => one.id === asked && one.withdrawn === null) ?? null}
      typed={typed}
      recipient={(c.req.query('recipient') ?? '').slice(0, 300)}
      mayWrite={actor.role !== 'viewer'}
      newOnce={() => uuidv7(clock.now(), random)}
      zone={zoneOf(c)}
    />,
  );
}

const reason = prose(1000).pipe(z.string().min(1, { error: () => t('clock.form.why') }));
const orNone = <T extends z.ZodType>(schema: T) => z.union([z.literal('').transform(() => null), schema]);

const form = z.object({
  kind: z.enum(['closed', 'holiday', 'workday', 'yearly'], { error: () => t('clock.form.kind') }),
  from: isoDate,
  until: orNone(isoDate),
  name: line(120),
  whose: z.enum(['own', 'recipient'], { error: () => t('clock.form.whose') }),
  recipient: z.string().trim().max(300),
  reason,
  source: orNone(line(500)),
});
type AddForm = z.infer<typeof form>;

/** The day of the form as the clock takes it. @throws InvalidInput `yearly-29-february` */
function eventOf({ kind, from, until, name }: AddForm): CalendarEvent {
  if (until !== null && kind !== 'closed') {
    throw new InvalidInput('form', refusedWords(), {
      until: t('clock.form.until-only-closed'),
    });
  }
  const days = {
    closed: { type: 'closing', from, until: until ?? from, name },
    holiday: { type: 'holiday', on: from, name },
    workday: { type: 'workday', on: from, name },
    yearly: { type: 'closing', every: from.slice(5), name },
  }[kind];
  // 29 February is a date, and no day of every year.
  if (kind === 'yearly' && from.endsWith('-02-29')) {
    throw new InvalidInput('yearly-29-february', refusedWords(), {
      from: t('clock.form.29-february'),
    });
  }
  return calendarEvent.parse(days);
}

const refusedWords = () => ({ what: t('clock.form.incomplete'), lost: t('clock.lost.written') });

/** The recipient of this organisation's requests with a name. @throws RuleRefusal `no-such-recipient`, `recipient-unclear` */
async function recipientNamed(db: Kysely<Database>, issuer: string, text: string): Promise<string> {
  const { rows } = await sql<{ id: string; name: string; state: string | null }>`
    select p.id, p.name, p.state from view.party p
    where (lower(p.name) = lower(${text})
        or (${text} like '%,%' and lower(p.name) = lower(trim(regexp_replace(${text}, ',[^,]*$', '')))
          and lower(p.state) = lower(trim(regexp_replace(${text}, '^.*,', '')))))
      and exists (select 1 from view.service s join view.request r on r.id = s.request
        where s.recipient = p.id and r.issuer = ${issuer})
    order by p.name limit 5`.execute(db);
  const [only] = rows;
  if (only && rows.length === 1) return only.id;
  const fields = only
    ? t('clock.form.recipient.several', {
        names: rows
          .map(({ name, state }) => (state ? `${name}, ${state}` : t('clock.form.recipient.no-state', { name })))
          .join('; '),
      })
    : t('clock.form.recipient.none');
  throw new RuleRefusal(only ? 'recipient-unclear' : 'no-such-recipient', refusedWords(), { recipient: fields });
}

const NAMES = ['kind', 'from', 'until', 'name', 'whose', 'recipient', 'reason', 'source'] as const;
const token = z.string().regex(UUID, { error: () => t('clock.form.reload') });

async function fields(c: Ctx): Promise<(name: string) => string> {
  const body = await bodyOf(c);
  return (name) => {
    const value = body[name];
    return typeof value === 'string' ? value : '';
  };
}

async function add(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { party: issuer } = staff(c);
  const text = await fields(c);
  const values = Object.fromEntries(NAMES.map((name) => [name, text(name)]));
  return await refusing(c, { form: 'add', values }, async () => {
    const read = form.safeParse(values);
    const once = token.safeParse(text('once'));
    if (!read.success || !once.success) throw refusalOf(read.error ?? once.error);
    const event = eventOf(read.data);
    const { whose, recipient, reason, source } = read.data;
    const party = whose === 'own' ? issuer : await recipientNamed(services.db, issuer, recipient);
    if (text('look') !== '') {
      const touched = await touches(services, issuer, party, event);
      return await show(c, { form: 'add', values, errors: {}, touches: { ...touched, words: closingSaid(event) } });
    }
    const by = { issuer, zone: zoneOf(c) };
    return said(c, await addToCalendar(services, by, { party, event, reason, source }, once.data));
  });
}

async function withdraw(c: Ctx): Promise<Response> {
  const services = c.get('services');
  const { party: issuer } = staff(c);
  const text = await fields(c);
  const values = { closing: text('closing'), why: text('why') };
  return await refusing(c, { form: 'withdraw', values }, async () => {
    const read = z.object({ closing: z.string().regex(UUID), why: reason }).safeParse(values);
    const once = token.safeParse(text('once'));
    if (!read.success || !once.success) throw refusalOf(read.error ?? once.error);
    const by = { issuer, zone: zoneOf(c) };
    return said(c, await withdrawFromCalendar(services, by, read.data.closing, read.data.why, once.data));
  });
}

function said(c: Ctx, { repeated, services }: Changed): Response {
  return redirectWith(c, CALENDAR, repeated ? t('clock.repeated') : t('clock.cal.said', { n: services }));
}

/** Shows the page again with what was typed and why it was not taken. */
async function refusing(
  c: Ctx,
  typed: Pick<TypedDay, 'form' | 'values'>,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const named = Object.keys(error.fields).length > 0;
    const errors = named ? error.fields : { '': [error.advice.what, error.advice.next ?? ''].join(' ').trim() };
    return await show(c, { ...typed, errors, touches: null }, error instanceof InvalidInput ? 422 : 409);
  }
}

function refusalOf(error: z.ZodError | undefined): InvalidInput {
  const messages: Record<string, string> = {};
  for (const { path, message } of error?.issues ?? []) {
    messages[String(path[0] ?? '')] ??= /^\p{Lu}/u.test(message) ? message : t('clock.form.this', { what: message });
  }
  return new InvalidInput('form', refusedWords(), messages);
}

export const calendarRoutes: readonly Route[] = [
  { method: 'GET', path: CALENDAR, access: VIEWER, handler: (c) => show(c, null) },
  { method: 'POST', path: CALENDAR, access: EDITOR, handler: add },
  { method: 'POST', path: `${CALENDAR}/withdraw`, access: EDITOR, handler: withdraw },
];
