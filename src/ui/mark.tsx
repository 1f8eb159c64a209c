/** A state as a word plus a mark plus, last, a colour. */
import type { Child } from 'hono/jsx';
import type { Word } from './words.ts';

/** `children` follow the word: a date, a link. */
export function Mark({ state, children }: { state: Word; children?: Child }) {
  return (
    <span class={`mark mark--${state.tone}`}>
      <span class="mark__sign" aria-hidden="true">
        {state.mark}&nbsp;
      </span>
      {state.word}
      {children ? <> {children}</> : null}
    </span>
  );
}

/** A small label such as "example" or "public"; a word, never a state. */
export function Tag({ children }: { children: Child }) {
  return <span class="tag">{children}</span>;
}
