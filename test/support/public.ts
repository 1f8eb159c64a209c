/** The public side over a real ledger and database, as a Hono app to ask, and on a port for browsers. Nobody is signed in. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { buildAssets } from '../../src/adapters/assets.ts';
import { recordPdf } from '../../src/adapters/pdf/record-pdf.ts';
import { pdfService } from '../../src/adapters/pdf/service.ts';
import type { Config, Services } from '../../src/base/services.ts';
import type { WitnessPolicy } from '../../src/ledger/cosignatures.ts';
import { publicRoutes } from '../../src/record/routes.ts';
import { buildApp } from '../../src/web/app.tsx';
import { publicLogRoutes } from '../../src/web/public-log.ts';
import { TEST_ORIGIN, type TestLedger, testLedger } from './ledger.ts';
import { BASE, testServices } from './services.ts';

export interface TestPublic {
  readonly t: TestLedger;
  readonly services: Services;
  /** asks the app without a network; `path` begins with a slash */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  post(path: string, body: FormData | string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** serves on a free port of this machine @returns its address */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** @param witnesses as for `testLedger`: those whose quorum receipts wait for */
export async function testPublic(
  set: Partial<Config> = {},
  witnesses?: (vkey: string) => WitnessPolicy,
): Promise<TestPublic> {
  const t = await testLedger(witnesses ? { witnesses } : {});
  const made = await testServices(t, { config: set, receiptPdf: pdfService(), recordPdf });
  const { services } = made;
  const log = { origin: TEST_ORIGIN, logKey: t.vkey, witnesses: [], policy: t.policy };
  const assets = await buildAssets({ cacheDir: 'build/assets' });
  const app = buildApp({
    services,
    assets,
    routes: [...publicRoutes(log), ...publicLogRoutes(log)],
    whoIs: async () => ({ who: 'anyone' }),
  });
  let server: ReturnType<typeof createAdaptorServer> | undefined;
  return {
    t,
    services,
    get: async (path, headers = {}) => app.request(`${BASE}${path}`, { headers }),
    post: async (path, body, headers = {}) =>
      app.request(`${BASE}${path}`, { method: 'POST', body, headers: { origin: BASE, ...headers } }),
    async listen() {
      const made = createAdaptorServer({ fetch: app.fetch });
      server = made;
      await new Promise<void>((done) => made.listen(0, '127.0.0.1', done));
      const address: AddressInfo | string | null = made.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      // A browser lets pages of localhost keep service workers and check signatures without https.
      return `http://localhost:${address.port}`;
    },
    async close() {
      const open = server;
      if (open) {
        if ('closeAllConnections' in open) open.closeAllConnections();
        await new Promise((done) => open.close(done));
      }
      await t.close();
      await made.close();
    },
  };
}
