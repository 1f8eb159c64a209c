/**
 * What a recipient does, as load → rules → append: opening the letter's page for the first time, and sending an answer. Decides nothing
 * itself; a repeated command gives what the first one gave.
 */
import { z } from 'zod';
import type { Appended, NewEntry } from '../../base/append.ts';
import { instant } from '../../base/clock.ts';
import { Conflict, InvalidInput, NotFound, RuleRefusal } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import { type Ctx, recipient } from '../../base/route.ts';
import type { Services } from '../../base/services.ts';
import { uploadsOf } from '../documents/view.ts';
import { line } from '../fields.ts';
import { invitationOf } from '../meetings/view.ts';
import { evidenceOf } from '../requests/view.ts';
import { reviewOf } from './draft.ts';
import { type AnsweredItem, answerSent } from './entries.ts';
import { answerProblems, send } from './rules.ts';
import { answerKey, clearSent, type Draft, loadDraft, openDraft } from './saving.ts';
import { type Exchange, exchangeOf } from './view.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

/** The exchange that a recipient's session is for. @throws NotFound when there is none (any more) */
export async function ownExchange(needs: Needs, service: string): Promise<Exchange> {
  const exchange = await exchangeOf(needs.db, service);
  if (!exchange) {
    throw new NotFound('no-such-service', {
      what: t('answers.refused.service'),
      next: t('answers.refused.service.next'),
    });
  }
  return exchange;
}

/** Where the session is for an invitation to a meeting, the way to its page; null where it is for a request. */
export async function invitationPage(c: Ctx): Promise<Response | null> {
  const invited = await invitationOf(c.get('services').db, recipient(c).service);
  return invited ? c.redirect('/answer/invitation', 303) : null;
}

function evidence(
  needs: Needs,
  exchange: Exchange,
  what: { event: 'ContentHandover' | 'ConsignmentAcceptance'; by: string; address: string },
): NewEntry {
  const now = needs.clock.now();
  return {
    kind: 'service.evidenced',
    id: uuidv7(now, needs.random),
    matter: exchange.matter.id,
    by: what.by,
    occurredAt: instant(now),
    audience: 'parties',
    body: {
      service: exchange.service.id,
      request: exchange.request.id,
      event: what.event,
      channel: 'page',
      address: what.address,
      detail: null,
    },
  };
}

/** Writes, once a service, that the request was handed over to somebody who entered the code from its mailbox. */
export async function handOver(needs: Needs, exchange: Exchange, address: string): Promise<void> {
  const known = await evidenceOf(needs.db, exchange.service.id);
  if (known.some((one) => one.event === 'ContentHandover')) return;
  await needs.ledger.append({
    key: `handover:${exchange.service.id}`,
    entries: [evidence(needs, exchange, { event: 'ContentHandover', by: exchange.matter.issuer, address })],
  });
}

/** The answer that was sent under a draft's token, or null. */
export async function sentUnder(
  needs: Pick<Services, 'db'>,
  service: string,
  once: string,
): Promise<{ readonly answer: string; readonly items: readonly AnsweredItem[] } | null> {
  const row = await needs.db
    .selectFrom('ledger.command as c')
    .innerJoin('ledger.entry as e', 'e.seq', 'c.first_seq')
    .select('e.canonical')
    .where('c.key', '=', answerKey(once))
    .where('e.stream', '=', service)
    .executeTakeFirst();
  if (!row) return null;
  // Sent and erased since: nothing of it may come back, and the draft is cleared all the same.
  if (row.canonical === null) return { answer: '', items: [] };
  const { body } = z.object({ body: answerSent }).parse(JSON.parse(row.canonical));
  return { answer: body.answer, items: body.items };
}

/** The draft to work on. Finishes what a crash between sending and clearing left open. */
export async function currentDraft(needs: Needs, service: string): Promise<Draft> {
  const draft = await openDraft(needs, service);
  const sent = await sentUnder(needs, service, draft.body.once);
  return sent ? await clearSent(needs, service, draft.body.once, sent.items) : draft;
}

const actorForm = z.object({ name: line(200), title: line(200).nullable() });

/** Who acts, from the review page. @throws InvalidInput with one message a field */
export function actorOf(typed: { readonly name: string; readonly title: string }): z.infer<typeof actorForm> {
  const read = actorForm.safeParse({ name: typed.name, title: typed.title.trim() === '' ? null : typed.title });
  if (read.success) return read.data;
  const fields: Record<string, string> = {};
  for (const issue of read.error.issues) {
    const field = String(issue.path[0] ?? '');
    const name = t(field === 'name' ? 'answers.shared.your-name' : 'answers.review.job');
    fields[field] ??= t('answers.shared.wrong.says', { name, wrong: issue.message });
  }
  throw new InvalidInput('form', { what: t('answers.refused.who'), lost: t('answers.refused.who.lost') }, fields);
}

export interface Sent {
  readonly answer: string;
  /** position of the answer's entry */
  readonly position: number;
  /** this very answer had been sent already: by a double click, or from another browser */
  readonly repeated: boolean;
}

export interface SendCommand {
  /** token and version of the draft as it was reviewed */
  readonly once: string;
  readonly version: number;
  readonly actor: { readonly name: string; readonly title: string };
  /** the mailbox of the session */
  readonly address: string;
}

const changedSince = () =>
  new Conflict('draft-changed', {
    what: t('answers.refused.changed'),
    lost: t('answers.refused.changed.lost'),
    next: t('answers.refused.changed.next'),
  });

/** Tries again when something else was written about this service meanwhile (evidence of a mail, for instance). */
const ATTEMPTS = 5;

/**
 * Sends what was reviewed: `answer.sent`, one `item.answered` an item, the evidence that the recipient took the request up, and the mail
 * with the receipt, in one append under the draft's token. Then takes what was sent out of the draft.
 * @throws InvalidInput, Conflict `draft-changed`, RuleRefusal `answer-incomplete`
 */
export async function sendAnswer(needs: Needs, service: string, command: SendCommand): Promise<Sent> {
  for (let attempt = 1; ; attempt++) {
    const before = await sentUnder(needs, service, command.once);
    if (before) {
      await clearSent(needs, service, command.once, before.items);
      if (before.answer === '')
        throw new RuleRefusal('answer-erased', {
          what: t('answers.refused.erased'),
          lost: t('answers.refused.erased.lost'),
          next: t('answers.refused.erased.next'),
        });
      return { answer: before.answer, position: await positionOf(needs, service, before.answer), repeated: true };
    }
    const actor = actorOf(command.actor);
    const exchange = await ownExchange(needs, service);
    const draft = await loadDraft(needs, service);
    if (draft.body.once !== command.once || draft.version !== command.version) {
      // The other browser may have sent this very answer since we looked: then it is the same slip, not a conflict.
      if (await sentUnder(needs, service, command.once)) continue;
      throw changedSince();
    }
    const items = exchange.request.items.map((one) => one.item);
    const reviewed = reviewOf(draft.body, await uploadsOf(needs.db, service), items);
    const [problem] = reviewed.problems;
    if (problem) throw incomplete(problem.what);
    const entries = send(
      {
        matter: exchange.matter.id,
        audience: exchange.request.audience === 'public' ? 'public' : 'parties',
        service,
        request: exchange.request.id,
        recipient: exchange.service.recipient,
        items,
        revoked: exchange.revocation !== null,
        rounds: exchange.answers.length,
      },
      { items: reviewed.items, actedBy: { ...actor, address: command.address } },
      () => uuidv7(needs.clock.now(), needs.random),
      needs.clock.now(),
    );
    const answer = answerSent.parse(entries[0]?.body).answer;
    try {
      const written = await needs.ledger.append({
        key: answerKey(command.once),
        entries: [
          ...entries,
          evidence(needs, exchange, {
            event: 'ConsignmentAcceptance',
            by: exchange.service.recipient,
            address: command.address,
          }),
        ],
        expect: [{ stream: service, last: exchange.last }],
        rows: [{ table: 'work.outbox', rows: [receiptMail(needs, exchange, entries[0], answer, command.address)] }],
      });
      const sent = sentIn(written);
      await clearSent(needs, service, command.once, sent.items);
      return { answer: sent.answer, position: sent.position, repeated: written.repeated };
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

function receiptMail(
  needs: Needs,
  exchange: Exchange,
  entry: NewEntry | undefined,
  answer: string,
  address: string,
): Readonly<Record<string, unknown>> {
  return {
    kind: 'answer-receipt',
    key: `answer-receipt:${answer}`,
    service: exchange.service.id,
    request: exchange.request.id,
    entry: entry?.id ?? null,
    address,
    params: { answer },
    not_before: instant(needs.clock.now()),
  };
}

function sentIn(written: Appended): { answer: string; position: number; items: readonly AnsweredItem[] } {
  const first = written.entries[0];
  const body = answerSent.parse(first?.entry.body);
  return { answer: body.answer, position: first?.position ?? 0, items: body.items };
}

async function positionOf(needs: Pick<Services, 'db'>, service: string, answer: string): Promise<number> {
  const row = await needs.db
    .selectFrom('view.answer')
    .select('seq')
    .where('service', '=', service)
    .where('id', '=', answer)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

const incomplete = (what: string) => new RuleRefusal('answer-incomplete', { what, lost: t('answers.shared.kept') });

/** Everything that keeps the draft from being sent now, item 0 standing for the whole. */
export function problemsOf(
  exchange: Exchange,
  reviewed: ReturnType<typeof reviewOf>,
): readonly { readonly item: number; readonly what: string }[] {
  const items = exchange.request.items.map((one) => one.item);
  return [...reviewed.problems, ...answerProblems({ items, revoked: exchange.revocation !== null }, reviewed.items)];
}
