/**
 * A process that keeps documents, for tests that break its disk: puts twenty of 300 KB, remembers which were kept and which refused, then
 * opens the store again, as after a restart, and says what it finds. Removes every other document to make room, and puts the refused ones anew.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileBlobs } from '../../src/adapters/blobs/files.ts';

const DOCUMENTS = 20;
const dir = join(process.env.BLOBS ?? '', 'blobs');
const documentOf = (i: number) => Buffer.alloc(300_000, `document ${i} `);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
async function* once(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

let blobs = await fileBlobs({ dir });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
process.stdout.write('ready\n');
await lines.next();

const kept: number[] = [];
const refused = new Map<number, string>();
for (let i = 0; i < DOCUMENTS; i++) {
  try {
    await blobs.put(once(documentOf(i)), { maxBytes: 1_000_000 });
    kept.push(i);
  } catch (error) {
    refused.set(
      i,
      error instanceof Error ? `${error.constructor.name} ${'code' in error ? error.code : ''}`.trim() : '',
    );
  }
}
process.stdout.write('put\n');
await lines.next();

const wrong: string[] = [];
blobs = await fileBlobs({ dir });
if ((await readdir(join(dir, 'incoming'))).length > 0) wrong.push('something is left in incoming');
for (let i = 0; i < DOCUMENTS; i++) {
  const hash = hashOf(documentOf(i));
  const found = await blobs.get(hash);
  if (kept.includes(i) && !found) wrong.push(`document ${i} was kept and is gone`);
  if (!found) continue;
  const parts: Uint8Array[] = [];
  for await (const part of found.stream()) parts.push(part);
  if (hashOf(Buffer.concat(parts)) !== hash) wrong.push(`document ${i} is not whole`);
}
for (const [n, i] of kept.entries()) if (n % 2 === 0) await blobs.remove(hashOf(documentOf(i)));
const again = [...refused.keys()].slice(0, Math.max(1, Math.floor(kept.length / 2)));
for (const i of again) {
  const put = await blobs.put(once(documentOf(i)), { maxBytes: 1_000_000 }).catch((error: unknown) => String(error));
  if (typeof put === 'string' || put.sha256 !== hashOf(documentOf(i)))
    wrong.push(`document ${i}, put anew: ${String(put)}`);
}
process.stdout.write(`${JSON.stringify({ acknowledged: kept.length, refused: [...refused.values()], wrong })}\n`);
