/** Messages with elements inside: `<a>` in the message becomes what the page makes of those words, `{at}` a `<Time>`. */
import type { Child } from 'hono/jsx';
import { type MessageId, parts, type TaggedId } from '../base/language.ts';
import type { Plain, Tagged } from '../messages/ids.ts';

type Values = {
  readonly text: Child;
  readonly number: number;
  readonly choice: string;
  readonly tag: (words: Child) => Child;
};
type Both = Plain & Tagged;

/**
 * The message with elements in its gaps and tags: `rich('ui.footer', { a: (words) => <a href="/verify">{words}</a> })` for
 * "… anyone can <a>verify a receipt</a> …".
 */
export function rich<K extends MessageId | TaggedId>(
  id: K,
  values: { readonly [A in keyof Both[K]]: Both[K][A] extends keyof Values ? Values[Both[K][A]] : never },
): Child {
  return parts<Child>(id, { ...values });
}
