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
/** Start a browser, or measure processor time, waiting or memory of their process. */
const alone = [
  'src/**/*.browser.test.ts',
  'src/post/in/read.test.ts',
  'src/record/verify-upload.test.ts',
  'src/post/worker.test.ts',
  'src/rooms/requests/recipients.test.ts',
];

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
          include: [
            'src/!(rooms|record|web|post)/**/*.test.ts',
            'src/!(rooms|record|web|post)/**/*.test.tsx',
            'src/*.test.ts',
            'test/**/*.test.ts',
            ...alone,
          ],
        },
      },
      {
        test: { ...shared, name: 'together', include: together, exclude: alone, isolate: false },
      },
    ],
  },
});
