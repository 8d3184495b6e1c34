/** Fills in what a person left out of "label this project": which model and which preset. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DeviceChoice, Engine } from '../engine/protocol.ts';
import type { Project } from '../store/project.ts';
import { activeRunId, getRun } from '../store/run.ts';
import { DEMO_PRESET, type Resources, demoModelDir } from './demo-project.ts';
import type { LabelJobParams } from './label-run.ts';
import { choosePreset, loadPresets } from './presets.ts';

export interface LabelWish {
  /** Null: the active run's model, or the demo model in a project that has none. */
  readonly modelDir: string | null;
  /** Null: the active run's preset for its own model, else the one that fits the model. */
  readonly presetId: string | null;
  readonly answerMode: 'self' | 'teacher';
  readonly limit: number | null;
  readonly device?: DeviceChoice;
}

/**
 * The full parameters of a label job. Loads the model only when the preset is to be found by it. Throws `not_found`,
 * `bad_input`, and what the engine says of the model.
 */
export async function labelParams(
  project: Project,
  engine: Engine,
  wish: LabelWish,
  resources: Resources,
): Promise<LabelJobParams> {
  const active = activeRunId(project.db);
  const run = active === null ? null : getRun(project.db, active);
  const demo = demoModelDir(resources);
  const used = run && existsSync(run.modelDir) ? run.modelDir : null;
  const dir = resolve(wish.modelDir ?? used ?? demo);
  const model = { dir, device: wish.device ?? 'auto' };
  const presets = await loadPresets(resources.presetsDir);
  const sameModel = run !== null && dir === run.modelDir;
  const presetId = wish.presetId ?? (dir === resolve(demo) ? DEMO_PRESET : sameModel ? run.preset.id : null);
  const known = presets.find((preset) => preset.id === presetId);
  const stored = sameModel && run.preset.id === presetId ? run.preset : null;
  const preset = known ?? stored ?? choosePreset(presets, await engine.modelInfo(model), presetId);
  return { model, preset, answerMode: wish.answerMode, limit: wish.limit };
}
