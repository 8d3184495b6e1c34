/** `fovea model probe`: everything a forward pass gives, as NumPy arrays, for oracles and notebooks to compare with. */
import { resolve } from 'node:path';
import type { DeviceChoice, ProbeOutcome } from '../../../engine/protocol.ts';
import { withEngine } from '../../engine.ts';
import { precisionWithProgress } from '../../precision-with-progress.ts';
import { quantiseWithProgress } from '../../quantise-with-progress.ts';
import type { AddCommand } from '../frame/command.ts';
import { usageError } from '../frame/command.ts';
import { positiveInteger } from '../frame/number-option.ts';
import { EXIT } from '../frame/exit.ts';
import { writeNpz } from './npz.ts';
import { PRECISION_OPTION, type PrecisionOptions } from '../frame/precision-option.ts';
import {
  MODEL_WORDS,
  ADAPTER_OPTION,
  RPN_OPTION,
  modelFolders,
  type RpnOptions,
} from '../frame/rpn-option.ts';

const DEVICES: readonly string[] = [
  'auto',
  'cpu',
  'webgpu',
  'cuda',
  'dml',
  'coreml',
] satisfies DeviceChoice[];
const DEFAULT_NEW_TOKENS = 32;

const ARRAYS = `
Arrays (float32, or int64 where marked *; S tokens of the prompt with the picture's, N visual tokens, d hidden size):
  pixel_values     [3, side, side], or [patches, 3·t·p·p] where pictures keep their shape (Qwen)
  visual_features  [N, d]          what takes the visual tokens' place
  grid*            [2]             rows and columns of visual tokens
  input_ids*       [·]             the prompt, the picture's placeholder once (-200 where the vocabulary has none)
  image_span*      [2]             positions [start, end) of the visual tokens among the S
  logits           [vocabulary]    of the last prompt token
  layers*, rows*   [L], [R]        which layers, and which positions ask: the last prompt token, then the fed answer's
  attention        [L, heads, R, S + fed]   softmax over all keys
  answer_ids*      [·]             the model's own answer, end token included, or the given one
  layer_k          [S, d]          hidden_states[K], with an RPN branch only
  rpn_logits       [N]             with an RPN branch only
The last token of the model's own answer is not fed; of a given answer all are.`;

interface Options extends RpnOptions, PrecisionOptions {
  readonly image: string;
  readonly question: string;
  readonly answer?: string;
  readonly device: string;
  readonly layers?: readonly number[];
  readonly maxNewTokens: number;
  readonly npz: string;
}

export const addProbe: AddCommand = (model, cli) => {
  const probe = model
    .command('probe')
    .description('run one picture and question and write what the model computes as NumPy arrays')
    .argument('<model>', MODEL_WORDS)
    .option(...RPN_OPTION)
    .option(...ADAPTER_OPTION)
    .requiredOption('--image <file>', 'the picture')
    .requiredOption('--question <text>', 'the question')
    .option('--answer <text>', "an answer to feed instead of the model's own")
    .option('--device <device>', DEVICES.join(', '), deviceOf, 'auto')
    .option(...PRECISION_OPTION)
    .option('--layers <list>', 'layers whose attention is written, such as 1,3 (default: all)', layerList)
    .option(
      '--max-new-tokens <n>',
      'limit of the own answer',
      positiveInteger('--max-new-tokens'),
      DEFAULT_NEW_TOKENS,
    )
    .requiredOption('--npz <file>', 'where the arrays go')
    .addHelpText('after', ARRAYS);
  cli.define<Options>(probe, async ({ output, stderr, signal }, [dir], options) => {
    const npz = resolve(options.npz);
    const folders = await modelFolders(dir, options);
    const outcome = await withEngine(async (engine) => {
      const ref = { ...folders, device: options.device as DeviceChoice };
      const { precision } = await precisionWithProgress(null, engine, ref, options.precision, stderr, signal);
      await quantiseWithProgress({ ...folders, precision }, stderr, signal);
      return engine.probe({
        model: { ...ref, precision },
        imagePath: resolve(options.image),
        question: options.question,
        answer: options.answer ?? null,
        layers: options.layers ?? null,
        maxNewTokens: options.maxNewTokens,
      });
    });
    await writeNpz(npz, outcome.arrays);
    const { device, answer } = outcome;
    output.result({ npz, device, answer, shapes: shapesOf(outcome) }, describe(npz, outcome));
    return EXIT.done;
  });
};

function shapesOf({ arrays }: ProbeOutcome): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
}

function describe(npz: string, outcome: ProbeOutcome): string {
  const shapes = Object.entries(shapesOf(outcome)).map(
    ([name, shape]) => `  ${name.padEnd(16)} [${shape.join(', ')}]`,
  );
  return [`${npz}, on ${outcome.device}; answer: ${JSON.stringify(outcome.answer)}`, ...shapes].join('\n');
}

function deviceOf(text: string): string {
  if (DEVICES.includes(text)) return text;
  throw usageError(`--device cannot be ${JSON.stringify(text)}`, `One of: ${DEVICES.join(', ')}`);
}

function layerList(text: string): number[] {
  if (/^\d+(,\d+)*$/.test(text)) return text.split(',').map(Number);
  throw usageError(
    `--layers must be numbers such as 1,3, not ${JSON.stringify(text)}`,
    'Count layers from 0',
  );
}
