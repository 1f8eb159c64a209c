/** Why sign-in failed, in words for the log: what an error calls itself, never a value that it holds. */

const MOST_CAUSES = 3;

/** What went wrong, as names, codes and messages of an error and its causes; addresses and whatever a message quotes are left out. */
export function causeOf(error: unknown): string {
  const parts: string[] = [];
  for (let one = error; one instanceof Error && parts.length < MOST_CAUSES; one = one.cause) {
    const code = 'code' in one && typeof one.code === 'string' ? ` ${one.code}` : '';
    const words = one.message
      .replace(/(["'`“‘]).*?(["'`”’]|$)/gs, '…')
      .replace(/\S+@\S+/g, '…')
      .replace(/[\w-]{24,}/g, '…')
      .replace(/\s+/g, ' ');
    parts.push(`${one.name}${code}: ${words.slice(0, 300)}`);
  }
  return parts.length > 0 ? parts.join('; because of ') : 'something that is no error was thrown';
}
