/**
 * JSONL: everything Fovea knows of a sample, one sample per line, each line readable by itself (`schema`, arrays with
 * dtype, shape and order). The field list is in README.md; a change of meaning raises the schema's number. Of the audit
 * a line says more, may lack a label, and has a schema of its own.
 */
import { float16ToBytes } from '../../src-shared/kernels/float16.ts';
import type { GridTransform } from '../../src-shared/kernels/types.ts';
import type { PlacedMap } from '../../src-shared/contract/outcome.ts';
import { runExport } from './run.ts';
import { select, selectForAudit } from './select.ts';
import type { Audited, Selected } from './select.ts';
import type {
  ExportAnswers,
  Exporter,
  ExportPrediction,
  ExportReview,
  ExportSample,
  ExportTrail,
} from './types.ts';

export const JSONL_SCHEMA = 'fovea.sample/2';
/** Lines of the audit: those fields with null where a rejected or unlabelled sample has none, and what happened to it. */
export const AUDIT_SCHEMA = 'fovea.audit/1';

export const jsonlExporter: Exporter = {
  format: 'jsonl',
  export: (samples, path, options) => {
    const lines = {
      begin: async () => undefined,
      end: async () => undefined,
    };
    return options.audit
      ? runExport(samples, path, options, {
          ...lines,
          choose: selectForAudit,
          sample: async (sink, audited) => {
            await sink.write(`${JSON.stringify(auditLine(audited))}\n`);
            return { skip: null };
          },
        })
      : runExport(samples, path, options, {
          ...lines,
          choose: select,
          sample: async (sink, chosen) => {
            await sink.write(`${JSON.stringify(sampleLine(chosen))}\n`);
            return { skip: null };
          },
        });
  },
};

/** One line as an object. */
export function sampleLine(chosen: Selected): object {
  return { schema: JSONL_SCHEMA, ...fieldsOf(chosen) };
}

/** One line of the audit as an object. */
export function auditLine(audited: Audited): object {
  const { sample } = audited;
  return {
    schema: AUDIT_SCHEMA,
    ...fieldsOf(audited),
    picture_changed: sample.pictureChanged,
    ...(sample.trail && trailFields(sample.trail)),
  };
}

function fieldsOf({ sample, prediction, label, source }: Audited): object {
  const { run, review } = sample;
  const { disagreement, uncertainty, roiSize, iou } = sample.scores;
  return {
    fovea: sample.sampleId,
    question_id: sample.externalId,
    image: sample.image.name,
    images_folder: sample.image.folder,
    image_size_wh: [sample.image.width, sample.image.height],
    text: sample.question,
    answer: sample.referenceAnswer,
    ...(sample.benchmark && {
      benchmark: sample.benchmark.name,
      answers: sample.benchmark.answers,
      options: sample.benchmark.options,
    }),
    ...(sample.outsideAnswers.length > 0 && { outside_answers: sample.outsideAnswers }),
    language: sample.language,
    split: sample.split,
    tags: sample.tags,
    boxes: sample.truthBoxes,
    ...(sample.proposals.length > 0 && { proposals: sample.proposals }),
    state: sample.state,
    scores: { disagreement, uncertainty, roi_size: roiSize, iou },
    label: label && [...label],
    label_source: source,
    grid: prediction && prediction.grid,
    transform: prediction && transformField(prediction.transform),
    prediction: prediction && predictionField(prediction),
    ...(sample.answers && { answer_outcome: answersField(sample.answers) }),
    review: review && reviewField(review),
    run: run && runField(run),
  };
}

function predictionField({ id, answer, label, dropped, boxes, secondStage, maps }: ExportPrediction): object {
  return {
    id,
    answer,
    label: [...label],
    dropped,
    boxes_xyxy: boxes,
    second_stage: secondStage && {
      crop_xyxy: secondStage.crop,
      crop_from: secondStage.from,
      answer: secondStage.answer,
      skipped: secondStage.skipped,
      ...(secondStage.gate && { gate: secondStage.gate }),
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
  };
}

function answersField(answers: ExportAnswers): object {
  return {
    outcome: answers.outcome,
    scorer: answers.scorer,
    scorer_rules: answers.rules,
    score: answers.score,
    crop_score: answers.cropScore,
    judged: answers.judged,
    crop_judged: answers.cropJudged,
    truth_iou: answers.truthIou,
    localised: answers.localised,
  };
}

function reviewField({ id, decision, reviewer, note, reason, createdAt }: ExportReview): object {
  return { id, decision, reviewer, note, ...(reason !== null && { reason }), created_at: createdAt };
}

function runField(run: NonNullable<ExportSample['run']>): object {
  return {
    id: run.id,
    model: run.modelName,
    model_dir: run.modelDir,
    answer_mode: run.answerMode,
    created_at: run.createdAt,
    preset: run.preset,
  };
}

function trailFields({ revisions, flags, notes }: ExportTrail): object {
  return {
    flags,
    notes: notes.map(({ text, reviewer, createdAt }) => ({ text, reviewer, created_at: createdAt })),
    revisions: revisions.map((revision) => ({
      ...reviewField(revision),
      prediction: revision.predictionId,
      label: revision.label && [...revision.label],
    })),
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
