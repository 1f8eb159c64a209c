/** What most entries of a busy log look like, and callers that append them. */
import type { NewEntry } from '../src/base/append.ts';
import { instant } from '../src/base/clock.ts';
import { uuidv7 } from '../src/base/ids.ts';
import { random } from './ledger.ts';

export const newId = () => uuidv7(Date.now(), random);

/** An answered item. */
export function itemAnswered(): NewEntry {
  return {
    kind: 'item.answered',
    id: newId(),
    matter: newId(),
    by: newId(),
    occurredAt: instant(Date.now()),
    audience: 'public',
    body: { answer: newId(), service: newId(), request: newId(), item: 1, disposition: 'produced', documents: 2 },
  };
}

/** `n` callers that each do one thing after the other while `goesOn` says so. */
export async function callers(n: number, goesOn: () => boolean, one: () => Promise<unknown>): Promise<void> {
  await Promise.all(
    Array.from({ length: n }, async () => {
      while (goesOn()) await one();
    }),
  );
}
