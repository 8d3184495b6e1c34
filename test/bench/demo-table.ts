/**
 * `npm run demo:table`: the demo model on its held-out scenes. Answer accuracy of the model alone and with the crop
 * from the raw map, g′, the RPN and the true box; ROC-AUC of each map against the true cells.
 *
 * Decisions: one box rule for all maps, the preset's (`pipeline/labels/roi.ts`); the true box is cropped as it is. No box, or
 * for the two attention maps a dropped sample, counts as the model alone. An answer is right when it equals the truth
 * after both went through the tokenizer. A cell is true when the true box covers a quarter of it, the recipe's rule from
 * before any measurement (else the cells it covers most); every cell of the grid counts, padding as a negative; a sample without a map scores 0.5.
 *
 * --json prints one object · --limit N measures the first N scenes · progress goes to stderr
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { promptFor } from '../../src-main/pipeline/subject/prompted.ts';
import { roiOf } from '../../src-main/pipeline/labels/roi.ts';
import type { Crop } from '../../src-main/pipeline/labels/roi.ts';
import { answerWithCrops } from '../../src-main/pipeline/passes/second-stage.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import type { Subject } from '../../src-main/pipeline/subject/subject.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { boxSchema } from '../../src-shared/contract/domain.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { rocAuc, truthCells } from '../../src-shared/kernels/measures/metrics.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SCENES = join(root, 'models/demo/scenes/heldout');

const questionSchema = z.object({
  question_id: z.string(),
  image: z.string(),
  text: z.string(),
  answer: z.string(),
  boxes: z.array(boxSchema).min(1),
});
type Question = z.infer<typeof questionSchema>;

/** `sign_cells` of models/demo/recipe/scenes.py: a sign is about two by two cells, so half a cell would keep one or two. */
export const TRUE_CELL_SHARE = 0.25;

const MAPS = ['raw', 'denoised', 'rpn'] as const;
type MapName = (typeof MAPS)[number];
type Way = 'alone' | MapName | 'truth';

export interface DemoTable {
  readonly n: number;
  /** Share of right answers, 0 to 1. */
  readonly accuracy: Readonly<Record<Way, number>>;
  /** Mean over samples of the area under the ROC curve, 0 to 1. */
  readonly auc: Readonly<Record<MapName, number>>;
  /** Share of samples that got a crop. */
  readonly cropped: Readonly<Record<MapName, number>>;
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
  const n = questions.length;
  const right: Record<Way, number> = { alone: 0, raw: 0, denoised: 0, rpn: 0, truth: 0 };
  const auc: Record<MapName, number> = { raw: 0, denoised: 0, rpn: 0 };
  const cropped: Record<MapName, number> = { raw: 0, denoised: 0, rpn: 0 };
  for (const [i, question] of questions.entries()) {
    const result = await measureScene({ model, checkpoint }, preset, question);
    for (const way of Object.keys(right) as Way[]) right[way] += Number(result.right[way]);
    for (const map of MAPS) {
      auc[map] += result.auc[map];
      cropped[map] += Number(result.cropped[map]);
    }
    progress(i + 1, n);
  }
  await model.dispose();
  return { n, accuracy: overAll(right, n), auc: overAll(auc, n), cropped: overAll(cropped, n) };
}

/** Sums as means: divided once, so that 250 of 300 is 0.8333… and not a sum of 250 rounded thirds. */
function overAll<K extends string>(sums: Record<K, number>, n: number): Record<K, number> {
  return Object.fromEntries(Object.entries<number>(sums).map(([key, sum]) => [key, sum / n])) as Record<
    K,
    number
  >;
}

async function measureScene(subject: Subject, preset: Preset, question: Question) {
  const { tokenizer } = subject.checkpoint;
  const watch = new Stopwatch();
  const encoded = await encodeImageFile(subject, join(SCENES, question.image), watch);
  const request: Omit<LabelRequest, 'model'> = {
    preset,
    imagePath: '',
    question: question.text,
    answerMode: 'self',
    answer: null,
    want: { questionMap: false, rpn: true, secondStage: false, allHeadsOf: [] },
  };
  const alone = await analyseSample(subject, request, { encoded });
  const { placement } = encoded;
  const cells = truthCells(question.boxes, alone.grid, alone.transform, TRUE_CELL_SHARE);
  const expected = tokenizer.decode(tokenizer.encode(question.answer));

  const prompt = promptFor(subject, question.text);
  const cache = subject.model.newCache();
  const answers = new Map<string, string>();
  const answerWith = async (crops: readonly Crop[]): Promise<string> => {
    if (crops.length === 0) return alone.answer;
    const key = JSON.stringify(crops.map(({ box, keep }) => [box, keep && [...keep]]));
    const known = answers.get(key);
    if (known !== undefined) return known;
    const second = await answerWithCrops(subject, encoded, prompt, crops, cache, preset, watch);
    answers.set(key, second.answer);
    return second.answer;
  };

  const right: Record<Way, boolean> = {
    alone: alone.answer === expected,
    truth: (await answerWith(question.boxes.map((box) => ({ box, keep: null })))) === expected,
    raw: false,
    denoised: false,
    rpn: false,
  };
  const auc: Record<MapName, number> = { raw: 0.5, denoised: 0.5, rpn: 0.5 };
  const cropped: Record<MapName, boolean> = { raw: false, denoised: false, rpn: false };
  const bits = { raw: alone.maps.grounding, denoised: alone.maps.denoised, rpn: alone.maps.rpn };
  for (const name of MAPS) {
    const map = bits[name] && decodeFloat16(bits[name].bits);
    if (map) auc[name] = rocAuc(map, cells) ?? 0.5;
    const usable = map !== null && (name === 'rpn' || alone.dropped === null);
    const { crops } = usable
      ? roiOf(map, name === 'rpn' ? 'rpn' : 'attention', placement, preset.roi)
      : { crops: [] };
    cropped[name] = crops.length > 0;
    right[name] = (await answerWith(crops)) === expected;
  }
  cache.dispose();
  return { right, auc, cropped };
}

/** The table people read, GitHub Markdown. */
function asMarkdown({ n, accuracy, auc, cropped }: DemoTable): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const row = (name: string, way: Way, map: MapName | null) =>
    `| ${name} | ${percent(accuracy[way])} | ${map ? percent(cropped[map]) : '–'} | ${map ? auc[map].toFixed(3) : '–'} |`;
  return [
    `| ${n} held-out scenes | answers right | with a crop | ROC-AUC |`,
    '|---|---|---|---|',
    row('model alone', 'alone', null),
    row('crop from raw attention', 'raw', 'raw'),
    row('crop from the denoised map', 'denoised', 'denoised'),
    row('crop from the RPN', 'rpn', 'rpn'),
    row('crop of the true box', 'truth', null),
  ].join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, limit: { type: 'string' } } });
  const limit = values.limit === undefined ? null : z.coerce.number().int().positive().parse(values.limit);
  const table = await measureTable(limit, (done, total) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${total} scenes${done === total ? '\n' : ''}`);
    else if (done % 50 === 0 || done === total) process.stderr.write(`${done}/${total} scenes\n`);
  });
  const { n, accuracy, auc } = table;
  process.stdout.write(`${values.json ? JSON.stringify({ n, accuracy, auc }) : asMarkdown(table)}\n`);
}
