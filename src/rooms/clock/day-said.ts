/** A day of the clock as people are told it, in their language. What is written down says it as `wordsOf` does. */
import { dateText } from '../../ui/time.tsx';
import { type Day, isoOf } from './days.ts';

/** "Fri 23 Feb 2018" */
export const daySaid = (day: Day): string => dateText(isoOf(day), true);
