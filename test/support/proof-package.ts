/** `counterfoil/proof` as others get it: made, packed by npm and installed into an empty folder. No network. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface ProofPackage {
  /** an npm project of somebody else that has installed it */
  readonly project: string;
  /** the package in there */
  readonly installed: string;
  close(): void;
}

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}

/** The npm that runs the tests, else the one that is installed. */
function npm(args: readonly string[], cwd: string): string {
  const path = process.env.npm_execpath ?? '';
  return /^npm(-cli)?\.c?js$/.test(basename(path)) && existsSync(path)
    ? run(process.execPath, [path, ...args], cwd)
    : run('npm', args, cwd);
}

export function proofPackage(): ProofPackage {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-package-'));
  const [made, project] = [join(dir, 'made'), join(dir, 'project')];
  const close = () => rmSync(dir, { recursive: true, force: true });
  try {
    run(process.execPath, [join(ROOT, 'bin/proof.mjs'), made], ROOT);
    const quiet = ['--cache', join(dir, 'cache'), '--offline', '--no-audit', '--no-fund', '--loglevel=error'];
    const packed =
      npm(['pack', '--pack-destination', dir, ...quiet], made)
        .trim()
        .split('\n')
        .at(-1) ?? '';
    mkdirSync(project);
    writeFileSync(
      join(project, 'package.json'),
      '{ "name": "verifier-of-mine", "version": "1.0.0", "type": "module" }',
    );
    npm(['install', join(dir, packed), ...quiet], project);
    return { project, installed: join(project, 'node_modules', 'counterfoil'), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Every Node from 20 on that is found, by version: the one that runs the tests, and what else stands in the path. */
export function nodes(): ReadonlyMap<string, string> {
  const found = new Map([[process.version, process.execPath]]);
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'node');
    if (!existsSync(path)) continue;
    const version = (spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? '').trim();
    if (Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= 20 && !found.has(version)) found.set(version, path);
  }
  return found;
}
