/**
 * The log's signing key: an Ed25519 key in a file of its own outside the database, readable by the server's user alone, made
 * on first start. Its private half is never printed, logged or exported.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RuleRefusal, Unavailable } from '../../base/errors.ts';
import { parseVkey, type VerifierKey, verifierKey } from '../../proof/index.ts';
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

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const KEY_FILE = 'log-ed25519.pem';
/** Public half of the key that a log was imported with: while it lies here, no other key is made. */
const VKEY_FILE = 'log.vkey';

async function importedKey(keysDir: string): Promise<VerifierKey | null> {
  try {
    return parseVkey((await readFile(join(keysDir, VKEY_FILE), 'utf8')).trim());
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** A log that came by import must not go on under its old name with a new key: that would look like a forgery. */
async function refuseWithoutKey(keysDir: string): Promise<void> {
  const key = await importedKey(keysDir);
  if (!key) return;
  throw new Unavailable('log-key-missing', {
    what: `The log ${key.name} was imported without its signing key, so this server cannot add to it.`,
    lost: 'Nothing is lost: fsck, verify, export and the viewer of an export work without the key.',
    next: `Put the key into ${join(keysDir, KEY_FILE)} (mode 0600). If it is lost for good, see docs/exporting.md, “Without the log’s key”.`,
  });
}

async function readPem(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function keyOfPem(pem: string | Buffer, origin: string) {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('the log key is no Ed25519 key');
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { privateKey, key: verifierKey(origin, 1, new Uint8Array(spki.subarray(spki.length - 32))) };
}

/**
 * The log's public key for reading: of the signing key where there is one, else as it was imported. Makes no key.
 * @throws Unavailable `no-log-key`
 */
export async function loadVerifier(keysDir: string, origin: string): Promise<VerifierKey> {
  const pem = await readPem(join(keysDir, KEY_FILE));
  const key = pem ? keyOfPem(pem, origin).key : await importedKey(keysDir);
  if (key) return key;
  throw new Unavailable('no-log-key', {
    what: `There is no log key in ${keysDir}, so nobody can say whether the checkpoints are genuine.`,
    next: 'Set DATA_DIR to the folder of the server whose log this is.',
  });
}

/**
 * Puts the name and the public key of an imported log in place, and its signing key where it is given. Repeatable.
 * @param pem of the signing key, or null
 * @throws RuleRefusal `wrong-key` where it is another key, `other-log` where the folder has the key of another log
 */
export async function takeLogKey(keysDir: string, expected: VerifierKey, pem: string | null): Promise<void> {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const vkey = formatVkey(expected);
  const origin = (await readPem(join(keysDir, 'log-origin')))?.toString('utf8').trim() ?? expected.name;
  const there = await readPem(join(keysDir, KEY_FILE));
  const imported = await importedKey(keysDir);
  const other =
    origin !== expected.name ||
    (there && formatVkey(keyOfPem(there, expected.name).key) !== vkey) ||
    (imported && formatVkey(imported) !== vkey);
  if (other)
    throw new RuleRefusal('other-log', {
      what: `${keysDir} has the key of another log (${origin}).`,
      lost: 'Nothing was written.',
      next: 'Name another DATA_DIR. If no log was ever published with that key, you may remove the folder.',
    });
  let given: string | null = null;
  if (pem !== null) {
    try {
      given = formatVkey(keyOfPem(pem, expected.name).key) === vkey ? pem : null;
    } catch {
      // not a key at all: told below, without a word of what stands in the file
    }
    if (given === null)
      throw new RuleRefusal('wrong-key', {
        what: `The key given is not the key of ${expected.name}.`,
        lost: 'Nothing was written.',
        next: 'Give the file keys/log-ed25519.pem of the old server, or none.',
      });
  }
  await writeOnce(join(keysDir, 'log-origin'), `${expected.name}\n`);
  await writeOnce(join(keysDir, VKEY_FILE), `${vkey}\n`);
  if (given !== null && !there) await writeOnce(join(keysDir, KEY_FILE), given);
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
  const path = join(keysDir, KEY_FILE);
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
    if (!isMissing(error)) throw error;
    await refuseWithoutKey(keysDir);
    pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await writeOnce(path, pem);
    await chmod(path, 0o600);
  }
  const { privateKey, key } = keyOfPem(pem, origin);
  return {
    origin,
    signer: { key, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) },
    vkey: formatVkey(key),
  };
}
