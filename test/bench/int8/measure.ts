/** One random checkpoint as stored and at int8 on the same samples: labels, next tokens, and how each layer bore it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyCheckpoint } from '../../../src-main/checkpoint/open.ts';
import { openFolders } from '../../../src-main/checkpoint/open.ts';
import type { MeasuredLayer, RowForm } from '../../../src-main/checkpoint/quantised/index.ts';
import { measuredOf } from '../../../src-main/checkpoint/quantised/index.ts';
import type { LabelOutcome } from '../../../src-main/engine/protocol.ts';
import { analyseSample } from '../../../src-main/pipeline/analyse.ts';
import { promptFor, promptParts } from '../../../src-main/pipeline/subject/prompted.ts';
import { encodeImageFile } from '../../../src-main/pipeline/subject/subject.ts';
import { Stopwatch } from '../../../src-main/pipeline/subject/stopwatch.ts';
import { loadModel } from '../../../src-main/runtime/index.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { labelLlava } from '../../../src-shared/kernels/labels/llava.ts';
import type { Labels } from '../../../src-shared/kernels/types.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { writeCheckpoint } from '../fullsize/checkpoint.ts';
import { writePicture } from '../oracle/checkpoint.ts';
import { overlap } from '../quality.ts';
import type { MarginBin } from './agreement.ts';
import { Agreement } from './agreement.ts';
import { addOutliers } from './outliers.ts';
import type { Random } from './shapes.ts';

export interface Int8Quality {
  readonly title: string;
  readonly precision: RowForm;
  readonly parameters: number;
  readonly samples: number;
  /** Mean label IoU, int8's against float32's: float32's answer fed to both, and each one's own. */
  readonly labelIou: { readonly given: number; readonly own: number };
  /** Share of cells that are foreground in float32's labels with the answer fed. */
  readonly foreground: number;
  /** Samples whose own answers are equal token by token, and those that keep or drop the label as float32 does; shares. */
  readonly answersEqual: number;
  readonly keptEqual: number;
  /** Mean relative error of the grounding map and of the RPN's map, |difference| ÷ |map|. */
  readonly mapError: { readonly grounding: number; readonly rpn: number };
  /** Of every row behind the picture. */
  readonly nextToken: readonly MarginBin[];
  readonly layers: Readonly<Record<string, MeasuredLayer>>;
}

const QUESTIONS = [
  'What is written on the sign?',
  'What colour is the tag on the left?',
  'How many bottles are there?',
  'Which animal is behind the door?',
];

/** More tokens than the text of an answer comes to. */
const MOST_FED = 512;

interface Sample {
  readonly image: string;
  readonly question: string;
}

/** What one precision made of one sample. */
interface Made {
  readonly own: LabelOutcome;
  readonly given: LabelOutcome;
  readonly logits: Float32Array;
}

export interface MeasureOptions {
  readonly samples: number;
  /** Tokens of an answer. */
  readonly tokens: number;
  readonly precisions: readonly RowForm[];
  readonly say: (line: string) => void;
}

/** @param dir an empty folder for checkpoint, cache and pictures */
export async function measureInt8(
  random: Random,
  dir: string,
  { samples: count, tokens, precisions, say }: MeasureOptions,
): Promise<Int8Quality[]> {
  say(`${random.title}: writing it …`);
  const modelDir = join(dir, 'model');
  const { parameters } = writeCheckpoint(modelDir, random.shape, random.seed);
  addOutliers(await openFolders({ dir: modelDir }), random.seed);
  const checkpoint = await openFolders({ dir: modelDir });
  const cacheFolder = join(dir, 'cache');
  const samples: Sample[] = [];
  for (let i = 0; i < count; i++)
    samples.push({
      image: await writePicture(dir, 100 * random.seed + Math.floor(i / QUESTIONS.length)),
      question: QUESTIONS[i % QUESTIONS.length] as string,
    });
  const { labels } = random.preset(tokens);
  const stored: Made[] = [];
  const run = (precision: 'as-stored' | RowForm, hear: (made: Made, i: number) => void) =>
    withModel(checkpoint, { precision, cacheFolder, preset: random.preset, tokens }, async (label) => {
      for (const [i, sample] of samples.entries()) {
        const fed = stored[i]?.own;
        hear(await label(sample, fed ?? null), i);
      }
      say(`${random.title}: ${precision} done`);
    });
  await run('as-stored', (made) => stored.push(made));
  const qualityAt = async (precision: RowForm): Promise<Int8Quality> => {
    const agreement = new Agreement();
    const sums = { foreground: 0, given: 0, own: 0, answers: 0, kept: 0, grounding: 0, rpn: 0 };
    await run(precision, (made, i) => {
      const exact = stored[i] as Made;
      const found = labelsOf(exact.given, labels);
      sums.foreground += found.filter((label) => label === 1).length / found.length;
      sums.own += overlap(labelsOf(exact.own, labels), labelsOf(made.own, labels));
      sums.given += overlap(labelsOf(exact.given, labels), labelsOf(made.given, labels));
      sums.answers += Number(exact.own.answerTokens.join() === made.own.answerTokens.join());
      sums.kept += Number(exact.given.dropped?.rule === made.given.dropped?.rule);
      sums.grounding += mapError(exact.given, made.given, 'grounding');
      sums.rpn += mapError(exact.given, made.given, 'rpn');
      agreement.add(exact.logits, made.logits, checkpoint.config.text.vocabSize);
    });
    const measured = await measuredOf(checkpoint, cacheFolder);
    if (!measured) throw new Error(`nothing was measured beside ${readdirSync(cacheFolder).join()}`);
    return {
      title: random.title,
      precision,
      parameters,
      samples: count,
      labelIou: { given: sums.given / count, own: sums.own / count },
      foreground: sums.foreground / count,
      answersEqual: sums.answers / count,
      keptEqual: sums.kept / count,
      mapError: { grounding: sums.grounding / count, rpn: sums.rpn / count },
      nextToken: agreement.bins,
      layers: Object.fromEntries(measured.layers),
    };
  };
  const all: Int8Quality[] = [];
  for (const precision of precisions) all.push(await qualityAt(precision));
  return all;
}

type Label = (sample: Sample, fed: LabelOutcome | null) => Promise<Made>;

async function withModel(
  checkpoint: AnyCheckpoint,
  {
    preset,
    tokens,
    ...options
  }: {
    readonly precision: 'as-stored' | RowForm;
    readonly cacheFolder: string;
    readonly preset: Random['preset'];
    readonly tokens: number;
  },
  work: (label: Label) => Promise<void>,
): Promise<void> {
  const model = await loadModel(checkpoint, { device: 'cpu', ...options });
  const subject = { model, checkpoint };
  try {
    await work(async ({ image, question }, fed) => {
      const want = { questionMap: false, rpn: true, secondStage: false, allHeadsOf: [] };
      const asked = { imagePath: image, question, want };
      const own = await analyseSample(subject, {
        ...asked,
        preset: preset(tokens),
        answerMode: 'self',
        answer: null,
      });
      const said = fed ?? own;
      // Text of random words comes to other tokens, and more, when it is fed.
      const whole = { ...asked, preset: preset(MOST_FED) };
      const given = await analyseSample(subject, { ...whole, answerMode: 'teacher', answer: said.answer });
      const watch = new Stopwatch();
      const encoded = await encodeImageFile(subject, image, watch);
      const prompt = promptFor(subject, question, encoded.placement.grid);
      const cache = model.newCache();
      try {
        const parts = [...promptParts(prompt, encoded.features), { tokens: said.answerTokens }];
        const { logits } = await model.forward(cache, { parts, logits: 'all' });
        if (!logits) throw new Error('there are no logits');
        const behind = logits.slice(prompt.visual[1] * checkpoint.config.text.vocabSize);
        return { own, given, logits: behind };
      } finally {
        cache.dispose();
      }
    });
  } finally {
    await model.dispose();
  }
}

/** Foreground and background by LLaVA's rule, but that no label is dropped for its area: a random map is large all over. */
export function labelsOf(
  { maps: { grounding, sink }, grid, labels }: LabelOutcome,
  { sinkThresh, binaryCoff, bgCoff }: Pick<Preset['labels'], 'sinkThresh' | 'binaryCoff' | 'bgCoff'>,
): Labels {
  if (!grounding) return labels;
  const [map, loud] = [grounding, sink].map((one) => one && decodeFloat16(one.bits));
  const params = { sinkThresh, binaryCoff, bgCoff, maxRatioLimit: Infinity };
  return map ? labelLlava(map, loud ?? null, grid, params).labels : labels;
}

/** 0 where neither has the map. */
function mapError(exact: LabelOutcome, other: LabelOutcome, which: 'grounding' | 'rpn'): number {
  const [a, b] = [exact.maps[which], other.maps[which]].map((map) => map && decodeFloat16(map.bits));
  if (!a || !b) return a || b ? Infinity : 0;
  return Math.hypot(...a.map((value, i) => value - (b[i] as number))) / Math.hypot(...a);
}
