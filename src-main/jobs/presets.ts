/** Presets on disk (the app's and the person's own), and which of them fits a model. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { type Preset, presetSchema } from '../../src-shared/contract/preset.ts';
import type { ModelInfo } from '../engine/protocol.ts';
import type { Resources } from './demo-project.ts';

/** The app's presets and those the person saved, the app's first. Throws `bad_input` as {@link loadPresets}. */
export async function knownPresets(
  resources: Pick<Resources, 'presetsDir' | 'userPresetsDir'>,
): Promise<Preset[]> {
  return [...(await loadPresets(resources.presetsDir)), ...(await ownPresets(resources))];
}

/** The presets the person saved; none where nothing was saved yet. Throws `bad_input` as {@link loadPresets}. */
export async function ownPresets({ userPresetsDir }: Pick<Resources, 'userPresetsDir'>): Promise<Preset[]> {
  return userPresetsDir !== null && existsSync(userPresetsDir) ? loadPresets(userPresetsDir) : [];
}

/** All presets of a folder, by file name. Throws `bad_input` naming the file and field of one that is wrong. */
export async function loadPresets(dir: string): Promise<Preset[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map((name) => loadPreset(join(dir, name))));
}

/** One preset. Throws `bad_input`. */
export async function loadPreset(file: string): Promise<Preset> {
  const next = 'Correct the preset or remove it';
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new FoveaError('bad_input', 'the preset is not JSON', { where: file, next, cause });
  }
  const parsed = presetSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new FoveaError('bad_input', `the preset's ${issue.path.join('.')}: ${issue.message}`, {
    where: file,
    next,
  });
}

/**
 * The preset to use: the one with id `wanted`, or without one the only one that fits the model. Throws `not_found`,
 * and `bad_input` when the choice is the person's to make.
 */
export function choosePreset(presets: readonly Preset[], model: ModelInfo, wanted: string | null): Preset {
  const ids = (list: readonly Preset[]): string => list.map((preset) => preset.id).join(', ') || 'none';
  if (wanted !== null) {
    const found = presets.find((preset) => preset.id === wanted);
    if (found) return found;
    throw new FoveaError('not_found', `there is no preset "${wanted}"`, {
      next: `Take one of: ${ids(presets)}`,
    });
  }
  const { best: fitting, chosen } = fittingPresets(presets, model);
  if (chosen) return chosen;
  const message = fitting.length === 0 ? 'no preset fits the model' : 'more than one preset fits the model';
  throw new FoveaError('bad_input', `${message} (${model.family}, ${model.layers} layers)`, {
    where: model.dir,
    next: `Name one: ${ids(fitting.length === 0 ? presets : fitting)}`,
  });
}

/**
 * Every preset that the model can run, the best of them (made for exactly this model, if there are such), and the one that
 * is taken without asking: the only best one.
 */
export function fittingPresets(
  presets: readonly Preset[],
  model: Shape,
): { readonly able: readonly Preset[]; readonly best: readonly Preset[]; readonly chosen: Preset | null } {
  const able = presets.filter((preset) => fits(preset, model));
  // Q-Zoom's presets are for its checkpoints; another model runs by its rules only where a person says so.
  const ofRules = able.filter(({ roi }) => (roi.rules ?? 'sd-rpn') === model.rules.name);
  const offered = ofRules.length > 0 ? ofRules : able;
  // One made for exactly this model goes before those that any model of the family could run.
  const exact = offered.filter((preset) => preset.model !== undefined);
  const best = exact.length > 0 ? exact : offered;
  return { able, best, chosen: best.length === 1 ? (best[0] ?? null) : null };
}

type Shape = Pick<ModelInfo, 'family' | 'layers' | 'heads' | 'rpn' | 'rules'>;

function fits(preset: Preset, model: Shape): boolean {
  const sets = [...preset.grounding, ...(preset.sink ?? [])];
  return (
    preset.family === model.family &&
    (!preset.model || (preset.model.layers === model.layers && preset.model.heads === model.heads)) &&
    sets.every(
      ({ layer, heads }) =>
        layer < model.layers && (heads === 'all' || heads.every((head) => head < model.heads)),
    ) &&
    (preset.rpn === null || model.rpn === null || preset.rpn.k === model.rpn.k)
  );
}
