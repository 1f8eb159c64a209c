/**
 * In which order test files are run: those that are known to take longest first, so that the workers end together, and those that share
 * what they loaded one after another, at the end. Where nothing is known Vitest's own order holds.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Some of the longest, as they were measured; the others are short enough to come at any time. */
const LONGEST = [
  'test/e2e/pages.test.ts',
  'test/start.test.ts',
  'test/portable.test.ts',
  'test/e2e/tour.test.ts',
  'src/ledger/cut.test.ts',
  'test/broken-start.test.ts',
  'test/leaks.test.ts',
  'test/guard.test.ts',
  'test/hammer.test.ts',
  'test/answering.browser.test.ts',
  'test/audit.test.ts',
  'test/withheld.test.ts',
  'test/fresh.test.ts',
  'test/e2e/desk.test.ts',
  'test/interop.test.ts',
  'test/handover-crashes.test.ts',
  'src/audit/audit.test.ts',
  'test/directory.test.ts',
  'test/clock-back.test.ts',
  'test/witness.test.ts',
  'src/ledger/faults.test.ts',
  'src/portable/portable.test.ts',
  'test/e2e/record.test.ts',
  'test/e2e/look.test.ts',
  'src/adapters/postgres/embedded.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const at = LONGEST.indexOf(relative(this.ctx.config.root, moduleId).replaceAll('\\', '/'));
      return project.config.isolate ? (at === -1 ? LONGEST.length : at) : LONGEST.length + 1;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
