/** The example against a real ledger: complete, labelled, written once, unknown shown as unknown, no address anywhere. */

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, testDesk } from '../../test/support/desk.ts';
import { matterBySlug, notesOf } from '../rooms/matters/view.ts';
import { statusOf } from '../rooms/meetings/standing.ts';
import { meetingsOf, participantsOf } from '../rooms/meetings/view.ts';
import { requestsOf } from '../rooms/requests/view.ts';
import { EVERYTHING } from '../rooms/sight.ts';
import { statementsOf } from '../rooms/statements/view.ts';
import { boardPage } from './board.ts';
import { cutAt } from './cut.ts';
import { loadExample } from './example.ts';
import { readExample } from './example-data.ts';
import { concerning, reachAt, touchesOf } from './reach.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await testDesk();
});
afterAll(() => desk.close());

const entries = () => desk.t.db.selectFrom('ledger.entry').selectAll().orderBy('seq').execute();

describe('the 2018 letters', () => {
  it('goes on where a start was cut off, and a second start writes nothing', async () => {
    const { ledger } = desk.services;
    let left = 2;
    const cut: Desk['services'] = {
      ...desk.services,
      ledger: {
        receipt: (id) => ledger.receipt(id),
        receipts: (ids) => ledger.receipts(ids),
        witnessed: (position) => ledger.witnessed(position),
        published: (position, ms) => ledger.published(position, ms),
        append: (command) => (left-- > 0 ? ledger.append(command) : Promise.reject(new Error('the machine went down'))),
      },
    };
    await expect(loadExample(cut)).rejects.toThrow();
    await loadExample(desk.services);
    const once = await entries();
    await loadExample(desk.services);
    expect((await entries()).length).toBe(once.length);
    // The office of the test, the issuer, 23 parties, matter, request, 23 services, 3 notes, 6 consequences, 3 orders, 5 parties, 9 people in offices, a source, 7 statements, 4 figures,
    // the meeting with 6 invited and 8 words of taking part.
    expect(once.length).toBe(1 + 1 + 23 + 1 + 1 + 23 + 3 + 6 + 3 + 5 + 9 * 3 + 1 + 7 + 4 + 1 + 6 + 8);
  });

  it('is labelled, public, served to 23 on the day, due 23 February 2018', async () => {
    const { id } = await loadExample(desk.services);
    const matter = await matterBySlug(desk.t.db, '2018-letters');
    expect(matter).toMatchObject({ id, example: true, audience: 'public' });
    const [request] = await requestsOf(desk.t.db, id);
    if (!request) throw new Error('no request');
    expect(request).toMatchObject({ conduct: 'recorded', compulsory: false, letter: null });
    expect(request.occurredAt.toISOString()).toBe('2018-01-24T17:00:00.000Z');
    const sort = { by: 'recipient', down: false } as const;
    const board = await boardPage(desk.t.db, { request, filter: {}, sort, page: 1, size: 100, now: new Date() });
    expect(board.counts).toMatchObject({ asked: 23, answered: 0, overdue: 0, unknown: 23 });
    expect(board.rows.every((row) => row.ocdId?.startsWith('ocd-division/country:us/state:'))).toBe(true);
    expect(board.rows.map((row) => row.clock)).toContainEqual({ state: 'unknown', dueOn: '2018-02-23' });
    expect((await notesOf(desk.t.db, id)).length).toBe(3);
  });

  it('tells the day in its order: letters at noon, by the next morning what was said and who withdrew', async () => {
    const { id } = await loadExample(desk.services);
    const [meeting] = await meetingsOf(desk.t.db, id);
    const by = (at: string) => (alias: string) => sql`${sql.ref(`${alias}.occurred_at`)} <= ${at}`;
    const stands = async (at: string) =>
      (await participantsOf(desk.t.db, meeting?.id ?? '', by(at))).map((one) => `${one.name}: ${statusOf(one.said)}`);
    expect(await stands('2018-01-24T17:00:00Z')).toContain('Bill de Blasio: accepted');
    expect(await stands('2018-01-25T11:53:00Z')).toEqual([
      'Bill de Blasio: withdrew',
      'Bryan Barnett: accepted',
      'Elizabeth Kautz: declined',
      'Greg Fischer: accepted',
      'Michael Hancock: accepted',
      'Steve Benjamin: declined',
    ]);
    const said = (at: string) => statementsOf(desk.t.db, id, EVERYTHING, sql`s.occurred_at <= ${at}`);
    expect([(await said('2018-01-24T17:00:00Z')).length, (await said('2018-01-25T11:53:00Z')).length]).toEqual([0, 7]);
  });

  it('shows the three orders against what each is said to enjoin, and nothing that is not known', async () => {
    const { id } = await loadExample(desk.services);
    const reach = await reachAt(
      desk.t.db,
      id,
      await cutAt(desk.t.db, new Date(desk.t.clock.now())),
      new Date('2018-01-24T18:00:00Z'),
    );
    const named = (court: string) => {
      const order = reach.orders.find((one) => one.court.includes(court));
      if (!order) throw new Error(`no order of ${court}`);
      return order;
    };
    const [illinois, pennsylvania, california] = [named('Illinois'), named('Pennsylvania'), named('California')];
    expect(reach.orders.map((one) => [one.judge, one.effect])).toEqual(Array(3).fill([null, 'enjoin']));
    expect([illinois.geography, california.geography]).toEqual(['nationwide', 'nationwide']);
    expect(pennsylvania.geography).toEqual({ divisions: ['ocd-division/country:us/state:pa/place:philadelphia'] });
    const [request] = await requestsOf(desk.t.db, id);
    const services = await desk.t.db
      .selectFrom('view.service')
      .selectAll()
      .where('request', '=', request?.id ?? '')
      .execute();
    expect(services).toHaveLength(23);
    for (const row of services) {
      const who = { request: row.request, service: row.id, party: row.recipient, ocdId: row.ocd_id, state: row.state };
      const touches = touchesOf(reach, who, [1]);
      expect(touches.map(({ order }) => order.id).sort()).toEqual([illinois.id, california.id].sort());
      expect(touches.flatMap(({ items }) => items)).toEqual([]);
      const standings = concerning(reach, who).map(({ consequence, status, blockedBy }) => [
        consequence.programme,
        status,
        blockedBy.map(({ order }) => order.id),
      ]);
      expect(standings).toEqual([
        ['Grants withheld under section 9(a) of Executive Order 13768', 'blocked', [california.id]],
        ['Byrne JAG: notice and access conditions', 'blocked', [illinois.id]],
        ['Byrne JAG: certification of compliance with § 1373', 'announced', []],
        ['Byrne JAG: conditions on awards', 'announced', []],
        ['Byrne JAG: return of awards', 'announced', []],
        ['Byrne JAG', 'announced', []],
      ]);
    }
  });

  it('queues no letter, and holds no address', async () => {
    const outbox = await desk.t.db.selectFrom('work.outbox').selectAll().execute();
    expect(outbox).toEqual([]);
    for (const { canonical } of await entries()) expect(canonical).not.toMatch(/@|https?:/);
    const { recipients } = await readExample();
    expect(new TextDecoder().decode(recipients)).not.toContain('@');
  });
});
