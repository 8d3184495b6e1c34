/** In words: which pictures of an import are copies of others. */
import { counted } from './counts.ts';
import type { ImportReport } from './procedures.ts';

/** A heading, and a line for each group; nothing where there is nothing to say. */
export function copyLines(copies: ImportReport['copies']): string[] {
  if (copies === null) return ['Nobody could look which pictures are copies of others'];
  const { pictures, groups, uncompared } = copies;
  const lines: string[] = [];
  if (pictures > 0) {
    const verb = pictures === 1 ? 'is a copy of another one' : 'are copies of others';
    lines.push(`${counted(pictures, 'picture')} ${verb}, byte for byte`);
    lines.push(...groups.map((paths) => `  ${paths.join(' = ')}`));
  }
  if (uncompared > 0) lines.push(`${counted(uncompared, 'picture was', 'pictures were')} not compared`);
  return lines;
}
