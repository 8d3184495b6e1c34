/** What of a thing that was brought in stands in which field of the import. */
import type { UploadPlaced } from '../../src-shared/contract/procedures.ts';

export interface ImportPaths {
  readonly imagesDir: string;
  readonly questionsFile: string;
  /** Files that may be the questions, where there are several. */
  readonly candidates: readonly string[];
}

/**
 * The paths of the import after `placed` came.
 * @param isBroughtIn whether a path is one that was brought in before: what somebody typed stays where it fits
 */
export function importPaths(
  { dir, pictures, questions }: UploadPlaced,
  before: Pick<ImportPaths, 'imagesDir' | 'questionsFile'>,
  isBroughtIn: (path: string) => boolean,
): ImportPaths {
  const imagesDir = pictures > 0 ? dir : before.imagesDir;
  const [first] = questions;
  if (first === undefined) {
    // Pictures alone, or beside questions that are there already.
    const keeps = before.questionsFile.trim() !== '' && !isBroughtIn(before.questionsFile);
    return { imagesDir, questionsFile: keeps ? before.questionsFile : dir, candidates: [] };
  }
  // A data set folder is cut into several files of Parquet, which are one.
  if (questions.length > 1 && questions.every((file) => file.toLowerCase().endsWith('.parquet'))) {
    return { imagesDir, questionsFile: dir, candidates: [] };
  }
  return { imagesDir, questionsFile: first, candidates: questions.length > 1 ? questions : [] };
}
