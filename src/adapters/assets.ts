/**
 * Compiles styles (sass), scripts (esbuild) and fonts into files with a hash in their name. The result is kept under `cacheDir`, keyed by the content of
 * every source, so that a warm start reads it back and compiles nothing. Never writes outside `cacheDir`.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { z } from 'zod';
import type { Asset, Assets } from '../ui/assets.ts';
import { rosette, SITE_MARK } from '../ui/rosette.ts';

const SRC = fileURLToPath(new URL('..', import.meta.url));
/** By path, since the package exports neither its styles nor its fonts. */
const USWDS = join(SRC, '../node_modules/@uswds/uswds');
const STYLES = join(SRC, 'ui/styles');
const ISLANDS = join(SRC, 'islands');
/** Whatever scripts may import, besides packages: a change here compiles anew. */
const SOURCES = [STYLES, ISLANDS, join(SRC, 'proof'), join(SRC, 'base')];
const FONTS = { 'public-sans-400.woff2': 'PublicSans-Regular.woff2', 'public-sans-700.woff2': 'PublicSans-Bold.woff2' };

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

const Manifest = z.array(z.object({ name: z.string(), file: z.string(), brotli: z.boolean(), gzip: z.boolean() }));
type Manifest = z.infer<typeof Manifest>;

const digest = (...parts: (string | Uint8Array)[]): string => {
  const h = createHash('sha256');
  for (const part of parts) h.update(part).update('\0');
  return h.digest('hex');
};

async function sourceFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The cache key: names and bytes of all sources, and the versions of what compiles them (package-lock.json). */
async function sourceKey(): Promise<string> {
  const files = (await Promise.all(SOURCES.map(sourceFiles))).flat();
  files.push(join(SRC, '../package-lock.json'), fileURLToPath(import.meta.url), join(SRC, 'ui/rosette.ts'));
  const parts = await Promise.all(
    files.map(async (file) => [file.slice(SRC.length), await readFile(file).catch(() => '')] as const),
  );
  return digest(...parts.flat()).slice(0, 20);
}

/** `uswds` ships every face of every family with each part; ours are in `_fonts.scss`, marked `asset:`. */
function ownFacesOnly(css: string): string {
  return css.replaceAll(/@font-face\s*\{[^}]*\}/g, (face) => (face.includes('asset:') ? face : ''));
}

async function compile(): Promise<Map<string, Uint8Array>> {
  const [sass, esbuild] = await Promise.all([import('sass'), import('esbuild')]);
  const out = new Map<string, Uint8Array>();
  for (const [name, file] of Object.entries(FONTS))
    out.set(name, await readFile(join(USWDS, 'dist/fonts/public-sans', file)));
  out.set('mark.svg', new TextEncoder().encode(markSvg()));

  const { css } = await sass.compileAsync(join(STYLES, 'app.scss'), {
    loadPaths: [join(USWDS, 'packages')],
    style: 'compressed',
    quietDeps: true,
    logger: sass.Logger.silent,
  });
  const linked = ownFacesOnly(css).replaceAll(/asset:([a-z0-9.-]+)/g, (_, name: string) => {
    const bytes = out.get(name);
    if (!bytes) throw new Error(`the style sheet names ${name}, which is no asset`);
    return `/assets/${hashedName(name, bytes)}`;
  });
  out.set('app.css', new TextEncoder().encode(linked));

  const scripts = (await sourceFiles(ISLANDS)).filter((file) => dirname(file) === ISLANDS && file.endsWith('.ts'));
  const built = await esbuild.build({
    entryPoints: scripts,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    write: false,
    outdir: 'islands',
    logLevel: 'silent',
  });
  for (const file of built.outputFiles) out.set(basename(file.path), file.contents);
  return out;
}

/** The site's mark as a favicon: drawn in the accent of day or night. */
function markSvg(): string {
  return rosette(SITE_MARK, 32)
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace('>', '><style>svg{color:#1a4480}@media(prefers-color-scheme:dark){svg{color:#adcdff}}</style>');
}

function hashedName(name: string, bytes: Uint8Array): string {
  const dot = name.lastIndexOf('.');
  return `${name.slice(0, dot)}.${digest(bytes).slice(0, 12)}${name.slice(dot)}`;
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

async function build(cacheDir: string, target: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  // Written aside and renamed: a process that dies here leaves no half-filled cache, two that race leave one whole.
  const temporary = await mkdtemp(join(cacheDir, 'part-'));
  const manifest: Manifest = [];
  for (const [name, bytes] of await compile()) {
    const file = hashedName(name, bytes);
    await writeFile(join(temporary, file), bytes);
    const packed = name.endsWith('.woff2')
      ? null
      : {
          br: await brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
          gz: await zip(bytes, { level: 9 }),
        };
    const worth = (data: Uint8Array | undefined) => data !== undefined && data.length < bytes.length;
    if (packed && worth(packed.br)) await writeFile(join(temporary, `${file}.br`), packed.br);
    if (packed && worth(packed.gz)) await writeFile(join(temporary, `${file}.gz`), packed.gz);
    manifest.push({ name, file, brotli: worth(packed?.br), gzip: worth(packed?.gz) });
  }
  await writeFile(join(temporary, 'manifest.json'), JSON.stringify(manifest));
  await rename(temporary, target).catch(async (error: unknown) => {
    await rm(temporary, { recursive: true, force: true });
    if ((await readManifest(target)) === null) throw error;
  });
}

async function readManifest(dir: string): Promise<Manifest | null> {
  const text = await readFile(join(dir, 'manifest.json'), 'utf8').catch(() => null);
  return text === null ? null : Manifest.parse(JSON.parse(text));
}

const bytesOf = async (path: string): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await readFile(path));

/**
 * Styles, scripts and fonts, compiled or from the cache. `cacheDir` is made if missing (`build/assets` in the project). Throws when a source does not
 * compile. A warm call takes some milliseconds, a cold one some seconds.
 */
export async function buildAssets({ cacheDir }: { cacheDir: string }): Promise<Assets> {
  const dir = join(cacheDir, await sourceKey());
  let manifest = await readManifest(dir);
  if (!manifest) {
    await build(cacheDir, dir);
    manifest = await readManifest(dir);
  }
  if (!manifest) throw new Error('the compiled assets could not be read back');
  const urls = new Map<string, string>();
  const files = new Map<string, Asset>();
  await Promise.all(
    manifest.map(async (item) => {
      const path = `/assets/${item.file}`;
      const [body, br, gz] = await Promise.all([
        bytesOf(join(dir, item.file)),
        item.brotli ? bytesOf(join(dir, `${item.file}.br`)) : undefined,
        item.gzip ? bytesOf(join(dir, `${item.file}.gz`)) : undefined,
      ]);
      const type = TYPES[item.name.slice(item.name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
      urls.set(item.name, path);
      files.set(path, { path, type, body, ...(br ? { brotli: br } : {}), ...(gz ? { gzip: gz } : {}) });
    }),
  );
  return {
    names: [...urls.keys()].sort(),
    url(name) {
      const path = urls.get(name);
      if (path === undefined) throw new Error(`no asset is called ${name}`);
      return path;
    },
    get: (path) => files.get(path),
  };
}
