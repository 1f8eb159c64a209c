/** Corrections of statements and figures, from the desk's pages to the public record: the note, both versions in reach, both axes, stale ones refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { formOf, wordsOf } from '../../test/support/answering.ts';
import { type Sourced, sourced } from '../../test/support/sourced.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { rebuild } from '../ledger/rebuild.ts';
import { addFigure } from '../rooms/figures/commands.ts';
import { project } from '../rooms/project.ts';
import { keepSource } from '../rooms/sources/commands.ts';
import { addStatement } from '../rooms/statements/commands.ts';
import { figureList, searchBody, statementList } from './api-schemas.ts';

let s: Sourced;
let source: string;
const HOUR = 3_600_000;

beforeAll(async () => {
  s = await sourced();
  const { services, t } = s.desk;
  const kept = { publisher: 'Example Courier', title: 'Letters arrive', published: null, url: null };
  const text =
    'The mayor said: “So perhaps the mailbox should be checked.” “Nobody asked.” About $200 billion, or $1 trillion.';
  source = await keepSource(services, s.matter, { ...kept, text }, t.newId());
  t.clock.tick(HOUR);
  const said = { name: 'Pat Sample', words: 'Nobody asked.', outlet: '', holding: '', source, about: [] };
  const when = { saidAt: Date.parse('2026-03-01T17:00:00Z'), saidOn: '2026-03-01', dayOnly: true };
  await addStatement(services, s.matter, { ...said, ...when, form: 'quotation', medium: 'statement' }, t.newId());
  const claim = {
    measure: 'Money',
    unit: 'US dollars',
    low: '200000000000',
    high: '',
    originalValue: 'About $200 billion',
  };
  const more = {
    qualifier: 'about' as const,
    asOf: '',
    claimant: 'a plan',
    holding: '',
    claimedAt: when.saidAt,
    source,
  };
  await addFigure(services, s.matter, { ...claim, ...more }, t.newId());
  t.clock.tick(HOUR);
  s.as('ann', 'editor');
});
afterAll(() => s.close());

const thingOf = async (kind: 'statements' | 'figures'): Promise<string> =>
  /\/published\/([0-9a-f-]{36})"/.exec(await s.get(s.room(kind)))?.[1] ?? '';
const pageOf = (thing: string) => s.room(`published/${thing}`);

/** Presses "Begin a correction". @returns the draft's address */
async function begin(thing: string): Promise<string> {
  const once = s.desk.t.newId();
  const answer = await s.post(pageOf(thing), { act: 'correct', once });
  expect(answer.status).toBe(303);
  return answer.to ?? '';
}
/** Sends the form of a draft with what it holds, changed. */
async function press(draft: string, act: string, fields: Readonly<Record<string, string>>) {
  const form = formOf(await s.get(draft), draft);
  return await s.post(draft, { ...form.values, source, ...fields, act });
}
const statements = async (query = '') =>
  statementList.parse(JSON.parse(await s.get(`/api/v1/records/sample-letters/statements${query}`)));

test('a correction needs a note, a change, and words that stand in the source', async () => {
  const thing = await thingOf('statements');
  const draft = await begin(thing);
  const page = await s.get(draft);
  expect(wordsOf(page)).toContain('Correction of a statement');
  expect(page).toContain('Nobody asked.');
  const fields = { medium: 'statement', words: 'So perhaps the mailbox should be checked.' };
  const bare = await press(draft, 'publish', fields);
  expect([bare.status, wordsOf(bare.text)]).toEqual([422, expect.stringContaining('Say what was wrong')]);
  const same = await press(draft, 'publish', { ...fields, words: 'Nobody asked.', correction: 'Nothing.' });
  expect(wordsOf(same.text)).toContain('says the same as what stands there');
  const absent = await press(draft, 'publish', {
    ...fields,
    words: 'The mailbox is empty.',
    correction: 'Wrong words.',
  });
  expect(wordsOf(absent.text)).toContain('does not contain these words');
  expect((await statements()).statements.map((one) => one.words)).toEqual(['Nobody asked.']);
});

test('it replaces what is shown, with its note; old and new are both in reach, and both axes are right', async () => {
  const thing = await thingOf('statements');
  const draft = await begin(thing);
  // Somebody else begins one too, on what stands there now.
  s.as('bob', 'editor');
  const other = await begin(thing);
  s.as('ann', 'editor');
  const fields = {
    medium: 'statement',
    words: 'So perhaps the mailbox should be checked.',
    correction: 'These were the words of a clerk.',
  };
  expect((await press(draft, 'publish', fields)).status).toBe(303);
  s.as('bob', 'editor');
  const late = await press(other, 'publish', {
    medium: 'hearing',
    words: 'Nobody asked.',
    correction: 'It was a hearing.',
  });
  expect([late.status, wordsOf(late.text)]).toEqual([
    422,
    expect.stringContaining('Somebody else corrected this since you began'),
  ]);
  await s.desk.t.ledger.publish();

  const page = wordsOf(await s.get('/record/sample-letters/statements'));
  expect(page).toContain('So perhaps the mailbox should be checked.');
  expect(page).toContain('by an editor: These were the words of a clerk.');
  expect(page).not.toContain('Nobody asked.');
  const [now] = (await statements()).statements;
  expect(now).toMatchObject({ words: 'So perhaps the mailbox should be checked.', corrected: { by: 'editor' } });
  const before = now?.corrected?.replaces ?? '';
  const old = wordsOf(await s.get(`/record/sample-letters/entries/${before}`));
  expect(old).toContain('A later entry replaces this one');
  expect(old).toContain('Nobody asked.');
  expect(wordsOf(await s.get(`/record/sample-letters/entries/${now?.entry}`))).toContain(
    'It replaces an earlier entry',
  );
  expect(await s.get(`/receipts/${before}.receipt.json`)).toContain('Nobody asked.');

  const then = new Date(s.desk.t.clock.now() - HOUR / 2).toISOString();
  expect((await statements(`?asOf=${then}&axis=known`)).statements[0]).toMatchObject({
    words: 'Nobody asked.',
    corrected: null,
  });
  expect((await statements(`?asOf=${then}&axis=happened`)).statements.map((one) => one.words)).toEqual([now?.words]);
  expect(await s.get('/record/sample-letters/feed.atom')).toContain(
    '<title>Corrected: Pat Sample, in a statement</title>',
  );
  expect(await s.get('/record/sample-letters/statements.csv')).toContain('These were the words of a clerk.');
  const changes = wordsOf(await s.get(`/record/sample-letters/changes?from=${then}`));
  expect(changes).toMatch(/corrected/i);
  expect(changes).toContain('Corrected: Pat Sample');
  const found = searchBody.parse(JSON.parse(await s.get('/api/v1/search?q=mailbox')));
  expect(found.entries.map((one) => one.kind)).toEqual(['statement.corrected']);
});

test('two who publish a correction at the same moment: one is written, the other refused', async () => {
  const thing = await thingOf('statements');
  const [one, two] = [await begin(thing), await begin(thing)];
  const fields = { words: 'So perhaps the mailbox should be checked.', correction: 'It was in a hearing.' };
  const both = await Promise.all([
    press(one, 'publish', { ...fields, medium: 'hearing' }),
    press(two, 'publish', { ...fields, medium: 'letter' }),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([303, 422]);
  const { rows } = await s.desk.t.pool.query<{ n: string }>(
    `select count(*) as n from ledger.entry where kind = 'statement.corrected'`,
  );
  expect(Number(rows[0]?.n)).toBe(2);
});

test('a time that was wrong is corrected on the axis of what happened too', async () => {
  const thing = await thingOf('statements');
  const draft = await begin(thing);
  const fields = {
    medium: 'hearing',
    correction: 'It was said a day later.',
    words: 'So perhaps the mailbox should be checked.',
  };
  expect((await press(draft, 'publish', { ...fields, day: '2026-03-02', time: '00:30' })).status).toBe(303);
  const at = '2026-03-01T18:00:00Z';
  expect((await statements(`?asOf=${at}&axis=happened`)).statements).toEqual([]);
  expect((await statements()).statements).toHaveLength(1);
});

test('a figure is corrected in its own measure; its unit may change where it stands alone', async () => {
  const thing = await thingOf('figures');
  const draft = await begin(thing);
  const fields = {
    low: '1000000000000',
    unit: 'dollars',
    qualifier: 'exactly',
    originalValue: '$1 trillion',
    correction: 'Copied from the wrong line.',
  };
  expect((await press(draft, 'publish', fields)).status).toBe(303);
  const { figures } = figureList.parse(JSON.parse(await s.get('/api/v1/records/sample-letters/figures')));
  expect(figures.map(({ low, unit, corrected }) => [low, unit, corrected?.note])).toEqual([
    ['1000000000000', 'dollars', 'Copied from the wrong line.'],
  ]);
  expect(wordsOf(await s.get('/record/sample-letters/figures'))).toContain('Copied from the wrong line.');
});

test('a correction goes through review where a second person is wanted', async () => {
  s.as('olga', 'owner');
  expect((await s.send('/desk/review', '/desk/review', { review: 'editor' })).status).toBe(303);
  s.as('ann', 'editor');
  const draft = await begin(await thingOf('figures'));
  const fields = {
    low: '200000000000',
    qualifier: 'about',
    originalValue: 'About $200 billion',
    correction: 'It was right.',
  };
  expect((await press(draft, 'submit', fields)).status).toBe(303);
  const { rows } = await s.desk.t.pool.query<{ version: number }>('select version from work.writing where id = $1', [
    draft.split('/').at(-1),
  ]);
  const own = await s.post(draft, { act: 'publish', version: String(rows[0]?.version) });
  expect(wordsOf(own.text)).toContain('You wrote this yourself');
  s.as('bob', 'editor');
  expect(wordsOf(await s.get(draft))).toContain('It was right.');
  expect((await s.post(draft, { act: 'publish', version: String(rows[0]?.version) })).status).toBe(303);
  const { figures } = figureList.parse(JSON.parse(await s.get('/api/v1/records/sample-letters/figures')));
  expect(figures.map((one) => one.low)).toEqual(['200000000000']);
});

test('the desk’s page of a thing: versions, receipts, embargo and takedown by its forms, viewers press nothing', async () => {
  const thing = await thingOf('statements');
  s.as('vic', 'viewer');
  expect(await s.get(pageOf(thing))).not.toContain('name="act"');
  for (const act of ['correct', 'take-down', 'lift'])
    expect((await s.post(pageOf(thing), { act, reason: 'r', once: s.desk.t.newId() })).status).toBe(403);
  s.as('ann', 'editor');
  const weak = await s.post(pageOf(thing), { act: 'take-down', reason: 'r', once: s.desk.t.newId() });
  expect([weak.status, wordsOf(weak.text)]).toEqual([403, expect.stringContaining('Only an owner takes down')]);
  s.as('olga', 'owner');
  const press = (act: string, fields: Readonly<Record<string, string>>) =>
    s.post(pageOf(thing), { act, once: s.desk.t.newId(), ...fields });
  expect(wordsOf((await press('take-down', { reason: '' })).text)).toContain('Say why');
  expect((await press('take-down', { reason: 'Under examination.' })).status).toBe(303);
  expect(wordsOf(await s.get(pageOf(thing)))).toContain('by an owner: Under examination.');
  expect((await statements()).tombstones).toMatchObject([
    { id: thing, reason: 'Under examination.', decidedBy: 'owner' },
  ]);
  expect((await press('restore', { reason: 'It stands.' })).status).toBe(303);
  expect((await statements()).tombstones).toEqual([]);
  expect(wordsOf((await press('lift', { reason: 'r' })).text)).toContain('It is not under an embargo');
  expect((await press('no such act', {})).status).toBe(422);
  await s.get(pageOf(s.desk.t.newId()), 404);
  const other = await s.desk.openMatter('other-letters');
  await s.get(pageOf(thing).replace(s.matter, other), 404);
});

test('an embargo from the form: bad times are refused by name, and nothing is written', async () => {
  s.as('olga', 'owner');
  expect((await s.send('/desk/review', '/desk/review', { review: 'no' })).status).toBe(303);
  const fields = {
    ...{ name: 'Pat Sample', form: 'paraphrase', words: 'A scoop.', medium: 'statement', source, day: '2026-03-01' },
  };
  const write = (more: Readonly<Record<string, string>>) =>
    s.send(s.room('statements'), s.room('statements'), { ...fields, ...more });
  for (const [more, words] of [
    [{ embargoDay: '2026-03-01', embargoTime: '09:00', embargoZone: 'UTC' }, 'This time has passed'],
    [{ embargoDay: '2026-04-01', embargoTime: '09:00', embargoZone: '' }, 'in which time zone'],
    [{ embargoDay: '2026-04-01', embargoTime: '', embargoZone: 'UTC' }, 'at what time of that day'],
    [{ embargoDay: '2026-04-01', embargoTime: '09:00', embargoZone: 'Mars/Base' }, 'is not a time zone'],
  ] as const) {
    const answer = await write(more);
    expect([answer.status, wordsOf(answer.text)]).toEqual([422, expect.stringContaining(words)]);
    expect(formOf(answer.text, s.room('statements')).values['embargoDay']).toBe(more.embargoDay);
  }
  expect((await write({ embargoDay: '2026-04-01', embargoTime: '09:00', embargoZone: 'UTC' })).status).toBe(303);
  expect(wordsOf(await s.get('/record/sample-letters/statements'))).not.toContain('A scoop.');
  expect(wordsOf(await s.get(s.room('statements')))).toMatch(/A scoop\..*under an embargo/s);
  const things = [...(await s.get(s.room('statements'))).matchAll(/\/published\/([0-9a-f-]{36})"/g)].map(
    ([, id]) => id,
  );
  const pages = await Promise.all(things.map((id) => s.get(pageOf(id ?? ''))));
  const at = pages.findIndex((page) => page.includes('Under an embargo'));
  const press = (act: string, more: Readonly<Record<string, string>>) =>
    s.post(pageOf(things[at] ?? ''), { act, once: s.desk.t.newId(), reason: 'It is out already.', ...more });
  expect(wordsOf((await press('move', {})).text)).toContain('Say on which day');
  expect((await press('lift', {})).status).toBe(303);
  expect(wordsOf(await s.get('/record/sample-letters/statements'))).toContain('A scoop.');
});

test('the views made anew from the entries are the same', async () => {
  const owner = openPool(s.desk.t.database.ownerConfig, 2);
  expect(z.object({ equal: z.boolean() }).parse(await rebuild(owner, project)).equal).toBe(true);
  // What says who sees what goes on working on the new tables.
  expect((await statements()).statements.length).toBeGreaterThan(0);
  await owner.end();
});
