/** An invitation from the desk to the party’s own answer and back: letter, calendar file, link and code, answers that change, receipts. Everything real. */
import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formOf, wordsOf } from '../../../test/support/answering.ts';
import { type Invitedness, invitedWorld } from '../../../test/support/invited.ts';
import { browser, codeIn, linkIn } from '../../../test/support/world.ts';
import { openPool } from '../../adapters/postgres/pool.ts';
import { rebuild } from '../../ledger/rebuild.ts';
import { meetingList } from '../../record/api-schemas.ts';
import { project } from '../project.ts';

let w: Invitedness;
beforeAll(async () => {
  w = await invitedWorld();
}, 120_000);
afterAll(() => w.close());

const standing = async (query = '') => {
  const body: unknown = JSON.parse((await w.staff.get(`/api/v1/records/${w.slug}/meetings${query}`)).text);
  return Object.fromEntries(
    meetingList
      .parse(body)
      .meetings.filter((m) => m.subject === 'Roads and bridges')
      .flatMap((m) => m.participants.map((p) => [p.name, p.status])),
  );
};

describe('serving', () => {
  it('asks for hour and zone, and for addresses, before anybody is written to', async () => {
    const call = { convener: 'Office of Examples', subject: 'Some day', day: '2026-03-25', place: '' };
    const made = await w.send(w.meetings, w.meetings, call);
    expect(made.status).toBe(303);
    await w.send(made.to ?? '', `${made.to}/invitations`, { invitees: 'City of Exampleton' });
    expect(wordsOf((await w.staff.get(`${made.to}/serve`)).text)).toContain('Only the day of this meeting is known');
    const zone = await w.send(w.meetings, w.meetings, { ...call, time: '11:00', zone: 'Somewhere' });
    expect([zone.status, wordsOf(zone.text)]).toEqual([422, expect.stringContaining('is not a time zone such as')]);
    const bad = await w.send(`${w.meeting}/serve`, `${w.meeting}/serve`, {
      [`address-${w.ids['City of Exampleton']}`]: 'mayor@place.example.gov, other@place.example.gov',
    });
    expect([bad.status, wordsOf(bad.text)]).toEqual([422, expect.stringContaining('This is not one e-mail address.')]);
    expect(await w.mailsTo('mayor@place.example.gov')).toEqual([]);
  });

  it('sends each a letter with a link of its own and a calendar file; the same form sends nothing twice', async () => {
    const path = `${w.meeting}/serve`;
    const form = formOf((await w.staff.get(path)).text, path);
    // As the directory has it, and one that staff type.
    expect(form.values[`address-${w.ids['City of Exampleton']}`]).toBe('mayor@place.example.gov');
    const values = { ...form.values, [`address-${w.ids['Town of Sampleville']}`]: 'clerk@town.example.gov' };
    expect((await w.staff.post(path, values)).to).toBe(w.meeting);
    expect((await w.staff.post(path, values)).to).toBe(w.meeting);
    expect(wordsOf((await w.staff.get(path)).text)).toContain('1 letter can leave; 2 others left before');
    await w.mailOut();
    const [mail, ...more] = await w.mailsTo('mayor@place.example.gov');
    expect(more).toEqual([]);
    expect(mail?.subject).toBe('Invitation: Roads and bridges');
    for (const words of [
      'City of Exampleton',
      'Friday, March 20, 2026, 11:00 AM EDT to 1:00 PM EDT (America/New_York)',
      '/r/',
    ])
      expect(mail?.text).toContain(words);
    const file = mail?.attachments.find((one) => one.contentType === 'text/calendar');
    const text = file?.content.toString('utf8') ?? '';
    const calendar = new ICAL.Component(ICAL.parse(text));
    const event = calendar.getFirstSubcomponent('vevent');
    expect(calendar.getFirstPropertyValue('method')).toBe('REQUEST');
    expect(event?.getFirstPropertyValue('uid')).toBe(`${w.ids['City of Exampleton']}@localhost`);
    expect(event?.getFirstPropertyValue('sequence')).toBe(0);
    expect(event?.getFirstPropertyValue('attendee')).toMatch(/^mailto:mayor@place\.example\.gov$/i);
    expect(event?.getFirstPropertyValue('organizer')).toMatch(/^mailto:meetings\+[0-9a-f]{32}@records\.example\.gov$/i);
    expect(String(event?.getFirstPropertyValue('dtstart'))).toBe('2026-03-20T15:00:00Z');
    const replyTo = mail?.replyTo?.value[0]?.address;
    expect(String(event?.getFirstPropertyValue('organizer')).slice(7)).toBe(replyTo);
    const [other] = await w.mailsTo('clerk@town.example.gov');
    expect(other?.text?.match(/\/r\/\S+/)?.[0]).not.toBe(mail?.text?.match(/\/r\/\S+/)?.[0]);
    expect(other?.replyTo?.value[0]?.address).not.toBe(replyTo);
    expect(wordsOf((await w.staff.get(w.meeting)).text)).toContain('sent,');
  });
});

describe('answering through the link', () => {
  it('shows the invitation behind link and code, takes an answer, and gives a slip, receipts and a mail', async () => {
    const { b } = await w.enter('mayor@place.example.gov');
    expect((await b.get('/answer')).to).toBe('/answer/invitation');
    expect((await b.get('/answer/history')).to).toBe('/answer/invitation');
    const shown = await b.get('/answer/invitation');
    for (const words of ['Office of Examples invites City of Exampleton', 'Do you come?', 'Roads and bridges'])
      expect(wordsOf(shown.text)).toContain(words);
    const { values } = formOf(shown.text, '/answer/invitation');
    const empty = await b.post('/answer/invitation', values);
    expect([empty.status, wordsOf(empty.text)]).toEqual([422, expect.stringContaining('Your answer needs a choice')]);
    const alone = await b.post('/answer/invitation', { ...values, partstat: 'delegated', name: 'Sam Clerk' });
    expect([alone.status, wordsOf(alone.text)]).toEqual([422, expect.stringContaining('Say who comes instead')]);
    const answer = { ...values, partstat: 'accepted', reason: 'Gladly.', name: 'Sam Clerk', title: 'Clerk' };
    const sent = await b.post('/answer/invitation', answer);
    expect(sent.to).toMatch(/^\/answer\/invitation\/sent\//);
    // The same form again, by a double click, is the same answer.
    expect((await b.post('/answer/invitation', answer)).to).toBe(sent.to);
    await w.publish();
    const slip = await b.get(sent.to ?? '');
    expect(wordsOf(slip.text)).toContain('Answer to an invitation: accepted');
    const receipt = /\/answer\/invitation\/receipts\/[0-9a-f-]+\.json/.exec(slip.text)?.[0] ?? '';
    expect(JSON.parse((await b.get(receipt)).text)).toMatchObject({
      counterfoil: 'receipt/v1',
      entry: { kind: 'invitation.answered', body: { partstat: 'accepted', openly: false } },
    });
    expect(await standing()).toMatchObject({ 'City of Exampleton': 'accepted', 'Town of Sampleville': 'needs-action' });
    await w.mailOut();
    const mail = (await w.mailsTo('mayor@place.example.gov')).at(-1);
    expect(mail?.subject).toBe('Receipt: accepted, Roads and bridges');
    expect(mail?.attachments.map((one) => one.contentType)).toEqual(['application/json', 'application/pdf']);
  });

  it('keeps a reason from the record unless the party lets it; withdrew is accepted, then declined', async () => {
    const record = async () => wordsOf((await w.staff.get(`/record/${w.slug}/meetings`)).text);
    expect(await record()).not.toContain('Gladly.');
    expect(wordsOf((await w.staff.get(w.meeting)).text)).toContain('To you alone: Gladly.');
    w.pass(60_000);
    const { b } = await w.enter('mayor@place.example.gov');
    const { values } = formOf((await b.get('/answer/invitation')).text, '/answer/invitation');
    const reason = 'Because of the letters.';
    await b.post('/answer/invitation', { ...values, partstat: 'declined', reason, openly: 'on', name: 'Sam Clerk' });
    expect(await standing()).toMatchObject({ 'City of Exampleton': 'withdrew' });
    const shown = await record();
    for (const words of ['1 withdrew', 'said so by its link', reason]) expect(shown).toContain(words);
    for (const secret of ['Sam Clerk', 'mayor@place.example.gov', 'Gladly.']) expect(shown).not.toContain(secret);
    expect(wordsOf((await w.staff.get(`/record/${w.slug}/timeline`)).text)).toContain(
      'City of Exampleton: declined, by its link',
    );
  });

  it('asks for another time, which the convener alone sees and which changes no word', async () => {
    w.pass(60_000);
    const path = '/answer/invitation/another-time';
    const { b } = await w.enter('mayor@place.example.gov');
    const { values } = formOf((await b.get('/answer/invitation')).text, path);
    expect(values['zone']).toBe('America/New_York');
    const before = (await w.entries()).length;
    const ask = {
      ...values,
      day: '2026-03-21',
      time: '10:00',
      until: '12:00',
      'another-name': 'Sam Clerk',
      'another-reason': 'Council day.',
    };
    for (const [wrong, words] of [
      [{ day: '' }, 'day'],
      [{ time: '' }, 'Say the hour.'],
      [{ until: '09:00' }, 'Give an end after the beginning'],
      [{ day: '2026-03-01' }, 'Give a time that is still to come'],
      [{ day: '2026-03-20', time: '11:00', until: '13:00' }, 'Ask for a time that is otherwise'],
      [{ zone: 'Here' }, 'is not a time zone'],
      [{ 'another-name': '' }, 'Your name'],
      [{ 'another-reason': 'x'.repeat(1001) }, 'Why'],
    ] as const) {
      const refused = await b.post(path, { ...ask, ...wrong });
      expect([refused.status, wordsOf(refused.text)]).toEqual([422, expect.stringContaining(words)]);
      expect(formOf(refused.text, path).values['until']).toBe({ ...ask, ...wrong }.until);
    }
    expect((await w.entries()).length).toBe(before);
    const sent = await b.post(path, ask);
    expect(sent.to).toMatch(/^\/answer\/invitation\/sent\//);
    expect((await b.post(path, ask)).to).toBe(sent.to);
    expect((await w.entries()).length).toBe(before + 1);
    const asked = 'Asks for another time: Saturday, March 21, 2026, 10:00 AM EDT to 12:00 PM EDT (America/New_York)';
    expect(wordsOf((await b.get(sent.to ?? '')).text)).toContain(asked);
    expect(wordsOf((await b.get('/answer/invitation')).text)).toContain(asked);
    const desk = wordsOf((await w.staff.get(w.meeting)).text);
    for (const words of [asked, 'To you alone: Council day.']) expect(desk).toContain(words);
    expect(await standing()).toMatchObject({ 'City of Exampleton': 'withdrew' });
    const record = await w.staff.get(`/record/${w.slug}/meetings`);
    for (const secret of ['another time', 'Council day.']) expect(wordsOf(record.text)).not.toContain(secret);
    await w.mailOut();
    const mail = (await w.mailsTo('mayor@place.example.gov')).find((one) => one.text?.includes(asked));
    expect(mail?.attachments.map((one) => one.contentType)).toEqual(['application/json', 'application/pdf']);
    // A form that is older than the newest answer is shown what stands, and kept.
    const late = await b.post(path, { ...ask, once: w.t.newId() });
    expect([late.status, formOf(late.text, path).values['day']]).toEqual([409, '2026-03-21']);
  });

  it('shows nobody another’s answer', async () => {
    const { b } = await w.enter('mayor@place.example.gov');
    const own = /\/answer\/invitation\/sent\/[0-9a-f-]+/.exec((await b.get('/answer/invitation')).text)?.[0] ?? '';
    const slip = await b.get(own);
    const receipt = /\/answer\/invitation\/receipts\/[0-9a-f-]+\.json/.exec(slip.text)?.[0] ?? '';
    expect([slip.status, (await b.get(receipt)).status]).toEqual([200, 200]);
    const { b: other } = await w.enter('clerk@town.example.gov');
    expect([(await other.get(own)).status, (await other.get(receipt)).status]).toEqual([404, 404]);
  });

  it('answers from two browsers at once: one is taken, the other is shown it and keeps what was typed', async () => {
    const one = (await w.enter('clerk@town.example.gov')).b;
    const two = (await w.enter('clerk@town.example.gov')).b;
    await one.get('/answer/invitation');
    const forms = await Promise.all(
      [one, two].map(async (b) => formOf((await b.get('/answer/invitation')).text, '/answer/invitation').values),
    );
    const answers = await Promise.all([
      one.post('/answer/invitation', { ...forms[0], partstat: 'accepted', name: 'Clerk One' }),
      two.post('/answer/invitation', { ...forms[1], partstat: 'declined', name: 'Clerk Two', reason: 'On leave.' }),
    ]);
    expect(answers.map((a) => a.status).toSorted()).toEqual([303, 409]);
    const loser = answers.findIndex((a) => a.status === 409);
    const refused = answers[loser];
    expect(wordsOf(refused?.text ?? '')).toContain('Something else was said for you since you opened this page');
    const kept = formOf(refused?.text ?? '', '/answer/invitation').values;
    expect(kept['partstat']).toBe(loser === 0 ? 'accepted' : 'declined');
    // Read again, it is sent again, and counts.
    w.pass(1_000);
    const again = await (loser === 0 ? one : two).post('/answer/invitation', kept);
    expect(again.status).toBe(303);
    expect((await standing())['Town of Sampleville']).toBe(loser === 0 ? 'accepted' : 'withdrew');
  });

  it('locks after twenty wrong codes, and nothing of the invitation is lost', async () => {
    const mail = (await w.mailsTo('clerk@town.example.gov')).find((one) => one.text?.includes('/r/'));
    if (!mail) throw new Error('no letter');
    const link = linkIn(mail);
    w.pass(3_700_000);
    const stranger = browser(w.app, '203.0.113.9');
    let last = await stranger.get(link);
    expect(wordsOf(last.text)).toContain('Office of Examples invites Town of Sampleville');
    for (let i = 0; i < 20; i++) {
      if (i % 5 === 0) await stranger.post(`${link}/code`);
      last = await stranger.post(`${link}/enter`, { code: '00000000' });
    }
    expect(last.status).toBe(429);
    const good = codeIn((await w.mailsTo('clerk@town.example.gov')).at(-1) ?? mail);
    expect((await stranger.post(`${link}/enter`, { code: good })).status).toBe(429);
    expect((await stranger.get('/answer/invitation')).status).toBe(401);
    w.pass(3_700_000);
    expect((await w.enter('clerk@town.example.gov', link)).b.jar.has('answer_session')).toBe(true);
  });

  it('takes no answer once the meeting is over; the views come out of the entries again', async () => {
    const { b } = await w.enter('mayor@place.example.gov');
    const { values } = formOf((await b.get('/answer/invitation')).text, '/answer/invitation');
    w.at('2026-03-20T17:00:01Z');
    const { b: later } = await w.enter('mayor@place.example.gov');
    const late = await later.post('/answer/invitation', { ...values, partstat: 'accepted', name: 'Sam Clerk' });
    expect([late.status, wordsOf(late.text)]).toEqual([422, expect.stringContaining('The meeting was over by then')]);
    const owner = openPool(w.t.database.ownerConfig, 2);
    expect(await rebuild(owner, project)).toMatchObject({ equal: true });
    await owner.end();
  });
});
