/**
 * What the web floor writes to its log, and what it keeps out: no query strings, no parameters that open something (links, codes), no
 * addresses that no route knows, since a mistyped link would stand there.
 */

/** The part of pino that is used here. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export const silent: Log = { info() {}, warn() {}, error() {} };

const SECRET = /^(link|token|code|secret|key)/i;

/**
 * The path as it may stand in a log: parameters of the route named like a secret become `…`; without a route only the first
 * segment stays.
 */
export function loggedPath(path: string, route: string | null): string {
  const segments = path.split('/');
  if (route === null)
    return segments.length > 2 ? `/${segments[1]}/…` : segments[1] && segments[1].length > 20 ? '/…' : path;
  const names = route.split('/');
  return segments
    .map((segment, i) => {
      const name = names[i] ?? '';
      return name.startsWith(':') && SECRET.test(name.slice(1)) ? '…' : segment;
    })
    .join('/');
}
