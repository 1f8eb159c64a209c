/** What the pages of parties and people share: names over time, offices, memberships, what they were asked, invited to and said. Pure props. */
import type { Child } from 'hono/jsx';
import type { Source } from '../rooms/matters/entries.ts';
import type { Affiliation, Held, Holding, Membership } from '../rooms/people/view.ts';
import { heldOn } from '../rooms/people/view.ts';
import { Mark, Tag } from '../ui/mark.tsx';
import { Table } from '../ui/table.tsx';
import { Day, dateText, Time } from '../ui/time.tsx';
import { participation } from '../ui/words.ts';
import type { AskedToMeet, SaidBy, ServedOn } from './parties.ts';

/** Where a reader stands: links of the desk, or of everyone. */
export interface Side {
  readonly party: (id: string) => string;
  readonly person: (id: string) => string;
  readonly served: (one: ServedOn) => string;
  readonly meeting: (one: AskedToMeet) => string;
  readonly said: (one: SaidBy) => string;
  /** `YYYY-MM-DD` of the moment shown */
  readonly day: string;
  readonly zone: string;
  /** a form for each row where the reader may change it */
  readonly change?: (
    of: 'holding' | 'membership' | 'affiliation',
    row: Held & { readonly id: string },
    what: string,
  ) => Child;
}

/** "since 4 Jan 2016", "4 Jan 2016 – 6 Jan 2020", "until 6 Jan 2020", "not known". */
export function spanText({ from, until }: Held): string {
  if (from !== null && until !== null) return `${dateText(from)} – ${dateText(until)}`;
  if (from !== null) return `since ${dateText(from)}`;
  return until === null ? 'days not known' : `until ${dateText(until)}`;
}

const now = (held: Held, day: string) =>
  heldOn(held, day) ? null : <Tag>{held.from !== null && held.from > day ? 'later' : 'former'}</Tag>;
const named = ({ name, note }: { readonly name: string; readonly note: string | null }) =>
  note ? `${name} (${note})` : name;

const changing = <R extends Held & { readonly id: string }>(
  side: Side,
  of: 'holding' | 'membership' | 'affiliation',
  what: (row: R) => string,
) => {
  const { change } = side;
  return change ? [{ head: 'Correct', cell: (row: R) => change(of, row, what(row)) }] : [];
};

/** @param by the person's own page, where the office comes first; else the party's */
export function Holdings({
  holdings,
  side,
  by,
  how,
}: {
  holdings: readonly Holding[];
  side: Side;
  by: 'party' | 'person';
  how: Child;
}) {
  return (
    <Table
      caption={by === 'party' ? 'Offices and who held them' : 'Offices held'}
      quietCaption
      rows={holdings}
      empty={{ what: by === 'party' ? 'No holder of an office is known' : 'No office is known', how }}
      columns={[
        ...(by === 'party'
          ? [
              {
                head: 'Person',
                names: true,
                cell: (one: Holding) => <a href={side.person(one.person)}>{named(one)}</a>,
              },
            ]
          : [{ head: 'Of', names: true, cell: (one: Holding) => <a href={side.party(one.party)}>{one.partyName}</a> }]),
        { head: 'Office', cell: (one) => one.title },
        {
          head: 'Days',
          cell: (one) => (
            <>
              {spanText(one)} {now(one, side.day)}
            </>
          ),
        },
        ...changing<Holding>(side, 'holding', (one) => `${one.name}, ${one.title}`),
      ]}
    />
  );
}

const SourceText = ({ source }: { source: Source }) => (
  <>
    {source.publisher}, “{source.title}”, <Day on={source.date} />
  </>
);

/** @param show the association's own list, or what somebody belongs to */
export function Memberships(props: {
  memberships: readonly Membership[];
  side: Side;
  show: 'members' | 'associations';
  how?: Child;
}) {
  const { memberships, side, show } = props;
  return (
    <Table
      caption={show === 'members' ? 'List of members and roles' : 'List of memberships'}
      quietCaption
      rows={memberships}
      empty={{
        what: show === 'members' ? 'No member is known' : 'No membership is known',
        ...(props.how ? { how: props.how } : {}),
      }}
      columns={[
        show === 'members'
          ? {
              head: 'Member',
              names: true,
              cell: (one) => (
                <a href={one.person === null ? side.party(one.member ?? '') : side.person(one.person)}>{named(one)}</a>
              ),
            }
          : {
              head: 'Association',
              names: true,
              cell: (one) => <a href={side.party(one.association)}>{one.associationName}</a>,
            },
        { head: 'Role', cell: (one) => one.role },
        {
          head: 'Days',
          cell: (one) => (
            <>
              {spanText(one)} {now(one, side.day)}
            </>
          ),
        },
        { head: 'Known from', cell: (one) => <SourceText source={one.source} /> },
        ...changing<Membership>(side, 'membership', (one) => `${one.name}, ${one.role}`),
      ]}
    />
  );
}

export function Affiliations({
  affiliations,
  side,
  how,
}: {
  affiliations: readonly Affiliation[];
  side: Side;
  how?: Child;
}) {
  return (
    <Table
      caption="List of affiliations"
      quietCaption
      rows={affiliations}
      empty={{ what: 'No affiliation is noted', ...(how ? { how } : {}) }}
      columns={[
        { head: 'With', names: true, cell: (one) => one.with },
        { head: 'Days', cell: (one) => spanText(one) },
        { head: 'According to', cell: (one) => <SourceText source={one.source} /> },
        ...changing<Affiliation>(side, 'affiliation', (one) => one.with),
      ]}
    />
  );
}

export function Served({ served, side }: { served: readonly ServedOn[]; side: Side }) {
  return (
    <Table
      caption="List of requests served"
      quietCaption
      rows={served}
      empty={{ what: 'No request was served by then', how: 'A request stands here once it is served on this party.' }}
      columns={[
        { head: 'Request', names: true, cell: (one) => <a href={side.served(one)}>{one.title}</a> },
        { head: 'Asked by', cell: (one) => one.issuer },
        { head: 'Matter', cell: (one) => one.matter },
        { head: 'Served', cell: (one) => <Time at={one.servedAt} zone={side.zone} /> },
      ]}
    />
  );
}

export function Meetings({ meetings, side }: { meetings: readonly AskedToMeet[]; side: Side }) {
  if (meetings.length === 0) return <p class="soft">Invited to no meeting that is known here.</p>;
  return (
    <Table
      caption="List of meetings"
      quietCaption
      rows={meetings}
      empty={{ what: 'No meeting' }}
      columns={[
        { head: 'Meeting', names: true, cell: (one) => <a href={side.meeting(one)}>{one.subject}</a> },
        { head: 'When', cell: (one) => <Time at={one.startsAt} zone={side.zone} dayOnly={one.dayOnly} /> },
        { head: 'Invited', cell: (one) => one.name },
        { head: 'Last word', cell: (one) => <Mark state={participation(one.partstat ?? 'needs-action')} /> },
      ]}
    />
  );
}

export function Said({ said, side }: { said: readonly SaidBy[]; side: Side }) {
  if (said.length === 0) return <p class="soft">No statement is recorded here.</p>;
  return (
    <ol class="entries statements">
      {said.map((one) => (
        <li>
          <p class="statements__words">
            {one.quotation ? `“${one.words}”` : one.words} {one.quotation ? null : <Tag>paraphrase</Tag>}
          </p>
          <p class="soft">
            {one.speaker}
            {one.office ? `, ${one.office}` : ''}, <Time at={one.at} zone={side.zone} dayOnly={one.dayOnly} /> ·{' '}
            <a href={side.said(one)}>{one.matter}</a>
          </p>
        </li>
      ))}
    </ol>
  );
}
