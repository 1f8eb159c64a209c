/** From entries to what the pure clock takes: when a request was served, and what happened to its clock since. Pure; passes over what is not about clocks. */
import { z } from 'zod';
import { instantText } from '../fields.ts';
import { clockResumed, clockTolled, dueExtended, dueRecounted, serviceCorrected } from './entries.ts';
import type { CellEvent, Service } from './events.ts';

/** An entry as its stream gives it. */
export interface Recorded {
  readonly id: string;
  readonly kind: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly body: Readonly<Record<string, unknown>>;
}

const served = z.object({ leavesAt: instantText.nullable() });

/** When the service of this stream counts as made: when its letter could leave, or what the source says; null where none is there. */
export function servedIn(entries: readonly Recorded[]): Service | null {
  const entry = entries.find((one) => one.kind === 'request.served');
  if (!entry) return null;
  return { at: served.parse(entry.body).leavesAt ?? entry.occurredAt.toISOString() };
}

/** The first line of a reason, short enough for a step of the working. */
function words(reason: string): string {
  const first = reason.split('\n', 1)[0] ?? '';
  return first.length > 160 ? `${first.slice(0, 159).trimEnd()}…` : first;
}

/** What moved the clock of a service, in the order of its stream. */
export function cellEventsIn(entries: readonly Recorded[]): readonly CellEvent[] {
  return entries.flatMap((entry): readonly CellEvent[] => {
    const common = { id: entry.id, at: entry.occurredAt.toISOString(), recordedAt: entry.recordedAt.toISOString() };
    switch (entry.kind) {
      case 'due.extended': {
        const { items, to, by, reason } = dueExtended.parse(entry.body);
        const event = {
          type: 'extended' as const,
          ...common,
          words: words(reason),
          ...(items === null ? {} : { items }),
        };
        if (to !== null) return [{ ...event, to }];
        return by === null ? [] : [{ ...event, by }];
      }
      case 'clock.tolled': {
        const { items, cause, until, reason } = clockTolled.parse(entry.body);
        const why = words(cause === 'other' ? reason : `${cause}: ${reason}`);
        return [
          {
            ...{ type: 'tolled' as const, ...common, words: why },
            ...(items === null ? {} : { items }),
            ...(until === null ? {} : { until }),
          },
        ];
      }
      case 'clock.resumed': {
        const { tolled, reason } = clockResumed.parse(entry.body);
        return [{ type: 'resumed', ...common, of: tolled, words: words(reason) }];
      }
      case 'service.corrected': {
        const { servedAt, reason } = serviceCorrected.parse(entry.body);
        // Corrections follow each other in the order in which they were made, whichever day they name.
        const made = { ...common, at: common.recordedAt };
        return [{ type: 'service-corrected', ...made, to: { at: servedAt }, words: words(reason) }];
      }
      case 'due.recounted': {
        const { event } = dueRecounted.parse(entry.body);
        return event === null ? [] : [{ ...event, recordedAt: common.recordedAt }];
      }
      default:
        return [];
    }
  });
}
