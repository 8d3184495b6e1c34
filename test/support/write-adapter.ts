/** Small LoRA adapters as PEFT stores them, honest or not, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from './random.ts';
import type { StoredTensor } from './safetensors.ts';
import { writeSafetensors } from './safetensors.ts';

export interface AdapterSpec {
  /** Keys beside those of a plain LoRA of rank 2 and alpha 4. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** `[out, in]` of the modules with matrices, by path. */
  readonly modules?: Readonly<Record<string, readonly [out: number, columns: number]>>;
  /** Tensors beside them, by whole name. */
  readonly tensors?: Readonly<Record<string, StoredTensor>>;
}

const RANK = 2;

/** Values between −`size` and `size`, from a seed. */
export function random(shape: readonly number[], seed: number, size = 0.5): StoredTensor {
  const next = seededRandom(seed);
  const values = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    () => (2 * next() - 1) * size,
  );
  return { dtype: 'F32', shape, data: new Uint8Array(values.buffer) };
}

/** Queries and values of the demo model's decoder and its tower's first layer. */
export const DEMO_MODULES: NonNullable<AdapterSpec['modules']> = {
  'model.layers.1.self_attn.q_proj': [128, 128],
  'model.layers.4.self_attn.v_proj': [128, 128],
  'model.layers.4.mlp.down_proj': [128, 384],
};

/** @param base as `base_model_name_or_path` says it */
export function writeAdapter(dir: string, base: string | null, spec: AdapterSpec = {}): string {
  const { config = {}, modules = DEMO_MODULES, tensors = {} } = spec;
  mkdirSync(dir, { recursive: true });
  const stated = {
    peft_type: 'LORA',
    base_model_name_or_path: base,
    r: RANK,
    lora_alpha: 4,
    target_modules: [...new Set(Object.keys(modules).map((path) => path.split('.').at(-1)))],
    bias: 'none',
    ...config,
  };
  writeFileSync(join(dir, 'adapter_config.json'), JSON.stringify(stated));
  const low = Object.entries(modules).flatMap(([path, [out, columns]], i): [string, StoredTensor][] => [
    [`base_model.model.${path}.lora_A.weight`, random([RANK, columns], 2 * i + 1)],
    [`base_model.model.${path}.lora_B.weight`, random([out, RANK], 2 * i + 2)],
  ]);
  writeSafetensors(join(dir, 'adapter_model.safetensors'), { ...Object.fromEntries(low), ...tensors });
  return dir;
}
