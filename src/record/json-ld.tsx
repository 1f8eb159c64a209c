/**
 * What a page of a record says in schema.org's words, for programs that read pages: a data block in the head. A block is data, which no browser
 * runs, and no text in it can end it. Says nothing that the page does not show.
 */
import { raw } from 'hono/html';
import type { Meeting } from '../rooms/meetings/view.ts';
import type { Statement } from '../rooms/statements/view.ts';
import { localInput } from '../ui/time.tsx';
import type { LastEntry, PublicMatter } from './matter.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type Thing = { readonly '@type': string; readonly [key: string]: Json | undefined };

/** `<`, `>` and `&` as escapes of JSON: no text can end the block, or begin another. */
export const escaped = (data: unknown): string =>
  JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A data block of these things; nothing where there are none. */
export function JsonLd({ things }: { readonly things: readonly Thing[] }) {
  if (things.length === 0) return null;
  return (
    <script type="application/ld+json">{raw(escaped({ '@context': 'https://schema.org', '@graph': things }))}</script>
  );
}

const GOVERNMENT = new Set(['state', 'county', 'place', 'district', 'department', 'agency']);
/** A page carries no more of these than this; all stand in the API. */
const MOST = 100;
const NEWS = 'NewsMediaOrganization';

/** A party as an organisation; governments as such. */
export const organization = (name: string, kind: string | null): Thing => ({
  '@type':
    kind !== null && GOVERNMENT.has(kind) ? 'GovernmentOrganization' : kind === 'newsroom' ? NEWS : 'Organization',
  name,
});

/** @param base where people reach this server @param page path of the record */
export const recordThing = (matter: PublicMatter, last: LastEntry | null, base: string, page: string): Thing => ({
  '@type': 'Dataset',
  '@id': `urn:uuid:${matter.id}`,
  name: matter.title,
  description: matter.summary === '' ? undefined : matter.summary,
  url: `${base}${page}`,
  creator: organization(matter.issuerName, matter.issuerKind),
  dateModified: last?.updatedAt.toISOString(),
  isAccessibleForFree: true,
  distribution: [
    { '@type': 'DataDownload', encodingFormat: 'text/csv', contentUrl: `${base}${page}/board.csv` },
    {
      '@type': 'DataDownload',
      encodingFormat: 'application/json',
      contentUrl: `${base}/api/v1/records/${matter.slug}`,
    },
  ],
});

/** Somebody whom a record names, by the office they held. */
export const personThing = ({
  person,
  name,
  offices,
  parties,
}: {
  readonly person: string | null;
  readonly name: string;
  readonly offices: readonly string[];
  readonly parties: readonly { readonly name: string }[];
}): Thing => ({
  '@type': 'Person',
  '@id': person === null ? undefined : `urn:uuid:${person}`,
  name,
  jobTitle: offices[0],
  worksFor: parties.map((party) => organization(party.name, null)),
});

/** Those who were asked, on the board that names them: each an organisation under its id in the directory. */
export const recipientThings = (
  rows: readonly {
    readonly party: string;
    readonly name: string;
    readonly kind: string;
    readonly state: string | null;
  }[],
): readonly Thing[] =>
  rows.slice(0, MOST).map(({ party, name, kind, state }) => ({
    ...organization(name, kind),
    '@id': `urn:uuid:${party}`,
    areaServed: state === null ? undefined : { '@type': 'AdministrativeArea', name: state },
  }));

/** A meeting as an event. Of one whose hour is not known, the day stands alone. */
/** When it was to be before it was moved last. */
const movedOf = ({ changes }: Meeting) => changes.flatMap(({ was }) => was.when ?? []).at(-1);

export const meetingThing = (meeting: Meeting, zone: string): Thing => ({
  '@type': 'Event',
  '@id': `urn:uuid:${meeting.id}`,
  name: meeting.subject,
  startDate: meeting.dayOnly ? localInput(meeting.startsAt, zone).slice(0, 10) : meeting.startsAt.toISOString(),
  endDate: meeting.endsAt?.toISOString(),
  eventStatus: `https://schema.org/${meeting.cancelled ? 'EventCancelled' : movedOf(meeting) ? 'EventRescheduled' : 'EventScheduled'}`,
  previousStartDate: movedOf(meeting)?.startsAt.toISOString(),
  location: meeting.place === null ? undefined : { '@type': 'Place', name: meeting.place },
  organizer: organization(meeting.convener, null),
});

/** Exact quotations alone: a paraphrase is not the speaker's words. */
export const quotationThings = (statements: readonly Statement[]): readonly Thing[] =>
  statements
    .filter(({ form }) => form === 'quotation')
    .slice(0, MOST)
    .map(({ id, words, speaker, source, occurredAt, dayOnly }) => ({
      '@type': 'Quotation',
      '@id': `urn:uuid:${id}`,
      text: words,
      creator: { '@type': 'Person', name: speaker.name, jobTitle: speaker.office ?? undefined },
      dateCreated: dayOnly ? localInput(occurredAt, 'America/New_York').slice(0, 10) : occurredAt.toISOString(),
      isBasedOn: {
        '@type': 'CreativeWork',
        name: source.title,
        publisher: { '@type': 'Organization', name: source.publisher },
        datePublished: source.published ?? undefined,
        url: source.url ?? undefined,
      },
    }));
