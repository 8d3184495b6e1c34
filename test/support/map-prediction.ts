/** Predictions on the 2×3 grid whose maps and boxes are given. */
import { putMaps } from '../../src-main/store/scores/maps.ts';
import { putPrediction } from '../../src-main/store/predictions/prediction.ts';
import { transact } from '../../src-main/store/db.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { encodeFloat16 } from '../../src-shared/kernels/float16.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import { testPrediction } from './project.ts';

export interface Maps {
  /** RPN logits and g′, six values each; null: none. */
  readonly rpn: readonly number[] | null;
  readonly denoised?: readonly number[] | null;
  readonly box?: SourceXyxy;
}

/** Stores it. @returns its id */
export function predictMaps(
  { db }: Project,
  runId: number,
  sampleId: number,
  { rpn, denoised = null, box }: Maps,
): number {
  const found = testPrediction();
  const { grid, transform } = found;
  const placed = (values: readonly number[] | null) =>
    values && { grid, transform, bits: encodeFloat16(values) };
  const none = { grounding: null, sink: null, question: null };
  const key = putMaps(db, { ...none, rpn: placed(rpn), denoised: placed(denoised) });
  const boxes = { raw: [], denoised: [], rpn: box ? [box] : [] };
  return transact(db, () => putPrediction(db, runId, sampleId, key, { ...found, boxes }));
}
