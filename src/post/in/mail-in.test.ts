/** Mail in, from the folder and the small mail server to the record, and everything that finds no place: each with its reason, none lost. Everything real. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordsOf } from '../../../test/support/answering.ts';
import { calendarMail, type Filling } from '../../../test/support/calendar-mail.ts';
import { type Invitedness, invitedWorld } from '../../../test/support/invited.ts';
import { openPool } from '../../adapters/postgres/pool.ts';
import { rebuild } from '../../ledger/rebuild.ts';
import { meetingList } from '../../record/api-schemas.ts';
import { forgetMails } from '../../rooms/meetings/forget.ts';
import { project } from '../../rooms/project.ts';
import { deliver, openFolder, takeFolder } from './folder.ts';
import { createParser } from './parser.ts';
import { openMailDoor } from './smtp.ts';

const MAYOR = 'mayor@place.example.gov';
const TOWN = 'clerk@town.example.gov';
const COUNTY = 'office@county.example.gov';
let w: Invitedness;
let folder: string;
const parser = createParser();
beforeAll(async () => {
  w = await invitedWorld();
  await w.served();
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-mail-in-'));
  await openFolder(folder);
}, 120_000);
afterAll(async () => {
  await parser.stop();
  await rm(folder, { recursive: true });
  await w.close();
});

/** What a calendar program knows of an invitation: what stood in its letter. */
async function filling(name: string, attendee: string, stamp: string): Promise<Filling> {
  const letter = (await w.mailsTo(attendee)).find((mail) => mail.subject?.startsWith('Invitation'));
  return { uid: `${w.ids[name]}@localhost`, organizer: letter?.replyTo?.value[0]?.address ?? '', attendee, stamp };
}

const take = () => takeFolder(w.services, folder, parser);
async function comes(raw: Uint8Array): Promise<{ state: string; why: string | null }> {
  w.pass(1000);
  await deliver(folder, raw);
  expect(await take()).toBe(1);
  return await w.db
    .selectFrom('work.mail_in')
    .select(['state', 'why'])
    .orderBy('received_at', 'desc')
    .executeTakeFirstOrThrow();
}

const standing = async () => {
  const body: unknown = JSON.parse((await w.staff.get(`/api/v1/records/${w.slug}/meetings`)).text);
  const people = meetingList.parse(body).meetings.flatMap((m) => m.participants);
  return Object.fromEntries(people.map((p) => [p.name, [p.status, p.said.at(-1)?.through ?? null]]));
};

describe('an answer by calendar mail', () => {
  it('counts like one through the link, with a receipt by mail, and its comment stays with the two sides', async () => {
    w.at('2026-03-04T16:01:00Z');
    const fill = await filling('City of Exampleton', MAYOR, '20260304T160000Z');
    expect(await comes(calendarMail('outlook-accepted', fill))).toEqual({ state: 'placed', why: null });
    expect((await standing())['City of Exampleton']).toEqual(['accepted', 'calendar mail']);
    const record = wordsOf((await w.staff.get(`/record/${w.slug}/meetings`)).text);
    expect(record).toContain('said so by calendar mail');
    expect(record).not.toContain('the deputy too');
    expect(wordsOf((await w.staff.get(w.meeting)).text)).toContain('To you alone: We will be there; the deputy too');
    await w.mailOut();
    expect((await w.mailsTo(MAYOR)).at(-1)?.subject).toBe('Receipt: accepted, Roads and bridges');
    const { b } = await w.enter(MAYOR);
    expect(wordsOf((await b.get('/answer/invitation')).text)).toContain('by calendar mail. We will be there;');
  });

  it('is taken once, however often and by whichever server it comes', async () => {
    const before = (await w.entries()).length;
    const raw = calendarMail('outlook-accepted', await filling('City of Exampleton', MAYOR, '20260304T160000Z'));
    const by = Buffer.concat([Buffer.from('Received: from elsewhere.example.gov\r\n'), raw]);
    const id = [['<outlook-accepted@place.example.gov>', '<again@place.example.gov>']] as const;
    const again = calendarMail('outlook-accepted', await filling('City of Exampleton', MAYOR, '20260304T160000Z'), id);
    for (const one of [raw, by, again]) await deliver(folder, one);
    expect(await take()).toBe(3);
    expect((await w.entries()).length).toBe(before);
    const rows = await w.db.selectFrom('work.mail_in').select(['state']).execute();
    expect(rows.map((row) => row.state).toSorted()).toEqual(['placed', 'repeated']);
  });

  it('comes in by SMTP for this mailbox alone; nothing is relayed', async () => {
    const door = await openMailDoor({ folder, host: '127.0.0.1', port: 0, mailIn: w.services.config.mailIn ?? '' });
    const transport = nodemailer.createTransport({ host: '127.0.0.1', port: door.port, ignoreTLS: true });
    const fill = await filling('Town of Sampleville', TOWN, '20260304T170000Z');
    const raw = Buffer.from(calendarMail('nextcloud-declined', fill));
    const from = 'noreply@cloud.example.gov';
    await expect(transport.sendMail({ envelope: { from, to: ['someone@example.org'] }, raw })).rejects.toThrow('550');
    await expect(transport.sendMail({ envelope: { from, to: ['meetings@example.org'] }, raw })).rejects.toThrow(
      'No such mailbox here',
    );
    w.at('2026-03-04T17:01:00Z');
    await transport.sendMail({ envelope: { from, to: [fill.organizer] }, raw });
    await door.stop();
    expect(await take()).toBe(1);
    expect((await standing())['Town of Sampleville']).toEqual(['declined', 'calendar mail']);
  });

  it('changes: perhaps, then a delegate whose name the record shows and whose address it does not', async () => {
    const stamps = ['20260304T180000Z', '20260304T190000Z'] as const;
    w.at('2026-03-04T19:05:00Z');
    expect(
      await comes(calendarMail('apple-tentative', await filling('County of Nowhere', COUNTY, stamps[0]))),
    ).toMatchObject({ state: 'placed' });
    expect((await standing())['County of Nowhere']?.[0]).toBe('tentative');
    expect(
      await comes(calendarMail('outlook-delegated', await filling('County of Nowhere', COUNTY, stamps[1]))),
    ).toMatchObject({ state: 'placed' });
    expect((await standing())['County of Nowhere']?.[0]).toBe('delegated');
    const record = (await w.staff.get(`/record/${w.slug}/meetings`)).text;
    expect(record).toContain('Sam Example, deputy mayor');
    expect(record).not.toContain('deputy@');
    // Withdrew is accepted, then declined, whichever way each came.
    const later = await filling('City of Exampleton', MAYOR, '20260304T193000Z');
    w.at('2026-03-04T19:31:00Z');
    expect(await comes(calendarMail('google-declined', later))).toMatchObject({ state: 'placed' });
    expect((await standing())['City of Exampleton']).toEqual(['withdrew', 'calendar mail']);
  });

  it('asks for another time, which the convener sees', async () => {
    w.at('2026-03-04T20:01:00Z');
    const fill = await filling('Town of Sampleville', TOWN, '20260304T200000Z');
    expect(await comes(calendarMail('outlook-counter', fill))).toEqual({ state: 'placed', why: null });
    const desk = wordsOf((await w.staff.get(w.meeting)).text);
    expect(desk).toContain(
      'Asks for another time: Friday, March 20, 2026, 11:00 AM CDT to 1:00 PM CDT (America/Chicago)',
    );
    expect(wordsOf((await w.staff.get(`/record/${w.slug}/meetings`)).text)).not.toContain('another time');
  });
});

describe('mail that has no place', () => {
  const counted = async () => (await w.entries()).length;
  it('is named for what is wrong with it, writes nothing, and is kept', async () => {
    w.at('2026-03-05T12:00:00Z');
    const fill = await filling('Town of Sampleville', TOWN, '20260305T110000Z');
    const zone = ';TZID=Central Standard Time:20260320T1';
    const before = await counted();
    const id = (n: number) => ['Message-ID: <outlook-counter@', `Message-ID: <counter-${n}@`] as const;
    const cases: readonly (readonly [string, Uint8Array])[] = [
      ['not-invited', calendarMail('outlook-accepted', { ...fill, uid: 'unknown@example.org' })],
      // Knows the id, and not the address that the invitation gave: it did not get that invitation.
      ['no-token', calendarMail('outlook-accepted', { ...fill, organizer: 'meetings@records.example.gov' })],
      [
        'no-token',
        calendarMail('outlook-delegated', {
          ...fill,
          organizer: (await filling('City of Exampleton', MAYOR, '')).organizer,
        }),
      ],
      ['forwarded', calendarMail('nextcloud-declined', { ...fill, attendee: 'someone@elsewhere.example.org' })],
      ['no-zone', calendarMail('outlook-counter', fill, [[zone, ':20260320T1'], id(1)])],
      [
        'no-zone',
        calendarMail('outlook-counter', fill, [
          [';TZID=Central Standard Time:20260320T110000', ';VALUE=DATE:20260320'],
          id(2),
        ]),
      ],
      ['backwards', calendarMail('outlook-counter', fill, [[`${zone}30000`, `${zone}03000`], id(3)])],
      [
        'nothing-proposed',
        calendarMail('outlook-counter', fill, [['DTSTART;TZID=Central', 'X-START;TZID=Central'], id(4)]),
      ],
      ['not-invited', calendarMail('outlook-counter', { ...fill, uid: 'nonsense' }, [id(5)])],
      [
        'no-answer',
        calendarMail('outlook-delegated', fill, [
          ['PARTSTAT=DELEGATED', 'PARTSTAT=X-MAYBE'],
          ['<outlook-delegated@', '<odd@'],
        ]),
      ],
      ['overtaken', calendarMail('apple-tentative', { ...fill, stamp: '20260304T100000Z' })],
      [
        'other-method',
        calendarMail('outlook-delegated', fill, [
          ['METHOD:REPLY', 'METHOD:REQUEST'],
          ['<outlook-delegated@', '<request@'],
        ]),
      ],
      [
        'no-calendar',
        Buffer.from(`To: ${fill.organizer}\r\nFrom: ${TOWN}\r\nSubject: Roads\r\n\r\nWe come after all.\r\n`),
      ],
    ];
    for (const [why, raw] of cases) expect([why, await comes(raw)]).toEqual([why, { state: 'unplaced', why }]);
    expect(await counted()).toBe(before);
    const { rows } = await w.owner.query<{ n: number }>(
      `select count(*)::int as n from work.mail_in where state = 'unplaced' and length(raw) = bytes`,
    );
    expect(rows[0]?.n).toBe(cases.length);
    expect((await readdir(join(folder, 'new'))).length).toBe(0);
    const page = await w.staff.get('/desk/mail');
    for (const words of [
      'It answers an invitation that is none of ours',
      'was not sent to the address that this invitation gave',
      'The invitation was forwarded.',
      'has no time zone, or no hour',
      'ends before it begins',
      'It is older than what the same party said since',
    ])
      expect(wordsOf(page.text)).toContain(words);
    expect((await standing())['Town of Sampleville']?.[0]).not.toBe('accepted');
  });

  it('never trusts the name in From', async () => {
    const fill = await filling('Town of Sampleville', TOWN, '20260305T130000Z');
    const forged = calendarMail('outlook-accepted', { ...fill, attendee: 'x@elsewhere.example.org' }, [
      ['"Sample, Pat (Mayor)" <{{attendee}}>', `"Clerk ${TOWN}" <${TOWN}>`],
      ['<outlook-accepted@', '<forged@'],
    ]);
    expect(await comes(forged)).toEqual({ state: 'unplaced', why: 'forwarded' });
  });

  it('is too large to be kept whole: then its beginning is, and the file stays', async () => {
    await writeFile(join(folder, 'new', 'large.eml'), Buffer.alloc(10 * 1024 * 1024 + 1, 'a'));
    expect(await take()).toBe(1);
    expect(await readdir(join(folder, 'large'))).toEqual(['large.eml']);
    const { rows } = await w.owner.query(`select why from work.mail_in where why = 'unreadable'`);
    expect(rows).toHaveLength(1);
  });

  it('is put in its place by hand, as what it says, by whom it says, and by whom it was placed', async () => {
    const { rows } = await w.owner.query<{ id: string }>(
      `select id from work.mail_in where why = 'no-calendar' and subject = 'Roads'`,
    );
    const path = `/desk/mail/${rows[0]?.id}`;
    const page = await w.staff.get(path);
    expect(wordsOf(page.text)).toContain('We come after all.');
    const empty = await w.staff.post(`${path}/place`, { partstat: 'accepted' });
    expect(empty.status).toBe(422);
    const invitation = w.ids['Town of Sampleville'] ?? '';
    const done = await w.staff.post(`${path}/place`, { invitation, partstat: 'accepted', delegate: '', reason: '' });
    expect([done.status, done.to]).toEqual([303, '/desk/mail']);
    expect((await standing())['Town of Sampleville']).toEqual(['accepted', 'letter']);
    const [last = ''] = (await w.entries()).filter((text) => text.includes('"placedBy":"Owner of Office of Examples"'));
    expect(JSON.parse(last)).toMatchObject({ kind: 'invitation.answered', audience: 'parties' });
    const again = await w.staff.post(`${path}/place`, { invitation, partstat: 'declined', delegate: '', reason: '' });
    expect([again.status, wordsOf(again.text)]).toEqual([422, expect.stringContaining('dealt with already')]);
    const raw = await w.staff.get(`${path}/raw`);
    expect([raw.headers.get('content-type'), raw.text]).toEqual([
      'application/octet-stream',
      expect.stringContaining('after all'),
    ]);
  });

  it('is refused with the rule’s words once the meeting is over', async () => {
    w.at('2026-03-20T17:30:00Z');
    const fill = await filling('County of Nowhere', COUNTY, '20260320T172900Z');
    const late = calendarMail('outlook-accepted', fill, [['<outlook-accepted@', '<late@']]);
    expect(await comes(late)).toEqual({ state: 'unplaced', why: 'refused' });
    expect(wordsOf((await w.staff.get('/desk/mail')).text)).toContain('The meeting was over by then.');
  });

  it('that says nothing of taking part is set aside and stays kept; the views come out of the entries again', async () => {
    const { rows } = await w.owner.query<{ id: string }>(`select id from work.mail_in where why = 'other-method'`);
    const path = `/desk/mail/${rows[0]?.id}`;
    expect((await w.staff.post(`${path}/aside`)).to).toBe('/desk/mail');
    expect(wordsOf((await w.staff.get(path)).text)).toContain('set aside, by Owner of Office of Examples');
    const owner = openPool(w.t.database.ownerConfig, 2);
    expect(await rebuild(owner, project)).toMatchObject({ equal: true });
    await owner.end();
  });

  it('loses its text ninety days after it was settled; what waits for somebody stays whole, and nothing is taken twice', async () => {
    const { rows: before } = await w.owner.query<{ id: string; state: string; key: Buffer }>(
      `select id, state, key from work.mail_in order by id`,
    );
    expect(await forgetMails(w.services)).toBe(0);
    w.pass(91 * 86_400_000);
    const settled = before.filter(({ state }) => ['placed', 'repeated', 'aside'].includes(state));
    expect(await forgetMails(w.services)).toBe(settled.length);
    expect(await forgetMails(w.services)).toBe(0);
    const { rows: after } = await w.owner.query<{ id: string; key: Buffer; bytes: number }>(
      `select id, key, length(raw) as bytes from work.mail_in order by id`,
    );
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
    const gone = after.filter(({ bytes }) => bytes === 0).map(({ id }) => id);
    expect(gone.toSorted()).toEqual(settled.map(({ id }) => id).toSorted());
    const raw = await w.staff.get(`/desk/mail/${gone[0]}/raw`);
    expect([raw.status, wordsOf(raw.text)]).toEqual([404, expect.stringContaining('kept for 90 days')]);
  });
});
