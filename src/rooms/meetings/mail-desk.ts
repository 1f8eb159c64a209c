/** Mail that found no place, as staff see it and put it in its place by hand. */

import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { InvalidInput, NotFound, RuleRefusal } from '../../base/errors.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { line, prose, uuid } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { PARTSTATS } from './entries.ts';
import { KEPT_DAYS } from './forget.ts';
import { invitationOf } from './invitations.ts';
import { type ReadMail, readMail, WHYS, type Why } from './itip.ts';
import { writeAnswer } from './mail.ts';

/** SQL: whose desk a mail is for; what nobody can tell is for the organisation that set up this server. */
const OWNER = sql`coalesce(m.party, (select w.party from work.organisation w join view.party p on p.id = w.party order by p.seq limit 1))`;

export const mailOwner = async (db: Kysely<Database>, id: string): Promise<string | undefined> => {
  const { rows } = await sql<{ party: string }>`
    select ${OWNER} as party from work.mail_in m where m.id = ${id}`.execute(db);
  return rows[0]?.party;
};

const row = z.object({
  id: z.string(),
  receivedAt: z.date(),
  sender: z.string().nullable(),
  subject: z.string().nullable(),
  state: z.enum(['received', 'placed', 'repeated', 'unplaced', 'aside']),
  why: z.enum(WHYS).nullable(),
  detail: z.string().nullable(),
  invitation: z.string().nullable(),
  name: z.string().nullable(),
  meeting: z.string().nullable(),
  settledBy: z.string().nullable(),
  bytes: z.coerce.number(),
});
export interface MailLine {
  readonly id: string;
  readonly receivedAt: Date;
  readonly sender: string | null;
  readonly subject: string | null;
  readonly state: 'received' | 'placed' | 'repeated' | 'unplaced' | 'aside';
  readonly why: Why | null;
  readonly detail: string | null;
  readonly invitation: string | null;
  /** of the invited party, and the meeting's subject, where that is known */
  readonly name: string | null;
  readonly meeting: string | null;
  readonly settledBy: string | null;
  readonly bytes: number;
}

const COLUMNS = sql`m.id, m.received_at as "receivedAt", m.sender, m.subject, m.state, m.why, m.detail, m.invitation, p.name, t.subject as meeting,
  m.settled_by as "settledBy", m.bytes`;
const FROM = sql`from work.mail_in m left join view.participant p on p.id = m.invitation left join view.meeting t on t.id = p.meeting`;

/** At most so many lines of each list. */
export const MOST_MAILS = 200;

/** Mails of an organisation in this state, newest first. */
export async function mailsOf(db: Kysely<Database>, party: string, open: boolean): Promise<readonly MailLine[]> {
  const which = open ? sql`m.state = 'unplaced'` : sql`m.state <> 'unplaced'`;
  const { rows } = await sql<Record<string, unknown>>`
    select ${COLUMNS} ${FROM} where ${which} and ${OWNER} = ${party} order by m.received_at desc limit ${MOST_MAILS}`.execute(
    db,
  );
  return rows.map((one) => row.parse(one));
}

export interface OneMail extends MailLine {
  readonly read: ReadMail | null;
}

/** @throws NotFound */
export async function mailById(db: Kysely<Database>, id: string): Promise<OneMail> {
  const { rows } = await sql<Record<string, unknown>>`select ${COLUMNS}, m.read ${FROM} where m.id = ${id}`.execute(db);
  const [one] = rows;
  if (!one) throw new NotFound('no-mail', t('meetings.mail.no-mail'));
  const read = readMail.nullable().safeParse(one['read']);
  return { ...row.parse(one), read: read.success ? read.data : null };
}

/** The whole mail as it came. @throws NotFound also where its text has gone meanwhile (forget.ts) */
export async function rawMail(db: Kysely<Database>, id: string): Promise<Uint8Array> {
  const found = await db.selectFrom('work.mail_in').select('raw').where('id', '=', id).executeTakeFirst();
  if (!found) throw new NotFound('no-mail', t('meetings.mail.no-mail'));
  if (found.raw.length === 0)
    throw new NotFound('mail-forgotten', {
      what: t('meetings.mail.forgotten', { days: KEPT_DAYS }),
      next: t('meetings.mail.forgotten.next'),
    });
  return found.raw;
}

export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly meeting: string;
}

/** Invitations that a mail could belong to: those of the organisation's meetings, the newest first. */
export async function choicesFor(db: Kysely<Database>, party: string): Promise<readonly Choice[]> {
  const { rows } = await sql<Choice>`
    select p.id, p.name, t.subject as meeting from view.participant p join view.meeting t on t.id = p.meeting
    where exists (select 1 from view.invitation i where i.invitation = p.id and i.issuer = ${party})
    order by t.starts_at desc, lower(p.name) limit 2000`.execute(db);
  return rows;
}

const choice = { error: () => t('meetings.field.choice') };
const form = z.object({
  invitation: uuid,
  partstat: z.enum(PARTSTATS, choice).exclude(['needs-action'], choice),
  delegate: orNone(line(200)),
  reason: orNone(prose(1000)),
});
const names = () => ({
  invitation: t('meetings.mail.place.whose'),
  partstat: t('meetings.says'),
  delegate: t('meetings.substitute'),
});

/**
 * Writes what a mail says as its party's answer, as a person of the staff read it.
 * @throws InvalidInput; NotFound; RuleRefusal `mail-settled` and those of `answerInvitation`
 */
export async function placeByHand(
  services: Services,
  id: string,
  by: { readonly party: string; readonly name: string },
  given: { readonly invitation: string; readonly partstat: string; readonly delegate: string; readonly reason: string },
): Promise<void> {
  const { invitation, partstat, delegate, reason } = checked(form, given, names());
  const mail = await openMail(services.db, id);
  const to = await invitationOf(services.db, invitation);
  if (!to || to.issuer !== by.party)
    throw new InvalidInput('not-invited', t('meetings.mail.not-yours'), {
      invitation: t('meetings.choose'),
    });
  const calendar = mail.read?.calendars[0];
  const event = calendar?.events[0];
  const stamp = event?.stamp ?? mail.read?.date ?? null;
  const received = mail.receivedAt.getTime();
  const at = stamp === null ? received : Math.min(Date.parse(stamp), received);
  const entry = await writeAnswer(
    services,
    invitation,
    {
      partstat,
      delegate,
      reason: reason === '' ? null : reason,
      openly: false,
      proposal: null,
      through: calendar ? 'calendar mail' : 'letter',
      actedBy: null,
      mail: {
        method: calendar?.method === 'COUNTER' ? 'COUNTER' : 'REPLY',
        messageId: mail.read?.messageId ?? null,
        sequence: event?.sequence ?? 0,
        at,
        placedBy: by.name,
      },
      at,
    },
    `mail-placed:${id}`,
  );
  await services.db
    .updateTable('work.mail_in')
    .set({
      state: 'placed',
      invitation,
      party: by.party,
      entry,
      settled_by: by.name,
      settled_at: new Date(services.clock.now()),
    })
    .where('id', '=', id)
    .execute();
}

/** Takes a mail off the list: it says nothing of taking part. It stays kept. @throws RuleRefusal `mail-settled` */
export async function setAside(services: Services, id: string, by: string): Promise<void> {
  await openMail(services.db, id);
  await services.db
    .updateTable('work.mail_in')
    .set({ state: 'aside', settled_by: by, settled_at: new Date(services.clock.now()) })
    .where('id', '=', id)
    .where('state', '=', 'unplaced')
    .execute();
}

async function openMail(db: Kysely<Database>, id: string): Promise<OneMail> {
  const mail = await mailById(db, id);
  if (mail.state !== 'unplaced')
    throw new RuleRefusal('mail-settled', {
      what: t('meetings.mail.settled'),
      lost: t('meetings.nothing-written'),
      next: t('meetings.look-again'),
    });
  return mail;
}
