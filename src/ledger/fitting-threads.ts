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
    const worker = new Worker(new URL('./fitting-worker.ts', import.meta.url), { workerData: { streams } });
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
        thread.worker.postMessage({ all, ends, from, count }, all.buffer instanceof ArrayBuffer ? [all.buffer] : []);
      });
    },
    async stop() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}
