/** The witness's endpoint behind the real app, asked without a socket: body limit, errors and all. Accidents are collected. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Kysely } from 'kysely';
import type { Clock } from '../../src/base/clock.ts';
import type { Database } from '../../src/base/database.ts';
import type { VerifierKey } from '../../src/proof/index.ts';
import { formatVkey } from '../../src/proof/write.ts';
import { buildApp } from '../../src/web/app.tsx';
import type { WitnessedLogs } from '../../src/witness/config.ts';
import { witnessRoutes } from '../../src/witness/routes.ts';
import { PLAIN_ASSETS } from './assets.ts';
import { servicesWithoutStore } from './web.ts';
import { freshMemory, testSigner } from './witness.ts';
import { type Asked, FUZZED } from './witness-fuzz.ts';

const BASE = 'http://localhost:8080';

export interface FuzzTarget {
  /** on a free port of this machine @returns its address */
  listen(): Promise<{ readonly base: string; close(): Promise<void> }>;
  /** one body, as a program sends it */
  ask(body: Uint8Array<ArrayBuffer>): Promise<Asked>;
  send(init: RequestInit & { duplex?: 'half' }): Promise<number>;
  /** errors that no refusal names */
  readonly accidents: readonly unknown[];
  /** of the key that cosigns */
  readonly key: VerifierKey;
}

/** @param logs what it cosigns; may be added to while it runs */
export function fuzzTarget(
  db: Kysely<Database>,
  clock: Clock,
  logs: WitnessedLogs = new Map([[FUZZED.origin, [FUZZED.signer.key]]]),
): FuzzTarget {
  const accidents: unknown[] = [];
  const signer = testSigner('records.example.gov/witness', 4);
  const app = buildApp({
    services: { ...servicesWithoutStore(BASE), db, clock },
    assets: PLAIN_ASSETS,
    routes: witnessRoutes({ signer, vkey: formatVkey(signer.key), logs, memory: freshMemory() }),
    whoIs: async () => ({ who: 'anyone' }),
    log: { info() {}, warn() {}, error: (facts) => accidents.push(facts) },
  });
  const send = async (init: RequestInit & { duplex?: 'half' }) => {
    const answer = await app.request(`${BASE}/witness/add-checkpoint`, init);
    return { status: answer.status, text: await answer.text() };
  };
  return {
    ask: (body) => send({ method: 'POST', body }),
    send: async (init) => (await send(init)).status,
    accidents,
    key: signer.key,
    async listen() {
      const server = createAdaptorServer({ fetch: app.fetch });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const address: AddressInfo | string | null = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      return {
        base: `http://127.0.0.1:${address.port}`,
        async close() {
          if ('closeAllConnections' in server) server.closeAllConnections();
          await new Promise((done) => server.close(done));
        },
      };
    },
  };
}
