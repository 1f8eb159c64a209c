/** A meeting that is moved and called off: from the desk's form to calendars, invitation pages and the record on both axes. Everything real. */
import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formOf, wordsOf } from '../../../test/support/answering.ts';
import { type Invitedness, invitedWorld } from '../../../test/support/invited.ts';
import { openPool } from '../../adapters/postgres/pool.ts';
import { rebuild } from '../../ledger/rebuild.ts';
import { meetingList } from '../../record/api-schemas.ts';
import { project } from '../project.ts';

const MAYOR = 'mayor@place.example.gov';
const TOWN = 'clerk@town.example.gov';
const COUNTY = 'office@county.example.gov';
let w: Invitedness;
let page: string;
beforeAll(async () => {
  w = await invitedWorld();
  page = `${w.meeting}/change`;
  await w.served();
}, 120_000);
afterAll(() => w.close());

const json = async (query = '') => {
  const body: unknown = JSON.parse((await w.staff.get(`/api/v1/records/${w.slug}/meetings${query}`)).text);
  const [meeting] = meetingList.parse(body).meetings;
  if (!meeting) throw new Error('no meeting');
  return meeting;
};
const record = async (path: string, query = '') =>
  wordsOf((await w.staff.get(`/record/${w.slug}/${path}${query}`)).text);

/** The calendar file of the newest mail to somebody. */
async function calendarTo(address: string) {
  const mail = (await w.mailsTo(address)).at(-1);
  const file = mail?.attachments.find((one) => one.contentType === 'text/calendar');
  const calendar = new ICAL.Component(ICAL.parse(file?.content.toString('utf8') ?? ''));
  const event = calendar.getFirstSubcomponent('vevent');
  const attendee = event?.getFirstProperty('attendee');
  return {
    mail,
    method: calendar.getFirstPropertyValue('method'),
    uid: event?.getFirstPropertyValue('uid'),
    sequence: event?.getFirstPropertyValue('sequence'),
    status: event?.getFirstPropertyValue('status'),
    start: String(event?.getFirstPropertyValue('dtstart')),
    place: event?.getFirstPropertyValue('location'),
    partstat: attendee?.getFirstParameter('partstat'),
    organizer: String(event?.getFirstPropertyValue('organizer')),
  };
}

/** Fills the form, looks, and gives what was shown with a function that goes through with it. */
async function look(action: 'change' | 'cancel', fields: Readonly<Record<string, string>>) {
  const path = `${w.meeting}/${action}`;
  const { values } = formOf((await w.staff.get(page)).text, path);
  const shown = await w.staff.post(path, { ...values, ...fields });
  return { shown, sure: async () => await w.staff.post(path, formOf(shown.text, path).values) };
}

const answer = async (address: string, fields: Readonly<Record<string, string>>) => {
  const { b } = await w.enter(address);
  const { values } = formOf((await b.get('/answer/invitation')).text, '/answer/invitation');
  return { b, values: { ...values, ...fields }, sent: await b.post('/answer/invitation', { ...values, ...fields }) };
};

const changes = async () => await w.db.selectFrom('view.meeting_change').selectAll().orderBy('seq').execute();

describe('changing', () => {
  it('refuses what changes nothing, has no reason, ends before it begins, or is a day alone once letters have left', async () => {
    const path = `${w.meeting}/change`;
    const refused = async (fields: Readonly<Record<string, string>>) => {
      const { shown } = await look('change', fields);
      return [shown.status, wordsOf(shown.text)];
    };
    expect(await refused({ reason: 'None.' })).toEqual([422, expect.stringContaining('otherwise than it stands')]);
    expect(await refused({ place: 'Hall' })).toEqual([422, expect.stringContaining('everybody sees')]);
    expect(await refused({ until: '10:00', reason: 'x' })).toEqual([
      422,
      expect.stringContaining('ends before it begins'),
    ]);
    expect(await refused({ time: '', until: '', reason: 'x' })).toEqual([422, expect.stringContaining('a day alone')]);
    expect(await refused({ zone: 'Nowhere', reason: 'x' })).toEqual([422, expect.stringContaining('not a time zone')]);
    expect(await refused({ day: '2026-03-01', reason: 'x' })).toEqual([
      422,
      expect.stringContaining('has passed already'),
    ]);
    const { values } = formOf((await w.staff.get(path)).text, path);
    const forged = await w.staff.post(path, { ...values, place: 'Hall', reason: 'x', sure: 'yes', seen: '7' });
    expect([forged.status, wordsOf(forged.text)]).toEqual([409, expect.stringContaining('Somebody else changed')]);
    expect(await changes()).toEqual([]);
    expect(await w.mailsTo(MAYOR)).toHaveLength(1);
  });

  it('shows first what is told to whom, writes once, and sends each one update with the next SEQUENCE', async () => {
    await answer(MAYOR, { partstat: 'accepted', name: 'Sam Clerk' });
    await w.mailOut();
    w.at('2026-03-04T15:00:00Z');
    const before = await calendarTo(TOWN);
    const { shown, sure } = await look('change', { day: '2026-03-23', place: 'School hall', reason: 'No heating.' });
    const words = wordsOf(shown.text);
    for (const part of [
      '3 letters leave at once',
      'Monday, March 23, 2026, 11:00 AM EDT',
      'School hall',
      'No heating.',
    ])
      expect(words).toContain(part);
    expect(await changes()).toEqual([]);
    const done = await Promise.all([sure(), sure()]);
    expect(done.map((one) => one.to)).toEqual([w.meeting, w.meeting]);
    expect((await sure()).to).toBe(w.meeting);
    expect(await changes()).toHaveLength(1);
    const mails = (await w.mailsTo(TOWN)).length;
    await w.mailOut();
    await w.mailOut();
    expect((await w.mailsTo(TOWN)).length).toBe(mails + 1);
    const after = await calendarTo(TOWN);
    expect(after).toMatchObject({
      method: 'REQUEST',
      uid: before.uid,
      organizer: before.organizer,
      sequence: 1,
      status: 'CONFIRMED',
      start: '2026-03-23T15:00:00Z',
      place: 'School hall',
      partstat: 'NEEDS-ACTION',
    });
    expect(after.mail?.subject).toBe('Changed: Roads and bridges');
    for (const part of [
      'Moved from Friday, March 20, 2026, 11:00 AM EDT to 1:00 PM EDT (America/New_York)',
      'Place before: Exampleton, town hall',
      'Reason: No heating.',
      'When: Monday, March 23, 2026',
      '/r/',
    ])
      expect(after.mail?.text).toContain(part);
    const receipt = after.mail?.attachments.find((one) => one.contentType === 'application/json');
    expect(JSON.parse(receipt?.content.toString('utf8') ?? '')).toMatchObject({
      entry: { kind: 'invitation.served', body: { sequence: 1, uid: before.uid } },
    });
    expect((await calendarTo(MAYOR)).mail?.text).toContain('What you answered stands');
  });

  it('marks on invitation and record what was said before, with what it was moved from and why', async () => {
    const { b } = await w.enter(MAYOR);
    const shown = await b.get('/answer/invitation');
    const text = wordsOf(shown.text);
    for (const part of ['Moved from Friday, March 20', 'No heating.', 'given before the change of', 'School hall'])
      expect(text).toContain(part);
    const receipts = shown.text.match(/\/answer\/invitation\/receipts\/[0-9a-f-]+\.json/g) ?? [];
    const [change] = await changes();
    expect(receipts).toContain(`/answer/invitation/receipts/${change?.entry}.json`);
    await w.publish();
    expect(JSON.parse((await b.get(`/answer/invitation/receipts/${change?.entry}.json`)).text)).toMatchObject({
      entry: { kind: 'meeting.changed', body: { changes: { place: 'School hall' } } },
    });
    const seen = await record('meetings');
    for (const part of ['Moved from Friday, March 20', 'No heating.', 'given before the change of'])
      expect(seen).toContain(part);
    expect(await record('timeline')).toContain('A meeting is changed: Roads and bridges');
    const now = await json();
    expect(now).toMatchObject({
      startsAt: '2026-03-23T15:00:00.000Z',
      place: 'School hall',
      cancelled: false,
      changes: [{ reason: 'No heating.', was: { place: 'Exampleton, town hall' }, is: { place: 'School hall' } }],
    });
    const said = now.participants.find((one) => one.name === 'City of Exampleton')?.said;
    expect(said?.map((one) => one.beforeChange)).toEqual([change?.entry]);
    const csv = (await w.staff.get(`/record/${w.slug}/meetings.csv`)).text;
    expect(csv.split('\n')[1]).toContain(',changed,2026-03-20T15:00:00.000Z,No heating.,yes');
  });

  it('is not there at a time before it, on either axis', async () => {
    w.at('2026-03-04T18:00:00Z');
    for (const axis of ['', '&axis=happened']) {
      expect(await json(`?asOf=2026-03-03T15:00:00Z${axis}`)).toMatchObject({
        startsAt: '2026-03-20T15:00:00.000Z',
        place: 'Exampleton, town hall',
        changes: [],
      });
      expect(await json(`?asOf=2026-03-04T17:00:00Z${axis}`)).toMatchObject({ place: 'School hall' });
    }
    expect(await record('meetings', '?asOf=2026-03-03T15:00:00Z')).not.toContain('Moved from');
  });

  it('does not take an answer to a day that whoever gives it has not read', async () => {
    w.at('2026-03-05T15:00:00Z');
    const { b } = await w.enter(TOWN);
    const { values } = formOf((await b.get('/answer/invitation')).text, '/answer/invitation');
    const { sure } = await look('change', { capacity: '5', reason: 'A larger room.' });
    expect((await sure()).to).toBe(w.meeting);
    const late = await b.post('/answer/invitation', { ...values, partstat: 'accepted', name: 'Clerk' });
    expect([late.status, wordsOf(late.text)]).toEqual([409, expect.stringContaining('The meeting was changed since')]);
    const kept = formOf(late.text, '/answer/invitation').values;
    expect((await b.post('/answer/invitation', kept)).status).toBe(303);
    expect((await json()).participants.find((one) => one.name === 'Town of Sampleville')?.said).toMatchObject([
      { partstat: 'accepted', beforeChange: null },
    ]);
    // What is when and where it was asks nobody anew.
    await w.mailOut();
    expect(await calendarTo(MAYOR)).toMatchObject({ sequence: 2, partstat: 'ACCEPTED' });
    expect(await calendarTo(COUNTY)).toMatchObject({ sequence: 2, partstat: 'NEEDS-ACTION' });
  });
});

describe('a letter that left while the meeting was being changed', () => {
  it('is named on the desk, and its reader is told once', async () => {
    w.at('2026-03-05T18:00:00Z');
    expect((await w.staff.get(w.meeting)).text).not.toContain(`${w.meeting}/tell`);
    const body = { meeting: w.meeting.slice(-36), changes: { capacity: 6 }, reason: 'One more seat.' };
    const at = { occurredAt: new Date(w.clock.now()).toISOString(), audience: 'public' as const };
    const entry = { kind: 'meeting.changed', id: w.t.newId(), matter: w.matter, by: w.office.party, ...at, body };
    await w.t.ledger.append({ key: entry.id, entries: [entry] });
    const page = await w.staff.get(w.meeting);
    expect(wordsOf(page.text)).toContain('3 invited parties hold an earlier invitation');
    const path = `${w.meeting}/tell`;
    const { values } = formOf(page.text, path);
    await Promise.all([w.staff.post(path, values), w.staff.post(path, values)]);
    expect((await w.staff.post(path, values)).to).toBe(w.meeting);
    const before = (await w.mailsTo(COUNTY)).length;
    await w.mailOut();
    expect((await w.mailsTo(COUNTY)).length).toBe(before + 1);
    expect(await calendarTo(COUNTY)).toMatchObject({ method: 'REQUEST', sequence: 3 });
    expect((await w.staff.get(w.meeting)).text).not.toContain(path);
  });
});

describe('calling off', () => {
  it('needs a reason, tells everybody once by mail and calendar, and takes nothing any more', async () => {
    w.at('2026-03-06T15:00:00Z');
    const open = await w.enter(COUNTY);
    const form = formOf((await open.b.get('/answer/invitation')).text, '/answer/invitation').values;
    const stale = formOf((await w.staff.get(page)).text, `${w.meeting}/change`).values;
    const invite = formOf((await w.staff.get(w.meeting)).text, `${w.meeting}/invitations`).values;
    expect((await look('cancel', {})).shown.status).toBe(422);
    const { shown, sure } = await look('cancel', { 'cancel-reason': 'Answered by letter.' });
    expect(wordsOf(shown.text)).toContain('3 letters leave at once');
    expect((await sure()).to).toBe(w.meeting);
    expect((await sure()).to).toBe(w.meeting);
    const mails = (await w.mailsTo(COUNTY)).length;
    await w.mailOut();
    await w.mailOut();
    expect((await w.mailsTo(COUNTY)).length).toBe(mails + 1);
    const off = await calendarTo(COUNTY);
    expect(off).toMatchObject({ method: 'CANCEL', sequence: 4, status: 'CANCELLED', start: '2026-03-23T15:00:00Z' });
    expect(off.mail?.subject).toBe('Called off: Roads and bridges');
    expect(off.mail?.text).toContain('Reason: Answered by letter.');
    const before = (await w.entries()).length;
    const refused = [
      await open.b.post('/answer/invitation', { ...form, partstat: 'accepted', name: 'Clerk' }),
      await w.staff.post(`${w.meeting}/change`, { ...stale, place: 'Elsewhere', reason: 'x', sure: 'yes' }),
      await w.staff.post(`${w.meeting}/invitations`, { ...invite, invitees: 'Office of Examples' }),
    ];
    expect(refused.map((one) => one.status)).toEqual([409, 409, 422]);
    const again = await open.b.post('/answer/invitation', {
      ...form,
      seen: '999999',
      partstat: 'accepted',
      name: 'Clerk',
    });
    expect([again.status, wordsOf(again.text)]).toEqual([422, expect.stringContaining('This meeting is called off.')]);
    w.at('2026-03-23T15:30:00Z');
    const door = await w.staff.get(`${w.meeting}/door`);
    expect([door.text.includes(`${w.meeting}/attendance`), wordsOf(door.text)]).toEqual([
      false,
      expect.stringContaining('Called off'),
    ]);
    expect((await w.entries()).length).toBe(before);
  });

  it('stands on every page with its reason; the views come out of the entries again', async () => {
    const { b } = await w.enter(COUNTY);
    const invitation = await b.get('/answer/invitation');
    expect(wordsOf(invitation.text)).toContain('there is nothing to answer any more');
    for (const text of [
      wordsOf(invitation.text),
      await record('meetings'),
      wordsOf((await w.staff.get(w.meeting)).text),
    ])
      for (const part of ['Called off', 'Answered by letter.', 'No heating.']) expect(text).toContain(part);
    expect(await record('timeline')).toContain('A meeting is called off: Roads and bridges');
    expect((await w.staff.get(`/record/${w.slug}/feed.atom`)).text).toContain('A meeting is called off');
    expect(await json()).toMatchObject({ cancelled: true, changes: [{}, {}, {}, { reason: 'Answered by letter.' }] });
    expect((await json('?asOf=2026-03-06T14:00:00Z')).cancelled).toBe(false);
    expect((await w.staff.get(`/record/${w.slug}/meetings.csv`)).text).toContain(',cancelled,');
    const owner = openPool(w.t.database.ownerConfig, 2);
    expect(await rebuild(owner, project)).toMatchObject({ equal: true });
    await owner.end();
  });
});
