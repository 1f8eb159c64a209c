/** What COPY takes in is what JSON would have brought: every type of column, every sign that has a meaning of its own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { copyIn } from './copy.ts';
import { spelledRow } from './spelled.ts';
import { readTypes } from './sql.ts';

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
    said: text,
    count: 7,
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
    await client.query(`create temp table hard (seq bigint, id uuid, entry uuid, matter uuid, about uuid[], json jsonb, list jsonb, said jsonb, count jsonb, nothing text, yes boolean,
      no boolean, number bigint, at timestamptz, text text) on commit drop`);
    const columns = Object.keys(row);
    const spelled = spelledRow(
      { ...row, seq: 0 },
      columns,
      new Map([
        ['about', 'array'],
        ['json', 'json'],
        ['list', 'json'],
        ['said', 'json'],
        ['count', 'json'],
      ] as const),
    );
    // A temporary table has no schema of views; the statement is the same.
    await copyIn(client, 'hard', `copy hard (${columns.join()}) from stdin`, Buffer.from(spelled));
    const { rows } = await client.query('select * from hard');
    expect(rows).toEqual([{ ...row, at: new Date(row.at) }]);
  } finally {
    await client.query('rollback');
    client.release();
  }
});

it('knows arrays from JSON', async () => {
  const types = await readTypes(t.pool);
  expect(types.get('view.service')?.get('working')).toBe('json');
  expect(types.get('view.statement')?.get('about')).toBe('array');
  expect(types.get('view.party')).toBeUndefined();
});
