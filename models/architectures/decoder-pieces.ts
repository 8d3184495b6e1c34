/**
 * The decoder in pieces, for sessions that hold their weights, and for steps of many sequences at once: what lies between
 * two attentions works on rows whoever they are of (each weight is read once), attention goes over the keys and values of
 * each sequence where they lie. An attention has no weights, so one graph serves all layers.
 */
import type { TextConfig } from '../../src-main/checkpoint/config.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Dim } from '../../src-main/graph/dims.ts';
import type { Graph, Value } from '../../src-main/graph/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import type { DecoderNames } from './decoder-graph.ts';
import {
  afterAttention,
  attentionInputs,
  causalMask,
  mixedValues,
  probabilitiesOf,
  rotaryTables,
} from './llama-decoder.ts';
import type { AttentionShape } from './types.ts';
import { weightsInto } from './weights.ts';

/** "To the end" of a slice. */
const END = 2 ** 53 - 1;

/**
 * What lies between the attention of layer `i − 1` and that of layer `i`: the end of the one (`hidden`, from `embeds` and
 * `mixed`) and the beginning of the other (`q`, `k`, `v`). The first has no end in front, the one after the last layer
 * nothing behind it.
 * @throws FoveaError `missing_tensor` when a tensor of it is absent.
 */
export function betweenGraph(text: TextConfig, weights: WeightSource, names: DecoderNames, i: number): Graph {
  const b = new GraphBuilder(`layer ${i}`, weights.placement);
  const { hiddenSize: d, heads: H, headDim: c } = text;
  const context = { b, config: text, weight: weightsInto(b, weights) };
  let x: Value = b.input('embeds', 'float32', ['S', d]);
  if (i > 0) {
    x = afterAttention(context, `${names.layers}.${i - 1}`, x, b.input('mixed', 'float32', ['S', H * c]));
    b.output('hidden', x);
  }
  if (i < text.layers) {
    const from = (name: string, symbol: string) => {
      const start = b.input(name, 'int64', [1]);
      return (value: Value) => b.sliceAt(value, 0, start, b.int64s([END]), symbol);
    };
    const [ask, keep] = [from('ask_from', 'Q'), from('keep_from', 'N')];
    const tables = rotaryTables(b, text);
    const asking = { cos: ask(tables.cos), sin: ask(tables.sin) };
    const name = `${names.layers}.${i}`;
    const { q, k, v } = attentionInputs({ ...context, ...tables }, asking, name, x, ask, keep);
    b.output('q', b.reshape(q, ['Q', H * c]));
    b.output('k', k);
    b.output('v', v);
  }
  return b.finish();
}

/** Attention by itself, without weights. */
export function attentionGraph(
  text: TextConfig,
  { sequences, tapped, appends = false }: AttentionShape,
): Graph {
  const b = new GraphBuilder('attention');
  const { heads: H, kvHeads: G, headDim: c } = text;
  const count = sequences === 'one' ? 'Q' : sequences;
  const q = b.reshape(b.input('q', 'float32', [count, H * c]), [count, H, 2, c / 2]);
  const rowsOf = (name: string, length: Dim) => b.input(name, 'float32', [length, G * c]);
  const fed = sequences === 'one' ? 'S' : sequences;
  const fresh = appends ? { keys: rowsOf('k', fed), values: rowsOf('v', fed) } : null;
  const allOf = (part: 'keys' | 'values', i: number | null): Value => {
    const [suffix, own] = i === null ? ['', ''] : [`.${i}`, i];
    if (fresh === null) return rowsOf(`${part}${suffix}`, `T${own}`);
    const added = i === null ? fresh[part] : b.slice(fresh[part], 0, i, i + 1);
    const all = b.concat([rowsOf(`past_${part}${suffix}`, `P${own}`), added], 0);
    b.output(`${part}${suffix}`, all);
    return all;
  };
  if (sequences === 'one') {
    const keys = allOf('keys', null);
    const mask = causalMask(b, 'Q', keys.shape[0] ?? 'T');
    const probabilities = probabilitiesOf(b, text, q, keys, mask);
    b.output('mixed', mixedValues(b, text, probabilities, allOf('values', null), 'Q'));
    if (tapped) tapRows(b, '', probabilities, true);
    return b.finish();
  }
  const mixed = Array.from({ length: sequences }, (_, i) => {
    const row = b.slice(q, 0, i, i + 1);
    const probabilities = probabilitiesOf(b, text, row, allOf('keys', i), null);
    if (tapped) tapRows(b, `.${i}`, probabilities, false);
    return mixedValues(b, text, probabilities, allOf('values', i), 1);
  });
  b.output('mixed', mixed.length === 1 ? (mixed[0] as Value) : b.concat(mixed, 0));
  return b.finish();
}

/** Heads, keys, and of many rows some, of probabilities `[H, R, T]` as the output `tap`: `[heads, rows, keys]`. */
function tapRows(b: GraphBuilder, suffix: string, probabilities: Value, manyRows: boolean): void {
  const bound = (name: string) => b.input(`${name}${suffix}`, 'int64', [1]);
  const rows = manyRows
    ? b.sliceAt(probabilities, 1, bound('tap_rows_start'), bound('tap_rows_end'), 'R')
    : probabilities;
  const keys = b.sliceAt(rows, 2, bound('tap_keys_start'), bound('tap_keys_end'), `K${suffix}`);
  const heads = b.input(`tap_heads${suffix}`, 'int64', [`H${suffix}`]);
  b.output(`tap${suffix}`, b.gather(keys, heads));
}
