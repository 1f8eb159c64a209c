/** What became of an invitation’s letter and what its party told the convener alone, as the desk shows it beside each participant. */

import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { t } from '../../base/language.ts';
import { rich } from '../../ui/rich.tsx';
import { Time } from '../../ui/time.tsx';
import { evidenceWord } from '../../ui/words.ts';
import { answersOfMeeting, invitationEvidence, invitationsOf, type OwnAnswer } from './invitations.ts';
import { askedFor } from './inviting.ts';
import { proposalWords } from './parts.tsx';

export interface Letter {
  /** the entry that served it */
  readonly entry: string;
  /** what its newest version told */
  readonly called: string;
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
    served.map(({ id, entry, called }) => [
      id,
      { entry, called, last: last.get(id) ?? null, answers: answers.filter((one) => one.invitation === id) },
    ]),
  );
}

export function LetterWords({ letter, zone, base }: { letter: Letter | undefined; zone: string; base: string }) {
  if (!letter) return <>{t('meetings.letter.none')}</>;
  const other = askedFor(letter.answers);
  const quiet = letter.answers.filter((one) => one.reason !== null && !one.openly).at(-1);
  return (
    <>
      {letter.last ? (
        <>
          {evidenceWord(letter.last.event)}, <Time at={letter.last.at} zone={zone} />
        </>
      ) : (
        t('meetings.letter.under-way')
      )}{' '}
      ·{' '}
      <a href={`${base}/receipts/${letter.entry}.json`}>
        {rich('meetings.letter.receipt', { sr: (words) => <span class="usa-sr-only">{words}</span> })}
      </a>
      {quiet ? <div class="said__note">{t('meetings.letter.alone', { reason: quiet.reason ?? '' })}</div> : null}
      {other ? <div class="said__note">{proposalWords(other)}</div> : null}
    </>
  );
}
