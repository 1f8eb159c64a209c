/**
 * Serving a request as a job that can be stopped anywhere and goes on: first everything is checked and what must stay equal is
 * fixed in the draft (start-serving.ts), then `request.issued` and chunks of at most 1,000 recipients are appended, each under a key of its own.
 *
 * What a crash means: before the draft is marked, nothing happened. After it, `resumeServing` at the next start goes on; a chunk
 * that was written is found by its key and not written again, so nobody is served twice. Letters wait in the outbox.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Conflict, Refusal, StorageFull, Unavailable } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { Stopped } from '../../base/jobs.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { recountLate } from '../clock/view.ts';
import { columnsUsed, servedAtIf } from './check.ts';
import { ready } from './draft.ts';
import { recipientsAfter } from './draft-recipients.ts';
import { type Draft, isChecked, loadDraft, type ServingState, toDraft } from './drafts.ts';
import { revokeQueuedLetters } from './revoke.ts';
import { issue, type Serving } from './rules.ts';
import { chunkWriter, type WriteChunk, type Written } from './serve-chunk.ts';
import { issuerOf, refuseAsked, startAsked, startServing } from './start-serving.ts';
import { revocationOf } from './view.ts';

export { askServing, startServing } from './start-serving.ts';

/** Recipients looked up together and written in one append. */
export const CHUNK_SIZE = 1000;
/** Appends under way at once: one is being written, one is on its way to the database, one is ready. */
const UNDER_WAY = 3;

/** How far a serving is: recipients that stand in the ledger. */
export async function servedSoFar(services: Services, request: string): Promise<number> {
  const row = await services.db
    .selectFrom('view.service')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('request', '=', request)
    .executeTakeFirst();
  return row?.n ?? 0;
}

async function settle(services: Services, draft: Draft, change: Partial<ServingState>): Promise<void> {
  if (!draft.serving) return;
  const over = change.ended !== undefined && change.ended !== null;
  await services.db
    .updateTable('work.request_draft')
    .set({
      serving: JSON.stringify({ ...draft.serving, trouble: null, ...change }),
      updated_at: new Date(services.clock.now()),
      ...(over ? { served_at: new Date(services.clock.now()) } : {}),
    })
    .where('id', '=', draft.id)
    .where('served_at', 'is', null)
    .execute();
}

/**
 * Writes what is still missing of a serving that was started; resolves when everybody is served or the request was revoked.
 * @param goesOn asked between chunks; false stops (the rest comes at the next start)
 */
export async function finishServing(
  services: Services,
  draftId: string,
  goesOn: () => boolean = () => true,
): Promise<void> {
  const draft = await loadDraft(services.db, draftId);
  if (!draft.serving || !draft.request || draft.servedAt) return;
  const { serving: fixed, request, body } = draft;
  const issuer = await issuerOf(services, draft.matter);
  const full = ready(body, fixed.recipients, servedAtIf(services, body, fixed.now));
  if (!full) throw new Error(`draft ${draftId} was marked as serving, but is not ready`);
  const serving: Serving = {
    matter: issuer.matter,
    issuerName: fixed.issuerName,
    request,
    draft: full,
    now: fixed.now,
    leavesAt: fixed.leavesAt,
    recipients: fixed.recipients,
  };
  const write = chunkWriter(services, serving, columnsUsed(body));
  try {
    if (fixed.recipients <= CHUNK_SIZE) await serveAtOnce(services, serving, draftId, write);
    else if (!(await serveInChunks(services, serving, draftId, write, goesOn))) return;
    await recountLate(services, issuer.matter.issuer, request, fixed.now);
    await settle(services, draft, { ended: 'served' });
  } catch (error) {
    // The guard on the request's history: somebody revoked it meanwhile. Nobody further is served.
    if (!(error instanceof Conflict) || !(await revocationOf(services.db, request))) throw error;
    await revokeQueuedLetters(services.db, request);
    await settle(services, draft, { ended: 'revoked' });
  }
}

const issuedKey = (request: string) => `serve:${request}:issued`;

async function serveAtOnce(services: Services, serving: Serving, draft: string, write: WriteChunk): Promise<void> {
  const { entries, rows } = await write(await recipientsAfter(services.db, draft, 0, CHUNK_SIZE));
  const issued = issue(serving, uuidv7(serving.now, services.random));
  await services.ledger.append({
    key: issuedKey(serving.request),
    entries: [issued, ...entries],
    expect: [{ stream: serving.request, last: null }],
    rows,
  });
}

interface Made {
  /** of the last recipient */
  readonly line: number;
  /** null: it stands in the ledger already */
  readonly chunk: Written | null;
}

/** @returns false when it was asked to stop before the end */
async function serveInChunks(
  services: Services,
  serving: Serving,
  draft: string,
  write: WriteChunk,
  goesOn: () => boolean,
): Promise<boolean> {
  const { request } = serving;
  const { entries } = await services.ledger.append({
    key: issuedKey(request),
    entries: [issue(serving, uuidv7(serving.now, services.random))],
    expect: [{ stream: request, last: null }],
  });
  const position = entries[0]?.position ?? null;
  const keys = Array.from({ length: Math.ceil(serving.recipients / CHUNK_SIZE) }, (_, i) => `serve:${request}:${i}`);
  const done = new Set(
    (await services.db.selectFrom('ledger.command').select('key').where('key', 'in', keys).execute()).map((r) => r.key),
  );
  const make = (key: string | undefined, after: number): Promise<Made> | null => {
    if (key === undefined) return null;
    const made = (async () => {
      const recipients = await recipientsAfter(services.db, draft, after, CHUNK_SIZE);
      return { line: recipients.at(-1)?.line ?? after, chunk: done.has(key) ? null : await write(recipients) };
    })();
    // Awaited in a later round, as appends are; a failure in between is not yet one that nobody handles.
    made.catch(() => {});
    return made;
  };
  let finished = true;
  // A few are on their way while the next is made; never more, so that memory stays flat.
  const underway: Promise<unknown>[] = [];
  let coming = make(keys[0], 0);
  try {
    for (const [i, key] of keys.entries()) {
      finished = goesOn();
      if (!finished || coming === null) break;
      const { line, chunk } = await coming;
      coming = make(keys[i + 1], line);
      if (chunk === null) continue;
      if (underway.length >= UNDER_WAY) await underway.shift();
      const append = services.ledger.append({ key, ...chunk, expect: [{ stream: request, last: position }] });
      append.catch(() => {});
      underway.push(append);
    }
  } finally {
    // Nothing is under way any more when this ends.
    await Promise.allSettled([...underway, coming]);
  }
  await Promise.all(underway);
  return finished;
}

interface Jobs {
  /** servings of this process, one after the other */
  tail: Promise<void>;
  readonly names: Set<string>;
  stopping: boolean;
}
const jobsOf = new WeakMap<Services, Jobs>();
function jobs(services: Services): Jobs {
  const there = jobsOf.get(services) ?? { tail: Promise.resolve(), names: new Set<string>(), stopping: false };
  jobsOf.set(services, there);
  return there;
}

/** One serving at a time across all processes, so that two never register the same new party. */
export const SERVING_LOCK = 0x636f756e;

const WAITS = [500, 2_000, 8_000];

/**
 * Serves in the background what was started; asking twice does it once. Resolves when it ended or gave up, and never rejects: what
 * went wrong stands in the draft (`serving.trouble`), and the next start goes on.
 */
export function serveInBackground(services: Services, draftId: string): Promise<void> {
  const own = jobs(services);
  if (own.names.has(draftId)) return own.tail;
  own.names.add(draftId);
  const job = async () => {
    for (let tries = 0; !own.stopping; tries++) {
      try {
        const asked = await loadDraft(services.db, draftId);
        if (!asked.serving && !(await startAsked(services, draftId, () => !own.stopping))) return;
        await services.db.transaction().execute(async (trx) => {
          await sql`select pg_advisory_xact_lock(${SERVING_LOCK})`.execute(trx);
          await finishServing(services, draftId, () => !own.stopping);
        });
        return;
      } catch (error) {
        if (error instanceof Stopped) return;
        const wait = WAITS[tries];
        const passing = error instanceof Unavailable || error instanceof StorageFull;
        if (passing && wait !== undefined) {
          await sleep(wait);
          continue;
        }
        const trouble = error instanceof Refusal ? error.advice.what : t('requests.serving.unexpected');
        // Where even this cannot be kept, the serving is still open and the next start goes on with it.
        await loadDraft(services.db, draftId)
          .then((draft) =>
            draft.serving
              ? settle(services, draft, { trouble })
              : refuseAsked(services, draftId, {
                  code: 'unexpected',
                  what: trouble,
                  lost: t('requests.serving.nobody'),
                }),
          )
          .catch(() => {});
        return;
      }
    }
  };
  own.tail = own.tail.then(job).finally(() => own.names.delete(draftId));
  return own.tail;
}

/** Goes on with every serving that a crash or a stop interrupted; called once at the start of the server. @returns how many */
export async function resumeServing(services: Services): Promise<number> {
  const rows = await services.db
    .selectFrom('work.request_draft')
    .selectAll()
    .where((eb) => eb.or([eb('serving', 'is not', null), eb('checking', 'is not', null)]))
    .where('served_at', 'is', null)
    .orderBy('updated_at')
    .execute();
  const open = rows.map(toDraft).filter((draft) => draft.serving || isChecked(draft));
  for (const draft of open) void serveInBackground(services, draft.id);
  return open.length;
}

/** Stops after the chunk in hand and waits for it; for the end of the process. What is left goes on at the next start. */
export async function stopServing(services: Services): Promise<void> {
  const own = jobs(services);
  own.stopping = true;
  await own.tail;
}

/** Starts and finishes a serving, for callers that can wait: the example, small requests, tests. @returns id of the request */
export async function serveDraft(services: Services, draftId: string): Promise<string> {
  const { request } = await startServing(services, draftId);
  await serveInBackground(services, draftId);
  const { serving } = await loadDraft(services.db, draftId);
  if (serving?.trouble) {
    throw new Unavailable('serving-stopped', {
      what: t('requests.serving.stopped', { trouble: serving.trouble }),
      lost: t('requests.serving.safe'),
      next: t('requests.serving.go-on'),
    });
  }
  return request;
}
