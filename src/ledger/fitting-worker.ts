/** A thread of fsck: takes pages of rows, says of each whether it fits (fitting.ts). Reads nothing by itself. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { Entry } from '../proof/index.ts';
import { fitting } from './fitting.ts';

const task = z.object({ all: z.instanceof(Uint8Array), ends: z.array(z.number()), from: z.number(), count: z.number() });
const isStreamOf = (value: unknown): value is (entry: Entry) => string => typeof value === 'function';

const { streams } = z.object({ streams: z.string() }).parse(workerData);
const { streamOf }: Readonly<Record<string, unknown>> = await import(streams);
if (!isStreamOf(streamOf)) throw new Error(`${streams} has no streamOf`);

parentPort?.on('message', (message: unknown) => {
  const { all, ends, from, count } = task.parse(message);
  const bytes = Buffer.from(all.buffer, all.byteOffset, all.length);
  const page = fitting({ all: bytes, ends }, from, count, streamOf);
  const buffer = page?.leaves.buffer;
  parentPort?.postMessage(page, buffer instanceof ArrayBuffer ? [buffer] : []);
});
