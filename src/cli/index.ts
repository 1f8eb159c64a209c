/** The command line: finds the command by its first word and loads only that one. Knows nothing of what commands do. */
import { Refusal } from '../base/errors.ts';
import type { Command } from './io.ts';

interface Listed {
  readonly what: string;
  readonly load: () => Promise<Command>;
}

/** Each command with one line of help. A new command is one more line here. */
const COMMANDS: Readonly<Record<string, Listed>> = {
  verify: {
    what: 'check receipts against a policy, offline',
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
  audit: {
    what: 'follow a log as a monitor, and convict it if it lies',
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  fsck: {
    what: 'recompute the log from entries to checkpoints',
    load: async () => (await import('./fsck.ts')).fsckCommand,
  },
  rebuild: {
    what: 'make the read models anew from the entries and compare',
    load: async () => (await import('./rebuild.ts')).rebuildCommand,
  },
  export: {
    what: 'write the whole log into a folder of files',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  import: {
    what: 'make an equal, empty server whole from an export',
    load: async () => (await import('./import.ts')).importCommand,
  },
  directory: {
    what: 'import parties from lists: directory import FILE… (shows what would change; --yes writes it)',
    load: async () => (await import('./directory.ts')).directoryCommand,
  },
  erase: {
    what: 'erase an entry or a document by order of a court or by law',
    load: async () => (await import('./erase.ts')).eraseCommand,
  },
  keys: {
    what: 'hand the log over to a new key (rotate), or go on without a lost one (recover)',
    load: async () => (await import('./keys.ts')).keysCommand,
  },
  certificate: {
    what: 'pre-fill a certification for receipts (FRE 902(11), (13), (14))',
    load: async () => (await import('./certificate.ts')).certificateCommand,
  },
  due: {
    what: 'work out a due date from a case on standard input',
    load: async () => (await import('./due.ts')).dueCommand,
  },
  mail: {
    what: 'show the newest letter of the file transport (--to ADDRESS, --all)',
    load: async () => (await import('./mail.ts')).mailCommand,
  },
};

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { what }]) => `  ${name.padEnd(10)} ${what}`);
  return `counterfoil COMMAND …\n\n${lines.join('\n')}\n`;
}

async function run(argv: string[]): Promise<number> {
  const [name = '', ...rest] = argv;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) {
    try {
      return await (await command.load())(rest, process);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { what, lost, next } = error.advice;
      process.stderr.write(`${[what, lost, next].filter(Boolean).join('\n')}\n`);
      return 1;
    }
  }
  const help = name === '--help' || name === '-h' || name === 'help';
  if (help) process.stdout.write(usage());
  else process.stderr.write(`${name === '' ? 'No command given.' : `No command "${name}".`}\n\n${usage()}`);
  return help ? 0 : 1;
}

process.exitCode = await run(process.argv.slice(2));
