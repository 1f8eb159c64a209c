/** Serving against a real ledger: once and only once, whatever is clicked, crashes or is revoked in between. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, placesCsv, READY, REVOKE_MINUTES, testDesk } from '../../../test/support/desk.ts';
import { Conflict, RuleRefusal, Unavailable } from '../../base/errors.ts';
import type { Services } from '../../base/services.ts';
import { clocksIn, exchangeOf } from '../answers/view.ts';
import { addToCalendar } from '../clock/calendar-commands.ts';
import { moveClock } from '../clock/commands.ts';
import { createRecounter } from '../clock/recount.ts';
import { entriesOf } from '../stream.ts';
import { removeRecipient } from './draft-recipients.ts';
import { loadDraft, saveDraft } from './drafts.ts';
import { revokeRequest } from './revoke.ts';
import {
  CHUNK_SIZE,
  finishServing,
  resumeServing,
  serveDraft,
  servedSoFar,
  startServing,
  stopServing,
} from './serve.ts';
import { letterOf, requestById, revocationOf, servedWorking, serviceById } from './view.ts';

let desk: Desk;
let matter: string;
beforeAll(async () => {
  desk = await testDesk();
  matter = await desk.openMatter();
});
afterAll(() => desk.close());

const outbox = (request: string) =>
  desk.t.db.selectFrom('work.outbox').selectAll().where('request', '=', request).orderBy('id').execute();
const servicesOf = (request: string) =>
  desk.t.db.selectFrom('view.service').selectAll().where('request', '=', request).orderBy('name').execute();

/** Services whose ledger fails: at the n-th append, before or after it was stored. */
function failing(at: number, stored: boolean): { services: Services; appends: () => number } {
  let n = 0;
  const { ledger } = desk.services;
  return {
    appends: () => n,
    services: {
      ...desk.services,
      ledger: {
        ...ledger,
        receipt: (id) => ledger.receipt(id),
        published: (position, ms) => ledger.published(position, ms),
        append: async (command) => {
          n += 1;
          const mine = n;
          if (mine === at && !stored) throw new Error('the machine went down');
          const done = await ledger.append(command);
          if (mine === at) throw new Error('the machine went down');
          return done;
        },
      },
    },
  };
}

describe('serving a small request', () => {
  it('writes issue, parties, services, contacts and letters in one append, after the time to revoke', async () => {
    const draft = await desk.draft(
      matter,
      placesCsv(3, (i) => i !== 2),
    );
    const before = await desk.t.db.selectFrom('ledger.command').select('key').execute();
    const request = await serveDraft(desk.services, draft);
    const keys = await desk.t.db.selectFrom('ledger.command').select('key').execute();
    expect(keys.length - before.length).toBe(1);
    expect((await requestById(desk.t.db, request))?.title).toBe(READY.title);
    const served = await servicesOf(request);
    expect(served.map((s) => s.name)).toEqual(['Place 000001', 'Place 000002', 'Place 000003']);
    const letters = await outbox(request);
    expect(letters.map((l) => [l.kind, l.key, l.state, l.address])).toEqual([
      ['letter', `letter:${served[0]?.id}`, 'queued', 'clerk000001@place.example.gov'],
      ['letter', `letter:${served[2]?.id}`, 'queued', 'clerk000003@place.example.gov'],
    ]);
    const leaves = desk.t.clock.now() + REVOKE_MINUTES * 60_000;
    expect(letters.map((l) => l.not_before.getTime())).toEqual([leaves, leaves]);
    const contacts = await desk.t.db
      .selectFrom('work.contact')
      .selectAll()
      .where(
        'service',
        'in',
        served.map((s) => s.id),
      )
      .execute();
    expect(contacts.length).toBe(2);
    expect((await loadDraft(desk.t.db, draft)).serving?.ended).toBe('served');
  });

  it('uses parties of the directory again instead of registering them twice', async () => {
    const first = await serveDraft(desk.services, await desk.draft(matter, placesCsv(3)));
    const second = await serveDraft(desk.services, await desk.draft(matter, placesCsv(3)));
    const [a, b] = [await servicesOf(first), await servicesOf(second)];
    expect(b.map((s) => s.recipient)).toEqual(a.map((s) => s.recipient));
  });

  it('keeps columns that the letter does not use out of the record', async () => {
    const csv =
      'name,kind,state,email,clerk,phone\nCity of Sample,place,Example State,c@place.example.gov,Ms Clerk,555\n';
    const letter = { subject: 'S', text: 'Dear {{clerk}} {{link}}' };
    const draft = await desk.draft(matter, csv, { letter });
    const [service] = await servicesOf(await serveDraft(desk.services, draft));
    expect(service?.merge).toEqual({ clerk: 'Ms Clerk' });
  });

  it('serves nobody twice when served twice at once or again later', async () => {
    const draft = await desk.draft(matter, placesCsv(5));
    const other = { ...desk.services };
    const all = await Promise.all([
      serveDraft(desk.services, draft),
      serveDraft(desk.services, draft),
      serveDraft(other, draft),
    ]);
    const again = await serveDraft(desk.services, draft);
    expect(new Set([...all, again]).size).toBe(1);
    expect((await servicesOf(again)).length).toBe(5);
    expect((await outbox(again)).length).toBe(5);
  });

  it('cannot be changed once serving has started', async () => {
    const draft = await desk.draft(matter, placesCsv(2));
    await startServing(desk.services, draft);
    const { version, body } = await loadDraft(desk.t.db, draft);
    await expect(saveDraft(desk.services, draft, version, body)).rejects.toMatchObject({ code: 'draft-frozen' });
    await expect(removeRecipient(desk.services, draft, 2)).rejects.toMatchObject({ code: 'draft-frozen' });
    await serveDraft(desk.services, draft);
  });

  it("writes recorded requests with the source's time and without letters", async () => {
    const recorded = {
      servedAt: '2026-01-05T15:00:00.000Z',
      source: { publisher: 'Example Gazette', title: 'Letters sent', date: '2026-01-05' },
    };
    const draft = await desk.draft(matter, placesCsv(2), {
      conduct: 'recorded',
      recorded,
      letter: null,
      due: { type: 'fixed', on: '2026-02-04', zone: 'America/New_York' },
    });
    const request = await serveDraft(desk.services, draft);
    expect((await servicesOf(request)).map((s) => s.occurred_at.toISOString())).toEqual([
      recorded.servedAt,
      recorded.servedAt,
    ]);
    expect(await outbox(request)).toEqual([]);
  });
});

describe("a rule that counts by each recipient's calendar", () => {
  const due = {
    ...{ type: 'count' as const, count: 5, unit: 'business days' as const, zone: 'America/New_York', holidays: 'US' },
    ...{ whose: 'recipient' as const, roll: 'next business day' as const, cutOff: null, mailDays: 0 },
    ...{ receivedOn: 'any day' as const, preset: { id: 'own', citation: 'Example Code § 14' } },
  };
  const csv = (other: string) =>
    `name,kind,state,email\nTown of Upper Example,city,California,a@one.example.gov\nTown of Lower Example,city,${other},b@two.example.gov\n`;
  const recorded = {
    servedAt: '2025-03-24T15:00:00.000Z',
    source: { publisher: 'Example Gazette', title: 'Letters sent', date: '2025-03-24' },
  };

  it('serves each with its own date and working', async () => {
    const draft = await desk.draft(matter, csv('Illinois'), { due, conduct: 'recorded', recorded, letter: null });
    const services = await servicesOf(await serveDraft(desk.services, draft));
    expect(services.map((s) => [s.state, s.due_on])).toEqual([
      ['Illinois', '2025-03-31'],
      ['California', '2025-04-01'],
    ]);
    expect(services[1]?.working).toEqual([
      'Counted under Example Code § 14.',
      'Served Mon 24 Mar 2025 (America/Los_Angeles).',
      'The day of service is not counted; business day 1 is Tue 25 Mar 2025.',
      'Not counted: Mon 31 Mar 2025 (César Chávez Day).',
      'Counting business days by the calendar US-CA, day 5 is Tue 1 Apr 2025.',
      'Due by the end of Tue 1 Apr 2025, 24:00 in America/Los_Angeles.',
    ]);
  });

  it('counts days that were added to the calendar of one of them, for that one', async () => {
    const { party } = desk.office;
    const before = await servicesOf(
      await serveDraft(desk.services, await desk.draft(matter, csv('Illinois'), { due })),
    );
    const by = { issuer: party, zone: 'America/New_York' };
    const event = { type: 'holiday' as const, on: '2026-03-04', name: 'Founders’ Day' };
    const adding = { party: before[0]?.recipient ?? '', event, reason: 'Its charter.', source: 'Its notice' };
    const { services } = await addToCalendar(desk.services, by, adding, desk.t.newId());
    expect([before.map((s) => s.due_on), services]).toEqual([['2026-03-09', '2026-03-09'], 1]);
    const after = await servicesOf(await serveDraft(desk.services, await desk.draft(matter, csv('Illinois'), { due })));
    expect(after.map((s) => s.due_on)).toEqual(['2026-03-10', '2026-03-09']);
    // What was served before is counted anew, that one alone.
    await createRecounter({
      services: desk.services,
      onError: (error) => {
        throw error;
      },
    }).round();
    const moved = await desk.t.db.selectFrom('view.due').select(['service', 'due_on']).execute();
    expect(moved).toEqual([{ service: before[0]?.id, due_on: '2026-03-10' }]);
  });

  it('counts anew what was served before a day was added, where that happened in the middle', async () => {
    const draft = await desk.draft(matter, csv('Illinois'), { due: { ...due, whose: 'issuer' } });
    // The day is added after the dates were counted, and before they are written.
    let added = false;
    const services: Services = {
      ...desk.services,
      ledger: {
        ...desk.services.ledger,
        append: async (command) => {
          if (!added && command.key.startsWith('serve:')) {
            added = true;
            const event = { type: 'holiday' as const, on: '2026-03-05', name: 'Day of mourning' };
            const adding = { party: desk.office.party, event, reason: 'So proclaimed.', source: null };
            const by = { issuer: desk.office.party, zone: 'America/New_York' };
            await addToCalendar(desk.services, by, adding, desk.t.newId());
          }
          return await desk.services.ledger.append(command);
        },
      },
    };
    const request = await serveDraft(services, draft);
    expect((await servicesOf(request)).map((s) => s.due_on)).toEqual(['2026-03-09', '2026-03-09']);
    const recounter = createRecounter({
      services: desk.services,
      onError(error) {
        throw error;
      },
    });
    await recounter.round();
    const moved = desk.t.db.selectFrom('view.due').select('due_on').where('request', '=', request);
    expect(await moved.execute()).toEqual([{ due_on: '2026-03-10' }, { due_on: '2026-03-10' }]);
  });

  it('takes the hour of receipt in the time zone of each recipient, and says which it is', async () => {
    // 17:30 in New York is 14:30 in California and 16:30 in Illinois.
    const late = { ...recorded, servedAt: '2025-03-24T21:30:00.000Z' };
    const cut = { ...due, cutOff: '17:00' };
    const three = `name,kind,state,time_zone,email
Town of East Example,city,New Jersey,,a@one.example.gov
Town of Middle Example,city,Illinois,,b@two.example.gov
Town of Edge Example,city,Tennessee,America/New_York,c@three.example.gov
`;
    const draft = await desk.draft(matter, three, { due: cut, conduct: 'recorded', recorded: late, letter: null });
    const services = await servicesOf(await serveDraft(desk.services, draft));
    expect(services.map((s) => [s.state, s.zone, s.due_on])).toEqual([
      ['New Jersey', 'America/New_York', '2025-04-01'],
      ['Tennessee', 'America/New_York', '2025-04-01'],
      ['Illinois', 'America/Chicago', '2025-03-31'],
    ]);
    const kept = await entriesOf(desk.t.db, services[2]?.id ?? '');
    expect(kept[0]?.body).toMatchObject({ zone: 'America/Chicago', due: { at: '2025-04-01T05:00:00.000Z' } });
    expect(services[2]?.working).toContain('Served Mon 24 Mar 2025, 16:30 (America/Chicago).');
    // The clock that is moved later counts in the same zone.
    const real = await serveDraft(desk.services, await desk.draft(matter, three, { due: cut }));
    const [, , illinois] = await servicesOf(real);
    desk.t.clock.tick(3_600_000);
    const by = { count: 5, unit: 'business days' as const };
    const extend = { do: 'extend' as const, items: null, to: null, by, asked: true, reason: 'So agreed.' };
    await moveClock(desk.services, illinois?.id ?? '', extend, { seen: '', once: desk.t.newId() });
    const moved = await desk.t.db
      .selectFrom('view.due')
      .select('due_at')
      .where('service', '=', illinois?.id ?? '')
      .execute();
    expect(moved).toEqual([{ due_at: new Date('2026-03-17T05:00:00.000Z') }]);
  });

  it('refuses recipients in a state of several time zones by name, where none is given', async () => {
    const draft = await desk.draft(matter, csv('Tennessee'), { due });
    await expect(serveDraft(desk.services, draft)).rejects.toMatchObject({
      code: 'draft-not-ready',
      message: expect.stringMatching(
        /one recipient is in a state with more than one: Town of Lower Example. Give their time_zone/,
      ),
    });
    const wrong = 'name,kind,state,time_zone\nTown of Lower Example,city,Tennessee,Central\n';
    const other = await desk.draft(matter, wrong, { due });
    const problems = await desk.t.db
      .selectFrom('work.draft_problem')
      .select('what')
      .where('draft', '=', other)
      .execute();
    expect(problems).toEqual([{ what: 'The time_zone “Central” is not one such as America/Chicago.' }]);
  });

  it('refuses recipients whose state is not known, by name', async () => {
    const draft = await desk.draft(matter, csv('Example State'), { due });
    await expect(serveDraft(desk.services, draft)).rejects.toMatchObject({
      code: 'draft-not-ready',
      message: expect.stringMatching(/one recipient has no state that is known: Town of Lower Example/),
    });
  });
});

describe('items with a due date of their own', () => {
  it('stand in the entries, in the letter, and in every count from the start', async () => {
    const own = { type: 'days' as const, days: 10, business: false, zone: 'America/New_York' };
    const draft = await desk.draft(matter, placesCsv(2), { itemDues: { '2': own } });
    const request = await requestById(desk.t.db, await serveDraft(desk.services, draft));
    if (!request) throw new Error('not served');
    expect(request.items).toMatchObject([{ item: 1 }, { item: 2, due: own }]);
    const [first] = await servicesOf(request.id);
    const service = await serviceById(desk.t.db, first?.id ?? '');
    if (!service) throw new Error('not served');
    expect(service).toMatchObject({
      dueOn: '2026-03-12',
      cells: [
        { items: [1], on: '2026-04-01' },
        { items: [2], on: '2026-03-12' },
      ],
    });
    const text = letterOf(request, service, 'Office of Records')?.text ?? '';
    expect(text).toContain('2. Guidance to employees since 2024. (due Thu 12 Mar 2026)');
    expect(text).toContain('By Thu 12 Mar 2026');
    const [entry] = await entriesOf(desk.t.db, service.id);
    expect(entry?.body['letter']).toMatchObject({ bytes: Buffer.byteLength(text) });

    const exchange = await exchangeOf(desk.t.db, service.id);
    if (!exchange) throw new Error('not served');
    const now = Date.parse('2026-03-15T15:00:00Z');
    expect([exchange.moved, clocksIn(exchange, now)]).toMatchObject([
      false,
      { whole: { state: 'overdue', dueOn: '2026-03-12' }, cells: [{ state: 'running' }, { state: 'overdue' }] },
    ]);
    expect(servedWorking(service).map(({ items, due }) => [items, due.working.at(-1)])).toEqual([
      [[1], 'Due by the end of Wed 1 Apr 2026, 24:00 in America/New_York.'],
      [[2], 'Due by the end of Thu 12 Mar 2026, 24:00 in America/New_York.'],
    ]);
    const extend = { do: 'extend', items: null, to: null, by: { count: 5, unit: 'days' }, asked: true } as const;
    await moveClock(desk.services, service.id, { ...extend, reason: 'So agreed.' }, { seen: '', once: desk.t.newId() });
    const moved = await exchangeOf(desk.t.db, service.id);
    expect(moved && [1, 2].map((item) => moved.due(item).on)).toEqual(['2026-04-06', '2026-03-17']);
  });

  it('are refused where the letter does not name them', async () => {
    const own = { type: 'days' as const, days: 10, business: false, zone: 'UTC' };
    const letter = { subject: 'S', text: 'To {{recipient}}, by {{due_date}}: {{link}}' };
    const draft = await desk.draft(matter, placesCsv(1), { itemDues: { '2': own }, letter });
    await expect(serveDraft(desk.services, draft)).rejects.toMatchObject({
      code: 'draft-not-ready',
      message: expect.stringMatching(/the letter does not name them/),
    });
  });

  it('are refused where one lies before service, by its number', async () => {
    const fixed = { type: 'fixed' as const, on: '2026-03-01', zone: 'UTC' };
    const draft = await desk.draft(matter, placesCsv(1), { itemDues: { '2': fixed } });
    await expect(serveDraft(desk.services, draft)).rejects.toMatchObject({
      message: expect.stringMatching(/^Item 2: The due date, Sun 1 Mar 2026, lies before the day of service/),
    });
  });
});

describe('what is not ready', () => {
  const refused = async (csv: string, change: Parameters<Desk['draft']>[2], words: RegExp) => {
    const draft = await desk.draft(matter, csv, change);
    const before = await desk.t.db.selectFrom('log.head').select('size').executeTakeFirst();
    await expect(serveDraft(desk.services, draft)).rejects.toMatchObject({
      code: 'draft-not-ready',
      message: expect.stringMatching(words),
    });
    const after = await desk.t.db.selectFrom('log.head').select('size').executeTakeFirst();
    expect(after).toEqual(before);
    expect((await loadDraft(desk.t.db, draft)).serving).toBeNull();
  };

  it('refuses a request without items', () => refused(placesCsv(1), { items: [] }, /asks for nothing/));
  it('refuses a due date before its service', () =>
    refused(placesCsv(1), { due: { type: 'fixed', on: '2026-03-01', zone: 'UTC' } }, /lies before the day of service/));
  it('refuses an unknown merge field', () =>
    refused(placesCsv(1), { letter: { subject: 'S', text: '{{nickname}} {{link}}' } }, /nickname.*neither/));
  it('names by line whoever lacks a value of the letter', () =>
    refused(
      'name,kind,state,clerk\nCity of One,place,Example State,A\nCity of Two,place,Example State,\n',
      { letter: { subject: 'S', text: '{{clerk}} {{link}}' } },
      /Line 3: there is no value for \{\{clerk\}\} for City of Two/,
    ));
  it('refuses while rows of the file are unsettled', () =>
    refused('name,kind,state\nCity of One,place,Example State\nWashington,place,\n', {}, /One row of the file/));
  it('refuses what no entry could hold', () =>
    refused(
      placesCsv(1),
      { items: Array.from({ length: 20 }, () => 'x'.repeat(3500)) },
      /an entry of the ledger holds/,
    ));

  it('refuses when two parties were registered meanwhile that one row fits', async () => {
    const draft = await desk.draft(matter, 'name,kind,state\nTwin,place,Example State\n');
    const id = 'ocd-division/country:us/state:zz/place:twin';
    const both = `name,kind,state,ocd_id\nTwin,place,Example State,${id}\nTwin,place,Example State,${id}~2\n`;
    await serveDraft(desk.services, await desk.draft(matter, both));
    await expect(serveDraft(desk.services, draft)).rejects.toMatchObject({ code: 'recipients-unclear' });
  });

  it('refuses formulas in columns that the letter uses, by line, and no others', async () => {
    const csv = (phone: string) =>
      `name,kind,state,phone,remark\nOne,place,Example State,+1 (555) 010-0000,-\nTwo,place,Example State,${phone},=1+1\n`;
    const letter = { subject: 'S', text: '{{phone}} {{link}}' };
    await refused(csv('=cmd()'), { letter }, /^Line 3: the value of \{\{phone\}\} for Two starts with “=”/);
    for (const phone of ['-', '+1 555 0100 ext. 7']) {
      const [, two] = await servicesOf(
        await serveDraft(desk.services, await desk.draft(matter, csv(phone), { letter })),
      );
      expect(two?.merge).toEqual({ phone });
    }
  });
});

describe('serving a large request', () => {
  const N = 2 * CHUNK_SIZE + 7;
  const csv = placesCsv(N, (i) => i % 10 !== 0);

  it.each([
    [1, false],
    [1, true],
    [2, false],
    [3, true],
    [4, false],
  ])('goes on after a crash at append %i (stored: %s) and serves nobody twice', async (at, stored) => {
    const draft = await desk.draft(matter, csv);
    const { request } = await startServing(desk.services, draft);
    const broken = failing(at, stored);
    await expect(finishServing(broken.services, draft)).rejects.toThrow('the machine went down');
    expect((await loadDraft(desk.t.db, draft)).servedAt).toBeNull();
    const next = { ...desk.services };
    expect(await resumeServing(next)).toBe(1);
    // Asking for it again starts nothing new, and waits for the same work.
    await serveDraft(next, draft);
    expect(await servedSoFar(desk.services, request)).toBe(N);
    expect((await outbox(request)).length).toBe(N - Math.floor(N / 10));
    const parties = await desk.t.db
      .selectFrom('view.party')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('ocd_id', 'like', 'ocd-division/country:us/state:zz/place:p%')
      .executeTakeFirst();
    expect(parties?.n).toBe(N);
  });

  it('stops at a chunk when it is told to, and goes on at the next start', async () => {
    const draft = await desk.draft(matter, csv);
    const { request } = await startServing(desk.services, draft);
    let asked = 0;
    await finishServing(desk.services, draft, () => ++asked < 2);
    expect(await servedSoFar(desk.services, request)).toBe(CHUNK_SIZE);
    const next = { ...desk.services };
    expect(await resumeServing(next)).toBe(1);
    await serveDraft(next, draft);
    expect(await servedSoFar(desk.services, request)).toBe(N);
  });

  it('finishes the chunk in hand when the server stops', async () => {
    const draft = await desk.draft(matter, csv);
    const { request } = await startServing(desk.services, draft);
    const own = { ...desk.services };
    expect(await resumeServing(own)).toBe(1);
    await stopServing(own);
    const soFar = await servedSoFar(desk.services, request);
    expect([0, CHUNK_SIZE, 2 * CHUNK_SIZE, N]).toContain(soFar);
    await serveDraft({ ...desk.services }, draft);
    expect(await servedSoFar(desk.services, request)).toBe(N);
  });

  it('ends when the request is revoked while it is served', async () => {
    const draft = await desk.draft(matter, csv);
    const { request } = await startServing(desk.services, draft);
    let asked = 0;
    await finishServing(desk.services, draft, () => ++asked < 2);
    await revokeRequest(desk.services, request, { reason: 'Wrong items' }, desk.t.newId());
    await finishServing(desk.services, draft);
    expect((await loadDraft(desk.t.db, draft)).serving?.ended).toBe('revoked');
    expect(await servedSoFar(desk.services, request)).toBe(CHUNK_SIZE);
    expect(new Set((await outbox(request)).map((l) => l.state))).toEqual(new Set(['revoked']));
    expect(await resumeServing({ ...desk.services })).toBe(0);
  });

  it('says in the draft what stopped it when it cannot go on by itself', async () => {
    const draft = await desk.draft(matter, csv);
    const { services } = failing(2, false);
    await expect(serveDraft(services, draft)).rejects.toBeInstanceOf(Unavailable);
    expect((await loadDraft(desk.t.db, draft)).serving?.trouble).toMatch(/not made for/);
    await serveDraft({ ...desk.services }, draft);
    expect((await loadDraft(desk.t.db, draft)).serving).toMatchObject({ ended: 'served', trouble: null });
  });
});

describe('revoking', () => {
  it('takes the request back and stops its letters, once', async () => {
    const request = await serveDraft(desk.services, await desk.draft(matter, placesCsv(2)));
    const once = desk.t.newId();
    await Promise.all([
      revokeRequest(desk.services, request, { reason: 'Wrong items' }, once),
      revokeRequest(desk.services, request, { reason: 'Wrong items' }, once),
    ]);
    expect((await revocationOf(desk.t.db, request))?.reason).toBe('Wrong items');
    expect((await outbox(request)).map((l) => l.state)).toEqual(['revoked', 'revoked']);
    await expect(revokeRequest(desk.services, request, { reason: 'Again' }, desk.t.newId())).rejects.toMatchObject({
      code: 'already-revoked',
    });
  });

  it('refuses two people at once, the second by name', async () => {
    const request = await serveDraft(desk.services, await desk.draft(matter, placesCsv(1)));
    const both = await Promise.allSettled(
      ['A', 'B'].map((reason) => revokeRequest(desk.services, request, { reason }, desk.t.newId())),
    );
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = both.find((one) => one.status === 'rejected');
    expect(lost?.reason instanceof Conflict || lost?.reason instanceof RuleRefusal).toBe(true);
  });

  it('refuses a reason that is missing, and refuses when it is too late', async () => {
    const request = await serveDraft(desk.services, await desk.draft(matter, placesCsv(1)));
    await expect(revokeRequest(desk.services, request, { reason: ' ' }, desk.t.newId())).rejects.toMatchObject({
      fields: { reason: 'Reason is missing: say why.' },
    });
    desk.t.clock.tick(REVOKE_MINUTES * 60_000 - 1_999);
    await expect(revokeRequest(desk.services, request, { reason: 'Too late' }, desk.t.newId())).rejects.toMatchObject({
      code: 'letters-left',
    });
    expect((await outbox(request)).map((l) => l.state)).toEqual(['queued']);
  });
});
