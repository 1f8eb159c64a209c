/** What became of an invitation’s letter and what its party told the convener alone, as the desk shows it beside each participant. */
import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { Time } from '../../ui/time.tsx';
import { evidenceWord } from '../../ui/words.ts';
import { answersOfMeeting, invitationEvidence, invitationsOf, type OwnAnswer } from './invitations.ts';
import { askedFor } from './inviting.ts';
import { proposalWords } from './parts.tsx';

export interface Letter {
  /** the entry that served it */
  readonly entry: string;
  /** the highest rung of its evidence; null while it waits in the outbox */
  readonly last: { readonly event: string; readonly at: Date } | null;
  readonly answers: readonly OwnAnswer[];
}

/** Letters of a meeting by participant; three queries, whatever the number. */
export async function lettersOf(db: Kysely<Database>, meeting: string): Promise<ReadonlyMap<string, Letter>> {
  const [served, evidence, answers] = await Promise.all([
    invitationsOf(db, meeting),
    invitationEvidence(db, meeting),
    answersOfMeeting(db, meeting),
  ]);
  const last = new Map(evidence.map((one) => [one.invitation, { event: one.event, at: one.occurredAt }]));
  return new Map(
    served.map(({ id, entry }) => [
      id,
      { entry, last: last.get(id) ?? null, answers: answers.filter((one) => one.invitation === id) },
    ]),
  );
}

export function LetterWords({ letter, zone, base }: { letter: Letter | undefined; zone: string; base: string }) {
  if (!letter) return <>no letter</>;
  const other = askedFor(letter.answers);
  const quiet = letter.answers.filter((one) => one.reason !== null && !one.openly).at(-1);
  return (
    <>
      {letter.last ? (
        <>
          {evidenceWord(letter.last.event)}, <Time at={letter.last.at} zone={zone} />
        </>
      ) : (
        'on its way'
      )}{' '}
      ·{' '}
      <a href={`${base}/receipts/${letter.entry}.json`}>
        receipt<span class="usa-sr-only"> of the letter</span>
      </a>
      {quiet ? <div class="said__note">To you alone: {quiet.reason}</div> : null}
      {other ? <div class="said__note">{proposalWords(other)}</div> : null}
    </>
  );
}
