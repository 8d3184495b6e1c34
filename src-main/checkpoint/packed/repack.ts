/**
 * AWQ's and GPTQ's layers as `MatMulNBits` takes them: rows of one output each, 8 inputs to a word, the earlier one lower.
 * Numbers are moved, never changed: what the layer stands for stays the same to the bit.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { toFloats } from '../quantised/floats.ts';
import type { FloatDtype } from '../weight-index.ts';
import { broken, PER_WORD } from './groups.ts';
import type { GroupLayout } from './layout.ts';
import type { ReadTensor } from './read.ts';
import type { GroupTensor } from './types.ts';

/** Where AWQ keeps each of 8 outputs in a word (AutoAWQ packs outputs 0, 2, 4, 6, 1, 3, 5, 7 from the low end). */
const AWQ_PLACE = [0, 4, 1, 5, 2, 6, 3, 7];
const GPTQ_PLACE = [0, 1, 2, 3, 4, 5, 6, 7];

/** Numbers of a group layer, in the order in which a cache keeps them. */
export interface Repacked {
  /** Words `[N, blocks · block/8]`. */
  readonly values: Uint32Array;
  /** `[N, blocks]`. */
  readonly scales: Float32Array;
  /** Two to a byte, `[N, ⌈blocks/2⌉]`. */
  readonly zeros: Uint8Array;
  /** `[K]`; null: in order. */
  readonly order: BigInt64Array | null;
}

/**
 * @throws FoveaError `bad_checkpoint` for a scale that is not a number, `unsupported_model` for a zero point of 16, which
 *   GPTQ's first format cannot say: AutoGPTQ reads 16 there, GPTQModel carries it into the next number.
 */
export async function repack(tensor: GroupTensor, layout: GroupLayout, read: ReadTensor): Promise<Repacked> {
  const [words, zeroWords, scales] = await Promise.all([
    read(tensor.qweight).then(wordsOf),
    read(tensor.qzeros).then(wordsOf),
    read(tensor.scales).then((bytes) => toFloats(bytes, tensor.scales.dtype as FloatDtype)),
  ]);
  return {
    values: tensor.kind === 'awq' ? awqValues(tensor, layout, words) : gptqValues(tensor, layout, words),
    scales: blockScales(tensor, layout, scales),
    zeros: blockZeros(tensor, layout, zeroWords),
    order: layout.order && BigInt64Array.from(layout.order, BigInt),
  };
}

function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Words that a row takes, the padding of its last block included. */
function rowWords({ block, groupOf }: GroupLayout): number {
  return (groupOf.length * block) / PER_WORD;
}

/** Outputs that are laid out at once: their rows, and the words they come from, stay in the processor's cache. */
const TILE = 128;

/** `words` `[K/8, N]`: a word keeps its bits unless inputs change places. */
function gptqValues(tensor: GroupTensor, layout: GroupLayout, words: Uint32Array): Uint32Array {
  const [n, k] = tensor.shape;
  const width = rowWords(layout);
  const out = new Uint32Array(n * width);
  const { order } = layout;
  for (let first = 0; first < n; first += TILE) {
    const end = Math.min(first + TILE, n);
    for (let w = 0; w < k / PER_WORD; w++) {
      if (!order) {
        for (let row = first; row < end; row++) out[row * width + w] = words[w * n + row] as number;
        continue;
      }
      const inputs = order.subarray(w * PER_WORD, (w + 1) * PER_WORD);
      for (let row = first; row < end; row++) {
        let word = 0;
        for (let i = 0; i < PER_WORD; i++) {
          const input = inputs[i] as number;
          const number = ((words[(input >> 3) * n + row] as number) >>> (4 * (input & 7))) & 15;
          word |= number << (4 * i);
        }
        out[row * width + w] = word;
      }
    }
  }
  return out;
}

/** `words` `[K, N/8]`: 8 words of 8 outputs become 8 words of 8 inputs. */
function awqValues(tensor: GroupTensor, layout: GroupLayout, words: Uint32Array): Uint32Array {
  const [n, k] = tensor.shape;
  const width = rowWords(layout);
  const columns = n / PER_WORD;
  const out = new Uint32Array(n * width);
  const eight = new Uint32Array(PER_WORD);
  for (let first = 0; first < columns; first += TILE / PER_WORD) {
    const end = Math.min(first + TILE / PER_WORD, columns);
    for (let w = 0; w < k / PER_WORD; w++) {
      const inputs = Math.min(PER_WORD, k - w * PER_WORD);
      for (let column = first; column < end; column++) {
        for (let i = 0; i < inputs; i++) {
          eight[i] = words[(w * PER_WORD + i) * columns + column] as number;
        }
        for (let j = 0; j < PER_WORD; j++) {
          const shift = 4 * (AWQ_PLACE[j] as number);
          let word = 0;
          for (let i = 0; i < inputs; i++) word |= (((eight[i] as number) >>> shift) & 15) << (4 * i);
          out[(column * PER_WORD + j) * width + w] = word;
        }
      }
    }
  }
  return out;
}

/** `scales` `[groups, N]` → `[N, blocks]`. */
function blockScales(tensor: GroupTensor, { groupOf }: GroupLayout, scales: Float32Array): Float32Array {
  const [n] = tensor.shape;
  const out = new Float32Array(n * groupOf.length);
  for (const [b, group] of groupOf.entries()) {
    for (let row = 0; row < n; row++) {
      const scale = scales[group * n + row] as number;
      if (!Number.isFinite(scale)) throw broken(tensor.scales, 'it holds values that are not finite numbers');
      out[row * groupOf.length + b] = scale;
    }
  }
  return out;
}

/** `words` `[groups, N/8]` → two to a byte, `[N, ⌈blocks/2⌉]`. */
function blockZeros(tensor: GroupTensor, { groupOf }: GroupLayout, words: Uint32Array): Uint8Array {
  const [n] = tensor.shape;
  const places = tensor.kind === 'awq' ? AWQ_PLACE : GPTQ_PLACE;
  const perRow = Math.ceil(groupOf.length / 2);
  const out = new Uint8Array(n * perRow);
  for (const [b, group] of groupOf.entries()) {
    for (let row = 0; row < n; row++) {
      const word = words[group * (n / PER_WORD) + (row >> 3)] as number;
      const zero = ((word >>> (4 * (places[row & 7] as number))) & 15) + tensor.zeroOffset;
      if (zero > 15) throw ambiguousZero(tensor);
      const at = row * perRow + (b >> 1);
      out[at] = (out[at] as number) | (zero << (4 * (b & 1)));
    }
  }
  return out;
}

function ambiguousZero({ qzeros: { name, file } }: GroupTensor): FoveaError {
  return new FoveaError(
    'unsupported_model',
    `${name} has a zero point that GPTQ's first format cannot hold: what reads it does not agree which it is`,
    {
      where: file,
      next: 'Save the model again with checkpoint_format gptq_v2, or quantise it with sym true',
    },
  );
}
