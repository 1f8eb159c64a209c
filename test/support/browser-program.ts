/**
 * Finds a Chromium on this machine, or has Debian's installed where we are root. It launches nothing; browser.ts does. Kept apart so
 * that `npm test` can see to it once before the tests begin.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const INSIDE = [
  'chrome-linux/chrome',
  'chrome-linux64/chrome',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  'chrome-linux/headless_shell',
  'chrome-headless-shell-linux64/chrome-headless-shell',
];

function* candidates(): Generator<string> {
  for (const path of [process.env.CHROMIUM, process.env.CHROMIUM_PATH]) if (path) yield path;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'];
  for (const name of NAMES) for (const folder of folders) if (folder !== '') yield join(folder, name);
  yield '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  yield '/Applications/Chromium.app/Contents/MacOS/Chromium';
  const caches = [
    process.env.PLAYWRIGHT_BROWSERS_PATH,
    join(homedir(), '.cache', 'ms-playwright'),
    join(homedir(), 'Library', 'Caches', 'ms-playwright'),
  ];
  for (const cache of caches) {
    if (!cache || !existsSync(cache)) continue;
    for (const folder of readdirSync(cache).sort().reverse()) {
      if (folder.startsWith('chromium')) for (const inside of INSIDE) yield join(cache, folder, inside);
    }
  }
}

/** Some systems ship a script that only says where to get it, so it has to tell its version. */
function works(path: string): boolean {
  if (!existsSync(path)) return false;
  const told = spawnSync(path, ['--version', '--no-sandbox'], {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return told.status === 0 && /Chrom/.test(told.stdout);
}

/** Path of a browser that starts, or null. CHROMIUM names one that is preferred. */
export function findBrowser(): string | null {
  for (const path of candidates()) if (works(path)) return path;
  return null;
}

function isDebian(): boolean {
  return (
    existsSync('/etc/debian_version') &&
    !/^ID=ubuntu$/m.test(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '')
  );
}

const ADVICE =
  'No browser found for the tests: install Chromium or Google Chrome, or set CHROMIUM to the path of one, then run npm test again.';

/** A browser, installed by apt-get where it has to be and can be; rejects with one line that says what to do. */
export async function ensureBrowser(log: (line: string) => void): Promise<string> {
  const found = findBrowser();
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || !isDebian()) throw new Error(ADVICE);
  log('Installing the browser that the tests need (chromium, by apt-get) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=600', '-q', ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const updated = apt('update');
  const installed = apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation');
  const path = findBrowser();
  if (path !== null) return path;
  const why = `${updated.status === 0 ? '' : updated.stderr}${installed.stderr}`.trim().split('\n').at(-1) ?? '';
  throw new Error(`${ADVICE} (apt-get said: ${why})`);
}
