/** The picture that a model is shown: which content of its file that is, before and after. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { imagePath } from '../../store/pictures/image.ts';
import { registeredPicture } from '../../store/pictures/version.ts';
import { patiently } from '../../store/patience.ts';
import type { Project } from '../../store/file/project.ts';
import { settlePicture } from './settle.ts';

/** The picture that is there now, with its fingerprint noted. A file that cannot be read is for the engine to refuse. */
export async function pictureToShow(
  project: Project,
  imageId: number,
): Promise<{ readonly path: string; readonly version: number }> {
  const found = await patiently(() => settlePicture(project, imageId, { fingerprint: true }));
  if (found.outcome !== 'unshown') return found;
  if (found.error.code === 'conflict') throw found.error;
  const { version } = registeredPicture(project.db, imageId);
  return { path: imagePath(project.db, project.path, imageId)!, version };
}

/**
 * Nobody knows which of two pictures the model saw that was replaced while it was looked at.
 * @throws FoveaError `conflict`
 */
export async function requireUntouched(project: Project, imageId: number, version: number): Promise<void> {
  const now = await patiently(() => settlePicture(project, imageId, { fingerprint: false }));
  if (now.outcome === 'unshown' || now.version === version) return;
  throw new FoveaError('conflict', 'the picture was replaced while the model looked at it', {
    next: 'Do it again',
  });
}
