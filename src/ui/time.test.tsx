import { describe, expect, it } from 'vitest';
import { instantOf, readAsOf } from './asof.tsx';
import { Day, dateText, localInput, Time, timeText } from './time.tsx';

const at = new Date('2018-01-24T17:00:09.000Z');

describe('times', () => {
  it('are written out in a zone', () => {
    expect(timeText(at, 'America/New_York').text).toBe('24 Jan 2018, 12:00 ET');
    expect(timeText(at, 'America/Los_Angeles', { weekday: true, seconds: true }).text).toBe(
      'Wed 24 Jan 2018, 09:00:09 PT',
    );
    expect(timeText(at, 'UTC').text).toBe('24 Jan 2018, 17:00 UTC');
    expect(timeText(new Date('2018-01-25T05:00:00Z'), 'America/New_York').text).toBe('25 Jan 2018, 00:00 ET');
  });
  it('carry the exact instant', () => {
    expect((<Time at={at} zone="America/New_York" />).toString()).toBe(
      '<time datetime="2018-01-24T17:00:09.000Z">24 Jan 2018, 12:00 ET</time>',
    );
    expect((<Day on="2018-02-23" weekday />).toString()).toBe('<time datetime="2018-02-23">Fri 23 Feb 2018</time>');
  });
  it('leave alone what is no date', () => {
    expect(dateText('2018-13-40')).toBe('2018-13-40');
    expect(dateText('soon')).toBe('soon');
  });
});

describe('as of', () => {
  it('reads a wall clock back in the zone that it was shown in, also around changes of clocks', () => {
    for (const zone of ['America/New_York', 'America/Los_Angeles', 'UTC', 'Asia/Kathmandu', 'Pacific/Apia']) {
      for (const iso of [
        '2018-01-24T17:00:00Z',
        '2018-03-11T06:30:00Z',
        '2018-03-11T07:30:00Z',
        '2018-07-01T00:00:00Z',
        '2018-11-04T12:00:00Z',
      ]) {
        const instant = new Date(iso);
        expect(instantOf(localInput(instant, zone), zone)?.toISOString(), `${zone} ${iso}`).toBe(instant.toISOString());
      }
    }
  });
  it('keeps seconds and milliseconds that were typed', () => {
    expect(instantOf('2018-01-24T12:00:09.5', 'America/New_York')?.toISOString()).toBe('2018-01-24T17:00:09.500Z');
  });
  it('takes RFC 3339, a wall clock, and nothing else', () => {
    const zone = 'America/New_York';
    expect(readAsOf({ asOf: '2018-01-24T17:00:00.000Z' }, zone).asOf?.getTime()).toBe(Date.UTC(2018, 0, 24, 17));
    expect(readAsOf({ asOf: '2018-01-24T12:00', tz: 'America/Los_Angeles' }, zone).asOf?.getTime()).toBe(
      Date.UTC(2018, 0, 24, 20),
    );
    expect(readAsOf({}, zone)).toEqual({ asOf: null, axis: 'known', zone, problem: null });
    for (const asOf of ['yesterday', '2018-02-30T00:00', '2018-01-24T25:00', '<script>']) {
      const read = readAsOf({ asOf, tz: 'Mars/Olympus' }, zone);
      expect(read.asOf, asOf).toBeNull();
      expect(read.zone).toBe(zone);
      expect(read.problem).toContain('was not a date');
    }
    expect(readAsOf({ axis: 'happened' }, zone).axis).toBe('happened');
  });
});
