/** What staff do with a ladder, as load → rules → append: set it, and take steps back before their mails leave. Decides nothing itself. */
import { z } from 'zod';
import { Conflict, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { prose } from '../fields.ts';
import { checked } from '../input.ts';
import { lastOf } from '../stream.ts';
import type { LadderStep } from './entries.ts';
import { askedOf } from './facts.ts';
import { setLadder, withdraw } from './rules.ts';

type Needs = Pick<Services, 'db' | 'ledger' | 'clock' | 'random'>;

const writtenBefore = async ({ db }: Needs, key: string): Promise<boolean> =>
  (await db.selectFrom('ledger.command').select('key').where('key', '=', key).executeTakeFirst()) !== undefined;

/**
 * Sets the ladder of a request that is served; with the same `once` it is written once. A serving under way guards the history of its
 * request, so it is waited for.
 * @throws RuleRefusal as `setLadder`; Conflict `being-served`, `changed-meanwhile`; NotFound
 */
export async function setLadderOf(
  needs: Needs,
  request: string,
  steps: readonly LadderStep[],
  once: string,
): Promise<void> {
  const key = `ladder:${request}:${once}`;
  const last = await lastOf(needs.db, request);
  const state = await askedOf(needs.db, request);
  if (await writtenBefore(needs, key)) return;
  const serving = await needs.db
    .selectFrom('work.request_draft')
    .select('id')
    .where('request', '=', request)
    .where('served_at', 'is', null)
    .executeTakeFirst();
  if (serving) {
    throw new Conflict('being-served', {
      what: t('clock.step.serving'),
      lost: t('clock.step.serving.lost'),
      next: t('clock.step.serving.next'),
    });
  }
  const now = needs.clock.now();
  const entry = setLadder(state, steps, uuidv7(now, needs.random), now);
  await needs.ledger.append({ key, entries: [entry], expect: [{ stream: request, last }] });
}

const reasonInput = z.object({ reason: prose(1000).pipe(z.string().min(1, { error: () => t('clock.step.reason') })) });

/**
 * Takes back all steps of a run whose mails have not left, and marks the mails so that none leaves.
 * @throws RuleRefusal `already-withdrawn`, `notices-left`; InvalidInput; Conflict; NotFound
 */
export async function withdrawRun(
  needs: Needs,
  request: string,
  run: string,
  input: z.input<typeof reasonInput>,
  once: string,
): Promise<void> {
  const { reason } = checked(reasonInput, input);
  const key = `withdraw:${run}:${once}`;
  const last = await lastOf(needs.db, request);
  const state = await askedOf(needs.db, request);
  const row = await needs.db
    .selectFrom('work.step_run')
    .select('leaves_at')
    .where('id', '=', run)
    .where('request', '=', request)
    .executeTakeFirst();
  if (!row) throw new NotFound('no-such-run', t('clock.step.no-run'));
  if (!(await writtenBefore(needs, key))) {
    const taken = await needs.db
      .selectFrom('view.step_withdrawal')
      .select('seq')
      .where('run', '=', run)
      .executeTakeFirst();
    const now = needs.clock.now();
    const facts = { ...state, run, withdrawn: taken !== undefined, leavesAt: row.leaves_at.getTime() };
    const entry = withdraw(facts, reason, uuidv7(now, needs.random), now);
    await needs.ledger.append({ key, entries: [entry], expect: [{ stream: request, last }] });
  }
  await needs.db
    .updateTable('work.outbox')
    .set({ state: 'revoked' })
    .where('request', '=', request)
    .where('kind', '=', 'step')
    .where('state', '=', 'queued')
    .where('entry', 'in', (eb) => eb.selectFrom('view.step').select('entry').where('run', '=', run))
    .execute();
}
