/**
 * `npm run demo:table`: the demo model on its held-out scenes, asked by every method that it can be asked by (`tryMethod`): right
 * answers in each language, ROC-AUC of each map against the true cells, and how fast, against the model alone.
 *
 * Decisions: one box rule for all maps, the preset's; the true box is cropped as it is, a random or centre crop is as large as the
 * RPN's box. No box, or for the two maps that labels are made of a dropped sample, counts as the model alone. An answer is right when
 * it equals the truth after both went through the tokenizer. A cell is true when the true box covers a quarter of it, the recipe's rule from
 * before any measurement (else the cells it covers most); every cell of the grid counts, padding as a negative; a sample without a map scores 0.5.
 * Throughput: questions in the same processor time (the model computes on one thread) over the first 100 scenes, as many as the authors
 * take, against the model alone; reading the file left out, the picture encoded each time. Methods take turns, so that nobody is always first.
 *
 * --json prints one object · --limit N measures the first N scenes · progress goes to stderr
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import type { Subject } from '../../src-main/pipeline/subject/subject.ts';
import { tryMethod } from '../../src-main/pipeline/try-method.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { boxSchema } from '../../src-shared/contract/domain.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { rocAuc, truthCells } from '../../src-shared/kernels/measures/metrics.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SCENES = join(root, 'models/demo/scenes/heldout');

const LANGUAGES = { en: 'English', fr: 'French', zh: 'Chinese' } as const;
type Language = keyof typeof LANGUAGES;

const questionSchema = z.object({
  question_id: z.string(),
  image: z.string(),
  text: z.string(),
  answer: z.string(),
  language: z.enum(Object.keys(LANGUAGES) as [Language, ...Language[]]),
  boxes: z.array(boxSchema).min(1),
});
type Question = z.infer<typeof questionSchema>;

/** `sign_cells` of models/demo/recipe/scenes.py: a sign is about two by two cells, so half a cell would keep one or two. */
export const TRUE_CELL_SHARE = 0.25;

/** Scenes that throughput is told by. */
const TIMED = 100;

/** What people read for each method, in the table's order. `scaled` is not among them: the demo's encoder takes one size. */
const WAYS = {
  alone: 'model alone',
  raw: 'crop from raw attention',
  relative: 'crop from relative attention',
  denoised: 'crop from the denoised map',
  rpn: 'crop from the RPN',
  truth: 'crop of the true box',
  vicrop: 'ViCrop: relative attention, its window',
  s2: 'mean of two scales (S² untrained)',
  warp: 'warped by attention (AttWarp)',
  packed: 'regions of the RPN, packed',
  saliency: 'crop of what stands out',
  centre: 'crop of the middle',
  random: 'crop of any place',
} as const;
type Way = keyof typeof WAYS;
const ALL = Object.keys(WAYS) as Way[];

/** Whose maps are scored; ViCrop's is `relative`'s. */
const MAPS = ['raw', 'relative', 'denoised', 'rpn', 'saliency'] as const satisfies readonly Way[];
type MapName = (typeof MAPS)[number];

export interface DemoTable {
  readonly n: number;
  /** Share of right answers, 0 to 1. */
  readonly accuracy: Readonly<Record<Way, number>>;
  /** Mean over samples of the area under the ROC curve, 0 to 1. */
  readonly auc: Readonly<Record<MapName, number>>;
  /** Questions in the same time, against the model alone. */
  readonly throughput: Readonly<Record<Way, number>>;
  /** Questions of each language, and the share of right answers. */
  readonly languages: Readonly<
    Record<Language, { readonly n: number; readonly accuracy: Readonly<Record<Way, number>> }>
  >;
  /** Share of samples that got a crop. */
  readonly cropped: Readonly<Record<Way, number>>;
}

interface Scene {
  readonly language: Language;
  readonly right: Readonly<Record<Way, boolean>>;
  readonly auc: Readonly<Record<MapName, number>>;
  readonly cropped: Readonly<Record<Way, boolean>>;
  readonly ms: Readonly<Record<Way, number>>;
}

/** Measures `limit` scenes (all when null); `progress` hears how many are done. */
export async function measureTable(
  limit: number | null,
  progress: (done: number, total: number) => void,
): Promise<DemoTable> {
  const checkpoint = await openCheckpoint(join(root, 'models/demo/checkpoint'));
  const preset = presetSchema.parse(JSON.parse(readFileSync(join(root, 'models/presets/demo.json'), 'utf8')));
  const model = await loadModel(checkpoint, { device: 'cpu' });
  const questions = readFileSync(join(SCENES, 'questions.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => questionSchema.parse(JSON.parse(line)))
    .slice(0, limit ?? undefined);
  const scenes: Scene[] = [];
  for (const [i, question] of questions.entries()) {
    scenes.push(await measureScene({ model, checkpoint }, preset, question, i));
    progress(i + 1, questions.length);
  }
  await model.dispose();
  return tableOf(scenes);
}

function tableOf(scenes: readonly Scene[]): DemoTable {
  const right = (of: readonly Scene[]) => over(ALL, (way) => share(of, (scene) => scene.right[way]));
  const time = over(ALL, (way) => scenes.slice(0, TIMED).reduce((sum, { ms }) => sum + ms[way], 0));
  return {
    n: scenes.length,
    accuracy: right(scenes),
    auc: over(MAPS, (map) => scenes.reduce((sum, { auc }) => sum + auc[map], 0) / scenes.length),
    throughput: over(ALL, (way) => time.alone / time[way]),
    languages: over(Object.keys(LANGUAGES) as Language[], (language) => {
      const of = scenes.filter((scene) => scene.language === language);
      return { n: of.length, accuracy: right(of) };
    }),
    cropped: over(ALL, (way) => share(scenes, (scene) => scene.cropped[way])),
  };
}

function over<K extends string, T>(keys: readonly K[], value: (key: K) => T): Record<K, T> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, T>;
}

/** Divided once, so that 250 of 300 is 0.8333…; 0 of none. */
function share(scenes: readonly Scene[], holds: (scene: Scene) => boolean): number {
  return scenes.filter(holds).length / Math.max(1, scenes.length);
}

async function measureScene(
  subject: Subject,
  preset: Preset,
  { image, text, answer, language, boxes }: Question,
  turn: number,
): Promise<Scene> {
  const { tokenizer } = subject.checkpoint;
  const asked = { preset, imagePath: join(SCENES, image), question: text };
  const { dropped } = await analyseSample(subject, {
    ...asked,
    answerMode: 'self',
    answer: null,
    want: { questionMap: false, rpn: false, secondStage: false, allHeadsOf: [] },
  });
  const expected = tokenizer.decode(tokenizer.encode(answer));
  const right = over(ALL, () => false);
  const cropped = over(ALL, () => false);
  const ms = over(ALL, () => 0);
  const auc = over(MAPS, () => 0.5);
  const answers = over(ALL, () => '');
  const begun = processorMs();
  await decodeImage(asked.imagePath, preset.picture);
  const reading = processorMs() - begun;
  // Whoever is first finds nothing warm, and is another each time.
  for (const way of [...ALL.slice(turn % ALL.length), ...ALL.slice(0, turn % ALL.length)]) {
    const before = processorMs();
    const found = await tryMethod(subject, {
      ...asked,
      method: way,
      seed: turn,
      ...(way === 'truth' ? { boxes } : {}),
    });
    answers[way] = found.answer;
    cropped[way] = found.crops.length > 0;
    ms[way] = processorMs() - before - reading;
    if (!found.map || !isMap(way)) continue;
    const { grid, transform, bits } = found.map;
    auc[way] = rocAuc(decodeFloat16(bits), truthCells(boxes, grid, transform, TRUE_CELL_SHARE)) ?? 0.5;
  }
  if (dropped) {
    for (const way of ['raw', 'denoised'] as const) [answers[way], cropped[way]] = [answers.alone, false];
  }
  for (const way of ALL) right[way] = answers[way] === expected;
  return { language, right, auc, cropped, ms };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function isMap(way: Way): way is MapName {
  return (MAPS as readonly Way[]).includes(way);
}

/** The table people read, GitHub Markdown. */
function asMarkdown({ n, accuracy, auc, cropped, throughput, languages }: DemoTable): string {
  const percent = (part: number) => `${(100 * part).toFixed(1)}%`;
  const codes = Object.keys(LANGUAGES) as Language[];
  const row = (way: Way): string => {
    const cells = [
      WAYS[way],
      percent(accuracy[way]),
      ...codes.map((code) => percent(languages[code].accuracy[way])),
      cropped[way] > 0 ? percent(cropped[way]) : '–',
      isMap(way) ? auc[way].toFixed(3) : '–',
      throughput[way].toFixed(2),
    ];
    return `| ${cells.join(' | ')} |`;
  };
  const names = codes.map((code) => LANGUAGES[code]).join(' | ');
  return [
    `| ${n} held-out scenes | answers right | ${names} | with a crop | ROC-AUC | throughput |`,
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...ALL.map(row),
  ].join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, limit: { type: 'string' } } });
  const limit = values.limit === undefined ? null : z.coerce.number().int().positive().parse(values.limit);
  const table = await measureTable(limit, (done, total) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${total} scenes${done === total ? '\n' : ''}`);
    else if (done % 50 === 0 || done === total) process.stderr.write(`${done}/${total} scenes\n`);
  });
  const { n, accuracy, auc, throughput, languages } = table;
  const told = { n, accuracy, auc, throughput, languages };
  process.stdout.write(`${values.json ? JSON.stringify(told) : asMarkdown(table)}\n`);
}
