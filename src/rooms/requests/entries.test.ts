/** Requests as they were written before items could have due rules of their own, and as they are written since: both are read, and make their rows. */
import { describe, expect, it } from 'vitest';
import type { Entry, JsonObject } from '../../proof/index.ts';
import { checkBody } from '../entries.ts';
import { project } from '../project.ts';

const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const rule = { type: 'days', days: 30, business: false, zone: 'UTC' };
const entry = (kind: string, body: JsonObject): Entry => ({
  ...{ v: 1, kind, id: uuid(3), matter: uuid(1), by: uuid(2), audience: 'public', body },
  ...{ occurredAt: '2026-03-02T15:00:00.000Z', recordedAt: '2026-03-02T15:00:00.120Z' },
});
const issued = (items: JsonObject[]) =>
  entry('request.issued', {
    ...{ request: uuid(4), title: 'T', authority: 'A', compulsory: false, conduct: 'served', items, due: rule },
    ...{ letter: { subject: 'S', text: 'To {{recipient}} {{link}}' }, source: null, recipients: 1 },
  });
const due = { on: '2026-03-12', at: '2026-03-13T00:00:00.000Z', working: ['Due by the end of Thu 12 Mar 2026.'] };
const served = (more: JsonObject) =>
  entry('request.served', {
    ...{ service: uuid(3), request: uuid(4), recipient: uuid(5), name: 'Place 001', kind: 'place', state: null },
    ...{ ocdId: null, channel: 'no address', leavesAt: null, due, letter: null, merge: {}, ...more },
  });
const rowsOf = (one: Entry, table: string) =>
  project(one, 7)
    .filter((made) => made.table === table)
    .map((made) => made.row);

describe('entries of a request', () => {
  it('are read as they were written before items had rules of their own', () => {
    const old = [issued([{ item: 1, text: 'Orders.' }]), served({})];
    for (const one of old) checkBody(one);
    expect(old.map((one) => rowsOf(one, 'view.due'))).toEqual([[], []]);
    expect(rowsOf(served({}), 'view.service')).toMatchObject([{ due_on: '2026-03-12', cells: null }]);
  });

  it('make the date of each item a fact from the start', () => {
    const later = { on: '2026-04-01', at: '2026-04-02T00:00:00.000Z', working: ['Due by the end of Wed 1 Apr 2026.'] };
    const cells = [
      { items: [1, 3], ...later },
      { items: [2], ...due },
    ];
    const both = [
      issued([
        { item: 1, text: 'A' },
        { item: 2, text: 'B', due: { ...rule, days: 10 } },
      ]),
      served({ cells }),
    ];
    for (const one of both) checkBody(one);
    expect(rowsOf(served({ cells }), 'view.due')).toMatchObject([
      {
        ...{ entry: uuid(3), service: uuid(3), request: uuid(4), due_on: '2026-03-12', paused_until: null },
        uneven: [{ item: 1, due_on: '2026-04-01' }, { item: 3 }, { item: 2, due_on: '2026-03-12' }],
      },
    ]);
  });

  it('are refused with one cell alone: then there is one date for all', () => {
    expect(() => checkBody(served({ cells: [{ items: [1], ...due }] }))).toThrow(/cells/);
  });
});
