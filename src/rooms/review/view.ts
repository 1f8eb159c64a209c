/** How an organisation wants to review, as read. */
import type { Kysely } from 'kysely';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { REVIEWERS, type Reviewer, reviewSet } from './entries.ts';

/** `second`: somebody other than who wrote it publishes; `reviewer`: the weakest role that may. */
export interface ReviewSetting {
  readonly second: boolean;
  readonly reviewer: Reviewer;
}

/** What holds where nobody set anything: publishing is one step. */
export const ONE_STEP: ReviewSetting = { second: false, reviewer: 'editor' };

export const projectReview: Project = (entry, seq) => {
  const row = { ...stamps(entry, seq), entry: entry.id, ...reviewSet.parse(entry.body) };
  return [{ table: 'view.review_setting', row }];
};

export async function reviewSettingOf(db: Kysely<Database>, party: string): Promise<ReviewSetting> {
  const row = await db
    .selectFrom('view.review_setting')
    .select(['second', 'reviewer'])
    .where('party', '=', party)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? { second: row.second, reviewer: REVIEWERS.find((one) => one === row.reviewer) ?? 'owner' } : ONE_STEP;
}
