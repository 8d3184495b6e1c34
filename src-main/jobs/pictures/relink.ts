/** Leads a moved image folder to where its pictures are now: samples, labels and decisions stay what they are. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { realpath } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RelinkPlan } from '../../../src-shared/contract/procedures.ts';
import { isInside } from '../../files/inside.ts';
import { transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { moveRoot, rootsInUse } from '../../store/pictures/root.ts';
import { movedRoots } from './relink-plan.ts';

/**
 * Does what `plan` says, in one transaction. Whether the files hold the pixels that were labelled is for the next look at
 * them to say. Throws `bad_input` when the plan finds no picture at all, `conflict` when the project has an image folder at
 * the new place already; nothing is written then.
 */
export async function relink(project: Project, from: string, to: string, plan: RelinkPlan): Promise<void> {
  const moved = movedRoots(project, from, to);
  if (plan.found + plan.otherSize === 0) {
    throw new FoveaError('bad_input', 'none of the pictures is there', {
      where: to,
      next: `Give the folder that holds ${plan.examples[0] ?? 'them'}`,
    });
  }
  const ids = new Set(moved.map(({ id }) => id));
  const taken = rootsInUse(project.db, project.path).find(
    (root) => !ids.has(root.id) && moved.some((one) => one.to === root.dir),
  );
  if (taken) {
    throw new FoveaError(
      'conflict',
      `the project has ${counted(taken.pictures, 'picture')} from there already`,
      {
        where: taken.dir,
        next: 'They were imported again from the new place: remove that import first, then relink',
      },
    );
  }
  const realProject = await realpath(project.path);
  const places = await Promise.all(
    moved.map(async ({ id, to: dir }) => ({ id, dir, resolved: await realpath(dir).catch(() => dir) })),
  );
  transact(project.db, () => {
    for (const { id, dir, resolved } of places) {
      const links = plan.linkedInto.filter((folder) => !isInside(resolved, folder));
      moveRoot(project.db, project.path, realProject, id, { dir, resolved, links });
    }
  });
}
