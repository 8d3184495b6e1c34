/**
 * What an RPN says of features that are there already: the branch alone, no layer below it and no picture. Where the cells
 * lie follows from the picture's size, which is kept with its features.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { settledPreset } from '../../src-shared/contract/rules.ts';
import { decodeFeatures } from '../features/codec.ts';
import type { FeatureRows } from '../features/rows.ts';
import type { PredictOutcome, PredictRequest } from '../engine/protocol.ts';
import { quantise } from './labels/maps.ts';
import { roiOf } from './labels/roi.ts';
import { storedPrediction } from './labels/stored.ts';
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
  const map = quantise(logits);
  const placement = placeOf(subject, features);
  const { crops } = roiOf(map.values, 'rpn', placement, preset.roi);
  const { grid, transform } = placement;
  const found = storedPrediction(
    { grid, transform, bits: map.bits },
    crops.map(({ box }) => box),
    features.picture,
  );
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

function placeOf({ checkpoint: { preprocessor } }: Subject, { picture, grid }: FeatureRows): Placement {
  const size = [picture.width, picture.height] as const;
  return preprocessor.geometry === 'dynamic'
    ? dynamicPlacement(size, grid, false, preprocessor.patchSize * preprocessor.mergeSize)
    : placementOf(preprocessor.geometry, size, grid, preprocessor.side);
}
