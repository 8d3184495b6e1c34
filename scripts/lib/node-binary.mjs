// The Node that runs the app: 24 or later, because it runs TypeScript as it is and better-sqlite3 crashes on 20. The
// machine's own when it is new enough, else the one that npm installed as a package.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './log.mjs';
import { root } from './paths.mjs';

const OLDEST = 24;

/** Path of the Node to use. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST) return process.execPath;
  const { platform, arch } = process;
  const packages = [
    `node-${platform === 'win32' ? 'win' : platform}-${arch}`,
    `node-bin-${platform}-${arch}`,
  ];
  const file = platform === 'win32' ? 'node.exe' : 'node';
  for (const name of packages) {
    const path = join(root, 'node_modules', name, 'bin', file);
    if (existsSync(path)) return path;
  }
  return fail(
    `no Node ${OLDEST} for ${platform}-${arch} comes with Fovea, and this is ${process.version}. Install Node ${OLDEST} or later and run this again.`,
  );
}
