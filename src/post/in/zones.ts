/**
 * Names of time zones as mail programs write them, as IANA names: Windows' own names for the zones that people here meet (Unicode CLDR,
 * windowsZones, territory 001 and US), and names with a maker's path before them. What is not here is read by its own VTIMEZONE. Pure.
 */

const WINDOWS: Readonly<Record<string, string>> = {
  'hawaiian standard time': 'Pacific/Honolulu',
  'alaskan standard time': 'America/Anchorage',
  'aleutian standard time': 'America/Adak',
  'pacific standard time': 'America/Los_Angeles',
  'us mountain standard time': 'America/Phoenix',
  'mountain standard time': 'America/Denver',
  'central standard time': 'America/Chicago',
  'canada central standard time': 'America/Regina',
  'eastern standard time': 'America/New_York',
  'us eastern standard time': 'America/Indiana/Indianapolis',
  'atlantic standard time': 'America/Halifax',
  'newfoundland standard time': 'America/St_Johns',
  'sa western standard time': 'America/La_Paz',
  'west pacific standard time': 'Pacific/Port_Moresby',
  'samoa standard time': 'Pacific/Apia',
  'utc-11': 'Etc/GMT+11',
  'gmt standard time': 'Europe/London',
  'greenwich standard time': 'Atlantic/Reykjavik',
  'w. europe standard time': 'Europe/Berlin',
  'romance standard time': 'Europe/Paris',
  'central europe standard time': 'Europe/Budapest',
  'central european standard time': 'Europe/Warsaw',
  'e. europe standard time': 'Europe/Chisinau',
  'fle standard time': 'Europe/Kiev',
  'gtb standard time': 'Europe/Bucharest',
  'tokyo standard time': 'Asia/Tokyo',
  'china standard time': 'Asia/Shanghai',
  'india standard time': 'Asia/Calcutta',
  'aus eastern standard time': 'Australia/Sydney',
  'new zealand standard time': 'Pacific/Auckland',
  utc: 'UTC',
  'coordinated universal time': 'UTC',
};

const isZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name.includes('/') || name === 'UTC';
  } catch {
    return false;
  }
};

/** @param tzid as it stands in the mail @returns an IANA name that this machine knows, or null */
export function zoneNamed(tzid: string): string | null {
  const name = tzid.trim().replace(/^"|"$/g, '');
  const windows = WINDOWS[name.toLowerCase()];
  if (Object.hasOwn(WINDOWS, name.toLowerCase()) && windows !== undefined) return windows;
  if (name === 'GMT' || name === 'Etc/UTC') return 'UTC';
  // "/freeassociation.sourceforge.net/America/New_York", "/example.com/20240101/America/Indiana/Knox"
  const parts = name.split('/').filter(Boolean);
  for (const n of [parts.length, 3, 2]) {
    const tail = parts.slice(-n).join('/');
    if (isZone(tail)) return tail;
  }
  return null;
}
