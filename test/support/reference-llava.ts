/**
 * LLaVA's forward in plain loops over nested arrays (double precision), straight from the definitions: the reference
 * for configurations that the demo model's goldens do not have. Rows are `[tokens][features]`.
 */
import { readFileSync } from 'node:fs';
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import { visionLayersUsed } from '../../src-main/checkpoint/required.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { erf } from './nd.ts';

type Rows = number[][];

export interface Reference {
  readonly features: Rows;
  /** hidden_states[i], i = 0…layers; the last without the final norm. */
  readonly hidden: readonly Rows[];
  /** `[layer][head]` → rows of probabilities. */
  readonly attention: readonly (readonly Rows[])[];
  readonly logits: Rows;
  readonly rpn: number[];
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const add = (a: Rows, b: Rows) => a.map((row, i) => row.map((x, j) => x + b[i]![j]!));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function softmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const e = row.map((x) => Math.exp(x - top));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((x) => x / sum);
}

/** Weights read straight from the files. */
export class ReferenceModel {
  readonly #config: LlavaConfig;
  readonly #weights: WeightSource;

  constructor(config: LlavaConfig, weights: WeightSource) {
    this.#config = config;
    this.#weights = weights;
  }

  #flat(name: string): Float32Array {
    const ref = this.#weights.get(name);
    if (!ref) throw new Error(`no ${name}`);
    const bytes = Uint8Array.from(readFileSync(ref.file).subarray(ref.offset, ref.offset + ref.length));
    return new Float32Array(bytes.buffer);
  }

  #matrix(name: string): Rows {
    const flat = [...this.#flat(name)];
    const width = flat.length / this.#weights.get(name)!.shape[0]!;
    return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
  }

  #linear(x: Rows, name: string): Rows {
    const w = this.#matrix(`${name}.weight`);
    const bias = this.#weights.get(`${name}.bias`) ? this.#flat(`${name}.bias`) : null;
    return x.map((row) => w.map((line, j) => dot(row, line) + (bias?.[j] ?? 0)));
  }

  #layerNorm(x: Rows, name: string): Rows {
    const [scale, bias] = [this.#flat(`${name}.weight`), this.#flat(`${name}.bias`)];
    return x.map((row) => {
      const mean = row.reduce((a, b) => a + b, 0) / row.length;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length;
      const size = Math.sqrt(variance + this.#config.vision.layerNormEps);
      return row.map((v, i) => ((v - mean) / size) * scale[i]! + bias[i]!);
    });
  }

  #rmsNorm(x: Rows, name: string): Rows {
    const scale = this.#flat(name);
    return x.map((row) => {
      const size = Math.sqrt(dot(row, row) / row.length + this.#config.text.rmsNormEps);
      return row.map((v, i) => (v / size) * scale[i]!);
    });
  }

  /** Softmax attention of head slices; `causal` hides later keys. Returns mixed values and probabilities. */
  #attend(q: Rows, k: Rows, v: Rows, c: number, heads: number, kvHeads: number, causal: boolean) {
    const mixed: Rows = q.map(() => []);
    const probabilities: Rows[] = [];
    for (let h = 0; h < heads; h++) {
      const g = Math.floor(h / (heads / kvHeads));
      const part = (row: readonly number[], at: number) => row.slice(at * c, (at + 1) * c);
      const p = q.map((row, i) =>
        softmax(
          k.map((key, j) => (causal && j > i ? -Infinity : dot(part(row, h), part(key, g)) / Math.sqrt(c))),
        ),
      );
      p.forEach((row, i) => {
        for (let e = 0; e < c; e++) mixed[i]!.push(row.reduce((sum, w, j) => sum + w * v[j]![g * c + e]!, 0));
      });
      probabilities.push(p);
    }
    return { mixed, probabilities };
  }

  vision(pixels: Float32Array): Rows {
    const { vision, names } = this.#config;
    const prefix = names.vision;
    const { imageSize: side, patchSize: p, hiddenSize: d, heads } = vision;
    const g = Math.floor(side / p);
    const kernel = this.#matrix(`${prefix}.embeddings.patch_embedding.weight`);
    let x: Rows = [[...this.#flat(`${prefix}.embeddings.class_embedding`)]];
    for (let r = 0; r < g; r++) {
      for (let c = 0; c < g; c++) {
        const patch: number[] = [];
        for (let ch = 0; ch < 3; ch++) {
          for (let i = 0; i < p; i++) {
            for (let j = 0; j < p; j++) patch.push(pixels[(ch * side + r * p + i) * side + c * p + j]!);
          }
        }
        x.push(kernel.map((line) => dot(patch, line)));
      }
    }
    x = this.#layerNorm(
      add(x, this.#matrix(`${prefix}.embeddings.position_embedding.weight`)),
      `${prefix}.pre_layrnorm`,
    );
    const act = (v: number) => (vision.activation === 'quick_gelu' ? v * sigmoid(1.702 * v) : gelu(v));
    for (let l = 0; l < visionLayersUsed(this.#config); l++) {
      const name = `${prefix}.encoder.layers.${l}`;
      const n = this.#layerNorm(x, `${name}.layer_norm1`);
      const [q, k, v] = ['q', 'k', 'v'].map((part) => this.#linear(n, `${name}.self_attn.${part}_proj`));
      const { mixed } = this.#attend(q!, k!, v!, d / heads, heads, heads, false);
      x = add(x, this.#linear(mixed, `${name}.self_attn.out_proj`));
      const inner = this.#linear(this.#layerNorm(x, `${name}.layer_norm2`), `${name}.mlp.fc1`).map((row) =>
        row.map(act),
      );
      x = add(x, this.#linear(inner, `${name}.mlp.fc2`));
    }
    const inner = this.#linear(x.slice(1), names.projector[0]).map((row) => row.map(gelu));
    return this.#linear(inner, names.projector[1]);
  }

  #rotate(rows: Rows, heads: number): Rows {
    const { headDim: c, ropeTheta } = this.#config.text;
    return rows.map((row, position) => {
      const out = [...row];
      for (let h = 0; h < heads; h++) {
        for (let j = 0; j < c / 2; j++) {
          const angle = position / ropeTheta ** ((2 * j) / c);
          const [a, b] = [row[h * c + j]!, row[h * c + j + c / 2]!];
          out[h * c + j] = a * Math.cos(angle) - b * Math.sin(angle);
          out[h * c + j + c / 2] = b * Math.cos(angle) + a * Math.sin(angle);
        }
      }
      return out;
    });
  }

  #layer(x: Rows, name: string) {
    const { heads, kvHeads, headDim } = this.#config.text;
    const n = this.#rmsNorm(x, `${name}.input_layernorm.weight`);
    const q = this.#rotate(this.#linear(n, `${name}.self_attn.q_proj`), heads);
    const k = this.#rotate(this.#linear(n, `${name}.self_attn.k_proj`), kvHeads);
    const v = this.#linear(n, `${name}.self_attn.v_proj`);
    const { mixed, probabilities } = this.#attend(q, k, v, headDim, heads, kvHeads, true);
    const y = add(x, this.#linear(mixed, `${name}.self_attn.o_proj`));
    const m = this.#rmsNorm(y, `${name}.post_attention_layernorm.weight`);
    const gate = this.#linear(m, `${name}.mlp.gate_proj`);
    const up = this.#linear(m, `${name}.mlp.up_proj`);
    const inner = gate.map((row, i) => row.map((z, j) => z * sigmoid(z) * up[i]![j]!));
    return { x: add(y, this.#linear(inner, `${name}.mlp.down_proj`)), probabilities };
  }

  #rpn(hidden: Rows, keys: readonly [number, number]): number[] {
    const { rpn, text, names } = this.#config;
    if (!rpn) return [];
    let x = hidden;
    for (let i = 0; i < rpn.t - 1; i++) ({ x } = this.#layer(x, `${names.twigLayers}.${i}`));
    if (rpn.norm) x = this.#rmsNorm(x, names.twigNorm);
    const last = `${names.twigLayers}.${rpn.t - 1}`;
    x = this.#rmsNorm(x, `${last}.input_layernorm.weight`);
    const { heads, kvHeads, headDim: c } = text;
    const [q] = this.#linear(x.slice(-1), `${last}.self_attn.q_proj`);
    return this.#linear(x.slice(...keys), `${last}.self_attn.k_proj`).map((k) => {
      let sum = 0;
      for (let h = 0; h < heads; h++) {
        const g = Math.floor(h / (heads / kvHeads));
        sum += dot(q!.slice(h * c, (h + 1) * c), k.slice(g * c, (g + 1) * c));
      }
      return rpn.multiHead ? sum / Math.sqrt(c) / heads : sum;
    });
  }

  /** Tokens, the picture, tokens; the RPN's query is the last row. */
  run(before: readonly number[], pixels: Float32Array, after: readonly number[]): Reference {
    const { text, names, rpn } = this.#config;
    const table = this.#matrix(names.embed);
    const features = this.vision(pixels);
    let x: Rows = [...before.map((id) => table[id]!), ...features, ...after.map((id) => table[id]!)];
    const hidden = [x];
    const attention: Rows[][] = [];
    for (let l = 0; l < text.layers; l++) {
      const layer = this.#layer(x, `${names.layers}.${l}`);
      x = layer.x;
      hidden.push(x);
      attention.push(layer.probabilities);
    }
    const head = this.#matrix(text.tieWordEmbeddings ? names.embed : names.head);
    const logits = this.#rmsNorm(x, names.norm).map((row) => head.map((line) => dot(row, line)));
    const visual = [before.length, before.length + features.length] as const;
    return { features, hidden, attention, logits, rpn: rpn ? this.#rpn(hidden[rpn.k]!, visual) : [] };
  }
}

function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}
