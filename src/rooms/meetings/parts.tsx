/** A meeting and who takes part, as the record and the desk show it. Pure props; derives only what standing.ts says. */
import type { Child } from 'hono/jsx';
import type { EmptyProps } from '../../ui/empty.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Counts, Facts, Table } from '../../ui/table.tsx';
import { Day, Time } from '../../ui/time.tsx';
import { participation } from '../../ui/words.ts';
import { type Figure, valueText } from '../figures/view.ts';
import { SourceWords } from '../sourced.tsx';
import type { Through } from './entries.ts';
import { countBy, STATUSES, type Status, statusOf } from './standing.ts';
import type { Meeting, Participant, Said } from './view.ts';
import { meetingWhen } from './when.ts';

const THROUGH: Readonly<Record<Through, string>> = {
  link: 'by its link',
  'calendar mail': 'by calendar mail',
  call: 'by telephone',
  letter: 'by letter or mail',
  'in person': 'in person',
};
/** "by its link": how a word reached this server. */
export const throughWords = (through: Through): string => THROUGH[through];

/** Another time that somebody asks for, in words. */
export function proposalWords(other: {
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly zone: string;
}): string {
  const when = {
    startsAt: new Date(other.startsAt),
    endsAt: other.endsAt === null ? null : new Date(other.endsAt),
    dayOnly: false,
    zone: other.zone,
  };
  return `Asks for another time: ${meetingWhen(when)}`;
}

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
              {meeting.zone && meeting.zone !== zone && !meeting.dayOnly ? (
                <div class="soft">There: {meetingWhen(meeting)}</div>
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
export function MeetingCounts({
  participants,
  capacity = null,
}: {
  participants: readonly Participant[];
  /** seats, to say how many are left */
  capacity?: number | null;
}) {
  const counts = countBy(
    participants,
    (one) => statusOf(one.said),
    () => '',
  ).get('');
  const attended = participants.filter((one) => one.attended === true).length;
  const coming = (counts?.accepted ?? 0) + (counts?.delegated ?? 0);
  return (
    <Counts
      counts={[
        { n: participants.length, text: 'invited by name' },
        ...STATUSES.flatMap((status) => {
          const n = counts?.[status] ?? 0;
          return n > 0 ? [{ n, text: participation(status).word }] : [];
        }),
        ...(participants.some((one) => one.attended !== null) ? [{ n: attended, text: 'attended' }] : []),
        ...(capacity === null
          ? []
          : coming <= capacity
            ? [{ n: capacity - coming, text: 'seats left' }]
            : [{ n: coming - capacity, text: 'more than there are seats' }]),
      ]}
    />
  );
}

const BY = [
  { head: 'Kind', of: (one: Participant) => one.kind },
  { head: 'State', of: (one: Participant) => one.state ?? 'none' },
] as const;

/** With whom the people in these offices stand, by holding, as far as it is known. */
export type Affiliations = ReadonlyMap<string, readonly string[]>;

export const affiliationOf = (one: Pick<Participant, 'holding'>, known: Affiliations): string =>
  one.holding === null ? 'none: a party itself' : (known.get(one.holding)?.join(' and ') ?? 'not known');

/** The same counts by kind of party, by state and by affiliation, folded away. */
export function MeetingBreakdown({
  participants,
  affiliations = new Map(),
}: {
  participants: readonly Participant[];
  affiliations?: Affiliations;
}) {
  if (participants.length < 2) return null;
  const by =
    affiliations.size === 0
      ? BY
      : [...BY, { head: 'Affiliation', of: (one: Participant) => affiliationOf(one, affiliations) }];
  return (
    <details class="working">
      <summary>{affiliations.size === 0 ? 'By kind and state' : 'By kind, state and affiliation'}</summary>
      {by.map(({ head, of }) => (
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

/** What others say of how many came or were invited, beside our own count of names; none silently preferred. */
export function HeadCounts({
  figures,
  participants,
  receipt,
}: {
  figures: readonly Figure[];
  participants: readonly Participant[];
  receipt: ((entry: string) => string) | null;
}) {
  if (figures.length === 0) return null;
  const taken = participants.some((one) => one.attended !== null);
  const came = participants.filter((one) => one.attended === true).length;
  return (
    <>
      <Table
        caption="Head-counts that are claimed"
        rows={figures}
        empty={{ what: 'None' }}
        columns={[
          { head: 'What', names: true, cell: (one) => one.measure },
          { head: 'How many', cell: (one) => `${valueText(one)} ${one.unit}` },
          {
            head: 'Who claims it',
            cell: (one) => (
              <>
                {one.claimant}
                {one.rank === 'normal' ? null : <div class="soft">{one.rank}</div>}
              </>
            ),
          },
          {
            head: 'Source',
            cell: (one) => (
              <>
                <SourceWords source={one.source} />
                {receipt ? (
                  <>
                    {' '}
                    ·{' '}
                    <a href={receipt(one.entry)}>
                      receipt<span class="usa-sr-only"> of this head-count</span>
                    </a>
                  </>
                ) : null}
              </>
            ),
          },
        ]}
      />
      <p>
        Our own count: {participants.length.toLocaleString('en-US')} invited by name
        {taken ? `, ${came.toLocaleString('en-US')} of them seen at the door` : '; nobody took the attendance'}.
      </p>
    </>
  );
}

function sayerWords({ by, sayer, through }: Said): string {
  const way = through === null ? '' : ` ${throughWords(through)}`;
  if (by === 'the party itself') return `said so${way}`;
  const name = sayer ?? 'not named';
  return by === 'a spokesperson' ? `through a spokesperson (${name})${way}` : `according to ${name}`;
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
        {
          head: 'At the meeting',
          cell: (one) => (
            <>
              {ATTENDED(one.attended)}
              {one.attendedAt && one.attended ? (
                <div class="soft">
                  seen <Time at={one.attendedAt} zone={zone} />
                </div>
              ) : null}
            </>
          ),
        },
        ...(props.last ? [props.last] : []),
      ]}
    />
  );
}
