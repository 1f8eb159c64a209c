/**
 * Key files: Ed25519 keys in files that the server's user alone can read, written so that after a crash they are there whole or not at
 * all. Knows nothing of what a key is for; a private half leaves here as a function that signs, never as text.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isMissing, writeWhole } from '../../base/whole-file.ts';
import { type KeyType, type VerifierKey, verifierKey } from '../../proof/index.ts';
import type { Signer } from '../../proof/write.ts';

/** Writes a key file, for this user alone. */
export const writeKeyFile = (path: string, content: string): Promise<void> => writeWhole(path, content, 0o600);

/** The text of a file, or null where there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** A file that nobody else may read, or null where there is none. @throws Error when others on this machine could read it */
export async function readSecret(path: string): Promise<string | null> {
  try {
    if (((await stat(path)).mode & 0o077) !== 0)
      throw new Error(
        `keys/${basename(path)} can be read by other users of this machine: set its mode to 0600, or make a new key`,
      );
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return await readIfThere(path);
}

/** What a file says; written by `make` when there is none. */
export async function kept(path: string, make: () => string, write = writeKeyFile): Promise<string> {
  const there = await readIfThere(path);
  if (there !== null) return there;
  const content = make();
  await write(path, content);
  return content;
}

/** A new private key as PEM. */
export const newPem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

function publicOf(pem: string, name: string, type: KeyType): { privateKey: KeyObject; key: VerifierKey } {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`the key of ${name} is no Ed25519 key`);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { privateKey, key: verifierKey(name, type, new Uint8Array(spki.subarray(spki.length - 32))) };
}

/** The public half of a PEM under a name. @throws Error for anything but an Ed25519 key */
export const keyOfPem = (pem: string, name: string, type: KeyType = 1): VerifierKey => publicOf(pem, name, type).key;

/** Signs with a PEM under a name. @throws Error for anything but an Ed25519 key */
export function signerOf(pem: string, name: string, type: KeyType = 1): Signer {
  const { privateKey, key } = publicOf(pem, name, type);
  return { key, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) };
}
