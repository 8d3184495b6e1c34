/** Projects whose predictions really follow from their maps, so that other thresholds give what the kernels say. */
import type { MapSet } from '../../src-shared/contract/outcome.ts';
import { presetSchema, type Preset } from '../../src-shared/contract/preset.ts';
import { decodeFloat16, encodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { rederive, type StoredMaps } from '../../src-shared/kernels/labels/rederive.ts';
import { squaredTransform } from '../../src-shared/kernels/transform.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import { transact } from '../../src-main/store/db.ts';
import { ensureModel } from '../../src-main/store/runs/model.ts';
import { putMaps } from '../../src-main/store/scores/maps.ts';
import { putPrediction } from '../../src-main/store/predictions/prediction.ts';
import { ensurePreset } from '../../src-main/store/runs/preset.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { ensureRun, setActiveRun } from '../../src-main/store/runs/run.ts';
import { seededRandom } from './random.ts';

const GRID: Grid = [8, 8];
/** As `addSamples` of project.ts has it. */
const SIZE = [30, 20] as const;

export const relabelPreset: Preset = presetSchema.parse({
  id: 'base',
  name: 'Base',
  family: 'llava',
  grounding: [{ layer: 1, heads: [0] }],
  sink: [{ layer: 2, heads: [1] }],
  rows: 'answer',
  labels: { variant: 'llava', sinkThresh: 0.02, binaryCoff: 0.3, bgCoff: 0.1, maxRatioLimit: 0.5 },
  roi: { variant: 'llava', form: 'mask', threshold: 0.3 },
  rpn: { k: 1, t: 1 },
  maxNewTokens: 16,
});

/** A run of `preset`, made active. */
export function relabelRun({ db }: Project, preset = relabelPreset, settings = {}): number {
  const modelId = ensureModel(db, { fingerprint: 'f', dir: '/models/test', name: 'test', family: 'llava' });
  const runId = ensureRun(db, { modelId, presetId: ensurePreset(db, preset), settings, answerMode: 'self' });
  setActiveRun(db, runId);
  return runId;
}

/** A sample's random maps; the same number gives the same ones. */
export function randomMaps(seed: number): MapSet {
  const random = seededRandom(seed);
  const row = Math.floor(random() * 8);
  const col = Math.floor(random() * 8);
  const map = (value: (at: number) => number) => ({
    grid: GRID,
    transform: squaredTransform(SIZE, GRID),
    bits: encodeFloat16(Float64Array.from({ length: 64 }, (_, i) => value(i))),
  });
  const bump = (i: number): number => Math.exp(-((Math.floor(i / 8) - row) ** 2 + ((i % 8) - col) ** 2) / 6);
  return {
    grounding: map((i) => bump(i) * 0.1 + random() * 0.02),
    sink: map(() => random() ** 6 * 0.1),
    question: map(() => random()),
    denoised: null,
    rpn: map((i) => bump(i) * 6 - 3),
  };
}

export function storedOf(maps: MapSet): StoredMaps {
  const place = { grid: GRID, transform: squaredTransform(SIZE, GRID), size: SIZE };
  const stored = (map: MapSet['rpn']) => map && { ...place, values: decodeFloat16(map.bits), boxes: [] };
  return {
    place,
    grounding: stored(maps.grounding),
    sink: maps.sink && decodeFloat16(maps.sink.bits),
    denoised: null,
    rpn: stored(maps.rpn),
  };
}

/** Stores what the preset gives for the sample's maps, and gives the prediction's id. */
export function predictByMaps(
  { db }: Project,
  runId: number,
  sampleId: number,
  preset = relabelPreset,
  maps = randomMaps(sampleId),
): number {
  const { labels, dropped, boxes, denoised } = rederive(storedOf(maps), preset.roi, preset);
  const place = { grid: GRID, transform: squaredTransform(SIZE, GRID) };
  const key = putMaps(db, { ...maps, denoised: denoised && { ...place, bits: encodeFloat16(denoised) } });
  return transact(db, () =>
    putPrediction(db, runId, sampleId, key, {
      answer: `answer ${sampleId}`,
      answerTokens: [sampleId, 2],
      ...place,
      labels,
      dropped,
      boxes,
      secondStage: { crop: [0, 0, 10, 10], from: 'rpn', answer: 'closer', skipped: null },
      timings: { total: 1 },
      device: 'cpu',
    }),
  );
}
