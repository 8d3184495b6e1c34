/**
 * JSONL: everything Fovea knows of a sample, one sample per line, each line readable by itself (`schema`, arrays with
 * dtype, shape and order). The field list is in README.md; a change of meaning raises the schema's number.
 */
import { float16ToBytes } from '../../src-shared/kernels/float16.ts';
import type { GridTransform } from '../../src-shared/kernels/types.ts';
import type { PlacedMap } from '../../src-shared/contract/outcome.ts';
import { runExport } from './run.ts';
import type { Selected } from './select.ts';
import type { Exporter } from './types.ts';

export const JSONL_SCHEMA = 'fovea.sample/2';

export const jsonlExporter: Exporter = {
  format: 'jsonl',
  export: (samples, path, options) =>
    runExport(samples, path, options, {
      begin: async () => undefined,
      sample: async (sink, chosen) => {
        await sink.write(`${JSON.stringify(sampleLine(chosen))}\n`);
        return { skip: null };
      },
      end: async () => undefined,
    }),
};

/** One line as an object. */
export function sampleLine({ sample, prediction, label, source }: Selected): object {
  const { grid, transform, maps, boxes, secondStage } = prediction;
  const { run, review } = sample;
  return {
    schema: JSONL_SCHEMA,
    fovea: sample.sampleId,
    question_id: sample.externalId,
    image: sample.image.name,
    images_folder: sample.image.folder,
    image_size_wh: [sample.image.width, sample.image.height],
    text: sample.question,
    answer: sample.referenceAnswer,
    language: sample.language,
    split: sample.split,
    tags: sample.tags,
    boxes: sample.truthBoxes,
    state: sample.state,
    label: [...label],
    label_source: source,
    grid,
    transform: transformField(transform),
    prediction: {
      id: prediction.id,
      answer: prediction.answer,
      label: [...prediction.label],
      dropped: prediction.dropped,
      boxes_xyxy: boxes,
      second_stage: secondStage && {
        crop_xyxy: secondStage.crop,
        crop_from: secondStage.from,
        answer: secondStage.answer,
        skipped: secondStage.skipped,
        ...(secondStage.pruned && { picture_tokens_kept: secondStage.pruned }),
        ...(secondStage.rules && {
          roi_rules: secondStage.rules.name,
          crop_positions: secondStage.rules.cropPositions,
        }),
      },
      maps: {
        grounding: mapField(maps.grounding),
        sink: mapField(maps.sink),
        question: mapField(maps.question),
        denoised: mapField(maps.denoised),
        rpn_logits: mapField(maps.rpn),
      },
    },
    review: review && {
      id: review.id,
      decision: review.decision,
      reviewer: review.reviewer,
      note: review.note,
      created_at: review.createdAt,
    },
    run: run && {
      id: run.id,
      model: run.modelName,
      model_dir: run.modelDir,
      answer_mode: run.answerMode,
      created_at: run.createdAt,
      preset: run.preset,
    },
  };
}

function mapField(map: PlacedMap | null): object | null {
  return (
    map && {
      dtype: '<f2',
      shape: map.grid,
      order: 'C',
      transform: transformField(map.transform),
      base64: Buffer.from(float16ToBytes(map.bits)).toString('base64'),
    }
  );
}

function transformField({ scaleX, scaleY, offsetX, offsetY }: GridTransform): object {
  return { scale_x: scaleX, scale_y: scaleY, offset_x: offsetX, offset_y: offsetY };
}
