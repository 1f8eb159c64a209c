/** Recipients and items of which orders say the same: what holds for one of them holds for all. Pure. */
import type { Millis } from '../../base/clock.ts';
import { dateIn } from '../clock/rules.ts';
import type { Order } from './order.ts';
import { holdsItem, type Recipient, reaches } from './touching.ts';

export interface Alike<R> {
  readonly first: R;
  /** the day on which all of them were served, where days of their clocks begin */
  readonly served: string;
  /** ids of services */
  readonly all: readonly string[];
}

/** Whom the same orders reach, and who was served on the same day. */
export function alikeOf<R extends Recipient & { readonly servedAt: Millis }>(
  steps: readonly Order[],
  recipients: readonly R[],
  zone: string,
): readonly Alike<R>[] {
  const alike = new Map<string, { readonly first: R; readonly served: string; readonly all: string[] }>();
  for (const who of recipients) {
    const served = dateIn(zone, who.servedAt).toString();
    const key = `${served} ${steps.map((step) => (reaches(step, who) ? 1 : 0)).join('')}`;
    const group = alike.get(key);
    if (group) group.all.push(who.service);
    else alike.set(key, { first: who, served, all: [who.service] });
  }
  return [...alike.values()];
}

/** Items that the same orders hold. */
export function itemsAlike(steps: readonly Order[], items: readonly number[]): readonly (readonly number[])[] {
  const alike = new Map<string, number[]>();
  for (const item of items) {
    const key = steps.map((step) => (holdsItem(step, item) ? 1 : 0)).join('');
    const group = alike.get(key);
    if (group) group.push(item);
    else alike.set(key, [item]);
  }
  return [...alike.values()];
}
