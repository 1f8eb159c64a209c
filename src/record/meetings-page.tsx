/** Meetings of a matter and who takes part, as of any time: a page, CSV and JSON of the same. Shows only what is public. */
import type { RawBuilder } from 'kysely';
import type { z } from 'zod';
import { csvLine } from '../base/csv.ts';
import { t } from '../base/language.ts';
import { ANYONE, type Ctx, type Route } from '../base/route.ts';
import { type Figure, figuresOf } from '../rooms/figures/view.ts';
import { changedSince } from '../rooms/meetings/changed.ts';
import {
  type Affiliations,
  affiliationOf,
  HeadCounts,
  MeetingBreakdown,
  MeetingCounts,
  MeetingFacts,
  Participants,
} from '../rooms/meetings/parts.tsx';
import { statusOf } from '../rooms/meetings/standing.ts';
import {
  type Altered,
  type Change,
  type Meeting,
  meetingsOf,
  type Participant,
  participantsOf,
} from '../rooms/meetings/view.ts';
import { affiliationsOfHoldings } from '../rooms/people/view.ts';
import { Empty } from '../ui/empty.tsx';
import { page } from '../ui/page.tsx';
import { Links } from '../ui/table.tsx';
import type { meetingList } from './api-schemas.ts';
import { cacheRecord } from './caching.ts';
import { recentAt } from './changes.ts';
import { type Cut, cutAt, visible } from './cut.ts';
import { receiptPaths } from './entry-page.tsx';
import { RecordEnd, recordOptions } from './frame.tsx';
import { meetingThing } from './json-ld.tsx';
import { lastEntry, type Moment, momentParams, type PublicMatter } from './matter.ts';
import { open, publicSight } from './open.ts';
import { entryPath, href, RecordHead, recordPath, tabWord } from './parts.tsx';
import { partyPath } from './party-paths.ts';
import { opened, refuseBadTime, wrongTime } from './record-page.tsx';
import { jsonTombstone, Tombstones, tombstonesAt } from './tombstones.tsx';

interface Read {
  readonly matter: PublicMatter;
  readonly moment: Moment;
  readonly now: Date;
  readonly cut: Cut;
  readonly meetings: readonly {
    readonly meeting: Meeting;
    readonly participants: readonly Participant[];
    readonly affiliations: Affiliations;
    /** head-counts that are claimed */
    readonly figures: readonly Figure[];
  }[];
}

async function read(c: Ctx): Promise<Read> {
  const { matter, moment, now } = await opened(c);
  refuseBadTime(moment);
  const { db } = c.get('services');
  const cut = await cutAt(db, moment.now, moment.point);
  const shown = (alias: string): RawBuilder<unknown> => open(alias, cut);
  const meetings = await meetingsOf(db, matter.id, shown);
  const figures = meetings.length === 0 ? [] : await figuresOf(db, matter.id, publicSight(cut));
  const each = meetings.map(async (meeting) => {
    const participants = await participantsOf(db, meeting.id, shown);
    const day = meeting.startsAt.toISOString().slice(0, 10);
    const holdings = participants.flatMap(({ holding }) => holding ?? []);
    return {
      meeting,
      participants,
      affiliations: await affiliationsOfHoldings(db, holdings, day, (alias) => visible(alias, cut)),
      figures: figures.filter((one) => one.meeting === meeting.id),
    };
  });
  return { matter, moment, now, cut, meetings: await Promise.all(each) };
}

async function getPage(c: Ctx): Promise<Response> {
  const wrong = await wrongTime(c, 'meetings');
  if (wrong) return wrong;
  const { matter, moment, now, cut, meetings } = await read(c);
  const base = `${recordPath(matter)}/meetings`;
  const { db } = c.get('services');
  const [last, tombstones] = await Promise.all([
    lastEntry(db, matter.id, cut),
    tombstonesAt(db, matter.id, 'participation', cut, now),
  ]);
  cacheRecord(c, moment, last, now);
  const shown = { matter, moment, last, path: base };
  const keep = momentParams(moment);
  return page(
    c,
    recordOptions(
      c,
      shown,
      tabWord('meetings'),
      meetings.map(({ meeting }) => meetingThing(meeting, moment.zone)),
    ),
    <>
      <RecordHead
        matter={matter}
        moment={moment}
        now={now}
        tab="meetings"
        action={base}
        recent={await recentAt(c.get('services').db, matter.id, cut, moment)}
      />
      {meetings.length === 0 ? (
        <Empty what={t('record.meetings.none')} how={t('record.meetings.none.how')} />
      ) : (
        <Links
          label={t('record.download')}
          links={[
            { text: 'CSV', href: href(`${base}.csv`, keep), download: true },
            { text: 'JSON', href: href(`/api/v1/records/${matter.slug}/meetings`, keep) },
          ]}
        />
      )}
      {meetings.map(({ meeting, participants, affiliations, figures }) => (
        <section aria-labelledby={`m-${meeting.id}`}>
          <h2 id={`m-${meeting.id}`}>{meeting.subject}</h2>
          <MeetingCounts participants={participants} />
          <Links
            label={t('record.ask')}
            links={[{ text: t('record.ask.by-what'), href: href('/questions', { ...keep, m1: meeting.id }) }]}
          />
          <MeetingFacts meeting={meeting} zone={moment.zone} receipt={(entry) => entryPath(matter, entry)} />
          <HeadCounts figures={figures} participants={participants} receipt={(entry) => entryPath(matter, entry)} />
          <MeetingBreakdown participants={participants} affiliations={affiliations} />
          <Participants
            participants={participants}
            changes={meeting.changes}
            zone={moment.zone}
            receipt={(entry) => entryPath(matter, entry)}
            party={(id) => href(partyPath(id), momentParams(moment))}
            empty={{ what: t('record.meetings.nobody') }}
          />
        </section>
      ))}
      <Tombstones tombstones={tombstones} zone={moment.zone} entry={(entry) => entryPath(matter, entry)} />
      <RecordEnd c={c} shown={shown} />
    </>,
  );
}

const HEAD = [
  'meeting',
  'starts_at',
  'who',
  'office',
  'party',
  'kind',
  'state',
  'affiliation',
  'stands',
  'since',
  'said_by',
  'sayer',
  'delegate',
  'reason',
  'attended',
  'entry',
  'meeting_state',
  'first_starts_at',
  'change_reason',
  'said_before_change',
];

async function getCsv(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, meetings } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  const rows = meetings.flatMap(({ meeting, participants, affiliations }) => {
    const moved = meeting.changes.find((change) => change.was.when);
    const changed = [
      meeting.cancelled ? 'cancelled' : meeting.changes.length > 0 ? 'changed' : null,
      moved?.was.when?.startsAt.toISOString() ?? null,
      meeting.changes.at(-1)?.reason ?? null,
    ];
    return participants.map((one) => {
      const last = one.said.at(-1);
      return [
        meeting.subject,
        meeting.startsAt.toISOString(),
        one.name,
        one.office,
        one.partyName,
        one.kind,
        one.state,
        one.holding === null ? null : affiliationOf(one, affiliations),
        statusOf(one.said),
        last?.occurredAt.toISOString() ?? null,
        last?.by ?? null,
        last?.sayer ?? null,
        last?.delegate ?? null,
        last?.reason ?? null,
        one.attended === null ? null : one.attended ? 'yes' : 'no',
        last?.entry ?? one.entry,
        ...changed,
        last && changedSince(meeting.changes, last.occurredAt) ? 'yes' : null,
      ];
    });
  });
  return c.body(`\ufeff${[HEAD, ...rows].map(csvLine).join('')}`, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${matter.slug}-meetings.csv"`,
  });
}

type Body = z.infer<typeof meetingList>['meetings'][number];

const jsonAltered = ({ when, ...rest }: Altered): Body['changes'][number]['was'] => ({
  ...rest,
  ...(when === undefined
    ? {}
    : {
        when: {
          ...when,
          startsAt: when.startsAt.toISOString(),
          endsAt: when.endsAt?.toISOString() ?? null,
        },
      }),
});

const jsonChange = (one: Change): Body['changes'][number] => ({
  cancelled: one.cancelled,
  reason: one.reason,
  was: jsonAltered(one.was),
  is: jsonAltered(one.is),
  occurredAt: one.occurredAt.toISOString(),
  recordedAt: one.recordedAt.toISOString(),
  entry: one.entry,
  receipt: receiptPaths(one.entry),
});

const jsonParticipant = (one: Participant, changes: readonly Change[]): Body['participants'][number] => ({
  id: one.id,
  name: one.name,
  office: one.office,
  party: one.partyName,
  kind: one.kind,
  state: one.state,
  status: statusOf(one.said),
  said: one.said.map(({ source, occurredAt, recordedAt, ...said }) => ({
    ...said,
    source: source && { ...source },
    beforeChange: changedSince(changes, occurredAt)?.entry ?? null,
    occurredAt: occurredAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
    receipt: receiptPaths(said.entry),
  })),
  attended: one.attended,
  attendedAt: one.attendedAt?.toISOString() ?? null,
  entry: one.entry,
  receipt: receiptPaths(one.entry),
});

const jsonMeeting = ({ meeting, participants }: Read['meetings'][number]): Body => ({
  id: meeting.id,
  subject: meeting.subject,
  convener: meeting.convener,
  place: meeting.place,
  startsAt: meeting.startsAt.toISOString(),
  endsAt: meeting.endsAt?.toISOString() ?? null,
  dayOnly: meeting.dayOnly,
  capacity: meeting.capacity,
  agenda: meeting.agenda,
  zone: meeting.zone,
  cancelled: meeting.cancelled !== null,
  changes: meeting.changes.map(jsonChange),
  participants: participants.map((one) => jsonParticipant(one, meeting.changes)),
  entry: meeting.entry,
  receipt: receiptPaths(meeting.entry),
});

async function getJson(c: Ctx): Promise<Response> {
  const { matter, moment, now, cut, meetings } = await read(c);
  cacheRecord(c, moment, await lastEntry(c.get('services').db, matter.id, cut), now);
  c.header('Access-Control-Allow-Origin', '*');
  const tombstones = await tombstonesAt(c.get('services').db, matter.id, 'participation', cut, now);
  return c.json({ meetings: meetings.map(jsonMeeting), tombstones: tombstones.map(jsonTombstone) });
}

export const meetingPages: readonly Route[] = [
  { method: 'GET', path: '/record/:slug/meetings', access: ANYONE, handler: getPage },
  { method: 'GET', path: '/record/:slug/meetings.csv', access: ANYONE, handler: getCsv },
  { method: 'GET', path: '/api/v1/records/:slug/meetings', access: ANYONE, handler: getJson },
];
