/** A picture's file is replaced behind the app, and what a person says to that. */
import { join } from 'node:path';
import { read } from '../../../src-main/store/db.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { rootDir } from '../../../src-main/store/pictures/root.ts';
import type { Player } from './player.ts';
import { reloadAll, WAIT, type Fault } from './world.ts';

/** Another picture in place of the one at hand, or the first one again. Decision and label stay; it is marked. */
export const changePicture: Fault = async (world, player) => {
  const { project, store } = world;
  if (!player.list.includes(player.sample)) return;
  await store.pictures.replace(player.sample, pictureOf(project, player.sample), (n) => player.below(n));
  await reloadAll(world, player);
  await player.agrees();
  // Nobody says yes to what they have not seen; no can be said.
  await player.decide('Enter');
  await player.agrees();
};

/** Says that the label holds for the picture that is there now, where that can be said. */
export async function keepForPicture(player: Player): Promise<void> {
  const { page, store, sample } = player;
  const keep = page.getByTestId('picture-changed').getByRole('button', { name: 'Keep the label' });
  if (!store.pictures.isOfSameSize(sample)) {
    await page.getByTestId('picture-changed').getByText('The picture changed from').waitFor(WAIT);
    if (await keep.isEnabled()) throw new Error('a label can be kept for a picture of another size');
    return;
  }
  await player.saved();
  await keep.click();
  await page.getByTestId('picture-changed').waitFor({ ...WAIT, state: 'detached' });
  store.keepForPicture(sample, player.model);
  await player.review.ready();
}

/** The file of a sample's picture. */
function pictureOf(project: string, sample: number): string {
  const open = openProject(project);
  try {
    const { rootId, path } = read<{ rootId: number; path: string }>(
      open.db,
      'SELECT i.root_id AS rootId, i.path FROM sample s JOIN image i ON i.id = s.image_id WHERE s.id = ?',
    ).get(sample)!;
    return join(rootDir(open.db, project, rootId), path);
  } finally {
    open.close();
  }
}
