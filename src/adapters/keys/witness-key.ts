/**
 * The key with which this server cosigns other logs: its own Ed25519 key, in a file beside the log's and never the same one, made on
 * first start. Its private half is never printed, logged or exported. Cosigning is `src/witness`; here is only the key.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { verifierKey } from '../../proof/index.ts';
import { formatVkey, type Signer } from '../../proof/write.ts';

export interface WitnessKey {
  /** type 4 (cosignature/v1) */
  readonly signer: Signer;
  /** C2SP verifier key, for whoever takes this server as a witness */
  readonly vkey: string;
}

/** Reads a file that nobody else may read, or writes it so that after a crash it is there whole or not at all. */
async function kept(dir: string, name: string, make: () => string): Promise<string> {
  const path = join(dir, name);
  try {
    if (((await stat(path)).mode & 0o077) !== 0)
      throw new Error(`keys/${name} can be read by other users of this machine: set its mode to 0600`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const content = make();
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dir, 'r');
  await folder.sync().finally(() => folder.close());
  return content;
}

/**
 * Reads the key, or makes it when there is none.
 * @param proposed name of a new witness; one that exists keeps its own, since others know its key by that name
 * @throws Error when others on this machine could read the file
 */
export async function loadWitnessKey(keysDir: string, proposed: string): Promise<WitnessKey> {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const name = (await kept(keysDir, 'witness-name', () => `${proposed}\n`)).trim();
  const pem = await kept(keysDir, 'witness-ed25519.pem', () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const privateKey = createPrivateKey(pem);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const key = verifierKey(name, 4, new Uint8Array(spki.subarray(spki.length - 32)));
  return {
    signer: { key, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) },
    vkey: formatVkey(key),
  };
}
