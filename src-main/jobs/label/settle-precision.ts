/**
 * `auto` made a precision, for a project: what its runs of this model began with, else what this machine comes to. A run keeps
 * the precision that it really used, and a stopped one goes on with it wherever that is.
 */
import { z } from 'zod';
import type { Engine, ModelRef, Precision, QuantiseProgress } from '../../engine/protocol.ts';
import type { PrecisionWish } from '../../../src-shared/contract/models.ts';
import { jobsOfRun } from '../../store/jobs/job.ts';
import type { Project } from '../../store/file/project.ts';
import { madeRuns } from '../../store/runs/prompt.ts';
import { isModelOf } from '../asking/model-fingerprint.ts';

/** What a wish comes to: a precision (absent: as stored), and why that one where it was chosen. */
export interface SettledPrecision {
  readonly precision?: Precision | undefined;
  readonly chosen?: string | undefined;
}

export interface Settling {
  readonly signal?: AbortSignal | undefined;
  /** Hears of looking at the model's layers. */
  readonly onQuantise?: (progress: QuantiseProgress) => void;
}

/** @param ref the model, its folders whole. Errors as `Engine.choosePrecision` */
export async function settlePrecision(
  project: Project | null,
  engine: Engine,
  ref: Omit<ModelRef, 'precision'>,
  wish: PrecisionWish | undefined,
  { signal, onQuantise }: Settling = {},
): Promise<SettledPrecision> {
  if (wish !== 'auto') return wish === undefined ? {} : { precision: wish };
  const begun = project && (await begunWith(project, ref));
  if (begun) return begun;
  const { precision, why } = await engine.choosePrecision(ref, signal, onQuantise);
  return { precision, chosen: why };
}

const chosenSchema = z.object({ chosen: z.string() });

/** What the newest run of this very model was chosen to have; null: none was chosen for. */
async function begunWith(
  { db }: Project,
  ref: Omit<ModelRef, 'precision'>,
): Promise<SettledPrecision | null> {
  for (const { id, model } of madeRuns(db).reverse()) {
    const chosen = jobsOfRun(db, id).some(({ params }) => chosenSchema.safeParse(params).success);
    if (chosen && (await isModelOf(ref, model)))
      return { precision: model.precision, chosen: `run ${id} of this project began so` };
  }
  return null;
}

/** "int8, because …": what people read of a choice. */
export function chosenWords({ precision = 'as-stored', chosen }: SettledPrecision): string {
  return `Precision auto is ${precision}: ${chosen ?? ''}`;
}
