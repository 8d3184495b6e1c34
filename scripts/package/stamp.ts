/** The one time that every file of a package has, so that packing the same sources again gives the same bytes. */
import { spawnSync } from 'node:child_process';
import { root } from '../lib/paths.mjs';

/** The first day of 2020, UTC, for a checkout without a history. */
const WITHOUT_HISTORY = 1_577_836_800;

/** Seconds since 1970: SOURCE_DATE_EPOCH (reproducible-builds.org), else when the checkout's commit was made. */
export function stampSeconds(): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d{1,12}$/.test(given)) return Number(given);
  const { stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return /^\d+\n$/.test(stdout ?? '') ? Number(stdout) : WITHOUT_HISTORY;
}
