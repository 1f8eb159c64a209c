import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, placesCsv, testDesk } from '../../../test/support/desk.ts';
import { EMPTY_DRAFT } from './draft.ts';
import { countRecipients, problemsOf, replaceRecipients } from './draft-recipients.ts';
import { createDraft } from './drafts.ts';
import { readRecipients } from './recipients.ts';

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
    for (const one of [bytes(text), utf16]) expect((await readRecipients(one)).rows[0]?.name).toBe('Cité');
    const unmarked = new Uint8Array(Buffer.from('name,kind\n', 'utf16le'));
    await expect(readRecipients(unmarked)).rejects.toThrow(/UTF-16 without/);
    await expect(readRecipients(new Uint8Array([0x6e, 0xff, 0x6d]))).rejects.toThrow(/not text in UTF-8/);
    await expect(readRecipients(new Uint8Array(0))).rejects.toThrow(/has no column name/);
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
});
