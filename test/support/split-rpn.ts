/** A merged checkpoint taken apart at test time: its base model, and its RPN as the published RPN-only folders have it. */
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readTensors } from '../../src-main/checkpoint/files/tensor-index.ts';
import { filled, writeSafetensors, type StoredTensor } from './safetensors.ts';

export interface SplitCheckpoint {
  readonly base: string;
  readonly rpn: string;
}

export type ConfigJson = Record<string, unknown>;

export function editConfig(dir: string, edit: (config: ConfigJson) => ConfigJson): void {
  const path = join(dir, 'config.json');
  writeFileSync(path, JSON.stringify(edit(JSON.parse(readFileSync(path, 'utf8')) as ConfigJson)));
}

function without(config: ConfigJson, pattern: RegExp): ConfigJson {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !pattern.test(key)));
}

/** Writes the tensors of a folder anew, and those of `added`: `edit` returns null for one to leave out. */
export async function rewriteTensors(
  from: string,
  to: string,
  edit: (name: string, tensor: StoredTensor) => StoredTensor | null,
  added: Readonly<Record<string, StoredTensor>> = {},
): Promise<void> {
  const kept: Record<string, StoredTensor> = { ...added };
  for (const [name, { file, dtype, shape, offset, length }] of await readTensors(from)) {
    const data = new Uint8Array(length);
    const handle = openSync(file, 'r');
    readSync(handle, data, 0, length, offset);
    closeSync(handle);
    const tensor = edit(name, { dtype, shape, data });
    if (tensor) kept[name] = tensor;
  }
  writeSafetensors(join(to, 'model.safetensors'), kept);
}

const RPN_KEYS = /^(enable_twig|twig_|roi_)/;
const DECODER_LAYER = /^(?:language_model\.|model\.language_model\.)?(?:model\.)?layers\.(\d+)\./;

/** `base` and `rpn` in `folder`; the RPN's has config.json and tensors only, nothing from layer K+T on (METHOD §3). */
export async function splitRpn(merged: string, folder: string): Promise<SplitCheckpoint> {
  const [base, rpn] = [join(folder, 'base'), join(folder, 'rpn')];
  cpSync(merged, base, { recursive: true });
  for (const gone of ['case.json', 'expected.safetensors', 'model.safetensors']) {
    rmSync(join(base, gone), { force: true });
  }
  editConfig(base, (config) => without(config, RPN_KEYS));
  await rewriteTensors(merged, base, (name, tensor) => (name.includes('twig_') ? null : tensor));
  mkdirSync(rpn);
  cpSync(join(merged, 'config.json'), join(rpn, 'config.json'));
  const { twig_K, twig_T } = JSON.parse(readFileSync(join(rpn, 'config.json'), 'utf8')) as Record<
    string,
    number
  >;
  await rewriteTensors(merged, rpn, (name, tensor) => {
    const layer = DECODER_LAYER.exec(name)?.[1];
    const upper = layer !== undefined && Number(layer) >= (twig_K ?? 0) + (twig_T ?? 0);
    return upper || /(^|\.)norm\.weight$|lm_head/.test(name) ? null : tensor;
  });
  return { base, rpn };
}

/** Gives a folder the tensors of a Q-Zoom gate. */
export async function addGate(dir: string): Promise<void> {
  const gate = ['model.high_res_layers.0.self_attn.q_proj.weight', 'model.high_res_head.weight'];
  const kept: Record<string, StoredTensor> = Object.fromEntries(gate.map((name) => [name, filled([2, 2])]));
  await rewriteTensors(dir, dir, (_, tensor) => tensor, kept);
}
