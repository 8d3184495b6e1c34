/** The version that labelling uses where nobody names an RPN. */
import { wholeFolders } from '../../checkpoint/reader/prompts.ts';
import type { Project } from '../../store/file/project.ts';
import { activations, rpnFolder, saidActive } from '../../store/training/rpn.ts';
import { baseModel } from './base.ts';

/**
 * Folder of the active version of this model. Null: the model's own RPN was made the active one; undefined: nobody ever said.
 * Throws as `wholeFolders` and `baseModel`.
 */
export async function activeVersionDir(
  { db, path }: Project,
  { dir, adapterDir }: { readonly dir: string; readonly adapterDir?: string | undefined },
): Promise<string | null | undefined> {
  if (activations(db).length === 0) return undefined;
  const folders = await wholeFolders({ dir, ...(adapterDir === undefined ? {} : { adapterDir }) });
  const id = saidActive(db, (await baseModel(folders)).fingerprint);
  return typeof id === 'number' ? rpnFolder(path, id) : id;
}
