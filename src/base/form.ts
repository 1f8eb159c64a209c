/** A form as it was sent, or a refusal where what was sent is none. Never looks at what stands in it. */

import { InvalidInput, Refusal } from './errors.ts';
import { t } from './language.ts';
import type { Ctx } from './route.ts';

/** Fields of a form; of several with one name the last counts. */
export type Form = Awaited<ReturnType<typeof bodyOf>>;

/**
 * @throws InvalidInput `unreadable-form` where the body cannot be read as a form: cut off, or of another kind
 * @throws TooLarge as the route's limit says
 */
export async function bodyOf(c: Ctx) {
  return await readable(() => c.req.parseBody());
}

/** The same with all values of a name that comes more than once. @throws as `bodyOf` */
export async function bodyWithAll(c: Ctx) {
  return await readable(() => c.req.parseBody({ all: true }));
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new InvalidInput('unreadable-form', {
      what: t('ui.refusal.form'),
      lost: t('ui.nothing-changed'),
      next: t('ui.refusal.form.next'),
    });
  }
}

/** What a form said, by the names of its fields; '' for what was not sent, or is a file. */
export type Texts = Readonly<Record<string, string>>;

export function textsOf(body: Form, names: readonly string[]): Texts {
  const read = (name: string) => (Object.hasOwn(body, name) ? body[name] : undefined);
  return Object.fromEntries(
    names.map((name) => {
      const value = read(name);
      return [name, typeof value === 'string' ? value : ''];
    }),
  );
}
