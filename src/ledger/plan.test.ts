/** Plans are made before the log is locked: what happens when the log, or another server process, was not where it was thought to be. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partyEntry, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { Conflict, InvalidInput } from '../base/errors.ts';
import { commitment, hex } from '../proof/index.ts';
import { streamOf } from '../rooms/entries.ts';
import { BinaryRows } from './binary.ts';
import { copyIn } from './copy.ts';
import { fsck } from './fsck.ts';
import { arrayText } from './sql.ts';
import { commitInto } from './stamp.ts';

let one: TestLedger;
let two: TestLedger;
beforeAll(async () => {
  one = await testLedger();
  // A second server process on the same database, with a clock of its own.
  two = await testLedger({ database: one.database });
});
afterAll(async () => {
  await two.close();
  await one.close();
});

const many = (t: TestLedger, n: number) => Array.from({ length: n }, () => partyEntry(t));

describe('two server processes', () => {
  it('keep one order without gaps, and times that never go back, though their clocks differ', async () => {
    two.clock.tick(5_000);
    const done = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        (i % 2 === 0 ? one : two).ledger.append({ key: `both-${i}`, entries: many(one, i % 7 === 0 ? 600 : 3) }),
      ),
    );
    const positions = done.flatMap((d) => d.entries.map((e) => e.position)).sort((a, b) => a - b);
    expect(positions).toEqual(positions.map((_, i) => i));
    const { rows } = await one.pool.query<{ n: number; late: number }>(`
      select count(*) as n, count(*) filter (where recorded_at < before) as late
      from (select recorded_at, lag(recorded_at) over (order by seq) as before from ledger.entry) t`);
    expect(rows[0]).toEqual({ n: positions.length, late: 0 });
    for (const { entries } of done) {
      for (const { position, entry } of entries.slice(0, 2)) {
        const { rows: stored } = await one.pool.query('select seq from ledger.entry where id = $1', [entry.id]);
        expect(stored).toEqual([{ seq: position }]);
      }
    }
    await one.ledger.publish();
    expect(await fsck({ pool: one.pool, origin: TEST_ORIGIN, key: one.signer.key, streamOf })).toMatchObject({
      ok: true,
      entries: positions.length,
    });
  });

  it('write a key once, and tell the second what the first wrote', async () => {
    const [a, b] = await Promise.all([
      one.ledger.append({ key: 'shared', entries: many(one, 2) }),
      two.ledger.append({ key: 'shared', entries: many(two, 2) }),
    ]);
    expect([a.repeated, b.repeated].sort()).toEqual([false, true]);
    expect(a.entries.map((e) => e.entry.id)).toEqual(b.entries.map((e) => e.entry.id));
  });

  it('refuse what was decided before the other wrote', async () => {
    const first = partyEntry(one);
    const stream = streamOf(first);
    const [position] = (await one.ledger.append({ key: 'opened', entries: [first] })).entries;
    const last = position?.position ?? -1;
    const outcomes = await Promise.allSettled([
      one.ledger.append({ key: 'mine', entries: [partyEntry(one)], expect: [{ stream, last }] }),
      two.ledger.append({ key: 'theirs', entries: [partyEntry(two)], expect: [{ stream, last: null }] }),
      two.ledger.append({ key: 'none', entries: [partyEntry(two)], expect: [{ stream: two.newId(), last: null }] }),
    ]);
    expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: expect.any(Conflict) });
  });
});

describe('batches made ready behind one that fails', () => {
  it('are written where the log really ends', async () => {
    const bad = {
      ...partyEntry(one),
      id: (await one.ledger.append({ key: 'base', entries: many(one, 1) })).entries[0]?.entry.id ?? '',
    };
    const outcomes = await Promise.allSettled([
      one.ledger.append({ key: 'f1', entries: [...many(one, 3000), bad] }),
      one.ledger.append({ key: 'f2', entries: many(one, 3000) }),
      one.ledger.append({ key: 'f3', entries: many(one, 3000) }),
    ]);
    expect(outcomes.map((o) => o.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    const { rows } = await one.pool.query<{ n: number; size: number; last: number }>(
      'select count(*) as n, (select size from log.head) as size, max(seq) as last from ledger.entry',
    );
    expect(rows[0]?.n).toBe(rows[0]?.size);
    expect(rows[0]?.last).toBe((rows[0]?.size ?? 0) - 1);
    const { rows: views } = await one.pool.query<{ n: number }>(
      'select count(*) as n from view.party p join ledger.entry e on e.seq = p.seq and e.stream = p.id',
    );
    expect(views[0]?.n).toBe(rows[0]?.n);
  });
});

describe('what travels to the database', () => {
  it('spells arrays so that every text comes back as it was', async () => {
    const texts = [
      'a',
      '',
      'null',
      'NULL',
      '{',
      '}',
      ',',
      '"',
      '\\',
      '\\"',
      ' x ',
      'tab\there',
      'a,b',
      'true',
      'é\u{1F600}',
      null,
      '2026-03-02T15:04:05.000Z',
    ];
    const { rows } = await one.pool.query<{ t: string | null }>(
      'select t from unnest($1::text[]) with ordinality u (t, n) order by n',
      [arrayText(texts)],
    );
    expect(rows.map((row) => row.t)).toEqual(texts);
    expect(arrayText([])).toBe('{}');
  });

  it('comes back from binary rows as it was', async () => {
    const times = ['0001-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '1999-12-31T23:59:59.999Z'];
    times.push(
      '2000-01-01T00:00:00.000Z',
      '2000-02-29T12:00:00.001Z',
      '2026-03-02T15:04:05.006Z',
      '9999-12-31T23:59:59.999Z',
    );
    const texts = ['', 'a', 'é\u{1F600}', '\\.', '\t\n\r', '"', '{}', 'x'.repeat(100_000)];
    const rows = new BinaryRows(4, 10);
    const expected: object[] = [];
    for (const [i, text] of texts.entries()) {
      const [id, at] = [i % 3 === 0 ? null : one.newId(), times[i % times.length] ?? ''];
      rows.row();
      rows.uuid(id);
      rows.text(text);
      rows.time(at);
      rows.bytes(new Uint8Array([i, 255, 0]));
      // What is taken back leaves nothing behind.
      const mark = rows.mark;
      rows.row();
      rows.text('taken back');
      rows.back(mark);
      const spelled = at.replace('T', ' ').replace('Z', '');
      expected.push({ id, text, at: spelled, bytes: Buffer.from([i, 255, 0]) });
    }
    for (const bad of [
      '',
      'x',
      one.newId().toUpperCase(),
      one.newId().replace('-', '0'),
      `${one.newId()}0`,
      'é'.repeat(36),
    ])
      expect(() => rows.uuid(bad)).toThrow(InvalidInput);
    expect(() => rows.time('yesterday')).toThrow(InvalidInput);
    const client = await one.pool.connect();
    try {
      await client.query('create temp table copied (n serial, id uuid, text text, at timestamptz, bytes bytea)');
      const sent = [
        copyIn(client, 'copied', 'copy copied (id, text, at, bytes) from stdin (format binary)', rows.done()),
        client.query(
          `select id, text, to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') as at, bytes from copied order by n`,
        ),
      ] as const;
      await sent[0];
      expect((await sent[1]).rows).toEqual(expected);
      // A statement that is refused: the rows behind it are passed over, and the connection goes on.
      const refused = copyIn(client, 'nowhere', 'copy nowhere from stdin (format binary)', rows.done());
      const after = client.query('select 1 as n');
      await expect(refused).rejects.toThrow('nowhere');
      expect((await after).rows).toEqual([{ n: 1 }]);
    } finally {
      client.release(true);
    }
  });

  it('is refused alone where an id is none', async () => {
    const outcomes = await Promise.allSettled([
      one.ledger.append({ key: 'good-1', entries: many(one, 2) }),
      one.ledger.append({ key: 'bad', entries: [partyEntry(one), { ...partyEntry(one), by: 'nobody' }] }),
      one.ledger.append({ key: 'good-2', entries: many(one, 2) }),
    ]);
    expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: expect.any(InvalidInput) });
  });

  it('commits as src/proof does', () => {
    for (const length of [0, 1, 23, 24, 31, 32, 63, 64, 500, 60_000]) {
      const [opening, canonical] = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(length))];
      const into = Buffer.alloc(40, 7);
      commitInto(opening, canonical, into, 4);
      expect(into.toString('hex')).toBe(`07070707${hex(commitment(opening, canonical))}07070707`);
    }
  });
});
