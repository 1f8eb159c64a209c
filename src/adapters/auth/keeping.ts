/** The database connections and the secret of sign-in. The secret lives in one file that only this user can read; it is never logged. */
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool, PoolConfig } from 'pg';
import { isMissing } from '../../base/whole-file.ts';
import { openPool } from '../postgres/pool.ts';

/** Connections of sign-in's own, so that a busy ledger keeps nobody out. Give it the server's `appConfig`, never the owner's. */
export function authPool(appConfig: PoolConfig): Pool {
  return openPool(appConfig, 8);
}

/**
 * The secret that signs session cookies and keys sign-in codes, from `<dataDir>/auth-secret`; made on the first start. Two processes
 * that start at once agree on one: the file is written aside and linked into place, which fails if there is one already.
 */
export async function readSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'auth-secret');
  await mkdir(dataDir, { recursive: true });
  const read = async () => {
    const secret = (await readFile(path, 'utf8')).trim();
    if (!/^[A-Za-z0-9_-]{43,}$/.test(secret)) throw new Error('the file auth-secret in the data directory is damaged');
    await chmod(path, 0o600);
    return secret;
  };
  try {
    return await read();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const aside = join(dataDir, `.auth-secret-${randomBytes(6).toString('hex')}`);
  const file = await open(aside, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await link(aside, path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  await rm(aside);
  return await read();
}
