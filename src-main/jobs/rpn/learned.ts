/** Pictures that versions learned from, and those that look the same: how a version does on them says little. */
import { NEAR_DUPLICATE_BITS, type Compared } from '../../../src-shared/contract/training.ts';
import type { Project } from '../../store/file/project.ts';
import { comparablePictures, picturesLearnedFrom } from '../../store/training/comparable.ts';
import { type GroupHooks, pictureGroups } from '../training-data/picture-groups.ts';

/**
 * Whether a picture, or one that looks the same, was learned from by a side or a version that it descends from.
 * @throws FoveaError `cancelled` by the signal
 */
export async function learnedPictures(
  project: Project,
  [a, b]: readonly [Compared, Compared],
  hooks: GroupHooks,
): Promise<(imageId: number) => boolean> {
  const versions = [a, b].flatMap(({ rpnId }) => rpnId ?? []);
  const pictures = picturesLearnedFrom(project.db, versions);
  if (pictures.length === 0) return () => false;
  const compared = comparablePictures(project.db, [a.runId, b.runId]);
  const all = [...new Set([...pictures, ...compared])].sort((x, y) => x - y);
  const { groupOf } = await pictureGroups(project, all, NEAR_DUPLICATE_BITS, hooks);
  const learned = new Set(pictures);
  const groups = new Set(pictures.flatMap((id) => groupOf.get(id) ?? []));
  return (id) => learned.has(id) || groups.has(groupOf.get(id) ?? -1);
}
