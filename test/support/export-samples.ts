/** Samples as the store would feed them to an exporter. Plain data with every field set; tests change what they need. */
import { encodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { squaredTransform } from '../../src-shared/kernels/transform.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import type { PlacedMap } from '../../src-shared/contract/outcome.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import type { ExportPrediction, ExportSample } from '../../src-main/exporters/types.ts';

export const PRESET: Preset = {
  id: 'llava-test',
  name: 'Test',
  family: 'llava',
  grounding: [{ layer: 1, heads: [0, 2] }],
  sink: [{ layer: 0, heads: 'all' }],
  rows: 'answer',
  labels: { variant: 'llava', sinkThresh: 1e-3, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 },
  roi: { variant: 'llava', form: 'bbox', threshold: 0.15 },
  rpn: null,
  maxNewTokens: 8,
};

export interface SampleOptions {
  readonly id?: number;
  readonly grid?: Grid;
  readonly size?: readonly [number, number];
  /** Label the decision stands for; for `pending` the predicted one. */
  readonly label: ArrayLike<number>;
  readonly state?: ExportSample['state'];
  readonly grounding?: ArrayLike<number>;
  readonly sink?: ArrayLike<number>;
  readonly preset?: Preset;
}

/** A sample in the given state with the given label and maps. Its picture's file is there, but is none. */
export function exportSample(options: SampleOptions): ExportSample {
  const { id = 1, grid = [8, 8], size = [80, 40], state = 'accepted', preset = PRESET } = options;
  const label = Int8Array.from(options.label);
  const prediction: ExportPrediction = {
    id: id * 10,
    answer: `answer ${id}`,
    grid,
    transform: squaredTransform(size, grid),
    maps: {
      grounding: options.grounding ? placed(options.grounding, size, grid) : null,
      sink: options.sink ? placed(options.sink, size, grid) : null,
      question: null,
      denoised: null,
      rpn: null,
    },
    label,
    dropped: null,
    boxes: { raw: [], denoised: [[1, 2, 3, 4]], rpn: [] },
    secondStage: { crop: [1, 2, 3, 4], from: 'rpn', answer: 'second', skipped: null },
  };
  const reviewed = state === 'accepted' || state === 'corrected' || state === 'rejected';
  return {
    sampleId: id,
    externalId: `q-${id}`,
    question: `quelle est la réponse ${id} ? 答案`,
    referenceAnswer: 'truth',
    benchmark: null,
    outsideAnswers: [],
    language: 'fr',
    split: 'dev',
    tags: ['a', 'b'],
    truthBoxes: [[0, 0, 10, 10]],
    proposals: [],
    image: {
      name: `scenes/${id}.png`,
      folder: '/data',
      path: import.meta.filename,
      width: size[0],
      height: size[1],
    },
    state,
    run: {
      id: 3,
      modelName: 'model',
      modelDir: '/models/model',
      preset,
      answerMode: 'self',
      createdAt: '2026-01-01T00:00:00.000Z',
    },
    prediction: state === 'unlabelled' ? null : prediction,
    review: reviewed
      ? {
          id: id * 100,
          decision: state === 'accepted' ? 'accept' : state === 'corrected' ? 'correct' : 'reject',
          label: state === 'rejected' ? null : label,
          reviewer: 'ada',
          note: null,
          reason: state === 'rejected' ? 'blurred' : null,
          createdAt: '2026-01-02T00:00:00.000Z',
        }
      : null,
    scores: { disagreement: 0.25, uncertainty: null, roiSize: 0.125, iou: null },
    answers: {
      scorer: 'exact',
      rules: 1,
      score: 0,
      cropScore: 1,
      judged: null,
      cropJudged: { verdict: 'right', reviewer: 'ann' },
      outcome: 'fixed',
      truthIou: 0.625,
      localised: 'used',
    },
    trail: null,
    pictureChanged: false,
  };
}

function placed(values: ArrayLike<number>, size: readonly [number, number], grid: Grid): PlacedMap {
  return { grid, transform: squaredTransform(size, grid), bits: encodeFloat16(values) };
}

/** Labels of a grid given as text: `#` foreground, `.` background, `?` ignore. */
export function drawLabels(rows: readonly string[]): { grid: Grid; label: Int8Array } {
  const label = Int8Array.from(rows.join(''), (mark) => (mark === '#' ? 1 : mark === '.' ? 0 : -100));
  return { grid: [rows.length, rows[0]?.length ?? 0], label };
}
