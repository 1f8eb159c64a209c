/**
 * All that Counterfoil says, by language: one file for each part of the program and language, ids (`answers.sent.title`) to ICU MessageFormat.
 * The English files are the ones that decide which ids there are and what each is given (`npm run messages` writes `ids.ts` from them).
 */
import enAccess from './en/access.json' with { type: 'json' };
import enAnswers from './en/answers.json' with { type: 'json' };
import enClock from './en/clock.json' with { type: 'json' };
import enDesk from './en/desk.json' with { type: 'json' };
import enDirectory from './en/directory.json' with { type: 'json' };
import enLetters from './en/letters.json' with { type: 'json' };
import enMeetings from './en/meetings.json' with { type: 'json' };
import enOrders from './en/orders.json' with { type: 'json' };
import enRecord from './en/record.json' with { type: 'json' };
import enRequests from './en/requests.json' with { type: 'json' };
import enSaid from './en/said.json' with { type: 'json' };
import enUi from './en/ui.json' with { type: 'json' };
import enWords from './en/words.json' with { type: 'json' };
import esAccess from './es/access.json' with { type: 'json' };
import esAnswers from './es/answers.json' with { type: 'json' };
import esClock from './es/clock.json' with { type: 'json' };
import esDesk from './es/desk.json' with { type: 'json' };
import esDirectory from './es/directory.json' with { type: 'json' };
import esLetters from './es/letters.json' with { type: 'json' };
import esMeetings from './es/meetings.json' with { type: 'json' };
import esOrders from './es/orders.json' with { type: 'json' };
import esRecord from './es/record.json' with { type: 'json' };
import esRequests from './es/requests.json' with { type: 'json' };
import esSaid from './es/said.json' with { type: 'json' };
import esUi from './es/ui.json' with { type: 'json' };
import esWords from './es/words.json' with { type: 'json' };

export type Catalog = Readonly<Record<string, string>>;

export const en: Catalog = {
  ...enAccess,
  ...enAnswers,
  ...enClock,
  ...enDesk,
  ...enDirectory,
  ...enLetters,
  ...enMeetings,
  ...enOrders,
  ...enRecord,
  ...enRequests,
  ...enSaid,
  ...enUi,
  ...enWords,
};

export const es: Catalog = {
  ...esAccess,
  ...esAnswers,
  ...esClock,
  ...esDesk,
  ...esDirectory,
  ...esLetters,
  ...esMeetings,
  ...esOrders,
  ...esRecord,
  ...esRequests,
  ...esSaid,
  ...esUi,
  ...esWords,
};
