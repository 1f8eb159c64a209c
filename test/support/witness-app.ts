/** The witness's endpoint behind the real app, asked without a socket: body limit, errors and all. Accidents are collected. */
import type { Kysely } from 'kysely';
import type { Clock } from '../../src/base/clock.ts';
import type { Database } from '../../src/base/database.ts';
import { formatVkey } from '../../src/proof/write.ts';
import { buildApp } from '../../src/web/app.tsx';
import { witnessRoutes } from '../../src/witness/routes.ts';
import { PLAIN_ASSETS } from './assets.ts';
import { servicesWithoutStore } from './web.ts';
import { testSigner } from './witness.ts';
import { type Asked, FUZZED } from './witness-fuzz.ts';

const BASE = 'http://localhost:8080';

export interface FuzzTarget {
  /** one body, as a program sends it */
  ask(body: Uint8Array<ArrayBuffer>): Promise<Asked>;
  send(init: RequestInit & { duplex?: 'half' }): Promise<number>;
  /** errors that no refusal names */
  readonly accidents: readonly unknown[];
}

export function fuzzTarget(db: Kysely<Database>, clock: Clock): FuzzTarget {
  const accidents: unknown[] = [];
  const signer = testSigner('records.example.gov/witness', 4);
  const logs = new Map([[FUZZED.origin, [FUZZED.signer.key]]]);
  const app = buildApp({
    services: { ...servicesWithoutStore(BASE), db, clock },
    assets: PLAIN_ASSETS,
    routes: witnessRoutes({ signer, vkey: formatVkey(signer.key), logs }),
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
  };
}
