/** What came of a run becomes a version of the project. */
import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RpnMetrics, TrainingRun } from '../../../src-shared/contract/training.ts';
import { readJson } from '../../checkpoint/files/json-file.ts';
import { writeAtomically } from '../../files/atomic-file.ts';
import { diskError } from '../../files/disk-words.ts';
import { plainChunks } from '../../files/plain-file.ts';
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
  const config = await readJson(join(best, 'config.json'), configSchema);
  const copy = temporaryBeside(join(versionsFolder(project), 'trained'));
  try {
    await mkdir(copy);
    await copyInto(copy, best, 'config.json');
    const weightsSha256 = await copyInto(copy, best, 'model.safetensors');
    const version = {
      // Hours of work are not lost over a name that somebody took meanwhile.
      name: freeRpnName(db, made.name ?? `run-${run.id}`),
      source: 'trained',
      parentId: run.parentRpnId,
      baseFingerprint: run.baseFingerprint,
      k: config.twig_K,
      t: config.twig_T,
      config,
      weightsSha256,
      metrics: made.metrics,
    } as const;
    return await adoptRpn(project, copy, version, (id) => {
      noteTrainedRpn(db, run.id, id, made.metrics);
      setTrainingState(db, run.id, 'done', made.message);
    });
  } catch (thrown) {
    throw diskError(thrown, versionsFolder(project));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const COPIED = { code: 'bad_checkpoint', next: 'Train again' } as const;

/** A file of the one folder into the other, synced. @returns SHA-256 of its bytes */
async function copyInto(folder: string, from: string, name: string): Promise<Uint8Array> {
  const hash = createHash('sha256');
  await writeAtomically(join(folder, name), async (sink) => {
    for await (const chunk of plainChunks(join(from, name), COPIED)) {
      hash.update(chunk);
      await sink.write(chunk);
    }
  });
  return new Uint8Array(hash.digest());
}
