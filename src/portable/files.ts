/**
 * Reading an export's folder, which anybody may have touched: only files that an export may hold and that the manifest names, never
 * through a link, lines of bounded length. Everything that is not as it must be is a finding with its place.
 */
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Found } from '../ledger/check.ts';
import { FACTS, type Facts, facts, isExportPath, LINE_BYTES, MANIFEST, parseManifestLine } from './layout.ts';
import { hashOf } from './out.ts';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/**
 * Lines of a text file, without their ends, at most `LINE_BYTES` each.
 * @throws Found `missing-file`, `line-too-long`, `bad-line` (not UTF-8, or the last line has no end: the file was cut)
 */
export async function* linesOf(dir: string, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = Buffer.alloc(0);
  let n = 0;
  const text = (bytes: Uint8Array): string => {
    n++;
    try {
      return decoder.decode(bytes);
    } catch {
      throw new Found('bad-line', `${path}, line ${n}`, 'UTF-8', 'other bytes');
    }
  };
  try {
    for await (const chunk of createReadStream(join(dir, path), { highWaterMark: 1 << 18 })) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, from)) {
        if (end - from > LINE_BYTES) break;
        yield text(rest.subarray(from, end));
        from = end + 1;
      }
      rest = rest.subarray(from);
      if (rest.length > LINE_BYTES)
        throw new Found('line-too-long', `${path}, line ${n + 1}`, `at most ${LINE_BYTES} bytes`, 'more');
    }
  } catch (error) {
    if (isMissing(error)) throw new Found('missing-file', path, 'a file', 'none');
    throw error;
  }
  if (rest.length > 0) throw new Found('bad-line', `${path}, line ${n + 1}`, 'a line with its end', 'a cut one');
}

async function* walk(dir: string, below = ''): AsyncGenerator<string> {
  for (const name of await readdir(join(dir, below), { withFileTypes: true })) {
    const path = below === '' ? name.name : `${below}/${name.name}`;
    if (name.isDirectory()) yield* walk(dir, path);
    else if (name.isFile()) yield path;
    else throw new Found('bad-path', path, 'a file of an export', 'a link or a device');
  }
}

export interface Listed {
  readonly facts: Facts;
  /** paths of all files, in the order of the manifest */
  readonly paths: readonly string[];
  /** SHA-256 of each, hex */
  readonly hashes: ReadonlyMap<string, string>;
}

/**
 * Checks that the folder holds exactly the files that its manifest names, each with its hash, and reads `export.json`.
 * @throws Found `not-an-export`, `bad-manifest`, `bad-path`, `missing-file`, `unlisted-file`, `hash-mismatch`
 */
export async function checkFiles(dir: string, onProgress?: (done: number, of: number) => void): Promise<Listed> {
  const there = await lstat(join(dir, MANIFEST)).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (!there?.isFile()) throw new Found('not-an-export', dir, `a folder with ${MANIFEST}`, 'no such file');
  const hashes = new Map<string, string>();
  let n = 0;
  for await (const line of linesOf(dir, MANIFEST)) {
    n++;
    const read = parseManifestLine(line);
    const at = `${MANIFEST}, line ${n}`;
    if (!read) throw new Found('bad-manifest', at, 'a SHA-256, two spaces, a path', JSON.stringify(line.slice(0, 100)));
    if (!isExportPath(read.path))
      throw new Found('bad-path', at, 'the name of a file of an export', JSON.stringify(read.path.slice(0, 200)));
    if (hashes.has(read.path)) throw new Found('bad-manifest', at, 'each file once', read.path);
    hashes.set(read.path, read.sha256);
  }
  if (!hashes.has(FACTS)) throw new Found('bad-manifest', MANIFEST, `a line for ${FACTS}`, 'none');
  // First of all what there is: a file behind a linked folder is never opened.
  const present = new Set<string>();
  for await (const path of walk(dir)) {
    if (path === MANIFEST) continue;
    if (!hashes.has(path)) throw new Found('unlisted-file', path, 'a file that the manifest names', 'another one');
    present.add(path);
  }
  let done = 0;
  for (const [path, expected] of hashes) {
    const found = present.has(path) ? await hashOf(join(dir, path)) : null;
    if (found === null) throw new Found('missing-file', path, `SHA-256 ${expected}`, 'no file');
    if (found !== expected) throw new Found('hash-mismatch', path, expected, found);
    onProgress?.(++done, hashes.size);
  }
  return { facts: await readFacts(dir), paths: [...hashes.keys()], hashes };
}

async function readFacts(dir: string): Promise<Facts> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(dir, FACTS), 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const read = facts.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new Found(
    'not-an-export',
    FACTS,
    'what an export of version 1 says of itself',
    `${issue?.path.join('.')} ${issue?.message}`,
  );
}
