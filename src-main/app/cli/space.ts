/** `fovea doctor --space`: what a project takes on the disk, and what of it can be had back. */
import { formatBytes } from '../../../src-shared/contract/counts.ts';
import { CLEANABLE, type Cleanable, type Space } from '../../../src-shared/contract/procedures.ts';
import { CLEANED_WORDS, PART_WORDS } from '../../../src-shared/contract/space-words.ts';
import { spaceBudgets } from '../../jobs/space/budgets.ts';
import { spaceInThread } from '../../jobs/space/in-thread.ts';
import { withProject } from '../projects.ts';
import { usageError } from './frame/command.ts';

export interface SpaceFound extends Space {
  readonly freed: number;
}

/** Cleans these parts and counts. */
export function spaceOf(path: string, clean: readonly Cleanable[], signal: AbortSignal): Promise<SpaceFound> {
  return withProject(
    path,
    async (project) => {
      const { freed, space } = await spaceInThread(project, clean, spaceBudgets(), signal);
      return { freed, ...space };
    },
    { writes: clean.length > 0 },
  );
}

/** @throws FoveaError `usage` */
export function cleanableOf(given: string): readonly Cleanable[] {
  if (given === 'all') return CLEANABLE;
  return given.split(',').map((word) => {
    const part = CLEANABLE.find((one) => one === word.trim());
    if (part === undefined) {
      throw usageError(`--clean takes no "${word}"`, `Some of: ${CLEANABLE.join(', ')}; or all`);
    }
    return part;
  });
}

/** A line for each part that takes room, the largest first. */
export function spaceLines({ parts, freeOnDisk, freed }: SpaceFound, cleaned: boolean): string[] {
  const shown = parts.filter(({ files }) => files > 0).sort((a, b) => b.bytes - a.bytes);
  const lines = shown.map(({ part, bytes, freeable, budget }) => {
    const of = budget === null ? '' : ` of ${formatBytes(budget)}`;
    const clean = CLEANABLE.find((one) => one === part);
    const back =
      freeable > 0 && clean
        ? `  ${formatBytes(freeable)} can be had back (--clean ${clean}): ${lower(CLEANED_WORDS[clean])}`
        : '';
    return `${`${formatBytes(bytes)}${of}`.padStart(20)}  ${PART_WORDS[part]}${back}`;
  });
  const last = `${formatBytes(freeOnDisk)} are free on its disk`;
  return [...(cleaned ? [`Freed ${formatBytes(freed)}`] : []), ...lines, last];
}

function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
