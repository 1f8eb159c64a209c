/** A large upload by real HTTP into a server of its own: whole, and without the server's memory growing. `npm run soak` sends 5 GB. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshDatabase } from './support/postgres.ts';
import { uploadByHttp } from './support/upload-by-http.ts';

test('256 MB come whole through the form, and the server’s memory stays flat', async () => {
  const database = await freshDatabase();
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-upload-'));
  try {
    const size = 256 * 1024 * 1024 + 7;
    const sent = await uploadByHttp(database.appConfig, dir, size);
    console.log(`256 MB by HTTP: ${sent.seconds.toFixed(1)} s, memory grew by ${sent.grownMB} MB`);
    expect(sent).toMatchObject({ status: 303, bytes: size, same: true });
    expect(sent.grownMB).toBeLessThan(100);
  } finally {
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  }
});
