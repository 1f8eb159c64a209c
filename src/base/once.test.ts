import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { once } from './once.ts';

describe('one look at a body', () => {
  it('takes over what the check found, once, for the same object alone', () => {
    let looks = 0;
    const schema = once(
      z.strictObject({
        name: z.string().refine((text) => {
          looks++;
          return text !== '';
        }),
      }),
    );
    const body = { name: 'a' };
    expect(schema.safeParse(body).success).toBe(true);
    expect(schema.parse(body)).toEqual({ name: 'a' });
    expect(looks).toBe(1);
    expect(schema.parse(body)).toEqual({ name: 'a' });
    expect(schema.parse({ name: 'b' })).toEqual({ name: 'b' });
    expect(looks).toBe(3);
  });

  it('looks again at what was changed and checked again, and forgets what no longer fits', () => {
    const schema = once(z.strictObject({ name: z.string().min(1) }));
    const body = { name: 'a' };
    expect(schema.safeParse(body).success).toBe(true);
    body.name = '';
    expect(schema.safeParse(body).success).toBe(false);
    expect(() => schema.parse(body)).toThrow();
    expect(schema.safeParse(null).success).toBe(false);
  });
});
