import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, placesCsv, testDesk } from '../../../test/support/desk.ts';
import type { Named, Party } from '../directory/view.ts';
import { EMPTY_DRAFT } from './draft.ts';
import { countRecipients, problemsOf } from './draft-recipients.ts';
import { createDraft } from './drafts.ts';
import { readInBackground, readingOf, replaceRecipients, resumeReading, stopReading, takeFile } from './reading.ts';
import { readRecipients } from './recipients.ts';
import { matchParty } from './same-party.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a list of recipients', () => {
  it('is read the same wherever the slices fall that it is read in', async () => {
    // Cells with line breaks, quotes and letters of several bytes, on every boundary of 64 KiB there may be.
    const rows = Array.from(
      { length: 4000 },
      (_, i) => `"Plåce ""${i}"" ${'ñ'.repeat(i % 37)}",place,Example State,,,"left\nright ${i}"`,
    );
    const read = await readRecipients(bytes(`\ufeffname,kind,state,ocd_id,email,remark\r\n${rows.join('\r\n')}`));
    // A merge field is one line, so each of these rows is named with what is wrong; none is lost and none comes twice.
    expect(read.columns).toEqual(['remark']);
    expect(read.problems.length + read.rows.length).toBe(4000);
    const plain = await readRecipients(
      bytes(
        `name,kind,state\n${rows.map((row) => row.split(',"left')[0]?.replace(',,,', '')).join('\n')}`.replaceAll(
          ',,',
          '',
        ),
      ),
    );
    expect(plain.problems).toEqual([]);
    expect(plain.rows.map((row) => row.name)).toEqual(
      Array.from({ length: 4000 }, (_, i) => `Plåce "${i}" ${'ñ'.repeat(i % 37)}`.trim()),
    );
    expect(plain.rows.map((row) => row.line)).toEqual(Array.from({ length: 4000 }, (_, i) => i + 2));
  });

  it('may be UTF-16 with its mark, or separated by semicolons', async () => {
    const text = 'name;kind;state\nCité;place;Example State\n';
    const utf16 = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));
    const big = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le').swap16());
    for (const one of [bytes(text), utf16, big]) expect((await readRecipients(one)).rows[0]?.name).toBe('Cité');
    // As a spreadsheet writes “Unicode Text”: UTF-16, tabs, quotes where a cell holds a comma.
    const unicode = '\ufeffname\tkind\tstate\tremark\r\n"Cité, la"\tplace\tExample State\t"a, b; c"\r\n';
    const exported = await readRecipients(new Uint8Array(Buffer.from(unicode, 'utf16le')));
    expect(exported.rows).toMatchObject([{ name: 'Cité, la', state: 'Example State', merge: { remark: 'a, b; c' } }]);
    const unmarked = new Uint8Array(Buffer.from('name,kind\n', 'utf16le'));
    await expect(readRecipients(unmarked)).rejects.toThrow(/UTF-16 without/);
    await expect(readRecipients(new Uint8Array([0x6e, 0xff, 0x6d]))).rejects.toThrow(/not text in UTF-8/);
    await expect(readRecipients(new Uint8Array(0))).rejects.toThrow(/has no column name/);
  });
});

describe('a row', () => {
  const HEAD = 'name,kind,state,ocd_id,email,phone';
  const CA = 'ocd-division/country:us/state:ca';
  const said = async (...rows: readonly string[]) => {
    const { rows: good, problems } = await readRecipients(bytes([HEAD, ...rows].join('\n')));
    return [...good.map(({ name, state }) => `${name}: ${state}`), ...problems.map((p) => `${p.line} ${p.what}`)];
  };
  const again = (n: number, how: string) =>
    `3 Watsonville stands in line ${n} already, ${how} an ocd_id. If these are two, give each its own ocd_id.`;

  it.each<[string, readonly string[], readonly string[]]>([
    [
      'with an id and without',
      [`Watsonville,city,California,${CA}/place:watsonville,,`, 'WATSONVILLE,place,CA,,,'],
      ['Watsonville: California', again(2, 'with').replace('Watsonville', 'WATSONVILLE')],
    ],
    [
      'without an id and with, its state in the id alone',
      ['Watsonville,place,ca,,,', `Watsonville,place,,${CA}/place:watsonville,,`],
      ['Watsonville: California', again(2, 'without')],
    ],
    [
      'with its state by name and by letters',
      ['Watsonville,place,california,,,', 'Watsonville,city,CA,,,'],
      ['Watsonville: California', '3 Watsonville stands in line 2 already.'],
    ],
    [
      'of one id and two names',
      [`Watsonville,place,CA,${CA}/place:watsonville,,`, `Monterey,county,CA,${CA}/place:watsonville,,`],
      [
        'Watsonville: California',
        '3 Monterey (county, California) has the same ocd_id as Watsonville (place, California) in line 2.',
      ],
    ],
    [
      'of one name and two ids, or in two states',
      [`Lake,place,CA,${CA}/place:lake,,`, `Lake,place,CA,${CA}/place:lake~2,,`, 'Lake,place,Nevada,,,'],
      ['Lake: California', 'Lake: California', 'Lake: Nevada'],
    ],
    [
      'whose state is not that of its id',
      [`Watsonville,place,Illinois,${CA}/place:watsonville,,`],
      [
        `2 The state is “Illinois”, but the ocd_id “${CA}/place:watsonville” lies in California. Write California, leave the state empty, or mend the ocd_id.`,
      ],
    ],
    [
      'with a dash for what there is not, and a telephone number',
      ['Watsonville,place,CA,-,–,+1 555 0100', 'State of Example,state,-,,,-'],
      ['Watsonville: California', 'State of Example: null'],
    ],
    [
      'with a formula in a column that is used, and in one that is not',
      ['Watsonville,place,CA,,=1+1,', 'Lake,place,-CA,,,', 'Monterey,county,CA,,,=cmd()'],
      [
        'Monterey: California',
        '2 The email starts with “=”, which a spreadsheet would run as a formula.',
        '3 The state starts with “-”, which a spreadsheet would run as a formula.',
      ],
    ],
    [
      'with marks that turn the reading direction',
      ['\u061cWatsonville,place,CA,,,', 'Wat\u2067sonville,place,CA,,,'],
      [
        '2 The name contains control characters or hidden direction marks.',
        '3 The name contains control characters or hidden direction marks.',
      ],
    ],
  ])('%s', async (_, rows, expected) => expect(await said(...rows)).toEqual(expected));
});

describe('a party of the directory', () => {
  const party: Party & { kind: 'place' } = {
    id: 'p',
    name: 'Watsonville',
    kind: 'place',
    ocdId: 'ocd-division/country:us/state:ca/place:w',
    state: 'California',
  };
  const row: Named = { name: 'Watsonville', kind: 'place', state: 'California', ocdId: party.ocdId };
  it.each<[string, Partial<Named>, string]>([
    ['the same in all', {}, 'known'],
    ['without the id', { ocdId: null }, 'known'],
    ['without the state', { state: null }, 'known'],
    ['with its state by letters and no id', { ocdId: null, state: 'CA' }, 'known'],
    ['under another name', { name: 'Santa Cruz' }, 'contradicts'],
    ['of another kind', { kind: 'county' }, 'contradicts'],
    ['in another state, without the id', { ocdId: null, state: 'Nevada' }, 'new'],
    ['of another id', { ocdId: `${party.ocdId}2` }, 'new'],
  ])('%s: %o', (_, change, match) => {
    expect(matchParty({ ...row, ...change }, [party]).match).toBe(match);
  });

  it('known under its id is the same by every name that it has or had, and by no other', () => {
    const former = { ...row, name: 'Pajaro Landing' };
    expect(matchParty(former, [{ ...party, how: 'id' }]).match).toBe('contradicts');
    for (const how of ['name', 'alias', 'bare'] as const)
      expect(
        matchParty(former, [
          { ...party, how: 'id' },
          { ...party, how },
        ]).match,
      ).toBe('known');
    // A city and county in one stands in the directory once.
    const county: Named = { ...row, kind: 'county' };
    expect(
      matchParty(county, [
        { ...party, how: 'id' },
        { ...party, how: 'alias' },
      ]).match,
    ).toBe('known');
    expect(
      matchParty(county, [
        { ...party, how: 'id' },
        { ...party, how: 'name' },
      ]).match,
    ).toBe('contradicts');
  });

  it('written with letters matches a row that writes it out', () => {
    const old = { ...party, ocdId: null, state: 'CA' };
    expect(matchParty({ ...row, ocdId: null }, [old])).toEqual({ match: 'known', party: old });
    expect(matchParty(row, [old, { ...old, id: 'q' }]).match).toBe('ambiguous');
  });
});

describe('100,000 recipients', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await testDesk();
  });
  afterAll(() => desk.close());

  it('are read, checked and kept without keeping anybody waiting', async () => {
    const draft = await createDraft(desk.services, await desk.openMatter(), EMPTY_DRAFT);
    const csv = bytes(
      `${placesCsv(100_000)}Place 000007,city,Example State,ocd-division/country:us/state:zz/place:p000007,\r\n`,
    );
    const watch = monitorEventLoopDelay({ resolution: 5 });
    watch.enable();
    const read = await replaceRecipients(desk.services, draft, csv);
    watch.disable();
    expect(read).toEqual({ rows: 100_000, problems: 1 });
    expect(await countRecipients(desk.t.db, draft)).toMatchObject({ total: 100_000, withMail: 100_000, problems: 1 });
    expect(await problemsOf(desk.t.db, draft, 5)).toEqual([
      { line: 100_002, what: 'Place 000007 stands in line 8 already.' },
    ]);
    // Alone on a machine it is some 20 ms at most; a busy machine adds what it takes from everybody.
    if (process.env.SHOW_DELAY)
      process.stderr.write(`longest ${watch.max / 1e6} ms, p99 ${watch.percentile(99) / 1e6} ms\n`);
    expect(watch.percentile(99) / 1e6).toBeLessThan(150);
    // Read in one go it would be seconds.
    expect(watch.max / 1e6).toBeLessThan(1000);
  });

  it('that a stop interrupted are read at the next start, once; what is on its way or refused changes nothing', async () => {
    const draft = await createDraft(desk.services, await desk.openMatter(), EMPTY_DRAFT);
    await replaceRecipients(desk.services, draft, bytes(placesCsv(2)));
    async function* broken() {
      yield bytes('name,kind\n');
      throw new Error('the line broke');
    }
    await expect(takeFile(desk.services, draft, broken())).rejects.toThrow('the line broke');
    expect(await readingOf(desk.t.db, draft)).toBeNull();
    async function* whole() {
      yield bytes(placesCsv(20_000));
    }
    await takeFile(desk.services, draft, whole());
    const first = { ...desk.services };
    const reading = readInBackground(first, draft);
    await expect.poll(async () => (await readingOf(desk.t.db, draft))?.done, { interval: 5 }).toBeGreaterThan(0);
    await stopReading(first);
    await reading;
    const left = await readingOf(desk.t.db, draft);
    expect(left).toMatchObject({ total: expect.any(Number), refused: null });
    expect(['read', 'refused']).not.toContain(left?.stage);
    expect((await countRecipients(desk.t.db, draft)).total).toBe(2);
    // Two processes start at once.
    const starts = [{ ...desk.services }, { ...desk.services }];
    for (const one of starts) expect(await resumeReading(one)).toBe(1);
    await Promise.all(starts.map((one) => readInBackground(one, draft)));
    await expect
      .poll(async () => await readingOf(desk.t.db, draft), { timeout: 20_000 })
      .toMatchObject({ stage: 'read', done: 20_000, problems: 0, refused: null });
    await Promise.all(starts.map(stopReading));
    expect((await countRecipients(desk.t.db, draft)).total).toBe(20_000);
    expect(await desk.t.db.selectFrom('work.recipients_part').select('n').execute()).toEqual([]);
  });
});
