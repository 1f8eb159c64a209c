/** Calls a meeting, invites, writes down what was said of taking part, takes attendance: load, rules, append. */

import { z } from 'zod';
import { InvalidInput, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { partiesLike } from '../directory/view.ts';
import { line, prose, timeZone, uuid } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { matterById } from '../matters/view.ts';
import { holdingsLike } from '../people/view.ts';
import { groundOf } from '../sources/view.ts';
import { meetingCalled, PARTSTATS, SAYERS, THROUGHS } from './entries.ts';
import { callMeeting, type Invitee, invite, type Of, stateParticipation, takeAttendance } from './rules.ts';
import { type Meeting, meetingsOf, type Participant, participantsOf } from './view.ts';

export async function ofMatter({ db }: Pick<Services, 'db'>, id: string): Promise<Of> {
  const matter = await matterById(db, id);
  if (!matter) throw new NotFound('no-matter', t('meetings.no-matter'));
  return { matter: matter.id, issuer: matter.issuer, audience: matter.audience === 'public' ? 'public' : 'parties' };
}

/** A meeting of a matter with who was invited. @throws NotFound */
export async function meetingIn(
  { db }: Pick<Services, 'db'>,
  matter: string,
  id: string,
): Promise<{ readonly meeting: Meeting; readonly participants: readonly Participant[] }> {
  const meeting = (await meetingsOf(db, matter)).find((one) => one.id === id);
  if (!meeting)
    throw new NotFound('no-meeting', {
      what: t('meetings.no-meeting'),
      next: t('meetings.no-meeting.next'),
    });
  return { meeting, participants: await participantsOf(db, meeting.id) };
}

const millis = z.number().int();
const calling = z.object({
  convener: line(200),
  subject: line(200),
  place: orNone(line(300)),
  startsAt: millis,
  endsAt: millis.nullable(),
  dayOnly: z.boolean(),
  capacity: orNone(
    z.coerce
      .number({ error: () => t('meetings.field.number') })
      .int()
      .min(1)
      .max(1_000_000),
  ),
  agenda: prose(4000),
  zone: orNone(timeZone).optional(),
});

/** Writes `meeting.called`. @param at when it was called, ms @returns id of the meeting @throws those of `callMeeting` */
export async function addMeeting(
  services: Services,
  matter: string,
  form: z.input<typeof calling>,
  once: string,
  at = services.clock.now(),
): Promise<string> {
  const given = checked(calling, form);
  const of = await ofMatter(services, matter);
  const now = services.clock.now();
  const ids = { entry: uuidv7(now, services.random), meeting: uuidv7(now, services.random) };
  const { entries } = await services.ledger.append({
    key: `meeting:${once}`,
    entries: [callMeeting(of, given, ids, at, now)],
  });
  return meetingCalled.parse(entries[0]?.entry.body).meeting;
}

/** So many lines at once; more come in another form. */
const MOST_INVITED = 500;

/** What lines of a list mean: `Party`, or `Person; Party`. Each that nobody can be told by is named with its number. @throws InvalidInput */
async function inviteesOf({ db }: Services, text: string): Promise<readonly Invitee[]> {
  const lines = text
    .split('\n')
    .map((one, i) => ({ number: i + 1, parts: one.split(';').map((part) => part.trim()) }))
    .filter(({ parts }) => parts.some((part) => part !== ''));
  const wrong: string[] = [];
  if (lines.length === 0) wrong.push(t('meetings.invite.none'));
  if (lines.length > MOST_INVITED) wrong.push(t('meetings.invite.many', { n: MOST_INVITED }));
  const nameOf = (parts: readonly string[]) => parts.at(-1) ?? '';
  const parties =
    wrong.length > 0
      ? []
      : await partiesLike(
          db,
          [],
          lines.map(({ parts }) => nameOf(parts)),
        );
  const holdings = wrong.length > 0 || lines.every(({ parts }) => parts.length === 1) ? [] : await holdingsLike(db);
  const invitees = lines.slice(0, MOST_INVITED).flatMap(({ number, parts }): Invitee[] => {
    const name = nameOf(parts);
    const same = parties.filter((one) => one.name.toLowerCase() === name.toLowerCase());
    const [party] = same;
    if (parts.length > 2) wrong.push(t('meetings.invite.line.parts', { line: number }));
    else if (!party) wrong.push(t('meetings.invite.line.unknown', { line: number, name }));
    else if (same.length > 1) wrong.push(t('meetings.invite.line.several', { line: number, n: same.length, name }));
    else if (parts.length === 1) return [{ party, holding: null }];
    else {
      const person = parts[0] ?? '';
      const held = holdings.filter((one) => one.party === party.id && one.name.toLowerCase() === person.toLowerCase());
      if (held.length === 1 && held[0]) return [{ party, holding: held[0] }];
      wrong.push(
        held.length === 0
          ? t('meetings.invite.line.nobody', { line: number, person, party: name })
          : t('meetings.invite.line.offices', { line: number, person, n: held.length, party: name }),
      );
    }
    return [];
  });
  if (wrong.length > 0)
    throw new InvalidInput(
      'invitees-refused',
      { what: wrong[0] ?? '', lost: t('meetings.invite.lost') },
      { invitees: wrong.slice(0, 20).join(' ') },
    );
  return invitees;
}

/** Writes `meeting.invited` for each line. @returns how many @throws InvalidInput `invitees-refused`, `nobody-new` */
export async function inviteTo(
  services: Services,
  matter: string,
  meeting: string,
  text: string,
  once: string,
  at = services.clock.now(),
): Promise<number> {
  const of = await ofMatter(services, matter);
  const { meeting: to, participants } = await meetingIn(services, of.matter, meeting);
  const now = services.clock.now();
  const newId = () => uuidv7(now, services.random);
  const before = await services.db
    .selectFrom('ledger.command')
    .select('count')
    .where('key', '=', `invite:${once}`)
    .executeTakeFirst();
  if (before) return before.count;
  const entries = invite(of, to, participants, await inviteesOf(services, text), newId, at);
  const written = await services.ledger.append({ key: `invite:${once}`, entries: [...entries] });
  return written.entries.length;
}

const choice = { error: () => t('meetings.field.choice') };
const stating = z.object({
  participant: uuid,
  partstat: z.enum(PARTSTATS, choice),
  delegate: orNone(line(200)),
  reason: orNone(line(500)),
  by: z.enum(SAYERS, choice),
  sayer: orNone(line(200)),
  at: millis,
  dayOnly: z.boolean(),
  source: orNone(uuid),
  words: orNone(line(500)),
  through: orNone(z.enum(THROUGHS)).optional(),
});

/** Writes `participation.stated`. @throws those of `stateParticipation`, NotFound */
export async function addParticipation(
  services: Services,
  matter: string,
  meetingId: string,
  form: z.input<typeof stating>,
  once: string,
): Promise<void> {
  const { source, ...given } = checked(stating, form, { partstat: t('meetings.field.partstat') });
  const of = await ofMatter(services, matter);
  const key = `participation:${once}`;
  if (await services.db.selectFrom('ledger.command').select('key').where('key', '=', key).executeTakeFirst()) return;
  const { meeting, participants } = await meetingIn(services, of.matter, meetingId);
  const ground = source === null ? null : await groundOf(services, of.matter, source);
  const participant = participants.find((one) => one.id === given.participant);
  const now = services.clock.now();
  const cited = ground && { source: ground.source.id, text: ground.text };
  const entry = stateParticipation(of, meeting, participant, given, cited, uuidv7(now, services.random), now);
  await services.ledger.append({ key, entries: [entry] });
}

/** Writes `attendance.taken`. @param form.at when it was seen, ms; null: now @throws those of `takeAttendance`, NotFound */
export async function addAttendance(
  services: Services,
  matter: string,
  meetingId: string,
  form: { readonly participant: string; readonly attended: boolean | null; readonly at: number | null },
  once: string,
): Promise<void> {
  const of = await ofMatter(services, matter);
  const key = `attendance:${once}`;
  if (await services.db.selectFrom('ledger.command').select('key').where('key', '=', key).executeTakeFirst()) return;
  const { meeting, participants } = await meetingIn(services, of.matter, meetingId);
  const participant = participants.find((one) => one.id === form.participant);
  const now = services.clock.now();
  const entry = takeAttendance(
    of,
    meeting,
    participant,
    form.attended,
    uuidv7(now, services.random),
    form.at ?? now,
    now,
  );
  await services.ledger.append({ key, entries: [entry] });
}
