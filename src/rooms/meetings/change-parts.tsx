/** What became of a meeting since it was called, as desk, invitation and record show it: moved from when, why, or called off. Pure props. */
import type { Child } from 'hono/jsx';
import { num, t } from '../../base/language.ts';
import { Notice } from '../../ui/notice.tsx';
import { rich } from '../../ui/rich.tsx';
import { Time } from '../../ui/time.tsx';
import { type Change, changedSince } from './changed.ts';
import type { Meeting } from './view.ts';
import { meetingWhen } from './when.ts';

/** What was otherwise before, one line each: "Moved from Friday, March 20, 2026, 11:00 AM EDT (America/New_York)". */
export function wasWords({ was }: Pick<Change, 'was'>): readonly string[] {
  const none = t('meetings.not-known');
  return [
    ...(was.when === undefined ? [] : [t('meetings.changed.when.was', { was: meetingWhen(was.when) })]),
    ...(was.place === undefined ? [] : [t('meetings.changed.place.was', { was: was.place ?? none })]),
    ...(was.capacity === undefined
      ? []
      : [t('meetings.changed.seats.was', { was: was.capacity === null ? none : num(was.capacity) })]),
    ...(was.agenda === undefined
      ? []
      : [
          was.agenda === ''
            ? t('meetings.changed.agenda.was.none')
            : t('meetings.changed.agenda.was', { was: was.agenda }),
        ]),
  ];
}

const quiet = (words: Child) => <span class="usa-sr-only">{words}</span>;

/** Every change with its reason, oldest first; nothing where there is none. */
export function MeetingChanges(props: {
  meeting: Pick<Meeting, 'changes' | 'cancelled'>;
  zone: string;
  /** address of a change's receipt; left out where none is linked */
  receipt?: ((entry: string) => string) | null | undefined;
}) {
  const { meeting, zone, receipt } = props;
  const proof = (one: Change) =>
    receipt ? (
      <>
        {' '}
        · <a href={receipt(one.entry)}>{rich('meetings.changed.receipt', { sr: quiet })}</a>
      </>
    ) : null;
  const changes = meeting.changes.filter((one) => !one.cancelled);
  const { cancelled } = meeting;
  return (
    <>
      {cancelled ? (
        <Notice title={t('meetings.changed.called-off')}>
          <p>
            {rich('meetings.changed.called-off.on', {
              at: <Time at={cancelled.occurredAt} zone={zone} />,
              reason: <span class="body__text">{cancelled.reason}</span>,
            })}
            {proof(cancelled)}
          </p>
        </Notice>
      ) : null}
      {changes.length === 0 ? null : (
        <Notice title={t('meetings.changed')}>
          <ol class="said-words">
            {changes.map((one) => (
              <li>
                {rich('meetings.changed.on', { at: <Time at={one.occurredAt} zone={zone} /> })}
                {proof(one)}
                {wasWords(one).map((words) => (
                  <div class="body__text">{words}</div>
                ))}
                <div class="body__text">
                  {t('meetings.changed.reason.label')}: {one.reason}
                </div>
              </li>
            ))}
          </ol>
        </Notice>
      )}
    </>
  );
}

/** Beside a word that was given of a meeting which was to be otherwise. */
export function BeforeChange({ changes, at, zone }: { changes: readonly Change[]; at: Date; zone: string }) {
  const since = changedSince(changes, at);
  if (!since) return null;
  return <>, {rich('meetings.changed.before-change', { at: <Time at={since.occurredAt} zone={zone} /> })}</>;
}
