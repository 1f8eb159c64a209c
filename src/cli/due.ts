/**
 * `counterfoil due [--json] < case.json`: works out one due date as the server does, from a case on standard input. Needs no server and
 * no database; reads nothing but the case. The form of a case stands in docs/clock.md.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { InvalidInput, Refusal } from '../base/errors.ts';
import { answer, readCase } from '../rooms/clock/case.ts';
import type { Io } from './io.ts';
import { plain } from './plain.ts';

const USAGE = `counterfoil due [--json] < case.json

  Reads a case (service, rule or preset, calendars, events) and prints the due date with its working.
  --json     the answer as JSON: on, at, zone, working, remaining, rule, state; or refused, what, fields

Exit code 0 if the case has an answer, 1 where it is refused. The form of a case: docs/clock.md.
`;

/** A case is small; what is larger is not one. */
const MOST = 1 << 20;

/** Runs the command on the text that `input` gives, which is standard input unless a test says otherwise. */
export async function dueCommand(argv: string[], io: Io, input: () => string = standardInput): Promise<number> {
  let json: boolean;
  try {
    const { values } = parseArgs({
      args: argv,
      options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      io.stdout.write(USAGE);
      return 0;
    }
    json = values.json === true;
  } catch (error) {
    io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 1;
  }
  try {
    const found = answer(readCase(parse(input())));
    if (json) io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    else io.stdout.write(`${found.working.map((step, i) => plain(`${i + 1}. ${step}`)).join('\n')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { what } = error.advice;
    if (json) io.stdout.write(`${JSON.stringify({ refused: error.code, what, fields: error.fields }, null, 2)}\n`);
    else io.stderr.write(plain(`Refused, ${error.code}: ${what}`).concat('\n'));
    return 1;
  }
}

const standardInput = () => readFileSync(0, 'utf8');

function parse(text: string): unknown {
  if (text.length > MOST) throw new InvalidInput('too-large', `A case has at most ${MOST} characters.`);
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInput('not-json', 'The case is not JSON.');
  }
}
