/**
 * One look at a value that is looked at twice: the ledger checks a body before it is written, and the room's view reads the same
 * body a moment later. Saves the second look only; a value that was not checked just before is always looked at.
 */
import type { z } from 'zod';

/**
 * The same schema, whose `parse` takes over what `safeParse` found of the very same object, once. Every `safeParse` looks anew, so
 * an object that was changed and is checked again is never taken for what it was.
 */
export function once<S extends z.ZodType>(schema: S): S {
  // The one that was checked last is enough, and a map of them is dear to whoever collects garbage.
  let checked: { readonly value: object; readonly found: z.output<S> } | null = null;
  const parse = schema.parse.bind(schema);
  const safeParse = schema.safeParse.bind(schema);
  return Object.assign(schema, {
    parse(value: unknown): z.output<S> {
      if (checked === null || checked.value !== value) return parse(value);
      const { found } = checked;
      checked = null;
      return found;
    },
    safeParse(value: unknown) {
      const result = safeParse(value);
      const kept = result.success && typeof value === 'object' && value !== null;
      checked = kept ? { value, found: result.data } : null;
      return result;
    },
  });
}
