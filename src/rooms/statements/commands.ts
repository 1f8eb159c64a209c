/** Writes down what somebody said: loads office and source, asks the rules, appends. */

import { z } from 'zod';
import type { NewEntry } from '../../base/append.ts';
import { InvalidInput } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { line, prose, uuid } from '../fields.ts';
import { checked, orNone } from '../input.ts';
import { holdingById } from '../people/view.ts';
import { underEmbargo } from '../publishing.ts';
import { groundOf } from '../sources/view.ts';
import type { Until } from '../until.ts';
import { FORMS, MEDIA, statementMade } from './entries.ts';
import { makeStatement } from './rules.ts';

const input = z
  .object({
    holding: orNone(uuid),
    name: orNone(line(200)),
    words: prose(2000).pipe(z.string().min(1, { error: () => t('said.field.missing') })),
    form: z.enum(FORMS, { error: () => t('said.field.form-choice') }),
    medium: z.enum(MEDIA, { error: () => t('said.field.choice') }),
    outlet: orNone(line(200)),
    /** ms */
    saidAt: z.number().int(),
    saidOn: z.string(),
    dayOnly: z.boolean(),
    source: uuid,
    about: z.array(uuid).max(50).default([]),
  })
  .refine(({ holding, name }) => holding !== null || name !== null, {
    path: ['name'],
    error: () => t('said.statement.speaker-missing'),
  });
export type StatementInput = z.input<typeof input>;

/** The entry that this form would write. @throws InvalidInput, NotFound `no-source`, and those of `makeStatement` */
export async function planStatement(services: Services, matter: string, form: StatementInput): Promise<NewEntry> {
  const { source, holding, name, ...given } = checked(input, form, {
    holding: t('said.field.speaker'),
    form: t('said.field.form'),
    medium: t('said.field.medium'),
    outlet: t('said.field.outlet'),
    saidAt: t('said.field.time'),
  });
  const ground = await groundOf(services, matter, source);
  const held = holding === null ? null : await holdingById(services.db, holding);
  if (holding !== null && !held)
    throw new InvalidInput('speaker-unknown', t('said.statement.speaker-unknown'), {
      holding: t('said.statement.speaker-unknown.field'),
    });
  const now = services.clock.now();
  const ids = { entry: uuidv7(now, services.random), statement: uuidv7(now, services.random) };
  return makeStatement(ground, { ...given, holding: held, name: name ?? '' }, ids, now);
}

/** Writes `statement.made`, and where it is not public yet `embargo.set`. @throws as `planStatement` */
export async function addStatement(
  services: Services,
  matter: string,
  form: StatementInput,
  once: string,
  until: Until | null = null,
): Promise<void> {
  const fact = await planStatement(services, matter, form);
  const now = services.clock.now();
  const thing = { of: 'statement', subject: statementMade.parse(fact.body).statement } as const;
  const entries = underEmbargo(fact, thing, until, () => uuidv7(now, services.random), now);
  await services.ledger.append({ key: `statement:${once}`, entries });
}
