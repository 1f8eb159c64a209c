/** A recipient asks for more time, the issuer refuses it, as load → rules → append. An extension that answers an ask is in commands.ts. */
import type { NewEntry, Rows } from '../base/append.ts';
import { instant, type Millis } from '../base/clock.ts';
import { Conflict, NotFound } from '../base/errors.ts';
import { uuidv7 } from '../base/ids.ts';
import { t } from '../base/language.ts';
import type { Services } from '../base/services.ts';
import { type AskExtension, type AskState, askExtension, asksIn, refuseExtension } from './clock/asking.ts';
import { movedDues } from './clock/view.ts';
import { requestById, revocationOf, type Service, serviceById } from './requests/view.ts';
import { entriesOf, lastOf } from './stream.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

interface Loaded {
  readonly state: AskState;
  readonly service: Service;
  readonly last: number | null;
}

/** What an ask of a service is decided on. @throws NotFound */
export async function askState({ db }: Pick<Services, 'db'>, id: string): Promise<Loaded> {
  const last = await lastOf(db, id);
  const service = await serviceById(db, id);
  const request = service ? await requestById(db, service.request) : null;
  if (!service || !request) throw new NotFound('not-found', t('clock.no-page'));
  const [revoked, entries, moved, answered] = await Promise.all([
    revocationOf(db, request.id),
    entriesOf(db, id),
    movedDues(db, id),
    db.selectFrom('view.item_answer').select('item').distinct().where('service', '=', id).execute(),
  ]);
  const done = new Set(answered.map(({ item }) => item));
  const state: AskState = {
    matter: service.matter,
    service: id,
    request: request.id,
    issuer: request.issuer,
    recipient: service.recipient,
    revoked: revoked !== null,
    recorded: request.conduct === 'recorded',
    items: request.items.map(({ item }) => ({
      item,
      dueOn: moved ? moved.due(item).on : service.dueOn,
      answered: done.has(item),
    })),
    asks: asksIn(entries),
  };
  return { state, service, last };
}

/** Something else may be written about the service meanwhile; then it is decided anew on what is there. */
const ATTEMPTS = 5;

async function write(
  needs: Needs,
  id: string,
  key: string,
  decide: (loaded: Loaded, entry: string, now: Millis) => { readonly entry: NewEntry; readonly rows?: readonly Rows[] },
): Promise<{ readonly repeated: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const loaded = await askState(needs, id);
    const before = await needs.db
      .selectFrom('ledger.command')
      .select('count')
      .where('key', '=', key)
      .executeTakeFirst();
    if (before) return { repeated: true };
    const now = needs.clock.now();
    const { entry, rows } = decide(loaded, uuidv7(now, needs.random), now);
    try {
      const written = await needs.ledger.append({
        key,
        entries: [entry],
        expect: [{ stream: id, last: loaded.last }],
        ...(rows ? { rows } : {}),
      });
      return { repeated: written.repeated };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** @param once the form's token: the same form never asks twice. @throws RuleRefusal as `askExtension`; NotFound; Conflict */
export const askForTime = (needs: Needs, service: string, command: AskExtension, once: string) =>
  write(needs, service, `ask:${service}:${once}`, ({ state }, id, now) => ({
    entry: askExtension(state, command, id, now),
  }));

/**
 * Refuses an ask and queues the mail that tells the recipient.
 * @throws RuleRefusal as `refuseExtension`; NotFound; Conflict
 */
export async function refuseTime(
  needs: Needs,
  service: string,
  command: { readonly ask: string; readonly reason: string },
  once: string,
): Promise<{ readonly repeated: boolean; readonly told: boolean }> {
  const contact = await needs.db
    .selectFrom('work.contact')
    .select('address')
    .where('service', '=', service)
    .executeTakeFirst();
  const { repeated } = await write(needs, service, `refuse-ask:${service}:${once}`, ({ state }, id, now) => {
    const entry = refuseExtension(state, command, id, now);
    if (!contact) return { entry };
    const mail = {
      kind: 'ask-refused',
      key: `ask-refused:${id}`,
      service,
      request: state.request,
      entry: id,
      address: contact.address,
      params: {},
      not_before: instant(now),
    };
    return { entry, rows: [{ table: 'work.outbox', rows: [mail] }] };
  });
  return { repeated, told: contact !== undefined };
}
