/** What the pages of parties and people share: names over time, offices, memberships, what they were asked, invited to and said. Pure props. */
import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';
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
  if (from !== null) return t('record.span.since', { from: dateText(from) });
  return until === null ? t('record.span.unknown') : t('record.span.until', { until: dateText(until) });
}

const now = (held: Held, day: string) =>
  heldOn(held, day) ? null : (
    <Tag>{t(held.from !== null && held.from > day ? 'record.span.later' : 'record.span.former')}</Tag>
  );
const named = ({ name, note }: { readonly name: string; readonly note: string | null }) =>
  note ? `${name} (${note})` : name;

const changing = <R extends Held & { readonly id: string }>(
  side: Side,
  of: 'holding' | 'membership' | 'affiliation',
  what: (row: R) => string,
) => {
  const { change } = side;
  return change ? [{ head: t('record.correct'), cell: (row: R) => change(of, row, what(row)) }] : [];
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
      caption={t(by === 'party' ? 'record.offices.of-party' : 'record.offices.of-person')}
      quietCaption
      rows={holdings}
      empty={{ what: t(by === 'party' ? 'record.offices.no-holder' : 'record.offices.none'), how }}
      columns={[
        ...(by === 'party'
          ? [
              {
                head: t('record.person'),
                names: true,
                cell: (one: Holding) => <a href={side.person(one.person)}>{named(one)}</a>,
              },
            ]
          : [
              {
                head: t('record.offices.of'),
                names: true,
                cell: (one: Holding) => <a href={side.party(one.party)}>{one.partyName}</a>,
              },
            ]),
        { head: t('record.office'), cell: (one) => one.title },
        {
          head: t('record.days'),
          cell: (one) => (
            <span>
              {spanText(one)} {now(one, side.day)}
            </span>
          ),
        },
        ...changing<Holding>(side, 'holding', (one) => `${one.name}, ${one.title}`),
      ]}
    />
  );
}

const SourceText = ({ source }: { source: Source }) => (
  <span>
    {source.publisher}, “{source.title}”, <Day on={source.date} />
  </span>
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
      caption={t(show === 'members' ? 'record.members.list' : 'record.memberships.list')}
      quietCaption
      rows={memberships}
      empty={{
        what: t(show === 'members' ? 'record.members.none' : 'record.memberships.none'),
        ...(props.how ? { how: props.how } : {}),
      }}
      columns={[
        show === 'members'
          ? {
              head: t('record.member'),
              names: true,
              cell: (one) => (
                <a href={one.person === null ? side.party(one.member ?? '') : side.person(one.person)}>{named(one)}</a>
              ),
            }
          : {
              head: t('record.association'),
              names: true,
              cell: (one) => <a href={side.party(one.association)}>{one.associationName}</a>,
            },
        { head: t('record.role'), cell: (one) => one.role },
        {
          head: t('record.days'),
          cell: (one) => (
            <span>
              {spanText(one)} {now(one, side.day)}
            </span>
          ),
        },
        { head: t('record.known-from'), cell: (one) => <SourceText source={one.source} /> },
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
      caption={t('record.affiliations.list')}
      quietCaption
      rows={affiliations}
      empty={{ what: t('record.affiliations.none'), ...(how ? { how } : {}) }}
      columns={[
        { head: t('record.affiliations.with'), names: true, cell: (one) => one.with },
        { head: t('record.days'), cell: (one) => spanText(one) },
        { head: t('record.according-to'), cell: (one) => <SourceText source={one.source} /> },
        ...changing<Affiliation>(side, 'affiliation', (one) => one.with),
      ]}
    />
  );
}

export function Served({ served, side }: { served: readonly ServedOn[]; side: Side }) {
  return (
    <Table
      caption={t('record.served.list')}
      quietCaption
      rows={served}
      empty={{ what: t('record.served.none'), how: t('record.served.none.how') }}
      columns={[
        { head: t('record.request'), names: true, cell: (one) => <a href={side.served(one)}>{one.title}</a> },
        { head: t('record.asked-by'), cell: (one) => one.issuer },
        { head: t('record.matter'), cell: (one) => one.matter },
        { head: t('record.served'), cell: (one) => <Time at={one.servedAt} zone={side.zone} /> },
      ]}
    />
  );
}

export function Meetings({ meetings, side }: { meetings: readonly AskedToMeet[]; side: Side }) {
  if (meetings.length === 0) return <p class="soft">{t('record.invited.none')}</p>;
  return (
    <Table
      caption={t('record.meetings.list')}
      quietCaption
      rows={meetings}
      empty={{ what: t('record.meetings.none-here') }}
      columns={[
        { head: t('record.meeting'), names: true, cell: (one) => <a href={side.meeting(one)}>{one.subject}</a> },
        {
          head: t('record.when'),
          cell: (one) => (
            <>
              <Time at={one.startsAt} zone={side.zone} dayOnly={one.dayOnly} />
              {one.cancelled ? <div class="soft">{t('record.meeting.called-off')}</div> : null}
            </>
          ),
        },
        { head: t('record.invited'), cell: (one) => one.name },
        { head: t('record.last-word'), cell: (one) => <Mark state={participation(one.partstat ?? 'needs-action')} /> },
      ]}
    />
  );
}

export function Said({ said, side }: { said: readonly SaidBy[]; side: Side }) {
  if (said.length === 0) return <p class="soft">{t('record.said.none')}</p>;
  return (
    <ol class="entries statements">
      {said.map((one) => (
        <li>
          <p class="statements__words">
            {one.quotation ? `“${one.words}”` : one.words} {one.quotation ? null : <Tag>{t('record.paraphrase')}</Tag>}
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
