/**
 * Where a checkpoint keeps the numbers of its image processor. transformers 5 writes them into `processor_config.json`,
 * under `image_processor`, and leaves an older `preprocessor_config.json` as it was: so the former comes first and the
 * latter counts only where the former says nothing, as `get_image_processor_dict` of transformers 5 has it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { checkJson, readJsonIfThere } from './files/json-file.ts';
import type { UnknownKey } from './keys/check.ts';
import { checkKeys } from './keys/check.ts';
import type { JsonObject, KeyTable } from './keys/rule.ts';

const fileSchema = z.record(z.string(), z.unknown());
const partSchema = z.object({ image_processor: fileSchema.nullish() });

/** The tables of keys of both files. */
export interface ProcessorTables {
  readonly image: KeyTable;
  /** Of processor_config.json, with `image` under `image_processor`. */
  readonly file: KeyTable;
}

export interface ProcessorFile {
  /** The image processor's keys, held against the table and not yet parsed. */
  readonly image: JsonObject;
  /** The file they stand in. */
  readonly path: string;
  /** What processor_config.json says beside the image processor; empty where there is no such file. */
  readonly around: JsonObject;
  readonly unknownKeys: readonly UnknownKey[];
}

/**
 * @param dirs folders that may hold the files, the first that has one counts.
 * @param next what to do where none has one.
 * @throws FoveaError `bad_checkpoint` where there is none or it is malformed, `unsupported_model` for a key that Fovea
 *   does not implement.
 */
export async function readProcessorFile(
  dirs: readonly string[],
  tables: ProcessorTables,
  next: string,
): Promise<ProcessorFile> {
  for (const dir of dirs) {
    const path = join(dir, 'processor_config.json');
    const around = (await readJsonIfThere(path, fileSchema)) ?? {};
    const unknown = checkKeys(around, tables.file, { path });
    const image = checkJson(partSchema, around, path).image_processor;
    if (image) return { image, path, around, unknownKeys: unknown };
    const ownPath = join(dir, 'preprocessor_config.json');
    const own = await readJsonIfThere(ownPath, fileSchema);
    if (!own) continue;
    const unknownKeys = [...unknown, ...checkKeys(own, tables.image, { path: ownPath })];
    return { image: own, path: ownPath, around, unknownKeys };
  }
  throw new FoveaError(
    'bad_checkpoint',
    'neither processor_config.json nor preprocessor_config.json says how pictures are prepared',
    { where: dirs[0] ?? '', next },
  );
}
