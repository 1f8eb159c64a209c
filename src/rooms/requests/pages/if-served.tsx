/** The due dates of a draft if it were served now, by the issuer's own calendar: for the steps that show them. Writes nothing. */
import { Refusal } from '../../../base/errors.ts';
import { listed, t } from '../../../base/language.ts';
import type { Services } from '../../../base/services.ts';
import { rich } from '../../../ui/rich.tsx';
import { Day } from '../../../ui/time.tsx';
import { Working } from '../../../ui/working.tsx';
import type { ServedCell } from '../../clock/entries.ts';
import { byIssuer, byRecipient, dueByPlace, workingSaid } from '../../clock/rules.ts';
import { closingsFor } from '../../clock/view.ts';
import { servedAtIf } from '../check.ts';
import { type DraftBody, numbered, ownDues } from '../draft.ts';
import { askingOf } from '../rules.ts';

export type IfServedNow =
  | { readonly refused: string }
  | {
      readonly cells: readonly ServedCell[];
      /** whether the calendar of each recipient counts */
      readonly places: boolean;
    };

/** @param body with a due rule */
export async function ifServed(services: Services, body: DraftBody, issuer: string): Promise<IfServedNow> {
  const { due } = body;
  if (!due) return { refused: t('requests.problem.due') };
  const own = ownDues(body);
  // A request without items yet has a date all the same.
  const items = numbered(body.items.length === 0 ? { items: ['–'] } : body);
  const mine = items.map((one) => ({ ...one, due: one.due && byIssuer(one.due) }));
  try {
    const asking = askingOf(issuer, { due: byIssuer(due), items: mine }, await closingsFor(services.db, issuer));
    const nobody = { ocdId: null, state: null, party: null };
    const dues = dueByPlace(asking, servedAtIf(services, body, services.clock.now()))(nobody);
    return {
      cells: dues.cells ?? [{ items: null, ...dues.due }],
      places: byRecipient(due) || own.some(([, rule]) => byRecipient(rule)),
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.advice.what };
  }
}

/** Numbers of items as messages take them. */
export const itemsOf = (items: readonly number[]) => ({ n: items.length, items: listed(items.map(String)) });

/** Each date with its working. */
export function IfServed({ worked, open }: { worked: Extract<IfServedNow, { cells: unknown }>; open?: boolean }) {
  return (
    <>
      {worked.cells.map(({ items, on, working }) => (
        <>
          {items === null ? null : (
            <p>{rich('requests.working.due', { ...itemsOf(items), day: <Day on={on} weekday /> })}</p>
          )}
          <Working
            steps={workingSaid(working)}
            open={open === true}
            summary={items === null ? workingSaid(working).at(-1) : t('requests.working.items', itemsOf(items))}
          />
        </>
      ))}
    </>
  );
}
