/**
 * The tests in two kinds. Most files have a process of their own. Those of rooms and of what spans rooms are many, short, and load the whole
 * program each; they keep nothing in modules, so that they share what is loaded (CONTRIBUTING, "Running parts of the tests").
 */
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const shared = { testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks', maxWorkers: 2 } as const;
const together = ['rooms', 'record', 'web', 'post'].flatMap((name) => [
  `src/${name}/**/*.test.ts`,
  `src/${name}/**/*.test.tsx`,
]);
/** Start a browser, or change what others in the same process would see. */
const browsers = 'src/**/*.browser.test.ts';

export default defineConfig({
  test: {
    ...shared,
    globalSetup: ['test/support/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'apart',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'test/**/*.test.ts'],
          exclude: ['src/{rooms,record,web,post}/**/!(*.browser).test.{ts,tsx}'],
        },
      },
      {
        test: { ...shared, name: 'together', include: together, exclude: [browsers], isolate: false },
      },
    ],
  },
});
