/** What COPY takes in is what JSON would have brought: every type of column, every sign that has a meaning of its own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { copyIn } from './copy.ts';
import { spelledRow } from './spelled.ts';
import { readArrays } from './sql.ts';

let t: TestLedger;
beforeAll(async () => {
  t = await testLedger();
});
afterAll(() => t.close());

const ID = '01944b3c-0000-7000-8000-000000000001';
const HARD = [
  'tab\there, line\nthere, return\r, back\\slash, \\N, \\., "quotes", {braces}, NULL',
  '',
  '\\N',
  'ünïcödé 🏛 \u{10FFFF}',
];

it.each(HARD)('a row with %j is the same in the database', async (text) => {
  const row = {
    seq: -1,
    id: ID,
    entry: ID,
    matter: ID,
    about: [ID, ID],
    json: { text, list: [text, 1, true, null] },
    list: [text],
    nothing: null,
    yes: true,
    no: false,
    number: 9007199254740991,
    at: '2026-11-30T12:00:00.001Z',
    text,
  };
  const client = await t.pool.connect();
  try {
    await client.query('begin');
    await client.query(`create temp table hard (seq bigint, id uuid, entry uuid, matter uuid, about uuid[], json jsonb, list jsonb, nothing text, yes boolean,
      no boolean, number bigint, at timestamptz, text text) on commit drop`);
    const columns = Object.keys(row);
    const spelled = spelledRow({ ...row, seq: 0 }, columns, new Set(['about']));
    // A temporary table has no schema of views; the statement is the same.
    await copyIn(client, 'hard', `copy hard (${columns.join()}) from stdin`, Buffer.from(spelled));
    const { rows } = await client.query('select * from hard');
    expect(rows).toEqual([{ ...row, at: new Date(row.at) }]);
  } finally {
    await client.query('rollback');
    client.release();
  }
});

it('knows arrays from lists in JSON', async () => {
  const arrays = await readArrays(t.pool);
  expect(arrays.get('view.service')).toBeUndefined();
  expect(arrays.get('view.statement')).toEqual(new Set(['about']));
});
