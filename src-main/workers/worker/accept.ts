/**
 * Whether what this worker has makes the numbers that a run asks for: the same program, model, prompt and preset. Anything else is
 * refused with what differs.
 */
import { settledPreset } from '../../../src-shared/contract/rules.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { promptOf } from '../../checkpoint/reader/prompts.ts';
import type { Engine, ModelInfo, ModelRef } from '../../engine/protocol.ts';
import { loaded } from '../../jobs/asking/loaded.ts';
import { modelFingerprint } from '../../jobs/asking/model-fingerprint.ts';
import { presetFingerprint, type RunSpec } from '../protocol/spec.ts';

/** What a worker labels with; how its weights are held is the run's to say. */
export interface WorkerModel {
  readonly model: Omit<ModelRef, 'precision'>;
  /** Of this program. */
  readonly version: string;
}

/** A run's model as this worker asks it. */
export function modelOfRun({ model }: WorkerModel, spec: RunSpec): ModelRef {
  const { precision } = spec.model;
  return { ...model, ...(precision === 'as-stored' ? {} : { precision }) };
}

/**
 * Why the run is refused by what can be told without loading the model; null: it is not. Reads the model's folder each time: it may
 * be written to while a worker runs.
 */
export async function whyRefused({ model, version }: WorkerModel, spec: RunSpec): Promise<string | null> {
  if (spec.version !== version) {
    return `the run was made by Fovea ${spec.version}, this is ${version}: other versions may give other numbers`;
  }
  const fingerprint = await modelFingerprint(model);
  if (fingerprint !== spec.model.fingerprint) {
    return `its model ${spec.model.name} (${short(spec.model.fingerprint)}) is not the one here (${model.dir}, ${short(fingerprint)})`;
  }
  if (presetFingerprint(spec.preset) !== spec.presetSha256) {
    return `its preset ${spec.preset.id} is not the one that its fingerprint names`;
  }
  const { identity } = await promptOf(model, spec.preset.teacher?.prompt ?? null);
  if (identity.sha256 !== spec.promptSha256)
    return 'its prompt is not the one that the model is asked with here';
  return null;
}

/** Loads the run's model. @returns why the run is refused after all, or what was loaded */
export async function loadForRun(
  engine: Engine,
  worker: WorkerModel,
  spec: RunSpec,
  signal: AbortSignal,
): Promise<ModelInfo | string> {
  const info = await loaded(engine, modelOfRun(worker, spec), signal);
  const settled = settledPreset(spec.preset, info.rules);
  if (presetFingerprint(settled) !== spec.presetSha256) {
    return `its preset ${spec.preset.id} comes to another one with the model here`;
  }
  if ((info.rpn !== null) !== spec.want.rpn)
    return 'its model has an RPN where the one here has none, or the other way round';
  return info;
}

/** @throws FoveaError `conflict` where a chunk is of another model or preset than its run says */
export function requireOfRun(
  chunk: { readonly model: string; readonly preset: string },
  spec: RunSpec,
): void {
  if (chunk.model === spec.model.fingerprint && chunk.preset === spec.presetSha256) return;
  throw new FoveaError('conflict', 'the chunk is of another model or preset than its run', {
    next: 'Label again with --queue on the project’s host: it puts in what is left',
  });
}

function short(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}
