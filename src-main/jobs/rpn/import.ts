/** Takes an RPN of the authors' format, or of another project, into a project as a version. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RpnVersion } from '../../../src-shared/contract/training.ts';
import { writeSafetensors } from '../../checkpoint/files/safetensors-writer.ts';
import { openFolders } from '../../checkpoint/open.ts';
import { isRpnTensor, readRpnFolder, type RpnFolder } from '../../checkpoint/rpn-folder.ts';
import { writeAtomically } from '../../files/atomic-file.ts';
import { temporaryBeside } from '../../files/temporary.ts';
import type { Project } from '../../store/file/project.ts';
import { freeRpnName, getRpn, listRpns, rpnFolder } from '../../store/training/rpn.ts';
import type { BaseModel } from './base.ts';
import { adoptRpn, versionsFolder } from './place.ts';
import { sameWeights } from './same-weights.ts';
import { checkedTensor } from '../../checkpoint/files/stored-tensor.ts';

export interface RpnImport {
  /** The folder; a merged checkpoint serves as well as an RPN-only one. */
  readonly from: string;
  readonly base: BaseModel;
  /** Null: the folder's own name, with a number where it is taken. */
  readonly name: string | null;
}

/**
 * Checks the folder against the base model, tensor by tensor, and copies what of it is the RPN.
 * @throws FoveaError `not_found`, `bad_checkpoint` or `missing_tensor` naming what does not fit (K, T, hidden size, heads, values
 *   that are no numbers); `conflict` when the project has these weights, or another version of the name; what the disk says
 */
export async function importRpn(project: Project, { from, base, name }: RpnImport): Promise<RpnVersion> {
  if (project.readOnly) throw project.readOnly;
  const folder = await readRpnFolder(resolve(from));
  const { fingerprint, ...folders } = base;
  const { config } = await openFolders({ ...folders, rpnDir: folder.dir });
  const { rpn } = config;
  if (!rpn) throw new FoveaError('bad_checkpoint', 'the folder has no RPN', { where: folder.dir });
  const building = temporaryBeside(join(versionsFolder(project), 'new'));
  try {
    await mkdir(building);
    const sha256 = await writeRpn(building, folder);
    const known = await versionOf(project, { folder, sha256, k: rpn.k, base: fingerprint });
    if (known) {
      throw new FoveaError(
        'conflict',
        `these weights are in the project already, as RPN version ${known.name}`,
        {
          where: folder.dir,
          next: `Use that one: fovea rpn activate ${project.path} ${known.id}`,
        },
      );
    }
    const id = await adoptRpn(project, building, {
      name: name ?? freeRpnName(project.db, nameOf(folder.dir)),
      source: 'imported',
      parentId: null,
      baseFingerprint: fingerprint,
      k: rpn.k,
      t: rpn.t,
      config: folder.config,
      weightsSha256: Buffer.from(sha256, 'hex'),
      metrics: null,
    });
    return getRpn(project.db, id);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

interface Candidate {
  readonly folder: RpnFolder;
  /** Of the weights file as it is written here, hex. */
  readonly sha256: string;
  readonly k: number;
  /** Fingerprint of the base model. */
  readonly base: string;
}

/** The version that is this RPN already; one that was trained here lies in other files than the export of it. */
async function versionOf(
  { db, path }: Project,
  { folder, sha256, k, base }: Candidate,
): Promise<RpnVersion | null> {
  const versions = listRpns(db).filter((version) => version.k === k && version.baseFingerprint === base);
  const equal = versions.find(({ weightsSha256 }) => weightsSha256 === sha256);
  if (equal) return equal;
  for (const version of versions) {
    if (version.source === 'model') continue;
    // A folder that was moved away or is broken is no reason to refuse another one.
    const own = await readRpnFolder(rpnFolder(path, version.id)).catch(() => null);
    if (own && (await sameWeights(folder, own))) return version;
  }
  return null;
}

/** config.json as it is, and the RPN's tensors alone. @returns SHA-256 of the weights file, hex */
async function writeRpn(target: string, { config, tensors }: RpnFolder): Promise<string> {
  const own = [...tensors.values()].filter(({ name }) => isRpnTensor(name));
  const ordered = own.sort((a, b) => (a.name < b.name ? -1 : 1));
  const { sha256 } = await writeSafetensors(
    join(target, 'model.safetensors'),
    ordered.map((entry) => checkedTensor(entry)),
    { format: 'pt' },
  );
  const text = `${JSON.stringify(config, null, 2)}\n`;
  await writeAtomically(join(target, 'config.json'), (sink) => sink.write(text));
  return sha256;
}

/** As the version may be called: one line, no number. */
function nameOf(dir: string): string {
  const name = basename(dir)
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .trim()
    .slice(0, 80);
  return name === '' || /^(\d+|own|teacher)$/.test(name) ? `imported-${name || 'rpn'}` : name;
}
