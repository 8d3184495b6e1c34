/**
 * Looks at every picture's file: a name and a size each, and the bytes of those that were written to since, or that nobody
 * has taken a fingerprint of. Runs in a thread of its own (`check-thread.ts`) and waits for the disk as it comes: a share
 * that hangs holds up nothing else.
 */
import type { PictureCheck } from '../../../src-shared/contract/procedures.ts';
import { transact } from '../../store/db.ts';
import {
  noteRootMissing,
  notePictureProblem,
  noteSameContent,
  picturesAfter,
  picturesWithProblems,
  type RegisteredPicture,
} from '../../store/pictures/version.ts';
import type { Project } from '../../store/file/project.ts';
import { rootsInUse } from '../../store/pictures/root.ts';
import { placeOf } from './file.ts';
import { realOf, sha256Of, UntouchedFiles } from './reading.ts';
import { settlePicture } from './settle.ts';

const PAGE = 200;

export interface CheckOptions {
  /** Take a fingerprint of every picture that has none; else only of those that were written to. */
  readonly fingerprint: boolean;
  /** Asked between pictures. */
  readonly stopped: () => boolean;
  readonly onProgress: (done: number, total: number) => void;
  /** Called between the pieces of a large file, too: it is still going on. */
  readonly onSign?: () => void;
}

/** Notes what is new and counts. Throws what the database says; stopped it gives what it has come to. */
export async function checkPictures(project: Project, options: CheckOptions): Promise<PictureCheck> {
  const report = { looked: 0, changed: 0, missing: 0, unreadable: 0, takenForSame: 0, fingerprints: 0 };
  const roots = rootsInUse(project.db, project.path);
  const total = roots.reduce((sum, { pictures }) => sum + pictures, 0);
  const problems = picturesWithProblems(project.db);
  for (const { id: rootId, pictures } of roots) {
    const place = await placeOf(project, rootId);
    const real = realOf(place);
    if (real === null) {
      noteRootMissing(project.db, rootId, 'the image folder is missing');
      report.missing += pictures;
      report.looked += pictures;
      options.onProgress(report.looked, total);
      continue;
    }
    const files = new UntouchedFiles(place, real);
    for (let last = 0; ;) {
      if (options.stopped()) return report;
      const page = picturesAfter(project.db, last, PAGE, rootId);
      if (page.length === 0) break;
      last = page[page.length - 1].id;
      const quick = quickly(page, files, problems, options);
      transact(project.db, () => {
        for (const { id, found } of quick.sound) {
          if (found) noteSameContent(project.db, id, found);
          if (problems.has(id)) notePictureProblem(project.db, id, null);
        }
      });
      report.fingerprints += quick.sound.filter(({ found }) => found !== null).length;
      report.looked += quick.sound.length;
      for (const id of quick.others) {
        if (options.stopped()) return report;
        options.onSign?.();
        const settled = await settlePicture(project, id, { fingerprint: true, onSign: options.onSign });
        report.looked++;
        if (settled.outcome === 'other') report.changed++;
        else if (settled.outcome === 'taken_for_same') report.takenForSame++;
        else if (settled.outcome === 'unshown') {
          report[settled.error.code === 'not_found' ? 'missing' : 'unreadable']++;
        }
      }
      options.onProgress(report.looked, total);
    }
  }
  return report;
}

interface Sound {
  readonly id: number;
  /** With a fingerprint that was taken just now; null: there was nothing to do. */
  readonly found: Parameters<typeof noteSameContent>[2] | null;
}

/** Pictures that are as they are registered, and those that somebody has to look at more closely. */
function quickly(
  page: readonly RegisteredPicture[],
  files: UntouchedFiles,
  problems: ReadonlySet<number>,
  options: CheckOptions,
): { readonly sound: Sound[]; readonly others: number[] } {
  const sound: Sound[] = [];
  const others: number[] = [];
  for (const picture of page) {
    if (options.stopped()) break;
    options.onSign?.();
    const file = files.find(picture);
    const wanted = options.fingerprint && picture.sha256 === null;
    if (file === null || (wanted && problems.has(picture.id))) {
      others.push(picture.id);
      continue;
    }
    const sha256 = wanted ? sha256Of(file, picture, options) : null;
    if (wanted && sha256 === null) others.push(picture.id);
    else {
      const { bytes, mtimeMs } = picture;
      sound.push({ id: picture.id, found: sha256 && { bytes, mtimeMs, sha256 } });
    }
  }
  return { sound, others };
}
