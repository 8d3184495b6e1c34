/**
 * What trained models have and random weights have not, written into a checkpoint's files: a few hidden features that
 * normalisations make many times as large as the others (Dettmers et al., arXiv:2208.07339; SmoothQuant, arXiv:2211.10438), tokens
 * whose state is huge in one or two of them (massive activations, Sun et al., arXiv:2402.17762: the first tokens), and features of
 * the MLPs and keys that are far above the rest.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { buildPrompt } from '../../../src-main/checkpoint/prompt.ts';
import type { AnyCheckpoint } from '../../../src-main/checkpoint/open.ts';
import type { WeightRef } from '../../../src-main/graph/weights.ts';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { seeded } from '../../support/numbers.ts';

/** Hidden features that are outliers, and by how much normalisations raise them. */
const FEATURES = 6;
const GAIN = 8;
/** A first token's state in two of them; the others are about 0.4. */
const MASSIVE = 60;
/** Rows of each of these matrices that are larger, and by how much. */
const LOUD_ROWS = 4;
const LOUD: readonly (readonly [name: RegExp, factor: number])[] = [
  [/mlp\.up_proj\.weight$/, 6],
  [/mlp\.fc1\.weight$/, 4],
  [/self_attn\.k_proj\.weight$/, 3],
];
/** Decoder, RPN and both towers. */
const NORM = /(input_layernorm|post_attention_layernorm|layer_norm[12]|blocks\.\d+\.norm[12])\.weight$/;

/** Changes the files that an opened checkpoint lies in. */
export function addOutliers({ config, tokenizer, weights }: AnyCheckpoint, seed: number): void {
  const random = seeded(seed);
  const some = (count: number, of: number): number[] =>
    Array.from({ length: count }, () => Math.floor(random() * of));
  const features = new Map<number, number[]>();
  for (const name of weights.names()) {
    const ref = weights.get(name);
    if (!ref) continue;
    const [rows = 1, k = 1] = ref.shape;
    const loud = LOUD.find(([pattern]) => pattern.test(name));
    if (NORM.test(name)) {
      // The same features in every layer of one width.
      const own = features.get(rows) ?? some(FEATURES, rows);
      features.set(rows, own);
      for (const at of own) change(ref, at, 1, (value) => GAIN * value);
    } else if (loud) {
      for (const row of some(LOUD_ROWS, rows)) change(ref, row * k, k, (value) => loud[1] * value);
    }
  }
  const table = weights.get(config.names.embed);
  const first = buildPrompt(tokenizer, config.imageTokenId, 'x').before[0] ?? 0;
  const d = config.text.hiddenSize;
  for (const [i, at] of (features.get(d) ?? []).slice(0, 2).entries())
    if (table) change(table, first * d + at, 1, () => (i === 0 ? MASSIVE : -MASSIVE));
}

function change(
  { file, offset, dtype }: WeightRef,
  at: number,
  count: number,
  of: (value: number) => number,
): void {
  if (dtype === 'F32') throw new Error('weights of 16 bits are changed');
  const words = new Uint16Array(count);
  const bytes = new Uint8Array(words.buffer);
  const place = offset + at * words.BYTES_PER_ELEMENT;
  const handle = openSync(file, 'r+');
  readSync(handle, bytes, 0, bytes.length, place);
  const values =
    dtype === 'F16'
      ? decodeFloat16(words)
      : new Float32Array(Uint32Array.from(words, (word) => word << 16).buffer);
  const changed = Float32Array.from(values, of);
  const halves =
    dtype === 'F16'
      ? encodeFloat16(changed)
      : Uint16Array.from(new Uint32Array(changed.buffer), (word) => word >>> 16);
  writeSync(
    handle,
    new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength),
    0,
    bytes.length,
    place,
  );
  closeSync(handle);
}
