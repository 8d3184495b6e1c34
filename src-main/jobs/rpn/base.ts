/** Which base model a project's versions are of. */
import { basename, relative, resolve, sep } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RpnVersion } from '../../../src-shared/contract/training.ts';
import type { ModelRef } from '../../engine/protocol.ts';
import type { Project } from '../../store/file/project.ts';
import { type ModelRun, runsOfModel } from '../../store/runs/model-runs.ts';
import { labellingRun, overlaysOfRun } from '../../store/runs/run.ts';
import { rpnFolder } from '../../store/training/rpn.ts';
import { formerFingerprint, modelFingerprint } from '../asking/model-fingerprint.ts';

export interface BaseModel {
  readonly dir: string;
  readonly adapterDir?: string;
  /** Of both, without an RPN. */
  readonly fingerprint: string;
}

/** A model and its adapter as a base. Throws `not_found` or `io` for a folder that cannot be read. */
export async function baseModel({
  dir,
  adapterDir,
}: Pick<ModelRef, 'dir' | 'adapterDir'>): Promise<BaseModel> {
  const folders = { dir: resolve(dir), ...(adapterDir === undefined ? {} : { adapterDir }) };
  return { ...folders, fingerprint: await modelFingerprint(folders) };
}

/** The model that the project was labelled with last. Throws `bad_input` where there is none, and as {@link baseModel}. */
export async function baseOfProject({ db, path }: Project): Promise<BaseModel> {
  const run = labellingRun(db);
  if (run === null) {
    throw new FoveaError(
      'bad_input',
      'no model has labelled the project yet, so the base model of the RPN is not known',
      {
        where: path,
        next: 'Name the base model (--model), or label the project first',
      },
    );
  }
  const { adapterDir } = overlaysOfRun(db, run.id);
  return baseModel({ dir: run.modelDir, ...(adapterDir === undefined ? {} : { adapterDir }) });
}

/** Throws `bad_input` when a version is of another base model. */
export function requireOfBase(version: RpnVersion, base: BaseModel): void {
  if (version.baseFingerprint === base.fingerprint) return;
  throw new FoveaError('bad_input', `RPN version ${version.name} is not of ${basename(base.dir)}`, {
    where: base.dir,
    next: 'Name the base model it was made for (--model)',
  });
}

/** How runs are known that a version was laid over its base for: by what is in the folders, wherever they lie. */
export async function fingerprintOf(
  project: Project,
  base: BaseModel,
  version: RpnVersion | null,
): Promise<string> {
  if (version === null || version.source === 'model') return base.fingerprint;
  return modelFingerprint({ ...base, rpnDir: rpnFolder(project.path, version.id) });
}

/**
 * The runs that a version was laid over its base for, the newest first. What was made before RPNs were hashed whole is known by how
 * they were known then, and by the version's folder, wherever the project lay.
 */
export async function runsOfVersion(
  project: Project,
  base: BaseModel,
  version: RpnVersion | null,
): Promise<ModelRun[]> {
  const { db } = project;
  const runs = runsOfModel(db, await fingerprintOf(project, base, version));
  if (version === null || version.source === 'model') return runs;
  const rpnDir = rpnFolder(project.path, version.id);
  const former = await formerFingerprint({ ...base, rpnDir });
  const older = former === null ? [] : runsOfModel(db, former);
  const place = relative(project.path, rpnDir);
  const its = older.filter(({ id }) => overlaysOfRun(db, id).rpnDir?.endsWith(`${sep}${place}`));
  return [...runs, ...its].sort((a, b) => b.id - a.id);
}
