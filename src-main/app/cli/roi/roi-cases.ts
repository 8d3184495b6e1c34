/**
 * The four kinds of case the plumbing commands take: a schema for the input fields (others are ignored, so a golden
 * can be fed as it is) and the kernels that answer it.
 */
import { z } from 'zod';
import { emptyAnswerLabels } from '../../../../src-shared/kernels/labels/assign.ts';
import type { LabelResult } from '../../../../src-shared/kernels/labels/assign.ts';
import { labelLlava } from '../../../../src-shared/kernels/labels/llava.ts';
import { labelQwen, QWEN_MIN_MAX } from '../../../../src-shared/kernels/labels/qwen.ts';
import { llavaBoxToSource, llavaRoiLimits, roiLlava } from '../../../../src-shared/kernels/roi/llava.ts';
import { qwenBoxToSource, roiQwen } from '../../../../src-shared/kernels/roi/qwen.ts';
import { roiRulesOf } from '../../../../src-shared/kernels/roi/rules.ts';

/** A schema and what to do with what it lets through. `run` may throw RangeError: the case is malformed. */
export interface RoiCase {
  readonly schema: z.ZodType;
  run(input: unknown): object;
}

function roiCase<S extends z.ZodType>(schema: S, run: (input: z.output<S>) => object): RoiCase {
  return { schema, run: (input) => run(input as z.output<S>) };
}

/** Side in pixels of LLaVA-1.5's square encoder input. */
const LLAVA_SIDE = 336;

const side = z.number().int().min(1);
const grid = z.tuple([side, side]);
const imageSize = z.tuple([side, side]);
const values = z.array(z.number());
const share = z.number().min(0).max(1);

const params = z.object({
  sink_thresh: z.number().min(0),
  binary_coff: share,
  bg_coff: share,
  max_ratio_limit: share,
});

/** `grounding` null: the answer had no rows. `sink` null: the model has no known sinks. */
const labelsInput = z.object({ grid, params, grounding: values.nullable(), sink: values.nullable() });

const toParams = (p: z.output<typeof params>) => ({
  sinkThresh: p.sink_thresh,
  binaryCoff: p.binary_coff,
  bgCoff: p.bg_coff,
  maxRatioLimit: p.max_ratio_limit,
});

const doubles = (list: number[] | null): Float64Array | null => (list ? Float64Array.from(list) : null);

const labelFields = (result: LabelResult) => ({
  labels: [...result.labels],
  fg_bbox_rows_cols_inclusive: result.fgBox,
});

export const llavaLabels = roiCase(labelsInput, (input) => {
  const grounding = doubles(input.grounding);
  const result = grounding
    ? labelLlava(grounding, doubles(input.sink), input.grid, toParams(input.params))
    : emptyAnswerLabels(input.grid);
  return {
    ...labelFields(result),
    num_fg: result.counts.fg,
    num_bg: result.counts.bg,
    num_sink: result.counts.sink,
    dropped: result.dropped,
  };
});

const qwenLabelsInput = labelsInput.extend({
  image_size_wh: imageSize,
  params: params.extend({
    use_smoothing: z.boolean().default(false),
    min_max: z.number().min(0).default(QWEN_MIN_MAX),
  }),
});

export const qwenLabels = roiCase(qwenLabelsInput, (input) => {
  const grounding = doubles(input.grounding);
  const result = grounding
    ? labelQwen(grounding, doubles(input.sink), input.grid, input.image_size_wh, {
        ...toParams(input.params),
        useSmoothing: input.params.use_smoothing,
        minMax: input.params.min_max,
      })
    : emptyAnswerLabels(input.grid);
  return { ...labelFields(result), dropped: result.dropped };
});

const llavaBoxesInput = z.object({
  grid,
  map: values,
  conf_thresh: z.number(),
  min_area: z.number().int().min(0).optional(),
  max_area: z.number().min(0).nullable().optional(),
  image_size_wh: imageSize,
});

export const llavaBoxes = roiCase(llavaBoxesInput, (input) => {
  const limits = llavaRoiLimits(input.grid);
  const { boxes } = roiLlava(input.map, input.grid, input.conf_thresh, {
    minArea: input.min_area ?? limits.minArea,
    maxArea: input.max_area === undefined ? limits.maxArea : input.max_area,
  });
  return {
    boxes_feat_xyxy: boxes,
    boxes_image_xyxy: boxes.map((box) => llavaBoxToSource(box, input.grid, input.image_size_wh, LLAVA_SIDE)),
  };
});

const qwenBoxesInput = z.object({
  grid,
  probs: values,
  conf_thresh: z.number().min(0),
  image_size_wh: imageSize.optional(),
  rules: z.enum(['sd-rpn', 'q-zoom']).optional(),
});

export const qwenBoxes = roiCase(qwenBoxesInput, (input) => {
  const rules = roiRulesOf(input);
  const roi = roiQwen(input.probs, input.grid, input.conf_thresh, rules);
  const box = roi.box;
  const size = input.image_size_wh;
  return {
    blurred: [...roi.blurred],
    mask_count: roi.maskCount,
    surrounding_box_feat_xyxy: box,
    ...(size && { surrounding_box_image_xyxy: box && qwenBoxToSource(box, input.grid, size, rules) }),
  };
});
