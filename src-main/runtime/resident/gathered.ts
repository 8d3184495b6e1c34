/** What the parts of a feed gave, as one result. */
import type { ForwardResult, TappedRows, TapRequest } from '../../pipeline/ports.ts';
import type { DecoderFeed } from '../decoder.ts';
import { tapped } from '../feeds.ts';
import type { Output } from '../session.ts';

export class Gathered {
  readonly #logits: Float32Array[] = [];
  readonly #hidden: Float32Array[] = [];
  readonly #taps = new Map<number, TappedRows>();

  addLogits(rows: Float32Array): void {
    this.#logits.push(rows);
  }

  addHidden(rows: Float32Array): void {
    this.#hidden.push(rows);
  }

  /**
   * Rows of layer `layer` that are asked for, from row `first` of the feed on, over the keys that a part knew: to later ones
   * they pay no attention.
   * @param output `[heads, rows, keys]`
   */
  addTap(layer: number, { heads, rows, keys }: TapRequest, first: number, output: Output): void {
    const asked = heads.find((tap) => tap.layer === layer);
    const [count = 0, some = 0, known = 0] = output.dims;
    if (!asked) return;
    const [all, width] = [rows[1] - rows[0], keys[1] - keys[0]];
    const whole = this.#taps.get(layer) ?? {
      ...tapped(
        { data: new Float32Array(count * all * width), dims: [count, all, width] },
        layer,
        asked.heads,
      ),
    };
    this.#taps.set(layer, whole);
    for (let head = 0; head < count; head++) {
      for (let row = 0; row < some; row++) {
        const from = (head * some + row) * known;
        const to = (head * all + first - rows[0] + row) * width;
        whole.data.set(output.data.subarray(from, from + known), to);
      }
    }
  }

  result({ wanted, taps }: DecoderFeed): ForwardResult {
    return {
      logits: wanted.logits === 'none' ? null : joined(this.#logits),
      taps: (taps?.heads ?? []).map(({ layer }) => this.#taps.get(layer) as TappedRows),
      hidden: wanted.hiddenOf === null ? null : joined(this.#hidden),
    };
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
