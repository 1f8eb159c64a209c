/** Calendars of recipients: every state has one, and nothing is guessed from a name that is none. */
import { describe, expect, it } from 'vitest';
import { holidaysOf } from './holidays.ts';
import { calendarOfPlace, STATES } from './places.ts';
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

  it('gives each recipient its own date', () => {
    const rule = {
      ...{ type: 'count' as const, count: 5, unit: 'business days' as const, zone: 'America/Chicago', holidays: 'US' },
      ...{ whose: 'recipient' as const, roll: 'none' as const, cutOff: null, receivedOn: 'any day' as const },
      ...{ mailDays: 0, preset: null },
    };
    const served = Date.parse('2025-03-24T18:00:00Z');
    const due = dueByPlace(rule, served);
    expect(due({ ocdId: null, state: 'California' }).on).toBe('2025-04-01');
    expect(due({ ocdId: null, state: 'Illinois' }).on).toBe('2025-03-31');
    expect(() => due({ ocdId: null, state: null })).toThrow(/is not known/);
    expect(dueByPlace(byIssuer(rule), served)({ ocdId: null, state: null }).on).toBe('2025-03-31');
  });
});
