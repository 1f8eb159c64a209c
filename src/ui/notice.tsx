/** A box with one message: what happened, what is safe, what to do. `bad` interrupts a screen reader, the others do not. */
import type { Child } from 'hono/jsx';

export interface NoticeProps {
  readonly tone?: 'plain' | 'good' | 'bad';
  readonly title?: string;
  readonly children?: Child;
}

export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div class={`notice notice--${tone ?? 'plain'}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {title ? <p class="notice__title">{title}</p> : null}
      {children}
    </div>
  );
}
