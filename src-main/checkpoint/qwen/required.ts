/** Names and shapes of the tensors a Qwen2.5-VL checkpoint must hold. */
import { affine, decoderLayer, type RequiredTensor } from '../required.ts';
import type { QwenConfig } from './config.ts';

/** Every tensor a run reads. */
export function requiredQwenTensors(config: QwenConfig): RequiredTensor[] {
  const { text, rpn, gate, names } = config;
  const d = text.hiddenSize;
  const list = [
    ...visionTensors(config, names.vision),
    { name: names.embed, shape: [text.vocabSize, d] },
    { name: names.norm, shape: [d] },
  ];
  if (!text.tieWordEmbeddings) list.push({ name: names.head, shape: [text.vocabSize, d] });
  for (let i = 0; i < text.layers; i++) list.push(...decoderLayer(text, `${names.layers}.${i}`));
  for (let i = 0; i < (rpn?.t ?? 0); i++) list.push(...decoderLayer(text, `${names.twigLayers}.${i}`));
  for (let i = 0; i < (gate?.t ?? 0); i++) list.push(...decoderLayer(text, `${names.gateLayers}.${i}`));
  if (gate) list.push(...affine(names.gateHead, [1, d]));
  return list;
}

function visionTensors({ vision, text }: QwenConfig, p: string): RequiredTensor[] {
  const { hiddenSize: d, intermediateSize: m, patchSize, temporalPatchSize, mergeSize } = vision;
  const merged = d * mergeSize ** 2;
  const list: RequiredTensor[] = [
    { name: `${p}.patch_embed.proj.weight`, shape: [d, 3, temporalPatchSize, patchSize, patchSize] },
    { name: `${p}.merger.ln_q.weight`, shape: [d] },
    ...affine(`${p}.merger.mlp.0`, [merged, merged]),
    ...affine(`${p}.merger.mlp.2`, [text.hiddenSize, merged]),
  ];
  for (let i = 0; i < vision.layers; i++) {
    const block = `${p}.blocks.${i}`;
    list.push({ name: `${block}.norm1.weight`, shape: [d] }, { name: `${block}.norm2.weight`, shape: [d] });
    list.push(...affine(`${block}.attn.qkv`, [3 * d, d]), ...affine(`${block}.attn.proj`, [d, d]));
    list.push(...affine(`${block}.mlp.gate_proj`, [m, d]), ...affine(`${block}.mlp.up_proj`, [m, d]));
    list.push(...affine(`${block}.mlp.down_proj`, [d, m]));
  }
  return list;
}
