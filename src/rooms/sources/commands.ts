/** Keeps a copy of a source. Never fetches anything: the text is what somebody hands in. */

import { instant, type Millis } from '../../base/clock.ts';
import { InvalidInput, NotFound } from '../../base/errors.ts';
import { uuidv7 } from '../../base/ids.ts';
import { t } from '../../base/language.ts';
import type { Services } from '../../base/services.ts';
import { utf8 } from '../../proof/index.ts';
import { prose } from '../fields.ts';
import { checked } from '../input.ts';
import { matterById } from '../matters/view.ts';
import { sourceKept } from './entries.ts';

/** Longest text of a source in characters: a long article many times over. */
export const SOURCE_CHARS = 400_000;

const input = sourceKept.pick({ publisher: true, title: true, published: true, url: true }).extend({
  text: prose(SOURCE_CHARS).refine((text) => text !== '', { error: () => t('said.field.missing') }),
});

async function* once(bytes: Uint8Array) {
  yield bytes;
}

/**
 * Stores the text by its hash and writes `source.kept`.
 * @param fetchedAt when the copy was taken, ms
 * @returns id of the source, also of the one kept by an earlier sending of the same form
 * @throws InvalidInput, NotFound
 */
export async function keepSource(
  services: Services,
  matterId: string,
  form: unknown,
  key: string,
  fetchedAt: Millis = services.clock.now(),
): Promise<string> {
  const { text, ...given } = checked(input, form, {
    published: t('said.field.published'),
    url: t('said.field.url'),
  });
  const matter = await matterById(services.db, matterId);
  if (!matter) throw new NotFound('no-matter', t('said.no-matter'));
  const now = services.clock.now();
  if (fetchedAt > now || (given.published !== null && Date.parse(given.published) > now)) {
    throw new InvalidInput('source-in-future', t('said.source.in-future'), {
      published: t('said.future'),
    });
  }
  const put = await services.blobs.put(once(utf8(text)), { maxBytes: 4 * SOURCE_CHARS });
  const { entries } = await services.ledger.append({
    key: `source:${key}`,
    entries: [
      {
        kind: 'source.kept',
        id: uuidv7(now, services.random),
        matter: matter.id,
        by: matter.issuer,
        occurredAt: instant(fetchedAt),
        audience: matter.audience === 'public' ? 'public' : 'parties',
        body: {
          source: uuidv7(now, services.random),
          ...given,
          fetchedAt: instant(fetchedAt),
          text: { ...put, name: 'source.txt', type: 'text/plain' },
        },
      },
    ],
  });
  return sourceKept.parse(entries[0]?.entry.body).source;
}
