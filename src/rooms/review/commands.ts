/** An owner says how the organisation reviews: load → rules → append. */

import { z } from 'zod';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Role } from '../../base/route.ts';
import type { Services } from '../../base/services.ts';
import { checked } from '../input.ts';
import { lastOf } from '../stream.ts';
import { REVIEWERS } from './entries.ts';
import { setReview } from './rules.ts';
import { reviewSettingOf } from './view.ts';

const input = z.object({
  second: z.boolean(),
  reviewer: z.enum(REVIEWERS, { error: () => t('said.field.reviewer-choice') }),
});

/** Writes `review.set`. @throws InvalidInput, Conflict, and those of `setReview` */
export async function chooseReview(
  services: Services,
  of: { readonly party: string; readonly role: Role },
  form: { readonly second: boolean; readonly reviewer: string },
  once: string,
): Promise<void> {
  const wanted = checked(input, form);
  const last = await lastOf(services.db, of.party);
  const before = await reviewSettingOf(services.db, of.party);
  const now = services.clock.now();
  const entry = setReview(before, wanted, of, uuidv7(now, services.random), now);
  await services.ledger.append({
    key: `review:${of.party}:${once}`,
    entries: [entry],
    expect: [{ stream: of.party, last }],
  });
}
