/** Go programs for tests, where Go is found: built once for each run, in a folder that goes with the test. Installs nothing by itself. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end; one that cannot be started has the code −1. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd?: string; timeout?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, [...args], { maxBuffer: 16 << 20, timeout: 300_000, ...options }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      const why = error?.killed ? 'timed out' : (error?.message ?? '');
      resolve({ code, out, err: code === -1 ? `${err}${why}` : err });
    });
  });
}

export type Built =
  | { readonly program: string; readonly remove: () => Promise<void> }
  /** why it was not built: no Go, or its modules cannot be fetched */
  | { readonly missing: string };

/** Trouble of this machine, not of the program: no network, no proxy, a Go that is too old. */
const NOT_OURS =
  /dial tcp|lookup |proxyconnect|i\/o timeout|TLS handshake|connection refused|\b(?:403|404|410|50\d) |module lookup disabled|GOPROXY=off|requires go >=|toolchain not available|invalid go version|timed out/;

/** Installs a Go program of somebody else, `module/path@version`, into a folder that goes with the test. Go checks what it fetches. */
export async function installGo(name: string): Promise<Built> {
  const version = await runProgram('go', ['version']);
  if (version.code !== 0) return { missing: 'Go is not installed here' };
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-go-'));
  const remove = () => rm(dir, { recursive: true, force: true });
  const made = await runProgram('go', ['install', name], { env: { ...process.env, GOBIN: dir } });
  const program = join(dir, name.replace(/@.*$/, '').split('/').at(-1) ?? '');
  if (made.code === 0) return { program, remove };
  await remove();
  return { missing: `Go cannot install ${name}: ${made.err.trim().split('\n').at(-1) ?? ''}` };
}

/**
 * Builds the Go program in a folder below `test/`.
 * @throws Error where the program itself does not compile
 */
export async function buildGo(folder: string): Promise<Built> {
  const version = await runProgram('go', ['version']);
  if (version.code !== 0) return { missing: 'Go is not installed here' };
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-go-'));
  const remove = () => rm(dir, { recursive: true, force: true });
  const program = join(dir, 'program');
  const cwd = fileURLToPath(new URL(`../${folder}`, import.meta.url));
  const made = await runProgram('go', ['build', '-o', program, '.'], { cwd });
  if (made.code === 0) return { program, remove };
  await remove();
  if (!NOT_OURS.test(made.err)) throw new Error(`test/${folder} does not compile: ${made.err}`);
  return { missing: `Go cannot fetch its modules: ${made.err.trim().split('\n').at(-1) ?? ''}` };
}
