/** `counterfoil/proof` outside of this project: installed like any package, in plain Node, with its types, bundled. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { nodes, type ProofPackage, proofPackage } from './support/proof-package.ts';

const ROOT = join(import.meta.dirname, '..');
const FIXTURES = join(ROOT, 'test/fixtures');
let it: ProofPackage;
beforeAll(() => {
  it = proofPackage();
}, 60_000);
afterAll(() => it?.close());

const about = z.object({
  exports: z.record(z.string(), z.object({ types: z.string(), default: z.string() })),
  dependencies: z.never().optional(),
});

/** Runs JavaScript of the project that installed it, without any loader. */
function run(node: string, script: string): unknown {
  writeFileSync(join(it.project, 'mine.js'), script);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(node, ['mine.js'], { cwd: it.project, env, encoding: 'utf8' });
  expect(stderr.replace(/^.*ExperimentalWarning.*\n.*--trace-warnings.*\n/m, '')).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

const EVERY_FIXTURE = `
  import { readFileSync } from 'node:fs';
  import { createHash } from 'node:crypto';
  import { verifyReceipt } from 'counterfoil/proof';
  import { readReceiptFile } from 'counterfoil/proof/pdf';
  const read = (name) => readFileSync(${JSON.stringify(FIXTURES)} + '/' + name);
  const wrong = [];
  const cases = JSON.parse(read('cases.json'));
  for (const { file, policy, documents, expect } of cases) {
    const given = documents.map((name) => ({
      name, sha256: createHash('sha256').update(read(name)).digest('hex'), bytes: read(name).length,
    }));
    const input = { receipt: read(file), policy: read(policy).toString(), documents: given, read: readReceiptFile };
    const verdict = await verifyReceipt(input);
    const found = verdict.ok ? 'ok' : verdict.failure;
    if (found !== expect) wrong.push([file, expect, found]);
  }
  console.log(JSON.stringify({ cases: cases.length, wrong }));`;

test('verifies every fixture in plain Node, in every version from 20 on that is found', () => {
  const found = nodes();
  console.log(`plain Node: ${[...found.keys()].join(', ')}`);
  for (const [version, node] of found) {
    const { cases, wrong } = z
      .object({ cases: z.number(), wrong: z.array(z.unknown()) })
      .parse(run(node, EVERY_FIXTURE));
    expect([version, wrong]).toEqual([version, []]);
    expect(cases).toBeGreaterThan(100);
  }
}, 60_000);

test('offers every part by name, from one copy, and nothing else', () => {
  const { exports } = about.parse(JSON.parse(readFileSync(join(it.installed, 'package.json'), 'utf8')));
  const names = Object.keys(exports).map((path) => path.replace('./', 'counterfoil/'));
  expect(names.length).toBeGreaterThan(8);
  const script = `const all = await Promise.all(${JSON.stringify(names)}.map((name) => import(name)));
    const { ProofFailure, utf8 } = all[0];
    const { decodeBundle } = all[${names.indexOf('counterfoil/proof/bundle')}];
    let same = false;
    try { decodeBundle(new Uint8Array(3)); } catch (error) { same = error instanceof ProofFailure; }
    let inner = 'found';
    try { await import('counterfoil/proof/verify.js'); } catch (error) { inner = error.code; }
    console.log(JSON.stringify({ same, inner, empty: all.filter((one) => Object.keys(one).length === 0).length }));`;
  expect(run(process.execPath, script)).toEqual({ same: true, inner: 'ERR_PACKAGE_PATH_NOT_EXPORTED', empty: 0 });
  // Each of them stands in the page for those who write verifiers.
  const page = readFileSync(join(ROOT, 'docs/format/README.md'), 'utf8');
  for (const { types, default: file } of Object.values(exports)) {
    expect(readFileSync(join(it.installed, types), 'utf8').length).toBeGreaterThan(100);
    expect(page).toContain(`\`${file.replace('./proof/', '').replace('.js', '.ts')}\``);
  }
  const files = readdirSync(it.installed, { recursive: true }).map(String);
  expect(files.filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
});

test('has types that stand by themselves', () => {
  const mine = `import { type Verdict, Verifier, verifyReceipt } from 'counterfoil/proof';
    import { readReceiptFile } from 'counterfoil/proof/pdf';
    export const check = (receipt: Uint8Array): Promise<Verdict> => verifyReceipt({ receipt, policy: '', read: readReceiptFile });
    // @ts-expect-error a policy is text
    new Verifier(17);`;
  writeFileSync(join(it.project, 'mine.ts'), mine);
  const options = {
    strict: true,
    noEmit: true,
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2023', 'DOM'],
    types: [],
  };
  writeFileSync(join(it.project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['mine.ts'] }));
  const tsc = join(ROOT, 'node_modules/typescript7/bin/tsc');
  const done = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: it.project, encoding: 'utf8' });
  expect(done.stdout + done.stderr).toBe('');
}, 60_000);

test('is under 20,000 bytes once somebody bundles and minifies it', async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from 'counterfoil/proof';`, resolveDir: it.project },
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', logLevel: 'silent' },
  });
  console.log(`counterfoil/proof minified: ${outputFiles[0]?.contents.length} bytes`);
  expect(outputFiles[0]?.contents.length).toBeLessThan(20_000);
});
