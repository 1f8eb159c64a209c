/** How long the server waits: for bytes that keep coming as long as they come, for silence not long, for a refused body a little. */
import { type ClientRequest, type IncomingMessage, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type Answering, openServer, PATIENCE, type Patience } from './server.ts';

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function listen(answer: Answering, patience: Partial<Patience> = {}): Promise<number> {
  server = openServer(answer, { ...PATIENCE, ...patience });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const post = (port: number, length?: number): ClientRequest =>
  request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    headers: length === undefined ? {} : { 'Content-Length': length },
  });

/** The answer, or the error of a connection that was ended. */
function ended(sent: ClientRequest): Promise<{ status: number | undefined; text: string } | { error: string }> {
  return new Promise((resolve) => {
    sent.once('error', (error) => resolve({ error: 'code' in error ? String(error.code) : error.message }));
    sent.once('response', (answer: IncomingMessage) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.once('end', () => resolve({ status: answer.statusCode, text }));
      answer.once('error', () => resolve({ error: 'answer cut' }));
    });
  });
}

const counted: Answering = async (asked) => new Response(`${(await asked.arrayBuffer()).byteLength} bytes`);

test('a body that trickles in outlives every limit that there is', async () => {
  // Node's own limit is looked at as often as `looks` says; were it on, it would be 300 s here as there.
  const port = await listen(counted, { headers: 200, silence: 400, looks: 50 });
  expect(server.requestTimeout).toBe(0);
  const sent = post(port);
  const answer = ended(sent);
  for (let i = 0; i < 15; i++) {
    sent.write('x');
    await sleep(100);
  }
  sent.end();
  expect(await answer).toEqual({ status: 200, text: '15 bytes' });
});

test('a connection that falls silent in the middle of a body is ended, and who reads it is told', async () => {
  let told: unknown = null;
  const port = await listen(
    async (asked) => {
      await asked.arrayBuffer().catch((error: unknown) => {
        told = error;
      });
      return new Response('never seen');
    },
    { silence: 300 },
  );
  const from = performance.now();
  const sent = post(port, 1000);
  const answer = ended(sent);
  sent.write('the beginning');
  expect(await answer).toEqual({ error: 'ECONNRESET' });
  expect(performance.now() - from).toBeGreaterThan(250);
  expect(performance.now() - from).toBeLessThan(5_000);
  await expect.poll(() => told).toBeInstanceOf(Error);
});

test('headers that never end, and a connection that says nothing, are ended', async () => {
  const port = await listen(counted, { headers: 200, silence: 600, looks: 50 });
  const slow = connect(port, '127.0.0.1');
  slow.write('POST / HTTP/1.1\r\n');
  const ping = setInterval(() => slow.write('X-More: 1\r\n'), 50);
  const silent = connect(port, '127.0.0.1');
  await Promise.all(
    [slow, silent].map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.on('error', () => {}).resume();
          socket.once('close', () => resolve());
        }),
    ),
  );
  clearInterval(ping);
  expect(slow.bytesWritten).toBeGreaterThan(0);
});

test('a long think of ours is no silence of theirs', async () => {
  const port = await listen(
    async () => {
      await sleep(900);
      return new Response('thought');
    },
    { silence: 200 },
  );
  const sent = post(port, 2);
  const answer = ended(sent);
  sent.end('ab');
  expect(await answer).toEqual({ status: 200, text: 'thought' });
});

const refusing: Answering = () => new Response('too large', { status: 413 });

test('a body that is refused unread passes by, so that the reason arrives', async () => {
  const port = await listen(refusing);
  const size = 200 * 1024 * 1024;
  const sent = post(port, size);
  const answer = ended(sent);
  const chunk = Buffer.alloc(1024 * 1024);
  for (let i = 0; i < size; i += chunk.length) {
    if (!sent.write(chunk)) await new Promise((resolve) => sent.once('drain', resolve));
  }
  sent.end();
  expect(await answer).toEqual({ status: 413, text: 'too large' });
});

test('but not for ever', async () => {
  const port = await listen(refusing, { refused: 300 });
  const sent = post(port, 1_000_000);
  const answer = ended(sent);
  const drip = setInterval(() => sent.write('x'), 20);
  expect(await answer).toEqual({ status: 413, text: 'too large' });
  clearInterval(drip);
});
