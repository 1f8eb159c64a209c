/**
 * What the README's tour needs: the server as `npm start` runs it, in a process and a data directory of its own, its command line and its
 * mail. It knows nothing of what the tour does.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParsedMail, simpleParser } from 'mailparser';
import { programDatabase } from './program-database.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Patience with a machine that does other things too. */
export const PATIENCE = { timeout: 30_000 };

export interface Tour {
  readonly base: string;
  /** the link printed at the first start */
  readonly ownerLink: string;
  /** a folder for files that people keep */
  readonly folder: string;
  /** Runs `bin/counterfoil` beside the running server. */
  counterfoil(...args: string[]): { readonly code: number | null; readonly out: string };
  /** All mails to an address, oldest first. */
  mails(to: string): Promise<ParsedMail[]>;
  /** The `n`-th mail to an address, counted from 1, as soon as it is there. */
  mail(to: string, n: number): Promise<ParsedMail>;
  /** Writes a file into the folder and gives its path. */
  keep(name: string, content: string | Uint8Array): Promise<string>;
  stop(): Promise<void>;
}

/** Waits until something is so, or until the time is up; what then is not so is the caller's to say. */
async function until(isSo: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isSo()) && Date.now() < end) await new Promise((done) => setTimeout(done, 50));
}

/** Starts the server as `npm start` does, on a free port, and waits until it has said that it is ready and who may come in first. */
export async function startTour(env: Readonly<Record<string, string>> = {}): Promise<Tour> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-tour-'));
  const database = await programDatabase();
  const settings = { PORT: '0', DATA_DIR: join(folder, 'data'), REVOKE_MINUTES: '0', ...database.env, ...env };
  // What the developer's own shell says of these must not reach the server under test.
  const { SMTP_URL: _, BASE_URL: __, DATABASE_URL: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'bin/run.mjs'), 'start'], {
    cwd: ROOT,
    env: { ...inherited, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += String(piece)));
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const ready = /ready on (\S+)\nFirst owner: open (\S+) within/;
  await until(() => ready.test(said) || child.exitCode !== null, 110_000);
  const [, base, ownerLink] = ready.exec(said) ?? [];
  if (base === undefined || ownerLink === undefined) {
    child.kill('SIGINT');
    throw new Error(`the server did not start: ${said}`);
  }
  const mailDir = join(settings.DATA_DIR, 'mail');

  const mails = async (to: string) => {
    const names = (await readdir(mailDir).catch(() => [])).filter((name) => name.endsWith('.eml')).sort();
    const all = await Promise.all(names.map(async (name) => await simpleParser(await readFile(join(mailDir, name)))));
    return all.filter((mail) => [mail.to].flat().some((address) => address?.text.includes(to)));
  };
  return {
    base,
    ownerLink,
    folder,
    mails,
    async mail(to, n) {
      let found: ParsedMail | undefined;
      await until(async () => {
        found = (await mails(to))[n - 1];
        return found !== undefined;
      }, PATIENCE.timeout);
      if (!found) throw new Error(`mail ${n} to ${to} did not come`);
      return found;
    },
    counterfoil(...args) {
      const done = spawnSync(process.execPath, [join(ROOT, 'bin/counterfoil'), ...args], {
        cwd: folder,
        env: { ...inherited, ...settings },
        encoding: 'utf8',
      });
      return { code: done.status, out: `${done.stdout}${done.stderr}` };
    },
    async keep(name, content) {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    async stop() {
      child.kill('SIGINT');
      await ended;
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function linkIn(mail: ParsedMail): string {
  const found = /https?:\/\/\S+\/r\/\S+/.exec(mail.text ?? '');
  if (!found) throw new Error('no link in this mail');
  return found[0];
}

export function codeIn(mail: ParsedMail): string {
  const found = /Your code is ([0-9 ]+)/.exec(mail.text ?? '');
  if (!found?.[1]) throw new Error('no code in this mail');
  return found[1].trim();
}
