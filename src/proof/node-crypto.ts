/**
 * The same answers sooner where the program runs in Node: `useNodeCrypto()` lets `verifyEd25519` call node:crypto at once
 * instead of waiting for WebCrypto's other thread, and hashes longer pieces there. Programs ask for it; `index.ts` does not bring it, so nothing of Node
 * reaches a browser's bundle. Imports nothing of Node either: it asks the runtime, and leaves all as it is elsewhere.
 *
 * Example: `useNodeCrypto()` at the start of a command is true in Node ≥ 22.3 and false in a browser.
 * Byte format: keys are handed over as SubjectPublicKeyInfo (RFC 8410), 12 fixed bytes before the 32 of the key.
 */
import { concat, equal, fromHex, hex } from './bytes.ts';
import { type Ed25519, useEd25519 } from './ed25519.ts';
import { ProofFailure } from './failure.ts';
import { type OneShot, useSha256 } from './sha256.ts';

const runtime: { readonly process?: { readonly getBuiltinModule?: typeof process.getBuiltinModule } } = globalThis;

const SPKI = fromHex('302a300506032b6570032100');

/** node:crypto's Ed25519, each key read once, or undefined outside Node. */
export function nodeEd25519(): Ed25519 | undefined {
  const node = runtime.process?.getBuiltinModule?.('node:crypto');
  if (node === undefined) return undefined;
  const { createPublicKey, verify } = node;
  // By the array that holds the key, with a copy: an array can be changed, so what is kept must still be what it holds.
  const keys = new WeakMap<Uint8Array, { readonly of: Uint8Array; readonly key: ReturnType<typeof createPublicKey> }>();
  return (publicKey, message, signature) => {
    const known = keys.get(publicKey);
    if (known !== undefined && equal(known.of, publicKey)) return verify(null, message, known.key, signature);
    const of = publicKey.slice();
    let key: ReturnType<typeof createPublicKey>;
    try {
      key = createPublicKey({ key: Buffer.from(concat(SPKI, of)), format: 'der', type: 'spki' });
    } catch {
      throw new ProofFailure('bad-key', 'a public key on the curve', hex(of));
    }
    keys.set(publicKey, { of, key });
    return verify(null, message, key, signature);
  };
}

/** node:crypto's SHA-256 in one call, or undefined outside Node. */
export function nodeSha256(): OneShot | undefined {
  const node = runtime.process?.getBuiltinModule?.('node:crypto');
  if (node === undefined) return undefined;
  const { hash } = node;
  return (bytes) => {
    // A plain array over Node's own: a Buffer's `slice` shares memory where an array's copies.
    const { buffer, byteOffset, length } = hash('sha256', bytes, 'buffer');
    return new Uint8Array(buffer, byteOffset, length);
  };
}

/** Uses node:crypto from here on; false where there is none, and then nothing changes. */
export function useNodeCrypto(): boolean {
  const verify = nodeEd25519();
  useEd25519(verify);
  useSha256(nodeSha256());
  return verify !== undefined;
}
