/**
 * `npm test`: everything there is to check, in order, with counts that add up. Types, style and direction count as one check each;
 * the rest is what Vitest counts. The last line is always `N passed, N failed`. It hides nothing: what was not run is named.
 * With arguments (`npm test -- src/proof`) it runs those tests alone.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { bundle } from '../bin/bundle.mjs';
import { ensureBrowser } from './support/browser-program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const fixture = join(root, 'test', 'fixtures', 'direction');

let passed = 0;
let failed = 0;

function said(name: string, good: boolean, ms: number, detail: string): void {
  if (good) passed += 1;
  else failed += 1;
  console.log(`${good ? 'ok    ' : 'FAILED'} ${name} (${(ms / 1000).toFixed(1)} s)`);
  if (!good && detail.trim() !== '') console.log(detail.trim());
}

interface Ran {
  readonly code: number;
  readonly output: string;
  readonly ms: number;
}

function run(
  program: string,
  args: readonly string[],
  cwd = root,
  show = false,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ran> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd,
    env,
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => {
    const end = (code: number): void => resolve({ code, output, ms: performance.now() - started });
    child.once('error', (error) => {
      output += error.message;
      end(1);
    });
    child.once('close', (code) => end(code ?? 1));
  });
}

const cruise = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
  modules: z.array(z.object({ source: z.string() })),
});

/** The rules that were broken, and how many files of ours were read; null when the checker itself failed. */
async function direction(
  cwd: string,
): Promise<{ ran: Ran; modules: number; broken: string[]; lines: string[] } | { ran: Ran }> {
  const args = ['src', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'];
  const ran = await run('dependency-cruiser/bin/dependency-cruiser.mjs', args, cwd);
  let json: unknown;
  try {
    json = JSON.parse(ran.output);
  } catch {
    return { ran };
  }
  const read = cruise.parse(json);
  return {
    ran,
    modules: read.modules.filter((m) => m.source.startsWith('src/')).length,
    broken: [...new Set(read.summary.violations.map((v) => v.rule.name))].sort(),
    lines: read.summary.violations.map((v) => `${v.rule.name}: ${v.from} → ${v.to}`),
  };
}

const rulesFile = z.object({ default: z.object({ forbidden: z.array(z.object({ name: z.string() })) }) });

async function checks(): Promise<void> {
  const rules = rulesFile
    .parse(await import(join(root, '.dependency-cruiser.cjs')))
    .default.forbidden.map((rule) => rule.name);
  const types = run('typescript7/bin/tsc', ['--noEmit', '-p', '.']); // the longest: it runs beside the others
  const style = await run('@biomejs/biome/bin/biome', ['check', '--diagnostic-level=warn', '.']);
  const ours = await direction(root);
  const theirs = await direction(fixture);
  const typed = await types;
  said('types', typed.code === 0, typed.ms, typed.output);
  said('style', style.code === 0, style.ms, style.output);
  if ('broken' in ours) {
    said(
      `direction (${ours.modules} files)`,
      ours.broken.length === 0 && ours.modules > 20,
      ours.ran.ms,
      ours.lines.join('\n'),
    );
  } else {
    said('direction', false, ours.ran.ms, ours.ran.output);
  }
  const missed = 'broken' in theirs ? rules.filter((name) => !theirs.broken.includes(name)) : rules;
  said(
    'direction, on a house that breaks every rule',
    missed.length === 0,
    theirs.ran.ms,
    `no word from: ${missed.join(', ')}`,
  );
}

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          meta: z.object({ why: z.string().optional() }).optional(),
        }),
      ),
    }),
  ),
});

async function vitest(filters: readonly string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-report-'));
  const file = join(dir, 'report.json');
  try {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...filters];
    const all = filters.length === 0 ? { ...process.env, COUNTERFOIL_TEST_ALL: '1' } : process.env;
    const ran = await run('vitest/vitest.mjs', args, root, true, all);
    if (!existsSync(file)) return said('tests', false, ran.ms, 'Vitest ended without a report.');
    const { testResults } = report.parse(JSON.parse(readFileSync(file, 'utf8')));
    const before = failed;
    const left: string[] = [];
    for (const result of testResults) {
      // A file that cannot be loaded has no tests to count; it is one failure.
      if (result.status === 'failed' && !result.assertionResults.some((t) => t.status === 'failed')) failed += 1;
      for (const test of result.assertionResults) {
        if (test.status === 'passed') passed += 1;
        else if (test.status === 'failed') failed += 1;
        else left.push(test.meta?.why === undefined ? test.fullName : `${test.fullName} (${test.meta.why})`);
      }
    }
    // An error outside of any test.
    if (ran.code !== 0 && failed === before) failed += 1;
    for (const name of left) console.log(`not run: ${name}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const filters = process.argv.slice(2);
if (filters.length === 0) {
  // What tests start again and again is made once, beside the checks.
  await Promise.all([bundle(), checks()]);
  // Here and not in a test, so that one process alone installs it; the tests that need it fail with the same line if it is missing.
  await ensureBrowser(console.log).catch((error: unknown) =>
    console.log(error instanceof Error ? error.message : String(error)),
  );
}
await vitest(filters);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
