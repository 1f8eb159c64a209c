/** What the issuer's staff do with answers, as load → rules → append. Each determination tells the recipient, in the same append. */
import type { NewEntry } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { Conflict, NotFound, RuleRefusal } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { type Exchange, exchangeOf, standingOf } from '../answers/view.ts';
import type { Finding } from './entries.ts';
import { determine } from './rules.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

export interface Determining {
  readonly item: number;
  readonly finding: Finding;
  readonly reasons: string;
  /** the answer that the person looked at */
  readonly seen: string;
}

/** Evidence of a mail may be written between reading and writing; then it is decided anew on what is there. */
const ATTEMPTS = 5;

/** The exchange on a service. @throws NotFound */
export async function exchangeFor(needs: Pick<Services, 'db'>, service: string): Promise<Exchange> {
  const exchange = await exchangeOf(needs.db, service);
  if (!exchange) throw new NotFound('not-found', t('ui.refusal.not-yours'));
  return exchange;
}

/** Answered items whose newest answer nobody has determined yet: what "accept all" accepts. */
export function unreviewed(exchange: Exchange): readonly { readonly item: number; readonly answer: string }[] {
  return exchange.request.items.flatMap(({ item }) => {
    const said = exchange.items.get(item);
    return said && standingOf(exchange, item) === null ? [{ item, answer: said.answer }] : [];
  });
}

/**
 * Writes one or several determinations and queues one mail that tells the recipient of all of them.
 * @param once the form's token: the same form never writes twice
 * @returns ids of the entries, and whether the form had been taken before
 * @throws RuleRefusal `not-answered`, `answer-changed`, `reasons-missing`; Conflict; NotFound
 */
export async function determineItems(
  needs: Needs,
  service: string,
  commands: readonly Determining[],
  once: string,
): Promise<{ readonly entries: readonly string[]; readonly repeated: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const exchange = await exchangeFor(needs, service);
    const entries = commands.map((command) => decide(needs, exchange, command));
    const [first] = entries;
    if (!first) throw new RuleRefusal('nothing-to-determine', t('answers.determine.nothing'));
    const address = await addressOf(needs, service);
    const mail = {
      kind: 'determination',
      key: `determination:${first.id}`,
      service,
      request: exchange.request.id,
      entry: first.id,
      address,
      params: { entries: entries.map((entry) => entry.id) },
      not_before: instant(needs.clock.now()),
    };
    try {
      const written = await needs.ledger.append({
        key: `determine:${service}:${once}`,
        entries,
        expect: [{ stream: service, last: exchange.last }],
        ...(address === null ? {} : { rows: [{ table: 'work.outbox', rows: [mail] }] }),
      });
      return { entries: written.entries.map((one) => one.entry.id), repeated: written.repeated };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

function decide(needs: Needs, exchange: Exchange, command: Determining): NewEntry {
  if (!exchange.request.items.some((one) => one.item === command.item)) {
    throw new NotFound('no-such-item', t('answers.problem.no-item', { item: command.item }));
  }
  return determine(
    {
      matter: exchange.matter.id,
      audience: exchange.request.audience === 'public' ? 'public' : 'parties',
      issuer: exchange.matter.issuer,
      service: exchange.service.id,
      request: exchange.request.id,
      item: command.item,
      answer: exchange.items.get(command.item)?.answer ?? null,
    },
    command,
    uuidv7(needs.clock.now(), needs.random),
    needs.clock.now(),
  );
}

/** Where the recipient is told: the address on file, null where there is none. */
async function addressOf(needs: Needs, service: string): Promise<string | null> {
  const row = await needs.db
    .selectFrom('work.contact')
    .select('address')
    .where('service', '=', service)
    .executeTakeFirst();
  return row?.address ?? null;
}
