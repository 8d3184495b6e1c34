/** One sample of a label job: ask the engine, store what it found, or note why not. Each outcome is one transaction. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import { transact, type WritableDb } from '../../store/db.ts';
import { itemDeath, itemDone, itemFailed } from '../../store/jobs/item.ts';
import type { Lease } from '../../store/jobs/job.ts';
import { patiently } from '../../store/patience.ts';
import { putMaps } from '../../store/scores/maps.ts';
import {
  type NewPrediction,
  isLabelled,
  putPrediction,
  labelledVersion,
} from '../../store/predictions/prediction.ts';
import type { Project } from '../../store/file/project.ts';
import { runAgain } from '../../store/runs/run.ts';
import { isUndecided, shownRun, showRun } from '../../store/shown/sample-run.ts';
import { getSample } from '../../store/samples/sample.ts';
import type { PlannedRun } from './run.ts';
import { keepEmbedding } from '../embeddings/keep.ts';
import { DEATHS_OF_POISON, FATAL } from '../lease/fatal.ts';
import type { Patience } from '../lease/patience.ts';
import { pictureToShow, requireUntouched } from '../pictures/at-work.ts';

export type ItemOutcome =
  | { readonly kind: 'done'; readonly predictionId: number | null; readonly engineDied: false }
  | { readonly kind: 'failed'; readonly reason: string; readonly engineDied: boolean }
  /** The engine died; the item stays queued and is tried again. */
  | { readonly kind: 'retry'; readonly engineDied: true };

/**
 * Labels one sample under the run. Gives `predictionId: null` when somebody else has labelled it meanwhile. Throws
 * what is wrong for every sample (`bad_checkpoint`, `no_space`, …), `cancelled`, and `project_busy` when the lease was
 * lost; the item is then still queued.
 * @param asked `patience`: of the whole job; `together`: with others in flight; `alone`: with none, so that an engine death counts against the sample
 */
export async function labelItem(
  project: Project,
  engine: Engine,
  lease: Lease,
  run: PlannedRun,
  {
    sampleId,
    alone,
    together,
    patience,
  }: {
    readonly sampleId: number;
    readonly alone: boolean;
    readonly together: boolean;
    readonly patience: Patience;
  },
  signal: AbortSignal,
): Promise<ItemOutcome> {
  const { db } = project;
  if (isLabelled(db, run.runId, sampleId)) {
    await patiently(() => transact(db, () => leaveLabel(db, lease, run.runId, sampleId)));
    return { kind: 'done', predictionId: null, engineDied: false };
  }
  try {
    const sample = getSample(db, sampleId);
    const ask = async () => {
      const picture = await pictureToShow(project, sample.imageId);
      const outcome = await engine.label(
        {
          model: run.model,
          preset: run.preset,
          imagePath: picture.path,
          question: sample.question,
          answerMode: run.answerMode,
          // The truth reaches the method only where the person asked to feed it.
          answer: run.answerMode === 'teacher' ? sample.referenceAnswer : null,
          want: { ...run.want, featuresOf: run.keeping?.layer },
          ...(together ? { together } : {}),
          ...(run.keeping ? { encodings: run.keeping.place } : {}),
        },
        signal,
      );
      return { picture, outcome };
    };
    const { picture, outcome } = await patience.tried(ask, signal);
    await requireUntouched(project, sample.imageId, picture.version);
    const mapsKey = await patiently(() =>
      transact(db, () => {
        keepEmbedding(db, run.encoder, sample.imageId, outcome.embedding);
        return putMaps(db, outcome.maps);
      }),
    );
    const found = { ...outcome, pictureVersion: picture.version };
    const predictionId = await patiently(() =>
      transact(db, () => storeLabel(db, lease, run.runId, sampleId, mapsKey, found)),
    );
    await run.keeping?.keep(sample, outcome);
    return { kind: 'done', predictionId, engineDied: false };
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (FATAL.has(error.code) || signal.aborted) throw error;
    if (error.code === 'engine_died') {
      if (!alone) return { kind: 'retry', engineDied: true };
      const deaths = await patiently(() => itemDeath(db, lease, sampleId));
      if (deaths < DEATHS_OF_POISON) return { kind: 'retry', engineDied: true };
      const reason = `the engine died ${deaths} times on this sample`;
      await patiently(() => itemFailed(db, lease, sampleId, reason));
      return { kind: 'failed', reason, engineDied: true };
    }
    const reason = error.toLine();
    await patiently(() => itemFailed(db, lease, sampleId, reason));
    return { kind: 'failed', reason, engineDied: false };
  }
}

/** Ends the item of a sample that somebody else has labelled under the run; within the caller's transaction. */
export function leaveLabel(db: WritableDb, lease: Lease, runId: number, sampleId: number): void {
  itemDone(db, lease, sampleId);
  if (isUndecided(db, sampleId)) showRun(db, sampleId, runId);
}

/**
 * Stores what was found on a sample and ends its item; within the caller's transaction.
 * @param mapsKey from `putMaps`, committed before
 * @returns the prediction's id
 */
export function storeLabel(
  db: WritableDb,
  lease: Lease,
  labelledRun: number,
  sampleId: number,
  mapsKey: number,
  found: NewPrediction & { readonly pictureVersion: number },
): number {
  itemDone(db, lease, sampleId);
  const before = shownRun(db, sampleId);
  const runId = runFor(db, labelledRun, sampleId, found.pictureVersion);
  const id = putPrediction(db, runId, sampleId, mapsKey, found);
  // What a person decided on stays on screen beside the decision, unless it is of another picture.
  if (isUndecided(db, sampleId) || runId !== labelledRun) showRun(db, sampleId, runId, before);
  return id;
}

/**
 * The run to put a prediction under: where the picture was replaced since the run labelled it, one of the same making, so
 * that nobody takes the new label for the one that was looked at.
 */
export function runFor(db: WritableDb, runId: number, sampleId: number, version: number): number {
  const before = labelledVersion(db, runId, sampleId);
  return before === null || before === version ? runId : runAgain(db, runId, version);
}
