/**
 * Checkpoints whose weights were quantised by somebody else, told by config.json (`quantization_config`, as transformers
 * writes it; MLX's `quantization`) or, where it says nothing, by the tensors themselves. What is not run is refused by
 * its name: read as plain weights they would be other numbers. What is run is read in `packed/`.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { WeightIndex } from './weight-index.ts';

const objectSchema = z.record(z.string(), z.unknown());
const methodSchema = z.object({ quant_method: z.string() });

/** What people call the methods that have another name, or several, in config.json. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['aqlm', 'AQLM'],
  ['eetq', 'EETQ'],
  ['exl2', 'EXL2'],
  ['exl3', 'EXL3'],
  ['gguf', 'GGUF'],
  ['higgs', 'HIGGS'],
  ['hqq', 'HQQ'],
  ['mxfp4', 'MXFP4'],
  ['quanto', 'Quanto'],
  ['spqr', 'SpQR'],
  ['vptq', 'VPTQ'],
  ['fp8', 'FP8'],
  ['fbgemm_fp8', 'FP8'],
  ['auto-round', 'AutoRound'],
  ['intel/auto-round', 'AutoRound'],
]);

/** Methods whose 4-bit weights run; `packed/config.ts` says which of them. */
const RUN: ReadonlySet<string> = new Set(['awq', 'gptq', 'bitsandbytes']);

const NEXT =
  'Use the checkpoint it was made from: Fovea runs F32, F16 and BF16 weights and quantises them itself (--precision int4); ' +
  '4-bit weights of bitsandbytes (nf4, fp4), AWQ (gemm) and GPTQ run as they are';

/**
 * @param config the parsed config.json
 * @throws FoveaError `unsupported_model` naming the method
 */
export function refuseStatedQuantisation(config: unknown, where: string): void {
  const root = objectSchema.safeParse(config).data ?? {};
  const text = objectSchema.safeParse(root.text_config).data ?? {};
  if (isSet(root.quantization)) throw refusal('MLX', 'config.json has quantization', where);
  const found = [root.quantization_config, root.compression_config, text.quantization_config].find(isSet);
  if (found === undefined) return;
  // Only the first releases of bitsandbytes' own left the method out.
  const method = methodSchema.safeParse(found).data?.quant_method ?? 'bitsandbytes';
  if (RUN.has(method.toLowerCase()) && !isSet(root.compression_config)) return;
  const why = `config.json has quantization_config, quant_method ${method}`;
  throw refusal(NAMES.get(method) ?? method, why, where);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Endings that quantised tensors have beside or instead of `weight`. */
const TRACES: readonly [RegExp, string][] = [
  [/\.quant_state\.bitsandbytes__|\.(absmax|quant_map|nested_absmax|SCB)$/, 'bitsandbytes'],
  [/\.(qweight|qzeros|g_idx)$/, 'GPTQ or AWQ'],
  [/\.weight_packed$/, 'compressed-tensors'],
  [/\.weight_scale(_inv)?$|\.input_scale$|\.activation_scale$/, 'FP8 or compressed-tensors'],
];

/**
 * For files whose config.json lost its `quantization_config`.
 * @throws FoveaError `unsupported_model` naming the method and the tensor
 */
export function refuseQuantisedTensors(weights: WeightIndex, dir: string): void {
  for (const name of weights.names()) {
    const trace = TRACES.find(([ending]) => ending.test(name));
    if (trace) throw refusal(trace[1], `there is a tensor ${name}`, dir);
    const dtype = weights.entry(name)?.dtype ?? '';
    if (dtype.startsWith('F8')) throw refusal('FP8', `tensor ${name} is stored as ${dtype}`, dir);
  }
}

/**
 * The error for weights that are not run. @param what how they are quantised
 * @param why how that is known, or null where `what` says it
 */
export function refusal(what: string, why: string | null, where: string): FoveaError {
  const known = why === null ? '' : ` (${why})`;
  return new FoveaError('unsupported_model', `the weights are quantised with ${what}${known}`, {
    where,
    next: NEXT,
  });
}
