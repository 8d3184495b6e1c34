/** `fovea model check`: whether a checkpoint folder can be used and on which devices, found out by loading it. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import { checkpointGateWords } from '../../../../src-shared/contract/gate.ts';
import { availableMemory } from 'node:process';
import { cachedState, formOf } from '../../../checkpoint/cached.ts';
import type { CacheState, MeasuredLayer } from '../../../checkpoint/quantised/index.ts';
import { measuredOf } from '../../../checkpoint/quantised/index.ts';
import type { AdapterFacts } from '../../../checkpoint/adapter/lay.ts';
import type { UnknownKey } from '../../../checkpoint/keys/check.ts';
import { memoryEstimate, parametersByDtype } from '../../../checkpoint/memory.ts';
import type { MemoryEstimate } from '../../../checkpoint/memory.ts';
import type { AnyCheckpoint } from '../../../checkpoint/open.ts';
import { openFolders } from '../../../checkpoint/open.ts';
import { promptFacts } from '../../../checkpoint/prompt.ts';
import type { PromptFacts } from '../../../checkpoint/prompt.ts';
import type { DeviceChoice, Engine, ModelInfo } from '../../../engine/protocol.ts';
import { choosePreset, loadPresets } from '../../../jobs/presets/presets.ts';
import type { Preset } from '../../../../src-shared/contract/preset.ts';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import { withEngine } from '../../engine.ts';
import { chosenWords } from '../../../jobs/label/settle-precision.ts';
import { precisionWithProgress } from '../../precision-with-progress.ts';
import { quantiseWithProgress } from '../../quantise-with-progress.ts';
import { appResources } from '../../resources.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { pictureFacts, pictureLines } from './picture-lines.ts';
import type { PictureFacts } from './picture-lines.ts';
import { promptLines } from './prompt-lines.ts';
import { int8Table, int8Words } from './int8-lines.ts';
import { PRECISION_OPTION, type PrecisionOptions } from '../frame/precision-option.ts';
import {
  ADAPTER_OPTION,
  MODEL_WORDS,
  RPN_OPTION,
  modelFolders,
  type RpnOptions,
} from '../frame/rpn-option.ts';

const DEVICES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const satisfies DeviceChoice[];

/** One device tried with this model; `error` says why it cannot run it. */
interface DeviceResult {
  readonly device: string;
  readonly ok: boolean;
  /** Largest relative difference from the CPU, and the limit; null on the CPU itself and where nothing ran. */
  readonly selfCheck: ModelInfo['selfCheck'];
  /** Why samples run one at a time on it; absent: they are in flight together. */
  readonly oneAtATime?: ModelInfo['oneAtATime'];
  /** Dtypes of weights it holds as they are stored. */
  readonly held: ModelInfo['held'];
  readonly error: string | null;
}

type Options = RpnOptions & PrecisionOptions & { readonly verbose?: boolean };

export const addCheck: AddCommand = (model, cli) => {
  const check = model
    .command('check')
    .description('load a checkpoint folder and say what it is and where it runs')
    .argument('<model>', MODEL_WORDS)
    .option(...RPN_OPTION)
    .option(...ADAPTER_OPTION)
    .option(...PRECISION_OPTION)
    .option('--verbose', 'also how each layer bears int8, where that was measured');
  cli.define<Options>(check, async ({ output, stderr, signal }, [folder], options) => {
    const folders = await modelFolders(folder, options);
    const { info, devices, chosen } = await withEngine(async (engine) => {
      const ref = { ...folders, device: 'auto' } as const;
      const settled = await precisionWithProgress(null, engine, ref, options.precision, stderr, signal);
      const { precision } = settled;
      await quantiseWithProgress({ ...folders, precision }, stderr, signal);
      const loaded = await engine.modelInfo({ ...ref, precision });
      const tried: DeviceResult[] = [];
      for (const device of DEVICES) tried.push(await tryDevice(engine, loaded, device));
      return { info: loaded, devices: tried, chosen: settled.chosen ?? null };
    });
    const checkpoint = await openFolders(folders);
    const dtypes = parametersByDtype(checkpoint.weights);
    const caches = await cachesOf(checkpoint);
    const packed = checkpoint.weights.packing?.label ?? null;
    const measured = packed === null ? await measuredOf(checkpoint) : null;
    const memory = { ...memoryEstimate(checkpoint, measured), availableBytes: availableMemory() };
    const int8Layers = measured && Object.fromEntries(measured.layers);

    const fitting = await fittingPreset(info);
    const preset = fitting?.id ?? null;
    const dynamicGrid = checkpoint.preprocessor.geometry === 'dynamic';
    const { gate, adapter = null, unknownKeys, notes } = checkpoint;
    const prompt = promptFacts(checkpoint.tokenizer, checkpoint.config.imageTokenId);
    const facts = {
      ...info,
      chosen,
      gate,
      adapter,
      unknownKeys,
      notes,
      dynamicGrid,
      prompt,
      dtypes,
      devices,
      memory,
      caches,
      int8Layers,
      packed,
      pictures: pictureFacts(fitting),
      preset,
    };
    output.result(
      facts,
      [describe(facts), ...(options.verbose ? int8Table(int8Layers ?? {}) : [])].join('\n'),
    );
    return EXIT.done;
  });
};

async function tryDevice(
  engine: Pick<Engine, 'modelInfo'>,
  info: ModelInfo,
  device: DeviceChoice,
): Promise<DeviceResult> {
  try {
    const { dir, rpnDir, adapterDir, precision } = info;
    const { selfCheck, oneAtATime, held } =
      device === info.device ? info : await engine.modelInfo({ dir, rpnDir, adapterDir, precision, device });
    return {
      device,
      ok: true,
      selfCheck,
      held,
      error: null,
      ...(oneAtATime === undefined ? {} : { oneAtATime }),
    };
  } catch (error) {
    return { device, ok: false, selfCheck: null, held: [], error: FoveaError.from(error).message };
  }
}

/** Null: the weights come straight from the checkpoint's files. */
async function cachesOf(checkpoint: AnyCheckpoint): Promise<CheckedModel['caches']> {
  if (checkpoint.weights.packing) {
    const packed = await cachedState(checkpoint, 'packed');
    return { merged: null, int4: null, int8: null, 'int8-fast': null, fp16: null, packed };
  }
  const [merged, int4, int8, fast, fp16] = await Promise.all(
    (['as-stored', 'int4', 'int8', 'int8-fast', 'fp16'] as const).map((precision) => {
      const form = formOf(checkpoint, precision);
      return form === null ? null : cachedState(checkpoint, form);
    }),
  );
  return {
    merged: merged ?? null,
    int4: int4 ?? null,
    int8: int8 ?? null,
    'int8-fast': fast ?? null,
    fp16: fp16 ?? null,
    packed: null,
  };
}

/** The preset `fovea label` would take, or null when the person has to name one. */
async function fittingPreset(info: ModelInfo): Promise<Preset | null> {
  try {
    return choosePreset(await loadPresets(appResources().presetsDir), info, null);
  } catch (error) {
    if (error instanceof FoveaError && error.code === 'bad_input') return null;
    throw error;
  }
}

/** What `--json` prints. */
interface CheckedModel extends ModelInfo {
  /** Why its precision, where that was to be chosen. */
  readonly chosen: string | null;
  /** Q-Zoom's gate is among the tensors. */
  readonly gate: boolean;
  /** Keys of its config files that Fovea knows nothing of. */
  readonly unknownKeys: readonly UnknownKey[];
  /** Where other readers of these files come to other numbers. */
  readonly notes: readonly string[];
  /** What a question is asked with. */
  readonly prompt: PromptFacts;
  /** Each picture has a grid of its own; `grid` is then the one a preset's teacher sees. */
  readonly dynamicGrid: boolean;
  /** Stored values per dtype. */
  readonly dtypes: Readonly<Record<string, number>>;
  readonly devices: readonly DeviceResult[];
  readonly memory: MemoryEstimate & { readonly availableBytes: number };
  /** The files that `--precision` uses or would write; null: none, the checkpoint's own serve. */
  readonly caches: {
    /** What an adapter adds to, merged, for weights as they are stored. */
    readonly merged: CacheState | null;
    readonly int4: CacheState | null;
    readonly int8: CacheState | null;
    readonly 'int8-fast': CacheState | null;
    readonly fp16: CacheState | null;
    /** Packed layers laid out anew, for weights as they are stored and for int8 products. */
    readonly packed: CacheState | null;
  };
  /** How each layer bears int8, by its weights' name; null: not measured yet. */
  readonly int8Layers: Readonly<Record<string, MeasuredLayer>> | null;
  /** How the checkpoint's weights are packed; null: they are not. */
  readonly packed: string | null;
  readonly adapter: AdapterFacts | null;
  /** What becomes of a picture's file. */
  readonly pictures: PictureFacts;
  /** Null: none fits on its own. */
  readonly preset: string | null;
}

function describe(info: CheckedModel): string {
  const { preset, dtypes, devices, memory, caches, dynamicGrid, precision } = info;
  const { rpn, rpnDir, gate, adapter } = info;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const stored = Object.entries(dtypes).map(([dtype, count]) => `${dtype} ${(count / 1e6).toFixed(1)} M`);
  return [
    `${info.name}: ${info.family}, ${(info.parameters / 1e6).toFixed(1)} M parameters (${stored.join(', ')})`,
    `  decoder    ${counted(info.layers, 'layer')}, ${counted(info.heads, 'head')}; grid ${dynamicGrid ? 'of each picture' : info.grid.join('×')}`,
    `  RPN        ${rpn ? `from layer ${rpn.k}, ${counted(rpn.t, 'layer')}${rpnDir === undefined ? '' : `, out of ${rpnDir}`}` : 'none in this checkpoint'}`,
    ...(adapter ? adapterLines(adapter, info) : []),
    ...rulesLines(info),
    ...(gate ? [`  gate       ${checkpointGateWords(info.gateThreshold)}`] : []),
    ...unknownLines(info.unknownKeys),
    ...info.notes.map((note, at) => `  ${(at === 0 ? 'elsewhere' : '').padEnd(10)} ${note}`),
    ...promptLines(info.prompt),
    ...pictureLines(info.pictures),
    `  preset     ${preset ?? 'none fits on its own; name one with --preset'}`,
    `  device     ${info.device}${precision === 'as-stored' ? '' : ` at ${precision}`}, loaded in ${info.loadMs.toFixed(0)} ms${heldWords(info)}`,
    ...(info.chosen === null ? [] : [`             ${chosenWords({ precision, chosen: info.chosen })}`]),
    ...devices.filter(({ device }) => device !== info.device).map(deviceLine),
    `  memory     ${megabytes(memory.mappedBytes)} mapped, ${megabytes(memory.copiedBytes)} copied`,
    ...(dtypes['BF16'] && precision === 'as-stored'
      ? [
          '             16-bit weights are float32 copies where a device does not hold them; int4, int8 and fp16 take less',
        ]
      : []),
    ...(caches.merged ? [`  adapted    ${cacheWords(caches.merged)}`] : []),
    `             ${megabytes(1024 * memory.cacheBytesPerToken)} per 1024 tokens; ${megabytes(memory.availableBytes)} free`,
    ...precisionLines(info),
  ].join('\n');
}

/** What the weights take in other forms, or how they are packed already. */
function precisionLines({
  memory: { int4, int8, 'int8-fast': fast, fp16 },
  caches,
  packed,
  int8Layers,
}: CheckedModel): string[] {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const held = int4 ? `${megabytes(int4.mappedBytes)} mapped, ${megabytes(int4.copiedBytes)} copied` : '';
  if (packed !== null) {
    return [
      `  packed     ${packed}; ${cacheWords(caches.packed)}`,
      int4
        ? `  at int4    ${held}: the same 4 bits, faster, with inputs rounded to 8 bits`
        : '             made floats of layer by layer at every token: right, and slow; there is no faster form of it',
    ];
  }
  return [
    ...(int4 ? [`  at int4    ${held}; ${cacheWords(caches.int4)}`] : []),
    ...(int8
      ? [
          `  at int8    ${megabytes(int8.mappedBytes)} mapped, ${megabytes(int8.copiedBytes)} copied${int8Layers ? '' : ' at most'}; ${cacheWords(caches.int8)}`,
        ]
      : []),
    ...(int8Layers ? int8Words(int8Layers, 'int8') : []),
    ...(fast
      ? [
          `  int8-fast  ${megabytes(fast.mappedBytes)} mapped, ${megabytes(fast.copiedBytes)} copied${int8Layers ? '' : ' at least'}; ${cacheWords(caches['int8-fast'])}`,
        ]
      : []),
    ...(int8Layers ? int8Words(int8Layers, 'int8-fast') : []),
    ...(fp16
      ? [
          `  at fp16    ${megabytes(fp16.deviceBytes)} on a card that knows float16, ${megabytes(fp16.copiedBytes)} copied on the CPU; ${cacheWords(caches.fp16)}`,
        ]
      : []),
  ];
}

/** What a person should look at before trusting the numbers: nobody here knows what these keys do. */
function unknownLines(keys: readonly UnknownKey[]): string[] {
  return keys.map(
    ({ file, key, value }, at) => `  ${(at === 0 ? 'not known' : '').padEnd(10)} ${key} ${value} in ${file}`,
  );
}

/** What is laid over which base, in which words a person knows it from training. */
function adapterLines(
  { dir, ranks, targets, modules, replaced, ownFiles }: AdapterFacts,
  info: Pick<ModelInfo, 'dir'>,
): string[] {
  const whole = replaced === 0 ? '' : `; ${counted(replaced, 'tensor')} replaced`;
  return [
    `  adapter    LoRA of rank ${ranks.join(', ') || '–'} on ${counted(modules, 'layer')} (${targets.join(', ')})${whole}`,
    `             ${dir === info.dir ? 'beside its base in this folder: without it, move it elsewhere' : `out of ${dir}`}`,
    `  base       ${info.dir}: its tokenizer, template and picture settings are used`,
    ...(ownFiles.length === 0
      ? []
      : [`             not the adapter's own ${ownFiles.join(', ')}, which differ`]),
  ];
}

/** Whose rules read the RoI map; SD-RPN's go without saying. */
function rulesLines({ rules, rpnDir, gate }: Pick<CheckedModel, 'rules' | 'rpnDir' | 'gate'>): string[] {
  if (rules.name === 'sd-rpn')
    return gate ? ["  rules      SD-RPN's: Q-Zoom has no code for this family"] : [];
  const positions =
    rules.cropPositions === 'source'
      ? 'as in the source picture (reuse_src_pos true)'
      : 'of a second picture (reuse_src_pos false)';
  return [
    `  rules      Q-Zoom's: scores per head, corner above 256 tokens, boxes of at least 28 pixels, whole crops`,
    `             crop positions ${positions}`,
    ...(rpnDir === undefined
      ? []
      : ["             Q-Zoom trains its base model too: over another base the answers are not Q-Zoom's"]),
  ];
}

function cacheWords(cache: CacheState | null): string {
  if (cache === null) return 'straight from the files';
  const size = `${(cache.bytes / 1e6).toFixed(1)} MB`;
  return `cache of ${size} ${cache.present ? 'in' : 'not written yet:'} ${cache.file}`;
}

function heldWords({ held }: Pick<ModelInfo, 'held'>): string {
  return held.length === 0 ? '' : `, ${held.join(' and ')} weights held as they are`;
}

function deviceLine({ device, selfCheck, oneAtATime, held, error }: DeviceResult): string {
  const words = selfCheck
    ? `right: ${selfCheck.maxError.toExponential(1)} from the CPU (limit ${selfCheck.limit})`
    : (error ?? 'right');
  const alone = oneAtATime === undefined ? '' : `, one sample at a time: ${oneAtATime}`;
  return `  ${device.padEnd(10)} ${words}${heldWords({ held })}${alone}`;
}
