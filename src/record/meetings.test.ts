/** A meeting from the desk’s forms to the public record: invited by name, words that change, who said them, attendance, both axes of time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formOf, wordsOf } from '../../test/support/answering.ts';
import { type Sourced, sourced } from '../../test/support/sourced.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { stateAffiliation } from '../rooms/people/terms.ts';
import { peopleNamed } from '../rooms/people/view.ts';
import { project } from '../rooms/project.ts';
import { keepSource } from '../rooms/sources/commands.ts';
import { meetingList } from './api-schemas.ts';

let s: Sourced;
let one: string;
beforeAll(async () => {
  s = await sourced();
  await s.send('/desk/people', '/desk/people', {
    name: 'Pat Sample',
    title: 'Director',
    party: 'Office of Records',
    publisher: 'Example Courier',
    sourceTitle: 'Appointments',
    sourceDate: '2016-01-05',
  });
});
afterAll(() => s.close());

const participants = async (query = '') => {
  const body: unknown = JSON.parse(await s.get(`/api/v1/records/sample-letters/meetings${query}`));
  const [meeting] = meetingList.parse(body).meetings;
  return meeting?.participants.map((p) => [p.name, p.status, p.attended]) ?? null;
};

test('is called, and invites by names that the directory has, all or nobody', async () => {
  const fields = {
    subject: 'Roads and bridges',
    convener: 'Office of Examples',
    day: '2026-03-02',
    time: '12:00',
    until: '13:00',
    capacity: '100',
  };
  const wrong = await s.send(s.room('meetings'), s.room('meetings'), { ...fields, until: '11:00' });
  expect([wrong.status, wordsOf(wrong.text)]).toEqual([422, expect.stringContaining('ends before it begins')]);
  expect(formOf(wrong.text, s.room('meetings')).values['capacity']).toBe('100');
  const { status, to } = await s.send(s.room('meetings'), s.room('meetings'), fields);
  expect(status).toBe(303);
  one = to ?? '';
  const refused = await s.send(one, `${one}/invitations`, {
    invitees: 'Office of Records\nWashington\nPat Nobody; Office of Records',
  });
  expect(refused.status).toBe(422);
  expect(wordsOf(refused.text)).toContain('Line 2: the directory has no Washington. Line 3: nobody called Pat Nobody');
  expect(wordsOf(await s.get(one))).toContain('Nobody is invited by name yet');
  expect(
    (await s.send(one, `${one}/invitations`, { invitees: 'Office of Records\nPat Sample; Office of Records' })).status,
  ).toBe(303);
  expect((await s.send(one, `${one}/invitations`, { invitees: 'office of records' })).status).toBe(422);
  const door = await s.get(`${one}/door`);
  expect([door.includes(`${one}/attendance`), wordsOf(door)]).toEqual([false, expect.stringContaining('11:00 ET on.')]);
  expect(await participants()).toEqual([
    ['Office of Records', 'needs-action', null],
    ['Pat Sample', 'needs-action', null],
  ]);
});

test('what is said changes, and stands with who said it; the past stays as it was known', async () => {
  const page = await s.get(one);
  const [, pat = ''] = /<option value="([0-9a-f-]{36})"[^>]*>Pat Sample/.exec(page) ?? [];
  const say = (fields: Readonly<Record<string, string>>) =>
    s.send(one, `${one}/participation`, {
      participant: pat,
      by: 'the party itself',
      day: '2026-03-01',
      time: '09:00',
      source: '',
      ...fields,
    });
  expect((await say({ partstat: 'accepted' })).status).toBe(303);
  s.desk.t.clock.tick(3_600_000);
  const outlet = {
    partstat: 'declined',
    by: 'an outlet',
    day: '2026-03-02',
    time: '10:30',
    reason: 'Because of the letters.',
  };
  const unnamed = await say(outlet);
  expect([unnamed.status, wordsOf(unnamed.text)]).toEqual([
    422,
    expect.stringContaining('Name the spokesperson or the outlet'),
  ]);
  expect((await say({ ...outlet, sayer: 'Example Courier' })).status).toBe(303);
  expect((await say({ ...outlet, sayer: 'Example Courier' })).status).toBe(422);
  expect(await participants()).toContainEqual(['Pat Sample', 'withdrew', null]);
  expect(await participants('?asOf=2026-03-02T15:30:00Z')).toContainEqual(['Pat Sample', 'accepted', null]);
  expect(await participants('?asOf=2026-03-01T15:00:00Z&axis=happened')).toBe(null);
  const shown = wordsOf(await s.get('/record/sample-letters/meetings'));
  for (const words of ['1 withdrew', 'according to Example Courier', 'Because of the letters.', '1 no word yet'])
    expect(shown).toContain(words);
  expect(await s.get('/record/sample-letters/meetings.csv')).toContain('withdrew');
  expect(wordsOf(await s.get('/record/sample-letters/timeline'))).toContain(
    'Pat Sample: declined, according to Example Courier',
  );
});

test('attendance is taken at the door, not before', async () => {
  const [, pat = ''] = /<option value="([0-9a-f-]{36})"[^>]*>Pat Sample/.exec(await s.get(one)) ?? [];
  s.desk.t.clock.set(Date.parse('2026-03-02T17:30:00Z'));
  const take = (attended: string) => s.send(`${one}/door`, `${one}/attendance`, { participant: pat, attended });
  expect((await take('yes')).status).toBe(303);
  expect(await participants()).toContainEqual(['Pat Sample', 'withdrew', true]);
  const shown = wordsOf(await s.get('/record/sample-letters/meetings'));
  expect(shown).toContain('1 attended');
  expect(shown).toMatch(/was there seen/);
  // A mark that was wrong is taken back by a later entry; both stay.
  expect((await take('back')).status).toBe(303);
  expect(await participants()).toContainEqual(['Pat Sample', 'withdrew', null]);
  expect((await take('back')).status).toBe(303);
  expect(wordsOf(await s.get('/record/sample-letters/timeline'))).toContain('Attendance of Pat Sample taken back');
  s.desk.t.clock.tick(60_000);
  const at = { participant: pat, attended: 'yes', seen: '12:25' };
  expect((await s.send(`${one}/door`, `${one}/attendance`, at)).status).toBe(303);
  expect(await participants()).toContainEqual(['Pat Sample', 'withdrew', true]);
  expect(wordsOf(await s.get(`${one}/door`))).toContain('12:25');
  const owner = openPool(s.desk.t.database.ownerConfig, 2);
  expect(await rebuild(owner, project)).toMatchObject({ equal: true });
  await owner.end();
});

test('counts that are claimed stand beside our own, and people are counted by affiliation', async () => {
  const { desk, matter } = s;
  const kept = { publisher: 'Example Courier', title: 'Who came', published: null, url: null, text: 'About 40 came.' };
  const source = await keepSource(desk.services, matter, kept, desk.t.newId());
  const meeting = one.slice(-36);
  const figure = {
    ...{
      measure: 'People who came',
      unit: 'people',
      low: '40',
      high: '',
      qualifier: 'about',
      originalValue: 'About 40',
    },
    ...{ asOf: '', claimant: 'Example Courier', meeting, source, day: '2026-03-02' },
  };
  const other = await s.send(s.room('figures'), s.room('figures'), { ...figure, meeting: desk.t.newId() });
  expect([other.status, wordsOf(other.text)]).toEqual([422, expect.stringContaining('Choose one of these')]);
  expect((await s.send(s.room('figures'), s.room('figures'), figure)).status).toBe(303);
  const [person] = await peopleNamed(desk.services.db, 'Pat Sample');
  const known = { publisher: 'Example Courier', title: 'Who is who', date: '2026-01-05' };
  const affiliation = { with: 'Example Party', from: '2020-01-01', until: '', source: known };
  await stateAffiliation(desk.services, desk.office.party, person?.id ?? '', affiliation, desk.t.newId());
  for (const path of ['/record/sample-letters/meetings', one]) {
    const words = wordsOf(await s.get(path));
    for (const text of [
      'about 40 people',
      'Our own count: 2 invited by name, 1 of them seen at the door',
      'Example Party',
    ])
      expect(words).toContain(text);
  }
  expect(await s.get('/record/sample-letters/meetings.csv')).toContain('Example Party');
});
