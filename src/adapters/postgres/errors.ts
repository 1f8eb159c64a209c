/**
 * What went wrong in PostgreSQL, in the words of src/base/errors.ts. Only what no caller can decide by itself is turned into a
 * refusal (disk full, connection lost); conflicts and violated constraints go through untouched, since their callers know what
 * they mean. It never carries a statement or a value into the message.
 */
import { InvalidInput, Refusal, StorageFull, Unavailable } from '../../base/errors.ts';
import { t } from '../../base/language.ts';

/** SQLSTATEs after which the connection is gone or the server is going away (PostgreSQL, appendix A, classes 08 and 57P), or was ended because this
 * process was silent for too long in a transaction (25P03). */
const LOST_STATES = new Set(['25P03', '57P01', '57P02', '57P03', '57P05', '53300', '58030']);
const LOST_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** What `pg` says without a code when a socket goes away in the middle. */
const LOST_WORDS =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed/;

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A Unix socket that is not there; other files that are not there are not the database's business. */
function isMissingSocket(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' && error instanceof Error && 'syscall' in error && error.syscall === 'connect';
}

/** The SQLSTATE of an error of PostgreSQL (five characters), or undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined;
}

/** True when a transaction may be tried again from its start: serialization failure or deadlock. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** True when a unique constraint said no; `constraint` names the only one that is meant. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== '23505') return false;
  if (constraint === undefined) return true;
  return typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === constraint;
}

/**
 * Turns an error of `pg` into `StorageFull` or `Unavailable` where it is one, with the original as `cause`; anything else
 * comes back as it was. Use: `catch (e) { throw fromPostgres(e); }`.
 */
export function fromPostgres(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  const state = sqlState(error);
  if (state === '53100') {
    return because(
      new StorageFull('storage-full', () => ({
        what: t('ui.refusal.disk-full'),
        lost: t('ui.refusal.disk-full.lost'),
        next: t('ui.refusal.disk-full.next'),
      })),
      error,
    );
  }
  // 22021: a NUL, which no text of PostgreSQL holds; it came in with a form.
  if (state === '22021') {
    return because(
      new InvalidInput('unreadable-text', () => ({
        what: t('ui.refusal.text'),
        lost: t('ui.refusal.text.lost'),
        next: t('ui.refusal.text.next'),
      })),
      error,
    );
  }
  const lostState = state !== undefined && (LOST_STATES.has(state) || state.startsWith('08'));
  const lostSystem = LOST_SYSTEM.has(codeOf(error) ?? '') || isMissingSocket(error);
  const lostWords = error instanceof Error && LOST_WORDS.test(error.message);
  if (lostState || lostSystem || lostWords) {
    return because(
      new Unavailable('database-unavailable', () => ({
        what: t('ui.refusal.database'),
        lost: t('ui.refusal.database.lost'),
        next: t('ui.refusal.database.next'),
      })),
      error,
    );
  }
  return error;
}

function because(refusal: Refusal, cause: unknown): Refusal {
  refusal.cause = cause;
  return refusal;
}
