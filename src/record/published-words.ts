/** Entries of what staff publish in plain words: sources, statements, figures, their corrections, embargoes and takedowns. Pure; of other kinds it says nothing. */
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

const saidBy = ({ speaker, ...how }: Pick<Statement, 'speaker' | 'medium' | 'outlet'>): string =>
  `${speaker.office === null ? speaker.name : `${speaker.name}, ${speaker.office}`}, ${mediumWords(how)}`;
const saidWords = ({ form, words }: Pick<Statement, 'form' | 'words'>): string =>
  form === 'quotation' ? `“${words}”` : `${words} (paraphrase)`;
/** An instant in the zone that it was meant in. */
const untilWords = ({ until, zone }: { readonly until: string; readonly zone: string }): string =>
  timeText(new Date(until), zone).text;

/** One sentence, and further words; null where the entry is of another kind. */
export function publishedWords(entry: Entry): { readonly title: string; readonly text: string | null } | null {
  const { body } = entry;
  switch (entry.kind) {
    case 'source.kept': {
      const b = sourceKept.parse(body);
      return { title: `Copy of a source kept: ${b.publisher}, “${b.title}”`, text: null };
    }
    case 'statement.made': {
      const b = statementMade.parse(body);
      return { title: saidBy(b), text: saidWords(b) };
    }
    case 'statement.corrected': {
      const b = statementCorrected.parse(body);
      return { title: `Corrected: ${saidBy(b)}`, text: `${saidWords(b)}\nCorrection: ${b.correction.note}` };
    }
    case 'figure.claimed': {
      const b = figureClaimed.parse(body);
      return {
        title: `Figure of ${b.claimant}: ${b.measure}, ${valueText(b)} ${b.unit}`,
        text: `“${b.originalValue}”`,
      };
    }
    case 'figure.corrected': {
      const b = figureCorrected.parse(body);
      return {
        title: `Corrected: figure of ${b.claimant}: ${b.measure}, ${valueText(b)} ${b.unit}`,
        text: `“${b.originalValue}”\nCorrection: ${b.correction.note}`,
      };
    }
    case 'embargo.set': {
      const b = embargoSet.parse(body);
      return { title: `Not public before ${untilWords(b)}: a ${b.of}`, text: null };
    }
    case 'embargo.moved': {
      const b = embargoMoved.parse(body);
      return { title: `Embargo of a ${b.of} moved to ${untilWords(b)}`, text: b.reason };
    }
    case 'embargo.lifted': {
      const b = embargoLifted.parse(body);
      return { title: `Embargo of a ${b.of} lifted`, text: b.reason };
    }
    case 'publication.withdrawn': {
      const b = publicationWithdrawn.parse(body);
      return { title: `Taken down by an ${b.decidedBy}: a ${b.of}`, text: b.reason };
    }
    case 'publication.restored': {
      const b = publicationRestored.parse(body);
      return { title: `Put back by an ${b.decidedBy}: a ${b.of}`, text: b.reason };
    }
    case 'figure.ranked': {
      const b = figureRanked.parse(body);
      return { title: `A figure is ranked ${b.rank}`, text: b.reason };
    }
    default:
      return null;
  }
}
