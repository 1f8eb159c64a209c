/**
 * A server in a process of its own that takes answers, for tests that watch its memory: the real app, forms, store and PostgreSQL. Says over
 * the channel of `fork` where it listens, and, when asked, how much memory it had at most since it was asked before.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { benchLedger, clock, ORIGIN, random } from '../../bench/ledger.ts';
import { fileBlobs } from '../../src/adapters/blobs/files.ts';
import { fileMailer } from '../../src/adapters/mail/file.ts';
import { openKysely } from '../../src/adapters/postgres/pool.ts';
import { openServer } from '../../src/adapters/server.ts';
import { uuidv7 } from '../../src/base/ids.ts';
import { answerRoutes } from '../../src/rooms/answers/pages.tsx';
import { buildApp } from '../../src/web/app.tsx';
import { PLAIN_ASSETS } from './assets.ts';
import { testMatter } from './matter.ts';

const { database: appConfig, dir } = z
  .object({ database: z.looseObject({}), dir: z.string() })
  .parse(JSON.parse(process.env.UPLOADS ?? ''));

const { ledger, pool } = await benchLedger({ appConfig, dataDir: dir });
const db = openKysely(pool);
const t = { ledger, db, clock, newId: () => uuidv7(clock.now(), random) };
const { services } = await testMatter(t, { due: { type: 'days', days: 30, business: false, zone: 'UTC' } });
const [service = ''] = services;
const app = buildApp({
  services: {
    ...{ db, ledger, clock, random, blobs: await fileBlobs({ dir: join(dir, 'blobs') }) },
    mailer: fileMailer({ dataDir: dir, from: { name: 'Counterfoil', address: 'post@example.gov' }, clock }),
    config: { baseUrl: 'http://localhost:8080', logOrigin: ORIGIN, revokeMinutes: 5, maxFileBytes: 20 * 1024 ** 3 },
  },
  assets: PLAIN_ASSETS,
  routes: answerRoutes,
  whoIs: async () => ({ who: 'recipient', service, address: 'clerk@place.example.gov' }),
});
const server = openServer(app.fetch);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});

let most = 0;
setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 20);
process.on('message', () => {
  process.send?.({ most });
  most = process.memoryUsage.rss();
});
process.on('disconnect', () => process.exit());
