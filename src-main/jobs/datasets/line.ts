/**
 * What a sample was when it was frozen, as one line of JSON with its keys in one order: all that an export says of it, but for
 * its label, its maps and what the model found, which lie in the project and are known by their hashes.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { boxSchema, outsideAnswerSchema, sampleStateSchema } from '../../../src-shared/contract/domain.ts';
import { float16ToBytes } from '../../../src-shared/kernels/float16.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { Selected } from '../../exporters/select.ts';
import type { ExportPrediction } from '../../exporters/types.ts';
import { labelsToBytes } from '../../store/bytes.ts';
import { labelHash } from '../../store/training/training-sample.ts';

const number = z.number().nullable();

export const frozenSchema = z.object({
  sample: z.number().int(),
  question_id: z.string(),
  image: z.string(),
  /** Of the picture's bytes, in hexadecimal; null where nobody had looked. */
  picture: z.string().nullable(),
  size: z.tuple([z.number().int(), z.number().int()]),
  question: z.string(),
  answer: z.string().nullable(),
  benchmark: z
    .object({ name: z.string(), answers: z.array(z.string()), options: z.array(z.string()) })
    .nullable(),
  outside_answers: z.array(outsideAnswerSchema),
  language: z.string().nullable(),
  split: z.string().nullable(),
  tags: z.array(z.string()),
  boxes: z.array(boxSchema),
  proposals: z.array(
    z.object({
      source: z.string(),
      boxes: z.array(boxSchema),
      scores: z.array(z.number()).nullable(),
    }),
  ),
  state: sampleStateSchema,
  prediction: z.number().int(),
  review: z.number().int().nullable(),
  label: z.string(),
  /** Of all else that the prediction holds, maps too. */
  made: z.string(),
  scores: z.object({ disagreement: number, uncertainty: number, roiSize: number, iou: number }),
});
export type Frozen = z.infer<typeof frozenSchema>;

export function freeze({ sample, prediction, label }: Selected, picture: string | null): Frozen {
  const { disagreement, uncertainty, roiSize, iou } = sample.scores;
  return {
    sample: sample.sampleId,
    question_id: sample.externalId,
    image: sample.image.name,
    picture,
    size: [sample.image.width, sample.image.height],
    question: sample.question,
    answer: sample.referenceAnswer,
    benchmark: sample.benchmark && {
      name: sample.benchmark.name,
      answers: [...sample.benchmark.answers],
      options: [...sample.benchmark.options],
    },
    outside_answers: [...sample.outsideAnswers],
    language: sample.language,
    split: sample.split,
    tags: [...sample.tags],
    boxes: copied(sample.truthBoxes),
    proposals: sample.proposals.map(({ source, boxes, scores }) => ({
      source,
      boxes: copied(boxes),
      scores: scores && [...scores],
    })),
    state: sample.state,
    prediction: prediction.id,
    review: sample.review?.id ?? null,
    label: hashOfLabel(prediction, label),
    made: hashOfMaking(prediction),
    scores: { disagreement, uncertainty, roiSize, iou },
  };
}

function copied(boxes: readonly SourceXyxy[]): [number, number, number, number][] {
  return boxes.map(([x0, y0, x1, y1]) => [x0, y0, x1, y1]);
}

export function hashOfLabel({ grid }: Pick<ExportPrediction, 'grid'>, label: Int8Array): string {
  return Buffer.from(labelHash(grid, labelsToBytes(label))).toString('hex');
}

export function hashOfMaking({ maps, label, ...plain }: ExportPrediction): string {
  const hash = createHash('sha256').update(JSON.stringify(plain)).update(labelsToBytes(label));
  for (const map of Object.values(maps)) {
    if (map === null) hash.update('none');
    else {
      hash.update(JSON.stringify([map.grid, map.transform])).update(float16ToBytes(map.bits));
    }
  }
  return hash.digest('hex');
}
