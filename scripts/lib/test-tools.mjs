// What the tests need beyond npm: a Chromium to drive, and NumPy to read the exported pickle. On Debian and its kin both
// are installed when missing and allowed; elsewhere one line says what to install.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, say } from './log.mjs';

/**
 * Chromium without its window, as Debian builds it: the same engine for less of the processor. Its program, not the script
 * in front of it: whoever ends that script leaves the browser behind.
 */
const WINDOWLESS = '/usr/lib/chromium/chromium-headless-shell';
/** The packages that have one; not every kin of Debian has the first. */
const CHROMIUM = ['chromium-headless-shell', 'chromium'];
const ON_PATH = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** Path of a Chromium: CHROME_PATH, one on the PATH, or a usual place; null when there is none. */
export function findChromium() {
  if (process.env.CHROME_PATH && isRunnable(process.env.CHROME_PATH)) return process.env.CHROME_PATH;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = ON_PATH.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [WINDOWLESS, ...candidates, ...(ELSEWHERE[process.platform] ?? [])].find(isRunnable) ?? null;
}

/** Makes sure of Chromium and NumPy. @returns path of the Chromium */
export function ensureTestTools() {
  const missing = [...(findChromium() ? [] : [CHROMIUM]), ...(hasNumpy() ? [] : [['python3-numpy']])];
  if (missing.length > 0) aptInstall(missing);
  const chromium = findChromium();
  if (!chromium) {
    fail(
      'the tests need Chromium or Chrome. Install it, or set CHROME_PATH to its program, and run npm test again.',
    );
  }
  if (!hasNumpy()) {
    fail(
      'the tests need python3 with NumPy to read the exported pickle. Install both and run npm test again.',
    );
  }
  return chromium;
}

/** Makes sure of Xvfb, the display of specs on a real Electron. @returns whether it is there */
export function ensureXvfb() {
  const hasXvfb = () =>
    (process.env.PATH ?? '')
      .split(delimiter)
      .some((folder) => folder !== '' && isRunnable(join(folder, 'Xvfb')));
  if (!hasXvfb()) aptInstall([['xvfb']]);
  return hasXvfb();
}

/** The system's own Python comes first, as in the tests: Debian's NumPy belongs to it and to no other on the PATH. */
function hasNumpy() {
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  return spawnSync(python, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0;
}

/** @param wanted of each the packages that would do, the one to have first */
function aptInstall(wanted) {
  if (!existsSync('/usr/bin/apt-get')) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (sudo.length > 0 && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return;
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 1 << 28 });
    if (status !== 0) say(`${stdout}${stderr}`.trim());
  };
  say(`Installing ${wanted.map(([first]) => first).join(' and ')} with apt-get…`);
  apt('update');
  const known = (name) => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0;
  apt('install', '-y', '--no-install-recommends', ...wanted.map((names) => names.find(known) ?? names[0]));
}

function isRunnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
