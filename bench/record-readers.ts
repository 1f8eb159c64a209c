/**
 * Readers who come when they come: requests of one address at a fixed rate over kept connections, each timed from the moment it was due until its
 * last byte, so that a server that falls behind shows it. Every other one has seen the page before and names what it has (`If-None-Match`).
 * A process of its own, and no HTTP library, so that it takes little of the machine that it measures.
 */
import { connect, type Socket } from 'node:net';
import { quantile } from './lib.ts';

export interface Readings {
  /** requests that were due */
  readonly due: number;
  /** answered within the time and a second after it */
  readonly answered: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** answered with 304 */
  readonly unchanged: number;
  /** neither 200 nor 304 */
  readonly failed: number;
}

const CONNECTIONS = 64;
const TICK = 5;

interface Wire {
  readonly socket: Socket;
  got: Buffer;
  due: number;
}

const text = (bytes: Buffer) => bytes.toString('latin1');

/** Where the first answer in `got` ends, and its status and ETag; null where more has to come. */
function answerIn(got: Buffer): { readonly end: number; readonly status: number; readonly etag: string | null } | null {
  const head = got.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const lines = text(got.subarray(0, head));
  const status = Number(lines.slice(9, 12));
  const etag = /^etag: (.+)$/im.exec(lines)?.[1] ?? null;
  const from = head + 4;
  if (status === 304) return { end: from, status, etag };
  const length = /^content-length: (\d+)$/im.exec(lines)?.[1];
  if (length !== undefined)
    return got.length < from + Number(length) ? null : { end: from + Number(length), status, etag };
  for (let at = from; ; ) {
    const line = got.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(text(got.subarray(at, line)), 16);
    at = line + 2 + size + 2;
    if (got.length < at) return null;
    if (size === 0) return { end: at, status, etag };
  }
}

/** @param rate requests a second */
export async function read(url: URL, rate: number, seconds: number): Promise<Readings> {
  const took: number[] = [];
  const counts = { due: 0, unchanged: 0, failed: 0 };
  let etag = '';
  const waiting: number[] = [];
  const idle: Wire[] = [];
  const ask = (wire: Wire, due: number) => {
    wire.due = due;
    const known = etag !== '' && counts.due % 2 === 0 ? `If-None-Match: ${etag}\r\n` : '';
    wire.socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nAccept-Encoding: gzip\r\n${known}\r\n`,
    );
  };
  const next = (wire: Wire) => {
    const due = waiting.shift();
    if (due === undefined) idle.push(wire);
    else ask(wire, due);
  };
  const wires = await Promise.all(
    Array.from(
      { length: CONNECTIONS },
      () =>
        new Promise<Wire>((resolve, reject) => {
          const socket = connect(Number(url.port), url.hostname, () => resolve(wire))
            .setNoDelay()
            .on('error', reject);
          const wire: Wire = { socket, got: Buffer.alloc(0), due: 0 };
          socket.on('data', (bytes) => {
            wire.got = wire.got.length === 0 ? bytes : Buffer.concat([wire.got, bytes]);
            const answer = answerIn(wire.got);
            if (!answer) return;
            wire.got = wire.got.subarray(answer.end);
            took.push(performance.now() - wire.due);
            etag = answer.etag ?? etag;
            if (answer.status === 304) counts.unchanged++;
            else if (answer.status !== 200) counts.failed++;
            next(wire);
          });
        }),
    ),
  );
  idle.push(...wires);
  const begun = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      const until = Math.min(now - begun, seconds * 1000);
      while (counts.due < (until * rate) / 1000) {
        const due = begun + (counts.due * 1000) / rate;
        counts.due++;
        const wire = idle.pop();
        if (wire) ask(wire, due);
        else waiting.push(due);
      }
      if (now - begun < seconds * 1000) return;
      clearInterval(timer);
      resolve();
    }, TICK);
  });
  const closing = performance.now();
  while (idle.length < wires.length && performance.now() - closing < 1000)
    await new Promise((resolve) => setTimeout(resolve, TICK));
  for (const { socket } of wires) socket.destroy();
  const answered = took.length;
  return {
    ...{ due: counts.due, answered, perSecond: answered / ((performance.now() - begun) / 1000) },
    ...{ p50: quantile(took, 0.5), p95: quantile(took, 0.95), p99: quantile(took, 0.99) },
    ...{ unchanged: counts.unchanged, failed: counts.failed },
  };
}
