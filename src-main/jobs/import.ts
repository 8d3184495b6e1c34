/**
 * Brings questions into a project: checks each line and its picture, writes in batches, can be stopped and repeated.
 * Pictures stay where they are; of each only the header is read.
 */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { readImageSize } from '../checkpoint/image/decode.ts';
import { openImport, type ImportItem, type ImportRecord } from '../importers/index.ts';
import { transact } from '../store/db.ts';
import { ensureImage, type NewImage } from '../store/image.ts';
import type { Project } from '../store/project.ts';
import { ensureRoot } from '../store/root.ts';
import { addSample } from '../store/sample.ts';

/** Large enough that the disk waits for few commits, small enough that stopping loses little. */
const BATCH = 500;
/** So many problems are told one by one; the rest are counted. */
const PROBLEMS_KEPT = 100;

export interface ImportLineProblem {
  readonly line: number;
  readonly message: string;
  readonly next: string;
}

export interface ImportReport {
  readonly added: number;
  /** Lines whose sample is in the project already. */
  readonly skipped: number;
  readonly failed: number;
  readonly seconds: number;
  /** The first hundred. */
  readonly problems: readonly ImportLineProblem[];
}

export interface ImportOptions {
  /** Pictures are named relative to this folder and must lie in it. */
  readonly imagesDir: string;
  readonly questionsFile: string;
  readonly signal?: AbortSignal;
  /** Lines read so far. */
  readonly onProgress?: (lines: number) => void;
}

type Checked = { readonly record: ImportRecord; readonly image: Omit<NewImage, 'rootId'> };

/**
 * Imports a question file. Bad lines are refused and counted, the others go in. Throws `not_found` (folder, file),
 * `cancelled` (what was added stays), `no_space`, `read_only`, `io`.
 */
export async function importQuestions(project: Project, options: ImportOptions): Promise<ImportReport> {
  const started = performance.now();
  const root = await rootFolder(options.imagesDir);
  const sizes = new Map<string, Promise<Checked['image']>>();
  const problems: ImportLineProblem[] = [];
  let [added, skipped, failed, lines] = [0, 0, 0, 0];
  let batch: ImportItem[] = [];

  const flush = async (): Promise<void> => {
    const items = batch;
    batch = [];
    const checked = await Promise.all(items.map((item) => check(item, root, sizes)));
    sizes.clear();
    const good = checked.filter((found) => 'record' in found);
    for (const found of checked) {
      if ('record' in found) continue;
      failed++;
      if (problems.length < PROBLEMS_KEPT) problems.push(found);
    }
    transact(project.db, () => {
      if (good.length === 0) return;
      const rootId = ensureRoot(project.db, project.path, root);
      for (const { record, image } of good) {
        const imageId = ensureImage(project.db, { ...image, rootId });
        if (addSample(project.db, { ...record, imageId }) === null) skipped++;
        else added++;
      }
    });
    lines += items.length;
    options.onProgress?.(lines);
    if (options.signal?.aborted) {
      throw new FoveaError('cancelled', `stopped after ${lines} lines; ${added} samples were added`, {
        next: 'Import the same file again to go on',
      });
    }
  };

  const { items } = await openImport(options.questionsFile);
  for await (const item of items) {
    batch.push(item);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return { added, skipped, failed, seconds: (performance.now() - started) / 1000, problems };
}

async function check(
  item: ImportItem,
  root: string,
  sizes: Map<string, Promise<Checked['image']>>,
): Promise<Checked | ImportLineProblem> {
  if (!item.ok) return { line: item.line, ...item.problem };
  const { record } = item;
  try {
    // Several questions about one picture follow one another: its header is read once.
    let image = sizes.get(record.imagePath);
    if (!image) sizes.set(record.imagePath, (image = lookAt(root, record.imagePath)));
    return { record, image: await image };
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    return {
      line: item.line,
      message: `${error.message}: ${record.imagePath}`,
      next: error.next ?? 'Check the picture',
    };
  }
}

/** The picture's facts. Refuses paths that lead out of `root`, by `..`, from the top, or through a link. */
async function lookAt(root: string, path: string): Promise<Checked['image']> {
  const outside = new FoveaError('bad_input', 'the image lies outside the images folder', {
    next: 'Name pictures relative to the images folder and keep them in it',
  });
  if (isAbsolute(path) || /^[a-zA-Z]:|\\/.test(path) || path.split('/').includes('..')) throw outside;
  const file = resolve(root, path);
  const [width, height] = await readImageSize(file);
  if (!isInside(await realpath(root), await realpath(file))) throw outside;
  const { size, mtimeMs } = await stat(file);
  return { path, bytes: size, mtimeMs, width, height };
}

function isInside(root: string, file: string): boolean {
  const inside = relative(root, file);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

async function rootFolder(dir: string): Promise<string> {
  const found = await stat(dir).catch(() => null);
  if (found?.isDirectory()) return resolve(dir);
  throw new FoveaError('not_found', 'the images folder is missing', {
    where: resolve(dir),
    next: 'Give the folder that the image paths of the questions start from',
  });
}
