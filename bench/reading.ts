/** One reader of pages, as a browser is: one connection that is kept, compressed answers, the time to the first byte. */
import { Agent, get } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

export interface Seen {
  /** milliseconds */
  readonly firstByte: number;
  /** of the body as sent */
  readonly bytes: number;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** One request as a browser makes it. @throws Error where the answer is not 200 */
export function fetchOne(url: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    get(url, { agent, headers: { 'Accept-Encoding': 'gzip, br' } }, (answer) => {
      const firstByte = performance.now() - begun;
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        if (answer.statusCode !== 200) return reject(new Error(`${url} answered ${answer.statusCode}`));
        const coding = answer.headers['content-encoding'];
        const plain = coding === 'br' ? brotliDecompressSync(body) : coding === 'gzip' ? gunzipSync(body) : body;
        return resolve({ firstByte, bytes: body.length, text: plain.toString('utf8') });
      });
    }).on('error', reject);
  });
}

/** Closes the connection. */
export const leave = (): void => agent.destroy();
