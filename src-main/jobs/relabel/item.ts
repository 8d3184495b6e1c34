/** One sample under other thresholds: its stored maps, label and boxes derived again, everything else as it was. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { MapSet } from '../../../src-shared/contract/outcome.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { rederive, type Rederived } from '../../../src-shared/kernels/labels/rederive.ts';
import type { ReadableDb } from '../../store/db.ts';
import { canonicalJson } from '../../store/json.ts';
import { versionOfPrediction } from '../../store/pictures/change.ts';
import { getPrediction, getPredictionMaps, type NewPrediction } from '../../store/predictions/prediction.ts';
import { answerTokens, type Candidate } from '../../store/predictions/relabel.ts';
import { getRun } from '../../store/runs/run.ts';
import { storedMapsOf } from './stored-maps.ts';
import type { Thresholds } from './target.ts';

export interface Relabelled {
  readonly maps: MapSet;
  readonly found: NewPrediction;
}

/** Throws `not_found` when the maps are lost, `bad_input` when they cannot be labelled (NaN, a rule they do not fit). */
export function relabelled(db: ReadableDb, candidate: Candidate, wanted: Thresholds): Relabelled {
  const started = performance.now();
  const { prediction, maps, used, derived } = derive(db, candidate, wanted);
  const { grid, transform } = prediction;
  const bits = derived.denoised && encodeFloat16(derived.denoised);
  const sameCrop =
    canonicalJson(used.roi) === canonicalJson(wanted.roi) &&
    (maps.rpn !== null || sameBits(bits, maps.denoised?.bits ?? null));
  const { answer, timings, device } = prediction;
  return {
    maps: { ...maps, denoised: bits && { grid, transform, bits } },
    found: {
      answer,
      answerTokens: answerTokens(db, prediction.id),
      grid,
      transform,
      labels: derived.labels,
      dropped: derived.dropped,
      boxes: derived.boxes,
      // Another crop has not been looked at: there is no second answer to it. What a gate left out stays so.
      secondStage:
        sameCrop || prediction.secondStage?.skipped === 'not_needed' ? prediction.secondStage : null,
      timings: { ...timings, relabel: performance.now() - started },
      device,
      pictureVersion: versionOfPrediction(db, prediction.id),
    },
  };
}

/** Label, reason and boxes of a stored prediction under other thresholds. Throws like {@link relabelled}. */
export function derive(db: ReadableDb, { predictionId, size }: Candidate, wanted: Thresholds) {
  const { prediction } = getPrediction(db, predictionId);
  const maps = getPredictionMaps(db, predictionId);
  if (!maps) {
    throw new FoveaError('not_found', 'the maps of this sample are lost', {
      next: 'Label again: it fills in what maps.db lost',
    });
  }
  const used: Preset = getRun(db, prediction.runId).preset;
  try {
    const derived: Rederived = rederive(storedMapsOf(prediction, maps, size), used.roi, wanted);
    return { prediction, maps, used, derived };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new FoveaError('bad_input', thrown.message, { next: 'Label the sample again', cause: thrown });
  }
}

function sameBits(a: Uint16Array | null, b: Uint16Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
