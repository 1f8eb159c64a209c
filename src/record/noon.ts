/** The noon that a record's first line counts from: the last one before its moment that is at least some hours back. Pure. */
import { instantOf } from '../ui/asof.tsx';
import { localInput } from '../ui/time.tsx';

const HOUR = 3_600_000;

/**
 * The last noon, in `zone`, that lies six hours or more before `at`: in the evening that of the day, in the morning that of the day before. So
 * there is always something to look back on, and the time is one that people know.
 */
export function lastNoon(at: Date, zone: string): Date {
  for (let back = 0; back < 3; back++) {
    const day = localInput(new Date(at.getTime() - back * 24 * HOUR), zone).slice(0, 10);
    const noon = instantOf(`${day}T12:00`, zone);
    if (noon && at.getTime() - noon.getTime() >= 6 * HOUR) return noon;
  }
  return new Date(at.getTime() - 24 * HOUR);
}
