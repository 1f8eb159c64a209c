/** A test that cannot run on this machine says why, and is counted as not run, never as passed: `npm test` lists both at its end. */
import type { TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** why it was not run */
    why?: string;
  }
}

export function skipBecause(context: TestContext, why: string): never {
  context.task.meta.why = why;
  return context.skip(why);
}
