/** What a fact with a source is decided on: its matter, and the kept copy with its text. Reads only. */
import { NotFound } from '../../base/errors.ts';
import type { Services } from '../../base/services.ts';
import { matterById } from '../matters/view.ts';
import { readSource } from './commands.ts';
import type { Source } from './view.ts';

export interface Ground {
  readonly matter: string;
  readonly issuer: string;
  readonly audience: 'public' | 'parties';
  readonly source: Source;
  /** of the kept copy */
  readonly text: string;
}

/** @throws NotFound `no-matter`, `no-source` */
export async function groundOf(services: Pick<Services, 'db' | 'blobs'>, id: string, source: string): Promise<Ground> {
  const matter = await matterById(services.db, id);
  if (!matter) throw new NotFound('no-matter', 'There is no such matter.');
  return {
    matter: matter.id,
    issuer: matter.issuer,
    audience: matter.audience === 'public' ? 'public' : 'parties',
    ...(await readSource(services, matter.id, source)),
  };
}
