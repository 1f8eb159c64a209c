/**
 * Where PostgreSQL listens: a Unix socket in a folder that only its user enters, because a name on the loopback network is open
 * to every user of the machine. A socket's path is limited to about 107 bytes, so a data directory with a long
 * path gets a short folder under the system's temporary one, remembered in the data directory.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDurably } from './files.ts';
import type { RunAs } from './place.ts';

export type Listen =
  | { readonly kind: 'socket'; readonly dir: string; readonly port: number }
  | { readonly kind: 'loopback'; readonly port: number };

const NAME = '.s.PGSQL.5432';
/** macOS: 103 bytes and a zero; Linux: 107. */
const LONGEST = 103;

function fits(dir: string): boolean {
  return Buffer.byteLength(join(dir, NAME)) <= LONGEST;
}

/** The places to try, best first. `home` is the folder above PostgreSQL's data. */
export function* listenCandidates(dataDir: string, home: string, runAs: RunAs): Generator<() => Promise<Listen>> {
  if (process.platform !== 'win32') {
    const beside = join(home, 'run');
    if (fits(beside)) yield async () => socketIn(ownDir(beside, runAs));
    yield async () => socketIn(temporary(dataDir, runAs));
  }
  yield async () => ({ kind: 'loopback', port: await freePort() });
}

function socketIn(dir: string): Listen {
  return { kind: 'socket', dir, port: 5432 };
}

function ownDir(dir: string, runAs: RunAs): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  if (runAs.how === 'user') chownSync(dir, runAs.uid, runAs.gid);
  return dir;
}

/** The remembered folder, if it is still ours alone: anybody may write into the temporary folder above it. */
function temporary(dataDir: string, runAs: RunAs): string {
  const note = join(dataDir, 'postgres-socket');
  const owner = runAs.how === 'user' ? runAs.uid : process.getuid?.();
  if (existsSync(note)) {
    const dir = readFileSync(note, 'utf8').trim();
    try {
      const s = lstatSync(dir);
      if (s.isDirectory() && s.uid === owner && (s.mode & 0o077) === 0 && fits(dir)) return dir;
    } catch {
      // cleaned away: make a new one
    }
  }
  const base = [tmpdir(), '/tmp'].find((d) => existsSync(d) && fits(join(d, 'counterfoil-XXXXXX'))) ?? '/tmp';
  const dir = mkdtempSync(join(realpathSync(base), 'counterfoil-'));
  if (runAs.how === 'user') chownSync(dir, runAs.uid, runAs.gid);
  writeDurably(note, `${dir}\n`, 0o600);
  return dir;
}

/** A port of 127.0.0.1 that is free at this moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port given');
  return address.port;
}
