/**
 * Which tensors a LLaVA checkpoint must hold, under which names and with which shapes; checked before any graph is
 * built, so that an incomplete download is one clear line and not a failure inside the runtime. Only what a run uses
 * is demanded: not the vision layers after the selected one, nor CLIP's post-norm.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { LlavaConfig, TextConfig } from './config.ts';
import type { TensorNames } from './names.ts';
import type { WeightIndex } from './weight-index.ts';

export interface RequiredTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** ViT layers that run: hidden_states[s] needs the first s (s counted from the embeddings), METHOD's `-2` all but one. */
export function visionLayersUsed(config: LlavaConfig): number {
  const s = config.visionSelectLayer;
  return s < 0 ? config.vision.layers + 1 + s : s;
}

/** Every tensor a run of this model reads, with its shape (Hugging Face order, linear weights `[out, in]`). */
export function requiredTensors(config: LlavaConfig): RequiredTensor[] {
  const { names } = config;
  return [
    ...visionTensors(config, names.vision),
    ...languageTensors(config, names),
    ...rpnTensors(config, names),
  ];
}

function visionTensors(config: LlavaConfig, p: string): RequiredTensor[] {
  const { hiddenSize: d, intermediateSize: m, imageSize, patchSize } = config.vision;
  const positions = Math.floor(imageSize / patchSize) ** 2 + 1;
  const list: RequiredTensor[] = [
    { name: `${p}.embeddings.class_embedding`, shape: [d] },
    { name: `${p}.embeddings.patch_embedding.weight`, shape: [d, 3, patchSize, patchSize] },
    { name: `${p}.embeddings.position_embedding.weight`, shape: [positions, d] },
    ...affine(`${p}.pre_layrnorm`, [d]),
  ];
  for (let i = 0; i < visionLayersUsed(config); i++) {
    const layer = `${p}.encoder.layers.${i}`;
    for (const part of ['q_proj', 'k_proj', 'v_proj', 'out_proj'])
      list.push(...affine(`${layer}.self_attn.${part}`, [d, d]));
    list.push(...affine(`${layer}.layer_norm1`, [d]), ...affine(`${layer}.layer_norm2`, [d]));
    list.push(...affine(`${layer}.mlp.fc1`, [m, d]), ...affine(`${layer}.mlp.fc2`, [d, m]));
  }
  return list;
}

function languageTensors(config: LlavaConfig, names: TensorNames): RequiredTensor[] {
  const { hiddenSize: d, vocabSize, layers, tieWordEmbeddings } = config.text;
  const list = [
    ...affine(names.projector[0], [d, config.vision.hiddenSize]),
    ...affine(names.projector[1], [d, d]),
    { name: names.embed, shape: [vocabSize, d] },
    { name: names.norm, shape: [d] },
  ];
  if (!tieWordEmbeddings) list.push({ name: names.head, shape: [vocabSize, d] });
  for (let i = 0; i < layers; i++) list.push(...decoderLayer(config.text, `${names.layers}.${i}`));
  return list;
}

function rpnTensors(config: LlavaConfig, names: TensorNames): RequiredTensor[] {
  if (!config.rpn) return [];
  const list: RequiredTensor[] = [];
  for (let i = 0; i < config.rpn.t; i++) list.push(...decoderLayer(config.text, `${names.twigLayers}.${i}`));
  if (config.rpn.norm) list.push({ name: names.twigNorm, shape: [config.text.hiddenSize] });
  return list;
}

/** One decoder layer under `p`, of the base model or of the RPN; Qwen2's queries, keys and values have biases. */
export function decoderLayer(text: TextConfig, p: string): RequiredTensor[] {
  const { hiddenSize: d, intermediateSize: m, heads, kvHeads, headDim } = text;
  const projection = (name: string, rows: number): RequiredTensor[] =>
    text.qkvBias ? affine(name, [rows, d]) : [{ name: `${name}.weight`, shape: [rows, d] }];
  return [
    ...projection(`${p}.self_attn.q_proj`, heads * headDim),
    ...projection(`${p}.self_attn.k_proj`, kvHeads * headDim),
    ...projection(`${p}.self_attn.v_proj`, kvHeads * headDim),
    { name: `${p}.self_attn.o_proj.weight`, shape: [d, heads * headDim] },
    { name: `${p}.mlp.gate_proj.weight`, shape: [m, d] },
    { name: `${p}.mlp.up_proj.weight`, shape: [m, d] },
    { name: `${p}.mlp.down_proj.weight`, shape: [d, m] },
    { name: `${p}.input_layernorm.weight`, shape: [d] },
    { name: `${p}.post_attention_layernorm.weight`, shape: [d] },
  ];
}

/** Weight `[out, in]` (or `[out]` of a norm) and bias `[out]`. */
export function affine(name: string, weight: readonly number[]): RequiredTensor[] {
  return [
    { name: `${name}.weight`, shape: weight },
    { name: `${name}.bias`, shape: [weight[0] ?? 0] },
  ];
}

/**
 * @throws FoveaError `missing_tensor` naming the first tensor that is absent, has another shape (naming both shapes),
 *   or is stored as something else than F32, F16 or BF16.
 */
export function checkRequired(config: LlavaConfig, weights: WeightIndex, dir: string): void {
  checkTensors(requiredTensors(config), weights, dir);
}

/** As {@link checkRequired}, for any list. */
export function checkTensors(required: readonly RequiredTensor[], weights: WeightIndex, dir: string): void {
  const missing = required.filter(({ name }) => !weights.shapeOf(name));
  const first = missing[0];
  if (first) {
    const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
    throw new FoveaError('missing_tensor', `the checkpoint has no tensor ${first.name}${more}`, {
      where: dir,
      next: 'Check that config.json belongs to these weights and that every shard is there',
    });
  }
  for (const { name, shape } of required) {
    const entry = weights.entry(name);
    const own = weights.shapeOf(name) ?? [];
    if (own.length !== shape.length || own.some((d, i) => d !== shape[i])) {
      throw new FoveaError(
        'missing_tensor',
        `tensor ${name} has shape [${own.join(', ')}] where config.json needs [${shape.join(', ')}]`,
        { where: entry?.file ?? dir, next: 'Check that config.json belongs to these weights' },
      );
    }
    if (!weights.packing?.tensors.has(name) && !weights.get(name)) {
      throw new FoveaError('unsupported_model', `tensor ${name} is stored as ${entry?.dtype}`, {
        where: dir,
        next: 'Fovea reads F32, F16 and BF16 weights',
      });
    }
  }
}
