/** Makes a version the one that labelling uses, and shows its labels where there are some. */
import type { RpnVersion } from '../../../src-shared/contract/training.ts';
import { transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { showWhereLabelled } from '../../store/shown/run-shown.ts';
import { settleOnRun } from '../../store/shown/sample-run.ts';
import { activateRpn } from '../../store/training/rpn.ts';
import { type BaseModel, requireOfBase, runsOfVersion } from './base.ts';

export interface Activated {
  /** The version before; null: what the model brings itself. */
  readonly before: number | null;
  /** The newest run that was labelled with the version; null: none yet. */
  readonly runId: number | null;
  /** Undecided samples that show its label from now on. */
  readonly shown: number;
}

/**
 * From now on labelling with the base model uses the version; null: the RPN that the model brings itself. The way back is
 * activating what was active before. Decisions, and what decided samples show, stay.
 * @throws FoveaError `bad_input` for another base model's version, and as the database does
 */
export async function activateVersion(
  project: Project,
  base: BaseModel,
  version: RpnVersion | null,
): Promise<Activated> {
  if (project.readOnly) throw project.readOnly;
  const { db } = project;
  if (version) requireOfBase(version, base);
  const runs = await runsOfVersion(project, base, version);
  return patiently(() =>
    transact(db, () => {
      const before = activateRpn(db, base.fingerprint, version?.id ?? null);
      const run = runs.find(({ predictions }) => predictions > 0);
      if (!run) return { before, runId: null, shown: 0 };
      settleOnRun(db, run.id);
      return { before, runId: run.id, shown: showWhereLabelled(db, run.id, null) };
    }),
  );
}
