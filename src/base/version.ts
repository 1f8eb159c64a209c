/** The version of this program, read once from its package.json; nothing else is taken from there. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Package = z.object({ version: z.string(), license: z.string() });

const read = Package.parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));

export const VERSION = read.version;
/** SPDX name of the licence. */
export const LICENCE = read.license;
