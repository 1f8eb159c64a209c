/**
 * The one place that wires things: database, ledger, post, sign-in, pages. `npm start` runs it. It decides nothing that a room
 * could decide, and holds no state besides what it started and must stop.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { buildAssets } from './adapters/assets.ts';
import { authPool, createAuth, ownerLink, readSecret } from './adapters/auth/index.ts';
import { fileBlobs } from './adapters/blobs/files.ts';
import { loadLogKey } from './adapters/keys/log-key.ts';
import { loadWitnessKey } from './adapters/keys/witness-key.ts';
import { witnessMemory } from './adapters/keys/witness-memory.ts';
import { fileMailer } from './adapters/mail/file.ts';
import { smtpMailer } from './adapters/mail/smtp.ts';
import { pdfService } from './adapters/pdf/service.ts';
import { inTurn } from './adapters/postgres/in-turn.ts';
import { assertAppRole, fromPostgres, migrate, openDatabase } from './adapters/postgres/index.ts';
import { openKysely, openPool } from './adapters/postgres/pool.ts';
import { type Answering, openServer } from './adapters/server.ts';
import type { Clock } from './base/clock.ts';
import { daily } from './base/daily.ts';
import { Refusal, Unavailable } from './base/errors.ts';
import { inLanguage } from './base/language.ts';
import { pooled } from './base/random.ts';
import type { CertificateFile, RecordPdf, Services } from './base/services.ts';
import { handovers, pastNames, signerOf } from './ledger/handover.ts';
import { createLedger } from './ledger/ledger.ts';
import { nodeCache } from './ledger/nodes.ts';
import { queueDigests } from './post/digest.ts';
import { queueFollowerMails } from './post/followers.ts';
import { mailInFolder, openFolder, takeFolder } from './post/in/folder.ts';
import { createParser } from './post/in/parser.ts';
import { openMailDoor } from './post/in/smtp.ts';
import { remindAll } from './post/reminders.ts';
import { rounds } from './post/rounds.ts';
import { createPost } from './post/worker.ts';
import { formatVkey } from './proof/write.ts';
import { followChannels } from './record/contacts.ts';
import { loadExample } from './record/example.ts';
import { signInMail } from './rooms/access/mails.ts';
import { createRecounter } from './rooms/clock/recount.ts';
import { resumeImports, stopImports } from './rooms/directory/import/run.ts';
import { sweepDocuments } from './rooms/documents/sweep.ts';
import { checkBody, streamOf } from './rooms/entries.ts';
import { resumeTaking, stopTaking } from './rooms/escalation/taking.ts';
import { forgetMails } from './rooms/meetings/forget.ts';
import { tellServed } from './rooms/orders/late-served.ts';
import { project } from './rooms/project.ts';
import { resumeReading, stopReading } from './rooms/requests/reading.ts';
import { resumeServing, stopServing } from './rooms/requests/serve.ts';
import { readSettings, type Settings } from './settings.ts';
import { buildApp } from './web/app.tsx';
import { allRoutes } from './web/routes.ts';
import { makeWhoIs } from './web/who.ts';
import { createCollector } from './witness/collect.ts';
import { BadWitnessFile, lonePolicy, readWitnesses, readWitnessLogs } from './witness/config.ts';
import { createSecondClock } from './witness/second-clock.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const clock: Clock = { now: () => Date.now() };
const random = pooled((length) => new Uint8Array(randomBytes(length)));

export interface Running {
  readonly url: string;
  readonly services: Services;
  stop(): Promise<void>;
}

/** The port is bound first, so that a port in use is told before anything else is done. */
function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Why the port could not be had, and what to do: the commonest trouble of a first start. */
function cannotListen(error: Error, host: string, port: number): Error {
  const code = 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE')
    return new Unavailable('port-in-use', {
      what: `Port ${port} of ${host} is in use by another program.`,
      next: 'Stop that one, or start this one with another PORT.',
    });
  if (code === 'EACCES')
    return new Unavailable('port-refused', {
      what: `This user may not use port ${port}.`,
      next: 'Choose a PORT from 1024 on, and put a reverse proxy before it.',
    });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Unavailable('no-such-host', {
      what: `HOST ${host} is not an address of this machine.`,
      next: 'Choose 127.0.0.1, 0.0.0.0 or an address of its own.',
    });
  return error;
}

/** Mail in: the folder, looked through every two seconds, and the small mail server that puts mail into it where one is asked for. @returns what ends it */
async function takeMailIn(
  services: Services,
  settings: Settings,
  mailIn: string,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const folder = mailInFolder(settings.dataDir);
  await openFolder(folder);
  const parser = createParser();
  const look = rounds((goesOn) => takeFolder(services, folder, parser, goesOn), 2_000, onError);
  const { mailInPort: port, mailInHost: host } = settings;
  const door = port === null ? null : await openMailDoor({ folder, host, port, mailIn });
  look.start();
  return async () => {
    await door?.stop();
    await look.stop();
    await parser.stop();
  };
}

/** A file that a setting names; empty where it names none. @throws BadWitnessFile when it cannot be read */
async function named(setting: string, path: string | null): Promise<string> {
  if (path === null) return '';
  return await readFile(path, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new BadWitnessFile(`${setting} names a file that cannot be read${code}`);
  });
}

/** Starts everything; `say` gets the lines for the person who started it. Whatever fails, what was started is stopped again. */
export async function start(settings: Settings, say: (line: string) => void): Promise<Running> {
  const undo: (() => Promise<unknown>)[] = [];
  // What cannot be stopped must not keep the rest running: a database that went away first leaves no PostgreSQL behind.
  const stop = async () => {
    const troubles: unknown[] = [];
    for (const one of undo.splice(0).reverse()) await one().catch((error: unknown) => troubles.push(error));
    if (troubles.length > 0) throw troubles[0];
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
  let ready: (answer: Answering) => void = () => {};
  const answering = new Promise<Answering>((resolve) => {
    ready = resolve;
  });
  const server = openServer(async (request, env) => (await answering)(request, env));
  const port = await listen(server, settings.host, settings.port);
  // Called twice: first of all when stopping, so that nobody's request meets a closed database; and where starting failed half-way.
  const closeServer = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      setTimeout(() => server.closeAllConnections(), 2_000).unref();
    });
  undo.push(closeServer);
  const baseUrl = settings.baseUrl ?? `http://localhost:${port}`;

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
  // The ledger's own: appends and checkpoints never wait behind the pages' queries.
  const writing = openPool(database.appConfig, 4);
  undo.push(() => writing.end());

  const [known, past] = await Promise.all([signerOf(pool), handovers(pool)]);
  const keys = join(settings.dataDir, 'keys');
  const host = baseUrl.replace(/^https?:\/\//, '');
  // Processes that start for the first time together share what the first of them makes.
  const [{ signer, vkey, origin: logOrigin }, witnessKey, secret] = await inTurn(
    pool,
    async () =>
      [
        await loadLogKey(keys, `${host}/log`, known),
        await loadWitnessKey(keys, `${host}/witness`),
        await readSecret(settings.dataDir),
      ] as const,
  );
  const [blobs, assets] = await Promise.all([
    fileBlobs({ dir: join(settings.dataDir, 'blobs') }),
    buildAssets({ cacheDir: join(ROOT, 'build', 'assets') }),
  ]);
  const [witnesses, witnessLogs] = await Promise.all([
    named('WITNESSES', settings.witnesses).then((text) =>
      readWitnesses(
        text,
        vkey,
        past.map((one) => one.from),
      ),
    ),
    named('WITNESS_LOGS', settings.witnessLogs).then(readWitnessLogs),
  ]);
  const ledger = createLedger({
    pool: writing,
    clock,
    random,
    project,
    streamOf,
    checkBody,
    origin: logOrigin,
    signer,
    onError,
    mapError: fromPostgres,
    witnesses: witnesses ?? undefined,
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
  // Where no mail leaves, none comes from outside either: answers are dropped into the folder by hand.
  const mailIn = settings.mailInAddress ?? (settings.smtpUrl ? null : from.address);
  const config = {
    baseUrl,
    logOrigin,
    revokeMinutes: settings.revokeMinutes,
    maxFileBytes: settings.maxFileBytes,
    proxied: settings.behindProxy,
    ...(settings.sourceUrl ? { sourceUrl: settings.sourceUrl } : {}),
    ...(mailIn === null ? {} : { mailIn }),
    ...(settings.smtpUrl ? {} : { mailFolder: join(settings.dataDir, 'mail') }),
  };
  const receiptPdf = pdfService();
  const policy =
    witnesses?.text ??
    lonePolicy(
      vkey,
      past.map((one) => one.from),
    );
  // Loaded with the first certification, like the PDF of a receipt.
  const recordPdf: RecordPdf = async (paper) => {
    const { recordPdf: made } = await import('./adapters/pdf/record-pdf.ts');
    return await made(paper);
  };
  const certificate: CertificateFile = async (receipts, form) => {
    const { certificateService } = await import('./adapters/pdf/certificate-pdf.ts');
    return await certificateService(policy, clock)(receipts, form);
  };
  const services: Services = {
    db: openKysely(pool),
    ledger,
    blobs,
    clock,
    random,
    mailer,
    config,
    receiptPdf,
    recordPdf,
    certificate,
  };

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
  const identity = {
    origin: logOrigin,
    logKey: vkey,
    witnesses: witnesses?.asked.map((one) => formatVkey(one.key)) ?? [],
    policy,
    past: pastNames(past),
  };
  const routes = allRoutes(access, clock, identity, {
    own: { ...witnessKey, logs: witnessLogs, memory: witnessMemory(join(settings.dataDir, 'keys')) },
    asked: witnesses,
    metricsToken: settings.metricsToken,
    tsa: settings.tsa,
  });
  const { version } = ledger;
  const app = buildApp({ services, assets, routes, whoIs: makeWhoIs(access), log, version, mapError: fromPostgres });
  ready(app.fetch);

  const post = createPost({ services, onError });
  post.start();
  undo.push(() => post.stop());
  const minute = 60_000;
  for (const one of [
    rounds((goesOn) => remindAll(services, goesOn), minute, onError),
    rounds(() => queueDigests(services), minute, onError),
    rounds(() => queueFollowerMails(services), minute, onError),
  ]) {
    one.start();
    undo.push(() => one.stop());
  }
  if (mailIn !== null) undo.push(await takeMailIn(services, settings, mailIn, onError));
  const recounter = createRecounter({ services, find: () => tellServed(services), onError });
  recounter.start();
  undo.push(() => recounter.stop());

  if (witnesses) {
    const { at } = nodeCache(ledger.tiles);
    const collector = createCollector({ pool, db: services.db, clock, random, witnesses, at, onError });
    collector.start();
    undo.push(() => collector.stop());
  }

  if (settings.tsa) {
    const every = settings.tsaMinutes * 60_000;
    const second = createSecondClock({ db: services.db, clock, random, url: settings.tsa, every, onError });
    second.start();
    undo.push(() => second.stop());
  }

  if (settings.example) await loadExample(services);
  await resumeReading(services);
  await resumeServing(services);
  await resumeTaking(services);
  await resumeImports(services, (party) => followChannels(services, party));
  undo.push(daily(() => sweepDocuments(services), onError));
  undo.push(daily(() => forgetMails(services), onError));
  undo.push(() => stopReading(services));
  undo.push(() => stopServing(services));
  undo.push(() => stopTaking(services));
  undo.push(() => stopImports(services));
  undo.push(closeServer);

  const link = await ownerLink({ pool: signIn, clock, random, baseUrl });
  say(`Counterfoil ready on ${baseUrl}`);
  if (link) say(`First owner: open ${link} within 24 hours. It works once.`);
  log.info({ vkey }, 'log key');
  return { url: baseUrl, services, stop };
}

/** What went wrong, in one line: what happened, and what to do where we know. */
function inOneLine(error: unknown): string {
  const text =
    error instanceof Refusal
      ? [error.advice.what, error.advice.next ?? ''].join(' ')
      : error instanceof Error
        ? error.message
        : String(error);
  return text.replace(/\s+/g, ' ').trim();
}

async function run(): Promise<void> {
  const settings = readSettings(process.env);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  let asked: string | null = null;
  let stop: (() => Promise<void>) | null = null;
  const end = () => {
    if (!stop) return; // still starting: the end comes as soon as that is through, so that nothing stays behind
    const stopping = stop;
    stop = null;
    say(`${asked}: stopping. What was accepted is safe.`);
    stopping().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${inOneLine(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const [signal, words] of [
    ['SIGINT', 'Ctrl-C'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGHUP'],
  ] as const) {
    process.on(signal, () => {
      asked ??= words;
      end();
    });
  }
  const running = await inLanguage(settings.language, () => start(settings, say));
  stop = running.stop;
  if (asked !== null) end();
}

/** The program, from its environment to its end by a signal; a start that fails is told in one line and ends it with 1. */
export async function main(): Promise<void> {
  await run().catch((error: unknown) => {
    process.stderr.write(`Counterfoil did not start: ${inOneLine(error)}\n`);
    // Everything is stopped, so the process ends by itself. An exit at once, while the engine still compiles in the background, was seen to wait for
    // itself for ever (Node 24.21).
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 5_000).unref();
  });
}

// Bundled, it is called from outside (bin/bundle.mjs).
if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
