/**
 * The log's signing key: an Ed25519 key in a file of its own outside the database, readable by the server's user alone, made
 * on first start. Its private half is never printed, logged or exported.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { verifierKey } from '../../proof/index.ts';
import { formatVkey, type Signer } from '../../proof/write.ts';

export interface LogKey {
  readonly signer: Signer;
  /** name of the log: what it was called when its key was made, for good */
  readonly origin: string;
  /** C2SP verifier key, for policies and `/.well-known/counterfoil` */
  readonly vkey: string;
}

/** Writes a file so that after a crash it is either there whole or not at all. */
async function writeOnce(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

/** The log's name beside its key: a log keeps its origin even if the server moves to another address or port. */
async function keptOrigin(keysDir: string, proposed: string): Promise<string> {
  const path = join(keysDir, 'log-origin');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  await writeOnce(path, `${proposed}\n`);
  return proposed;
}

/**
 * Reads the key, or makes it when there is none.
 * @param proposed origin of a log that is new; one that exists keeps its own (two names for one log would be two logs)
 * @throws Error when others on this machine could read the file
 */
export async function loadLogKey(keysDir: string, proposed: string): Promise<LogKey> {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const origin = await keptOrigin(keysDir, proposed);
  const path = join(keysDir, 'log-ed25519.pem');
  let pem: string;
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) {
      throw new Error(
        'the log key can be read by other users of this machine: set its mode to 0600, or make a new key',
      );
    }
    pem = await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await writeOnce(path, pem);
    await chmod(path, 0o600);
  }
  const privateKey = createPrivateKey(pem);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const key = verifierKey(origin, 1, new Uint8Array(spki.subarray(spki.length - 32)));
  return {
    origin,
    signer: { key, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) },
    vkey: formatVkey(key),
  };
}
