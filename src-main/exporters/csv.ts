/**
 * CSV of the audit: one line per sample that somebody decided on, rejected ones too, with what was decided, by whom,
 * when and why, for a spreadsheet or a data frame. Lists (tags, boxes) are JSON in their cell. UTF-8 without a mark.
 */
import { csvLine, type CsvCell } from './csv-line.ts';
import { labelBox } from './label-box.ts';
import { runExport } from './run.ts';
import { selectForAudit, type Audited } from './select.ts';
import type { Exporter } from './types.ts';

type Column = readonly [name: string, of: (audited: Audited) => CsvCell];

/** In the order of the file. */
const COLUMNS: readonly Column[] = [
  ['fovea', ({ sample }) => sample.sampleId],
  ['question_id', ({ sample }) => sample.externalId],
  ['image', ({ sample }) => sample.image.name],
  ['width', ({ sample }) => sample.image.width],
  ['height', ({ sample }) => sample.image.height],
  ['question', ({ sample }) => sample.question],
  ['answer', ({ sample }) => sample.referenceAnswer],
  ['model_answer', ({ prediction }) => prediction?.answer ?? null],
  ['crop_answer', ({ prediction }) => prediction?.secondStage?.answer ?? null],
  ['language', ({ sample }) => sample.language],
  ['split', ({ sample }) => sample.split],
  ['tags', ({ sample }) => JSON.stringify(sample.tags)],
  ['flags', ({ sample }) => JSON.stringify(sample.trail?.flags ?? [])],
  ['state', ({ sample }) => sample.state],
  ['decision', ({ sample }) => sample.review?.decision ?? null],
  ['reviewer', ({ sample }) => sample.review?.reviewer ?? null],
  ['reviewed_at', ({ sample }) => sample.review?.createdAt ?? null],
  ['reason', ({ sample }) => sample.review?.reason ?? null],
  ['note', ({ sample }) => sample.review?.note ?? null],
  ['notes', ({ sample }) => JSON.stringify(sample.trail?.notes.map(({ text }) => text) ?? [])],
  ['decisions', ({ sample }) => sample.trail?.revisions.length ?? null],
  ['truth_boxes', ({ sample }) => JSON.stringify(sample.truthBoxes)],
  ['label_box', (audited) => json(boxOf(audited))],
  ['raw_boxes', ({ prediction }) => json(prediction?.boxes.raw)],
  ['denoised_boxes', ({ prediction }) => json(prediction?.boxes.denoised)],
  ['rpn_boxes', ({ prediction }) => json(prediction?.boxes.rpn)],
  ['crop_box', ({ prediction }) => json(prediction?.secondStage?.crop)],
  ['dropped', ({ prediction }) => prediction?.dropped?.rule ?? null],
  ['dropped_value', ({ prediction }) => prediction?.dropped?.value ?? null],
  ['dropped_limit', ({ prediction }) => prediction?.dropped?.limit ?? null],
  ['disagreement', ({ sample }) => sample.scores.disagreement],
  ['uncertainty', ({ sample }) => sample.scores.uncertainty],
  ['roi_size', ({ sample }) => sample.scores.roiSize],
  ['iou', ({ sample }) => sample.scores.iou],
  ['outcome', ({ sample }) => sample.answers?.outcome ?? null],
  ['scorer', ({ sample }) => sample.answers?.scorer ?? null],
  ['answer_score', ({ sample }) => sample.answers?.score ?? null],
  ['crop_answer_score', ({ sample }) => sample.answers?.cropScore ?? null],
  ['answer_verdict', ({ sample }) => sample.answers?.judged?.verdict ?? null],
  ['answer_judged_by', ({ sample }) => sample.answers?.judged?.reviewer ?? null],
  ['crop_answer_verdict', ({ sample }) => sample.answers?.cropJudged?.verdict ?? null],
  ['crop_answer_judged_by', ({ sample }) => sample.answers?.cropJudged?.reviewer ?? null],
  ['truth_iou', ({ sample }) => sample.answers?.truthIou ?? null],
  ['localised', ({ sample }) => sample.answers?.localised ?? null],
  ['picture_changed', ({ sample }) => (sample.pictureChanged ? 'yes' : 'no')],
  ['run', ({ sample }) => sample.run?.id ?? null],
  ['model', ({ sample }) => sample.run?.modelName ?? null],
  ['preset', ({ sample }) => sample.run?.preset.id ?? null],
];

export const csvExporter: Exporter = {
  format: 'csv',
  export: (samples, path, options) =>
    runExport(samples, path, options, {
      choose: selectForAudit,
      begin: (sink) => sink.write(csvLine(COLUMNS.map(([name]) => name)).line),
      sample: async (sink, audited) => {
        const { line, defused } = csvLine(COLUMNS.map(([, of]) => of(audited)));
        await sink.write(line);
        return { skip: null, notes: { formulas_made_harmless: defused } };
      },
      end: async () => undefined,
    }),
};

/** Null also for a label that does not fit its grid. */
function boxOf({ sample, prediction, label }: Audited): readonly number[] | null {
  if (!prediction || label?.length !== prediction.grid[0] * prediction.grid[1]) return null;
  return labelBox({ sample, prediction, label });
}

function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
