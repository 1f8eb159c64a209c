/** The end of an embargo: an instant, and the zone in which it was meant. */
import type { Millis } from '../base/clock.ts';

export interface Until {
  readonly until: Millis;
  readonly zone: string;
}
