/**
 * STAND-IN until src/ui lands: the few page and form parts that sign-in and entrance use, under the same names and props. To swap,
 * replace this file's body by re-exports of ./page.tsx, ./context.ts (redirectWith), ./form.tsx, ./notice.tsx, ./heading.tsx, ./time.tsx.
 */
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Ctx } from '../base/route.ts';

export interface PageOptions {
  readonly title: string;
  readonly area: 'public' | 'staff' | 'recipient';
  readonly islands?: readonly string[];
  readonly status?: ContentfulStatusCode;
}

export function page(c: Ctx, options: PageOptions, body: Child): Response | Promise<Response> {
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{options.title} · Counterfoil</title>
        {(options.islands ?? []).map((name) => (
          <script type="module" src={`/assets/${name}.js`} />
        ))}
      </head>
      <body>
        <main id="main">{body}</main>
      </body>
    </html>
  );
  return c.html(html`<!doctype html>${document}`, options.status ?? 200);
}

export function redirectWith(c: Ctx, to: string, _notice?: string): Response {
  return c.redirect(to, 303);
}

export function Heading({ title, lead }: { title: Child; lead?: Child }) {
  return (
    <div class="heading">
      <h1>{title}</h1>
      {lead ? <p class="lead">{lead}</p> : null}
    </div>
  );
}

export function Notice({
  tone,
  title,
  children,
}: {
  tone?: 'plain' | 'good' | 'bad';
  title?: string;
  children?: Child;
}) {
  return (
    <div class={`notice notice--${tone ?? 'plain'}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {title ? <p class="notice__title">{title}</p> : null}
      {children}
    </div>
  );
}

export type Errors = Readonly<Record<string, string>>;

export function Form(props: {
  action: string;
  errors?: Errors;
  hidden?: Readonly<Record<string, string>>;
  label?: string;
  id?: string;
  children?: Child;
}) {
  const list = Object.entries(props.errors ?? {});
  return (
    <form class="form" id={props.id} method="post" action={props.action} aria-label={props.label} novalidate>
      {list.length === 0 ? null : (
        <div class="notice notice--bad" role="alert" tabindex={-1}>
          <h2 class="notice__title">Put this right</h2>
          <ul>
            {list.map(([name, message]) => (
              <li>{name === '' ? message : <a href={`#f-${name}`}>{message}</a>}</li>
            ))}
          </ul>
        </div>
      )}
      {Object.entries(props.hidden ?? {}).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {props.children}
    </form>
  );
}

interface FieldProps {
  name: string;
  label: Child;
  hint?: Child;
  errors?: Errors;
  required?: boolean;
  value?: string;
}

function Frame(props: FieldProps & { children?: Child }) {
  const error = props.errors?.[props.name];
  return (
    <div class="usa-form-group">
      <label class="usa-label" for={`f-${props.name}`}>
        {props.label}
        {props.required ? null : <span class="usa-hint"> (optional)</span>}
      </label>
      {props.hint ? <div class="usa-hint">{props.hint}</div> : null}
      {error ? <p class="usa-error-message">{error}</p> : null}
      {props.children}
    </div>
  );
}

export function Field(
  props: FieldProps & {
    type?: 'text' | 'email';
    autocomplete?: string;
    inputmode?: 'text' | 'numeric' | 'email';
    maxlength?: number;
    width?: 'short' | 'medium' | 'long';
  },
) {
  return (
    <Frame {...props}>
      <input
        class="usa-input"
        id={`f-${props.name}`}
        name={props.name}
        type={props.type ?? 'text'}
        value={props.value ?? ''}
        autocomplete={props.autocomplete}
        inputmode={props.inputmode}
        maxlength={props.maxlength}
        required={props.required === true}
      />
    </Frame>
  );
}

export function Select(props: FieldProps & { choices: readonly { value: string; label: Child }[]; none?: string }) {
  return (
    <Frame {...props}>
      <select class="usa-select" id={`f-${props.name}`} name={props.name} required={props.required === true}>
        {props.none === undefined ? null : <option value="">{props.none}</option>}
        {props.choices.map((choice) => (
          <option value={choice.value} selected={choice.value === props.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export function Submit(props: { text: string; danger?: boolean; cancel?: { text: string; href: string } }) {
  return (
    <div class="submit">
      <button class={props.danger ? 'usa-button usa-button--secondary' : 'usa-button'} type="submit">
        {props.text}
      </button>
      {props.cancel ? <a href={props.cancel.href}>{props.cancel.text}</a> : null}
    </div>
  );
}

/** The reader's time zone; the real one reads a cookie. */
export function zoneOf(_c: Ctx): string {
  return 'America/New_York';
}

export function Time({ at, zone }: { at: Date; zone: string }) {
  return (
    <time datetime={at.toISOString()}>
      {at.toLocaleString('en-US', { timeZone: zone, dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  );
}
