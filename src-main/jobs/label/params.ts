/** Fills in what a person left out of "label this project": which model and which preset. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { wholeFolders } from '../../checkpoint/reader/prompts.ts';
import type { DeviceChoice, Engine, ModelRef } from '../../engine/protocol.ts';
import type { PrecisionWish } from '../../../src-shared/contract/models.ts';
import { asksAnswer, type GateSettings } from '../../../src-shared/contract/gate.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { isInside } from '../../files/inside.ts';
import type { Project } from '../../store/file/project.ts';
import { RPN_DIR } from '../../store/training/rpn.ts';
import { labellingRun, overlaysOfRun } from '../../store/runs/run.ts';
import { loaded } from '../asking/loaded.ts';
import { activeVersionDir } from '../rpn/active.ts';
import { DEMO_PRESET, type Resources, demoModelDir } from '../presets/resources.ts';
import type { LabelJobParams } from './run.ts';
import { settlePrecision } from './settle-precision.ts';
import { choosePreset, loadPresets, presetShelf, refuseBroken } from '../presets/presets.ts';

export interface LabelWish {
  /** Null: the active run's model, or the demo model in a project that has none. */
  readonly modelDir: string | null;
  /**
   * A folder whose RPN is laid over the model; without it the active version of the project's, and where nobody made one active and
   * `modelDir` is null, the active run's.
   */
  readonly rpnDir?: string | undefined;
  /** The same with an adapter. `modelDir` may be an adapter's folder too: then the base that it names is meant. */
  readonly adapterDir?: string | undefined;
  /** Null: the active run's preset for its own model, else the one that fits the model. */
  readonly presetId: string | null;
  /** Null: every crop is taken. Absent: the preset's own, or that of the run that labelling goes on with. */
  readonly gate?: GateSettings | null | undefined;
  readonly answerMode: 'self' | 'teacher';
  readonly limit: number | null;
  readonly device?: DeviceChoice;
  readonly precision?: PrecisionWish | undefined;
  /** Why {@link precision} was chosen, where that is settled already. */
  readonly chosen?: string | undefined;
  /** Just the undecided samples of this. */
  readonly scope?: LabelJobParams['scope'];
  readonly keepFeatures?: LabelJobParams['keepFeatures'];
  /** Absent: as many as pay off, memory permitting. */
  readonly inFlight?: number | undefined;
}

/** The folder of the model that will label, and of what is laid over it. Throws as `wholeModel`. */
export async function modelFolders(
  project: Project,
  wish: LabelWish,
  resources: Resources,
): Promise<Pick<ModelRef, 'dir' | 'rpnDir' | 'adapterDir'>> {
  const run = labellingRun(project.db);
  const used = run && existsSync(run.modelDir) ? run : null;
  const dir = resolve(wish.modelDir ?? used?.modelDir ?? demoModelDir(resources));
  const over = used && wish.modelDir === null ? overlaysOfRun(project.db, used.id) : {};
  const adapterDir = wish.adapterDir ?? over.adapterDir;
  const active = wish.rpnDir === undefined ? await activeVersionDir(project, { dir, adapterDir }) : undefined;
  const rpnDir = wish.rpnDir ?? (active === undefined ? over.rpnDir : (active ?? undefined));
  return wholeFolders({
    dir,
    ...(rpnDir === undefined ? {} : { rpnDir: resolve(rpnDir) }),
    ...(adapterDir === undefined ? {} : { adapterDir: resolve(adapterDir) }),
  });
}

/**
 * The full parameters of a label job. Loads the model only when the preset is to be found by it, and asks about it where the
 * precision is to be chosen. Throws `not_found`,
 * `bad_input`, and what the engine says of the model.
 */
export async function labelParams(
  project: Project,
  engine: Engine,
  wish: LabelWish,
  resources: Resources,
): Promise<LabelJobParams> {
  const run = labellingRun(project.db);
  const demo = demoModelDir(resources);
  const folders = await modelFolders(project, wish, resources);
  const { dir, rpnDir, adapterDir } = folders;
  const { device = 'auto' } = wish;
  const settled = await settlePrecision(project, engine, { ...folders, device }, wish.precision);
  const { precision, chosen = wish.chosen } = settled;
  const model = { ...folders, device, ...(precision === undefined ? {} : { precision }) };
  const { presets, broken } = await presetShelf(resources);
  const over = run === null ? {} : overlaysOfRun(project.db, run.id);
  // Another version of the RPN over the same model is labelled with by the same rules.
  const isVersion = (folder: string | undefined): boolean =>
    folder !== undefined && isInside(join(project.path, RPN_DIR), folder);
  const sameRpn = rpnDir === over.rpnDir || isVersion(rpnDir) || isVersion(over.rpnDir);
  const sameModel = dir === run?.modelDir && sameRpn && adapterDir === over.adapterDir;
  const presetId = wish.presetId ?? (sameModel ? run.preset.id : dir === resolve(demo) ? DEMO_PRESET : null);
  const known = presets.find((preset) => preset.id === presetId);
  const stored = sameModel && run.preset.id === presetId ? run.preset : null;
  // What people saved is theirs to name: it never makes the choice for a model, nor makes it ambiguous.
  const offered = presetId === null ? await loadPresets(resources.presetsDir) : presets;
  if (!known && !stored) refuseBroken(broken, presetId);
  const preset = known ?? stored ?? choosePreset(offered, await loaded(engine, model), presetId);
  const { answerMode, limit, scope = null, keepFeatures, inFlight } = wish;
  const goesOn = wish.presetId === null && sameModel && run.preset.id === preset.id;
  const before = goesOn ? run.preset.gate : undefined;
  // A given answer says nothing of how sure the model is.
  const kept = answerMode === 'teacher' && asksAnswer(before) ? undefined : before;
  const gate = wish.gate === undefined ? kept : wish.gate;
  return {
    model,
    preset: goesOn || gate !== undefined ? withGate(preset, gate) : preset,
    answerMode,
    limit,
    scope,
    ...(keepFeatures ? { keepFeatures } : {}),
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(chosen === undefined ? {} : { chosen }),
  };
}

function withGate({ gate: _, ...preset }: Preset, gate: Preset['gate']): Preset {
  return gate === undefined ? preset : { ...preset, gate };
}
