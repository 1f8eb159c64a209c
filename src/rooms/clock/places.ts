/** Which public calendar a recipient keeps, from where it is: states of the United States by name or Open Civic Data id. Guesses nothing. */
import { STATES, stateCode, stateOfId } from '../states.ts';

export interface Place {
  readonly ocdId: string | null;
  readonly state: string | null;
}

/** `US-CA`, or null where the place does not say which state it is in. The id counts for more than the name. */
export function calendarOfPlace({ ocdId, state }: Place): string | null {
  const code = stateOfId(ocdId) ?? stateCode(state);
  return code !== null && Object.hasOwn(STATES, code) ? `US-${code}` : null;
}
