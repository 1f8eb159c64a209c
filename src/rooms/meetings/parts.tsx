/** A meeting and who takes part, as the record and the desk show it. Pure props; derives only what standing.ts says. */

import type { Child } from 'hono/jsx';
import { listed, num, t } from '../../base/language.ts';
import type { EmptyProps } from '../../ui/empty.tsx';
import { Mark } from '../../ui/mark.tsx';
import { rich } from '../../ui/rich.tsx';
import { Counts, Facts, Table } from '../../ui/table.tsx';
import { Day, Time } from '../../ui/time.tsx';
import { participation, partyKind } from '../../ui/words.ts';
import { type Figure, rankWord, valueText } from '../figures/view.ts';
import { SourceWords } from '../sourced.tsx';
import { BeforeChange, MeetingChanges } from './change-parts.tsx';
import type { Change } from './changed.ts';
import type { Through } from './entries.ts';
import { countBy, STATUSES, type Status, statusOf } from './standing.ts';
import type { Meeting, Participant, Said } from './view.ts';
import { meetingWhen } from './when.ts';

const THROUGH = {
  link: 'meetings.through.link',
  'calendar mail': 'meetings.through.mail',
  call: 'meetings.through.call',
  letter: 'meetings.through.letter',
  'in person': 'meetings.through.person',
} as const;
/** "by its link": how a word reached this server. */
export const throughWords = (through: Through): string => t(THROUGH[through]);

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
  return t('meetings.proposal', { when: meetingWhen(when) });
}

const quiet = (words: Child) => <span class="usa-sr-only">{words}</span>;

/** When, where, by whom, for how many; above it what was changed since it was called, or that it is called off. */
export function MeetingFacts(props: {
  meeting: Meeting;
  zone: string;
  /** address of a change's receipt; left out where none is linked */
  receipt?: ((entry: string) => string) | null;
}) {
  const { meeting, zone } = props;
  const begins = <Time at={meeting.startsAt} zone={zone} dayOnly={meeting.dayOnly} />;
  return (
    <>
      <MeetingChanges meeting={meeting} zone={zone} receipt={props.receipt} />
      <Facts
        facts={[
          { name: t('meetings.called-by'), value: meeting.convener },
          {
            name: t('meetings.when'),
            value: (
              <>
                {meeting.endsAt
                  ? rich('meetings.facts.span', {
                      from: begins,
                      until: <Time at={meeting.endsAt} zone={zone} />,
                    })
                  : begins}
                {meeting.zone && meeting.zone !== zone && !meeting.dayOnly ? (
                  <div class="soft">{t('meetings.facts.there', { when: meetingWhen(meeting) })}</div>
                ) : null}
              </>
            ),
          },
          { name: t('meetings.where'), value: meeting.place ?? t('meetings.not-known') },
          {
            name: t('meetings.seats'),
            value: meeting.capacity === null ? t('meetings.not-known') : num(meeting.capacity),
          },
          ...(meeting.agenda === ''
            ? []
            : [{ name: t('meetings.facts.about'), value: <span class="body__text">{meeting.agenda}</span> }]),
        ]}
      />
    </>
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
        { n: participants.length, text: t('meetings.count.invited', { n: participants.length }) },
        ...STATUSES.flatMap((status) => {
          const n = counts?.[status] ?? 0;
          return n > 0 ? [{ n, text: participation(status).word }] : [];
        }),
        ...(participants.some((one) => one.attended !== null)
          ? [{ n: attended, text: t('meetings.count.attended', { n: attended }) }]
          : []),
        ...(capacity === null
          ? []
          : coming <= capacity
            ? [{ n: capacity - coming, text: t('meetings.count.left', { n: capacity - coming }) }]
            : [{ n: coming - capacity, text: t('meetings.count.over', { n: coming - capacity }) }]),
      ]}
    />
  );
}

const KIND = {
  head: 'meetings.by.kind',
  caption: 'meetings.by.kind.caption',
  of: (one: Participant) => partyKind(one.kind),
} as const;
const STATE = {
  head: 'meetings.by.state',
  caption: 'meetings.by.state.caption',
  of: (one: Participant) => one.state ?? t('meetings.none'),
} as const;
const AFFILIATION = { head: 'meetings.by.affiliation', caption: 'meetings.by.affiliation.caption' } as const;

/** With whom the people in these offices stand, by holding, as far as it is known. */
export type Affiliations = ReadonlyMap<string, readonly string[]>;

export const affiliationOf = (one: Pick<Participant, 'holding'>, known: Affiliations): string => {
  if (one.holding === null) return t('meetings.by.affiliation.party');
  const among = known.get(one.holding);
  return among ? listed(among) : t('meetings.not-known');
};

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
      ? [KIND, STATE]
      : [KIND, STATE, { ...AFFILIATION, of: (one: Participant) => affiliationOf(one, affiliations) }];
  return (
    <details class="working">
      <summary>{affiliations.size === 0 ? t('meetings.by.summary') : t('meetings.by.summary.affiliation')}</summary>
      {by.map(({ head, caption, of }) => (
        <Table
          caption={t(caption)}
          rows={[...countBy(participants, (one) => statusOf(one.said), of)].sort(([a], [b]) => (a < b ? -1 : 1))}
          empty={{ what: t('meetings.by.empty') }}
          columns={[
            { head: t(head), names: true, cell: ([key]) => key },
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
        caption={t('meetings.heads')}
        rows={figures}
        empty={{ what: t('meetings.heads.empty') }}
        columns={[
          { head: t('meetings.heads.what'), names: true, cell: (one) => one.measure },
          { head: t('meetings.heads.many'), cell: (one) => `${valueText(one)} ${one.unit}` },
          {
            head: t('meetings.heads.claimant'),
            cell: (one) => (
              <>
                {one.claimant}
                {one.rank === 'normal' ? null : <div class="soft">{rankWord(one.rank)}</div>}
              </>
            ),
          },
          {
            head: t('meetings.source'),
            cell: (one) => (
              <>
                <SourceWords source={one.source} />
                {receipt ? (
                  <>
                    {' '}
                    · <a href={receipt(one.entry)}>{rich('meetings.heads.receipt', { sr: quiet })}</a>
                  </>
                ) : null}
              </>
            ),
          },
        ]}
      />
      <p>{t('meetings.heads.own', { n: participants.length, taken: taken ? 'yes' : 'no', came })}</p>
    </>
  );
}

function sayerWords({ by, sayer, through }: Said): string {
  const way = through === null ? { has: 'no', way: '' } : { has: 'yes', way: throughWords(through) };
  if (by === 'the party itself') return t('meetings.word.own', way);
  const name = sayer ?? t('meetings.not-named');
  return by === 'a spokesperson'
    ? t('meetings.word.spokesperson', { name, ...way })
    : t('meetings.word.outlet', { name });
}

/** One word of theirs, with who said it, when, why, and from where it is known. */
function Word(props: {
  said: Said;
  zone: string;
  receipt: ((entry: string) => string) | null;
  manage: ((entry: string) => string) | undefined;
  changes: readonly Change[];
}) {
  const { said, zone, receipt, manage } = props;
  return (
    <li>
      <Mark state={participation(said.partstat)} />
      {said.delegate ? `: ${t('meetings.instead', { name: said.delegate })}` : ''},{' '}
      <Time at={said.occurredAt} zone={zone} dayOnly={said.dayOnly} />, {sayerWords(said)}
      <BeforeChange changes={props.changes} at={said.occurredAt} zone={zone} />
      {said.reason ? `. ${said.reason}` : ''}
      {receipt ? (
        <>
          {' '}
          · <a href={receipt(said.entry)}>{rich('meetings.word.receipt', { sr: quiet })}</a>
        </>
      ) : null}
      {manage ? (
        <>
          {' '}
          · <a href={manage(said.entry)}>{rich('meetings.word.withhold', { sr: quiet })}</a>
        </>
      ) : null}
      {said.source ? (
        <div class="soft">
          {said.source.published
            ? rich('meetings.word.source.day', {
                source: said.source.publisher,
                day: <Day on={said.source.published} />,
              })
            : t('meetings.word.source', { source: said.source.publisher })}
        </div>
      ) : null}
    </li>
  );
}

const ATTENDED = (attended: boolean | null) =>
  attended === null ? t('meetings.not-known') : attended ? t('meetings.there.yes') : t('meetings.there.no');

export function Participants(props: {
  participants: readonly Participant[];
  /** of the meeting */
  changes: readonly Change[];
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
      caption={t('meetings.list')}
      quietCaption
      rows={participants}
      empty={props.empty}
      columns={[
        {
          head: t('meetings.who'),
          names: true,
          cell: (one) => (
            <>
              {props.party ? <a href={props.party(one.party)}>{one.name}</a> : one.name}
              <div class="soft">{one.office ?? [partyKind(one.kind), one.state].filter(Boolean).join(', ')}</div>
            </>
          ),
        },
        {
          head: t('meetings.list.stands'),
          cell: (one) => <Mark state={participation(statusOf(one.said))} />,
        },
        {
          head: t('meetings.list.said'),
          cell: (one) =>
            one.said.length === 0 ? (
              t('meetings.list.nothing')
            ) : (
              <ol class="said-words">
                {one.said.map((said) => (
                  <Word said={said} zone={zone} receipt={receipt} manage={props.manage} changes={props.changes} />
                ))}
              </ol>
            ),
        },
        {
          head: t('meetings.list.there'),
          cell: (one) => (
            <>
              {ATTENDED(one.attended)}
              {one.attendedAt && one.attended ? (
                <div class="soft">{rich('meetings.list.seen', { at: <Time at={one.attendedAt} zone={zone} /> })}</div>
              ) : null}
            </>
          ),
        },
        ...(props.last ? [props.last] : []),
      ]}
    />
  );
}
