/**
 * `fovea calibrate`: a preset for a model that nobody made one for, from a few samples whose answer's place is known. Which
 * heads look there, which show sinks, which thresholds fit, how good that is on samples it was not chosen by, and how sure.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { type Calibration, calibrate } from '../../../src-shared/kernels/calibration/calibrate.ts';
import {
  type SinkDimension,
  sinkDimensions,
} from '../../../src-shared/kernels/calibration/sink-dimensions.ts';
import type { Engine, ModelInfo, ModelRef } from '../../engine/protocol.ts';
import type { Project } from '../../store/file/project.ts';
import { revived } from '../asking/revived.ts';
import { fittingPresets, knownPresets } from '../presets/presets.ts';
import type { Resources } from '../presets/resources.ts';
import { type GatherWish, gather } from './gather.ts';
import { type NeutralWish, neutralPreset } from './neutral-preset.ts';
import { branchLayer, choiceOf, proposedPreset } from './proposal.ts';

export interface CalibrateWish extends GatherWish, NeutralWish {
  /** Id of the preset that is proposed. */
  readonly id: string;
}

export interface Calibrated {
  readonly info: ModelInfo;
  readonly calibration: Calibration;
  /** Not saved. */
  readonly preset: Preset;
  /** The layer whose input an RPN would read. */
  readonly branchLayer: number;
  /** The preset whose heads were measured beside; null: none fits the model, or several do. */
  readonly beside: string | null;
  /** Dimensions of the hidden states that tell sink tokens. */
  readonly sinkDimensions: readonly SinkDimension[];
  readonly leftOut: Readonly<Record<string, number>>;
}

const FOLDS = 10;
const RESAMPLES = 200;
/** Fewer say nothing that another few would not say otherwise. */
const LEAST = 5;

/**
 * @throws FoveaError `bad_input` where fewer than five samples can be measured, with the reasons; what the engine says of the
 *   model; `cancelled`
 */
export async function runCalibration(
  project: Project,
  engine: Engine,
  model: ModelRef,
  resources: Resources,
  wish: CalibrateWish,
  tell: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Calibrated> {
  const info = await revived(() => engine.modelInfo(model, signal));
  const neutral = neutralPreset(info, wish);
  const { samples, hidden, leftOut, trouble } = await gather(
    project,
    engine,
    { model, info, preset: neutral },
    wish,
    tell,
    signal,
  );
  if (samples.length < LEAST) throw tooFew(project, samples.length, leftOut, trouble);
  const beside = fittingPresets(await knownPresets(resources), info).chosen;
  const calibration = calibrate(samples, {
    headsPerLayer: info.heads,
    folds: FOLDS,
    resamples: RESAMPLES,
    seed: wish.seed,
    beside: beside && choiceOf(beside, info.heads),
  });
  const k = branchLayer(calibration.chosen.grounding, info);
  const named = {
    id: wish.id,
    name: `${info.name} (calibrated)`,
    notes: evidenceWords(calibration, wish, k),
  };
  return {
    info,
    calibration,
    preset: proposedPreset(neutral, info, calibration, named),
    branchLayer: k,
    beside: beside?.id ?? null,
    sinkDimensions: sinkDimensions(hidden),
    leftOut: Object.fromEntries(leftOut),
  };
}

/** What a preset's reader has to know of how it came about. */
function evidenceWords(
  { samples, heldOut, heads, chosen }: Calibration,
  wish: CalibrateWish,
  k: number,
): string {
  const stable = heads
    .filter(({ stability }) => stability > 0)
    .sort((a, b) => b.stability - a.stability)
    .slice(0, chosen.grounding.length + 4)
    .map(({ layer, head, stability }) => `${layer}:${head} ${Math.round(stability * 100)}%`);
  const from = wish.against === 'truth' ? 'boxes' : 'reviewed labels';
  return [
    `Chosen by calibration from ${counted(samples, 'sample')} with ${from} (seed ${wish.seed}).`,
    `Mean AUC on samples that it was not chosen by (${FOLDS} folds): ${auc(heldOut.raw)} raw, ${auc(heldOut.denoised)} without sinks, standard error ${auc(heldOut.standardError)}.`,
    `Heads chosen in ${RESAMPLES} resamples of the samples: ${stable.join(', ')}.`,
    `An RPN would branch off at layer ${k}.`,
  ].join(' ');
}

function auc(value: number | null): string {
  return value === null ? 'unknown' : value.toFixed(3);
}

function tooFew(
  project: Project,
  found: number,
  leftOut: ReadonlyMap<string, number>,
  trouble: FoveaError | null,
): FoveaError {
  const told = trouble === null ? '' : ` (${trouble.message})`;
  const reasons = [...leftOut]
    .map(([why, count]) => `${count} ${WORDS[why] ?? why}${why === 'unreadable' ? told : ''}`)
    .join(', ');
  return new FoveaError(
    'bad_input',
    `calibration needs ${counted(LEAST, 'sample')} whose answer's place is known, and found ${counted(found, 'such sample')}${reasons === '' ? '' : `: ${reasons}`}`,
    {
      where: project.path,
      next: 'Import samples with boxes, or accept or correct some labels and measure against those',
    },
  );
}

const WORDS: Readonly<Record<string, string>> = {
  nothing_known: 'of which nothing is known',
  one_class: 'where all cells are alike',
  other_grid: 'reviewed on another grid',
  unreadable: 'that the model could not be asked about',
};
