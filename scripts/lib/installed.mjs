// Is node_modules what package-lock.json says? npm writes its hidden lockfile last, so a set-up that was cut off has
// none, or one that names other packages. On top of that every package must still be on disk.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = '.fovea-stamp';

/** @returns null when `folder`'s node_modules is complete, else why it is not. */
export function whyNotInstalled(folder) {
  const modules = join(folder, 'node_modules');
  const hidden = readJson(join(modules, '.package-lock.json'));
  if (hidden === null) return existsSync(modules) ? 'the last set-up did not finish' : 'first run';
  const lock = readFileSync(join(folder, 'package-lock.json'));
  if (readStamp(modules) !== hash(lock)) {
    const wanted = wantedHere(JSON.parse(lock.toString('utf8')).packages);
    if (!sameVersions(wanted, hidden.packages)) return 'package-lock.json changed';
    writeStamp(folder);
  }
  for (const path of Object.keys(hidden.packages)) {
    if (!existsSync(join(folder, path, 'package.json'))) return `${path} is missing`;
  }
  return null;
}

/** Remembers that node_modules was made from the current package-lock.json. A read-only folder is left alone. */
export function writeStamp(folder) {
  try {
    writeFileSync(join(folder, 'node_modules', STAMP), hash(readFileSync(join(folder, 'package-lock.json'))));
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code)) throw error;
  }
}

/**
 * Packages of a lockfile that belong on this platform: path → entry. An optional one counts only when it is a platform
 * binary: npm drops those silently when a download fails, and the others (WebAssembly fall-backs) are never needed.
 */
function wantedHere(packages) {
  return Object.fromEntries(
    Object.entries(packages).filter(([path, entry]) => {
      if (path === '' || (entry.optional && !entry.os && !entry.cpu)) return false;
      return (
        allows(entry.os, process.platform) && allows(entry.cpu, process.arch) && allows(entry.libc, libc())
      );
    }),
  );
}

/** npm's rule for `os`, `cpu` and `libc` (a name or a list of names): listed, or not excluded with `!`. */
function allows(names, value) {
  if (!names || value === null) return true;
  const list = [names].flat();
  if (list.includes(`!${value}`)) return false;
  return list.every((item) => item.startsWith('!')) || list.includes(value);
}

let knownLibc;

function libc() {
  if (process.platform !== 'linux') return null;
  process.report.excludeNetwork = true;
  knownLibc ??= process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  return knownLibc;
}

function sameVersions(wanted, present) {
  return Object.entries(wanted).every(([path, entry]) => present[path]?.version === entry.version);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function readStamp(modules) {
  try {
    return readFileSync(join(modules, STAMP), 'utf8');
  } catch {
    return null;
  }
}

function hash(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
