/**
 * What the taps cost: a labelling pass (self-generated answer, the preset's rows recorded, reduced, quantised and
 * labelled) against plain generation of the same answers. Both run on the same pictures in turn, so that whatever else
 * the machine does falls on both alike; each question counts with its best round, because whatever else runs only adds.
 * Labels per second are of the median round. Also the
 * teacher-forced pass, the method's speed lever.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { generateAnswer } from '../../src-main/pipeline/passes/first-stage.ts';
import { planTaps } from '../../src-main/pipeline/passes/plan.ts';
import { promptFor } from '../../src-main/pipeline/subject/prompted.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import type { Subject } from '../../src-main/pipeline/subject/subject.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const SCENES = join(root, 'models/demo/scenes/project');

export interface BenchQuestion {
  readonly imagePath: string;
  readonly text: string;
}

export interface BenchSubject {
  readonly subject: Subject;
  readonly preset: Preset;
  readonly questions: readonly BenchQuestion[];
  readonly dispose: () => Promise<void>;
}

/** The demo model on the CPU and the first `count` questions of its project. */
export async function openBench(count: number): Promise<BenchSubject> {
  const checkpoint = await openCheckpoint(join(root, 'models/demo/checkpoint'));
  const model = await loadModel(checkpoint, { device: 'cpu' });
  const questions = readFileSync(join(SCENES, 'questions.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, count)
    .map((line) => JSON.parse(line) as { image: string; text: string })
    .map(({ image, text }) => ({ imagePath: join(SCENES, image), text }));
  const preset = presetSchema.parse(JSON.parse(readFileSync(join(root, 'models/presets/demo.json'), 'utf8')));
  return { subject: { model, checkpoint }, preset, questions, dispose: () => model.dispose() };
}

export interface TapsMeasure {
  /** Labelling ÷ plain generation. */
  readonly tapsRatio: number;
  /** Self-generated labelling ÷ teacher-forced labelling of the same answers. */
  readonly teacherForcedSpeedup: number;
  readonly labelsPerSecond: number;
}

/** Rounds of plain generation, labelling and teacher-forced labelling in turn; the first round only warms up. */
export async function measureTaps(bench: BenchSubject, rounds: number): Promise<TapsMeasure> {
  const { subject, preset, questions } = bench;
  const answers: string[] = [];
  const plain = async ({ imagePath, text }: BenchQuestion, i: number): Promise<void> => {
    const watch = new Stopwatch();
    const encoded = await encodeImageFile(subject, imagePath, watch);
    const request = {
      plan: planTaps(subject.model.profile, preset, []),
      maxNewTokens: preset.maxNewTokens,
      hiddenOf: null,
      promptRows: 'none' as const,
      answerRows: false,
    };
    const cache = subject.model.newCache();
    answers[i] = (
      await generateAnswer(
        subject,
        encoded,
        promptFor(subject, text),
        { cache, hidden: null },
        request,
        watch,
      )
    ).answer;
    cache.dispose();
  };
  const labelling =
    (answerMode: 'self' | 'teacher') =>
    async ({ imagePath, text }: BenchQuestion, i: number) => {
      const request: Omit<LabelRequest, 'model'> = {
        preset,
        imagePath,
        question: text,
        answerMode,
        answer: answerMode === 'teacher' ? answers[i] : null,
        want: { questionMap: false, rpn: false, secondStage: false, allHeadsOf: [] },
      };
      await analyseSample(subject, request);
    };
  const works = [plain, labelling('self'), labelling('teacher')];
  const times = works.map(() => questions.map((): number[] => []));
  for (let round = -1; round < rounds; round++) {
    // Question by question, so that the three meet the same conditions.
    for (const [i, question] of questions.entries()) {
      for (const [w, work] of works.entries()) {
        const start = performance.now();
        await work(question, i);
        if (round >= 0) times[w][i].push(performance.now() - start);
      }
    }
  }
  const total = (work: number, pick: (rounds: readonly number[]) => number) =>
    times[work].reduce((sum, ofQuestion) => sum + pick(ofQuestion), 0);
  const best = (ofQuestion: readonly number[]) => Math.min(...ofQuestion);
  return {
    tapsRatio: total(1, best) / total(0, best),
    teacherForcedSpeedup: total(1, best) / total(2, best),
    labelsPerSecond: (1000 * questions.length) / total(1, median),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}
