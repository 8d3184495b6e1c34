/**
 * The tensors of a checkpoint as the graph builder wants them (it implements `WeightSource` of `src-main/graph`
 * structurally): stored names to file ranges. A vision tower kept in a folder of its own joins under the names the
 * original layout gives a tower that is inside.
 */
import type { TensorEntry } from './safetensors.ts';
import type { TensorMap } from './tensor-index.ts';

export type FloatDtype = 'F32' | 'F16' | 'BF16';
export type FloatEntry = TensorEntry & { readonly dtype: FloatDtype };

export class WeightIndex {
  readonly #tensors = new Map<string, TensorEntry>();

  /** @param prefix put before every name of `tensors`. */
  add(tensors: TensorMap, prefix = ''): this {
    for (const [name, entry] of tensors) this.#tensors.set(prefix + name, entry);
    return this;
  }

  /** The tensor, when it is there and of a float type. */
  get(name: string): FloatEntry | undefined {
    const entry = this.#tensors.get(name);
    return entry && isFloat(entry) ? entry : undefined;
  }

  /** The tensor whatever its type. */
  entry(name: string): TensorEntry | undefined {
    return this.#tensors.get(name);
  }

  names(): Iterable<string> {
    return this.#tensors.keys();
  }

  /** Elements of all tensors together. */
  get parameters(): number {
    let n = 0;
    for (const { shape } of this.#tensors.values()) n += shape.reduce((a, b) => a * b, 1);
    return n;
  }
}

function isFloat(entry: TensorEntry): entry is FloatEntry {
  return entry.dtype === 'F32' || entry.dtype === 'F16' || entry.dtype === 'BF16';
}
