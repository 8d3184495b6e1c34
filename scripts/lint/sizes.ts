/** How much one folder and one file may hold. Pure: files in, problems out. */
import { posix } from 'node:path';
import type { Problem } from './imports.ts';

const MOST_FILES = 30;
const MOST_LINES = 400;
/** Migrations are one line of history, and stay where they are. */
const FREE = 'db/';

/** Folders and files among `files` (repository path → text) in which more than one idea lives. */
export function checkSizes(files: ReadonlyMap<string, string>): Problem[] {
  const problems: Problem[] = [];
  const counts = new Map<string, number>();
  for (const [file, text] of files) {
    if (file.startsWith(FREE)) continue;
    const folder = posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
    const lines = text.split('\n').length - 1;
    if (lines > MOST_LINES)
      problems.push({
        file,
        message: `${lines} lines, more than ${MOST_LINES}: more than one idea lives here`,
      });
  }
  for (const [file, count] of counts) {
    if (count > MOST_FILES)
      problems.push({ file, message: `${count} files, more than ${MOST_FILES}: two things live here` });
  }
  return problems;
}
