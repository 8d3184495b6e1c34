/** Which base model a command means: the one it is given, or the one that the project was labelled with last. */
import { type BaseModel, baseModel, baseOfProject } from '../../../jobs/rpn/base.ts';
import type { Project } from '../../../store/file/project.ts';
import { ADAPTER_OPTION, modelFolders } from '../frame/rpn-option.ts';

export const BASE_OPTION = [
  '--model <model>',
  'the base model: a folder, or a name of fovea model list (default: the one the project was labelled with last)',
] as const;

export { ADAPTER_OPTION };

export interface BaseOptions {
  readonly model?: string;
  readonly adapter?: string;
}

/** Throws as `baseModel` and `baseOfProject`. */
export async function baseOf(project: Project, { model, adapter }: BaseOptions): Promise<BaseModel> {
  if (model === undefined) return baseOfProject(project);
  return baseModel(await modelFolders(model, adapter === undefined ? {} : { adapter }));
}
