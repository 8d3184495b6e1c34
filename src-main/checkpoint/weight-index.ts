/**
 * The tensors of a checkpoint as the graph builder wants them (it implements `WeightSource` of `src-main/graph`
 * structurally): stored names to file ranges. A vision tower kept in a folder of its own joins under the names the
 * original layout gives a tower that is inside.
 */
import type { LowRank } from '../graph/weights.ts';
import type { Packing } from './packed/types.ts';
import type { TensorEntry } from './files/safetensors.ts';
import type { TensorMap } from './files/tensor-index.ts';

export type FloatDtype = 'F32' | 'F16' | 'BF16';
export type FloatEntry = TensorEntry & { readonly dtype: FloatDtype; readonly plus?: LowRank };

export class WeightIndex {
  /** The linear layers that are packed; null: none is. Their parts are not among the tensors. */
  readonly packing: Packing | null;
  readonly #tensors = new Map<string, TensorEntry>();
  /** What an adapter adds to a tensor, by the tensor's name. */
  readonly #plus = new Map<string, LowRank>();

  constructor(packing: Packing | null = null) {
    this.packing = packing;
  }

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

  /** Shape of the weights of that name, packed ones included. */
  shapeOf(name: string): readonly number[] | undefined {
    return this.packing?.tensors.get(name)?.shape ?? this.#tensors.get(name)?.shape;
  }

  /** The tensor whatever its type; a packed layer has none of its weight's name. */
  entry(name: string): TensorEntry | undefined {
    return this.#tensors.get(name);
  }

  /** Names of all weights, packed ones included. */
  names(): Iterable<string> {
    return this.packing ? [...this.#tensors.keys(), ...this.packing.tensors.keys()] : this.#tensors.keys();
  }

  /** Elements of all weights together. */
  get parameters(): number {
    let n = 0;
    for (const name of this.names()) n += this.shapeOf(name)?.reduce((a, b) => a * b, 1) ?? 0;
    return n;
  }
}

function isFloat(entry: TensorEntry): entry is FloatEntry {
  return entry.dtype === 'F32' || entry.dtype === 'F16' || entry.dtype === 'BF16';
}
