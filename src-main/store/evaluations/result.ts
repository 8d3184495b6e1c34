/** What each method of an evaluation made of each sample: a row, written once. */
import { z } from 'zod';
import { boxSchema } from '../../../src-shared/contract/domain.ts';
import {
  methodSchema,
  STAGES,
  type Method,
  type MethodResult,
  type StageTimes,
} from '../../../src-shared/contract/evaluation.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

const boxesSchema = z.array(boxSchema);

const COLUMNS = `method, error, answer, score, variant, crops, auc, pointing, coverage, recall, iou, inside, area,
  sure, weakest, peak, trained, load_ms, vision_ms, prefill_ms, decode_ms, rpn_ms, other_ms, visual_tokens, memory_bytes`;

interface Row {
  readonly method: string;
  readonly error: string | null;
  readonly answer: string | null;
  readonly score: number | null;
  readonly variant: string | null;
  readonly crops: string;
  readonly auc: number | null;
  readonly pointing: number | null;
  readonly coverage: number | null;
  readonly recall: number | null;
  readonly iou: number | null;
  readonly inside: number | null;
  readonly area: number | null;
  readonly sure: number | null;
  readonly weakest: number | null;
  readonly peak: number | null;
  readonly trained: number | null;
  readonly load_ms: number | null;
  readonly vision_ms: number | null;
  readonly prefill_ms: number | null;
  readonly decode_ms: number | null;
  readonly rpn_ms: number | null;
  readonly other_ms: number | null;
  readonly visual_tokens: number | null;
  readonly memory_bytes: number | null;
}

/** Which sample of an evaluation. */
export interface ResultKey {
  readonly evaluationId: number;
  readonly imageId: number;
  readonly sampleId: number;
}

/** Writes a row; one that is there already stays. In the caller's transaction, which holds the lease. */
export function putResult(
  db: WritableDb,
  { evaluationId, imageId, sampleId }: ResultKey,
  result: MethodResult,
): void {
  const { times } = result;
  write(
    db,
    `INSERT INTO evaluation_result (evaluation_id, image_id, sample_id, ${COLUMNS})
     VALUES (${Array(28).fill('?').join(', ')}) ON CONFLICT DO NOTHING`,
  ).run(
    evaluationId,
    imageId,
    sampleId,
    result.method,
    result.error,
    result.answer,
    result.score,
    result.variant,
    JSON.stringify(result.crops),
    result.auc,
    result.pointing,
    result.coverage,
    result.recall,
    result.iou,
    result.inside,
    result.area,
    result.sure,
    result.weakest,
    result.peak,
    result.trained,
    ...STAGES.map((stage) => times?.[stage] ?? null),
    result.visualTokens,
    result.memoryBytes,
  );
}

/** Methods that have a row for the sample. */
export function methodsTried(db: ReadableDb, { evaluationId, imageId, sampleId }: ResultKey): Set<Method> {
  return new Set(
    read<{ method: string }>(
      db,
      'SELECT method FROM evaluation_result WHERE evaluation_id = ? AND image_id = ? AND sample_id = ?',
    )
      .all(evaluationId, imageId, sampleId)
      .map(({ method }) => methodSchema.parse(method)),
  );
}

/** Rows that say why there is no answer, taken away so that they are tried again. */
export function forgetFailures(db: WritableDb, { evaluationId, imageId, sampleId }: ResultKey): void {
  write(
    db,
    `DELETE FROM evaluation_result
     WHERE evaluation_id = ? AND image_id = ? AND sample_id = ? AND error IS NOT NULL`,
  ).run(evaluationId, imageId, sampleId);
}

/** All that was made of one sample, in the order of the methods' names. */
export function resultsOf(db: ReadableDb, { evaluationId, imageId, sampleId }: ResultKey): MethodResult[] {
  return read<Row>(
    db,
    `SELECT ${COLUMNS} FROM evaluation_result WHERE evaluation_id = ? AND image_id = ? AND sample_id = ?`,
  )
    .all(evaluationId, imageId, sampleId)
    .map(toResult);
}

function toResult(row: Row): MethodResult {
  const {
    method,
    crops,
    visual_tokens,
    memory_bytes,
    load_ms,
    vision_ms,
    prefill_ms,
    decode_ms,
    rpn_ms,
    other_ms,
    ...rest
  } = row;
  const times: StageTimes | null =
    load_ms === null
      ? null
      : {
          load: load_ms,
          vision: vision_ms ?? 0,
          prefill: prefill_ms ?? 0,
          decode: decode_ms ?? 0,
          rpn: rpn_ms ?? 0,
          other: other_ms ?? 0,
        };
  return {
    ...rest,
    method: methodSchema.parse(method),
    crops: boxesSchema.parse(JSON.parse(crops)),
    times,
    visualTokens: visual_tokens,
    memoryBytes: memory_bytes,
  };
}
