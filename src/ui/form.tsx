/**
 * Form parts: plain POST forms, errors beside their field and in a summary on top that links to them, values kept. Field names double as
 * ids (`f-<name>`), so one name stands once on a page. Nothing here decides whether a value is right.
 */

import type { Child } from 'hono/jsx';
import { t } from '../base/language.ts';

/** Messages by field name, as `Refusal.fields` carries them. */
export type Errors = Readonly<Record<string, string>>;

export const fieldId = (name: string): string => `f-${name.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`;

export interface FieldProps {
  readonly name: string;
  readonly label: Child;
  readonly hint?: Child;
  readonly errors?: Errors;
  /** marks the label "(optional)" unless true: most fields are needed, so the exceptions are marked */
  readonly required?: boolean;
  readonly value?: string;
  readonly id?: string;
}

/** Hint and error of a field, under the ids by which its control names them. */
function Beneath({ id, hint, error }: { id: string; hint: Child; error: string | undefined }) {
  return (
    <>
      {hint ? (
        <div class="usa-hint" id={`${id}-hint`}>
          {hint}
        </div>
      ) : null}
      {error ? (
        <p class="usa-error-message" id={`${id}-error`}>
          <span class="usa-sr-only">{t('ui.form.error')} </span>
          {error}
        </p>
      ) : null}
    </>
  );
}

const describedBy = (id: string, hint: Child, error: string | undefined): string =>
  [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');

/** The frame of every field: label, hint, error, control. `control` gets the attributes that tie it to them. */
function Frame(props: FieldProps & { control: (tie: Tie) => Child }) {
  const id = props.id ?? fieldId(props.name);
  const error = props.errors?.[props.name];
  const described = describedBy(id, props.hint, error);
  const tie: Tie = {
    id,
    name: props.name,
    ...(described ? { 'aria-describedby': described } : {}),
    ...(error ? { 'aria-invalid': 'true' as const } : {}),
    ...(props.required ? { required: true } : {}),
  };
  return (
    <div class={error ? 'usa-form-group usa-form-group--error' : 'usa-form-group'}>
      <label class={error ? 'usa-label usa-label--error' : 'usa-label'} for={id}>
        {props.label}
        {props.required ? null : <span class="usa-hint"> {t('ui.form.optional')}</span>}
      </label>
      <Beneath id={id} hint={props.hint} error={error} />
      {props.control(tie)}
    </div>
  );
}

interface Tie {
  readonly id: string;
  readonly name: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: 'true';
  readonly required?: boolean;
}

export interface InputProps extends FieldProps {
  readonly type?: 'text' | 'email' | 'date' | 'datetime-local' | 'number' | 'search' | 'url' | 'tel' | 'time';
  readonly autocomplete?: string;
  readonly inputmode?: 'text' | 'numeric' | 'email' | 'search' | 'url' | 'tel' | 'decimal';
  readonly pattern?: string;
  readonly maxlength?: number;
  readonly width?: 'short' | 'medium' | 'long';
}

export function Field(props: InputProps) {
  return (
    <Frame
      {...props}
      control={(tie) => (
        <input
          {...tie}
          class={`usa-input usa-input--${props.width ?? 'long'}${tie['aria-invalid'] ? ' usa-input--error' : ''}`}
          type={props.type ?? 'text'}
          value={props.value ?? ''}
          autocomplete={props.autocomplete}
          inputmode={props.inputmode}
          pattern={props.pattern}
          maxlength={props.maxlength}
        />
      )}
    />
  );
}

export function TextArea(props: FieldProps & { readonly rows?: number; readonly maxlength?: number }) {
  return (
    <Frame
      {...props}
      control={(tie) => (
        <textarea
          {...tie}
          class={`usa-textarea${tie['aria-invalid'] ? ' usa-input--error' : ''}`}
          rows={props.rows ?? 4}
          maxlength={props.maxlength}
        >
          {props.value ?? ''}
        </textarea>
      )}
    />
  );
}

export interface Choice {
  readonly value: string;
  readonly label: Child;
  readonly hint?: Child;
}

export function Select(props: FieldProps & { readonly choices: readonly Choice[]; readonly none?: string }) {
  return (
    <Frame
      {...props}
      control={(tie) => (
        <select {...tie} class={`usa-input select${tie['aria-invalid'] ? ' usa-input--error' : ''}`}>
          {props.none === undefined ? null : <option value="">{props.none}</option>}
          {props.choices.map((choice) => (
            <option value={choice.value} selected={choice.value === props.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    />
  );
}

/** `accept` as in HTML. The form needs `multipart`. */
export function FileField(props: FieldProps & { readonly accept?: string; readonly multiple?: boolean }) {
  return (
    <Frame
      {...props}
      control={(tie) => (
        <input
          {...tie}
          class="usa-input file-input"
          type="file"
          accept={props.accept}
          multiple={props.multiple === true}
        />
      )}
    />
  );
}

export interface ChoicesProps extends Omit<FieldProps, 'value'> {
  readonly choices: readonly Choice[];
  /** side by side where there is room */
  readonly inline?: boolean;
}

function ChoiceSet(
  props: ChoicesProps & { readonly type: 'radio' | 'checkbox'; readonly isOn: (value: string) => boolean },
) {
  const id = props.id ?? fieldId(props.name);
  const error = props.errors?.[props.name];
  const described = describedBy(id, props.hint, error);
  return (
    <fieldset
      class={error ? 'usa-fieldset usa-form-group usa-form-group--error' : 'usa-fieldset usa-form-group'}
      aria-describedby={described || undefined}
    >
      <legend class="usa-legend">
        {props.label}
        {props.required ? null : <span class="usa-hint"> {t('ui.form.optional')}</span>}
      </legend>
      <Beneath id={id} hint={props.hint} error={error} />
      <div class={props.inline ? 'choices choices--inline' : 'choices'}>
        {props.choices.map((choice, i) => {
          // The summary links to the first choice, so it carries the field's own id.
          const own = i === 0 ? id : `${id}-${i}`;
          return (
            <div class="choice">
              <input
                class="choice__input"
                type={props.type}
                id={own}
                name={props.name}
                value={choice.value}
                checked={props.isOn(choice.value)}
                required={props.type === 'radio' && props.required === true}
                aria-describedby={choice.hint ? `${own}-about` : undefined}
              />
              <label class="choice__label" for={own}>
                {choice.label}
              </label>
              {choice.hint ? (
                <span class="choice__hint" id={`${own}-about`}>
                  {choice.hint}
                </span>
              ) : null}
            </div>
          );
        })}
      </div>
    </fieldset>
  );
}

export function Radios(props: ChoicesProps & { readonly value?: string }) {
  return <ChoiceSet {...props} type="radio" isOn={(value) => value === props.value} />;
}

export function Checkboxes(props: ChoicesProps & { readonly values?: readonly string[] }) {
  return <ChoiceSet {...props} type="checkbox" isOn={(value) => props.values?.includes(value) === true} />;
}

/** One box to tick, with its sentence beside it. Sends `on` when ticked. */
export function Checkbox(props: {
  readonly name: string;
  readonly label: Child;
  readonly checked?: boolean;
  readonly errors?: Errors;
  readonly hint?: Child;
  readonly required?: boolean;
}) {
  const id = fieldId(props.name);
  const error = props.errors?.[props.name];
  const described = describedBy(id, props.hint, error);
  return (
    <div class={error ? 'usa-form-group usa-form-group--error' : 'usa-form-group'}>
      {error ? (
        <p class="usa-error-message" id={`${id}-error`}>
          <span class="usa-sr-only">{t('ui.form.error')} </span>
          {error}
        </p>
      ) : null}
      <div class="choice">
        <input
          class="choice__input"
          type="checkbox"
          id={id}
          name={props.name}
          checked={props.checked === true}
          required={props.required === true}
          aria-describedby={described || undefined}
        />
        <label class="choice__label" for={id}>
          {props.label}
        </label>
        {props.hint ? (
          <span class="choice__hint" id={`${id}-hint`}>
            {props.hint}
          </span>
        ) : null}
      </div>
    </div>
  );
}

/**
 * The box on top of a form that was not taken: every error, each a link to its field. `what` says that nothing is lost. Empty without errors.
 * Errors under the name '' belong to no field.
 */
export function ErrorSummary({ errors, what }: { readonly errors?: Errors; readonly what?: Child }) {
  const list = Object.entries(errors ?? {});
  if (list.length === 0) return null;
  return (
    <div class="notice notice--bad" role="alert" aria-labelledby="error-summary" tabindex={-1}>
      <h2 class="notice__title" id="error-summary">
        {t('ui.form.wrong', { n: list.length })}
      </h2>
      <p>{what ?? t('ui.form.kept')}</p>
      <ul>
        {list.map(([name, message]) => (
          <li>{name === '' ? message : <a href={`#${fieldId(name)}`}>{message}</a>}</li>
        ))}
      </ul>
    </div>
  );
}

export interface FormProps {
  readonly action: string;
  readonly method?: 'post' | 'get';
  readonly multipart?: boolean;
  readonly errors?: Errors;
  /** what is said above the errors, where nothing of what was typed is kept or could be sent */
  readonly what?: Child;
  /** hidden fields: idempotency key, version of the draft */
  readonly hidden?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly label?: string;
  readonly children?: Child;
}

/** A form without browser validation bubbles (`novalidate`): the server's words are the same for everybody. */
export function Form(props: FormProps) {
  return (
    <form
      class="form"
      id={props.id}
      method={props.method ?? 'post'}
      action={props.action}
      enctype={props.multipart ? 'multipart/form-data' : undefined}
      aria-label={props.label}
      novalidate
    >
      <ErrorSummary errors={props.errors ?? {}} what={props.what} />
      {Object.entries(props.hidden ?? {}).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {props.children}
    </form>
  );
}

/** The last row of a form: one main button, perhaps a second one (with its own name and value), perhaps a way out. */
export function Submit(props: {
  readonly text: string;
  readonly name?: string;
  readonly value?: string;
  readonly danger?: boolean;
  readonly second?: { readonly text: string; readonly name: string; readonly value: string };
  readonly cancel?: { readonly text: string; readonly href: string };
}) {
  return (
    <div class="submit">
      <button
        class={props.danger ? 'usa-button usa-button--secondary' : 'usa-button'}
        type="submit"
        name={props.name}
        value={props.value}
      >
        {props.text}
      </button>
      {props.second ? (
        <button
          class="usa-button usa-button--outline"
          type="submit"
          name={props.second.name}
          value={props.second.value}
        >
          {props.second.text}
        </button>
      ) : null}
      {props.cancel ? <a href={props.cancel.href}>{props.cancel.text}</a> : null}
    </div>
  );
}
