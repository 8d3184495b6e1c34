/** How many crash reports are kept: the newest. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Deletes all but the newest reports in a folder, at whatever depth they are. A folder that is missing has none. */
export function keepNewest(dir: string, most: number): void {
  const reports = names(dir)
    .filter((name) => name.endsWith('.dmp'))
    .flatMap((name) => {
      const path = join(dir, name);
      const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      return at === undefined ? [] : [{ path, at }];
    })
    .sort((a, b) => b.at - a.at);
  for (const { path } of reports.slice(most)) rmSync(path, { force: true });
}

function names(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}
