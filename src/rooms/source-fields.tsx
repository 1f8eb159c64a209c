/** Where something is known from, as three fields of a form that stand or fall together. Reads what was typed; writes nothing. */
import { z } from 'zod';
import { t } from '../base/language.ts';
import { type Errors, Field } from '../ui/form.tsx';
import { type Source, source } from './matters/entries.ts';

export const SOURCE_FIELDS = ['publisher', 'sourceTitle', 'sourceDate'] as const;

const NAMES: Readonly<Record<string, string>> = { publisher: 'publisher', title: 'sourceTitle', date: 'sourceDate' };

/** A source, or null where all three are empty; what is wrong by field. */
export function readSource(values: Readonly<Record<string, string>>): {
  readonly source: Source | null;
  readonly errors: Readonly<Record<string, string>>;
} {
  const typed = SOURCE_FIELDS.map((name) => (values[name] ?? '').trim());
  if (typed.every((one) => one === '')) return { source: null, errors: {} };
  const [publisher, title, date] = typed;
  const read = source.safeParse({ publisher, title, date });
  if (read.success) return { source: read.data, errors: {} };
  const errors: Record<string, string> = {};
  for (const { path } of read.error.issues) {
    errors[NAMES[String(path[0])] ?? 'publisher'] ??= t('orders.source.needs');
  }
  return { source: null, errors };
}

/** A whole year, or null where nothing is written. */
export const yearOrNone = z
  .string()
  .trim()
  .regex(/^(\d{4})?$/, { error: () => t('orders.year') })
  .transform((text) => (text === '' ? null : Number(text)));

export interface SourceFieldsProps {
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Errors;
  /** what is written is nothing without its source */
  readonly required?: boolean;
}

export function SourceFields({ values, errors, required = false }: SourceFieldsProps) {
  const text = (name: string, maxlength: number) => ({
    ...{ name, value: values[name] ?? '', errors },
    ...(required ? { required, maxlength } : {}),
  });
  return (
    <>
      <Field {...text('publisher', 200)} label={t('orders.source.publisher')} />
      <Field {...text('sourceTitle', 300)} label={t('orders.source.title')} />
      <Field
        name="sourceDate"
        type="date"
        label={t('orders.source.date')}
        required={required}
        value={values.sourceDate ?? ''}
        errors={errors}
        width="medium"
      />
    </>
  );
}
