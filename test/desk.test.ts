/** The issuer's side over HTTP: composing in five steps, bad input refused with nothing half done, serving, revoking, letters. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDraft } from '../src/rooms/requests/drafts.ts';
import { MAX_CSV_BYTES } from '../src/rooms/requests/recipients.ts';
import { type Desk, placesCsv, REVOKE_MINUTES, testDesk } from './support/desk.ts';
import { type Browser, browserOf, inputValue } from './support/desk-app.ts';

let desk: Desk;
let web: Browser;
let matter: string;
beforeAll(async () => {
  desk = await testDesk();
  web = browserOf(desk);
  matter = await desk.openMatter('sample-letters');
});
afterAll(() => desk.close());

const csvFile = (content: string | Uint8Array<ArrayBuffer>) => new File([content], 'list.csv', { type: 'text/csv' });
const recipients = (draft: string) =>
  desk.t.db.selectFrom('work.draft_recipient').selectAll().where('draft', '=', draft).orderBy('line').execute();
async function newDraft(): Promise<string> {
  const { to } = await web.post(`/desk/matters/${matter}/drafts`, { once: desk.t.newId() });
  return /drafts\/([0-9a-f-]{36})\//.exec(to ?? '')?.[1] ?? '';
}

describe('matters', () => {
  it('says on an empty desk what to do first', async () => {
    const stranger = browserOf(desk, 'editor', desk.t.newId());
    const { text } = await stranger.get('/desk');
    expect(text).toContain('No matters yet');
    expect(text).toContain('href="/desk/matters/new"');
    expect(text).toContain('Nothing waits');
  });

  it('opens one matter for a form that is sent twice', async () => {
    const { text } = await web.get('/desk/matters/new');
    const form = {
      title: 'Déjà vu & records',
      summary: 'S',
      slug: '',
      audience: 'public',
      once: inputValue(text, 'once'),
    };
    const first = await web.post('/desk/matters', form);
    const second = await web.post('/desk/matters', form);
    expect(first.status).toBe(303);
    expect(second.to).toBe(first.to);
    expect((await web.get(first.to ?? '')).text).toContain('/record/deja-vu-records');
  });

  it('refuses an address that is taken, proposes a free one and keeps what was entered', async () => {
    const form = { title: 'Other letters', slug: 'sample-letters', audience: 'parties', once: desk.t.newId() };
    const { status, text } = await web.post('/desk/matters', form);
    expect(status).toBe(422);
    expect(text).toContain('“sample-letters” is taken');
    expect(inputValue(text, 'slug')).toBe('sample-letters-2');
    expect(inputValue(text, 'title')).toBe('Other letters');
  });

  it('opens two matters of one title at the same moment under two addresses', async () => {
    const all = await Promise.all(
      [1, 2].map(() => web.post('/desk/matters', { title: 'Twin matter', audience: 'public', once: desk.t.newId() })),
    );
    expect(all.filter((one) => one.status === 303).length).toBeGreaterThan(0);
    const rows = await desk.t.db.selectFrom('view.matter').select('slug').where('title', '=', 'Twin matter').execute();
    expect(new Set(rows.map((row) => row.slug)).size).toBe(rows.length);
    expect(rows.length).toBe(all.filter((one) => one.status === 303).length);
  });

  it('notes what is known, with its source, and refuses what lies in the future', async () => {
    const note = {
      text: 'Letters were sent.',
      publisher: 'Example Gazette',
      sourceTitle: 'Letters',
      sourceDate: '2026-01-05',
    };
    const refused = await web.post(`/desk/matters/${matter}/notes`, {
      ...note,
      happened: '2027-01-05',
      once: desk.t.newId(),
    });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('lies in the future');
    const done = await web.post(`/desk/matters/${matter}/notes`, {
      ...note,
      happened: '2026-01-05',
      once: desk.t.newId(),
    });
    expect(done.status).toBe(303);
    expect((await web.get(`/desk/matters/${matter}`)).text).toContain('Example Gazette');
  });

  it('shows nothing of another organisation', async () => {
    const stranger = browserOf(desk, 'owner', desk.t.newId());
    const draft = await newDraft();
    for (const path of [
      `/desk/matters/${matter}`,
      `/desk/drafts/${draft}/what`,
      `/desk/drafts/${draft}/whom/recipients.csv`,
    ])
      expect((await stranger.get(path)).status).toBe(404);
    expect((await stranger.post(`/desk/drafts/${draft}/serve`)).status).toBe(404);
    expect((await browserOf(desk, 'viewer').post(`/desk/drafts/${draft}/serve`)).status).toBe(403);
  });
});

describe('composing', () => {
  it('goes through all five steps, serves, and shows board and letters', async () => {
    const draft = await newDraft();
    const at = (step: string) => `/desk/drafts/${draft}/${step}`;
    const version = async (step: string) => inputValue((await web.get(at(step))).text, 'version');
    const what = { title: 'Guidance, 2024 to 2026', authority: 'Example Code § 12', items: '1', 'item-1': 'Orders.' };
    expect((await web.post(at('what'), { ...what, version: await version('what'), do: 'add' })).to).toContain(
      'blank=1',
    );
    const two = { ...what, items: '2', 'item-2': 'Guidance.', version: await version('what') };
    expect((await web.post(at('what'), { ...two, do: 'down-0' })).status).toBe(303);
    expect((await loadDraft(desk.t.db, draft)).body.items).toEqual(['Guidance.', 'Orders.']);
    const swapped = { ...what, items: '2', 'item-1': 'Guidance.', 'item-2': 'Orders.' };
    expect((await web.post(at('what'), { ...swapped, version: await version('what'), do: 'next' })).to).toBe(
      at('whom'),
    );
    const file = csvFile(placesCsv(23, (i) => i > 2));
    expect((await web.post(at('whom/file'), { file })).notice).toBe('23 recipients read from the file.');
    const when = {
      ...{ type: 'count', count: '10', unit: 'business days', zone: 'America/Chicago', holidays: 'none', on: '' },
      ...{ whose: 'issuer', roll: 'none', cutOff: '', receivedOn: 'any day', mailDays: '0', citation: '' },
    };
    expect((await web.post(at('when'), { ...when, version: await version('when'), do: 'save' })).status).toBe(303);
    expect((await web.get(at('when'))).text).toContain('business day 10 is Mon 16 Mar 2026');
    const filled = await web.get(`${at('when')}?start=foia`);
    expect([inputValue(filled.text, 'citation'), inputValue(filled.text, 'count')]).toEqual([
      '5 U.S.C. 552(a)(6)(A)(i)',
      '20',
    ]);
    const wrong = await web.post(at('when'), { ...when, count: '0', mailDays: 'x', version: await version('when') });
    expect([wrong.status, wrong.text.includes('from 1 to 3,650'), wrong.text.includes('from 0 to 30')]).toEqual([
      422,
      true,
      true,
    ]);
    // One item with a date of its own; moved up in step 1, it takes the date along.
    const own = Object.fromEntries(
      Object.entries({ ...when, count: '5' }).map(([name, value]) => [`item-2-${name}`, value]),
    );
    const both = { ...when, ...own, itemForms: '1 2', 'own-2': 'on' };
    const before = { ...both, 'item-2-count': '0', version: await version('when') };
    expect((await web.post(at('when'), before)).status).toBe(422);
    expect((await web.post(at('when'), { ...both, version: await version('when'), do: 'save' })).status).toBe(303);
    const worked = (await web.get(at('when'))).text.replace(/<[^>]+>/g, '');
    expect(worked).toContain('Item 2: due Mon 9 Mar 2026');
    const up = { ...swapped, version: await version('what'), do: 'up-1' };
    expect((await web.post(at('what'), up)).status).toBe(303);
    expect(Object.keys((await loadDraft(desk.t.db, draft)).body.itemDues ?? {})).toEqual(['1']);
    const back = {
      ...swapped,
      'item-1': 'Orders.',
      'item-2': 'Guidance.',
      version: await version('what'),
      do: 'down-0',
    };
    expect((await web.post(at('what'), back)).status).toBe(303);
    const none = { ...when, itemForms: '1 2', version: await version('when'), do: 'save' };
    expect((await web.post(at('when'), none)).status).toBe(303);
    expect((await loadDraft(desk.t.db, draft)).body.itemDues).toBeUndefined();
    const letter = { subject: '{{title}}', text: 'To {{recipient}}: {{items}} {{link}}' };
    expect((await web.post(at('letter'), { ...letter, version: await version('letter'), do: 'next' })).to).toBe(
      at('check'),
    );
    const preview = await web.get(`${at('letter')}?n=3`);
    const shown = (text: string) => text.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ');
    expect(shown(preview.text)).toContain('Letter 3 of 23: Place 000003, line 4');
    for (const find of ['18', 'place 000017'])
      expect(shown((await web.get(`${at('letter')}?find=${encodeURIComponent(find)}`)).text)).toContain(
        'Letter 17 of 23: Place 000017, line 18',
      );
    const many = shown((await web.get(`${at('letter')}?find=place`)).text);
    expect(many).toContain('23 recipients have “place” in their names.Place 000001, Example State, line 2');
    expect(many).toContain('… and 13 more: write more of the name.');
    expect(shown((await web.get(`${at('letter')}?find=100%25`)).text)).toContain('No recipient stands in line “100%”');
    expect(preview.text).toContain('Due by the end of Mon 16 Mar 2026, 24:00 in America/Chicago.');
    expect(preview.text).toContain('[link for this recipient alone]');
    const check = await web.get(at('check'));
    expect(check.text.replace(/<[^>]+>/g, '')).toMatch(
      /Serves 23 parties, 21 by mail, 2 have no address; letters leave at 2 Mar 2026, 09:10 CT, until then you can revoke\./,
    );
    const served = await web.post(at('serve'));
    expect(served.to).toBe(at('serving'));
    const request = (await loadDraft(desk.t.db, draft)).request ?? '';
    expect((await web.post(at('serve'))).to).toBe(at('serving'));
    const board = await web.get(`/desk/requests/${request}`);
    expect(board.text).toContain('Place 000023');
    expect(board.text).toContain('Letters have not left yet');
    expect((await web.get(`/desk/requests/${request}?text=000007`)).text).not.toContain('Place 000008');
    const csv = await web.get(`/desk/requests/${request}/board.csv`);
    expect(csv.text.split('\r\n').length).toBe(25);
    const json: unknown = JSON.parse((await web.get(`/desk/requests/${request}/board.json`)).text);
    expect(json).toMatchObject({ request: { id: request }, recipients: { length: 23 } });
    const letters = await web.get(`/desk/requests/${request}/letters`);
    expect(letters.text).toContain('21 letters');
    expect((await web.get(`/desk/matters/${matter}/requests.csv`)).text).toContain('Guidance, 2024 to 2026');
  });

  it('does not let two windows overwrite each other unseen', async () => {
    const draft = await newDraft();
    const path = `/desk/drafts/${draft}/what`;
    const version = inputValue((await web.get(path)).text, 'version');
    const form = (title: string) => ({
      title,
      authority: 'A',
      items: '1',
      'item-1': `of ${title}`,
      version,
      do: 'save',
    });
    expect((await web.post(path, form('First window'))).status).toBe(303);
    const second = await web.post(path, form('Second window'));
    expect(second.status).toBe(409);
    expect(second.text).toContain('changed in another window');
    expect(second.text).toContain('of First window');
    expect(inputValue(second.text, 'title')).toBe('Second window');
    const again = { ...form('Second window'), version: inputValue(second.text, 'version') };
    expect((await web.post(path, again)).status).toBe(303);
    expect((await loadDraft(desk.t.db, draft)).body.title).toBe('Second window');
  });

  it('lists all that is missing, each linked to its step, and does not serve it', async () => {
    const draft = await newDraft();
    const { text } = await web.get(`/desk/drafts/${draft}/check`);
    for (const step of ['what', 'whom', 'when', 'letter'])
      expect(text).toContain(`href="/desk/drafts/${draft}/${step}"`);
    expect(text).toContain('it has no items');
    expect(text).not.toContain('>Serve<');
    const forced = await web.post(`/desk/drafts/${draft}/serve`);
    expect(forced.status).toBe(422);
    expect(forced.text).toContain('Nobody was served');
  });

  it('refuses a due date before service and an unknown merge field where they are entered', async () => {
    const draft = await desk.draft(matter, placesCsv(1));
    const version = async () => String((await loadDraft(desk.t.db, draft)).version);
    const fixed = { type: 'fixed', on: '2026-02-01', zone: 'UTC', count: '' };
    const when = await web.post(`/desk/drafts/${draft}/when`, { ...fixed, version: await version(), do: 'next' });
    expect([when.status, when.text.includes('lies before the day of service')]).toEqual([422, true]);
    const text = { subject: 'S', text: '{{nickname}} {{link}}' };
    const letter = await web.post(`/desk/drafts/${draft}/letter`, { ...text, version: await version(), do: 'next' });
    expect(letter.to).toBe(`/desk/drafts/${draft}/letter`);
    expect((await web.get(letter.to ?? '')).text).toContain('{{nickname}} is neither a field of letters nor a column');
  });

  const counted = {
    ...{ type: 'count', count: '10', unit: 'business days', zone: 'America/New_York', holidays: 'US', on: '' },
    ...{ whose: 'issuer', roll: 'none', cutOff: '', receivedOn: 'any day', mailDays: '0', citation: '' },
  };
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['a time zone that does not exist', { zone: 'Mars/Olympus' }, 'The time zone is not a time zone'],
    [
      '29 February of a year without one',
      { type: 'fixed', on: '2027-02-29' },
      'Give the fixed date as day, month and year.',
    ],
    ['a calendar that does not exist', { holidays: 'ZZ-99' }, 'There is no calendar ZZ-99'],
    [
      'a calendar without the year',
      { unit: 'months', count: '1200', roll: 'next business day' },
      'does not have the year 2126',
    ],
    ['a cut-off that is no time', { cutOff: '25:00' }, 'Give the cut-off as a time'],
    [
      'a date of its own of an item before service',
      { itemForms: '2', 'own-2': 'on', 'item-2-type': 'fixed', 'item-2-on': '2026-02-01' },
      'lies before the day of service',
    ],
    ['an item of its own that is none', { itemForms: '2', another: '7' }, 'Give the number of an item, 1 to 2.'],
  ])('refuses by name: %s', async (_, fields, words) => {
    const draft = await desk.draft(matter, placesCsv(1));
    const { version, body } = await loadDraft(desk.t.db, draft);
    const path = `/desk/drafts/${draft}/when`;
    const page = await web.post(path, { ...counted, ...fields, version: String(version), do: 'next' });
    const text = page.text.replace(/<[^>]+>/g, '');
    expect([page.status, text.includes(words) ? words : text.slice(0, 600)]).toEqual([422, words]);
    expect((await loadDraft(desk.t.db, draft)).body.items).toEqual(body.items);
  });

  it('refuses a cut-off that falls into the hour that summer time skips on the day of service', async () => {
    desk.t.clock.set(Date.parse('2026-03-08T06:20:00Z'));
    const draft = await desk.draft(matter, placesCsv(1));
    const { version } = await loadDraft(desk.t.db, draft);
    const fields = { ...counted, cutOff: '02:30', version: String(version), do: 'next' };
    const page = await web.post(`/desk/drafts/${draft}/when`, fields);
    desk.t.clock.set(Date.parse('2026-03-02T15:00:00Z'));
    expect([page.status, page.text.includes('02:30')]).toEqual([422, true]);
  });

  it('deletes a draft, but not one that is served', async () => {
    const draft = await desk.draft(matter, placesCsv(1));
    expect((await web.post(`/desk/drafts/${draft}/delete`)).status).toBe(303);
    expect((await web.get(`/desk/drafts/${draft}/what`)).status).toBe(404);
    const served = await desk.draft(matter, placesCsv(1));
    await web.post(`/desk/drafts/${served}/serve`);
    expect((await web.post(`/desk/drafts/${served}/delete`)).status).toBe(409);
  });
});

describe('recipients from a file', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, RegExp]>([
    ['wrong columns', 'party,mail\nA,b@c.example.gov\n', /no column name and no column kind\. It has: party, mail/],
    ['the same column twice', 'name,kind,name\nA,state,B\n', /column name stands in the first line twice/],
    ['nobody in it', 'name,kind\n', /no recipient/],
    [
      'UTF-16 without a byte order mark',
      new Uint8Array(Buffer.from('name,kind\nA,state\n', 'utf16le')),
      /UTF-16 without/,
    ],
    ['no text at all', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0x10]), /not text in UTF-8/],
    ['an open quotation', 'name,kind\n"A,state\n', /cannot be read as CSV/],
    ['nothing in it', '', /must not be empty/],
  ])('refuses a file with %s and replaces nobody', async (_, content, words) => {
    const draft = await desk.draft(matter, placesCsv(2));
    const { status, text } = await web.post(`/desk/drafts/${draft}/whom/file`, { file: csvFile(content) });
    expect(status).toBe(422);
    expect(text).toMatch(words);
    expect(text).toContain('Nothing was changed');
    expect((await recipients(draft)).length).toBe(2);
  });

  it('refuses a file above 64 MiB and replaces nobody', async () => {
    const draft = await desk.draft(matter, placesCsv(2));
    const file = csvFile(new Uint8Array(MAX_CSV_BYTES + 2 * 1024 * 1024));
    const { status, text } = await web.post(`/desk/drafts/${draft}/whom/file`, { file });
    expect(status).toBe(413);
    expect(text).toContain('Nothing of it was kept');
    expect((await recipients(draft)).length).toBe(2);
  });

  it('says on the same page what a large file was refused for, until another comes', async () => {
    const draft = await desk.draft(matter, placesCsv(2));
    const file = csvFile(`${placesCsv(8_000)}"open quotation`);
    const { to } = await web.post(`/desk/drafts/${draft}/whom/file`, { file });
    expect(to).toBe(`/desk/drafts/${draft}/whom/reading`);
    await expect.poll(async () => (await web.get(to ?? '')).status, { timeout: 20_000 }).toBe(303);
    for (let i = 0; i < 2; i++) {
      const { text } = await web.get(`/desk/drafts/${draft}/whom`);
      expect(text).toContain('cannot be read as CSV');
      expect(text).toContain('Nothing was changed');
    }
    expect((await recipients(draft)).length).toBe(2);
    await web.post(`/desk/drafts/${draft}/whom/file`, { file: csvFile(placesCsv(3)) });
    expect((await web.get(`/desk/drafts/${draft}/whom`)).text).not.toContain('cannot be read as CSV');
    expect(await desk.t.db.selectFrom('work.recipients_part').select('n').execute()).toEqual([]);
  });

  it('checks a large serving behind its progress, and says on the last step what it was refused for', async () => {
    const twice = 'Twin,place,Example State,ocd-division/country:us/state:zz/place:twin,\r\n';
    const draft = await desk.draft(matter, placesCsv(1_500) + twice);
    // Somebody else registers a place of that id under another name meanwhile.
    const other =
      'name,kind,state,ocd_id\nOther Twin,place,Example State,ocd-division/country:us/state:zz/place:twin\n';
    await web.post(`/desk/drafts/${await desk.draft(matter, other)}/serve`);
    const { to } = await web.post(`/desk/drafts/${draft}/serve`);
    expect(to).toBe(`/desk/drafts/${draft}/serving`);
    await expect
      .poll(async () => (await web.get(to ?? '')).headers.get('location'), { timeout: 20_000 })
      .toBe(`/desk/drafts/${draft}/check`);
    const { text } = await web.get(`/desk/drafts/${draft}/check`);
    expect(text).toContain('Line 1502: The directory knows the ocd_id');
    expect(text).toContain('Other Twin (place, Example State); here it is Twin (place, Example State)');
    expect(text).toContain('Nobody was served');
    // It holds no longer once the list is another.
    await web.post(`/desk/drafts/${draft}/whom/remove`, { line: '1502' });
    expect((await web.get(`/desk/drafts/${draft}/check`)).text).not.toContain('The directory knows');
  });

  it('reads UTF-16 with a byte order mark', async () => {
    const draft = await desk.draft(matter, placesCsv(1));
    const file = csvFile(new Uint8Array(Buffer.from('\ufeffname,kind\nRégion of Example,state\n', 'utf16le')));
    expect((await web.post(`/desk/drafts/${draft}/whom/file`, { file })).status).toBe(303);
    expect((await recipients(draft)).map((r) => r.name)).toEqual(['Région of Example']);
  });

  it('names every bad row by line, as a download too, and serves nobody until they are settled', async () => {
    const draft = await desk.draft(matter, placesCsv(1));
    const rows = [
      'name,kind,state,ocd_id,email',
      'City of Example,place,California,,clerk@city.example.gov',
      'Washington,place,,,',
      'City of Example,city,california,,other@city.example.gov',
      '"=HYPERLINK(""x"")",place,California,,',
      'Good County,county,California,,not an address',
      'Some Body,castle,California,,',
      'Other,place,California,ocd-division/nowhere,',
    ];
    const file = csvFile(`${rows.join('\n')}\n`);
    const done = await web.post(`/desk/drafts/${draft}/whom/file`, { file });
    expect(done.notice).toBe('1 recipient read from the file. 6 rows cannot be used; each is named below.');
    const { text } = await web.get(`/desk/drafts/${draft}/whom`);
    for (const words of [
      'Line 3: Washington is ambiguous',
      'Line 4: City of Example stands in line 2 already',
      'Line 5: The name starts with “=”',
      'Line 6: The e-mail address “not an address”',
      'Line 7: The kind “castle”',
      'Line 8: The ocd_id',
    ])
      expect(text).toContain(words);
    const csv = await web.get(`/desk/drafts/${draft}/whom/problems.csv`);
    expect(csv.text.trim().split('\r\n').length).toBe(7);
    expect((await web.post(`/desk/drafts/${draft}/serve`)).text).toContain('6 rows of the file cannot be used');
    await web.post(`/desk/drafts/${draft}/whom/leave-out`);
    expect((await web.post(`/desk/drafts/${draft}/serve`)).status).toBe(303);
  });

  it('adds and removes one recipient by form, refusing a twin', async () => {
    const draft = await desk.draft(matter, placesCsv(1));
    const path = `/desk/drafts/${draft}/whom`;
    const one = {
      name: 'Added County',
      kind: 'county',
      state: 'Example State',
      ocd_id: '',
      email: 'a@county.example.gov',
    };
    expect((await web.post(`${path}/one`, one)).status).toBe(303);
    const twin = await web.post(`${path}/one`, { ...one, name: 'ADDED county' });
    expect([twin.status, twin.text.includes('stands in line 3 already')]).toEqual([422, true]);
    const bare = await web.post(`${path}/one`, { ...one, name: 'Washington', kind: 'place', state: '' });
    expect([bare.status, bare.text.includes('is ambiguous')]).toEqual([422, true]);
    await web.post(`${path}/remove`, { line: '3' });
    expect((await recipients(draft)).map((r) => r.name)).toEqual(['Place 000001']);
  });

  it('lets no cell of a download run as a formula', async () => {
    const draft = await desk.draft(matter, placesCsv(1));
    const { db } = desk.t;
    await db
      .updateTable('work.draft_recipient')
      .set({ name: '=1+1', email: '@x' })
      .where('draft', '=', draft)
      .execute();
    const { text } = await web.get(`/desk/drafts/${draft}/whom/recipients.csv`);
    expect(text).toContain("'=1+1,place,Example State");
    expect(text).toContain(",'@x");
  });

  it('takes 100,000 rows, shows how far it is, pages and finds in them', { timeout: 240_000 }, async () => {
    const draft = await newDraft();
    const csv = placesCsv(100_000);
    const before = process.cpuUsage();
    const reading = `/desk/drafts/${draft}/whom/reading`;
    expect((await web.post(`/desk/drafts/${draft}/whom/file`, { file: csvFile(csv) })).to).toBe(reading);
    // Meanwhile the step leads to its progress, and nothing else may change the list or be served.
    expect((await web.get(`/desk/drafts/${draft}/whom`)).headers.get('location')).toBe(reading);
    const one = { name: 'Added County', kind: 'county', state: 'Example State', ocd_id: '', email: '' };
    const meanwhile = await web.post(`/desk/drafts/${draft}/whom/one`, one);
    expect([meanwhile.status, meanwhile.text.includes('is being read')]).toEqual([409, true]);
    expect((await web.post(`/desk/drafts/${draft}/serve`)).text).toContain('A file of recipients is being read');
    const said = new Set<string>();
    let done = await web.get(reading);
    while (done.status === 200) {
      for (const [text] of done.text.matchAll(/[\d,]+ of [\d,]+ (?:lines|rows|recipients) \(\d+%\)/g)) said.add(text);
      await sleep(50);
      done = await web.get(reading);
    }
    const used = process.cpuUsage(before);
    expect(said.size).toBeGreaterThan(2);
    expect(said.has('0 of 100,001 lines (0%)') || [...said].some((one) => one.includes('of 100,00'))).toBe(true);
    expect(decodeURIComponent(/notice=([^;]*)/.exec(done.headers.get('set-cookie') ?? '')?.[1] ?? '')).toBe(
      '100,000 recipients read from the file.',
    );
    // Of this process's own time, so that a busy machine does not fail it; about a third of this is usual.
    expect((used.user + used.system) / 1e6).toBeLessThan(30);
    const last = await web.get(`/desk/drafts/${draft}/whom?page=2000`);
    expect(last.text).toContain('Place 100000');
    expect(last.text).toContain('99,951–100,000 of 100,000 recipients');
    expect((await web.get(`/desk/drafts/${draft}/whom?q=p077777`)).text).toContain('Place 077777');
    const list = await web.get(`/desk/drafts/${draft}/whom/recipients.csv`);
    expect(list.text.split('\r\n').length).toBe(100_002);
  });
});

describe('after serving', () => {
  async function served(csv = placesCsv(2)): Promise<string> {
    const draft = await desk.draft(matter, csv);
    await web.post(`/desk/drafts/${draft}/serve`);
    return (await loadDraft(desk.t.db, draft)).request ?? '';
  }
  const letters = (request: string) =>
    desk.t.db.selectFrom('work.outbox').selectAll().where('request', '=', request).orderBy('id').execute();

  it('revokes with a reason, and says when it is too late', async () => {
    const request = await served();
    const path = `/desk/requests/${request}/revoke`;
    const { text } = await web.get(path);
    expect(text).toContain('9 minutes from now');
    const blank = await web.post(path, { reason: '', once: inputValue(text, 'once') });
    expect([blank.status, blank.text.includes('Reason is missing')]).toEqual([422, true]);
    const form = { reason: 'Wrong items', once: inputValue(text, 'once') };
    expect((await web.post(path, form)).status).toBe(303);
    expect((await web.post(path, form)).status).toBe(303);
    expect((await letters(request)).map((l) => l.state)).toEqual(['revoked', 'revoked']);
    expect((await web.get(`/desk/requests/${request}`)).text).toContain('Wrong items');
    const late = await served();
    const once = desk.t.newId();
    desk.t.clock.tick(REVOKE_MINUTES * 60_000);
    const refused = await web.post(`/desk/requests/${late}/revoke`, { reason: 'Too late', once });
    expect([refused.status, refused.text.includes('cannot be taken back')]).toEqual([422, true]);
  });

  it('shows each letter without its link, and tries failed ones again', async () => {
    const request = await served();
    const [letter] = await letters(request);
    await desk.t.db
      .updateTable('work.outbox')
      .set({ state: 'failed', error: '550 no such mailbox', attempts: 8 })
      .where('id', '=', letter?.id ?? 0)
      .execute();
    expect((await web.get('/desk')).text).toContain('1 letter<');
    expect((await web.get('/desk/letters?state=failed')).text).toContain('550 no such mailbox');
    const { text } = await web.get(`/desk/services/${letter?.service}/letter`);
    expect(text).toContain('[link for this recipient alone]');
    expect(text).not.toContain('/r/');
    await web.post(`/desk/services/${letter?.service}/letter/retry`);
    expect((await letters(request)).map((l) => [l.state, l.attempts])).toEqual([
      ['queued', 0],
      ['queued', 0],
    ]);
  });

  it('sends to a corrected address: queued letters move, letters that left are sent anew', async () => {
    const request = await served(
      'name,kind,state,email\nOne,place,Example State,one@place.example.gov\nTwo,place,Example State,\n',
    );
    const [letter] = await letters(request);
    const path = `/desk/services/${letter?.service}/contact`;
    const bad = await web.post(path, { address: 'one@place.example.gov\r\nBcc: x@y.example' });
    expect([bad.status, bad.text.includes('Enter one e-mail address')]).toEqual([422, true]);
    expect((await web.post(path, { address: 'one@place.example.gov' })).status).toBe(422);
    expect((await web.post(path, { address: 'new@place.example.gov' })).status).toBe(303);
    expect((await letters(request)).map((l) => l.address)).toEqual(['new@place.example.gov']);
    await desk.t.db.updateTable('work.outbox').set({ state: 'sent' }).where('request', '=', request).execute();
    await Promise.all([1, 2].map(() => web.post(path, { address: 'newer@place.example.gov' })));
    expect((await letters(request)).map((l) => [l.address, l.state])).toEqual([
      ['new@place.example.gov', 'sent'],
      ['newer@place.example.gov', 'queued'],
    ]);
    const two = await desk.t.db
      .selectFrom('view.service')
      .select('id')
      .where('request', '=', request)
      .where('name', '=', 'Two')
      .executeTakeFirst();
    await web.post(`/desk/services/${two?.id}/contact`, { address: 'two@place.example.gov' });
    expect((await letters(request)).length).toBe(3);
  });

  it('leads from the desk to what is due and overdue', async () => {
    const due = { type: 'days' as const, days: 5, business: false, zone: 'America/New_York' };
    const draft = await desk.draft(matter, placesCsv(2), { due, title: 'Due in five days' });
    await web.post(`/desk/drafts/${draft}/serve`);
    expect((await web.get('/desk')).text).toMatch(/2 recipients by [^<]+<\/a><div[^>]*>Due in five days/);
    desk.t.clock.tick(7 * 86_400_000);
    expect((await web.get('/desk')).text).toMatch(/2 recipients since [^<]+<\/a><div[^>]*>Due in five days/);
  });
});
