/**
 * Composing a request that follows another one: a draft for those who left something open, with what each answered left out by reference.
 * It serves nothing; composing goes on in the ordinary steps.
 */
import { RuleRefusal } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Role } from '../base/route.ts';
import type { Services } from '../base/services.ts';
import { type AskedRequest, type PressedService, pressedOf } from '../rooms/escalation/facts.ts';
import { stepFor } from '../rooms/escalation/rules.ts';
import { EMPTY_DRAFT } from '../rooms/requests/draft.ts';
import { insertRecipients, toRecipient } from '../rooms/requests/draft-recipients.ts';
import { changeRecipients, createDraft } from '../rooms/requests/drafts.ts';
import { MOST_CARRIED } from '../rooms/requests/entries.ts';

/** Services looked at together. */
const CHUNK = 1000;

/** A proposal, which whoever composes goes on writing. */
const letter = () => ({ subject: t('record.following.subject'), text: t('record.following.text') });

/**
 * Makes the draft of a subpoena. With the same `once` it is one draft. Recipients with whom the step may not be taken are left out;
 * where that leaves nobody, the first refusal is given.
 * @param once id of the draft, from the form
 * @returns id of the draft
 * @throws RuleRefusal `nobody-chosen`, `too-much-carried`, and those of `stepFor`
 */
export async function composeFollowing(
  services: Services,
  state: AskedRequest,
  command: { readonly step: number; readonly services: readonly string[]; readonly role: Role },
  once: string,
): Promise<string> {
  const { db } = services;
  const now = services.clock.now();
  const fit: string[] = [];
  let refusal: RuleRefusal | null = null;
  for (let at = 0; at < command.services.length; at += CHUNK) {
    const ids = command.services.slice(at, at + CHUNK);
    const facts = await pressedOf(db, state.of, ids);
    for (const one of ids.flatMap((id) => facts.get(id) ?? [])) {
      try {
        stepFor(state, one, command.step, command.role, now);
        notTooMuch(one);
        fit.push(one.service);
      } catch (error) {
        if (!(error instanceof RuleRefusal)) throw error;
        refusal ??= error;
      }
    }
  }
  if (fit.length === 0) {
    throw (
      refusal ??
      new RuleRefusal('nobody-chosen', {
        what: t('record.following.nobody'),
        lost: t('record.following.lost'),
        next: t('record.following.nobody.next'),
      })
    );
  }
  const items = state.of.items.map((one) => one.text);
  const who = state.ladder.find((one) => one.step === command.step)?.who ?? 'owner';
  const body = {
    ...EMPTY_DRAFT,
    title: state.title,
    authority: state.of.authority,
    items,
    letter: letter(),
    follows: { request: state.request, items, who },
  };
  const draft = await createDraft(services, state.matter, body, once);
  await changeRecipients(services, draft, async (trx) => {
    const there = await trx
      .selectFrom('work.draft_recipient')
      .select('line')
      .where('draft', '=', draft)
      .limit(1)
      .execute();
    // Sent twice: the first has brought the recipients.
    if (there.length > 0) return { result: undefined };
    for (let at = 0; at < fit.length; at += CHUNK) {
      const rows = await trx
        .selectFrom('view.service as s')
        .leftJoin('work.contact as c', 'c.service', 's.id')
        .select(['s.id', 's.name', 's.kind', 's.state', 's.ocd_id', 's.zone', 's.recipient', 's.merge', 'c.address'])
        .where((eb) => eb('s.id', '=', eb.fn.any(eb.val(fit.slice(at, at + CHUNK)))))
        .orderBy('s.name')
        .orderBy('s.id')
        .execute();
      const recipients = rows.map((row, i) =>
        toRecipient({ ...row, line: at + i + 2, email: row.address, party: row.recipient, predecessor: row.id }),
      );
      await insertRecipients(trx, draft, recipients);
    }
    return { result: undefined };
  });
  return draft;
}

function notTooMuch({ items, name }: PressedService): void {
  if (items.filter((one) => one.settled).length <= MOST_CARRIED) return;
  throw new RuleRefusal('too-much-carried', {
    what: t('record.following.much', { name, most: MOST_CARRIED }),
    lost: t('record.following.lost'),
    next: t('record.following.much.next'),
  });
}
