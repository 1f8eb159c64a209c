/** Changes a meeting or calls it off, and tells everybody who holds an invitation: load, rules, one append with entries and letters. */
import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import type { Millis } from '../../base/clock.ts';
import { Conflict } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { line, prose, timeZone } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { lastOf, lastsOf } from '../stream.ts';
import { ATTEMPTS } from './answering.ts';
import { termsEntry } from './changed.ts';
import { cancelMeeting, changeMeeting, notTold, serveAgain } from './changing.ts';
import { meetingIn, ofMatter } from './commands.ts';
import { type Invitation, invitationsOf, mailboxesOf } from './invitations.ts';
import type { Of } from './rules.ts';
import type { Meeting, Participant } from './view.ts';

/** Letters queued in one append. */
const CHUNK = 500;

const millis = z.number().int();
const reason = prose(1000).pipe(z.string().min(1, { error: () => t('meetings.changed.reason.missing') }));
const change = z.object({
  place: orNone(line(300)),
  startsAt: millis,
  endsAt: millis.nullable(),
  dayOnly: z.boolean(),
  zone: orNone(timeZone),
  capacity: orNone(
    z.coerce
      .number({ error: () => t('meetings.field.number') })
      .int()
      .min(1)
      .max(1_000_000),
  ),
  agenda: prose(4000),
  reason,
});
export type ChangeForm = z.input<typeof change>;
const cancelling = z.object({ reason });

const names = () => ({
  place: t('meetings.call.place'),
  zone: t('meetings.field.zone'),
  capacity: t('meetings.seats'),
  agenda: t('meetings.call.agenda'),
  reason: t('meetings.changed.reason'),
});

/** A meeting with what a change of it is decided on. */
export interface Changeable {
  readonly of: Of;
  readonly meeting: Meeting;
  readonly participants: readonly Participant[];
  readonly invitations: readonly Invitation[];
}

/** @throws NotFound */
export async function changeableIn(services: Pick<Services, 'db'>, matter: string, id: string): Promise<Changeable> {
  const of = await ofMatter(services, matter);
  const { meeting, participants } = await meetingIn(services, of.matter, id);
  return { of, meeting, participants, invitations: await invitationsOf(services.db, meeting.id) };
}

type Plan = (now: Millis, what: Changeable, id: string) => NewEntry;

/** What a change would write, without writing it. @throws InvalidInput; those of `changeMeeting` */
export function planChange(form: ChangeForm): Plan {
  const { reason: why, ...to } = checked(change, form, names());
  return (now, { of, meeting, participants, invitations }, id) =>
    changeMeeting(of, meeting, participants, invitations.length > 0, to, why, id, now);
}

/** @throws InvalidInput; those of `cancelMeeting` */
export function planCancel(form: z.input<typeof cancelling>): Plan {
  const { reason: why } = checked(cancelling, form, names());
  return (now, { of, meeting, participants }, id) => cancelMeeting(of, meeting, participants, why, id, now);
}

/** Entries and letters for those who hold an earlier version; at most `CHUNK` of them. */
async function telling(services: Services, of: Of, invitations: readonly Invitation[], called: string, now: Millis) {
  const lasts = await lastsOf(
    services.db,
    invitations.map(({ id }) => id),
  );
  const entries = serveAgain(of, invitations, called, () => uuidv7(now, services.random), now);
  const addresses = await mailboxesOf(
    services.db,
    invitations.map(({ id }) => id),
  );
  return {
    entries,
    expect: invitations.map(({ id }) => ({ stream: id, last: lasts.get(id) ?? null })),
    rows: [
      {
        table: 'work.outbox',
        rows: entries.flatMap(({ id: entry }, i) => {
          const service = invitations[i]?.id ?? '';
          const address = addresses.get(service);
          return address === undefined
            ? []
            : [
                {
                  kind: 'invitation-update',
                  key: `invitation-update:${entry}`,
                  service,
                  request: null,
                  entry,
                  address,
                  params: {},
                  not_before: new Date(now).toISOString(),
                  state: 'queued',
                  attempts: 0,
                },
              ];
        }),
      },
    ],
  };
}

/**
 * Tells everybody who holds an earlier version of the invitation how the meeting stands; who was told is passed over.
 * @returns how many letters
 */
export async function tellInvited(services: Services, matter: string, id: string): Promise<number> {
  let told = 0;
  for (let attempt = 1; ; ) {
    const { of, meeting, invitations } = await changeableIn(services, matter, id);
    const behind = notTold(meeting, invitations).slice(0, CHUNK);
    if (behind.length === 0) return told;
    const called = termsEntry(meeting);
    const letters = await telling(services, of, behind, called, services.clock.now());
    try {
      const key = `meeting-told:${called}:${behind[0]?.id ?? ''}`;
      const { entries, repeated } = await services.ledger.append({ key, ...letters });
      if (!repeated) told += entries.length;
    } catch (error) {
      // An answer, or evidence of a letter, came in at the same moment: look again.
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
      attempt += 1;
    }
  }
}

/**
 * Writes `meeting.changed` or `meeting.cancelled` and, for everybody who was served, the next version of the invitation with its letter.
 * @param seen how many changes stood when the form was made @param once the form's token: the same form never writes twice
 * @returns how many are told by mail
 * @throws NotFound; Conflict `changed-meanwhile`; those of the plan
 */
export async function writeChange(
  services: Services,
  matter: string,
  id: string,
  plan: Plan,
  by: { readonly seen: number; readonly once: string },
): Promise<number> {
  const key = `meeting-change:${by.once}`;
  for (let attempt = 1; ; attempt++) {
    if (await isWritten(services, key)) break;
    // Read first: whatever is written of this matter from here on makes the append look again.
    const last = await lastOf(services.db, matter);
    const what = await changeableIn(services, matter, id);
    if (what.meeting.changes.length !== by.seen) {
      // The same form, sent twice at once: its twin may have been written since it was looked for.
      if (await isWritten(services, key)) break;
      throw changedMeanwhile();
    }
    const now = services.clock.now();
    const entry = plan(now, what, uuidv7(now, services.random));
    const letters = await telling(services, what.of, what.invitations.slice(0, CHUNK), entry.id, now);
    try {
      await services.ledger.append({
        key,
        entries: [entry, ...letters.entries],
        expect: [{ stream: what.of.matter, last }, ...letters.expect],
        rows: letters.rows,
      });
      break;
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
  // The others of a large meeting; after a crash the same form, sent again, goes on here.
  await tellInvited(services, matter, id);
  return (await invitationsOf(services.db, id)).length;
}

const isWritten = async ({ db }: Pick<Services, 'db'>, key: string): Promise<boolean> =>
  (await db.selectFrom('ledger.command').select('count').where('key', '=', key).executeTakeFirst()) !== undefined;

const changedMeanwhile = () =>
  new Conflict('changed-meanwhile', {
    what: t('meetings.changed.meanwhile'),
    lost: t('meetings.kept'),
    next: t('meetings.changed.meanwhile.next'),
  });
