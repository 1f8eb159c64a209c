/** A meeting as it stands after its changes: what it was called as, what each change was before and is since, and why. Pure. */
import { z } from 'zod';
import { meetingChanged } from './entries.ts';

/** A meeting as it was called. */
export interface Called {
  readonly id: string;
  readonly entry: string;
  readonly convener: string;
  readonly subject: string;
  readonly place: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly dayOnly: boolean;
  /** seats; null where nobody said */
  readonly capacity: number | null;
  readonly agenda: string;
  /** of its hours; null where nobody said */
  readonly zone: string | null;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

export type When = Pick<Called, 'startsAt' | 'endsAt' | 'dayOnly' | 'zone'>;

/** What of a meeting is otherwise; what is left out stays. */
export interface Altered {
  readonly when?: When;
  readonly place?: string | null;
  readonly capacity?: number | null;
  readonly agenda?: string;
}

export interface Change {
  readonly entry: string;
  /** it calls the meeting off, and changes nothing else */
  readonly cancelled: boolean;
  readonly reason: string;
  readonly was: Altered;
  readonly is: Altered;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

/** Changes as the database holds them. */
export const changeRows = z.array(
  z.object({
    entry: z.string(),
    cancelled: z.boolean(),
    changes: meetingChanged.shape.changes.nullable(),
    reason: z.string(),
    occurredAt: z.coerce.date(),
    recordedAt: z.coerce.date(),
  }),
);
type ChangeRow = z.infer<typeof changeRows>[number];

/** What an entry `meeting.changed` changes. */
export function alteredBy(changes: ChangeRow['changes']): Altered {
  const { when, place, capacity, agenda } = changes ?? {};
  return {
    ...(when === undefined
      ? {}
      : {
          when: {
            startsAt: new Date(when.startsAt),
            endsAt: when.endsAt === null ? null : new Date(when.endsAt),
            dayOnly: when.dayOnly,
            zone: when.zone,
          },
        }),
    ...(place === undefined ? {} : { place }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(agenda === undefined ? {} : { agenda }),
  };
}

const whenOf = ({ startsAt, endsAt, dayOnly, zone }: When): When => ({ startsAt, endsAt, dayOnly, zone });

/** What stood of that which a change names. */
const before = (meeting: Called, is: Altered): Altered => ({
  ...('when' in is ? { when: whenOf(meeting) } : {}),
  ...('place' in is ? { place: meeting.place } : {}),
  ...('capacity' in is ? { capacity: meeting.capacity } : {}),
  ...('agenda' in is ? { agenda: meeting.agenda } : {}),
});

/** @param rows in the order in which they were written */
export function asChanged(
  called: Called,
  rows: readonly ChangeRow[],
): Called & { readonly changes: readonly Change[]; readonly cancelled: Change | null } {
  let stands = called;
  const changes: Change[] = [];
  for (const { changes: change, ...row } of rows) {
    const is = alteredBy(change);
    changes.push({ ...row, was: before(stands, is), is });
    const { when, ...rest } = is;
    stands = { ...stands, ...when, ...rest };
  }
  return { ...stands, changes, cancelled: changes.find((one) => one.cancelled) ?? null };
}

/** The entry that says when and where a meeting is, or that it is called off. */
export const termsEntry = (meeting: { readonly entry: string; readonly changes: readonly Change[] }): string =>
  meeting.changes.at(-1)?.entry ?? meeting.entry;

/** The last change after which nothing was said: what was said at `at` was said of a meeting that was to be otherwise. Null where there is none. */
export function changedSince(changes: readonly Change[], at: Date): Change | null {
  const last = changes.filter((one) => !one.cancelled).at(-1);
  return last && at < last.occurredAt ? last : null;
}
