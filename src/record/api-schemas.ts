/** The forms of the public API's answers, as zod schemas: answers are made from them, OpenAPI is generated from them. */
import { z } from 'zod';
import { correctedBody } from './corrected-json.ts';
import { tombstoneBody } from './tombstones.tsx';

const instant = z.string().meta({ description: 'RFC 3339, UTC', example: '2018-01-24T17:00:00.000Z' });
const id = z.uuid().meta({ description: 'UUIDv7' });
const day = z.string().meta({ description: 'calendar date', example: '2018-02-23' });

export const receiptLinks = z
  .strictObject({ json: z.string(), pdf: z.string() })
  .meta({ id: 'ReceiptLinks', description: 'Paths of the receipt of an entry' });

export const clock = z
  .strictObject({
    state: z.enum(['running', 'paused', 'overdue', 'stopped', 'revoked', 'unknown']).meta({
      description: 'unknown: recorded from elsewhere, and what followed after the due date is not known here',
    }),
    dueOn: day.nullable(),
    days: z.int().nullable().meta({ description: 'whole days left (running) or past (overdue)' }),
    late: z.boolean().nullable().meta({ description: 'stopped: the first answer came after the due moment' }),
    pausedSince: day
      .nullable()
      .meta({ description: 'paused: since that day; dueOn is null while nobody knows when it runs again' }),
    pausedBy: z.string().nullable().meta({ description: 'paused: why, in the words of who said it' }),
  })
  .meta({ id: 'Clock' });

export const answer = z
  .strictObject({
    disposition: z.string(),
    documents: z.int(),
    occurredAt: instant,
    recordedAt: instant,
    entry: id,
    carriedFrom: id
      .nullable()
      .meta({ description: 'the service of the earlier request in which it was answered, where it was carried over' }),
    receipt: receiptLinks,
  })
  .meta({ id: 'Answer', description: 'What the recipient says' });

export const determination = z
  .strictObject({
    finding: z.string(),
    reasons: z.string(),
    current: z.boolean().meta({ description: 'false: the recipient has answered anew since' }),
    occurredAt: instant,
    recordedAt: instant,
    entry: id,
    receipt: receiptLinks,
  })
  .meta({ id: 'Determination', description: 'What the issuer says' });

export const row = z
  .strictObject({
    service: id,
    name: z.string(),
    kind: z.string(),
    state: z.string().nullable(),
    ocdId: z.string().nullable(),
    clock,
    cells: z.array(
      z.strictObject({ item: z.int(), answer: answer.nullable(), determination: determination.nullable(), clock }),
    ),
    orders: z
      .array(
        z.strictObject({
          order: id,
          since: day,
          words: z.string(),
          items: z.array(z.int()),
          consequences: z.array(id),
        }),
      )
      .meta({ description: 'orders that touch this recipient, since when, by which words, and what of it' }),
  })
  .meta({ id: 'BoardRow' });

const due = z
  .strictObject({
    items: z.array(z.int()).nullable().meta({ description: 'null: all items' }),
    on: day.nullable().meta({ description: 'null while the clock stands' }),
    working: z.array(z.string()).meta({ description: 'how it is counted, step by step' }),
  })
  .meta({ id: 'Due' });

export const serviceBody = z
  .strictObject({
    record: z.strictObject({ slug: z.string(), page: z.string() }),
    asOf: z.strictObject({ at: instant, axis: z.enum(['known', 'happened']), now: z.boolean() }),
    request: id,
    row,
    due: z.array(due),
    moves: z.array(
      z.strictObject({
        entry: id,
        kind: z.string(),
        items: z.array(z.int()).nullable(),
        before: day.nullable(),
        after: day.nullable(),
        reason: z.string(),
        occurredAt: instant,
        recordedAt: instant,
        receipt: receiptLinks,
      }),
    ),
  })
  .meta({ id: 'Service', description: 'One recipient: its clock with the working, and what moved it' });

export const counts = z
  .strictObject({
    asked: z.int(),
    answered: z.int(),
    partly: z.int(),
    determined: z.int(),
    itemsAnswered: z.int(),
    itemsDetermined: z.int(),
    deficient: z.int(),
    toReview: z.int(),
    running: z.int(),
    paused: z.int(),
    overdue: z.int(),
    unknown: z.int(),
    revoked: z.int(),
    nextDueOn: day.nullable(),
  })
  .meta({
    id: 'Counts',
    description: 'Recipients in each state, whatever the filter; what begins with “items” counts their items',
  });

export const source = z.strictObject({ publisher: z.string(), title: z.string(), date: day }).meta({ id: 'Source' });

export const recordSummary = z
  .strictObject({
    slug: z.string(),
    title: z.string(),
    summary: z.string(),
    issuer: z.string(),
    example: z.boolean(),
    recordedAt: instant,
    page: z.string().meta({ description: 'path of the record for people' }),
  })
  .meta({ id: 'RecordSummary' });

export const recordBody = z
  .strictObject({
    record: recordSummary,
    asOf: z.strictObject({
      at: instant,
      axis: z.enum(['known', 'happened']),
      now: z.boolean().meta({ description: 'true where no time was asked for' }),
      position: z.int().nullable().meta({ description: 'last position of the log that was taken into account' }),
    }),
    requests: z.array(
      z.strictObject({
        id,
        title: z.string(),
        authority: z.string(),
        compulsory: z.boolean(),
        conduct: z.enum(['served', 'recorded']),
        items: z.array(z.strictObject({ item: z.int(), text: z.string() })),
      }),
    ),
    board: z
      .strictObject({
        request: id,
        unknown: z.boolean().meta({ description: 'true: an answer that is missing here is not known, not unanswered' }),
        revoked: z.boolean(),
        counts,
        total: z.int().meta({ description: 'recipients that fit the filter' }),
        page: z.int(),
        size: z.int(),
        rows: z.array(row),
      })
      .nullable(),
    ordersInForce: z.int(),
    notes: z.array(
      z.strictObject({
        entry: id,
        text: z.string(),
        source,
        occurredAt: instant,
        recordedAt: instant,
        receipt: receiptLinks,
      }),
    ),
    lastEntry: z.strictObject({ entry: id, position: z.int(), recordedAt: instant, receipt: receiptLinks }).nullable(),
  })
  .meta({ id: 'Record' });

const keptSource = z
  .strictObject({
    publisher: z.string(),
    title: z.string(),
    published: day.nullable(),
    url: z.string().nullable(),
    sha256: z.string().meta({ description: 'of the copy that was kept, UTF-8 text' }),
    entry: id,
  })
  .meta({ id: 'KeptSource' });

export const statementList = z
  .strictObject({
    statements: z.array(
      z
        .strictObject({
          id,
          speaker: z.strictObject({ name: z.string(), office: z.string().nullable() }),
          words: z.string(),
          form: z.enum(['quotation', 'paraphrase']),
          medium: z.string(),
          outlet: z.string().nullable(),
          dayOnly: z.boolean().meta({ description: 'true: the day is known, the hour is not' }),
          about: z.array(id),
          source: keptSource.extend({ fetchedAt: instant }),
          selector: z
            .strictObject({
              type: z.literal('TextQuoteSelector'),
              exact: z.string(),
              prefix: z.string(),
              suffix: z.string(),
            })
            .nullable()
            .meta({ description: 'W3C Web Annotation: where a quotation stands in the kept copy' }),
          occurredAt: instant,
          recordedAt: instant,
          entry: id,
          receipt: receiptLinks,
          corrected: correctedBody.nullable(),
        })
        .meta({ id: 'Statement' }),
    ),
    tombstones: z.array(tombstoneBody),
  })
  .meta({ id: 'StatementList' });

/** What of a meeting is otherwise. */
const alteredMeeting = z
  .strictObject({
    when: z
      .strictObject({
        startsAt: instant,
        endsAt: instant.nullable(),
        dayOnly: z.boolean(),
        zone: z.string().nullable(),
      })
      .optional(),
    place: z.string().nullable().optional(),
    capacity: z.int().nullable().optional(),
    agenda: z.string().optional(),
  })
  .meta({ id: 'AlteredMeeting', description: 'only what a change names' });

export const meetingList = z
  .strictObject({
    meetings: z.array(
      z
        .strictObject({
          id,
          subject: z.string(),
          convener: z.string(),
          place: z.string().nullable(),
          startsAt: instant,
          endsAt: instant.nullable(),
          dayOnly: z.boolean(),
          capacity: z.int().nullable(),
          agenda: z.string(),
          zone: z.string().nullable().meta({ description: 'time zone of the hours; null where nobody said' }),
          cancelled: z.boolean().meta({ description: 'it is called off' }),
          changes: z
            .array(
              z.strictObject({
                cancelled: z.boolean().meta({ description: 'this calls the meeting off' }),
                reason: z.string(),
                was: alteredMeeting,
                is: alteredMeeting,
                occurredAt: instant,
                recordedAt: instant,
                entry: id,
                receipt: receiptLinks,
              }),
            )
            .meta({ description: 'since it was called, oldest first; what stands above is after all of them' }),
          participants: z.array(
            z
              .strictObject({
                id,
                name: z.string(),
                office: z.string().nullable(),
                party: z.string(),
                kind: z.string(),
                state: z.string().nullable(),
                status: z.enum(['needs-action', 'accepted', 'declined', 'tentative', 'delegated', 'withdrew']).meta({
                  description: 'the last word; withdrew: accepted, then declined',
                }),
                said: z.array(
                  z.strictObject({
                    partstat: z.string().meta({ description: 'PARTSTAT of RFC 5545, in small letters' }),
                    delegate: z.string().nullable(),
                    reason: z.string().nullable(),
                    by: z.string(),
                    sayer: z.string().nullable(),
                    dayOnly: z.boolean(),
                    through: z
                      .string()
                      .nullable()
                      .meta({ description: 'how it reached this server; null where a source has it' }),
                    source: keptSource.omit({ entry: true }).nullable(),
                    beforeChange: id
                      .nullable()
                      .meta({ description: 'the last change of the meeting, where this was said before it' }),
                    occurredAt: instant,
                    recordedAt: instant,
                    entry: id,
                    receipt: receiptLinks,
                  }),
                ),
                attended: z.boolean().nullable(),
                attendedAt: instant.nullable(),
                entry: id,
                receipt: receiptLinks,
              })
              .meta({ id: 'Participant' }),
          ),
          entry: id,
          receipt: receiptLinks,
        })
        .meta({ id: 'Meeting' }),
    ),
    tombstones: z.array(tombstoneBody).meta({ description: 'of words on taking part' }),
  })
  .meta({ id: 'MeetingList' });

export const figureList = z
  .strictObject({
    figures: z.array(
      z
        .strictObject({
          id,
          measure: z.string(),
          unit: z.string(),
          low: z.string().meta({ description: 'decimal; the value, or the lower end of a range' }),
          high: z.string().nullable(),
          qualifier: z.enum(['exactly', 'about', 'more than', 'less than']),
          originalValue: z.string().meta({ description: 'as the source words it' }),
          asOf: day.nullable(),
          claimant: z.string(),
          meeting: id.nullable().meta({ description: 'the meeting whose heads it counts; null for all other figures' }),
          rank: z.enum(['preferred', 'normal', 'deprecated']),
          reason: z.string().nullable().meta({ description: 'why it ranks so' }),
          source: keptSource,
          occurredAt: instant,
          recordedAt: instant,
          entry: id,
          receipt: receiptLinks,
          corrected: correctedBody.nullable(),
        })
        .meta({ id: 'Figure' }),
    ),
    tombstones: z.array(tombstoneBody),
  })
  .meta({ id: 'FigureList' });

export const searchBody = z
  .strictObject({
    total: z.int().meta({ description: 'entries found; no more than 10,000 are counted' }),
    page: z.int(),
    size: z.int(),
    entries: z.array(
      z.strictObject({
        entry: id,
        kind: z.string(),
        title: z.string(),
        excerpt: z.string(),
        record: z.string().meta({ description: 'slug' }),
        occurredAt: instant,
        corrected: z.boolean().meta({ description: 'a later entry replaces it' }),
        page: z.string(),
        receipt: receiptLinks,
      }),
    ),
    recipients: z.array(
      z.strictObject({
        service: id,
        name: z.string(),
        kind: z.string(),
        state: z.string().nullable(),
        record: z.string(),
        request: z.string(),
        page: z.string(),
      }),
    ),
  })
  .meta({ id: 'SearchResult' });

export const recordList = z
  .strictObject({ total: z.int(), page: z.int(), size: z.int(), records: z.array(recordSummary) })
  .meta({ id: 'RecordList' });

export const problem = z
  .strictObject({
    error: z.looseObject({ code: z.string(), what: z.string() }),
  })
  .meta({ id: 'Problem' });
