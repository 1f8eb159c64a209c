/**
 * The log's signing key: an Ed25519 key in a file of its own outside the database, readable by the server's user alone, made
 * on first start. Its private half is never printed, logged or exported. How one key follows another is rotation.ts.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuleRefusal, Unavailable } from '../../base/errors.ts';
import { parseVkey, type VerifierKey } from '../../proof/index.ts';
import { formatVkey, type Signer } from '../../proof/write.ts';
import { kept, keyOfPem, newPem, readIfThere, readSecret, signerOf, writeKeyFile } from './files.ts';

export interface LogKey {
  readonly signer: Signer;
  /** name of the log: what it was called when its key was made, for good */
  readonly origin: string;
  /** C2SP verifier key, for policies and `/.well-known/counterfoil` */
  readonly vkey: string;
}

export const KEY_FILE = 'log-ed25519.pem';
export const ORIGIN_FILE = 'log-origin';
/** Public half of the key that a log was imported with: while it lies here, no other key is made. */
export const VKEY_FILE = 'log.vkey';
/** Folder of a key that is on its way in (rotation.ts). */
export const NEXT = 'next';

async function importedKey(keysDir: string): Promise<VerifierKey | null> {
  const text = await readIfThere(join(keysDir, VKEY_FILE));
  return text === null ? null : parseVkey(text.trim());
}

/** A log must not go on under its old name with a new key: that would look like a forgery. */
function keyMissing(name: string, keysDir: string): Unavailable {
  return new Unavailable('log-key-missing', {
    what: `The signing key of the log ${name} is not here, so this server cannot add to it.`,
    lost: 'Nothing is lost: fsck, verify, export and the viewer of an export work without the key.',
    next: `Put the key into ${join(keysDir, KEY_FILE)} (mode 0600). If it is lost for good, run “counterfoil keys recover” (docs/keys.md).`,
  });
}

/**
 * The log's public key for reading: of the signing key where there is one, else as it was imported. Makes no key.
 * @throws Unavailable `no-log-key`
 */
export async function loadVerifier(keysDir: string, origin: string): Promise<VerifierKey> {
  const pem = await readIfThere(join(keysDir, KEY_FILE));
  const key = pem === null ? await importedKey(keysDir) : keyOfPem(pem, origin);
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
  const origin = (await readIfThere(join(keysDir, ORIGIN_FILE)))?.trim() ?? expected.name;
  const there = await readIfThere(join(keysDir, KEY_FILE));
  const imported = await importedKey(keysDir);
  const other =
    origin !== expected.name ||
    (there !== null && formatVkey(keyOfPem(there, expected.name)) !== vkey) ||
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
      given = formatVkey(keyOfPem(pem, expected.name)) === vkey ? pem : null;
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
  await writeKeyFile(join(keysDir, ORIGIN_FILE), `${expected.name}\n`);
  await writeKeyFile(join(keysDir, VKEY_FILE), `${vkey}\n`);
  if (given !== null && there === null) await writeKeyFile(join(keysDir, KEY_FILE), given);
}

/**
 * Reads the key, or makes it when there is none.
 * @param proposed origin of a log that is new; one that exists keeps its own (two names for one log would be two logs)
 * @param known verifier key that the log in the database goes on under; null while nothing was signed
 * @throws Unavailable `rotation-unfinished`, `log-key-missing`, `log-key-replaced`; Error when others on this machine could read the file
 */
export async function loadLogKey(keysDir: string, proposed: string, known: string | null = null): Promise<LogKey> {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const path = join(keysDir, KEY_FILE);
  let pem = await readSecret(path);
  const next = await readIfThere(join(keysDir, NEXT, KEY_FILE));
  const nextOrigin = (await readIfThere(join(keysDir, NEXT, ORIGIN_FILE)))?.trim();
  if (next !== null && nextOrigin !== undefined && formatVkey(keyOfPem(next, nextOrigin)) === known)
    throw new Unavailable('rotation-unfinished', {
      what: `The log was being handed over to ${nextOrigin}, and that was cut off.`,
      lost: 'Nothing is lost.',
      next: 'Run the same “counterfoil keys” command again: it goes on where it stopped.',
    });
  const expected = known === null ? await importedKey(keysDir) : parseVkey(known);
  if (pem === null && expected) throw keyMissing(expected.name, keysDir);
  const origin = (await kept(join(keysDir, ORIGIN_FILE), () => `${expected?.name ?? proposed}\n`)).trim();
  pem ??= await kept(path, newPem);
  const signer = signerOf(pem, origin);
  const vkey = formatVkey(signer.key);
  if (known !== null && vkey !== known)
    throw new Unavailable('log-key-replaced', {
      what: `The log goes on as ${expected?.name}; the key in ${keysDir} is another one, of ${origin}.`,
      lost: 'Nothing is lost, and nothing was signed.',
      next: 'Set DATA_DIR to the folder with the key of the log as it is now, or put that key in its place.',
    });
  // A hand-over that was cut off before its very last step is over once the server goes on under the new name.
  if (next === null && nextOrigin === origin) await rm(join(keysDir, NEXT), { recursive: true, force: true });
  return { origin, signer, vkey };
}
