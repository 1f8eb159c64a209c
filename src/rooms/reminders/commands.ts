/** What people decide about reminders, as load → rules → append: staff set when they go out, a recipient wants none. */
import type { NewEntry } from '../../base/append.ts';
import type { Millis } from '../../base/clock.ts';
import { Conflict, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { matterById } from '../matters/view.ts';
import { requestById, revocationOf, serviceById } from '../requests/view.ts';
import { lastOf } from '../stream.ts';
import { type Plan, type PlanState, planReminders, wishReminders } from './rules.ts';
import { isWanted, planOf } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

const missing = () => new NotFound('not-found', t('requests.no-page'));

/** What a plan is decided on. @throws NotFound */
export async function planState({ db }: Pick<Services, 'db'>, id: string): Promise<PlanState & { title: string }> {
  const request = await requestById(db, id);
  const matter = request && (await matterById(db, request.matter));
  if (!request || !matter) throw missing();
  return {
    matter: matter.id,
    issuer: matter.issuer,
    request: id,
    recorded: request.conduct === 'recorded',
    revoked: (await revocationOf(db, id)) !== null,
    plan: await planOf(db, id),
    title: request.title,
  };
}

/** Something else may be written meanwhile; then it is decided anew on what is there. */
const ATTEMPTS = 5;

async function write(
  needs: Needs,
  stream: string,
  key: string,
  decide: (id: string, now: Millis) => Promise<NewEntry>,
): Promise<{ readonly repeated: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const last = await lastOf(needs.db, stream);
    const before = await needs.db
      .selectFrom('ledger.command')
      .select('count')
      .where('key', '=', key)
      .executeTakeFirst();
    if (before) return { repeated: true };
    const now = needs.clock.now();
    const entry = await decide(uuidv7(now, needs.random), now);
    try {
      const { repeated } = await needs.ledger.append({ key, entries: [entry], expect: [{ stream, last }] });
      return { repeated };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** @param once the form's token: the same form never writes twice. @throws RuleRefusal as `planReminders`; NotFound; Conflict */
export const setReminders = (needs: Needs, request: string, plan: Plan, once: string) =>
  write(needs, request, `reminders:${request}:${once}`, async (id, now) =>
    planReminders(await planState(needs, request), plan, id, now),
  );

/** @throws RuleRefusal as `wishReminders`; NotFound; Conflict */
export const wishForReminders = (needs: Needs, service: string, wanted: boolean, once: string) =>
  write(needs, service, `reminder-wish:${service}:${once}`, async (id, now) => {
    const own = await serviceById(needs.db, service);
    if (!own) throw missing();
    const { matter, recipient, request } = own;
    const who = { matter, recipient, request, service, wanted: await isWanted(needs.db, service) };
    return wishReminders(who, wanted, id, now);
  });
