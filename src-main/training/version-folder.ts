/**
 * A trained branch as a folder in the authors' format (METHOD §3): config.json of the model it belongs to with the keys that
 * say where the branch is, and one safetensors file under their tensor names. What training leaves alone (values, output and
 * MLP of the last layer, a `twig_norm` that is not applied) goes along as it was read.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { GraphSource } from '../../models/architectures/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { TrainingLoss } from '../../src-shared/contract/training.ts';
import { readJson } from '../checkpoint/files/json-file.ts';
import { floatTensor, writeSafetensors, type TensorToWrite } from '../checkpoint/files/safetensors-writer.ts';
import { storedTensor } from '../checkpoint/files/stored-tensor.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import { diskError } from '../files/disk-words.ts';
import { temporaryBeside } from '../files/temporary.ts';
import type { BranchWeight } from '../runtime/training/index.ts';

export interface VersionSource {
  /** Whose config.json the version's is made of. */
  readonly configFolder: string;
  readonly source: GraphSource;
  readonly loss: TrainingLoss;
}

/** Of a layer, what the scores do not depend on when it is the branch's last one (METHOD §3). */
const UNUSED_OF_LAST = [
  'self_attn.v_proj.weight',
  'self_attn.v_proj.bias',
  'self_attn.o_proj.weight',
  'mlp.gate_proj.weight',
  'mlp.up_proj.weight',
  'mlp.down_proj.weight',
  'post_attention_layernorm.weight',
];

/**
 * Writes the folder, whole or not at all; one that is there already is replaced.
 * @param trained by the authors' names
 * @returns SHA-256 of its model.safetensors
 * @throws FoveaError `no_space`, `read_only`, `io`; `missing_tensor` where the last layer is not whole
 */
export async function writeVersion(
  folder: string,
  { configFolder, source, loss }: VersionSource,
  trained: ReadonlyMap<string, BranchWeight>,
): Promise<{ readonly sha256: string }> {
  const config = await readJson(join(configFolder, 'config.json'), z.record(z.string(), z.unknown()));
  const temporary = temporaryBeside(folder);
  try {
    await mkdir(temporary, { recursive: true });
    const tensors = [...trained].map(([name, { shape, data }]) => floatTensor(name, shape, data));
    const { sha256 } = await writeSafetensors(
      join(temporary, 'model.safetensors'),
      [...tensors, ...leftAlone(source, trained)],
      { format: 'pt' },
    );
    const text = `${JSON.stringify({ ...config, ...branchKeys(source, loss) }, null, 2)}\n`;
    await writeAtomically(join(temporary, 'config.json'), (sink) => sink.write(text));
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
    return { sha256 };
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw diskError(thrown, folder);
  }
}

/** The keys of config.json that speak of the branch, as the authors' trainers write them. */
function branchKeys({ config: { family, rpn } }: GraphSource, loss: TrainingLoss): Record<string, unknown> {
  if (!rpn) throw new FoveaError('internal', 'there is no branch to write');
  return {
    enable_twig: true,
    twig_K: rpn.k,
    twig_T: rpn.t,
    roi_branch: true,
    roi_source: 'qk',
    roi_loss: loss,
    // Qwen's is `v1` and its norm is there and not applied; LLaVA's is `v1` where it is applied.
    roi_super_type: family === 'qwen2_5_vl' || rpn.norm ? 'v1' : 'lazy',
    roi_multi_head: rpn.multiHead,
  };
}

/** What goes along as it was read; what an adapter adds to it has no part in any score either. */
function leftAlone(
  { config, weights }: GraphSource,
  trained: ReadonlyMap<string, BranchWeight>,
): TensorToWrite[] {
  const { twigLayers, twigNorm } = config.names;
  const last = (config.rpn?.t ?? 1) - 1;
  const names = [
    ...UNUSED_OF_LAST.map(
      (part) => [`${twigLayers}.${last}.${part}`, `model.twig_layers.${last}.${part}`] as const,
    ),
    [twigNorm, 'model.twig_norm.weight'] as const,
  ];
  return names.flatMap(([stored, name]) => {
    const ref = weights.get(stored);
    if (!ref || trained.has(name)) return [];
    return [storedTensor(ref, name)];
  });
}
