/** The court orders around the example and the consequences that were announced, through the rooms' own commands. Amounts are not known. */
import type { Services } from '../base/services.ts';
import { announceConsequence } from '../rooms/consequences/commands.ts';
import { enterCourtOrder } from '../rooms/orders/commands.ts';
import { ordersOf } from '../rooms/orders/view.ts';
import { requestsOf } from '../rooms/requests/view.ts';
import type { ExampleData } from './example-data.ts';

/** Noon in Washington, on a day whose hour is not known. */
const noon = (day: string) => Date.parse(`${day}T17:00:00.000Z`);

/** Loads what is missing; each step has a key of its own. */
export async function loadOrders(
  services: Services,
  matter: string,
  { ordered: { consequences, orders } }: ExampleData,
  key: string,
): Promise<void> {
  if ((await ordersOf(services.db, matter)).length >= orders.length) return;
  const [request] = await requestsOf(services.db, matter);
  if (!request) throw new Error('the example has no request');
  const ids = new Map<string, string>();
  for (const { key: name, day, publisher, title, ...one } of consequences) {
    const source = { publisher, title, date: day };
    const about = { request: request.id, recipients: null, fiscalYear: null, amount: null, at: noon(day), source };
    ids.set(name, (await announceConsequence(services, matter, { ...one, ...about }, `${key}:${name}`)).id);
  }
  for (const { court, docket, title, day, words, places, consequences: names } of orders) {
    const order = {
      ...{
        court,
        docket,
        words,
        judge: null,
        date: day,
        effect: 'enjoin' as const,
        of: [],
        compel: null,
        document: null,
      },
      scope: {
        requests: [request.id],
        recipients: null,
        items: [],
        consequences: names.flatMap((one) => ids.get(one) ?? []),
      },
      geography: places === null ? ('nationwide' as const) : { divisions: [...places] },
      source: { publisher: court, title, date: day, url: null },
    };
    await enterCourtOrder(services, matter, order, `${key}:${docket}`);
  }
}
