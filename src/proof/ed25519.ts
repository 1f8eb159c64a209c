/**
 * Verification of Ed25519 signatures (RFC 8032) with WebCrypto, or with a faster function that the program put in its
 * place (`node-crypto.ts`). Never signs and never holds a private key.
 *
 * Byte format: public keys of 32 bytes, signatures of 64. Example:
 *   `await verifyEd25519(publicKey, utf8('abc'), signature)` is true or false; it throws only where nobody can tell.
 */
import { hex } from './bytes.ts';
import { ProofFailure } from './failure.ts';

/** Whether this is `publicKey`'s signature of `message`; all three have their right lengths or the answer is false. */
export type Ed25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

let faster: Ed25519 | undefined;

/** Puts a synchronous function in WebCrypto's place; undefined goes back. Both must give the same answers. */
export function useEd25519(verify: Ed25519 | undefined): void {
  faster = verify;
}

const imported = new Map<string, Promise<CryptoKey>>();

function importKey(publicKey: Uint8Array): Promise<CryptoKey> {
  const name = hex(publicKey);
  let key = imported.get(name);
  if (key === undefined) {
    // Absent on pages that are not served securely, whatever the types say.
    const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
    const missing = new ProofFailure('crypto-unavailable', 'Ed25519 in WebCrypto', 'none on this machine');
    if (subtle === undefined) return Promise.reject(missing);
    key = subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']).catch((error: unknown) => {
      imported.delete(name);
      const known = error instanceof DOMException && error.name === 'DataError';
      throw known ? new ProofFailure('bad-key', 'a public key on the curve', name) : missing;
    });
    if (imported.size > 1000) imported.clear();
    imported.set(name, key);
  }
  return key;
}

/** Whether this is `publicKey`'s Ed25519 signature of `message`. Throws `crypto-unavailable` where nobody can tell. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (signature.length !== 64) return false;
  if (faster !== undefined) return faster(publicKey, message, signature);
  const key = await importKey(publicKey);
  return globalThis.crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
}
