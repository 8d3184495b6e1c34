/** Models as a person reads them: sizes, what they need, what a check or a download is doing, what removing takes away. */
import { checkpointGateWords, type GateSaid } from '../../src-shared/contract/gate.ts';
import type { CheckpointRules } from '../../src-shared/contract/rules.ts';
import { SIGNAL_WORDS } from '../../src-shared/contract/words/evaluation.ts';
import {
  memoryVerdict,
  type AdapterInfo,
  type LibraryModel,
  type ModelCheck,
  type ModelFacts,
  type ModelTask,
  type Precision,
  type PrecisionWish,
  type Removal,
} from '../../src-shared/contract/models.ts';
import { counted, formatCount, formatDuration, formatMs, formatBytes } from '../ui/words.ts';

/** `2.9 M`, `7.1 B`. */
export function formatParameters(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} B`;
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : formatCount(count);
}

export const KIND_WORDS: Readonly<Record<LibraryModel['kind'], string>> = {
  demo: 'Comes with Fovea',
  folder: 'Your folder, used where it is',
  download: 'Downloaded by Fovea',
};

const FAMILIES: Readonly<Record<string, string>> = { llava: 'LLaVA', qwen2_5_vl: 'Qwen2.5-VL' };

export function familyWords(family: string): string {
  return FAMILIES[family] ?? family;
}

/** The second line of a model in the list. */
export function summaryWords(model: LibraryModel, task: ModelTask | null = null): string {
  if (task?.kind === 'download' && task.state === 'running') return 'Downloading';
  if (model.state === 'missing') return 'The folder is missing';
  if (model.state === 'unfinished') return 'Download not finished';
  if (model.rpnOnly) return `RPN only · ${formatBytes(model.bytesOnDisk)}`;
  if (model.tower) return `Vision tower · ${formatBytes(model.bytesOnDisk)}`;
  if (!model.facts) return model.adapter ? 'Adapter without its base' : 'Cannot be used';
  if (model.adapter)
    return `Adapter of ${familyWords(model.facts.family)} · ${formatBytes(model.bytesOnDisk)}`;
  return `${familyWords(model.facts.family)} · ${formatParameters(model.facts.parameters)} · ${formatBytes(model.bytesOnDisk)}`;
}

/** Whose rules find a region and place its crop, as pairs of words and values; SD-RPN's go without saying. */
export function rulesRows(rules: CheckpointRules | null): [string, string][] {
  if (rules?.name !== 'q-zoom') return [];
  const positions = { own: 'of a second picture', source: 'as in the source picture' };
  return [
    ['Region by', 'Q-Zoom’s rules'],
    ['Crop positions', positions[rules.cropPositions]],
  ];
}

/** What a preset's gate said of a sample, as pairs of words and values. */
export function gateRows(said: GateSaid | null): [string, string][] {
  if (!said) return [];
  const { by, need, threshold } = said;
  const numbers = `${Number(need.toPrecision(3))}, crop from ${Number(threshold.toPrecision(3))}`;
  return [['Gate', `${SIGNAL_WORDS[by].name} ${numbers}`]];
}

/** What a checkpoint is, as pairs of words and values. */
export function factRows({
  facts,
  rpnOnly,
  tower,
  adapter,
  bytesOnDisk,
}: Pick<LibraryModel, 'facts' | 'rpnOnly' | 'tower' | 'adapter' | 'bytesOnDisk'>): [string, string][] {
  const size: [string, string] = ['On disk', formatBytes(bytesOnDisk)];
  if (rpnOnly) return [['RPN', rpnWords(rpnOnly)], size];
  if (tower) {
    return [
      [
        'Vision tower',
        `${counted(tower.layers, 'layer')}, pictures of ${tower.imageSize} × ${tower.imageSize}`,
      ],
      size,
    ];
  }
  const adapted = adapter ? adapterRows(adapter) : [];
  if (!facts) return adapter ? [...adapted, size] : [];
  const {
    family,
    parameters,
    layers,
    heads,
    grid,
    rpn,
    gate,
    gateThreshold,
    rules,
    unknownKeys,
    notes = [],
    dtypes,
  } = facts;
  const stored = Object.entries(dtypes).map(([dtype, count]) => `${dtype} ${formatParameters(count)}`);
  return [
    ...adapted,
    ['Family', familyWords(family)],
    ['Parameters', formatParameters(parameters)],
    ['Decoder', `${counted(layers, 'layer')} × ${counted(heads, 'head')}`],
    ['Visual tokens', grid ? `${grid[0]} × ${grid[1]}` : 'as many as each picture needs'],
    ['RPN', rpn ? rpnWords(rpn) : 'none in this checkpoint'],
    ...rulesRows(rules),
    ...(gate ? [['Gate', checkpointGateWords(gateThreshold)] as [string, string]] : []),
    ...(unknownKeys ? [unknownWords(unknownKeys)] : []),
    ...(notes.length > 0 ? [['Elsewhere', `${notes.join('. ')}.`] as [string, string]] : []),
    ['Stored as', stored.join(', ')],
    size,
  ];
}

/** An adapter in the words it was trained with; what follows them is of base and adapter together. */
function adapterRows({
  base,
  baseDir,
  ranks,
  targets,
  layers,
  replaced,
  ownFiles,
}: AdapterInfo): [string, string][] {
  const whole = replaced === 0 ? '' : `; ${counted(replaced, 'tensor')} replaced`;
  return [
    [
      'Adapter',
      `LoRA of rank ${ranks.join(', ') || '–'} on ${counted(layers, 'layer')}: ${targets.join(', ')}${whole}`,
    ],
    ['Base', baseDir ?? (base === null ? 'not said' : `${base}, which is not on this machine`)],
    ...(ownFiles.length === 0
      ? []
      : [['Not used', `its own ${ownFiles.join(', ')}: the base’s are used`] as [string, string]]),
  ];
}

/** Settings that nobody here knows: whether the numbers obey them is for the person to find out. */
function unknownWords(keys: NonNullable<ModelFacts['unknownKeys']>): [string, string] {
  return ['Settings not known', keys.map(({ file, key, value }) => `${key} ${value} in ${file}`).join(', ')];
}

function rpnWords({ k, t }: { readonly k: number; readonly t: number }): string {
  return `reads layer K = ${k}, T = ${counted(t, 'layer')}`;
}

/** The weights a model can be run with: those of its files first, then the forms that exist of them. */
export function precisionChoices({ facts }: Pick<LibraryModel, 'facts'>): {
  readonly value: PrecisionWish;
  readonly words: string;
}[] {
  const packed = facts !== null && PACKED.some((dtype) => dtype in facts.dtypes);
  return [
    { value: 'as-stored', words: 'As stored' },
    ...(facts?.memory.int8
      ? [{ value: 'auto' as const, words: 'auto: the fastest on this machine, measured first' }]
      : []),
    ...(facts?.memory.int4
      ? [
          {
            value: 'int4' as const,
            words: packed
              ? 'int4: the same 4 bits, faster, with inputs rounded to 8 bits'
              : 'int4: smallest, for the CPU; writes a cache once',
          },
        ]
      : []),
    ...(facts?.memory.int8
      ? [
          {
            value: 'int8' as const,
            words: 'int8: for the CPU, same labels as stored; writes a cache once',
          },
        ]
      : []),
    ...(facts?.memory['int8-fast']
      ? [
          {
            value: 'int8-fast' as const,
            words: 'int8-fast: fastest on the CPU, labels close to those as stored; writes a cache once',
          },
        ]
      : []),
    ...(facts?.memory.fp16
      ? [
          {
            value: 'fp16' as const,
            words: 'fp16: half the size, for graphics cards; writes a cache once unless stored as fp16',
          },
        ]
      : []),
  ];
}

/** What `dtypes` calls layers that are packed in 4 bits. */
const PACKED = ['NF4', 'FP4', 'AWQ', 'GPTQ'];

/** The choices of whose RPN predicts: the model's own first, then those of the library, then any folder. */
export function rpnChoices(
  model: LibraryModel,
  all: readonly LibraryModel[],
): { readonly value: string; readonly words: string }[] {
  const own = model.facts?.rpn ? 'The model’s own' : 'None: labels from attention only';
  const others = all.filter(({ rpnOnly, state }) => rpnOnly && state === 'ready');
  return [
    { value: '', words: own },
    ...others.map(({ name, dir }) => ({ value: dir, words: name })),
    { value: OTHER_FOLDER, words: 'Another folder…' },
  ];
}

/**
 * The choices of what is laid over a model: nothing first, then the adapters of the library, those of this base before the
 * others, then any folder. None for a model that is an adapter itself.
 */
export function adapterChoices(
  model: LibraryModel,
  all: readonly LibraryModel[],
): { readonly value: string; readonly words: string }[] {
  if (model.adapter) return [];
  const adapters = all.filter(
    ({ adapter, dir, state }) => adapter && adapter.baseDir !== dir && state === 'ready',
  );
  const own = adapters.filter(({ adapter }) => adapter?.baseDir === model.dir);
  const others = adapters.filter((one) => !own.includes(one));
  return [
    { value: '', words: 'None' },
    ...own.map(({ name, dir }) => ({ value: dir, words: name })),
    ...others.map(({ name, dir }) => ({ value: dir, words: `${name} (of another base)` })),
    { value: OTHER_FOLDER, words: 'Another folder…' },
  ];
}

/** The choice that asks for a path. */
export const OTHER_FOLDER = 'other';

export interface MemoryWords {
  readonly verdict: ReturnType<typeof memoryVerdict>;
  /** What loading takes, what is free, and what follows. */
  readonly needs: string;
  readonly free: string;
  readonly advice: string;
}

const ADVICE = {
  fits: 'It fits.',
  tight: 'It runs, but may be slow: weights may be read from the disk again and again.',
  too_large: 'It does not fit as stored: use int4 weights, or close other programs.',
} as const;

export function memoryWords(memory: ModelFacts['memory'], availableBytes: number): MemoryWords {
  const verdict = memoryVerdict(memory, availableBytes);
  const int4 = memory.int4 ? ` At int4: ${weightWords(memory.int4)}.` : '';
  const fp16 = memory.fp16 ? ` At fp16: ${formatBytes(memory.fp16.deviceBytes)} on a graphics card.` : '';
  return {
    verdict,
    needs: `${weightWords(memory)}; ${formatBytes(1000 * memory.cacheBytesPerToken)} per 1,000 tokens.${int4}${fp16}`,
    free: `${formatBytes(availableBytes)} free`,
    advice: ADVICE[verdict],
  };
}

function weightWords({
  mappedBytes,
  copiedBytes,
}: Pick<ModelFacts['memory'], 'mappedBytes' | 'copiedBytes'>): string {
  const parts = [
    ...(mappedBytes > 0 ? [`${formatBytes(mappedBytes)} used from the file`] : []),
    ...(copiedBytes > 0 ? [`${formatBytes(copiedBytes)} copied`] : []),
  ];
  return parts.join(', ') || 'nothing';
}

/** The device that really ran, and how it was found right. */
export function checkWords({ device, selfCheck, oneAtATime, loadMs }: ModelCheck): string {
  const proof = selfCheck
    ? `; its numbers are within ${selfCheck.maxError.toExponential(1)} of the CPU’s (limit ${selfCheck.limit})`
    : '';
  const alone = oneAtATime === undefined ? '' : `; one sample at a time: ${oneAtATime}`;
  return `Runs on ${device}, loaded in ${formatMs(loadMs)}${proof}${alone}`;
}

/** What `auto` came to, and why. */
export function chosenWords({ precision, chosen }: Pick<ModelTask, 'precision' | 'chosen'>): string {
  return `For this machine: ${precision === 'as-stored' ? 'as stored' : precision}, because ${chosen}.`;
}

/** The latest check of each kind of weights but those as stored, that went well. */
export function otherChecks(
  model: string,
  tasks: readonly ModelTask[],
): { readonly precision: Precision; readonly check: ModelCheck }[] {
  return (['int4', 'int8', 'int8-fast', 'fp16'] as const).flatMap((precision) => {
    const last = tasks.find((task) => task.name === model && task.precision === precision && task.check);
    return last?.check ? [{ precision, check: last.check }] : [];
  });
}

const CHECK_STAGES = [
  ['files', 'Files, config and tensor shapes'],
  ['memory', 'Memory needed and free'],
  ['cache', 'Smaller weights, written once'],
  ['load', 'Loading, and checking the device against the CPU'],
] as const;

export interface StageRow {
  readonly words: string;
  readonly state: 'done' | 'now' | 'later' | 'failed';
}

/** The steps of a check with what has become of them. */
export function checkStages({
  stage,
  state,
  precision,
}: Pick<ModelTask, 'stage' | 'state' | 'precision'>): StageRow[] {
  const stages = CHECK_STAGES.filter(([id]) => id !== 'cache' || precision !== 'as-stored');
  const at = stages.findIndex(([id]) => id === stage);
  return stages.map(([, words], i) => {
    if (i < at || state === 'done') return { words, state: 'done' };
    if (i > at) return { words, state: 'later' };
    return { words, state: state === 'running' ? 'now' : 'failed' };
  });
}

/** How far int4, int8, int8-fast or fp16 weights are: `1.2 of 14.1 GB read · 80 MB/s · 2 min left`. */
export function quantiseWords({ doneBytes, totalBytes, rate, etaSeconds }: ModelTask): string {
  return [
    `${formatBytes(doneBytes)} of ${formatBytes(totalBytes ?? 0)} read`,
    ...paceWords(rate, etaSeconds),
  ].join(' · ');
}

function paceWords(rate: number | null, etaSeconds: number | null): string[] {
  return [
    ...(rate === null ? [] : [`${formatBytes(Math.round(rate))}/s`]),
    ...(etaSeconds === null ? [] : [`${formatDuration(etaSeconds)} left`]),
  ];
}

/** Where a download is: `1.2 of 14.1 GB · 8.1 MB/s · 26 min left`. */
export function downloadWords(task: ModelTask): string {
  const { stage, doneBytes, totalBytes, rate, etaSeconds, tower } = task;
  if (stage === 'list') return 'Listing the files';
  return [
    ...(tower ? [`Its vision tower ${tower}`] : []),
    totalBytes === null
      ? `Config and tokenizer, ${formatBytes(doneBytes)}`
      : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
    ...paceWords(rate, etaSeconds),
  ].join(' · ');
}

/** The two sentences of the question before a model is removed: what goes, and what stays. */
export function removalWords({ kind, dir, files, bytes, neededBy }: Removal): {
  readonly goes: string;
  readonly stays: string;
} {
  const cache = 'its caches (int4, int8, int8-fast, fp16, merged adapters), if Fovea wrote them';
  if (kind === 'folder') {
    return {
      goes: `Its entry in this list, and ${cache}.`,
      stays: `Your folder ${dir} and every file in it.`,
    };
  }
  const count = counted(files.length, 'file');
  return {
    goes: `Its entry in this list, ${count} (${formatBytes(bytes)}) that Fovea downloaded to ${dir}, and ${cache}.`,
    stays: `Projects, their predictions and your decisions. It can be downloaded again.${lacking(neededBy)}`,
  };
}

/** What cannot run any more. */
function lacking(names: readonly string[]): string {
  return names.length === 0 ? '' : ` Until then ${names.join(', ')} cannot run: they need it.`;
}

/** The task to show beside a model: the one that runs, else the latest that did not simply succeed. */
export function taskOf(model: LibraryModel, tasks: readonly ModelTask[]): ModelTask | null {
  const { source } = model;
  const repo = source && (source.revision === 'main' ? source.repo : `${source.repo}@${source.revision}`);
  const own = tasks.filter(({ kind, name }) => name === model.name || (kind === 'download' && name === repo));
  return own.find(({ state }) => state === 'running') ?? own[0] ?? null;
}
