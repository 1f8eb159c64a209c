/**
 * The beginning of serving: everything is checked once more, and what must stay equal is fixed in the draft. Writes nothing to the ledger. For
 * large requests it is a job of its own, asked for by `askServing` and done before serve.ts goes on.
 *
 * What a crash means: before the draft is marked, nothing happened; one that was asked for is checked from its beginning at the next start.
 */
import { Conflict, NotFound, Refusal, RuleRefusal, StorageFull, Unavailable } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { Stopped } from '../../base/jobs.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { type Named, partyById } from '../directory/view.ts';
import { matterById } from '../matters/view.ts';
import { checkDraft, leavesAtFor } from './check.ts';
import { countRecipients, matchRows, recipientsAfter } from './draft-recipients.ts';
import { type CheckingState, type Draft, isChecked, loadDraft, type ServingState } from './drafts.ts';
import { seenRows, twinWords } from './same-party.ts';

/**
 * Checks everything and fixes what serving needs; writes nothing to the ledger. Started before: says so, changes nothing.
 * @param onProgress told how many recipients are checked; what it throws ends the checking
 * @throws RuleRefusal `draft-not-ready` (first problem; the check page lists all), `recipients-unclear`; Conflict; NotFound
 */
export async function startServing(
  services: Services,
  draftId: string,
  onProgress: (done: number, total: number) => Promise<void> | null = () => null,
): Promise<{ readonly request: string; readonly recipients: number }> {
  const draft = await loadDraft(services.db, draftId);
  if (draft.serving && draft.request) return { request: draft.request, recipients: draft.serving.recipients };
  const now = services.clock.now();
  const { problems, counts } = await checkDraft(services, draft, now);
  const [problem] = problems;
  if (problem) {
    throw new RuleRefusal('draft-not-ready', {
      what:
        problems.length > 1
          ? t('requests.serving.more', { first: problem.what, n: problems.length - 1 })
          : problem.what,
      lost: t('requests.serving.nobody-draft'),
      next: t('requests.serving.put-right'),
    });
  }
  await refuseUnclear(services, draftId, (done) => onProgress(done, counts.total));
  const issuer = await issuerOf(services, draft.matter);
  const serving: ServingState = {
    now,
    leavesAt: leavesAtFor(services, draft.body, now),
    recipients: counts.total,
    issuerName: issuer.name,
    ended: null,
    trouble: null,
  };
  const request = uuidv7(now, services.random);
  const marked = await services.db
    .updateTable('work.request_draft')
    .set((eb) => ({
      request,
      serving: JSON.stringify(serving),
      checking: null,
      version: eb('version', '+', 1),
      updated_at: new Date(now),
    }))
    .where('id', '=', draftId)
    .where('serving', 'is', null)
    // Both versions as read: what was checked is what is served.
    .where('version', '=', draft.version)
    .where('recipients_version', '=', draft.recipientsVersion)
    .executeTakeFirst();
  if (marked.numUpdatedRows > 0n) return { request, recipients: serving.recipients };
  const other = await loadDraft(services.db, draftId);
  if (other.serving && other.request) return { request: other.request, recipients: other.serving.recipients };
  throw new Conflict('draft-changed', {
    what: t('requests.serving.changed'),
    lost: t('requests.serving.nobody'),
    next: t('requests.serving.look-again'),
  });
}

/** Recipients that are looked up together. */
const AT_ONCE = 2000;

/** The directory may have grown since the CSV was read: rows that now fit two parties, or one party twice, stop the serving. */
async function refuseUnclear(
  services: Services,
  draft: string,
  onProgress: (done: number) => Promise<void> | null,
): Promise<void> {
  const known = await services.db
    .selectFrom('work.draft_recipient')
    .select(['party', 'line'])
    .where('draft', '=', draft)
    .where('party', 'is not', null)
    .execute();
  const used = new Map(known.flatMap((row) => (row.party ? [[row.party, row.line] as const] : [])));
  const unclear: string[] = [];
  // Of each row no more than tells it from others, so that memory stays flat.
  const seen = seenRows<Named & { readonly line: number }>();
  let done = 0;
  for (let line = 0; ; ) {
    const rows = await recipientsAfter(services.db, draft, line, AT_ONCE);
    const last = rows.at(-1);
    if (!last) break;
    line = last.line;
    const fresh = rows.filter((row) => row.party === null);
    const { matched, problems } = await matchRows(services.db, fresh, used);
    for (const row of matched) {
      if (row.party) used.set(row.party, row.line);
      const { name, kind, state, ocdId, line } = row;
      const twin = seen.see({ name, kind, state, ocdId, line });
      if (twin) unclear.push(t('requests.line', { line, what: twinWords(row, twin.row, twin.by, twin.row.line) }));
    }
    unclear.push(...problems.map((p) => t('requests.line', p)));
    done += rows.length;
    await onProgress(done);
  }
  if (unclear.length > 0) {
    throw new RuleRefusal('recipients-unclear', {
      what: unclear.slice(0, 10).join(' '),
      lost: t('requests.serving.nobody-draft'),
      next: t('requests.serving.mend'),
    });
  }
}

/** The matter of a draft, and the name under which its organisation asks. @throws NotFound */
export async function issuerOf(services: Services, matterId: string) {
  const matter = await matterById(services.db, matterId);
  if (!matter) throw new NotFound('no-matter', t('requests.no-matter'));
  const party = await partyById(services.db, matter.issuer);
  if (!party) throw new NotFound('no-issuer', t('requests.no-issuer'));
  return { matter, name: party.name };
}

/** ms between two words on how far the checking is */
const EVERY = 400;

const checkingOf = (draft: Draft, change: Partial<CheckingState>): string =>
  JSON.stringify({
    done: 0,
    total: 0,
    version: draft.version,
    recipientsVersion: draft.recipientsVersion,
    refused: null,
    ...change,
  });

async function noteChecking(services: Services, draft: Draft, change: Partial<CheckingState>): Promise<void> {
  await services.db
    .updateTable('work.request_draft')
    .set({ checking: checkingOf(draft, change) })
    .where('id', '=', draft.id)
    .where('serving', 'is', null)
    .execute();
}

/** Writes down that serving is wanted; checking it comes next, in the background. Asked for before: changes nothing. @throws NotFound */
export async function askServing(services: Services, draftId: string): Promise<void> {
  const draft = await loadDraft(services.db, draftId);
  if (draft.serving || isChecked(draft)) return;
  const { total } = await countRecipients(services.db, draftId);
  await noteChecking(services, draft, { total });
}

/**
 * Checks and starts a serving that was asked for; a refusal is kept in the draft, for the page of the last step.
 * @returns whether it is started
 * @throws Stopped; Unavailable, StorageFull, which pass
 */
export async function startAsked(services: Services, draftId: string, goesOn: () => boolean): Promise<boolean> {
  const draft = await loadDraft(services.db, draftId);
  if (draft.serving) return true;
  if (!isChecked(draft)) return false;
  let last = Number.NEGATIVE_INFINITY;
  const tell = (done: number, total: number) => {
    if (!goesOn()) throw new Stopped();
    if (performance.now() - last < EVERY) return null;
    last = performance.now();
    return noteChecking(services, draft, { done, total });
  };
  try {
    await startServing(services, draftId, tell);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal) || error instanceof Unavailable || error instanceof StorageFull) throw error;
    const { what, lost, next } = error.advice;
    const advice = { code: error.code, what, ...(lost ? { lost } : {}), ...(next ? { next } : {}) };
    await refuseAsked(services, draftId, advice);
    return false;
  }
}

/** Keeps with the draft why its serving was not started. */
export async function refuseAsked(
  services: Services,
  draftId: string,
  refused: NonNullable<CheckingState['refused']>,
): Promise<void> {
  await noteChecking(services, await loadDraft(services.db, draftId), { refused });
}
