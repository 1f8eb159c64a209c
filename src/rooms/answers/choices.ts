/** The dispositions as the recipient's form says them. */
import type { Disposition } from './entries.ts';

/** What a recipient can say of an item: the words on the form, and when to use them. In the order of the form. */
export const CHOICES: readonly { readonly value: Disposition; readonly label: string; readonly hint: string }[] = [
  { value: 'produced', label: 'We produce', hint: 'You attach everything that this item asks for.' },
  {
    value: 'produced in part',
    label: 'We produce in part',
    hint: 'You attach some of it. Say in the note what is missing, and why.',
  },
  {
    value: 'no responsive records',
    label: 'We have no such records',
    hint: 'You looked and there is nothing to give.',
  },
  {
    value: 'already produced',
    label: 'Already produced',
    hint: 'You gave it before. Say in the note when, and to whom.',
  },
  {
    value: 'withheld',
    label: 'We withhold',
    hint: 'You have it and do not give it. Say in the note on what ground.',
  },
  { value: 'objected', label: 'We object', hint: 'The item should not be asked like this. Say in the note why.' },
  {
    value: 'certified',
    label: 'We certify',
    hint: 'You state something in writing instead of giving documents. The note is your statement.',
  },
];
