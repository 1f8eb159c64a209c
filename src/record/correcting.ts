/** From what is published to the form of a draft that corrects it, and back to what the correction is made on. Reads no database. */
import { InvalidInput } from '../base/errors.ts';
import { t } from '../base/language.ts';
import type { Correcting } from '../rooms/corrected.ts';
import { figureClaimed, figureCorrected } from '../rooms/figures/entries.ts';
import type { Published, ThingEntry } from '../rooms/publication/commands.ts';
import type { NewWriting } from '../rooms/review/drafts.ts';
import { statementCorrected, statementMade } from '../rooms/statements/entries.ts';
import { localInput } from '../ui/time.tsx';

const notCorrectable = () =>
  new InvalidInput('not-correctable', {
    what: t('record.correcting.not'),
    lost: t('record.correcting.lost'),
    next: t('record.correcting.next'),
  });

/** The newest entry that says what the thing is; rankings say nothing of that. */
function newestOf({ entries }: Published): ThingEntry {
  const newest = entries.findLast(({ kind }) => kind !== 'figure.ranked');
  if (!newest) throw notCorrectable();
  return newest;
}

const at = (day: Date, dayOnly: boolean, zone: string) => {
  const [date = '', time = ''] = localInput(day, zone).split('T');
  return { day: date, time: dayOnly ? '' : time, zone };
};

/** A draft that says what stands there now. @param zone in which its times are written out @throws InvalidInput `not-correctable` */
export function asTyped(found: Published, zone: string): Omit<NewWriting, 'id'> {
  const { thing } = found;
  const newest = newestOf(found);
  const common = { matter: thing.matter, thing: thing.subject, corrects: newest.entry };
  if (thing.of === 'statement') {
    const read = newest.kind === 'statement.corrected' ? statementCorrected : statementMade;
    const b = read.parse(newest.body);
    const { words, form, medium, source } = b;
    const who = { holding: b.holding ?? '', name: b.holding === null ? b.speaker.name : '' };
    const values = { ...who, words, form, medium, source, outlet: b.outlet ?? '' };
    return { ...common, kind: 'statement', values: { ...values, ...at(newest.occurredAt, b.dayOnly, zone) } };
  }
  if (thing.of === 'figure') {
    const read = newest.kind === 'figure.corrected' ? figureCorrected : figureClaimed;
    const { measure, unit, low, high, qualifier, originalValue, asOf, claimant, source, meeting } = read.parse(
      newest.body,
    );
    const values = {
      measure,
      unit,
      low,
      qualifier,
      originalValue,
      claimant,
      source,
      high: high ?? '',
      asOf: asOf ?? '',
      meeting: meeting ?? '',
    };
    return { ...common, kind: 'figure', values: { ...values, ...at(newest.occurredAt, false, zone) } };
  }
  throw notCorrectable();
}

/** @param corrects the entry that whoever corrects looked at @throws InvalidInput `not-correctable` */
export function correctingOf(found: Published, corrects: string, given: Pick<Correcting, 'note' | 'by'>): Correcting {
  const { thing } = found;
  if (thing.of !== 'statement' && thing.of !== 'figure') throw notCorrectable();
  const { entry, body, occurredAt } = newestOf(found);
  const newest = { entry, body, occurredAt: occurredAt.toISOString() };
  return { of: thing.of, thing: thing.subject, corrects, newest, ...given };
}
