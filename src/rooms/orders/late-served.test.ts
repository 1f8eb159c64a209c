/** Requests that are served while orders hold: their clocks are told of them, once, and of what ends them later. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, testDesk } from '../../../test/support/desk.ts';
import type { Services } from '../../base/services.ts';
import { createRecounter } from '../clock/recount.ts';
import { serveDraft } from '../requests/serve.ts';
import { enterCourtOrder } from './commands.ts';
import { tellServed } from './late-served.ts';
import type { EnterOrder } from './rules.ts';

let desk: Desk;
let matter: string;
beforeAll(async () => {
  desk = await testDesk();
  matter = await desk.openMatter('orders-before-letters');
});
afterAll(() => desk.close());

const csv =
  'name,kind,state,ocd_id,email\n' +
  'Town of Upper Example,city,Illinois,ocd-division/country:us/state:il/place:upper_example,a@one.example.gov\n' +
  'Town of Lower Example,city,California,ocd-division/country:us/state:ca/place:lower_example,b@two.example.gov\n' +
  'Town of Far Example,city,Ohio,ocd-division/country:us/state:oh/place:far_example,c@three.example.gov\n';
const DAY = 86_400_000;
const dayFrom = (days: number) => new Date(desk.t.clock.now() + days * DAY).toISOString().slice(0, 10);
const source = { publisher: 'D. Example', title: 'Order', date: '2026-03-01', url: null };

function order(more: Partial<EnterOrder>): EnterOrder {
  return {
    ...{ court: 'D. Example', docket: '26-1', judge: null, date: dayFrom(0), effect: 'stay' },
    ...{ words: 'It is so ordered.', geography: 'nationwide', of: [], compel: null, document: null, source },
    scope: { requests: null, recipients: null, items: null, consequences: [] },
    ...more,
  };
}
const enter = async (more: Partial<EnterOrder>, services: Services = desk.services) =>
  (await enterCourtOrder(services, matter, order(more), desk.t.newId())).id;
const inState = (code: string) => ({ divisions: [`ocd-division/country:us/state:${code}`] });

async function settle(): Promise<void> {
  const find = () => tellServed(desk.services);
  const recounter = createRecounter({ services: desk.services, find, onError: (error) => expect.fail(String(error)) });
  await recounter.round();
}

/** Dates as they stand, by state: what was served, or what moved it last; null while the clock stands. */
async function dues(request: string): Promise<Readonly<Record<string, string | null>>> {
  const { rows } = await desk.t.pool.query<{ state: string; due: string | null; moves: string }>(
    `select s.state, count(x.seq) as moves,
       case when count(x.seq) = 0 then s.due_on else (array_agg(x.due_on order by x.seq desc, x.occurred_at desc))[1] end::text as due
     from view.service s left join view.due x on x.service = s.id where s.request = $1 group by s.id, s.state, s.due_on`,
    [request],
  );
  return Object.fromEntries(rows.map((row) => [row.state, row.due]));
}
const notices = async (request: string) =>
  (await desk.t.db.selectFrom('view.recount').select('service').where('request', '=', request).execute()).length;

it('holds the clocks of those whom a stay reaches, from their service on, and sets the date that an order compels to', async () => {
  const first = await serveDraft(desk.services, await desk.draft(matter, csv));
  await settle();
  expect(await notices(first)).toBe(0);
  desk.t.clock.tick(DAY);
  const stay = await enter({ geography: inState('il'), words: 'Stayed in Illinois.' });
  const ended = await enter({ geography: inState('oh'), docket: '26-2', words: 'Stayed in Ohio.' });
  const compel = await enter({ effect: 'compel', geography: inState('ca'), docket: '26-3', compel: dayFrom(40) });
  const compelled = dayFrom(40);
  desk.t.clock.tick(DAY);
  await enter({ effect: 'lift', of: [ended], docket: '26-2', words: 'Lifted in Ohio.' });
  await settle();
  expect(await dues(first)).toMatchObject({ Illinois: null, California: compelled });

  desk.t.clock.tick(DAY);
  const second = await serveDraft(desk.services, await desk.draft(matter, csv));
  const counted = (await dues(second))['Ohio'];
  await settle();
  expect(await dues(second)).toEqual({ Illinois: null, California: compelled, Ohio: counted });
  expect(await notices(second)).toBe(2);
  await settle();
  expect(await notices(second)).toBe(2);

  // Four days later it is lifted: all of the days are left, for nothing of them had passed.
  desk.t.clock.tick(4 * DAY);
  await enter({ effect: 'lift', of: [stay], words: 'The stay is lifted.' });
  await enter({ effect: 'vacate', of: [compel], docket: '26-3', words: 'Vacated.' });
  await settle();
  const { Illinois: due = '', California, Ohio } = await dues(second);
  expect([California, Ohio]).toEqual([counted, counted]);
  expect(Date.parse(due ?? '') - Date.parse(counted ?? '')).toBe(4 * DAY);
});

it('keeps of two orders from before the service the later one', async () => {
  const stayed = await desk.openMatter('stayed-then-compelled');
  const there = (more: Partial<EnterOrder>) => enterCourtOrder(desk.services, stayed, order(more), desk.t.newId());
  await there({ date: dayFrom(-9), geography: inState('il'), docket: '26-4', words: 'Stayed in Illinois.' });
  const compel = { effect: 'compel', docket: '26-5', compel: dayFrom(50), words: 'Answers shall be given.' } as const;
  await there({ ...compel, date: dayFrom(-6) });
  await there({ date: dayFrom(-3), geography: inState('ca'), docket: '26-6', words: 'Stayed in California.' });
  const request = await serveDraft(desk.services, await desk.draft(stayed, csv));
  await settle();
  expect(await dues(request)).toEqual({ Illinois: dayFrom(50), California: null, Ohio: dayFrom(50) });
});

it('tells nobody twice of an order that is entered while a request is being served', async () => {
  const draft = await desk.draft(matter, csv);
  let entered = false;
  const services: Services = {
    ...desk.services,
    ledger: {
      ...desk.services.ledger,
      append: async (command) => {
        const written = await desk.services.ledger.append(command);
        if (!entered && command.key.startsWith('serve:')) {
          entered = true;
          await enter({ geography: inState('oh'), docket: '26-9', words: 'Stayed again.' });
        }
        return written;
      },
    },
  };
  const request = await serveDraft(services, draft);
  await settle();
  const states = await dues(request);
  expect([states['Ohio'], await notices(request)]).toEqual([null, 1]);
});
