/**
 * What an RPN says of features that are there already: the branch alone, no layer below it and no picture. Where the cells
 * lie follows from the picture's size, which is kept with its features.
 */
import type { AnyCheckpoint } from '../checkpoint/open.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { settledPreset } from '../../src-shared/contract/rules.ts';
import { decodeFeatures } from '../features/codec.ts';
import type { FeatureRows } from '../features/rows.ts';
import type { PredictOutcome, PredictRequest } from '../engine/protocol.ts';
import { quantise } from './labels/maps.ts';
import { roiOf } from './labels/roi.ts';
import { storedPlace, storedPrediction } from './labels/stored.ts';
import { askRpn } from './passes/rpn.ts';
import { dynamicPlacement, placementOf } from './subject/geometry.ts';
import type { Placement } from './subject/geometry.ts';
import { Stopwatch } from './subject/stopwatch.ts';
import type { Subject } from './subject/subject.ts';

/** @throws FoveaError `cancelled`, `bad_input` for features that are damaged or of another model */
export async function predictFrom(
  subject: Subject,
  asked: Omit<PredictRequest, 'model'>,
  signal?: AbortSignal,
): Promise<PredictOutcome> {
  const watch = new Stopwatch(signal);
  const preset = settledPreset(asked.preset, subject.checkpoint.rules);
  const features = await watch.time('decode', () => Promise.resolve(decodeFeatures(asked.features)));
  requireFits(subject, features);
  const { rules } = preset.roi;
  const { logits } = await askRpn(subject, features, features.rows, { pruning: null, rules }, watch);
  const found = readPrediction(subject.checkpoint, features, logits, preset.roi);
  return { ...found, timings: watch.report(), device: subject.model.profile.device };
}

function requireFits({ model }: Subject, { hiddenSize, grid }: FeatureRows): void {
  const { profile } = model;
  const fits = profile.dynamicGrid || (grid[0] === profile.grid[0] && grid[1] === profile.grid[1]);
  if (hiddenSize === profile.hiddenSize && fits) return;
  throw new FoveaError(
    'bad_input',
    `features of ${hiddenSize} numbers a token on ${grid.join('×')} are not this model's (${profile.hiddenSize}, ${profile.grid.join('×')})`,
    { next: 'Compute them again with this model' },
  );
}

/**
 * Logits as a prediction keeps them: rounded to float16, in stored cells, with the boxes that the preset's rule finds.
 * @param logits one per visual token of the features, `[H*W]`
 */
export function readPrediction(
  { preprocessor }: Pick<AnyCheckpoint, 'preprocessor'>,
  features: Pick<FeatureRows, 'grid' | 'picture'>,
  logits: ArrayLike<number>,
  roi: Preset['roi'],
): Pick<PredictOutcome, 'rpn' | 'boxes'> {
  const map = quantise(logits);
  const placement = featurePlacement(preprocessor, features);
  const { crops } = roiOf(map.values, 'rpn', placement, roi);
  const { grid, transform } = placement;
  return storedPrediction(
    { grid, transform, bits: map.bits },
    crops.map(({ box }) => box),
    features.picture,
  );
}

/** Where the features' visual tokens lie on the picture, in stored cells. */
export function tokenGrid(
  { preprocessor }: Pick<AnyCheckpoint, 'preprocessor'>,
  features: Pick<FeatureRows, 'grid' | 'picture'>,
): Pick<Placement, 'grid' | 'transform'> {
  const { grid, transform } = featurePlacement(preprocessor, features);
  return storedPlace({ grid, transform }, features.picture);
}

/** The same on the picture as the model saw it. */
function featurePlacement(
  preprocessor: AnyCheckpoint['preprocessor'],
  { picture, grid }: Pick<FeatureRows, 'grid' | 'picture'>,
): Placement {
  const size = [picture.width, picture.height] as const;
  return preprocessor.geometry === 'dynamic'
    ? dynamicPlacement(size, grid, false, preprocessor.patchSize * preprocessor.mergeSize)
    : placementOf(preprocessor.geometry, size, grid, preprocessor.side);
}
