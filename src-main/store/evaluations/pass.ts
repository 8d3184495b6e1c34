/**
 * All numbers of an evaluation in one pass, in the order of pictures and samples: what is counted by picture and what is paired by sample
 * comes together. A page of samples at a time, so that whoever counts can let others have a turn.
 */
import { methodSchema, type Method, type StageTimes } from '../../../src-shared/contract/evaluation.ts';
import { type ReadableDb, read } from '../db.ts';

export interface PassedSample {
  readonly image_id: number;
  readonly sample_id: number;
  readonly language: string | null;
  readonly dataset: string | null;
  readonly tags: string;
  readonly size: string | null;
  readonly place: string | null;
  readonly length: string | null;
}

export interface PassedResult {
  readonly sample_id: number;
  readonly method: string;
  /** 1: there is no answer. */
  readonly failed: number;
  readonly score: number | null;
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
}

/** Where a page ended. */
export interface PassedUpTo {
  readonly imageId: number;
  readonly sampleId: number;
}

export interface PassPage {
  readonly samples: readonly PassedSample[];
  /** In the order of the samples, each one's in the order of the methods' names. */
  readonly results: readonly PassedResult[];
  /** Null: that was all. */
  readonly next: PassedUpTo | null;
}

export const PASS_START: PassedUpTo = { imageId: 0, sampleId: 0 };

export function passPage(
  db: ReadableDb,
  evaluationId: number,
  { imageId, sampleId }: PassedUpTo,
  limit: number,
): PassPage {
  const samples = read<PassedSample>(
    db,
    `SELECT image_id, sample_id, language, dataset, tags, size, place, length FROM evaluation_sample
     WHERE evaluation_id = ? AND (image_id, sample_id) > (?, ?) ORDER BY image_id, sample_id LIMIT ?`,
  ).all(evaluationId, imageId, sampleId, limit);
  const last = samples.at(-1);
  if (!last) return { samples, results: [], next: null };
  const results = read<PassedResult>(
    db,
    `SELECT sample_id, method, error IS NOT NULL AS failed, score, auc, pointing, coverage, recall, iou, inside, area,
       sure, weakest, peak, trained
     FROM evaluation_result
     WHERE evaluation_id = ? AND (image_id, sample_id) > (?, ?) AND (image_id, sample_id) <= (?, ?)
     ORDER BY image_id, sample_id, method`,
  ).all(evaluationId, imageId, sampleId, last.image_id, last.sample_id);
  const next = samples.length < limit ? null : { imageId: last.image_id, sampleId: last.sample_id };
  return { samples, results, next };
}

/** Another text whenever other results are stored: how many, of how many samples, and what they add up to. */
export function resultsMark(db: ReadableDb, evaluationId: number): string {
  return JSON.stringify([
    read(
      db,
      `SELECT COUNT(*), COUNT(error), TOTAL(score), TOTAL(auc), TOTAL(iou), TOTAL(weakest), TOTAL(prefill_ms), TOTAL(decode_ms)
       FROM evaluation_result WHERE evaluation_id = ?`,
    ).get(evaluationId),
    read(db, 'SELECT COUNT(*) FROM evaluation_sample WHERE evaluation_id = ?').get(evaluationId),
  ]);
}

/** What a method costs: means over what it answered and was timed on. */
export interface MethodCost {
  readonly method: Method;
  readonly timed: number;
  readonly times: StageTimes;
  readonly visualTokens: number | null;
  /** The most. */
  readonly memoryBytes: number | null;
}

export function methodCosts(db: ReadableDb, evaluationId: number): MethodCost[] {
  return read<StageTimes & { method: string; timed: number; tokens: number | null; memory: number | null }>(
    db,
    `SELECT method, COUNT(*) AS timed, AVG(load_ms) AS load, AVG(vision_ms) AS vision, AVG(prefill_ms) AS prefill,
       AVG(decode_ms) AS decode, AVG(rpn_ms) AS rpn, AVG(other_ms) AS other, AVG(visual_tokens) AS tokens, MAX(memory_bytes) AS memory
     FROM evaluation_result WHERE evaluation_id = ? AND error IS NULL AND load_ms IS NOT NULL GROUP BY method`,
  )
    .all(evaluationId)
    .map(({ method, timed, tokens, memory, ...times }) => ({
      method: methodSchema.parse(method),
      timed,
      times,
      visualTokens: tokens,
      memoryBytes: memory,
    }));
}

/** What a method took over the first samples of one benchmark. */
export interface TaskCost {
  readonly method: Method;
  readonly task: string;
  /** Samples that it answered and was timed on. */
  readonly timed: number;
  /** Milliseconds of all of them: of all but reading and preparing the picture, and of that. */
  readonly generate: number;
  readonly load: number;
}

/** @param most samples of each benchmark, the first as they were imported */
export function taskCosts(
  db: ReadableDb,
  evaluationId: number,
  tasks: readonly string[],
  most: number,
): TaskCost[] {
  return read<Omit<TaskCost, 'method'> & { method: string }>(
    db,
    `WITH placed AS (
       SELECT image_id, sample_id, dataset, ROW_NUMBER() OVER (PARTITION BY dataset ORDER BY sample_id) AS place
       FROM evaluation_sample
       WHERE evaluation_id = ? AND dataset IN (SELECT value FROM json_each(?)))
     SELECT r.method, p.dataset AS task, COUNT(*) AS timed, SUM(r.load_ms) AS load,
       SUM(r.vision_ms + r.prefill_ms + r.decode_ms + r.rpn_ms + r.other_ms) AS generate
     FROM placed p JOIN evaluation_result r
       ON r.evaluation_id = ? AND r.image_id = p.image_id AND r.sample_id = p.sample_id
     WHERE p.place <= ? AND r.error IS NULL AND r.load_ms IS NOT NULL
     GROUP BY r.method, p.dataset`,
  )
    .all(evaluationId, JSON.stringify(tasks), evaluationId, most)
    .map((row) => ({ ...row, method: methodSchema.parse(row.method) }));
}
