/** `npm run bench -- NAME…`: runs the named benchmarks one after another; without a name, says which there are. */
import type { BenchLine } from './lib.ts';

const BENCHES: Readonly<Record<string, () => Promise<{ run(): Promise<readonly BenchLine[]> }>>> = {
  append: () => import('./append.ts'),
  serve: () => import('./serve.ts'),
  processes: () => import('./processes.ts'),
  pages: () => import('./pages.ts'),
  verify: () => import('./verify.ts'),
  log: () => import('./log.ts'),
  clock: () => import('./clock.ts'),
  record: () => import('./record.ts'),
};

const names = process.argv.slice(2);
if (names.length === 0) process.stdout.write(`Say which: ${Object.keys(BENCHES).join(', ')}, or all.\n`);
for (const name of names.includes('all') ? Object.keys(BENCHES) : names) {
  const load = BENCHES[name];
  if (!load) {
    process.stderr.write(`There is no benchmark called ${name}. There are: ${Object.keys(BENCHES).join(', ')}.\n`);
    process.exitCode = 1;
    break;
  }
  await (await load()).run();
}
