/**
 * Weights in a form that Fovea does not read, told by the names of the files: what they are and what to do, instead of
 * "there is no model here". Nothing is opened.
 */
import { readdir } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

interface ForeignForm {
  readonly file: RegExp;
  /** What the folder holds; the file's name follows in brackets. */
  readonly what: string;
  readonly next: string;
}

const ORIGINAL =
  'Download the repository it was made from: config.json, *.safetensors and tokenizer.json of the original model';
const CONVERT =
  "Convert it once with save_pretrained(..., safe_serialization=True), or download the model's safetensors revision";
const PICKLE = 'which Fovea never opens because a pickle can run code';

/** Most telling first: a folder may hold several. */
const FORMS: readonly ForeignForm[] = [
  {
    file: /^model_index\.json$/,
    what: 'the folder is a diffusers pipeline',
    next: 'Point Fovea at a multimodal language model',
  },
  {
    file: /^pytorch_model.*\.bin$/,
    what: `the weights are a PyTorch pickle`,
    next: CONVERT,
  },
  {
    file: /^model-\d{5}-of-\d{5}\.safetensors$/,
    what: 'the weights are in shards, and model.safetensors.index.json, which says what is in which, is missing',
    next: 'Download model.safetensors.index.json into the folder',
  },
  {
    file: /^model\.[^.]+(-\d{5}-of-\d{5})?\.safetensors(\.index\.[^.]+\.json)?$/,
    what: 'the weights are there as a variant only',
    next: 'Download the files without a variant, or load it once with from_pretrained(..., variant=…) and save it',
  },
  {
    file: /^consolidated.*\.safetensors$/,
    what: "the weights have their maker's own names, not those of transformers",
    next: 'Download the *.safetensors files of the same repository that transformers reads (model-….safetensors)',
  },
  { file: /\.gguf$/, what: 'the weights are in GGUF, the form of llama.cpp', next: ORIGINAL },
  {
    file: /\.(pth|pt|ckpt|bin)$/,
    what: `the weights are a PyTorch pickle`,
    next: CONVERT,
  },
  { file: /\.onnx$/, what: 'the folder holds an ONNX export', next: ORIGINAL },
  { file: /^onnx$/, what: 'the folder holds an ONNX export', next: ORIGINAL },
  { file: /^weights(\.\d+)?\.npz$/, what: 'the weights are in the form of MLX', next: ORIGINAL },
  { file: /^openvino_.*\.(xml|bin)$/, what: 'the folder holds an OpenVINO export', next: ORIGINAL },
  { file: /\.(h5|msgpack|ot)$/, what: 'the weights are those of TensorFlow, Flax or Rust', next: ORIGINAL },
  {
    file: /\.(engine|plan|mlpackage|tflite|task)$/,
    what: 'the folder holds a compiled model',
    next: ORIGINAL,
  },
  {
    file: /\.safetensors$/,
    what: 'the folder holds safetensors, but none that transformers would read (model.safetensors)',
    next: 'Point Fovea at a folder as save_pretrained() writes it',
  },
];

/** Files that only look like weights: what Trainer keeps beside a checkpoint. */
const BESIDE = /^(training_args|optimizer|scheduler|rng_state.*|scaler|preprocessor)\.(bin|pt|pth)$/;

/**
 * What weights the folder holds instead of those Fovea reads; null when nothing there looks like weights.
 */
export async function foreignWeights(dir: string): Promise<FoveaError | null> {
  const names = (await readdir(dir).catch(() => [] as string[])).filter((name) => !BESIDE.test(name)).sort();
  for (const { file, what, next } of FORMS) {
    const name = names.find((one) => file.test(one));
    if (name === undefined) continue;
    const why = next === CONVERT ? `, ${PICKLE}` : '';
    return new FoveaError('unsupported_model', `${what} (${name})${why}`, { where: dir, next });
  }
  return null;
}
