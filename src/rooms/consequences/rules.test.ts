/** Given consequences of a matter, when something is written of them, then one entry, or one refusal by name; and what stands for whom. */
import { describe, expect, it } from 'vitest';
import type { NewEntry } from '../../base/append.ts';
import { RuleRefusal } from '../../base/errors.ts';
import { checkBody, streamOf } from '../entries.ts';
import { money } from './entries.ts';
import {
  type Announce,
  announce,
  type ChangeStatus,
  type ConsequenceState,
  changeStatus,
  stateAmount,
} from './rules.ts';
import { type Consequence, type ConsequenceChange, decimal, moneyWords, writtenOf } from './view.ts';

const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = (day: string) => Date.parse(`${day}T12:00:00Z`);
const NOW = at('2018-03-01');
const [MATTER, REQUEST, ONE, A, B] = [uuid(1), uuid(2), uuid(3), uuid(4), uuid(5)];

const one: Consequence = {
  ...{ id: ONE, matter: MATTER, request: REQUEST, recipients: null, kind: 'grant', programme: 'Byrne JAG' },
  ...{ fiscalYear: 2016, amount: null, words: 'Grants may be returned.', source: null, audience: 'public' },
  ...{ at: at('2018-01-24'), recordedAt: new Date(NOW), changes: [] },
};
const change = (n: number, day: string, to: ConsequenceChange['to'], recipients: readonly string[] | null = null) => ({
  ...{ entry: uuid(100 + n), to, recipients, reason: 'x', order: null, source: null },
  ...{ at: at(day), recordedAt: new Date(NOW) },
});
const given = (consequences: readonly Consequence[] = [one]): ConsequenceState => ({
  ...{ matter: MATTER, issuer: uuid(9), audience: 'public', consequences, orders: [uuid(7)] },
  requests: new Map([[REQUEST, [A, B]]]),
});
const announced: Announce = {
  ...{ request: REQUEST, kind: 'grant', programme: 'Byrne JAG', fiscalYear: 2017, amount: null, words: 'Conditions.' },
  ...{ at: at('2018-01-24'), recipients: null, source: null },
};
const imposed: ChangeStatus = {
  ...{ consequence: ONE, status: 'imposed', recipients: null, reason: 'Decided.', order: null, source: null },
  at: at('2018-02-10'),
};

const refused = (write: () => NewEntry) => {
  try {
    write();
  } catch (error) {
    if (error instanceof RuleRefusal) return error.code;
    throw error;
  }
  return 'taken';
};

it('writes entries in the history of the matter', () => {
  const entries = [
    announce(given([]), announced, uuid(50), NOW),
    changeStatus(given(), { ...imposed, recipients: [A] }, uuid(51), NOW),
    stateAmount(given(), { ...imposed, amount: { cents: 12_345, currency: 'USD' } }, uuid(52), NOW),
  ];
  for (const entry of entries) {
    checkBody(entry);
    expect(streamOf(entry)).toBe(MATTER);
  }
  expect(entries[1]).toMatchObject({
    occurredAt: '2018-02-10T12:00:00.000Z',
    body: { status: 'imposed', recipients: [A] },
  });
});

describe('refused', () => {
  const only = [{ ...one, recipients: [A] }];
  const done = [{ ...one, changes: [change(1, '2018-02-01', { status: 'imposed' })] }];
  it.each<[string, () => NewEntry]>([
    ['taken', () => announce(given(), announced, uuid(50), NOW)],
    ['not-yet-happened', () => announce(given(), { ...announced, at: at('2018-03-02') }, uuid(50), NOW)],
    ['no-such-request', () => announce(given(), { ...announced, request: uuid(77) }, uuid(50), NOW)],
    ['no-such-recipient', () => announce(given(), { ...announced, recipients: [uuid(77)] }, uuid(50), NOW)],
    ['too-many-consequences', () => announce(given(Array(500).fill(one)), announced, uuid(50), NOW)],
    ['taken', () => changeStatus(given(), imposed, uuid(50), NOW)],
    ['no-such-consequence', () => changeStatus(given([]), imposed, uuid(50), NOW)],
    ['not-yet-happened', () => changeStatus(given(), { ...imposed, at: at('2018-03-02') }, uuid(50), NOW)],
    ['before-it-was-announced', () => changeStatus(given(), { ...imposed, at: at('2018-01-23') }, uuid(50), NOW)],
    ['no-such-recipient', () => changeStatus(given(), { ...imposed, recipients: [uuid(77)] }, uuid(50), NOW)],
    ['not-concerned', () => changeStatus(given(only), { ...imposed, recipients: [B] }, uuid(50), NOW)],
    ['no-such-order', () => changeStatus(given(), { ...imposed, order: uuid(77) }, uuid(50), NOW)],
    ['status-stands', () => changeStatus(given(done), imposed, uuid(50), NOW)],
    ['status-stands', () => changeStatus(given(), { ...imposed, status: 'announced' }, uuid(50), NOW)],
    ['taken', () => changeStatus(given(done), { ...imposed, status: 'released' }, uuid(50), NOW)],
    [
      'before-it-was-announced',
      () => stateAmount(given(), { ...imposed, at: at('2018-01-23'), amount: null }, uuid(50), NOW),
    ],
  ])('%s', (code, write) => expect(refused(write)).toBe(code));
});

describe('what is written for one recipient', () => {
  const changes = [
    change(1, '2018-02-01', { status: 'imposed' }, [A]),
    change(2, '2018-02-05', { amount: { cents: 500, currency: 'USD' } }, [B]),
    change(3, '2018-02-10', { status: 'released' }),
  ];
  it.each<[string, string, string | null]>([
    [A, '2018-01-23', null],
    [A, '2018-01-24', 'announced since 2018-01-24, unknown'],
    [A, '2018-02-03', 'imposed since 2018-02-01, unknown'],
    [B, '2018-02-03', 'announced since 2018-01-24, unknown'],
    [B, '2018-02-06', 'announced since 2018-01-24, 5.00'],
    [A, '2018-02-10', 'released since 2018-02-10, unknown'],
    [B, '2018-02-10', 'released since 2018-02-10, 5.00'],
  ])('%s on %s: %s', (service, day, expected) => {
    const found = writtenOf({ ...one, changes }, REQUEST, service, at(day));
    const since = new Date(found?.since ?? 0).toISOString().slice(0, 10);
    const amount = found?.amount ? decimal(found.amount.cents) : 'unknown';
    expect(found && `${found.status} since ${since}, ${amount}`).toBe(expected);
  });
  it('is nothing for others', () => {
    expect(writtenOf({ ...one, recipients: [A] }, REQUEST, B, NOW)).toBeNull();
    expect(writtenOf(one, uuid(77), A, NOW)).toBeNull();
  });
});

it('money is whole cents of a currency that has them', () => {
  const read = (cents: number, currency: string) => money.safeParse({ cents, currency }).success;
  expect([read(0, 'USD'), read(1, 'EUR'), read(1, 'JPY'), read(1, 'XXY'), read(0.5, 'USD'), read(-1, 'USD')]).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  expect([decimal(5), decimal(125_000_000), decimal(2n ** 60n)]).toEqual([
    '0.05',
    '1250000.00',
    '11529215046068469.76',
  ]);
  expect(moneyWords({ cents: 125_000_000, currency: 'USD' })).toBe('$1,250,000.00');
  expect(moneyWords({ cents: 100, currency: 'EUR' })).toBe('1.00 EUR');
});
