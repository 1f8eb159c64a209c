/** Lists into the directory: Open Civic Data's files by the small sample of examples/directory, and any CSV, through a real ledger. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, testDesk } from '../../../../test/support/desk.ts';
import { openPool } from '../../../adapters/postgres/pool.ts';
import type { Services } from '../../../base/services.ts';
import { rebuild } from '../../../ledger/rebuild.ts';
import { project } from '../../project.ts';
import { channelsOf } from '../channels.ts';
import { describeParty } from '../commands.ts';
import { meant } from '../match.ts';
import { aliasesOf, candidatesFor, partiesLike, partyById } from '../view.ts';
import { compareList, preview, recognise } from './compared.ts';
import { guess, readListed } from './row.ts';
import { confirmImport, runImport, writeList } from './run.ts';
import {
  beginImport,
  changeImport,
  chooseRows,
  countRows,
  type Import,
  loadImport,
  putFile,
  rowsPage,
} from './store.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await testDesk();
});
afterAll(() => desk.close());

const OCD = 'ocd-division/country:us/state';
const sample = (name: string) => readFile(new URL(`../../../../examples/directory/${name}`, import.meta.url));
async function* pieces(bytes: Uint8Array, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A list with its files, recognised; compared already where it is Open Civic Data's. */
async function bring(files: Readonly<Record<string, Uint8Array | string>>): Promise<Import> {
  const id = await beginImport(desk.services, desk.office.party);
  for (const [n, [name, content]] of Object.entries(files).entries()) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await putFile(desk.t.db, id, n, name, pieces(bytes), 10_000_000, () => new Error('too large'));
  }
  if ((await recognise(desk.services, id)) === 'ocd') await compareList(desk.services, id);
  return await loadImport(desk.t.db, id);
}
const ocd = async (change: (places: string) => string = (same) => same) =>
  bring({
    'us_census_places.csv.gz': gzipSync(change(String(await sample('us_census_places.csv')))),
    'aliases.csv': await sample('aliases.csv'),
    'census_whitelist.csv': await sample('census_whitelist.csv'),
  });
async function write(one: Import, services: Services = desk.services): Promise<Import> {
  await confirmImport(services, one.id);
  return await runImport(services, one.id);
}
const entries = async () => (await desk.t.db.selectFrom('log.head').select('size').executeTakeFirstOrThrow()).size;
const counted = async (one: Import) => {
  const { new: fresh, changed, gone, problem } = await countRows(desk.t.db, one.id);
  return { new: fresh.all, changed: changed.all, gone: gone.all, problem: problem.all, same: one.notes.same };
};
const find = async (
  name: string,
  state: string | null,
  kind: 'place' | 'county' = 'place',
  ocdId: string | null = null,
) => {
  const asked = { name, kind, state, ocdId };
  return meant(asked, (await candidatesFor(desk.t.db, [asked]))(asked));
};
const party = async (ocdId: string) => {
  const [found] = await partiesLike(desk.t.db, [ocdId], []);
  const one = found && (await partyById(desk.t.db, found.id));
  if (!one) throw new Error(`no ${ocdId}`);
  return one;
};

describe('Open Civic Data', () => {
  it('is compared first and writes nothing; what is confirmed is written once', async () => {
    const before = await entries();
    const one = await ocd();
    expect(one).toMatchObject({ form: 'ocd', state: 'compared', trouble: null });
    expect(await counted(one)).toEqual({ new: 27, changed: 0, gone: 0, problem: 0, same: 0 });
    expect(one.notes.lines).toEqual([
      expect.stringContaining('3 rows are other ids'),
      expect.stringContaining('2 divisions that the census does not count'),
      expect.stringContaining('1 ids stand for divisions that neither'),
    ]);
    expect(await entries()).toBe(before);
    const done = await write(one);
    expect(done).toMatchObject({ state: 'done', notes: { written: { new: 27, changed: 0, gone: 0, passed: 0 } } });
    // 27 parties, four ids that stand for theirs, three names that the list has of those.
    expect(await entries()).toBe(before + 27 + 4 + 3);
    const again = await ocd();
    expect(await counted(again)).toEqual({ new: 0, changed: 0, gone: 0, problem: 0, same: 27 });
    await write(again);
    expect(await entries()).toBe(before + 34);
  });

  it('knows kind and state by the id, and letters with accents', async () => {
    expect(await party('ocd-division/country:us/territory:pr/municipio:añasco')).toMatchObject({
      name: 'Añasco Municipio',
      kind: 'county',
      state: 'Puerto Rico',
      list: 'Open Civic Data',
    });
    expect(await find('La Canada Flintridge', 'CA')).toMatchObject({ match: 'known' });
  });

  it('resolves ids and names that stand for another', async () => {
    const county = await party(`${OCD}:ca/county:san_francisco`);
    expect((await aliasesOf(desk.t.db, county.id)).map(({ value }) => value)).toEqual([
      `${OCD}:ca/place:san_francisco`,
      'San Francisco city',
    ]);
    for (const asked of [
      await find('Anything', null, 'place', `${OCD}:ca/place:san_francisco`),
      await find('San Francisco', 'California'),
      await find('City and County of San Francisco', 'California'),
      await find('San Francisco County', 'California', 'county'),
    ])
      expect(asked).toMatchObject({ match: 'known', party: { id: county.id } });
  });

  it('never matches a bare Washington silently', async () => {
    expect(await find('Washington', null)).toMatchObject({ match: 'ambiguous', among: [{}, {}, {}] });
    expect(await find('Watsonville', null)).toMatchObject({ match: 'ambiguous', among: [{}] });
    expect(await find('Washington', 'Illinois')).toMatchObject({ match: 'ambiguous', among: [{}, {}] });
    expect(await find('City of Washington', 'Illinois')).toMatchObject({
      party: { name: 'Washington city', state: 'Illinois' },
    });
    expect(await find('Washington township', 'Illinois')).toMatchObject({ party: { name: 'Washington township' } });
    expect(await find('Washington village', 'Illinois')).toEqual({ match: 'new' });
    expect(await find('Washington', 'Iowa')).toMatchObject({ match: 'known', party: { state: 'Iowa' } });
    expect(await find('Oklahoma City', 'Oklahoma')).toMatchObject({ match: 'known' });
    expect(await find('Oklahoma', 'Oklahoma')).toEqual({ match: 'new' });
  });

  it('shows a changed name, old and new, and who is gone; each is written only where it is chosen', async () => {
    const one = await ocd((text) =>
      text
        .replace('Watsonville city', 'City of Watsonville')
        .replace('Fremont city', 'City of Fremont')
        .replace(/.*Burlington.*\n/, ''),
    );
    expect(await counted(one)).toEqual({ new: 0, changed: 2, gone: 1, problem: 0, same: 24 });
    const rows = await rowsPage(desk.t.db, one.id, 'changed', 0, 10);
    expect(rows.map((row) => row.before)).toEqual([
      [{ field: 'name', before: 'Fremont city', after: 'City of Fremont' }],
      [{ field: 'name', before: 'Watsonville city', after: 'City of Watsonville' }],
    ]);
    await chooseRows(desk.services, one.id, 'changed', { shown: rows.map(({ n }) => n), ticked: [rows[1]?.n ?? -1] });
    expect(await countRows(desk.t.db, one.id)).toMatchObject({ changed: { chosen: 1 }, gone: { chosen: 0 } });
    await chooseRows(desk.services, one.id, 'gone', 'all');
    await write(one);
    expect((await party(`${OCD}:ca/place:watsonville`)).name).toBe('City of Watsonville');
    expect((await party(`${OCD}:ca/place:fremont`)).name).toBe('Fremont city');
    expect(await party(`${OCD}:vt/place:burlington`)).toMatchObject({ ended: true });
    // It is still found under the name it had, and comes back with the list.
    expect(await partiesLike(desk.t.db, [], ['watsonville CITY'])).toMatchObject([{ name: 'City of Watsonville' }]);
    const back = await ocd((text) => text.replace('Watsonville city', 'City of Watsonville'));
    expect((await rowsPage(desk.t.db, back.id, 'changed', 0, 10)).map((row) => row.before)).toEqual([
      [{ field: 'in the list', before: 'no more', after: 'again' }],
    ]);
    await write(back);
    expect(await party(`${OCD}:vt/place:burlington`)).toMatchObject({ ended: false });
  });

  it('passes over what somebody wrote between comparing and writing', async () => {
    const one = await ocd((text) => text.replace('Watsonville city', 'Watsonville'));
    const { id } = await party(`${OCD}:ca/place:watsonville`);
    const form = {
      name: 'Watsonville, the city',
      kind: 'place',
      ocdId: `${OCD}:ca/place:watsonville`,
      state: 'California',
    };
    const more = { seat: '', timeZone: 'America/Los_Angeles', since: '', reason: 'By hand.' };
    await describeParty(desk.services, desk.office.party, id, { ...form, ...more }, desk.t.newId());
    expect((await write(one)).notes.written).toMatchObject({ changed: 0, passed: 1 });
    expect((await party(`${OCD}:ca/place:watsonville`)).name).toBe('Watsonville, the city');
  });
});

describe('any list', () => {
  const CSV = [
    'Jurisdiction;Type;St;Clerk mail;Phone',
    'Cedar County;county;NE;records@cedar-county.example.gov;+1 555 0100',
    'Millbrook;town;NE;clerk@millbrook.example.gov;',
    'Washington;place;;nobody@example.gov;',
    'Stone Hollow;hamlet;NE;;',
    'Elm;place;NE;not an address;',
    '=HYPERLINK("x");place;NE;;',
    'Cedar County;county;Nebraska;;',
  ].join('\r\n');

  it('has its columns named first, and every bad row by its line', async () => {
    const one = await bring({ 'clerks.csv': CSV });
    expect(one).toMatchObject({ form: 'csv', state: 'mapping' });
    const mapped = { ...guess(['Jurisdiction', 'Type', 'St', 'Clerk mail', 'Phone'], 'clerks') };
    expect(one.mapping).toEqual(mapped);
    expect(mapped.columns).toMatchObject({ name: 0, kind: 1, state: 2, mail: null, phone: 4 });
    await changeImport(desk.services, one.id, {
      mapping: { ...mapped, columns: { ...mapped.columns, mail: 3 } },
      state: 'comparing',
    });
    const { columns, rows } = await preview(desk.services, await loadImport(desk.t.db, one.id), 2);
    expect(columns[3]).toBe('Clerk mail');
    expect(rows[0]?.read).toMatchObject({
      name: 'Cedar County',
      state: 'Nebraska',
      channels: [{ type: 'mail' }, { type: 'phone' }],
    });
    await compareList(desk.services, one.id);
    const problems = await rowsPage(desk.t.db, one.id, 'problem', 0, 10);
    expect(problems.map(({ line, problem }) => `${line}: ${problem}`)).toEqual([
      expect.stringMatching(/^4: Washington is ambiguous/),
      expect.stringMatching(/^5: The kind “hamlet” is none of/),
      expect.stringMatching(/^6: E-mail address “not an address”/),
      expect.stringMatching(/^7: The name starts with “=”/),
      expect.stringMatching(/^8: Cedar County is the same party as the one in line 2/),
    ]);
    const done = await write(await loadImport(desk.t.db, one.id));
    expect(done.notes.written).toMatchObject({ new: 2 });
    const [county] = await partiesLike(desk.t.db, [], ['cedar county']);
    const channels = await channelsOf(desk.t.db, desk.office.party, county?.id ?? '');
    expect(channels.map(({ address }) => address).sort()).toEqual(['+1 555 0100', 'records@cedar-county.example.gov']);
    // What an organisation knows of an address is its own, in the ledger and in what others may read.
    expect(await channelsOf(desk.t.db, desk.t.newId(), county?.id ?? '')).toEqual([]);
    const told = await desk.t.db
      .selectFrom('ledger.entry')
      .select('audience')
      .where('kind', '=', 'channel.noted')
      .execute();
    expect(new Set(told.map((row) => row.audience))).toEqual(new Set(['own']));
  });

  it('shows a changed address as a difference, and lets it take the place of the one before', async () => {
    const csv = 'name,kind,state,email\nCedar County,county,Nebraska,clerk@cedar-county.example.gov\n';
    const one = await bring({ 'clerks.csv': csv });
    await changeImport(desk.services, one.id, { state: 'comparing' });
    await compareList(desk.services, one.id);
    const [row] = await rowsPage(desk.t.db, one.id, 'changed', 0, 10);
    expect(row?.before).toEqual([
      { field: 'mail', before: 'records@cedar-county.example.gov', after: 'clerk@cedar-county.example.gov' },
    ]);
    await write(await loadImport(desk.t.db, one.id));
    const [county] = await partiesLike(desk.t.db, [], ['Cedar County']);
    const mail = (await channelsOf(desk.t.db, desk.office.party, county?.id ?? '')).filter(
      (each) => each.type === 'mail',
    );
    expect(mail.map(({ address, over }) => [address, over])).toEqual([
      ['clerk@cedar-county.example.gov', null],
      ['records@cedar-county.example.gov', 'another took its place'],
    ]);
  });

  it.each([
    ['is no text', new Uint8Array([0xff, 0x00, 0xd8, 0x41])],
    ['is empty', ''],
    ['ends within quotation marks', 'name,kind\nA,"other\n'],
    ['is packed and cut off', gzipSync('name,kind\nA,other\n'.repeat(5000)).subarray(0, 60)],
  ])('that %s is refused as a whole', async (_, content) => {
    await expect(bring({ 'list.csv': content })).rejects.toMatchObject({ code: 'list-refused' });
  });

  it('that is none of Open Civic Data’s does not come with them', async () => {
    const files = { 'aliases.csv': await sample('aliases.csv'), 'mine.csv': 'name,kind\nA,other\n' };
    await expect(bring(files)).rejects.toThrow(/mine.csv is none of/);
  });

  it('reads rows by the mapping alone', () => {
    const map = { ...guess(['a', 'b'], 'x'), columns: { ...guess([], 'x').columns, name: 1 }, kind: 'agency' as const };
    expect(readListed(['zzz', 'Board of Examples'], map)).toMatchObject({
      name: 'Board of Examples',
      kind: 'agency',
      state: null,
    });
    expect(readListed(['zzz'], map)).toBe('The name is missing.');
  });
});

describe('a list of many', () => {
  const N = 2600;
  const csv = `name,kind,state\n${Array.from({ length: N }, (_, i) => `Hamlet ${i},place,Example State`).join('\n')}\n`;

  it('goes on where it was stopped, and writes nobody twice', async () => {
    const one = await bring({ 'many.csv': csv });
    await changeImport(desk.services, one.id, { state: 'comparing' });
    await compareList(desk.services, one.id);
    await confirmImport(desk.services, one.id);
    const before = await entries();
    let asked = 0;
    await writeList(desk.services, one.id, () => ++asked < 2);
    expect(await loadImport(desk.t.db, one.id)).toMatchObject({ state: 'writing', done: 1000, total: N });
    // The second chunk is stored, and the answer is lost.
    const lost: Services = {
      ...desk.services,
      ledger: {
        ...desk.services.ledger,
        append: async (command) => {
          await desk.services.ledger.append(command);
          throw new Error('cut off');
        },
      },
    };
    await expect(writeList(lost, one.id)).rejects.toThrow('cut off');
    expect(await entries()).toBe(before + 2000);
    expect(await runImport(desk.services, one.id)).toMatchObject({ state: 'done', notes: { written: { new: N } } });
    expect(await entries()).toBe(before + N);
    await expect(confirmImport(desk.services, one.id)).rejects.toMatchObject({ code: 'import-moved-on' });
  });

  it('leaves views that are the same when they are made anew', async () => {
    const owner = openPool(desk.t.database.ownerConfig, 2);
    expect((await rebuild(owner, project)).tables.filter((t) => t.onlyBefore + t.onlyRebuilt > 0)).toEqual([]);
    await owner.end();
  });
});
