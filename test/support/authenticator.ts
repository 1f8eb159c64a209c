/**
 * A passkey in software, for tests: P-256, attestation "none", as WebAuthn Level 2 spells it (sections 6.1 and 6.5). `verified` is whether the
 * device claims to have asked for a PIN or finger.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();
const b64 = (data: Uint8Array) => Buffer.from(data).toString('base64url');

/** CBOR heads and the few types that an attestation needs (RFC 8949). */
function head(major: number, n: number): Buffer {
  if (n < 24) return Buffer.from([(major << 5) | n]);
  if (n < 256) return Buffer.from([(major << 5) | 24, n]);
  return Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
}
const text = (s: string) => Buffer.concat([head(3, s.length), Buffer.from(s)]);
const data = (b: Uint8Array) => Buffer.concat([head(2, b.length), b]);
const int = (n: number) => (n >= 0 ? head(0, n) : head(1, -1 - n));

export function authenticator({ rpId, origin, verified = true }: { rpId: string; origin: string; verified?: boolean }) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const id = randomBytes(32);
  let counter = 0;
  const flags = 0x01 | (verified ? 0x04 : 0);
  const base = (extra: number) => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(++counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags | extra]), count]);
  };
  const client = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const outer = { id: b64(id), rawId: b64(id), type: 'public-key', clientExtensionResults: {} };
  return {
    register(challenge: string) {
      const x = Buffer.from(jwk.x ?? '', 'base64url');
      const y = Buffer.from(jwk.y ?? '', 'base64url');
      const key = Buffer.concat([
        head(5, 5),
        int(1),
        int(2),
        int(3),
        int(-7),
        int(-1),
        int(1),
        int(-2),
        data(x),
        int(-3),
        data(y),
      ]);
      const authData = Buffer.concat([base(0x40), Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
      const attestation = Buffer.concat([
        head(5, 3),
        text('fmt'),
        text('none'),
        text('attStmt'),
        head(5, 0),
        text('authData'),
        data(authData),
      ]);
      const clientData = client('webauthn.create', challenge);
      return {
        ...outer,
        response: { attestationObject: b64(attestation), clientDataJSON: b64(clientData), transports: ['internal'] },
      };
    },
    sign(challenge: string) {
      const authData = base(0);
      const clientData = client('webauthn.get', challenge);
      const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKey);
      return {
        ...outer,
        response: { authenticatorData: b64(authData), clientDataJSON: b64(clientData), signature: b64(signature) },
      };
    },
  };
}
