import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partyEntry, random, TEST_ORIGIN, type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { openPool } from '../adapters/postgres/pool.ts';
import { Conflict, InvalidInput } from '../base/errors.ts';
import { verifyReceipt } from '../proof/index.ts';
import { streamOf } from '../rooms/entries.ts';
import { project } from '../rooms/project.ts';
import { fsck } from './fsck.ts';
import { rebuild } from './rebuild.ts';

let t: TestLedger;
beforeAll(async () => {
  t = await testLedger();
});
afterAll(() => t.close());

const check = () => fsck({ pool: t.pool, origin: TEST_ORIGIN, key: t.signer.key, streamOf });

describe('append', () => {
  it('writes entries once, in order, with a receipt that verifies offline', async () => {
    const appended = await t.ledger.append({ key: 'a', entries: [partyEntry(t), partyEntry(t)] });
    expect(appended.repeated).toBe(false);
    expect(appended.entries.map((e) => e.position)).toEqual([0, 1]);
    const id = appended.entries[1]?.entry.id ?? '';
    expect(await t.ledger.receipt(id)).toBeNull();
    await t.ledger.publish();
    const receipt = await t.ledger.receipt(id);
    const verdict = await verifyReceipt({ receipt: receipt?.json ?? '', policy: t.policy });
    expect(verdict).toMatchObject({ ok: true, index: 1, size: 2, origin: TEST_ORIGIN });
  });

  it('gives the same receipt byte for byte after the log has grown', async () => {
    const [first] = (await t.ledger.append({ key: 'b', entries: [partyEntry(t)] })).entries;
    await t.ledger.publish();
    const before = await t.ledger.receipt(first?.entry.id ?? '');
    await t.ledger.append({ key: 'c', entries: Array.from({ length: 300 }, () => partyEntry(t)) });
    await t.ledger.publish();
    expect((await t.ledger.receipt(first?.entry.id ?? ''))?.json).toBe(before?.json);
  });

  it('writes a repeated key once, also when both come at the same time, and gives the entries of then', async () => {
    const entry = partyEntry(t);
    const [one, two] = await Promise.all([
      t.ledger.append({ key: 'twice', entries: [entry] }),
      t.ledger.append({ key: 'twice', entries: [partyEntry(t)] }),
    ]);
    const three = await t.ledger.append({ key: 'twice', entries: [partyEntry(t)] });
    expect([one.repeated, two.repeated, three.repeated]).toEqual([false, true, true]);
    expect(two.entries).toEqual(one.entries);
    expect(three.entries).toEqual(one.entries);
  });

  it('refuses a decision made on an older state, in the same batch and in a later one', async () => {
    const first = partyEntry(t);
    const stream = streamOf(first);
    const renamed = () => ({ ...partyEntry(t), body: { ...first.body } });
    const outcomes = await Promise.allSettled([
      t.ledger.append({ key: 'x1', entries: [first], expect: [{ stream, last: null }] }),
      t.ledger.append({ key: 'x2', entries: [renamed()], expect: [{ stream, last: null }] }),
    ]);
    expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'rejected']);
    await expect(
      t.ledger.append({ key: 'x3', entries: [renamed()], expect: [{ stream, last: null }] }),
    ).rejects.toThrow(Conflict);
  });

  it('lets one bad command fail alone', async () => {
    const good = partyEntry(t);
    const clash = { ...partyEntry(t), id: good.id };
    const outcomes = await Promise.allSettled([
      t.ledger.append({ key: 'g', entries: [good] }),
      t.ledger.append({ key: 'h', entries: [clash] }),
      t.ledger.append({ key: 'i', entries: [{ ...partyEntry(t), kind: 'nothing.known' }] }),
      t.ledger.append({ key: 'j', entries: [{ ...partyEntry(t), body: { party: 'x' } }] }),
      t.ledger.append({ key: 'k', entries: [partyEntry(t)] }),
    ]);
    expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled']);
    expect(outcomes[2]).toMatchObject({ reason: expect.any(InvalidInput) });
  });

  it('keeps every column of work rows that come together but name different ones', async () => {
    const due = { kind: 'letter', address: 'clerk@example.gov', not_before: '2026-03-02T15:00:00Z', params: {} };
    const given = { state: 'queued', attempts: 0 };
    await Promise.all([
      t.ledger.append({
        key: 'mixed1',
        entries: [],
        rows: [{ table: 'work.outbox', rows: [{ ...due, ...given, key: 'm1' }] }],
      }),
      t.ledger.append({
        key: 'mixed2',
        entries: [],
        rows: [{ table: 'work.outbox', rows: [{ ...due, ...given, key: 'm2', error: 'kept' }] }],
      }),
    ]);
    const { rows } = await t.pool.query("select key, error from work.outbox where key in ('m1', 'm2') order by key");
    expect(rows).toEqual([
      { key: 'm1', error: null },
      { key: 'm2', error: 'kept' },
    ]);
  });

  it('never lets recordedAt go backwards when the clock is set back', async () => {
    const now = t.clock.now();
    const [one] = (await t.ledger.append({ key: 'clock1', entries: [partyEntry(t)] })).entries;
    t.clock.set(now - 3_600_000);
    const [two] = (await t.ledger.append({ key: 'clock2', entries: [partyEntry(t)] })).entries;
    t.clock.set(now);
    expect((two?.entry.recordedAt ?? '') >= (one?.entry.recordedAt ?? '~')).toBe(true);
  });

  it('keeps one order without gaps under 64 callers', async () => {
    const done = await Promise.all(
      Array.from({ length: 640 }, (_, i) => t.ledger.append({ key: `many-${i}`, entries: [partyEntry(t)] })),
    );
    const positions = done.map((d) => d.entries[0]?.position ?? -1);
    expect(new Set(positions).size).toBe(640);
    expect(Math.max(...positions) - Math.min(...positions)).toBe(639);
  });
});

describe('the rhythm of the server', () => {
  it('has a receipt ready within a second, in the median of nine', async () => {
    const own = await testLedger({ start: true, ownRhythm: true });
    try {
      const took: number[] = [];
      for (let i = 0; i < 9; i++) {
        const entry = partyEntry(own);
        const asked = performance.now();
        await own.ledger.append({ key: entry.id, entries: [entry] });
        // As people do: ask until it is there.
        while ((await own.ledger.receipt(entry.id)) === null) await new Promise((resolve) => setTimeout(resolve, 5));
        took.push(performance.now() - asked);
        // Not in step with the rhythm.
        await new Promise((resolve) => setTimeout(resolve, 37 * i));
      }
      const median = took.toSorted((a, b) => a - b)[4] ?? Number.POSITIVE_INFINITY;
      console.log(`from asking to receipt: ${took.map(Math.round).join(' ')} ms, median ${Math.round(median)}`);
      expect(median).toBeLessThanOrEqual(1_000);
    } finally {
      await own.close();
    }
  });
});

describe('what an append costs', () => {
  it.each(['alone', 'among others'] as const)(
    'is the same number of queries for one command and for fifty, %s',
    async (company) => {
      const counted = await testLedger();
      const client = await counted.pool.connect();
      const proto = Object.getPrototypeOf(client) as object;
      client.release();
      const queries: string[] = [];
      const original = Reflect.get(proto, 'query');
      Reflect.set(proto, 'query', function (this: unknown, ...args: unknown[]) {
        const [q] = args;
        queries.push(typeof q === 'string' ? q : String(Reflect.get(Object(q), 'name')).replace(/-\d+$/, ''));
        return Reflect.apply(original, this, args);
      });
      try {
        // The first of a process also asks for the types of columns.
        await counted.ledger.append({ key: 'first', entries: [partyEntry(counted)] });
        if (company === 'among others') {
          const other = await testLedger({ database: counted.database });
          await other.ledger.append({ key: 'other', entries: [partyEntry(other)] });
          await other.close();
          // It finds out when it writes the next time.
          await counted.ledger.append({ key: 'second', entries: [partyEntry(counted)] });
        }
        queries.length = 0;
        await counted.ledger.append({ key: 'one', entries: [partyEntry(counted)] });
        const one = [...queries];
        queries.length = 0;
        await Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            counted.ledger.append({ key: `h${i}`, entries: [partyEntry(counted)] }),
          ),
        );
        const alone = ['begin', 'advance', 'write-entries', 'copy-rows'];
        if (company === 'among others') {
          // Everybody in one batch; its COMMIT lets the next process on before the disk has it, and waits for the disk behind that.
          const early = `commit; select pg_logical_emit_message(true, 'counterfoil', '')`;
          expect(one).toEqual([...alone, early]);
          expect(queries).toEqual(one);
          return;
        }
        expect(one).toEqual([...alone, 'commit']);
        // In two batches, the second sent before the first is answered: one would leave its callers nothing to do meanwhile.
        expect(queries).toEqual([...one, ...one]);
      } finally {
        Reflect.set(proto, 'query', original);
        await counted.close();
      }
    },
  );
});

describe('the role that runs the server', () => {
  it.each([
    'update ledger.entry set canonical = canonical',
    'delete from ledger.entry',
    'truncate ledger.entry',
    'delete from ledger.command',
    'delete from log.checkpoint',
    'update log.checkpoint set note = note',
    'delete from log.tile',
    'update view.party set name = name',
    'delete from view.party',
    'drop table ledger.entry',
    'alter table ledger.entry disable trigger all',
  ])('cannot: %s', async (sql) => {
    await expect(t.pool.query(sql)).rejects.toThrow(/permission denied|must be owner/);
  });
});

describe('fsck', () => {
  it('finds a whole log whole', async () => {
    await t.ledger.publish();
    expect(await check()).toMatchObject({ ok: true, unpublished: 0 });
  });

  it('names the first thing wrong', async () => {
    const owner = openPool(t.database.ownerConfig);
    const spoiled = async (sql: string, undo: string, expected: object) => {
      await owner.query(sql);
      const found = await check();
      await owner.query(undo);
      expect(found, sql).toMatchObject({ ok: false, ...expected });
    };
    try {
      await spoiled(
        `create table saved as select * from ledger.entry where seq in (5, 7); update ledger.entry set canonical = replace(canonical, 'City', 'Town') where seq in (5, 7)`,
        `update ledger.entry e set canonical = s.canonical from saved s where s.seq = e.seq`,
        { failure: 'commitment-mismatch', at: 'position 5' },
      );
      await spoiled(
        `update ledger.entry set kind = 'party.renamed' where seq = 9`,
        `update ledger.entry set kind = 'party.registered' where seq = 9`,
        {
          failure: 'column-differs',
          at: 'position 9, kind',
        },
      );
      await spoiled(
        'delete from ledger.entry where seq = 7',
        'insert into ledger.entry select * from saved where seq = 7',
        {
          failure: 'gap',
          at: 'position 7',
        },
      );
      await spoiled(
        `create table tiles as select * from log.tile; update log.tile set data = set_byte(data, 40, get_byte(data, 40) # 1) where level = 0 and n = 0`,
        'update log.tile t set data = s.data from tiles s where s.level = t.level and s.n = t.n',
        { failure: 'tile-mismatch', at: 'tile 0/0, position 1' },
      );
      await spoiled(
        `create table notes as select * from log.checkpoint; update log.checkpoint set note = replace(note, 'records.example.gov/log' || chr(10) || size, 'records.example.gov/log' || chr(10) || (size + 1)) where size = (select max(size) from log.checkpoint)`,
        'update log.checkpoint c set note = s.note from notes s where s.size = c.size',
        { failure: 'root-mismatch' },
      );
      expect(await check()).toMatchObject({ ok: true });
    } finally {
      await owner.end();
    }
  });
});

describe('rebuild', () => {
  it('makes equal views from the entries alone, and says where they were not', async () => {
    const owner = openPool(t.database.ownerConfig);
    try {
      const same = await rebuild(owner, project);
      expect(same.equal).toBe(true);
      expect(same.tables.find((x) => x.table === 'party')?.rows).toBeGreaterThan(600);
      await owner.query(`update view.party set name = 'spoiled' where seq = 3`);
      const mended = await rebuild(owner, project);
      expect(mended.tables.find((x) => x.table === 'party')).toMatchObject({ onlyBefore: 1, onlyRebuilt: 1 });
      expect((await rebuild(owner, project)).equal).toBe(true);
      await t.ledger.append({ key: 'after-rebuild', entries: [partyEntry(t)] });
    } finally {
      await owner.end();
    }
  });
});

describe('randomness', () => {
  it('is 32 bytes, new for every entry', async () => {
    expect(random(32)).toHaveLength(32);
    const { rows } = await t.pool.query<{ n: number; d: number }>(
      'select count(*) n, count(distinct opening) d from ledger.entry',
    );
    expect(rows[0]?.n).toBe(rows[0]?.d);
  });
});
