/**
 * Words for a script of the page (src/islands): it knows no messages, and the content security policy lets none stand in the page as a script,
 * so they come along in `data-words` of the element that it works on.
 */
import { type MessageId, textOf } from '../base/language.ts';

/** JSON of what the script calls each message, and the message as it is written; `{gaps}` are filled by the script, so none has plurals. */
const scriptWords = (ids: Readonly<Record<string, MessageId>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, textOf(id)])));

/** Words of src/islands/answer.ts, for the form that it works on. */
export const answerWords = (): string =>
  scriptWords({
    changed: 'desk.script.answer.changed',
    saved: 'desk.script.answer.saved',
    offline: 'desk.script.answer.offline',
    kept: 'desk.script.answer.kept',
    upload: 'desk.script.answer.upload',
    adding: 'desk.script.answer.adding',
    storing: 'desk.script.answer.storing',
    broke: 'desk.script.answer.broke',
    'not-taken': 'desk.script.answer.not-taken',
  });

/** Words of src/islands/asof.ts. */
export const asOfWords = (): string => scriptWords({ slider: 'desk.script.asof.slider', now: 'desk.script.asof.now' });

/** Words of src/islands/passkey.ts, by what its button does. */
export const passkeyWords = (does: 'add' | 'sign-in'): string =>
  scriptWords({
    name: 'desk.script.passkey.name',
    follow: 'desk.script.passkey.follow',
    failed: does === 'add' ? 'desk.script.passkey.not-added' : 'desk.script.passkey.failed',
  });
