/** From a form or an API call to checked values: one helper, so that every refusal names its fields in the same way. */
import { z } from 'zod';
import { InvalidInput, NotFound, Refusal } from '../base/errors.ts';
import { language, t, wordOf } from '../base/language.ts';

/** A message that is a sentence stands for itself; one that is not is said of the field. */
const sentence = (name: string, message: string) =>
  /^\p{Lu}/u.test(message)
    ? message
    : t('answers.shared.wrong.says', {
        name: `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll(/[_.-]/g, ' ')}`,
        wrong: message,
      });

/** What the library says of input where a schema has no words of its own, in the language of the reader. */
const OTHERS: Readonly<Record<string, z.core.$ZodErrorMap>> = { es: z.locales.es().localeError };
function own(): { readonly error: z.core.$ZodErrorMap } | undefined {
  const error = OTHERS[language()];
  return error && { error };
}

/**
 * @param names what people call a field, where its name is not a word of the page
 * @throws InvalidInput `input-refused` with one message a field
 */
export function checked<T extends z.ZodType>(
  schema: T,
  value: unknown,
  names: Readonly<Record<string, string>> = {},
): z.output<T> {
  const parsed = schema.safeParse(value, own());
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const name = issue.path.join('.');
    const called = Object.hasOwn(names, name) ? names[name] : undefined;
    fields[name] ??= sentence(called ?? wordOf(`answers.shared.field.${name}`, name), issue.message);
  }
  throw new InvalidInput(
    'input-refused',
    {
      what: Object.values(fields)[0] ?? t('answers.shared.refused'),
      lost: t('answers.shared.refused.lost'),
    },
    fields,
  );
}

/** An empty field is nothing. */
export const orNone = <T extends z.ZodType>(schema: T) =>
  z.union([
    z
      .string()
      .trim()
      .length(0)
      .transform(() => null),
    schema,
  ]);

/** What a form shows of a refusal: a message a field, or one above them all. @throws what is no refusal, or no business of a form */
export function errorsOf(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Refusal) || error instanceof NotFound) throw error;
  if (Object.keys(error.fields).length > 0) return error.fields;
  return { '': [error.advice.what, error.advice.next ?? ''].join(' ').trim() };
}
