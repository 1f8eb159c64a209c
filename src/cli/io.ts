/** Where a command writes: the terminal, or a test's memory. Commands never touch `process.stdout` themselves. */
export interface Io {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** A command: its arguments after its own name; the number is the exit code. */
export type Command = (argv: string[], io: Io) => Promise<number>;
