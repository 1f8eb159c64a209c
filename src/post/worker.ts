/**
 * The worker of the outbox: takes mails that are due, hands them to the transport, and writes the evidence. It never decides
 * whether a mail should exist; that was decided when its entry was written.
 *
 * What a crash means: before the transport has the mail, the lease runs out and it is sent by the next worker; after it, but
 * before it is marked, it is sent once more (a letter twice is better than none; both name the same service), with evidence once.
 */
import { z } from 'zod';
import { instant } from '../base/clock.ts';
import { Refusal } from '../base/errors.ts';
import { uuidv7 } from '../base/ids.ts';
import { MailFailed } from '../base/mailer.ts';
import type { Services } from '../base/services.ts';
import type { EvidenceEvent } from '../rooms/requests/entries.ts';
import { evidenceInvitation } from './invitations.ts';
import { compose } from './letters.ts';
import { claim, hold, type Job, later, never, nextDue, notSent, retryAt, sent } from './outbox.ts';
import type { About } from './parts.ts';

export interface PostDeps {
  readonly services: Services;
  readonly onError: (error: unknown) => void;
  /** mails under way at once */
  readonly concurrency?: number;
  /** longest sleep between looks, ms */
  readonly idleMs?: number;
}

/** Milliseconds to wait for the receipt of an entry that is not under a checkpoint yet. */
const SOON = 500;

const retries = z.object({ retried: z.int().default(0) });

/** The same for a mail that a crash sends twice, another one each time staff put it back into the queue. */
function evidenceKey(job: Job, event: EvidenceEvent): string {
  const { retried } = retries.parse(job.params);
  return `evidence:${job.key}:${retried === 0 ? '' : `${retried}:`}${event}`;
}

/** Mails whose leaving is written down: the letter for the service, a notice for the notice. */
const isNotice = (job: Job) => job.kind === 'step' || job.kind === 'reminder';
const isInvitation = (job: Job) => job.kind === 'invitation' || job.kind === 'invitation-update';
const isEvidenced = (job: Job) => job.kind === 'letter' || isInvitation(job) || isNotice(job);
type Left = Extract<EvidenceEvent, 'ContentConsignment' | 'ContentConsignmentFailure'>;

const detailOf = (detail: string): string | null => detail.replace(/\s+/g, ' ').slice(0, 500) || null;

async function evidence(deps: PostDeps, job: Job, what: About | null, event: Left, detail: string): Promise<void> {
  if (isInvitation(job))
    return await evidenceInvitation(deps.services, job, evidenceKey(job, event), event, detailOf(detail));
  if (what === null) throw new Error(`a ${job.kind} about no service leaves no evidence`);
  const { services } = deps;
  const now = services.clock.now();
  const about = { service: what.service.id, request: what.request.id, event, address: job.address };
  const words = detailOf(detail);
  await services.ledger.append({
    key: evidenceKey(job, event),
    entries: [
      {
        kind: isNotice(job) ? 'notice.evidenced' : 'service.evidenced',
        id: uuidv7(now, services.random),
        matter: what.service.matter,
        by: what.request.issuer,
        occurredAt: instant(now),
        audience: 'parties',
        body: isNotice(job)
          ? { ...about, notice: job.entry, detail: words }
          : { ...about, channel: 'mail', detail: words },
      },
    ],
  });
}

/** Sends one mail and writes down what became of it. Never throws for a mail that could not be sent. */
async function work(deps: PostDeps, job: Job): Promise<void> {
  const { services } = deps;
  const composed = await compose(services, job);
  if (!composed.ready) {
    if (composed.never) return await never(services.db, job.id);
    await later(services.db, job.id, services.clock.now() + SOON);
    return;
  }
  if (!(await hold(services.db, job, services.clock.now()))) return;
  let messageId: string;
  try {
    ({ messageId } = await services.mailer.send({ to: job.address, ...composed.mail }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return await refused(deps, job, composed.about, error);
  }
  // From here the mail is out: trouble with the ledger or the database says nothing about it, and its lease brings it back here.
  if (isEvidenced(job)) await evidence(deps, job, composed.about, 'ContentConsignment', messageId);
  await sent(services.db, job.id, messageId, services.clock.now());
}

/** The transport said no: later again where that can help, otherwise never, with evidence. */
async function refused(deps: PostDeps, job: Job, what: About | null, error: Refusal): Promise<void> {
  const { db, clock } = deps.services;
  const words = error.advice.what;
  const permanent = !(error instanceof MailFailed) || error.permanent;
  const again = permanent ? null : retryAt(job.attempts, clock.now());
  if (again === null && isEvidenced(job)) await evidence(deps, job, what, 'ContentConsignmentFailure', words);
  await notSent(db, job.id, words, again);
}

export interface Post {
  /** Sends everything that is due now; gives the number of mails looked at. */
  round(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

export function createPost(deps: PostDeps): Post {
  const { services } = deps;
  const concurrency = deps.concurrency ?? 4;
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;
  let running: Promise<unknown> = Promise.resolve();

  async function round(): Promise<number> {
    let looked = 0;
    while (!stopping) {
      const jobs = await claim(services.db, services.clock.now(), concurrency * 8);
      if (jobs.length === 0) return looked;
      looked += jobs.length;
      const queue = [...jobs];
      const workers = Array.from({ length: concurrency }, async () => {
        for (let job = queue.shift(); job; job = queue.shift()) {
          // Told to stop, it gives back what it has not begun, for the next start to send at once.
          if (stopping) {
            await later(services.db, job.id, services.clock.now()).catch(deps.onError);
            continue;
          }
          // One mail that cannot be written must not hold up the others; its lease brings it back.
          await work(deps, job).catch(deps.onError);
        }
      });
      await Promise.all(workers);
    }
    return looked;
  }

  async function sleepTime(): Promise<number> {
    const idle = deps.idleMs ?? 2_000;
    const due = await nextDue(services.db);
    return due === null ? idle : Math.max(100, Math.min(idle, due - services.clock.now()));
  }

  function schedule(ms: number): void {
    timer = setTimeout(() => {
      running = round()
        .then(sleepTime)
        .catch((error: unknown) => {
          deps.onError(error);
          return 5_000;
        })
        .then((next) => {
          if (!stopping) schedule(next);
        });
    }, ms);
  }

  return {
    round,
    start() {
      stopping = false;
      schedule(0);
    },
    async stop() {
      stopping = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
