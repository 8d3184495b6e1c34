/**
 * Presets that people save: one JSON file each, named by its id, in the app's data folder. Written under a temporary
 * name and renamed; the app's own presets are never replaced.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { type Preset, presetSchema } from '../../src-shared/contract/preset.ts';
import { storeError } from '../store/errors.ts';
import type { Resources } from './demo-project.ts';
import { loadPresets } from './presets.ts';

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
  const parsed = presetSchema.parse(preset);
  const file = join(userPresetsDir, `${parsed.id}.json`);
  if ((await loadPresets(presetsDir)).some(({ id }) => id === parsed.id)) {
    throw taken(parsed.id, 'It came with Fovea and stays as it is: choose another name');
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

function taken(id: string, next: string): FoveaError {
  return new FoveaError('conflict', `there is a preset "${id}" already`, { next });
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
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
