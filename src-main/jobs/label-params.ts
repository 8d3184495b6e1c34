/** Fills in what a person left out of "label this project": which model and which preset. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DeviceChoice, Engine, ModelRef, Precision } from '../engine/protocol.ts';
import type { Project } from '../store/project.ts';
import { activeRunId, getRun, rpnDirOfRun } from '../store/run.ts';
import { DEMO_PRESET, type Resources, demoModelDir } from './demo-project.ts';
import type { LabelJobParams } from './label-run.ts';
import { choosePreset, knownPresets, loadPresets } from './presets.ts';

export interface LabelWish {
  /** Null: the active run's model, or the demo model in a project that has none. */
  readonly modelDir: string | null;
  /** A folder whose RPN is laid over the model; without it, and without `modelDir`, the active run's. */
  readonly rpnDir?: string | undefined;
  /** Null: the active run's preset for its own model, else the one that fits the model. */
  readonly presetId: string | null;
  readonly answerMode: 'self' | 'teacher';
  readonly limit: number | null;
  readonly device?: DeviceChoice;
  readonly precision?: Precision | undefined;
}

/** The folder of the model that will label, and of the RPN laid over it. */
export function modelFolders(
  project: Project,
  wish: LabelWish,
  resources: Resources,
): Pick<ModelRef, 'dir' | 'rpnDir'> {
  const run = activeRun(project);
  const used = run && existsSync(run.modelDir) ? run : null;
  const dir = resolve(wish.modelDir ?? used?.modelDir ?? demoModelDir(resources));
  const usedRpn = used && wish.modelDir === null ? rpnDirOfRun(project.db, used.id) : null;
  const rpnDir = wish.rpnDir ?? usedRpn;
  return rpnDir === null ? { dir } : { dir, rpnDir: resolve(rpnDir) };
}

function activeRun(project: Project) {
  const active = activeRunId(project.db);
  return active === null ? null : getRun(project.db, active);
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
  const run = activeRun(project);
  const demo = demoModelDir(resources);
  const folders = modelFolders(project, wish, resources);
  const { dir, rpnDir = null } = folders;
  const { device = 'auto', precision } = wish;
  const model = { ...folders, device, ...(precision === undefined ? {} : { precision }) };
  const presets = await knownPresets(resources);
  const sameModel = run !== null && dir === run.modelDir && rpnDir === rpnDirOfRun(project.db, run.id);
  const presetId = wish.presetId ?? (sameModel ? run.preset.id : dir === resolve(demo) ? DEMO_PRESET : null);
  const known = presets.find((preset) => preset.id === presetId);
  const stored = sameModel && run.preset.id === presetId ? run.preset : null;
  // What people saved is theirs to name: it never makes the choice for a model, nor makes it ambiguous.
  const offered = presetId === null ? await loadPresets(resources.presetsDir) : presets;
  const preset = known ?? stored ?? choosePreset(offered, await engine.modelInfo(model), presetId);
  return { model, preset, answerMode: wish.answerMode, limit: wish.limit };
}
