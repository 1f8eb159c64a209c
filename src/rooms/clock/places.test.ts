/** Calendars of recipients: every state has one, and nothing is guessed from a name that is none. */
import { describe, expect, it } from 'vitest';
import { timeZone } from '../fields.ts';
import { STATES } from '../states.ts';
import { holidaysOf } from './holidays.ts';
import { calendarOfPlace, zoneOfPlace } from './places.ts';
import { byIssuer, dueByPlace } from './rules.ts';

describe('the calendar of a place', () => {
  it('is there for every state', () => {
    for (const code of Object.keys(STATES)) expect(holidaysOf(`US-${code}`, 2026)?.size).toBeGreaterThan(5);
  });

  it.each([
    [{ ocdId: 'ocd-division/country:us/state:ca/place:watsonville', state: null }, 'US-CA'],
    [{ ocdId: 'ocd-division/country:us/district:dc', state: null }, 'US-DC'],
    [{ ocdId: 'ocd-division/country:us/state:il', state: 'Indiana' }, 'US-IL'],
    [{ ocdId: null, state: ' new mexico ' }, 'US-NM'],
    [{ ocdId: null, state: 'VT' }, 'US-VT'],
    [{ ocdId: null, state: 'Example State' }, null],
    [{ ocdId: 'ocd-division/country:us/territory:pr', state: null }, null],
    [{ ocdId: null, state: null }, null],
  ])('%o', (place, calendar) => expect(calendarOfPlace(place)).toBe(calendar));

  it.each([
    [{ ocdId: 'ocd-division/country:us/state:ca/place:watsonville', state: null }, 'America/Los_Angeles'],
    [{ ocdId: null, state: 'Hawaii' }, 'Pacific/Honolulu'],
    // A state keeps the time of its capital; where a part of it keeps another one, nothing is guessed of a place in it.
    [{ ocdId: 'ocd-division/country:us/state:tx', state: null }, 'America/Chicago'],
    [{ ocdId: 'ocd-division/country:us/state:tx/county:el_paso', state: null }, null],
    [{ ocdId: null, state: 'Indiana' }, null],
    [{ ocdId: null, state: 'Indiana', zone: 'America/Indiana/Knox' }, 'America/Indiana/Knox'],
    [{ ocdId: null, state: null }, null],
  ])('%o keeps the time of %s', (place, zone) => expect(zoneOfPlace(place)).toBe(zone));

  it('has a time zone for every state itself', () => {
    for (const code of Object.keys(STATES)) {
      const type = code === 'DC' ? 'district' : 'state';
      const zone = zoneOfPlace({ ocdId: `ocd-division/country:us/${type}:${code.toLowerCase()}`, state: null });
      expect(timeZone.safeParse(zone).success).toBe(true);
    }
  });

  it('refuses by name a place whose time zone is not clear', () => {
    const rule = {
      ...{ type: 'count' as const, count: 5, unit: 'days' as const, zone: 'America/New_York', holidays: 'US' },
      ...{ whose: 'recipient' as const, roll: 'none' as const, cutOff: null, receivedOn: 'any day' as const },
      ...{ mailDays: 0, preset: null },
    };
    const due = dueByPlace(
      { issuer: 'us', rule, items: [1], own: new Map(), closings: [] },
      Date.parse('2025-03-24T18:00:00Z'),
    );
    const at = (zone: string | null) => due({ ocdId: null, state: 'Tennessee', zone, party: null });
    expect(() => at(null)).toThrow(expect.objectContaining({ code: 'time-zone-unclear' }));
    expect(at('America/New_York')).toMatchObject({ due: { at: '2025-03-30T04:00:00.000Z' }, zone: 'America/New_York' });
    expect(at('America/Chicago')).toMatchObject({ due: { at: '2025-03-30T05:00:00.000Z' }, zone: 'America/Chicago' });
  });

  it('gives each recipient its own date', () => {
    const rule = {
      ...{ type: 'count' as const, count: 5, unit: 'business days' as const, zone: 'America/Chicago', holidays: 'US' },
      ...{ whose: 'recipient' as const, roll: 'none' as const, cutOff: null, receivedOn: 'any day' as const },
      ...{ mailDays: 0, preset: null },
    };
    const served = Date.parse('2025-03-24T18:00:00Z');
    const asking = { issuer: 'us', rule, items: [1], own: new Map(), closings: [] };
    const due = dueByPlace(asking, served);
    const on = (to: typeof due, state: string | null, party: string | null = null) =>
      to({ ocdId: null, state, party }).due.on;
    expect(on(due, 'California')).toBe('2025-04-01');
    expect(on(due, 'Illinois')).toBe('2025-03-31');
    expect(() => on(due, null)).toThrow(/is not known/);
    expect(on(dueByPlace({ ...asking, rule: byIssuer(rule) }, served), null)).toBe('2025-03-31');
    // A day that one recipient’s office is closed counts for it alone, and not for rules that count by the issuer.
    const day = { type: 'holiday' as const, on: '2025-03-27', name: 'Founders’ Day' };
    const closings = [{ id: 'a', party: 'them', since: served, event: day }];
    const closed = dueByPlace({ ...asking, closings }, served);
    expect([on(closed, 'Illinois', 'them'), on(closed, 'Illinois', 'others')]).toEqual(['2025-04-01', '2025-03-31']);
    expect(on(dueByPlace({ ...asking, rule: byIssuer(rule), closings }, served), 'Illinois', 'them')).toBe(
      '2025-03-31',
    );
  });

  it('gives each item its own date where it has a rule of its own; the recipient as a whole follows the first', () => {
    const rule = { type: 'days' as const, days: 30, business: false, zone: 'UTC' };
    const asking = { issuer: 'us', rule, items: [1, 2, 3], own: new Map([[2, { ...rule, days: 10 }]]), closings: [] };
    const dues = dueByPlace(asking, Date.parse('2025-03-03T12:00:00Z'))({ ocdId: null, state: null, party: null });
    expect(dues).toMatchObject({
      due: { on: '2025-03-13' },
      cells: [
        { items: [1, 3], on: '2025-04-02' },
        { items: [2], on: '2025-03-13' },
      ],
    });
    // The same date, counted alike: no cells.
    const same = dueByPlace({ ...asking, own: new Map([[2, { ...rule }]]) }, Date.parse('2025-03-03T12:00:00Z'));
    expect(same({ ocdId: null, state: null, party: null }).cells).toBeNull();
  });
});
