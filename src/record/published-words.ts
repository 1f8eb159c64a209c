/** Entries of what staff publish in plain words: sources, statements, figures, their corrections, embargoes and takedowns. Pure; of other kinds it says nothing. */
import { t } from '../base/language.ts';
import type { Entry } from '../proof/index.ts';
import { figureClaimed, figureCorrected, figureRanked } from '../rooms/figures/entries.ts';
import { valueText } from '../rooms/figures/view.ts';
import {
  embargoLifted,
  embargoMoved,
  embargoSet,
  publicationRestored,
  publicationWithdrawn,
} from '../rooms/publication/entries.ts';
import { sourceKept } from '../rooms/sources/entries.ts';
import { statementCorrected, statementMade } from '../rooms/statements/entries.ts';
import { mediumWords, type Statement } from '../rooms/statements/view.ts';
import { timeText } from '../ui/time.tsx';

function saidBy({ speaker, ...how }: Pick<Statement, 'speaker' | 'medium' | 'outlet'>): string {
  const { name, office } = speaker;
  const said = mediumWords(how);
  return office === null
    ? t('desk.said.by', { name, how: said })
    : t('desk.said.by-office', { name, office, how: said });
}
const saidWords = ({ form, words }: Pick<Statement, 'form' | 'words'>): string =>
  form === 'quotation' ? t('desk.said.quotation', { words }) : t('desk.said.paraphrase', { words });
/** An instant in the zone that it was meant in. */
const untilWords = ({ until, zone }: { readonly until: string; readonly zone: string }): string =>
  timeText(new Date(until), zone).text;

/** One sentence, and further words; null where the entry is of another kind. */
export function publishedWords(entry: Entry): { readonly title: string; readonly text: string | null } | null {
  const { body } = entry;
  switch (entry.kind) {
    case 'source.kept': {
      const b = sourceKept.parse(body);
      return { title: t('desk.said.source', { publisher: b.publisher, title: b.title }), text: null };
    }
    case 'statement.made': {
      const b = statementMade.parse(body);
      return { title: saidBy(b), text: saidWords(b) };
    }
    case 'statement.corrected': {
      const b = statementCorrected.parse(body);
      return {
        title: t('desk.said.corrected-by', { who: saidBy(b) }),
        text: t('desk.said.correction', { words: saidWords(b), note: b.correction.note }),
      };
    }
    case 'figure.claimed': {
      const b = figureClaimed.parse(body);
      const { claimant, measure, unit } = b;
      return {
        title: t('desk.said.figure', { claimant, measure, value: valueText(b), unit }),
        text: t('desk.said.quotation', { words: b.originalValue }),
      };
    }
    case 'figure.corrected': {
      const b = figureCorrected.parse(body);
      const { claimant, measure, unit } = b;
      const words = t('desk.said.quotation', { words: b.originalValue });
      return {
        title: t('desk.said.figure-corrected', { claimant, measure, value: valueText(b), unit }),
        text: t('desk.said.correction', { words, note: b.correction.note }),
      };
    }
    case 'embargo.set': {
      const b = embargoSet.parse(body);
      return { title: t('desk.said.embargo', { until: untilWords(b), of: b.of }), text: null };
    }
    case 'embargo.moved': {
      const b = embargoMoved.parse(body);
      return { title: t('desk.said.embargo-moved', { until: untilWords(b), of: b.of }), text: b.reason };
    }
    case 'embargo.lifted': {
      const b = embargoLifted.parse(body);
      return { title: t('desk.said.embargo-lifted', { of: b.of }), text: b.reason };
    }
    case 'publication.withdrawn': {
      const b = publicationWithdrawn.parse(body);
      return { title: t('desk.said.down', { by: b.decidedBy, of: b.of }), text: b.reason };
    }
    case 'publication.restored': {
      const b = publicationRestored.parse(body);
      return { title: t('desk.said.back', { by: b.decidedBy, of: b.of }), text: b.reason };
    }
    case 'figure.ranked': {
      const b = figureRanked.parse(body);
      return { title: t('desk.said.ranked', { rank: b.rank }), text: b.reason };
    }
    default:
      return null;
  }
}
