/** Drafts of what staff publish, through the desk's pages: kept, sent for review, sent back, published by a second person, deleted and brought back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formOf, wordsOf } from '../../test/support/answering.ts';
import { type Sourced, sourced } from '../../test/support/sourced.ts';
import { keepSource } from '../rooms/sources/commands.ts';

let s: Sourced;
let source: string;

beforeAll(async () => {
  s = await sourced();
  const kept = { publisher: 'Example Courier', title: 'Letters arrive', published: null, url: null };
  const text = 'The mayor said: “So perhaps the mailbox should be checked.” About $200 billion is on offer.';
  source = await keepSource(s.desk.services, s.matter, { ...kept, text }, s.desk.t.newId());
  s.desk.t.clock.tick(3_600_000);
});
afterAll(() => s.close());

const drafts = () => s.room('writing');
const SAID = {
  name: 'Pat Sample',
  words: 'So perhaps the mailbox should be checked.',
  form: 'quotation',
  medium: 'statement',
  day: '2026-03-01',
};
const published = async () =>
  (await s.desk.t.db.selectFrom('ledger.entry').select('id').where('kind', '=', 'statement.made').execute()).length;

/** Presses a button of the form of something new that keeps a draft. @returns the draft's address */
async function keep(act: 'save' | 'submit', fields: Readonly<Record<string, string>>): Promise<string> {
  const { values } = formOf(await s.get(s.room('statements')), s.room('statements'));
  const answer = await s.post(drafts(), { ...values, ...fields, act });
  expect(answer.status).toBe(303);
  return answer.to ?? '';
}

/** Presses a button of a draft's page as it is now. */
async function press(draft: string, act: string, fields: Readonly<Record<string, string>> = {}) {
  const page = await s.get(draft);
  const { rows } = await s.desk.t.pool.query<{ version: number }>('select version from work.writing where id = $1', [
    draft.split('/').at(-1),
  ]);
  const version = String(rows[0]?.version);
  const values = page.includes('name="day"') ? { ...formOf(page, draft).values, source, medium: 'statement' } : {};
  return await s.post(draft, { ...values, ...fields, version, act });
}

const setReview = async (review: string) => {
  s.as('owner', 'owner');
  return await s.send('/desk/review', '/desk/review', { review });
};

test('one step: a draft is kept half finished, changed, deleted, brought back and published by who wrote it', async () => {
  s.as('ann', 'editor');
  const draft = await keep('save', { words: 'Perhaps' });
  expect(wordsOf(await s.get('/desk'))).toContain('Statement: Perhaps');
  expect(wordsOf(await s.get('/desk/writing'))).toMatch(/Mine.*Statement: Perhaps/s);
  const early = await press(draft, 'publish');
  expect([early.status, wordsOf(early.text)]).toEqual([422, expect.stringContaining('Give a day of the calendar')]);
  expect((await press(draft, 'save', { ...SAID, source, words: 'The mailbox is empty.' })).status).toBe(303);
  const wrong = await press(draft, 'publish');
  expect(wordsOf(wrong.text)).toContain('does not contain these words');
  expect(await published()).toBe(0);
  expect((await press(draft, 'delete')).status).toBe(303);
  expect(wordsOf(await s.get('/desk/writing'))).toContain('No draft');
  const gone = await press(draft, 'save');
  expect(wordsOf(gone.text)).toContain('was deleted');
  expect((await press(draft, 'undo')).status).toBe(303);
  expect(await (await press(draft, 'publish', { words: SAID.words })).status).toBe(303);
  expect(await published()).toBe(1);
  expect(wordsOf(await s.get('/record/sample-letters/statements'))).toContain('the mailbox should be checked');
  const again = await s.post(draft, { version: '99', act: 'publish' });
  expect(wordsOf(again.text)).toContain('published already');
  expect(await published()).toBe(1);
});

test('viewers see drafts and press nothing; no other matter’s draft is here', async () => {
  s.as('ann', 'editor');
  const draft = await keep('save', { words: 'For viewers' });
  s.as('vic', 'viewer');
  const page = await s.get(draft);
  expect(page).not.toContain('name="act"');
  for (const act of ['publish', 'save', 'delete', 'submit', 'undo'])
    expect((await s.post(draft, { version: '1', act })).status).toBe(403);
  expect((await s.post('/desk/review', { review: 'owner' })).status).toBe(403);
  const other = await s.desk.openMatter('other-letters');
  await s.get(draft.replace(s.matter, other), 404);
  s.as('ann', 'editor');
  expect((await press(draft, 'no such act')).status).toBe(422);
  expect((await press(draft, 'delete')).status).toBe(303);
});

test('a second person: the author cannot approve, a reviewer sends back with a note, then publishes what was looked at', async () => {
  expect((await setReview('owner')).status).toBe(303);
  expect(wordsOf((await setReview('owner')).text)).toContain('It is set so already');
  s.as('ann', 'editor');
  const alone = await s.send(s.room('statements'), s.room('statements'), {
    ...SAID,
    source,
    words: 'perhaps the mailbox',
  });
  expect([alone.status, wordsOf(alone.text)]).toEqual([422, expect.stringContaining('wants a second person')]);
  const draft = await keep('submit', { ...SAID, source, words: 'perhaps the mailbox' });
  expect(wordsOf(await s.get(draft))).toContain('waits for review');
  const own = await press(draft, 'publish');
  expect([own.status, wordsOf(own.text)]).toEqual([422, expect.stringContaining('You wrote this yourself')]);
  s.as('bob', 'editor');
  expect(await s.get(draft)).not.toContain('value="publish"');
  expect(wordsOf((await press(draft, 'publish')).text)).toContain('only an owner may publish');
  s.as('olga', 'owner');
  expect(wordsOf(await s.get('/desk'))).toMatch(/Waiting for review.*perhaps the mailbox/s);
  expect(wordsOf((await press(draft, 'send-back', { note: '' })).text)).toContain('Say what is to be changed');
  expect((await press(draft, 'send-back', { note: 'Name the office.' })).status).toBe(303);
  s.as('ann', 'editor');
  expect(wordsOf(await s.get('/desk'))).toMatch(/Sent back to me.*perhaps the mailbox/s);
  expect(wordsOf(await s.get(draft))).toContain('Name the office.');
  expect((await press(draft, 'submit', { name: 'Pat Sample, mayor' })).status).toBe(303);
  // Looked at, then taken back and changed by its author: what is published is what was looked at, or nothing.
  s.as('olga', 'owner');
  const stale = /name="version" value="(\d+)"/.exec(await s.get(draft))?.[1] ?? '';
  s.as('ann', 'editor');
  expect((await press(draft, 'take-back')).status).toBe(303);
  expect((await press(draft, 'submit', { words: 'the mailbox should be checked' })).status).toBe(303);
  s.as('olga', 'owner');
  const late = await s.post(draft, { version: stale, act: 'publish' });
  expect(wordsOf(late.text)).toContain('Somebody changed this draft');
  expect(await published()).toBe(1);
  expect((await press(draft, 'publish')).status).toBe(303);
  expect(await published()).toBe(2);
  expect(wordsOf(await s.get('/record/sample-letters/statements'))).toContain('Pat Sample, mayor');
});

test('an incomplete statement is not sent for review, and is kept', async () => {
  s.as('ann', 'editor');
  const { values } = formOf(await s.get(s.room('statements')), s.room('statements'));
  const answer = await s.post(drafts(), { ...values, words: 'Something', act: 'submit' });
  expect(answer.status).toBe(422);
  expect(wordsOf(await s.get('/desk/writing'))).toContain('Statement: Something');
});

test('a publishing that was cut off after the append is finished by publishing once more, and writes nothing twice', async () => {
  await setReview('no');
  s.as('ann', 'editor');
  const draft = await keep('save', { ...SAID, source, words: 'should be checked' });
  const before = await published();
  expect((await press(draft, 'publish')).status).toBe(303);
  await s.desk.t.pool.query(`update work.writing set state = 'publishing' where id = $1`, [draft.split('/').at(-1)]);
  expect(wordsOf(await s.get(draft))).toContain('is being published');
  expect((await press(draft, 'publish')).status).toBe(303);
  expect(await published()).toBe(before + 1);
});
