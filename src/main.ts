/**
 * The one place that wires things: database, ledger, post, sign-in, pages. `npm start` runs it. It decides nothing that a room
 * could decide, and holds no state besides what it started and must stop.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { pino } from 'pino';
import { buildAssets } from './adapters/assets.ts';
import { authPool, createAuth, ownerLink, readSecret } from './adapters/auth/index.ts';
import { fileBlobs } from './adapters/blobs/files.ts';
import { loadLogKey } from './adapters/keys/log-key.ts';
import { fileMailer } from './adapters/mail/file.ts';
import { smtpMailer } from './adapters/mail/smtp.ts';
import { pdfService } from './adapters/pdf/service.ts';
import { assertAppRole, fromPostgres, migrate, openDatabase } from './adapters/postgres/index.ts';
import { openKysely, openPool } from './adapters/postgres/pool.ts';
import type { Clock } from './base/clock.ts';
import { pooled } from './base/random.ts';
import type { Services } from './base/services.ts';
import { createLedger } from './ledger/ledger.ts';
import { createPost } from './post/worker.ts';
import { loadExample } from './record/example.ts';
import { signInMail } from './rooms/access/mails.ts';
import { checkBody, streamOf } from './rooms/entries.ts';
import { project } from './rooms/project.ts';
import { resumeServing, stopServing } from './rooms/requests/serve.ts';
import { readSettings, type Settings } from './settings.ts';
import { buildApp } from './web/app.tsx';
import { allRoutes } from './web/routes.ts';
import { makeWhoIs } from './web/who.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const clock: Clock = { now: () => Date.now() };
const random = pooled((length) => new Uint8Array(randomBytes(length)));

export interface Running {
  readonly url: string;
  readonly services: Services;
  stop(): Promise<void>;
}

/** The port is bound first, so that a port in use is told before anything else is done. */
function listen(server: ReturnType<typeof createAdaptorServer>, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Starts everything; `say` gets the lines for the person who started it. Whatever fails, what was started is stopped again. */
export async function start(settings: Settings, say: (line: string) => void): Promise<Running> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of undo.splice(0).reverse()) await one();
  };
  try {
    return await wire(settings, say, undo, stop);
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

async function wire(
  settings: Settings,
  say: (line: string) => void,
  undo: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Running> {
  const log = pino({ level: settings.logLevel, base: null }, pino.destination({ dest: 2, sync: false }));
  const onError = (error: unknown) => log.error({ err: error }, 'in the background');
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });

  // Requests that come before all is ready wait for it instead of being refused.
  let ready: (fetch: (request: Request, env: unknown) => Response | Promise<Response>) => void = () => {};
  const fetching = new Promise<(request: Request, env: unknown) => Response | Promise<Response>>((resolve) => {
    ready = resolve;
  });
  const server = createAdaptorServer({ fetch: async (request, env) => (await fetching)(request, env) });
  const port = await listen(server, settings.host, settings.port);
  undo.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        if ('closeAllConnections' in server) setTimeout(() => server.closeAllConnections(), 2_000).unref();
      }),
  );
  const baseUrl = settings.baseUrl ?? `http://localhost:${port}`;
  const logOrigin = `${baseUrl.replace(/^https?:\/\//, '')}/log`;

  const database = await openDatabase({
    databaseUrl: settings.databaseUrl ?? undefined,
    dataDir: settings.dataDir,
    log: say,
  });
  undo.push(() => database.stop());
  await migrate(database.ownerConfig, join(ROOT, 'migrations'));
  await assertAppRole(database);
  const pool = openPool(database.appConfig);
  undo.push(() => pool.end());

  const [{ signer, vkey }, blobs, assets, secret] = await Promise.all([
    loadLogKey(join(settings.dataDir, 'keys'), logOrigin),
    fileBlobs({ dir: join(settings.dataDir, 'blobs') }),
    buildAssets({ cacheDir: join(ROOT, 'build', 'assets') }),
    readSecret(settings.dataDir),
  ]);
  const ledger = createLedger({
    pool,
    clock,
    random,
    project,
    streamOf,
    checkBody,
    origin: logOrigin,
    signer,
    onError,
    mapError: fromPostgres,
  });
  ledger.start();
  undo.push(() => ledger.stop());

  const from = {
    name: settings.mailFrom.name,
    address: settings.mailFrom.address ?? `counterfoil@${new URL(baseUrl).hostname}`,
  };
  const mailer = settings.smtpUrl
    ? smtpMailer({ url: settings.smtpUrl, from, clock })
    : fileMailer({ dataDir: settings.dataDir, from, clock });
  const config = {
    baseUrl,
    logOrigin,
    revokeMinutes: settings.revokeMinutes,
    maxFileBytes: settings.maxFileBytes,
    proxied: settings.behindProxy,
    ...(settings.smtpUrl ? {} : { mailFolder: join(settings.dataDir, 'mail') }),
  };
  const receiptPdf = pdfService(logOrigin);
  const services: Services = { db: openKysely(pool), ledger, blobs, clock, random, mailer, config, receiptPdf };

  const signIn = authPool(database.appConfig);
  undo.push(() => signIn.end());
  const access = createAuth({
    pool: signIn,
    secret,
    baseUrl,
    clock,
    log: (level, message) => log.warn({ level }, message),
    sendCode: async (email, code) => {
      await mailer.send(signInMail(email, code));
    },
  });
  const identity = { origin: logOrigin, logKey: vkey, witnesses: [], policy: `log ${vkey}\nquorum none\n` };
  const app = buildApp({ services, assets, routes: allRoutes(access, clock, identity), whoIs: makeWhoIs(access), log });
  ready(app.fetch);

  const post = createPost({ services, onError });
  post.start();
  undo.push(() => post.stop());

  if (settings.example) await loadExample(services);
  await resumeServing(services);
  undo.push(() => stopServing(services));

  const link = await ownerLink({ pool: signIn, clock, random, baseUrl });
  say(`Counterfoil ready on ${baseUrl}`);
  if (link) say(`First owner: open ${link} within 24 hours. It works once.`);
  log.info({ vkey }, 'log key');
  return { url: baseUrl, services, stop };
}

async function main(): Promise<void> {
  const first = !existsSync(join(process.env['DATA_DIR'] ?? 'data', 'postgres'));
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (first) say('First start: setting things up. This takes a little longer than the next ones.');
  const running = await start(readSettings(process.env), say);
  let stopping = false;
  const end = (signal: string) => {
    if (stopping) return;
    stopping = true;
    say(`${signal}: stopping. What was accepted is safe.`);
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => end('Ctrl-C'));
  process.on('SIGTERM', () => end('SIGTERM'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    process.stderr.write(`Counterfoil did not start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
