/**
 * What the issuer's staff do with a clock, as load → rules → append: extend, pause, resume, correct the date of service. Each tells the
 * recipient, in the same append.
 */
import { instant } from '../../base/clock.ts';
import { Conflict, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { type Request, requestById, revocationOf, type Service, servedFacts, serviceById } from '../requests/view.ts';
import { entriesOf, lastOf } from '../stream.ts';
import { type Ask, asksIn, waitingAsk } from './asking.ts';
import { closingsFor } from './closings.ts';
import { type Clocked, type Moving, moveDue } from './moving.ts';
import { clockedOf, type Move, movesIn, sameAsSeen } from './standing.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

export interface Standing {
  readonly service: Service;
  readonly request: Request;
  readonly clocked: Clocked;
  readonly moves: readonly Move[];
  /** what the recipient asked for */
  readonly asks: readonly Ask[];
  /** position of the last entry of the service before all this was read */
  readonly last: number | null;
}

/** The clock of a service as it stands. @throws NotFound */
export async function standingClock({ db }: Pick<Services, 'db'>, id: string): Promise<Standing> {
  const last = await lastOf(db, id);
  const service = await serviceById(db, id);
  const request = service ? await requestById(db, service.request) : null;
  if (!service || !request) throw new NotFound('not-found', t('clock.no-page'));
  const entries = await entriesOf(db, id);
  const revoked = (await revocationOf(db, request.id)) !== null;
  const closings = await closingsFor(db, request.issuer);
  const clocked = clockedOf(servedFacts(service, request, revoked), entries, closings);
  return { service, request, clocked, moves: movesIn(entries), asks: asksIn(entries), last };
}

/** Evidence of a mail may be written between reading and writing; then it is decided anew on what is there. */
const ATTEMPTS = 5;

/**
 * Moves the due date of a service and queues the mail that tells its recipient.
 * @param seen the last thing that had moved the clock when the person looked, '' for none
 * @param once the form's token: the same form never writes twice
 * @throws RuleRefusal `clock-moved`, those of `moveDue`, of `waitingAsk` where it answers one; NotFound; Conflict
 */
export async function moveClock(
  needs: Needs,
  service: string,
  command: Moving,
  { seen, once }: { readonly seen: string; readonly once: string },
): Promise<{ readonly repeated: boolean; readonly told: boolean }> {
  const key = `move:${service}:${once}`;
  const address = await addressOf(needs, service);
  for (let attempt = 1; ; attempt++) {
    const standing = await standingClock(needs, service);
    const before = await needs.db
      .selectFrom('ledger.command')
      .select('count')
      .where('key', '=', key)
      .executeTakeFirst();
    if (before) return { repeated: true, told: address !== null };
    sameAsSeen(standing.moves, seen);
    if (command.do === 'extend' && command.ask !== undefined) waitingAsk(standing.asks, command.ask);
    const now = needs.clock.now();
    const entry = moveDue(standing.clocked, command, uuidv7(now, needs.random), now);
    const mail = {
      kind: 'clock',
      key: `clock:${entry.id}`,
      service,
      request: standing.request.id,
      entry: entry.id,
      address,
      params: {},
      not_before: instant(now),
    };
    try {
      const written = await needs.ledger.append({
        key,
        entries: [entry],
        expect: [{ stream: service, last: standing.last }],
        ...(address === null ? {} : { rows: [{ table: 'work.outbox', rows: [mail] }] }),
      });
      return { repeated: written.repeated, told: address !== null };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Where the recipient is told: the address on file, null where there is none. */
async function addressOf(needs: Pick<Services, 'db'>, service: string): Promise<string | null> {
  const row = await needs.db
    .selectFrom('work.contact')
    .select('address')
    .where('service', '=', service)
    .executeTakeFirst();
  return row?.address ?? null;
}
