/** Writes down a figure that somebody claims, and how it ranks: load, rules, append. */

import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import { InvalidInput, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { isoDate, line, prose, uuid } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { matterById } from '../matters/view.ts';
import { meetingsOf } from '../meetings/view.ts';
import { underEmbargo } from '../publishing.ts';
import { groundOf } from '../sources/view.ts';
import type { Until } from '../until.ts';
import { decimal, figureClaimed, QUALIFIERS, RANKS } from './entries.ts';
import { claimFigure, rankFigure } from './rules.ts';
import { figuresOf } from './view.ts';

/** "200,000,000,000" as people type it. */
const typed = z.preprocess((value) => (typeof value === 'string' ? value.replace(/[,\s]/g, '') : value), decimal);

const input = z.object({
  measure: line(200),
  unit: line(40),
  low: typed,
  high: orNone(typed),
  qualifier: z.enum(QUALIFIERS, { error: () => t('said.field.choice') }),
  originalValue: line(300),
  asOf: orNone(isoDate),
  claimant: line(200),
  holding: orNone(uuid),
  /** ms */
  claimedAt: z.number().int(),
  source: uuid,
  meeting: orNone(uuid).optional(),
});
export type FigureInput = z.input<typeof input>;

/** The entry that this form would write. @throws InvalidInput, NotFound `no-source`, and those of `claimFigure` */
export async function planFigure(
  services: Services,
  matter: string,
  form: FigureInput,
  /** the figure that it corrects: it does not stand beside itself */
  itself: string | null = null,
): Promise<NewEntry> {
  const names = {
    low: t('said.field.low'),
    high: t('said.field.high'),
    originalValue: t('said.field.original'),
    asOf: t('said.field.as-of'),
    claimedAt: t('said.field.time'),
  };
  const { source, ...claim } = checked(input, form, names);
  const ground = await groundOf(services, matter, source);
  if (claim.meeting && !(await meetingsOf(services.db, ground.matter)).some((one) => one.id === claim.meeting))
    throw new InvalidInput('no-meeting', t('said.figure.no-meeting'), { meeting: t('said.choose') });
  const same = claim.measure.toLowerCase();
  const beside = (await figuresOf(services.db, ground.matter)).filter(
    (one) => one.id !== itself && one.measure.toLowerCase() === same,
  );
  const now = services.clock.now();
  const ids = { entry: uuidv7(now, services.random), figure: uuidv7(now, services.random) };
  return claimFigure({ ...ground, beside }, claim, ids, now);
}

/** Writes `figure.claimed`, and where it is not public yet `embargo.set`. @throws as `planFigure` */
export async function addFigure(
  services: Services,
  matter: string,
  form: FigureInput,
  once: string,
  until: Until | null = null,
): Promise<void> {
  const fact = await planFigure(services, matter, form);
  const now = services.clock.now();
  const thing = { of: 'figure', subject: figureClaimed.parse(fact.body).figure } as const;
  const entries = underEmbargo(fact, thing, until, () => uuidv7(now, services.random), now);
  await services.ledger.append({ key: `figure:${once}`, entries });
}

const ranking = z.object({
  figure: uuid,
  rank: z.enum(RANKS, { error: () => t('said.field.choice') }),
  reason: prose(1000).pipe(z.string().min(1, { error: () => t('said.field.rank-reason') })),
});

/** Writes `figure.ranked`. @throws InvalidInput, NotFound, RuleRefusal `ranked-so-already` */
export async function rank(
  services: Services,
  matterId: string,
  form: z.input<typeof ranking>,
  once: string,
): Promise<void> {
  const { figure, ...given } = checked(ranking, form);
  const matter = await matterById(services.db, matterId);
  const stands = matter ? (await figuresOf(services.db, matter.id)).find((one) => one.id === figure) : undefined;
  if (!matter || !stands) throw new NotFound('no-figure', t('said.figure.none'));
  const now = services.clock.now();
  const state = {
    figure,
    matter: matter.id,
    issuer: matter.issuer,
    audience: matter.audience === 'public' ? ('public' as const) : ('parties' as const),
    rank: stands.rank,
  };
  const entry = rankFigure(state, given, uuidv7(now, services.random), now);
  await services.ledger.append({ key: `rank:${once}`, entries: [entry] });
}
