/**
 * `npm run proof [FOLDER]`: makes the package that others install to verify receipts in programs of their own, `import 'counterfoil/proof'`
 * (docs/proof.md). JavaScript and types of `src/proof`, one file each, for Node from 20 on and for browsers as they are. Plain JavaScript; asks
 * nothing and publishes nothing.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src', 'proof');
const to = resolve(process.argv[2] ?? join(root, 'build', 'package'));

/** Parts of one package, so that whoever imports two of them has one copy of what they share. The first is the public module. */
const modules = readdirSync(source)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -'.ts'.length));
/** What may be imported; the rest is theirs to use. Each has a line in docs/format/README.md. */
const PUBLIC = ['index', 'bundle', 'grow', 'handover', 'node-crypto', 'pdf', 'prove', 'witness', 'write'];

mkdirSync(dirname(to), { recursive: true });
const made = mkdtempSync(`${to}.`);
try {
  const config = join(made, 'tsconfig.json');
  const options = {
    ...{
      target: 'ES2022',
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      lib: ['ES2023', 'ES2024.String', 'DOM', 'DOM.Iterable'],
    },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules', '@types')], strict: true, skipLibCheck: true },
    ...{ rewriteRelativeImportExtensions: true, verbatimModuleSyntax: true, declaration: true, noEmitOnError: true },
    ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
    ...{ rootDir: source, outDir: join(made, 'proof') },
  };
  writeFileSync(
    config,
    JSON.stringify({ compilerOptions: options, files: modules.map((name) => join(source, `${name}.ts`)) }),
  );
  const tsc = join(root, 'node_modules', 'typescript7', 'bin', 'tsc');
  const done = spawnSync(process.execPath, [tsc, '-p', config], { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`The package was not made.\n${done.stdout}${done.stderr}`);
  rmSync(config);
  const { version, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const path = (name) => (name === 'index' ? './proof' : `./proof/${name}`);
  const about = {
    name: 'counterfoil',
    version,
    description: 'Verifies receipts of official requests offline: no network, no dependency, in Node and in browsers.',
    license,
    type: 'module',
    engines,
    sideEffects: false,
    exports: Object.fromEntries(
      PUBLIC.map((name) => [path(name), { types: `./proof/${name}.d.ts`, default: `./proof/${name}.js` }]),
    ),
  };
  writeFileSync(join(made, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
  copyFileSync(join(root, 'docs', 'proof.md'), join(made, 'README.md'));
  copyFileSync(join(root, 'LICENSE'), join(made, 'LICENSE'));
  chmodSync(made, 0o755);
  rmSync(to, { recursive: true, force: true });
  renameSync(made, to);
  process.stdout.write(
    `✓ ${relative(process.cwd(), to) || to}: ${modules.length} modules. “npm pack” there makes one file of it.\n`,
  );
} catch (error) {
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exitCode = 1;
} finally {
  rmSync(made, { recursive: true, force: true });
}
