/** A court order as the rules take it, and how it is named. Pure. */
import type { Millis } from '../../base/clock.ts';
import { ENGLISH, inLanguage, t } from '../../base/language.ts';
import { dateText } from '../../ui/time.tsx';
import type { DocumentRef } from '../fields.ts';
import { STATES } from '../states.ts';
import type { Effect, Geography, OrderSource, Scope } from './entries.ts';

export interface Order {
  /** the entry's id too */
  readonly id: string;
  readonly matter: string;
  readonly court: string;
  readonly docket: string;
  readonly judge: string | null;
  /** when it took effect */
  readonly at: Millis;
  /** its date, `YYYY-MM-DD` */
  readonly date: string;
  readonly effect: Effect;
  readonly words: string;
  readonly scope: Scope;
  readonly geography: Geography;
  readonly of: readonly string[];
  readonly compel: string | null;
  readonly document: DocumentRef | null;
  readonly source: OrderSource | null;
  readonly audience: string;
  readonly seq: number;
  readonly recordedAt: Date;
}

/** "N.D. Ill., No. 17 C 5720" */
export const courtWords = ({ court, docket }: Pick<Order, 'court' | 'docket'>): string =>
  `${court}, ${/^no\b/i.test(docket) ? docket : `No. ${docket}`}`;

/** "N.D. Ill., No. 17 C 5720, of 15 Sep 2017": one name for one order, at most 180 characters. */
export function orderName(order: Pick<Order, 'court' | 'docket' | 'date'>): string {
  const court = courtWords(order);
  const named = (short: string) => t('orders.name', { court: short, day: dateText(order.date) });
  const over = named(court).length - 180;
  return over > 0 ? named(`${court.slice(0, court.length - over - 1)}…`) : named(court);
}

/** The name as entries hold it, the same in every language. */
export const orderNameTold = (order: Pick<Order, 'court' | 'docket' | 'date'>): string =>
  inLanguage(ENGLISH, () => orderName(order));

/** `…/state:pa/place:philadelphia` → "Philadelphia (PA)"; a state by its name. */
export function divisionWords(id: string): string {
  const parts = id
    .split('/')
    .slice(1)
    .map((part) => part.split(':'));
  const state = parts.find(([type]) => type === 'state' || type === 'district')?.[1]?.toUpperCase();
  const last = parts.at(-1)?.[1] ?? id;
  if (parts.length <= 2) return (state !== undefined && STATES[state]) || last.toUpperCase();
  const name = last.replaceAll(/[_~]/g, ' ').replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
  return state === undefined ? name : `${name} (${state})`;
}

/** Where an order holds: "nationwide", "in Philadelphia (PA)", "for the City of Exampleton". */
export function whereWords({ geography }: Pick<Order, 'geography'>): string {
  if (geography === 'nationwide') return t('orders.where.nationwide');
  if ('parties' in geography)
    return t('orders.where.parties', { names: geography.parties.map(({ name }) => name).join('; ') });
  return t('orders.where.places', { names: geography.divisions.map(divisionWords).join('; ') });
}
