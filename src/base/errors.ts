/**
 * Every refusal that Counterfoil can give, as named classes. Rules and adapters throw these and nothing else on
 * purpose; `src/web/errors.tsx` is the one place that turns them into HTTP. They carry no links, codes or file contents.
 */

/** What a person is told: what happened, that nothing is lost (or what is), and what to do next. */
export interface Advice {
  readonly what: string;
  readonly lost?: string;
  readonly next?: string;
}

/** The base of all refusals. `code` is stable and part of the API; `fields` names form fields with their own message. */
export class Refusal extends Error {
  readonly code: string;
  readonly #advice: () => Advice;
  readonly fields: Readonly<Record<string, string>>;
  /** @param advice a function where it is thrown for somebody else than who is being answered (a batch): then it is said when it is read, in the reader's language */
  constructor(code: string, advice: Advice | string | (() => Advice), fields: Readonly<Record<string, string>> = {}) {
    const full = typeof advice === 'string' ? { what: advice } : advice;
    const read = typeof full === 'function' ? full : () => full;
    super(read().what);
    this.name = new.target.name;
    this.code = code;
    this.#advice = read;
    this.fields = fields;
  }
  get advice(): Advice {
    return this.#advice();
  }
}

/** The input does not have the form that was asked for (HTTP 422). */
export class InvalidInput extends Refusal {}
/** The rules of a room say no, although the input is well-formed (HTTP 409). */
export class RuleRefusal extends Refusal {}
/** Somebody else wrote in between; the caller reads again and decides anew (HTTP 409). */
export class Conflict extends Refusal {}
/** There is no such thing, or it is not this person's to know (HTTP 404). */
export class NotFound extends Refusal {}
/** Not signed in (HTTP 401, or a redirect to the sign-in page). */
export class SignInNeeded extends Refusal {}
/** Signed in, but not allowed (HTTP 403). */
export class Forbidden extends Refusal {}
/** A link or code that is expired, used up or wrong (HTTP 410 or 403, see `code`). */
export class LinkRefused extends Refusal {}
/** Too many tries (HTTP 429). `retryAfter` in seconds. */
export class TooMany extends Refusal {
  readonly retryAfter: number;
  constructor(code: string, advice: Advice | string, retryAfter: number) {
    super(code, advice);
    this.retryAfter = retryAfter;
  }
}
/** The upload or body is larger than this server takes (HTTP 413). */
export class TooLarge extends Refusal {}
/** No room left on disk; nothing of the command was kept (HTTP 507). */
export class StorageFull extends Refusal {}
/** The database cannot be reached or was stopped; whether the command was kept is found by repeating it (HTTP 503). */
export class Unavailable extends Refusal {}
