/**
 * An ssh-agent with one Ed25519 key made on the spot, for programs that take their key from one (litewitness). Knows two requests of the
 * protocol (list, sign) and refuses the rest; the key never leaves this process.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:net';

const u32 = (n: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
};
const text = (bytes: Uint8Array | string) => Buffer.concat([u32(Buffer.from(bytes).length), Buffer.from(bytes)]);

export interface Agent {
  /** lower-case hex of SHA-256 of the public key */
  readonly keyHash: string;
  readonly publicKey: Uint8Array;
  close(): Promise<void>;
}

/** @param path of the socket */
export async function sshAgent(path: string): Promise<Agent> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const blob = Buffer.concat([text('ssh-ed25519'), text(raw)]);

  function answer(message: Buffer): Buffer {
    if (message[0] === 11) return Buffer.concat([Buffer.from([12]), u32(1), text(blob), text('witness')]);
    if (message[0] === 13) {
      const from = 1 + 4 + message.readUInt32BE(1);
      const data = message.subarray(from + 4, from + 4 + message.readUInt32BE(from));
      const signature = Buffer.concat([text('ssh-ed25519'), text(sign(null, data, privateKey))]);
      return Buffer.concat([Buffer.from([14]), text(signature)]);
    }
    return Buffer.from([5]);
  }

  const server = createServer((socket) => {
    let waiting = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (part: Buffer) => {
      waiting = Buffer.concat([waiting, part]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32BE(0)) {
        const end = 4 + waiting.readUInt32BE(0);
        socket.write(text(answer(waiting.subarray(4, end))));
        waiting = waiting.subarray(end);
      }
    });
  });
  await new Promise<void>((done) => server.listen(path, done));
  return {
    keyHash: createHash('sha256').update(raw).digest('hex'),
    publicKey: new Uint8Array(raw),
    close: () => new Promise((done) => server.close(() => done())),
  };
}
