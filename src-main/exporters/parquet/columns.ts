/** The columns of the data set, each with its type and where it comes from. README.md says what they mean. */
import { labelBox } from '../label-box.ts';
import type { Selected } from '../select.ts';
import { IMAGE, list, struct, value, type Field } from './field.ts';

/** A picture as readers of data sets expect it. */
export interface ImageCell {
  readonly bytes: Uint8Array | null;
  readonly path: string;
}

export interface Column {
  readonly name: string;
  readonly field: Field;
  readonly of: (chosen: Selected, image: ImageCell) => unknown;
}

const STRING = value('string');
const NUMBER = value('float64');
const BOX = list(NUMBER);
const BOXES = list(BOX);

const TRANSFORM = struct({ scale_x: NUMBER, scale_y: NUMBER, offset_x: NUMBER, offset_y: NUMBER });

export const COLUMNS: readonly Column[] = [
  { name: 'image', field: IMAGE, of: (_, image) => image },
  { name: 'image_name', field: STRING, of: ({ sample }) => sample.image.name },
  { name: 'image_width', field: value('int32'), of: ({ sample }) => sample.image.width },
  { name: 'image_height', field: value('int32'), of: ({ sample }) => sample.image.height },
  { name: 'fovea', field: value('int64'), of: ({ sample }) => BigInt(sample.sampleId) },
  { name: 'question_id', field: STRING, of: ({ sample }) => sample.externalId },
  { name: 'question', field: STRING, of: ({ sample }) => sample.question },
  { name: 'answer', field: STRING, of: ({ sample }) => sample.referenceAnswer },
  { name: 'model_answer', field: STRING, of: ({ prediction }) => prediction.answer },
  { name: 'crop_answer', field: STRING, of: ({ prediction }) => prediction.secondStage?.answer ?? null },
  { name: 'language', field: STRING, of: ({ sample }) => sample.language },
  { name: 'tags', field: list(STRING), of: ({ sample }) => sample.tags },
  { name: 'truth_boxes', field: BOXES, of: ({ sample }) => sample.truthBoxes },
  { name: 'state', field: STRING, of: ({ sample }) => sample.state },
  { name: 'label', field: list(value('int8')), of: ({ label }) => [...label] },
  { name: 'label_source', field: STRING, of: ({ source }) => source },
  { name: 'label_box', field: BOX, of: labelBox },
  { name: 'grid', field: list(value('int32')), of: ({ prediction }) => prediction.grid },
  {
    name: 'transform',
    field: TRANSFORM,
    of: ({ prediction: { transform } }) => ({
      scale_x: transform.scaleX,
      scale_y: transform.scaleY,
      offset_x: transform.offsetX,
      offset_y: transform.offsetY,
    }),
  },
  { name: 'raw_boxes', field: BOXES, of: ({ prediction }) => prediction.boxes.raw },
  { name: 'denoised_boxes', field: BOXES, of: ({ prediction }) => prediction.boxes.denoised },
  { name: 'rpn_boxes', field: BOXES, of: ({ prediction }) => prediction.boxes.rpn },
  { name: 'crop_box', field: BOX, of: ({ prediction }) => prediction.secondStage?.crop ?? null },
  { name: 'dropped', field: STRING, of: ({ prediction }) => prediction.dropped?.rule ?? null },
  { name: 'disagreement', field: NUMBER, of: ({ sample }) => sample.scores.disagreement },
  { name: 'uncertainty', field: NUMBER, of: ({ sample }) => sample.scores.uncertainty },
  { name: 'roi_size', field: NUMBER, of: ({ sample }) => sample.scores.roiSize },
  { name: 'iou', field: NUMBER, of: ({ sample }) => sample.scores.iou },
  { name: 'outcome', field: STRING, of: ({ sample }) => sample.answers?.outcome ?? null },
  { name: 'scorer', field: STRING, of: ({ sample }) => sample.answers?.scorer ?? null },
  { name: 'answer_score', field: NUMBER, of: ({ sample }) => sample.answers?.score ?? null },
  { name: 'crop_answer_score', field: NUMBER, of: ({ sample }) => sample.answers?.cropScore ?? null },
  { name: 'answer_verdict', field: STRING, of: ({ sample }) => sample.answers?.judged?.verdict ?? null },
  {
    name: 'crop_answer_verdict',
    field: STRING,
    of: ({ sample }) => sample.answers?.cropJudged?.verdict ?? null,
  },
  { name: 'truth_iou', field: NUMBER, of: ({ sample }) => sample.answers?.truthIou ?? null },
  { name: 'localised', field: STRING, of: ({ sample }) => sample.answers?.localised ?? null },
  { name: 'reviewer', field: STRING, of: ({ sample }) => sample.review?.reviewer ?? null },
  { name: 'reviewed_at', field: STRING, of: ({ sample }) => sample.review?.createdAt ?? null },
  { name: 'note', field: STRING, of: ({ sample }) => sample.review?.note ?? null },
  { name: 'run', field: value('int64'), of: ({ sample }) => (sample.run ? BigInt(sample.run.id) : null) },
  { name: 'model', field: STRING, of: ({ sample }) => sample.run?.modelName ?? null },
  { name: 'preset', field: STRING, of: ({ sample }) => sample.run?.preset.id ?? null },
];
