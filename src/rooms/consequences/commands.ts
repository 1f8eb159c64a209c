/** What the issuer's staff write of consequences, as load → rules → append: announce one, change its status, state an amount. */
import type { NewEntry } from '../../base/append.ts';
import type { Millis } from '../../base/clock.ts';
import { Conflict, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { matterById } from '../matters/view.ts';
import { requestsOf } from '../requests/view.ts';
import { lastOf } from '../stream.ts';
import {
  type Announce,
  announce,
  type ChangeStatus,
  type ConsequenceState,
  changeStatus,
  type StateAmount,
  stateAmount,
} from './rules.ts';
import { consequencesOf } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

async function loadState({ db }: Pick<Services, 'db'>, id: string, named: readonly string[]) {
  const matter = await matterById(db, id);
  if (!matter) throw new NotFound('no-matter', t('orders.no-matter'));
  const requests = new Map<string, string[]>((await requestsOf(db, id)).map((request) => [request.id, []]));
  if (named.length > 0) {
    const rows = await db
      .selectFrom('view.service')
      .select(['id', 'request'])
      .where('id', 'in', [...named])
      .execute();
    for (const row of rows) requests.get(row.request)?.push(row.id);
  }
  const orders = await db.selectFrom('view.court_order').select('id').where('matter', '=', id).execute();
  const state: ConsequenceState = {
    matter: id,
    issuer: matter.issuer,
    audience: matter.audience === 'public' ? 'public' : 'parties',
    consequences: await consequencesOf(db, id),
    requests,
    orders: orders.map((order) => order.id),
  };
  return state;
}

/** Something else may be written about the matter meanwhile; then it is decided anew on what is there. */
const ATTEMPTS = 5;

async function write(
  needs: Needs,
  matter: string,
  recipients: readonly string[] | null,
  once: string,
  decide: (state: ConsequenceState, id: string, now: Millis) => NewEntry,
): Promise<{ readonly id: string; readonly repeated: boolean }> {
  const key = `consequence:${matter}:${once}`;
  for (let attempt = 1; ; attempt++) {
    const last = await lastOf(needs.db, matter);
    const before = await needs.db
      .selectFrom('ledger.command as c')
      .innerJoin('ledger.entry as e', 'e.seq', 'c.first_seq')
      .select('e.id')
      .where('c.key', '=', key)
      .executeTakeFirst();
    if (before) return { id: before.id, repeated: true };
    const now = needs.clock.now();
    const entry = decide(await loadState(needs, matter, recipients ?? []), uuidv7(now, needs.random), now);
    try {
      const written = await needs.ledger.append({ key, entries: [entry], expect: [{ stream: matter, last }] });
      return { id: written.entries[0]?.entry.id ?? entry.id, repeated: written.repeated };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** @param once the form's token: the same form never writes twice. @throws RuleRefusal as `announce`; NotFound; Conflict */
export const announceConsequence = (needs: Needs, matter: string, command: Announce, once: string) =>
  write(needs, matter, command.recipients, once, (state, id, now) => announce(state, command, id, now));

/** @throws RuleRefusal as `changeStatus`; NotFound; Conflict */
export const changeConsequence = (needs: Needs, matter: string, command: ChangeStatus, once: string) =>
  write(needs, matter, command.recipients, once, (state, id, now) => changeStatus(state, command, id, now));

/** @throws RuleRefusal as `stateAmount`; NotFound; Conflict */
export const stateConsequenceAmount = (needs: Needs, matter: string, command: StateAmount, once: string) =>
  write(needs, matter, command.recipients, once, (state, id, now) => stateAmount(state, command, id, now));
