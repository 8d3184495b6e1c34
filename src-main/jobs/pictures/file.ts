/** The file of a registered picture, where it may be read. */
import { realpath } from 'node:fs/promises';
import { imageFacts } from '../../store/pictures/image.ts';
import type { Project } from '../../store/file/project.ts';
import { type RootPlace, rootPlace } from '../../store/pictures/root.ts';
import { recordedPlace } from './place.ts';

/**
 * The real path of a picture. Throws `not_found` without such a picture, file or folder, `conflict` when a link leads
 * elsewhere than it did, `io`.
 */
export async function pictureFile(project: Project, imageId: number): Promise<string> {
  const { rootId, path } = imageFacts(project.db, imageId);
  return recordedPlace(await placeOf(project, rootId), path);
}

/** Where pictures of a root may lie. */
export async function placeOf(project: Project, rootId: number): Promise<RootPlace> {
  return rootPlace(project.db, project.path, rootId, await realpath(project.path));
}
