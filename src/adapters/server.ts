/**
 * The HTTP server under the app: how long it waits for whom. An upload may take hours as long as bytes come; a connection that is silent
 * is ended; headers come at once or not at all. It knows no route, and answers nothing itself.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';

/** Answers one request, as Hono does. */
export type Answering = (request: Request, env: unknown) => Response | Promise<Response>;

/** All in ms. */
export interface Patience {
  /** for the headers of a request, from its first byte */
  readonly headers: number;
  /** for the next byte in either direction, while it is the other side's turn */
  readonly silence: number;
  /** for the rest of a body that was refused before it was read; see `swallow` */
  readonly refused: number;
  /** between two looks for late headers */
  readonly looks: number;
}

export const PATIENCE: Patience = { headers: 60_000, silence: 120_000, refused: 30_000, looks: 30_000 };

/** A server that does not listen yet. Node's own limit for a whole request, 300 s, is off: it would cut long uploads however they go. */
export function openServer(answer: Answering, patience: Patience = PATIENCE): Server {
  const listener = getRequestListener(async (request, env) => {
    const answered = await answer(request, env);
    if (isIncoming(env.incoming)) await swallow(env.incoming, patience.refused);
    return answered;
  });
  const server = createServer(
    { requestTimeout: 0, headersTimeout: patience.headers, connectionsCheckingInterval: patience.looks },
    listener,
  );
  const underWay = new WeakMap<Socket, { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse }>();
  server.on('request', (incoming, outgoing) => underWay.set(incoming.socket, { incoming, outgoing }));
  server.setTimeout(patience.silence, (socket) => {
    const now = underWay.get(socket);
    // Where the silence is ours (all has come and nothing is answered yet, or we are behind with reading), the other side waits for us.
    const ours = now && !now.outgoing.headersSent && (now.incoming.complete || now.incoming.readableLength > 0);
    if (ours) socket.setTimeout(patience.silence);
    else socket.destroy();
  });
  return server;
}

const isIncoming = (incoming: object): incoming is IncomingMessage => 'complete' in incoming && 'resume' in incoming;

/**
 * Lets a body that nobody reads pass by before the answer goes out: a browser reads an answer only after it has sent its form, and where the
 * connection is cut in the middle it shows a broken connection instead of the reason. Bounded, since nobody has to send us everything.
 */
async function swallow(incoming: IncomingMessage, ms: number): Promise<void> {
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return;
  if (incoming.complete || incoming.destroyed || incoming.readableDidRead) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      incoming.off('end', done).off('close', done).off('error', done);
      resolve();
    }
    incoming.on('end', done).on('close', done).on('error', done);
    incoming.resume();
  });
}
