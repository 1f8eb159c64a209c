/**
 * Composing a request that follows another one: a draft for those who left something open, with what each answered left out by reference.
 * It serves nothing; composing goes on in the ordinary steps.
 */
import { RuleRefusal } from '../base/errors.ts';
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

const LETTER = {
  subject: 'Subpoena: {{title}}',
  text: `To {{recipient}}

{{issuer}} asked you for what is listed below and has not received all of it. Under {{authority}} you are now required to produce it:

{{items}}

You answered before, so this is not asked again:
{{answered_before}}

Due by the end of {{due_date}}.

Answer here: {{link}}
`,
};

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
        what: 'Nobody is chosen.',
        lost: 'Nothing was made.',
        next: 'Choose recipients, or all of them.',
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
    letter: LETTER,
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
    what: `${name} has answered more than ${MOST_CARRIED} items, which is more than one entry can carry over.`,
    lost: 'Nothing was made.',
    next: 'Ask for what is open in a request of its own.',
  });
}
