/** What both sides of `bench:train` read: a branch of random weights, and one prompt with a label. */
import { writeSync, closeSync } from 'node:fs';
import { decoderLayer } from '../../../src-main/checkpoint/required.ts';
import { size } from '../../support/nd.ts';
import { seeded } from '../../support/numbers.ts';
import { beginSafetensors, writeSafetensors } from '../../support/safetensors.ts';
import { LENGTH, REQUEST, SHAPE, textOf } from './shape.ts';

/** Names as the authors'; of the last layer only what is trained. @returns how many numbers */
export function writeBranch(path: string): number {
  const { hidden, t } = SHAPE;
  const tensors = Array.from({ length: t }, (_, i) => decoderLayer(textOf(SHAPE), `model.twig_layers.${i}`))
    .flat()
    .filter(({ name }) => !name.includes(`.${t - 1}.`) || /input_layernorm|q_proj|k_proj/.test(name));
  let offset = 0;
  const entries = tensors.map(({ name, shape }) => {
    const begin = offset;
    offset += 4 * size(shape);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }] as const;
  });
  const file = beginSafetensors(path, Object.fromEntries(entries));
  const random = seeded(1);
  for (const { name, shape } of tensors) {
    const values = new Float32Array(size(shape));
    const spread = 1.5 / Math.sqrt(hidden);
    for (let i = 0; i < values.length; i++)
      values[i] = 2 * spread * (random() - 0.5) + (name.includes('norm') ? 1 : 0);
    writeSync(file, new Uint8Array(values.buffer));
  }
  closeSync(file);
  return offset / 4;
}

export function writeSample(path: string): void {
  const random = seeded(2);
  const states = Float32Array.from({ length: LENGTH * SHAPE.hidden }, () => Math.sqrt(12) * (random() - 0.5));
  const [rows, columns] = REQUEST.grid;
  const labels = Int8Array.from({ length: rows * columns }, () => Number(random() < 0.2));
  writeSafetensors(path, {
    hidden: { dtype: 'F32', shape: [LENGTH, SHAPE.hidden], data: new Uint8Array(states.buffer) },
    labels: { dtype: 'I8', shape: [rows * columns], data: new Uint8Array(labels.buffer) },
  });
}
