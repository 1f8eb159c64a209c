/** Requests, services, revocations and evidence, as read. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { type DueRule, dueRule, type ServedCell, servedCell } from '../clock/entries.ts';
import type { Worked } from '../clock/rules.ts';
import {
  type CarriedItem,
  carriedItem,
  type Item,
  item,
  type Letter,
  letter,
  merge,
  requestIssued,
  requestRevoked,
  requestServed,
  serviceEvidenced,
} from './entries.ts';
import { type LetterDue, letterTo } from './rules.ts';

export interface Request {
  readonly id: string;
  readonly seq: number;
  readonly matter: string;
  readonly issuer: string;
  readonly title: string;
  readonly authority: string;
  readonly compulsory: boolean;
  readonly conduct: 'served' | 'recorded';
  readonly items: readonly Item[];
  readonly dueRule: DueRule;
  readonly letter: Letter | null;
  readonly audience: string;
  /** the request that it follows */
  readonly predecessor: string | null;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

export interface Service {
  readonly id: string;
  readonly seq: number;
  readonly request: string;
  readonly matter: string;
  readonly recipient: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string | null;
  readonly ocdId: string | null;
  /** its time zone, where a due rule counts by it */
  readonly zone: string | null;
  readonly dueOn: string;
  readonly dueAt: Date;
  readonly working: readonly string[];
  /** where items differ from the start, the date and working of each */
  readonly cells: readonly ServedCell[] | null;
  readonly merge: Readonly<Record<string, string>>;
  /** the service of the request that this one follows */
  readonly predecessor: string | null;
  /** answered there, and not asked again */
  readonly carried: readonly CarriedItem[];
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

export interface Evidence {
  readonly event: string;
  readonly channel: string;
  readonly address: string | null;
  readonly detail: string | null;
  readonly seq: number;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

/** Answers carried over stand among those of the new service, each with its own entry of then, and so does what was found of them. */
function carriedRows(b: z.infer<typeof requestServed>, stamp: ReturnType<typeof stamps>): ReturnType<Project> {
  return (b.carried ?? []).flatMap(({ item, entry, answer, disposition, documents, found }) => {
    const about = { ...stamp, service: b.service, request: b.request, item, answer };
    return [
      {
        table: 'view.item_answer' as const,
        row: { ...about, entry, disposition, documents, carried_from: b.predecessor ?? null },
      },
      ...(found
        ? [
            {
              table: 'view.item_determination' as const,
              row: { ...about, entry: found.entry, finding: found.finding, reasons: '' },
            },
          ]
        : []),
    ];
  });
}

export const projectRequests: Project = (entry, seq) => {
  switch (entry.kind) {
    case 'request.issued': {
      const b = requestIssued.parse(entry.body);
      return [
        {
          table: 'view.request',
          row: {
            ...stamps(entry, seq),
            id: b.request,
            matter: entry.matter,
            issuer: entry.by,
            title: b.title,
            authority: b.authority,
            compulsory: b.compulsory,
            conduct: b.conduct,
            items: b.items,
            due_rule: b.due,
            letter: { template: b.letter, source: b.source },
            audience: entry.audience,
            predecessor: b.predecessor ?? null,
          },
        },
        ...(b.ladder
          ? [
              {
                table: 'view.ladder' as const,
                row: { ...stamps(entry, seq), entry: entry.id, request: b.request, steps: b.ladder },
              },
            ]
          : []),
      ];
    }
    case 'request.served': {
      const b = requestServed.parse(entry.body);
      return [
        {
          table: 'view.service',
          row: {
            ...stamps(entry, seq),
            id: b.service,
            request: b.request,
            matter: entry.matter,
            recipient: b.recipient,
            name: b.name,
            kind: b.kind,
            state: b.state,
            ocd_id: b.ocdId,
            zone: b.zone ?? null,
            due_on: b.due.on,
            due_at: b.due.at,
            working: b.due.working,
            cells: b.cells ?? null,
            merge: b.merge,
            audience: entry.audience,
            predecessor: b.predecessor ?? null,
            carried: b.carried ?? null,
          },
        },
        ...carriedRows(b, stamps(entry, seq)),
      ];
    }
    case 'request.revoked': {
      const b = requestRevoked.parse(entry.body);
      return [{ table: 'view.revocation', row: { ...stamps(entry, seq), request: b.request, reason: b.reason } }];
    }
    case 'service.evidenced': {
      const b = serviceEvidenced.parse(entry.body);
      const detail = { channel: b.channel, address: b.address, detail: b.detail };
      return [{ table: 'view.evidence', row: { ...stamps(entry, seq), service: b.service, event: b.event, detail } }];
    }
    default:
      return [];
  }
};

const storedLetter = z.object({ template: letter.nullable() });

/** The request with this id, or null. */
export async function requestById(db: Kysely<Database>, id: string): Promise<Request | null> {
  const row = await db.selectFrom('view.request').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toRequest(row) : null;
}

/** Requests of a matter, oldest first. */
export async function requestsOf(db: Kysely<Database>, matter: string): Promise<readonly Request[]> {
  const rows = await db.selectFrom('view.request').selectAll().where('matter', '=', matter).orderBy('seq').execute();
  return rows.map(toRequest);
}

export interface RequestRow {
  id: string;
  seq: number;
  matter: string;
  issuer: string;
  title: string;
  authority: string;
  compulsory: boolean;
  conduct: string;
  items: unknown;
  due_rule: unknown;
  letter: unknown;
  audience: string;
  predecessor: string | null;
  occurred_at: Date;
  recorded_at: Date;
}

export function toRequest(row: RequestRow): Request {
  return {
    id: row.id,
    seq: row.seq,
    matter: row.matter,
    issuer: row.issuer,
    title: row.title,
    authority: row.authority,
    compulsory: row.compulsory,
    conduct: row.conduct === 'recorded' ? 'recorded' : 'served',
    items: z.array(item).parse(row.items),
    dueRule: dueRule.parse(row.due_rule),
    letter: storedLetter.parse(row.letter).template,
    audience: row.audience,
    predecessor: row.predecessor,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  };
}

export interface ServiceRow {
  id: string;
  seq: number;
  request: string;
  matter: string;
  recipient: string;
  name: string;
  kind: string;
  state: string | null;
  ocd_id: string | null;
  zone: string | null;
  due_on: string;
  due_at: Date;
  working: unknown;
  cells: unknown;
  merge: unknown;
  predecessor: string | null;
  carried: unknown;
  occurred_at: Date;
  recorded_at: Date;
}

export function toService(row: ServiceRow): Service {
  return {
    id: row.id,
    seq: row.seq,
    request: row.request,
    matter: row.matter,
    recipient: row.recipient,
    name: row.name,
    kind: row.kind,
    state: row.state,
    ocdId: row.ocd_id,
    zone: row.zone,
    dueOn: row.due_on,
    dueAt: row.due_at,
    working: z.array(z.string()).parse(row.working),
    cells: row.cells === null ? null : z.array(servedCell).parse(row.cells),
    merge: merge.parse(row.merge),
    predecessor: row.predecessor,
    carried: row.carried === null ? [] : z.array(carriedItem).parse(row.carried),
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  };
}

/** The service with this id, or null. */
export async function serviceById(db: Kysely<Database>, id: string): Promise<Service | null> {
  const row = await db.selectFrom('view.service').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toService(row) : null;
}

/** Why and when a request was revoked, or null. */
export async function revocationOf(
  db: Kysely<Database>,
  request: string,
): Promise<{ readonly reason: string; readonly recordedAt: Date } | null> {
  const row = await db.selectFrom('view.revocation').selectAll().where('request', '=', request).executeTakeFirst();
  return row ? { reason: row.reason, recordedAt: row.recorded_at } : null;
}

/** The letter as one recipient got it, with a placeholder for its link; null where the request has no letter of its own. */
export function letterOf(
  request: Request,
  service: Service,
  issuerName: string,
): { readonly subject: string; readonly text: string } | null {
  const { letter } = request;
  if (!letter) return null;
  return letterTo({ issuerName, draft: { ...request, letter } }, service, letterDue(service));
}

const storedDetail = z.object({ channel: z.string(), address: z.string().nullable(), detail: z.string().nullable() });

/** Evidence of one service, in the order written. */
export async function evidenceOf(db: Kysely<Database>, service: string): Promise<readonly Evidence[]> {
  const rows = await db.selectFrom('view.evidence').selectAll().where('service', '=', service).orderBy('seq').execute();
  return rows.map((row) => ({
    event: row.event,
    ...storedDetail.parse(row.detail),
    seq: row.seq,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  }));
}

/** Items with a due rule of their own. */
export const ownRules = ({ items }: Pick<Request, 'items'>): ReadonlyMap<number, DueRule> =>
  new Map(items.flatMap((one) => (one.due === undefined ? [] : [[one.item, one.due] as const])));

/** What a letter names: the date that was served, and those of the items where they differ. */
export const letterDue = ({ dueOn, cells }: Pick<Service, 'dueOn' | 'cells'>): LetterDue => ({ on: dueOn, cells });

/** What the clock of a service is counted from, beside its stream. */
export const servedFacts = (service: Service, request: Request, revoked: boolean) => ({
  service: service.id,
  request: request.id,
  matter: request.matter,
  issuer: request.issuer,
  audience: request.audience,
  conduct: request.conduct,
  revoked,
  items: request.items.map((one) => one.item),
  rule: request.dueRule,
  own: ownRules(request),
  recipient: service.recipient,
  servedAt: service.occurredAt,
  ocdId: service.ocdId,
  zone: service.zone,
  state: service.state,
});

/** The working that a recipient was served with, where nothing moved it since. */
export const servedWorking = ({ dueOn, working, cells }: Service): readonly Worked[] =>
  cells === null
    ? [{ items: null, due: { on: dueOn, working } }]
    : cells.map(({ items, on, working: steps }) => ({ items, due: { on, working: steps } }));
