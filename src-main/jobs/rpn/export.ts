/** Writes a version as a folder that the authors' code reads: their tensor names and config keys. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RpnVersion } from '../../../src-shared/contract/training.ts';
import { writeSafetensors, type TensorToWrite } from '../../checkpoint/files/safetensors-writer.ts';
import { readRpnFolder } from '../../checkpoint/rpn-folder.ts';
import { writeAtomically } from '../../files/atomic-file.ts';
import { sweepTemporary, temporaryBeside } from '../../files/temporary.ts';
import { projectSummary } from '../../store/dashboard/summary.ts';
import { storeError } from '../../store/errors.ts';
import type { Project } from '../../store/file/project.ts';
import { rpnFolder } from '../../store/training/rpn.ts';
import { type BaseModel, requireOfBase } from './base.ts';
import { VERSION_FILE, type VersionFile, versionTarget } from './export-target.ts';
import { storedTensor } from '../../checkpoint/files/stored-tensor.ts';
import { theirName } from './names.ts';
import { baseTensors, filesBeside } from './with-base.ts';

export interface RpnExport {
  readonly version: RpnVersion;
  readonly to: string;
  /** The base model goes along: one folder that their loader reads whole. Null: the RPN alone. */
  readonly base: BaseModel | null;
}

export interface ExportedRpn {
  /** The real path. */
  readonly path: string;
  readonly files: readonly string[];
  readonly bytes: number;
  /** Hex, of model.safetensors. */
  readonly sha256: string;
}

/**
 * Writes the folder whole or not at all. @throws FoveaError as `versionTarget` and `baseTensors`; `bad_input` for a model's own RPN,
 *   which is no folder; what the disk says
 */
export async function exportRpn(project: Project, { version, to, base }: RpnExport): Promise<ExportedRpn> {
  if (version.source === 'model') {
    throw new FoveaError('bad_input', `version ${version.name} is the model's own RPN`, {
      next: 'Its folder is the model itself',
    });
  }
  if (base) requireOfBase(version, base);
  const projectId = projectSummary(project.db, project.path).id;
  const path = await versionTarget(project, to, projectId);
  const { config, tensors } = await readRpnFolder(rpnFolder(project.path, version.id));
  const own = [...tensors.values()]
    .map((entry) => storedTensor(entry, theirName(entry.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const all: TensorToWrite[] = [...(base ? await baseTensors(base) : []), ...own];
  const building = temporaryBeside(path);
  sweepTemporary(dirname(path));
  try {
    await mkdir(building);
    const { sha256 } = await writeSafetensors(join(building, 'model.safetensors'), all, { format: 'pt' });
    const beside = base ? await filesBeside(base.dir) : [];
    for (const { name, chunks } of beside) {
      await mkdir(dirname(join(building, name)), { recursive: true });
      await writeAtomically(join(building, name), async (sink) => {
        for await (const chunk of chunks()) await sink.write(chunk);
      });
    }
    await writeText(join(building, 'config.json'), config);
    const files = ['config.json', 'model.safetensors', ...beside.map(({ name }) => name)];
    await writeText(join(building, VERSION_FILE), {
      project: projectId,
      version: { id: version.id, name: version.name },
      files,
    } satisfies VersionFile);
    await replace(building, await versionTarget(project, to, projectId));
    const bytes = all.reduce(
      (sum, { shape, dtype }) => sum + shape.reduce((a, b) => a * b, 1) * WIDTH[dtype]!,
      0,
    );
    return { path, files: [...files, VERSION_FILE], bytes, sha256 };
  } catch (thrown) {
    throw storeError(thrown, path);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

const WIDTH: Readonly<Record<string, number>> = { F32: 4, BF16: 2, F16: 2 };

function writeText(path: string, value: unknown): Promise<void> {
  return writeAtomically(path, (sink) => sink.write(`${JSON.stringify(value, null, 2)}\n`));
}

/** Puts the new folder in the old one's place; what was there goes only when the new one is there. */
async function replace(building: string, target: string): Promise<void> {
  const former = temporaryBeside(target);
  const was = await rename(target, former).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(building, target);
  } catch (thrown) {
    if (was) await rename(former, target);
    throw thrown;
  }
  await rm(former, { recursive: true, force: true });
}
