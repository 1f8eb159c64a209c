/** All routes of this room: composing, serving, revoking, letters. The board stands in src/record, because it spans rooms. */
import { EDITOR, type Route, VIEWER } from '../../base/route.ts';
import { getCheck, postDelete, postServe } from './pages/check.tsx';
import { getReading, postFile } from './pages/file.tsx';
import { getLadder, postLadder } from './pages/ladder.tsx';
import { getLetter, postLetter } from './pages/letter.tsx';
import { getContact, getLetterOf, getLetters, getRequestLetters, postContact, postRetry } from './pages/letters.tsx';
import { getProblemsCsv, getRecipientsCsv, getSample } from './pages/lists.ts';
import { getRevoke, postRevoke } from './pages/revoke.tsx';
import { getServing, postServing } from './pages/serving.tsx';
import { getWhat, postWhat } from './pages/what.tsx';
import { getWhen, postWhen } from './pages/when.tsx';
import { getWhom, postLeaveOut, postOne, postRemove } from './pages/whom.tsx';

const DRAFT = '/desk/drafts/:draft';
const get = (path: string, handler: Route['handler'], access = EDITOR): Route => ({
  method: 'GET',
  path,
  access,
  handler,
});
const post = (path: string, handler: Route['handler'], maxBytes?: number): Route => ({
  method: 'POST',
  path,
  access: EDITOR,
  handler,
  ...(maxBytes === undefined ? {} : { body: { maxBytes } }),
});

const MIB = 1024 * 1024;

export const requestRoutes: readonly Route[] = [
  get(DRAFT, (c) => c.redirect(`/desk/drafts/${c.req.param('draft')}/what`, 303)),
  get(`${DRAFT}/what`, getWhat),
  post(`${DRAFT}/what`, postWhat, 8 * MIB),
  get(`${DRAFT}/whom`, getWhom),
  // Limits its own size: the file goes where it is kept while it comes.
  { ...post(`${DRAFT}/whom/file`, postFile), body: 'stream' },
  get(`${DRAFT}/whom/reading`, getReading),
  post(`${DRAFT}/whom/one`, postOne),
  post(`${DRAFT}/whom/remove`, postRemove),
  post(`${DRAFT}/whom/leave-out`, postLeaveOut),
  get(`${DRAFT}/whom/recipients.csv`, getRecipientsCsv),
  get(`${DRAFT}/whom/problems.csv`, getProblemsCsv),
  get('/desk/recipients-sample.csv', getSample, VIEWER),
  get(`${DRAFT}/when`, getWhen),
  post(`${DRAFT}/when`, postWhen),
  get(`${DRAFT}/letter`, getLetter),
  post(`${DRAFT}/letter`, postLetter),
  get(`${DRAFT}/ladder`, getLadder),
  post(`${DRAFT}/ladder`, postLadder),
  get(`${DRAFT}/check`, getCheck),
  post(`${DRAFT}/serve`, postServe),
  post(`${DRAFT}/delete`, postDelete),
  get(`${DRAFT}/serving`, getServing, VIEWER),
  post(`${DRAFT}/serving`, postServing),
  get('/desk/letters', getLetters, VIEWER),
  get('/desk/requests/:request/letters', getRequestLetters, VIEWER),
  get('/desk/requests/:request/revoke', getRevoke),
  post('/desk/requests/:request/revoke', postRevoke),
  get('/desk/services/:service/letter', getLetterOf, VIEWER),
  post('/desk/services/:service/letter/retry', postRetry),
  get('/desk/services/:service/contact', getContact),
  post('/desk/services/:service/contact', postContact),
];
