/** What came of a run becomes a version of the project. */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RpnMetrics, TrainingRun } from '../../../src-shared/contract/training.ts';
import { temporaryBeside } from '../../files/temporary.ts';
import type { Project } from '../../store/file/project.ts';
import { freeRpnName } from '../../store/training/rpn.ts';
import { noteTrainedRpn, setTrainingState } from '../../store/training/training-run.ts';
import { adoptRpn, versionsFolder } from '../rpn/place.ts';

const configSchema = z.looseObject({ twig_K: z.number().int(), twig_T: z.number().int() });

/**
 * Adds the version and ends the run. The run's own folder stays until that is written: a death in between begins here again.
 * @param best folder of the best weights, in the authors' format
 * @returns the version's id
 * @throws FoveaError `no_space`, `io`
 */
export async function addTrainedVersion(
  project: Project,
  run: TrainingRun,
  best: string,
  made: { readonly name: string | null; readonly metrics: RpnMetrics; readonly message: string | null },
): Promise<number> {
  const { db } = project;
  const config = configSchema.parse(JSON.parse(readFileSync(join(best, 'config.json'), 'utf8')));
  const weights = createHash('sha256')
    .update(readFileSync(join(best, 'model.safetensors')))
    .digest();
  const copy = temporaryBeside(join(versionsFolder(project), 'trained'));
  try {
    cpSync(best, copy, { recursive: true });
    const version = {
      // Hours of work are not lost over a name that somebody took meanwhile.
      name: freeRpnName(db, made.name ?? `run-${run.id}`),
      source: 'trained',
      parentId: run.parentRpnId,
      baseFingerprint: run.baseFingerprint,
      k: config.twig_K,
      t: config.twig_T,
      config,
      weightsSha256: new Uint8Array(weights),
      metrics: made.metrics,
    } as const;
    return await adoptRpn(project, copy, version, (id) => {
      noteTrainedRpn(db, run.id, id, made.metrics);
      setTrainingState(db, run.id, 'done', made.message);
    });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
