import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestLedger, testLedger } from '../../test/support/ledger.ts';
import { requestOf, type TestMatter, testMatter } from '../../test/support/matter.ts';
import { instant } from '../base/clock.ts';
import { DISPOSITIONS } from '../rooms/answers/entries.ts';
import { type BoardQuery, boardPage, foundWord, saidWord } from './board.ts';
import { facets, summed } from './board-counts.ts';
import { ANSWER_FILTERS, CLOCK_FILTERS, DETERMINATION_FILTERS, readBoardQuery, SORTS } from './board-filter.ts';
import { cutAt } from './cut.ts';

let t: TestLedger;
beforeAll(async () => {
  t = await testLedger();
});
afterAll(() => t.close());

const HOUR = 3_600_000;
type Some = Partial<Omit<BoardQuery, 'request'>>;
async function board(made: TestMatter, some: Some = {}) {
  const sort = { by: 'recipient', down: false } as const;
  const plain = { filter: {}, sort, page: 1, size: 100, now: new Date(t.clock.now()) };
  return boardPage(t.db, { ...plain, request: await requestOf(t, made), ...some });
}
const names = (b: { rows: readonly { name: string }[] }) => b.rows.map((r) => r.name.slice(-3)).join(' ');

describe('a board', () => {
  it('shows three facts a cell and counts recipients', async () => {
    const m = await testMatter(t, { recipients: 5 });
    const first = await m.answer(0, 1, 'produced');
    await m.answer(0, 2, 'objected');
    await m.answer(1, 1, 'withheld');
    const finding = await m.determine(0, 1, first.answer, 'deficient');
    const b = await board(m);
    expect(names(b)).toBe('001 002 003 004 005');
    expect(b.counts).toMatchObject({ asked: 5, answered: 1, partly: 1, determined: 0, deficient: 1, toReview: 2 });
    expect(b.counts).toMatchObject({ itemsAnswered: 3, itemsDetermined: 1 });
    expect(b.counts).toMatchObject({ running: 4, overdue: 0, unknown: 0, revoked: 0, nextDueOn: '2026-04-01' });
    const [one, two] = b.rows;
    expect(one?.cells[0]).toMatchObject({
      item: 1,
      answer: { disposition: 'produced', documents: 1, entry: first.entry },
      determination: { finding: 'deficient', reasons: 'Page 2 is missing.', entry: finding, current: true },
      clock: { state: 'stopped', late: false },
    });
    expect(one?.clock.state).toBe('stopped');
    expect(two?.clock).toMatchObject({ state: 'running', dueOn: '2026-04-01' });
    expect(two?.cells.map((c) => saidWord(c, b))).toEqual(['withheld', 'unanswered']);
    expect(two?.cells.map((c) => foundWord(c, b))).toEqual(['not reviewed', 'not reviewed']);
    const later = await board(m, { now: new Date('2026-04-03T12:00:00Z') });
    expect(later.counts).toMatchObject({ running: 0, overdue: 4, answered: 1, nextDueOn: null });
    expect(later.rows[2]?.clock).toMatchObject({ state: 'overdue', days: 2 });
  });

  it('says when a newer answer waits for a determination', async () => {
    const m = await testMatter(t, { items: 1 });
    const old = await m.answer(0, 1, 'produced in part');
    await m.determine(0, 1, old.answer, 'deficient');
    await m.answer(0, 1, 'produced');
    const b = await board(m, { filter: { determination: 'to review' } });
    expect(names(b)).toBe('001');
    expect(b.rows[0]?.cells[0]).toMatchObject({
      answer: { disposition: 'produced' },
      determination: { current: false },
    });
    expect(b.counts).toMatchObject({ toReview: 1, determined: 1, itemsDetermined: 0, deficient: 1 });
  });

  it('narrows by kind, state, text, answer, determination and clock, in SQL', async () => {
    const m = await testMatter(t, { recipients: 7, items: 1 });
    const first = await m.answer(0, 1, 'produced');
    await m.answer(1, 1, 'objected');
    await m.answer(1, 1, 'produced');
    await m.determine(0, 1, first.answer, 'accepted');
    const by = async (filter: BoardQuery['filter'], some: Some = {}) => {
      const b = await board(m, { filter, ...some });
      expect(b.total).toBe(b.rows.length);
      expect(b.counts.asked).toBe(7);
      return names(b);
    };
    expect(await by({ kind: 'place' })).toBe('001 004 007');
    expect(await by({ state: 'Sample State' })).toBe('002 004 006');
    expect(await by({ text: 'ce 00' })).toBe('001 002 003 004 005 006 007');
    expect(await by({ text: '%' })).toBe('');
    expect(await by({ answer: 'produced' })).toBe('001 002');
    expect(await by({ answer: 'objected' })).toBe('');
    expect(await by({ answer: 'unanswered' })).toBe('003 004 005 006 007');
    expect(await by({ determination: 'accepted' })).toBe('001');
    expect(await by({ determination: 'not reviewed', answer: 'produced' })).toBe('002');
    expect(await by({ clock: 'stopped' })).toBe('001 002');
    expect(await by({ clock: 'running', kind: 'place' })).toBe('004 007');
    expect(await by({ clock: 'overdue' })).toBe('');
    const now = new Date('2026-05-01T00:00:00Z');
    expect(await by({ clock: 'overdue' }, { now })).toBe('003 004 005 006 007');
    expect(await by({ clock: 'running' }, { now })).toBe('');
    expect(
      (await board(m, { sort: { by: 'recipient', down: true }, size: 2, page: 2 })).rows.map((r) => r.name),
    ).toEqual(['Place 005', 'Place 004']);
    expect(names(await board(m, { sort: { by: 'state', down: false } }))).toBe('001 003 005 007 002 004 006');
  });

  it('reads what it showed then and what had happened by then', async () => {
    const start = t.clock.now();
    const m = await testMatter(t, { items: 1 });
    t.clock.tick(HOUR);
    const a = await m.answer(0, 1, 'objected');
    t.clock.tick(HOUR);
    await m.answer(0, 1, 'produced');
    // A late fact: happened half an hour after the start, recorded now.
    t.clock.tick(HOUR);
    await m.answer(1, 1, 'withheld', start + HOUR / 2);
    const said = async (axis: 'recorded' | 'occurred', ms: number) => {
      const b = await board(m, { asOf: { axis, at: new Date(ms) } });
      return b.rows.map((r) => (r.cells[0] ? saidWord(r.cells[0], b) : '')).join(', ');
    };
    expect(await said('recorded', start - 1)).toBe('');
    expect(await said('recorded', start)).toBe('unanswered, unanswered, unanswered');
    expect(await said('recorded', start + HOUR)).toBe('objected, unanswered, unanswered');
    expect(await said('recorded', start + 2 * HOUR)).toBe('produced, unanswered, unanswered');
    expect(await said('recorded', start + 3 * HOUR)).toBe('produced, withheld, unanswered');
    expect(await said('occurred', start + HOUR / 2)).toBe('unanswered, withheld, unanswered');
    expect(await said('occurred', start + HOUR)).toBe('objected, withheld, unanswered');
    const then = await board(m, {
      asOf: { axis: 'recorded', at: new Date(start + HOUR) },
      filter: { answer: 'objected' },
    });
    expect(then.rows[0]?.cells[0]?.answer?.entry).toBe(a.entry);
    expect(then.counts).toMatchObject({ asked: 3, answered: 1 });
    expect(then.total).toBe(1);
  });

  it('stops the clock at the first answer, and calls it late when it was', async () => {
    const m = await testMatter(t, { items: 1 });
    await m.answer(0, 1, 'objected', Date.parse('2026-04-01T12:00:00Z'));
    await m.answer(0, 1, 'produced', Date.parse('2026-05-01T12:00:00Z'));
    await m.answer(1, 1, 'produced', Date.parse('2026-05-01T12:00:00Z'));
    const b = await board(m, { now: new Date('2026-06-01T12:00:00Z') });
    expect(b.rows.map((r) => r.clock)).toMatchObject([
      { state: 'stopped', late: false },
      { state: 'stopped', late: true },
      { state: 'overdue' },
    ]);
  });

  it('never calls a recorded request unanswered or overdue', async () => {
    const m = await testMatter(t, { conduct: 'recorded', servedAt: Date.parse('2018-01-24T17:00:00Z') });
    const b = await board(m);
    expect(b.unknown).toBe(true);
    expect(b.rows.map((r) => r.clock.state)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(b.rows.flatMap((r) => r.cells.map((c) => [saidWord(c, b), foundWord(c, b)])).flat()).not.toContain(
      'unanswered',
    );
    expect(b.counts).toMatchObject({ overdue: 0, unknown: 3, running: 0 });
    expect((await board(m, { filter: { clock: 'unknown' } })).total).toBe(3);
    expect((await board(m, { filter: { clock: 'overdue' } })).total).toBe(0);
    const then = await board(m, { asOf: { axis: 'occurred', at: new Date('2018-01-25T11:53:00Z') } });
    expect(then.rows[0]?.clock).toMatchObject({ state: 'running', days: 30 });
    expect(then.counts).toMatchObject({ asked: 3, running: 3 });
  });

  it('shows a revoked request as revoked, and as it was before', async () => {
    const m = await testMatter(t);
    const before = t.clock.now();
    t.clock.tick(1000);
    await m.revoke('Wrong list.');
    const b = await board(m);
    expect(b.revoked).toBe(true);
    expect(b.rows.every((r) => r.clock.state === 'revoked')).toBe(true);
    expect(b.counts).toMatchObject({ revoked: 3, running: 0, overdue: 0 });
    expect((await board(m, { filter: { clock: 'revoked' } })).total).toBe(3);
    expect((await board(m, { filter: { clock: 'running' } })).total).toBe(0);
    expect((await board(m, { asOf: { axis: 'recorded', at: new Date(before) } })).counts.running).toBe(3);
  });

  it('costs a pinned number of queries', async () => {
    const m = await testMatter(t, { recipients: 4 });
    await m.answer(0, 1, 'produced');
    const request = await requestOf(t, m);
    const now = new Date(t.clock.now());
    let queries = 0;
    const counting = t.db.withPlugin({
      transformQuery: (args) => {
        queries++;
        return args.node;
      },
      transformResult: async (args) => args.result,
    });
    const cost = async (some: Some = {}) => {
      queries = 0;
      const sort = { by: 'recipient', down: false } as const;
      await boardPage(counting, { filter: {}, sort, page: 1, size: 100, now, request, ...some });
      return queries;
    };
    const asOf = { axis: 'recorded', at: now } as const;
    expect(await cost()).toBe(9); // the history of the request in five; the end of the log, version, counts, services, cells
    expect(await cost()).toBe(4); // counts are remembered
    expect(await cost({ asOf })).toBe(4);
    expect(await cost({ filter: { answer: 'produced' } })).toBe(5); // in which order; who was asked and who fits is in the history
    expect(await cost({ filter: { answer: 'produced' } })).toBe(4); // remembered too
    expect(await cost({ filter: { answer: 'produced' }, page: 2 })).toBe(2); // no rows, so neither services nor cells
    expect(await cost({ filter: { answer: 'objected' } })).toBe(2); // who fits this is in the history
    await m.answer(1, 1, 'produced');
    // Of one recipient: that a fact is about it, counts before and after, whether it fits.
    expect(await cost({ filter: { answer: 'produced' } })).toBe(8);
    expect(await cost({ filter: { answer: 'objected' } })).toBe(4);
    expect(
      (
        await boardPage(counting, {
          filter: {},
          sort: { by: 'recipient', down: false },
          page: 1,
          size: 9,
          now,
          request,
        })
      ).counts.partly,
    ).toBe(2);
  });
});

describe('counts of a board', () => {
  it('brought up to date after new facts are those counted anew, on both axes', async () => {
    const start = t.clock.now();
    const m = await testMatter(t, { recipients: 6, items: 2 });
    const request = await requestOf(t, m);
    const answers: { service: number; item: number; answer: string }[] = [];
    for (let i = 0; i < 24; i++) {
      t.clock.tick(60_000);
      const [service, item] = [(i * 5) % 6, 1 + ((i >> 1) % 2)];
      const known = answers.find((a) => a.service === service && a.item === item);
      if (i % 3 === 2 && known) await m.determine(service, item, known.answer, i % 2 === 0 ? 'deficient' : 'accepted');
      // Every fourth is told late: it happened long before it was written.
      else
        answers.unshift({
          service,
          item,
          ...(await m.answer(service, item, 'produced', i % 4 === 0 ? start + i : undefined)),
        });
      const at = new Date(start + 600_000);
      for (const asOf of [undefined, { axis: 'occurred' as const, at }]) {
        const { counts } = await board(m, asOf ? { asOf } : {});
        const anew = await facets(t.db, request, await cutAt(t.db, new Date(t.clock.now()), asOf));
        const moment = { at: (asOf?.at ?? new Date(t.clock.now())).getTime(), revoked: false, recorded: false };
        expect(counts).toEqual(summed(anew, moment));
      }
    }
    expect((await board(m)).counts.answered).toBeGreaterThan(2);
  });
});

const FILTERS: readonly BoardQuery['filter'][] = [
  ...ANSWER_FILTERS.map((answer) => ({ answer })),
  ...DETERMINATION_FILTERS.map((determination) => ({ determination })),
  ...CLOCK_FILTERS.map((clock) => ({ clock })),
  { text: 'CE 00' },
  { text: 'sample', clock: 'running' },
  { kind: 'county', answer: 'unanswered' },
  { state: 'Example State', determination: 'to review' },
];
const SORTED = SORTS.flatMap((by) => [
  { by, down: false },
  { by, down: true },
]);

/** A server that starts now and remembers nothing: another process, as far as what is remembered goes. */
const another = () => t.db.withPlugin({ transformQuery: (q) => q.node, transformResult: async (r) => r.result });

describe('what a board remembers', () => {
  it('shows after every write what a server that starts now shows, whoever wrote, on both axes', async () => {
    const start = t.clock.now();
    const m = await testMatter(t, { recipients: 9, items: 2 });
    const other = await testMatter(t, { recipients: 4, items: 1 });
    const answers: { service: number; item: number; answer: string }[] = [];
    let seed = 7;
    const pick = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % n;
    };
    for (let round = 0; round < 16; round++) {
      t.clock.tick(60_000);
      // Several facts between two looks, some told late, some about another request.
      for (let i = pick(3); i >= 0; i--) {
        const said = answers[pick(Math.max(1, answers.length))];
        if (said && pick(3) === 0) {
          await m.determine(said.service, said.item, said.answer, pick(2) ? 'deficient' : 'accepted');
        } else {
          const [service, item] = [pick(9), 1 + pick(2)];
          const { answer } = await m.answer(
            service,
            item,
            DISPOSITIONS[pick(4)] ?? 'produced',
            pick(4) ? undefined : start + pick(1_200_000),
          );
          answers.push({ service, item, answer });
        }
        if (pick(4) === 0) await other.answer(pick(4), 1, 'objected');
      }
      if (round === 13) await m.revoke('Sent by mistake.');
      const fresh = another();
      const request = await requestOf(t, m);
      const now = new Date(round % 10 === 9 ? Date.parse('2026-04-05T00:00:00Z') : t.clock.now());
      for (const [n, filter] of FILTERS.entries()) {
        const sort = SORTED[(n + round) % SORTED.length] ?? { by: 'recipient', down: false };
        const asOf = [
          undefined,
          { axis: 'occurred' as const, at: new Date(start + 600_000) },
          { axis: 'recorded' as const, at: new Date(start + 60_000 * pick(20)) },
        ][n % 3];
        const query = { request, filter, sort, asOf, page: 1 + (n % 2), size: 4, now };
        expect(await boardPage(t.db, query), JSON.stringify({ ...query, request: round })).toEqual(
          await boardPage(fresh, query),
        );
      }
    }
  });

  it('counts recipients in that are served later', async () => {
    const first = await testMatter(t, { recipients: 3, items: 1 });
    const request = await requestOf(t, first);
    const sort = { by: 'state', down: true } as const;
    const query = { request, filter: { text: 'place', clock: 'running' as const }, sort, page: 1, size: 100 };
    const look = () => boardPage(t.db, { ...query, now: new Date(t.clock.now()) });
    expect((await look()).total).toBe(3);
    await first.serve('Late Place', 'Zed State');
    await first.answer(1, 1, 'produced');
    const after = await look();
    expect(after.rows.map((r) => r.name)).toEqual(['Late Place', 'Place 001', 'Place 003']);
    expect(after.counts).toMatchObject({ asked: 4, answered: 1 });
    expect(after.states).toEqual(['Example State', 'Sample State', 'Zed State']);
  });

  it('follows what another server process writes', async () => {
    const m = await testMatter(t, { recipients: 3, items: 1 });
    const seen = async () => (await board(m, { filter: { answer: 'unanswered' } })).total;
    expect(await seen()).toBe(3);
    const second = await testLedger({ database: t.database, now: t.clock.now() });
    try {
      const { services, request, matter, issuer } = m;
      const body = {
        answer: second.newId(),
        disposition: 'withheld',
        documents: 0,
        item: 1,
        request,
        service: services[1] ?? '',
      };
      const common = { id: second.newId(), matter, by: issuer, occurredAt: instant(second.clock.now()) };
      await second.ledger.append({
        key: second.newId(),
        entries: [{ kind: 'item.answered', ...common, audience: 'public', body }],
      });
    } finally {
      await second.close();
    }
    expect(await seen()).toBe(2);
    expect((await board(m, { filter: { answer: 'withheld' } })).rows.map((r) => r.name)).toEqual(['Place 002']);
  });

  it('looks for words as they are written', async () => {
    const m = await testMatter(t, { recipients: 2, items: 1 });
    await m.serve('Ciudad Ñandú 100%_x', 'Estado A');
    const by = async (text: string) => (await board(m, { filter: { text } })).rows.map((r) => r.name);
    expect(await by('ñANDÚ')).toEqual(['Ciudad Ñandú 100%_x']);
    expect(await by('100%')).toHaveLength(1);
    expect(await by('%')).toHaveLength(1);
    expect(await by('_')).toHaveLength(1);
    expect(await by('estado')).toHaveLength(1);
    expect(await by('x\u0001e')).toEqual([]);
    expect(await by('xEstado')).toEqual([]);
    expect(await by('Place 00')).toEqual(['Place 001', 'Place 002']);
  });
});

describe('the query of a board', () => {
  it('ignores what it does not know', () => {
    expect(
      readBoardQuery({ kind: 'galaxy', answer: 'objected', clock: '', page: '-4', sort: 'drop table', dir: 'down' }),
    ).toEqual({
      filter: { answer: 'objected' },
      sort: { by: 'recipient', down: true },
      page: 1,
    });
  });
});
