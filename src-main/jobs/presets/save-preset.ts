/**
 * Presets that people save: one JSON file each, named by its id, in the app's data folder. Written under a temporary
 * name and renamed; the app's own presets are never replaced.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { sweepTemporary, temporaryBeside } from '../../files/temporary.ts';
import { givenPresetSchema, type Preset } from '../../../src-shared/contract/preset.ts';
import type { ReadableDb } from '../../store/db.ts';
import { storeError } from '../../store/errors.ts';
import { unfinishedJobs } from '../../store/jobs/job.ts';
import type { Resources } from './resources.ts';
import { loadPreset, loadPresets } from './presets.ts';

/**
 * Saves a preset and gives it as it will be read. `replace`: an own preset of that id may be there already. Throws
 * `conflict` when the id is taken, `bad_input` when it would not be read back, `read_only`, `no_space`, `io`.
 */
export async function savePreset(
  { presetsDir, userPresetsDir }: Pick<Resources, 'presetsDir' | 'userPresetsDir'>,
  preset: Preset,
  replace: boolean,
): Promise<Preset> {
  if (userPresetsDir === null) {
    throw new FoveaError('read_only', 'there is no folder to save presets in', {
      next: 'Start Fovea with FOVEA_HOME set to a folder of your own',
    });
  }
  const parsed = givenPresetSchema.parse(preset);
  const file = join(userPresetsDir, `${parsed.id}.json`);
  if ((await loadPresets(presetsDir)).some(({ id }) => id === parsed.id)) {
    throw taken(parsed.id, 'It came with Fovea and cannot be deleted as it is: choose another name');
  }
  if (!replace && existsSync(file)) throw taken(parsed.id, 'Choose another name, or replace it');
  try {
    await mkdir(userPresetsDir, { recursive: true });
    await writeWhole(file, `${JSON.stringify(parsed, null, 2)}\n`);
  } catch (thrown) {
    throw storeError(thrown, file);
  }
  return parsed;
}

/**
 * Deletes a preset that the person saved and gives it as it was. Throws `read_only` for one that came with the app,
 * `not_found`, `io`.
 */
export async function removePreset(
  { presetsDir, userPresetsDir }: Pick<Resources, 'presetsDir' | 'userPresetsDir'>,
  id: string,
): Promise<Preset> {
  const file = userPresetsDir === null ? null : join(userPresetsDir, `${id}.json`);
  if (file === null || !existsSync(file)) {
    if ((await loadPresets(presetsDir)).some((preset) => preset.id === id)) {
      throw new FoveaError('read_only', `the preset "${id}" came with Fovea and cannot be deleted`, {
        next: 'Only presets of your own can be deleted',
      });
    }
    throw new FoveaError('not_found', `there is no saved preset "${id}"`, { next: 'Reload the list' });
  }
  const preset = await loadPreset(file);
  try {
    await rm(file);
  } catch (thrown) {
    throw storeError(thrown, file);
  }
  return preset;
}

/** Only the part of a job's parameters that names its preset. */
const jobPresetSchema = z.looseObject({ preset: z.looseObject({ id: z.string() }) });

/** Throws `conflict` while a queued or running job of the project works with the preset. */
export function requireUnused(db: ReadableDb, id: string): void {
  const uses = ({ params }: { params: unknown }): boolean =>
    jobPresetSchema.safeParse(params).data?.preset.id === id;
  if (!unfinishedJobs(db).some(uses)) return;
  throw new FoveaError('conflict', `a running job uses the preset "${id}"`, {
    next: 'Wait until it is done, or cancel it',
  });
}

function taken(id: string, next: string): FoveaError {
  return new FoveaError('conflict', `there is a preset "${id}" already`, { next });
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = temporaryBeside(file);
  sweepTemporary(dirname(file));
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}
