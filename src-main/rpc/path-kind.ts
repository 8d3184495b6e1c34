/** What lies at a path that a person dropped on the page, by its name and a look into the folder; nothing is decoded. */
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { PathKind } from '../../src-shared/contract/procedures.ts';
import { guardedStat } from '../files/plain-file.ts';
import { isProject } from '../store/file/project.ts';

const PICTURES: readonly string[] = ['.png', '.jpg', '.jpeg', '.gif', '.webp', '.tif', '.tiff', '.avif'];
const QUESTIONS: readonly string[] = ['.jsonl', '.json', '.csv', '.tsv', '.parquet'];

/** @throws FoveaError `not_found` when there is nothing, or nothing that may be read; `io` when its disk does not answer */
export async function pathKind(path: string): Promise<PathKind> {
  try {
    if (!(await guardedStat(path)).isDirectory()) return kindOfName(path);
    if (isProject(path)) return 'project';
    const names = await readdir(path);
    const weights = names.some(
      (name) => name.endsWith('.safetensors') || name.endsWith('.safetensors.index.json'),
    );
    return names.includes('config.json') && weights ? 'checkpoint' : 'folder';
  } catch (cause) {
    if (cause instanceof FoveaError) throw cause;
    throw new FoveaError('not_found', 'This cannot be read', {
      where: join(path),
      next: 'Check that it is still there and that you may read it',
      cause,
    });
  }
}

/** What a file is by its name. */
export function kindOfName(path: string): 'weights' | 'questions' | 'picture' | 'other' {
  const extension = extname(path).toLowerCase();
  if (extension === '.safetensors') return 'weights';
  if (QUESTIONS.includes(extension)) return 'questions';
  return PICTURES.includes(extension) ? 'picture' : 'other';
}
