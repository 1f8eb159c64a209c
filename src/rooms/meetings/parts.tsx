/** A meeting and who takes part, as the record and the desk show it. Pure props; derives only what standing.ts says. */
import type { Child } from 'hono/jsx';
import type { EmptyProps } from '../../ui/empty.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Counts, Facts, Table } from '../../ui/table.tsx';
import { Day, Time } from '../../ui/time.tsx';
import { participation } from '../../ui/words.ts';
import { countBy, STATUSES, type Status, statusOf } from './standing.ts';
import type { Meeting, Participant, Said } from './view.ts';

/** When, where, by whom, for how many. */
export function MeetingFacts({ meeting, zone }: { meeting: Meeting; zone: string }) {
  return (
    <Facts
      facts={[
        { name: 'Called by', value: meeting.convener },
        {
          name: 'When',
          value: (
            <>
              <Time at={meeting.startsAt} zone={zone} dayOnly={meeting.dayOnly} />
              {meeting.endsAt ? (
                <>
                  {' '}
                  to <Time at={meeting.endsAt} zone={zone} />
                </>
              ) : null}
            </>
          ),
        },
        { name: 'Where', value: meeting.place ?? 'not known' },
        { name: 'Seats', value: meeting.capacity === null ? 'not known' : meeting.capacity.toLocaleString('en-US') },
        ...(meeting.agenda === '' ? [] : [{ name: 'About', value: <span class="body__text">{meeting.agenda}</span> }]),
      ]}
    />
  );
}

/** Everyone by status, and how many were there. */
export function MeetingCounts({ participants }: { participants: readonly Participant[] }) {
  const counts = countBy(
    participants,
    (one) => statusOf(one.said),
    () => '',
  ).get('');
  const attended = participants.filter((one) => one.attended === true).length;
  return (
    <Counts
      counts={[
        { n: participants.length, text: 'invited by name' },
        ...STATUSES.flatMap((status) => {
          const n = counts?.[status] ?? 0;
          return n > 0 ? [{ n, text: participation(status).word }] : [];
        }),
        ...(participants.some((one) => one.attended !== null) ? [{ n: attended, text: 'attended' }] : []),
      ]}
    />
  );
}

const BY = [
  { head: 'Kind', of: (one: Participant) => one.kind },
  { head: 'State', of: (one: Participant) => one.state ?? 'none' },
] as const;

/** The same counts by kind of party and by state, folded away. */
export function MeetingBreakdown({ participants }: { participants: readonly Participant[] }) {
  if (participants.length < 2) return null;
  return (
    <details class="working">
      <summary>By kind and state</summary>
      {BY.map(({ head, of }) => (
        <Table
          caption={`Participation by ${head.toLowerCase()}`}
          rows={[...countBy(participants, (one) => statusOf(one.said), of)].sort(([a], [b]) => (a < b ? -1 : 1))}
          empty={{ what: 'Nobody' }}
          columns={[
            { head, names: true, cell: ([key]) => key },
            ...STATUSES.map((status: Status) => ({
              head: participation(status).word,
              numeric: true,
              cell: ([, counts]: [string, Readonly<Record<Status, number>>]) => counts[status],
            })),
          ]}
        />
      ))}
    </details>
  );
}

function sayerWords({ by, sayer }: Said): string {
  if (by === 'the party itself') return 'said so';
  const name = sayer ?? 'not named';
  return by === 'a spokesperson' ? `through a spokesperson (${name})` : `according to ${name}`;
}

/** One word of theirs, with who said it, when, why, and from where it is known. */
function Word(props: {
  said: Said;
  zone: string;
  receipt: ((entry: string) => string) | null;
  manage: ((entry: string) => string) | undefined;
}) {
  const { said, zone, receipt, manage } = props;
  return (
    <li>
      <Mark state={participation(said.partstat)} />
      {said.delegate ? `: ${said.delegate} comes instead` : ''},{' '}
      <Time at={said.occurredAt} zone={zone} dayOnly={said.dayOnly} />, {sayerWords(said)}
      {said.reason ? `. ${said.reason}` : ''}
      {receipt ? (
        <>
          {' '}
          ·{' '}
          <a href={receipt(said.entry)}>
            receipt<span class="usa-sr-only"> of this word</span>
          </a>
        </>
      ) : null}
      {manage ? (
        <>
          {' '}
          ·{' '}
          <a href={manage(said.entry)}>
            withhold<span class="usa-sr-only"> this word</span>
          </a>
        </>
      ) : null}
      {said.source ? (
        <div class="soft">
          Source: {said.source.publisher}
          {said.source.published ? (
            <>
              , <Day on={said.source.published} />
            </>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}

const ATTENDED = (attended: boolean | null) =>
  attended === null ? 'not known' : attended ? 'was there' : 'was not there';

export function Participants(props: {
  participants: readonly Participant[];
  zone: string;
  receipt: ((entry: string) => string) | null;
  empty: EmptyProps;
  /** address of a party's page; left out where none is linked */
  party?: (id: string) => string;
  /** address of the page on which the organisation decides about one word; left out for everyone else */
  manage?: (entry: string) => string;
  /** a column of the desk's own, at the end */
  last?: { readonly head: string; readonly cell: (one: Participant) => Child };
}) {
  const { participants, zone, receipt } = props;
  return (
    <Table
      caption="Who was invited"
      quietCaption
      rows={participants}
      empty={props.empty}
      columns={[
        {
          head: 'Who',
          names: true,
          cell: (one) => (
            <>
              {props.party ? <a href={props.party(one.party)}>{one.name}</a> : one.name}
              <div class="soft">{one.office ?? [one.kind, one.state].filter(Boolean).join(', ')}</div>
            </>
          ),
        },
        {
          head: 'Stands',
          cell: (one) => <Mark state={participation(statusOf(one.said))} />,
        },
        {
          head: 'What was said',
          cell: (one) =>
            one.said.length === 0 ? (
              'nothing is known'
            ) : (
              <ol class="said-words">
                {one.said.map((said) => (
                  <Word said={said} zone={zone} receipt={receipt} manage={props.manage} />
                ))}
              </ol>
            ),
        },
        { head: 'At the meeting', cell: (one) => ATTENDED(one.attended) },
        ...(props.last ? [props.last] : []),
      ]}
    />
  );
}
