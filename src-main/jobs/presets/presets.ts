/** Presets on disk (the app's and the person's own), and which of them fits a model. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { type BrokenPreset, givenPresetSchema, type Preset } from '../../../src-shared/contract/preset.ts';
import type { ModelInfo } from '../../engine/protocol.ts';
import { readPlain } from '../../files/plain-file.ts';
import type { Resources } from './resources.ts';

/** What a folder of presets holds: those that can be used, and the files that are none. */
export interface PresetShelf {
  readonly presets: readonly Preset[];
  readonly broken: readonly BrokenPreset[];
}

type Folders = Pick<Resources, 'presetsDir' | 'userPresetsDir'>;

/** Far above any preset, and far below what would be felt. */
const MAX_BYTES = 1_000_000;
const NEXT = 'Correct the preset or remove it';

/** The app's presets and those the person saved, the app's first. One broken file takes none of the others. */
export async function knownPresets(folders: Folders): Promise<Preset[]> {
  return [...(await presetShelf(folders)).presets];
}

/** As {@link knownPresets}, with the files of both folders that cannot be used. */
export async function presetShelf({ presetsDir, userPresetsDir }: Folders): Promise<PresetShelf> {
  const app = await readShelf(presetsDir);
  const own = await ownShelf({ presetsDir, userPresetsDir }, app);
  return { presets: [...app.presets, ...own.presets], broken: [...app.broken, ...own.broken] };
}

/** The presets the person saved; none where nothing was saved yet. */
export async function ownPresets(folders: Folders): Promise<Preset[]> {
  return [...(await ownShelf(folders, await readShelf(folders.presetsDir))).presets];
}

/** All presets of a folder that can be used, by file name. */
export async function loadPresets(dir: string): Promise<Preset[]> {
  return [...(await readShelf(dir)).presets];
}

async function ownShelf({ userPresetsDir }: Folders, app: PresetShelf): Promise<PresetShelf> {
  if (userPresetsDir === null || !existsSync(userPresetsDir)) return { presets: [], broken: [] };
  const taken = new Map(app.presets.map(({ id }) => [id, 'a preset that came with Fovea']));
  return readShelf(userPresetsDir, taken).catch((thrown: unknown) => {
    const reason = `the folder cannot be read: ${FoveaError.from(thrown).message}`;
    return { presets: [], broken: [{ file: userPresetsDir, reason }] };
  });
}

/** @param taken ids that are somebody's already, and whose: one id means one preset */
async function readShelf(dir: string, taken = new Map<string, string>()): Promise<PresetShelf> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  const [presets, broken]: [Preset[], BrokenPreset[]] = [[], []];
  for (const name of names.slice(0, MOST.presets)) {
    const file = join(dir, name);
    try {
      const preset = await loadPreset(file);
      const other = taken.get(preset.id);
      if (other !== undefined) {
        throw new FoveaError('bad_input', `its id "${preset.id}" is that of ${other}`, {
          where: file,
          next: 'Give it another id or remove it',
        });
      }
      taken.set(preset.id, name);
      presets.push(preset);
    } catch (thrown) {
      broken.push({ file, reason: wordsOf(FoveaError.from(thrown)) });
    }
  }
  for (const name of names.slice(MOST.presets)) {
    broken.push({ file: join(dir, name), reason: `there are more than ${MOST.presets} files before it` });
  }
  return { presets, broken };
}

const wordsOf = ({ message, next }: FoveaError): string => (next === null ? message : `${message}. ${next}`);

/** One preset. Throws `bad_input`, naming what is wrong with the file. */
export async function loadPreset(file: string): Promise<Preset> {
  const wish = { code: 'bad_input', next: NEXT, maxBytes: MAX_BYTES } as const;
  const text = await readPlain(file, wish).catch((cause: unknown) => {
    if (cause instanceof FoveaError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new FoveaError('bad_input', `the preset cannot be read (${code})`, {
      where: file,
      next: NEXT,
      cause,
    });
  });
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw new FoveaError('bad_input', 'the preset is not JSON', { where: file, next: NEXT, cause });
  }
  const parsed = givenPresetSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'top level';
  throw new FoveaError('bad_input', `the preset's ${field}: ${issue?.message ?? 'invalid'}`, {
    where: file,
    next: NEXT,
  });
}

/**
 * Throws `bad_input` when the preset that was asked for is one of the broken files: by its name, which is how saved
 * presets are called.
 */
export function refuseBroken(broken: readonly BrokenPreset[], wanted: string | null): void {
  const found = broken.find(({ file }) => basename(file) === `${wanted}.json`);
  if (!found) return;
  throw new FoveaError('bad_input', `the preset "${wanted}" cannot be used: ${found.reason}`, {
    where: found.file,
    next: NEXT,
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
  throw new FoveaError('bad_input', `${message} (${model.family}, ${counted(model.layers, 'layer')})`, {
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
