/** The dispositions as the recipient's form says them. */
import { t } from '../../base/language.ts';
import type { Disposition } from './entries.ts';

export interface DispositionChoice {
  readonly value: Disposition;
  readonly label: string;
  readonly hint: string;
}

/** What a recipient can say of an item: the words on the form, and when to use them. In the order of the form. */
export const choices = (): readonly DispositionChoice[] => [
  { value: 'produced', label: t('answers.choice.produced'), hint: t('answers.choice.produced.hint') },
  { value: 'produced in part', label: t('answers.choice.part'), hint: t('answers.choice.part.hint') },
  { value: 'no responsive records', label: t('answers.choice.no-records'), hint: t('answers.choice.no-records.hint') },
  { value: 'already produced', label: t('answers.choice.already'), hint: t('answers.choice.already.hint') },
  { value: 'withheld', label: t('answers.choice.withheld'), hint: t('answers.choice.withheld.hint') },
  { value: 'objected', label: t('answers.choice.objected'), hint: t('answers.choice.objected.hint') },
  { value: 'certified', label: t('answers.choice.certified'), hint: t('answers.choice.certified.hint') },
];
