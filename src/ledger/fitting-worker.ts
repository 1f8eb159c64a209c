/**
 * A thread of fsck: takes pages of rows, says of each whether it fits (fitting.ts). Reads nothing by itself, and brings as little along as it
 * can: what it imports is loaded anew for each thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Entry } from '../proof/index.ts';
import { fitting } from './fitting.ts';
import { isPageTask } from './fitting-threads.ts';

const isStreamOf = (value: unknown): value is (entry: Entry) => string => typeof value === 'function';

const { streamOf }: Readonly<Record<string, unknown>> = await import(String(workerData));
if (!isStreamOf(streamOf)) throw new Error('fsck was given a module without streamOf');

parentPort?.on('message', (task: unknown) => {
  if (!isPageTask(task)) throw new Error('not a page to look at');
  const { all, ends, from, count } = task;
  const bytes = Buffer.from(all.buffer, all.byteOffset, all.length);
  const page = fitting({ all: bytes, ends }, from, count, streamOf);
  const buffer = page?.leaves.buffer;
  parentPort?.postMessage(page, buffer instanceof ArrayBuffer ? [buffer] : []);
});
