/** What a form of a meeting's pages said, and the token that it came under. */
import { bodyOf, type Texts, textsOf } from '../../base/form.ts';
import { UUID, uuidv7 } from '../../base/ids.ts';
import type { Ctx } from '../../base/route.ts';
import type { Errors } from '../../ui/form.tsx';

/** A form that was refused: what it said, and why. */
export interface Sent {
  readonly form: 'call' | 'invite' | 'state' | null;
  readonly values: Texts;
  readonly errors: Errors;
  readonly once: string;
}
export const NOTHING: Sent = { form: null, values: {}, errors: {}, once: '' };
export const statusOfPage = (sent: Sent) => (Object.keys(sent.errors).length > 0 ? 422 : 200);

export async function tokenOf(c: Ctx, names: readonly string[]) {
  const body = await bodyOf(c);
  const { once: sent = '' } = textsOf(body, ['once']);
  const { clock, random } = c.get('services');
  return { values: textsOf(body, names), once: UUID.test(sent) ? sent : uuidv7(clock.now(), random) };
}
