/**
 * Threads that look at pages of entries side by side (fitting-worker.ts). Pages travel there and hashes back without being copied. What
 * does not fit is not named here; a thread that fails fails the check.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CopiedRows } from './copy.ts';
import type { FittingPage } from './fitting.ts';

/** More than these wait for the one connection that reads. */
const MOST = 4;

/** What a thread is given: `all` is no Buffer there any more. */
export interface PageTask {
  readonly all: Uint8Array;
  readonly ends: readonly number[];
  readonly from: number;
  readonly count: number;
}

/** The two ends are of one version, so this only narrows the type. */
export function isPageTask(value: unknown): value is PageTask {
  return typeof value === 'object' && value !== null && 'all' in value && value.all instanceof Uint8Array;
}

interface Thread {
  readonly worker: Worker;
  /** pages under way, in the order in which they were given */
  readonly waiting: { resolve(page: FittingPage | null): void; reject(error: unknown): void }[];
  failed: unknown;
}

export interface Threads {
  readonly count: number;
  fitting(rows: CopiedRows, from: number, count: number): Promise<FittingPage | null>;
  stop(): Promise<void>;
}

/** @param streams URL of a module that exports `streamOf` */
export function startThreads(streams: string): Threads {
  const threads = Array.from({ length: Math.min(availableParallelism(), MOST) }, (): Thread => {
    const worker = new Worker(new URL('./fitting-worker.ts', import.meta.url), {
      workerData: streams,
      // Node strips types by itself: whatever this process was started with takes longer to load than all that a thread needs.
      execArgv: [],
    });
    const thread: Thread = { worker, waiting: [], failed: null };
    worker.on('message', (page: FittingPage | null) => thread.waiting.shift()?.resolve(page));
    worker.on('error', (error) => {
      thread.failed = error;
      for (const one of thread.waiting.splice(0)) one.reject(error);
    });
    return thread;
  });
  return {
    count: threads.length,
    fitting({ all, ends }, from, count) {
      const thread = threads.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
      return new Promise((resolve, reject) => {
        if (thread.failed) return reject(thread.failed);
        thread.waiting.push({ resolve, reject });
        const task: PageTask = { all, ends, from, count };
        thread.worker.postMessage(task, all.buffer instanceof ArrayBuffer ? [all.buffer] : []);
      });
    },
    async stop() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}
