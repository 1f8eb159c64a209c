/**
 * The key with which this server cosigns other logs: its own Ed25519 key, in a file beside the log's and never the same one, made on
 * first start. Its private half is never printed, logged or exported. Cosigning is `src/witness`; here is only the key.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatVkey, type Signer } from '../../proof/write.ts';
import { kept, newPem, readSecret, signerOf } from './files.ts';

export interface WitnessKey {
  /** type 4 (cosignature/v1) */
  readonly signer: Signer;
  /** C2SP verifier key, for whoever takes this server as a witness */
  readonly vkey: string;
}

/**
 * Reads the key, or makes it when there is none.
 * @param proposed name of a new witness; one that exists keeps its own, since others know its key by that name
 * @throws Error when others on this machine could read the file
 */
export async function loadWitnessKey(keysDir: string, proposed: string): Promise<WitnessKey> {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const name = (await kept(join(keysDir, 'witness-name'), () => `${proposed}\n`)).trim();
  const path = join(keysDir, 'witness-ed25519.pem');
  const signer = signerOf((await readSecret(path)) ?? (await kept(path, newPem)), name, 4);
  return { signer, vkey: formatVkey(signer.key) };
}
