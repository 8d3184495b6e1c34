/**
 * The tensors of a checkpoint as the graph builder wants them (it implements `WeightSource` of `src-main/graph`
 * structurally): stored names to file ranges. A vision tower kept in a folder of its own joins under the names the
 * original layout gives a tower that is inside.
 */
import type { LowRank } from '../graph/weights.ts';
import type { TensorEntry } from './safetensors.ts';
import type { TensorMap } from './tensor-index.ts';

export type FloatDtype = 'F32' | 'F16' | 'BF16';
export type FloatEntry = TensorEntry & { readonly dtype: FloatDtype; readonly plus?: LowRank };

export class WeightIndex {
  readonly #tensors = new Map<string, TensorEntry>();
  /** What an adapter adds to a tensor, by the tensor's name. */
  readonly #plus = new Map<string, LowRank>();

  /** @param prefix put before every name of `tensors`. */
  add(tensors: TensorMap, prefix = ''): this {
    for (const [name, entry] of tensors) this.#tensors.set(prefix + name, entry);
    return this;
  }

  /** The tensor, when it is there and of a float type. */
  get(name: string): FloatEntry | undefined {
    const entry = this.#tensors.get(name);
    if (!entry || !isFloat(entry)) return undefined;
    const plus = this.#plus.get(name);
    return plus ? { ...entry, plus } : entry;
  }

  /** Adds a matrix of low rank to a tensor: from then on its stored values are not the weights. */
  addTo(name: string, plus: LowRank): void {
    this.#plus.set(name, plus);
  }

  /** Puts a tensor, of whatever name and file, in the place of `name`. */
  set(name: string, entry: TensorEntry): void {
    this.#tensors.set(name, { ...entry, name });
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
