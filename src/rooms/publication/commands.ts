/** What staff decide about what is withheld: load → rules → append. Each is decided on the matter as it stood, and again where somebody wrote in between. */

import { sql } from 'kysely';
import type { NewEntry } from '../../base/append.ts';
import type { Millis } from '../../base/clock.ts';
import { Conflict, NotFound } from '../../base/errors.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Role } from '../../base/route.ts';
import type { Services } from '../../base/services.ts';
import { checkEntry, hex, type JsonObject } from '../../proof/index.ts';
import { matterById } from '../matters/view.ts';
import { lastOf } from '../stream.ts';
import type { Thing } from './entries.ts';
import { type Concerned, liftEmbargo, moveEmbargo, putBack, takeDown, untilOf, type Written } from './rules.ts';
import { type Withholding, withholdingOf } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

const OF: Readonly<Record<string, Thing>> = {
  'statement.made': 'statement',
  'statement.corrected': 'statement',
  'figure.claimed': 'figure',
  'figure.corrected': 'figure',
  'figure.ranked': 'figure',
  'participation.stated': 'participation',
  'matter.noted': 'note',
};

export interface ThingEntry extends Written {
  readonly kind: string;
  readonly recordedAt: Date;
  readonly body: Readonly<Record<string, unknown>>;
  /** the same, for a page */
  readonly shown: JsonObject;
  readonly occurredAt: Date;
}

export interface Published {
  readonly thing: Concerned;
  /** what was written of it and not erased, oldest first; decisions about it are not among them */
  readonly entries: readonly ThingEntry[];
  readonly stands: Withholding;
}

function bodyOf(canonical: string) {
  const { body } = checkEntry(JSON.parse(canonical));
  return { body, shown: body };
}

/** A thing of this matter that can be withheld. @throws NotFound */
export async function publishedThing(needs: Pick<Needs, 'db'>, matterId: string, subject: string): Promise<Published> {
  const { db } = needs;
  const missing = new NotFound('no-thing', {
    what: t('said.publication.none'),
    next: t('said.publication.none.next'),
  });
  if (!UUID.test(subject)) throw missing;
  const matter = await matterById(db, matterId);
  const { rows } = await sql<{
    seq: number;
    id: string;
    kind: string;
    canonical: string;
    commitment: Buffer;
    recorded_at: Date;
    occurred_at: Date;
  }>`
    select e.seq, e.id, e.kind, e.canonical, e.commitment, e.recorded_at, e.occurred_at from view.subject b join ledger.entry e on e.seq = b.seq
    where b.subject = ${subject} and b.matter = ${matterId} and e.canonical is not null order by e.seq limit 200`.execute(
    db,
  );
  const entries = rows.flatMap((row) =>
    Object.hasOwn(OF, row.kind)
      ? [
          {
            entry: row.id,
            position: Number(row.seq),
            commitment: hex(row.commitment),
            kind: row.kind,
            recordedAt: row.recorded_at,
            occurredAt: row.occurred_at,
            ...bodyOf(row.canonical),
          },
        ]
      : [],
  );
  const of = entries[0] ? OF[entries[0].kind] : undefined;
  if (!matter || !of) throw missing;
  const audience = matter.audience === 'public' ? ('public' as const) : ('parties' as const);
  const thing = { subject, of, matter: matter.id, issuer: matter.issuer, audience };
  return { thing, entries, stands: await withholdingOf(db, subject) };
}

export interface Deciding {
  readonly matter: string;
  readonly subject: string;
  readonly role: Role;
  readonly reason: string;
  /** idempotency key of the form */
  readonly once: string;
}

const TRIES = 3;

async function decide(
  needs: Needs,
  what: string,
  of: Deciding,
  rule: (found: Published, id: string, now: Millis) => NewEntry,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const last = await lastOf(needs.db, of.matter);
    const found = await publishedThing(needs, of.matter, of.subject);
    const now = needs.clock.now();
    const key = `${what}:${of.once}`;
    const done = await needs.db.selectFrom('ledger.command').select('key').where('key', '=', key).executeTakeFirst();
    if (done) return;
    const entry = rule(found, uuidv7(now, needs.random), now);
    try {
      await needs.ledger.append({ key, entries: [entry], expect: [{ stream: of.matter, last }] });
      return;
    } catch (error) {
      if (!(error instanceof Conflict) || tries === TRIES) throw error;
    }
  }
}

/** Writes `embargo.moved`. @throws NotFound, Conflict, and those of `moveEmbargo` */
export const changeEmbargo = (
  needs: Needs,
  of: Deciding,
  typed: { readonly day: string; readonly time: string; readonly zone: string },
): Promise<void> =>
  decide(needs, 'embargo', of, ({ thing, stands }, id, now) =>
    moveEmbargo(thing, stands, untilOf(typed, now), of.reason, of.role, id, now),
  );

/** Writes `embargo.lifted`. @throws NotFound, Conflict, and those of `liftEmbargo` */
export const endEmbargo = (needs: Needs, of: Deciding): Promise<void> =>
  decide(needs, 'embargo', of, ({ thing, stands }, id, now) => liftEmbargo(thing, stands, of.reason, of.role, id, now));

/** Writes `publication.withdrawn`. @throws NotFound, Conflict, and those of `takeDown` */
export const takeDownThing = (needs: Needs, of: Deciding): Promise<void> =>
  decide(needs, 'takedown', of, ({ thing, stands, entries }, id, now) => {
    const written = entries.map(({ entry, position, commitment }) => ({ entry, position, commitment }));
    return takeDown(thing, stands, written, of.reason, of.role, id, now);
  });

/** Writes `publication.restored`. @throws NotFound, Conflict, and those of `putBack` */
export const putThingBack = (needs: Needs, of: Deciding): Promise<void> =>
  decide(needs, 'takedown', of, ({ thing, stands }, id, now) => putBack(thing, stands, of.reason, of.role, id, now));
