/**
 * Verification of Ed25519 signatures (RFC 8032) with WebCrypto, or with a faster function that the program put in its
 * place (`node-crypto.ts`). Never signs and never holds a private key.
 *
 * Byte format: public keys of 32 bytes, signatures of 64. Example:
 *   `await verifyEd25519(publicKey, utf8('abc'), signature)` is true or false; it throws only where nobody can tell.
 */
import { hex } from './bytes.ts';
import { refuse } from './failure.ts';

/** Whether this is `publicKey`'s signature of `message`; all three have their right lengths or the answer is false. */
export type Ed25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

let faster: Ed25519 | undefined;

/** Puts a synchronous function in WebCrypto's place; undefined goes back. Both must give the same answers. */
export function useEd25519(verify: Ed25519 | undefined): void {
  faster = verify;
}

/** Whether this is `publicKey`'s Ed25519 signature of `message`. Throws `crypto-unavailable` where nobody can tell. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (signature.length !== 64) return false;
  if (faster) return faster(publicKey, message, signature);
  try {
    // Absent on pages that are not served securely, whatever the types say.
    const { subtle } = globalThis.crypto;
    const key = await subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']);
    return await subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
  } catch (error) {
    return error instanceof DOMException && error.name === 'DataError'
      ? refuse('bad-key', 'a public key on the curve', hex(publicKey))
      : refuse('crypto-unavailable', 'Ed25519 in WebCrypto', 'none here');
  }
}
