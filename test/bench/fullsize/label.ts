/**
 * Labels a few samples with a quantised checkpoint in an engine process, as `fovea label --precision …` does, and says what
 * it took, one by one and eight in flight. A random RPN has nothing to find, so the box threshold is set, for each question, where its own
 * map yields a crop; layers, heads and every other number are the published preset's.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EngineClient } from '../../../src-main/engine/client.ts';
import type { LabelOutcome, LabelRequest } from '../../../src-main/engine/protocol.ts';
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { roiByRule } from '../../../src-shared/kernels/roi/rule.ts';
import { processorSeconds } from '../oracle/memory.ts';
import { watchMemory } from './memory.ts';
import type { Memory } from './memory.ts';

export interface SampleReport {
  readonly what: string;
  readonly seconds: number;
  /** Seconds of processor time, all threads: what a machine does not share with others. */
  readonly processorSeconds: number;
  readonly answerTokens: number;
  /** Null: no crop was made, or none was asked for. */
  readonly crop: readonly number[] | null;
  readonly dropped: string | null;
  /** Samples that were in flight together; the seconds are of all of them. */
  readonly inFlight: number;
  /** Milliseconds by stage. */
  readonly timings: Readonly<Record<string, number>>;
}

export interface LabelReport {
  readonly loadSeconds: number;
  readonly afterLoad: Memory;
  readonly samples: readonly SampleReport[];
  /** One sample at a time. */
  readonly memory: Memory;
  /** The last entry of `samples`: keys and values of eight; labelling gives them half of what is free (engine/room.ts). */
  readonly memoryEightAtOnce: Memory;
}

export interface LabelJob {
  readonly dir: string;
  readonly preset: string;
  readonly pictures: readonly [first: string, second: string];
  /** Tokens of the model's own answers. */
  readonly ownTokens: number;
  readonly precision: 'int4' | 'int8' | 'int8-fast';
}

/** A dozen tokens or more with the small tokenizers. */
const GIVEN = 'a red tag on the left';
const QUESTIONS = ['What is written on the tag?', 'What colour is the tag on the left?'] as const;

function presetOf(id: string): Preset {
  const path = fileURLToPath(new URL(`../../../models/presets/${id}.json`, import.meta.url));
  return presetSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** The preset with a box threshold at which this RPN map yields a crop of a part of the picture. */
function withCrop(preset: Preset, { maps }: LabelOutcome): Preset {
  if (!maps.rpn) return preset;
  const { grid, bits } = maps.rpn;
  const logits = decodeFloat16(bits);
  const sorted = [...logits].sort((a, b) => a - b);
  for (const share of [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5]) {
    const logit = sorted[Math.floor(share * sorted.length)] as number;
    const roi = { ...preset.roi, threshold: 1 / (1 + Math.exp(-logit)) };
    if (roiByRule(logits, 'rpn', grid, roi).boxes.length > 0) return { ...preset, roi };
  }
  return preset;
}

/** Questions asked at once, half of them about either picture: as many as labelling has in flight. */
const AT_ONCE = Array.from({ length: 8 }, (_, n) => `What is written on tag ${n + 1}?`);

/** Loads the model and labels; quantises first when there is no cache in `FOVEA_HOME`. */
export async function labelSamples(job: LabelJob, say: (line: string) => void): Promise<LabelReport> {
  const engine = new EngineClient();
  const model = { dir: job.dir, device: 'cpu' as const, precision: job.precision };
  try {
    const start = performance.now();
    // The process is there once it answers; until then nothing is loaded.
    const loading = engine.modelInfo(model);
    const pid = engine.pid as number;
    const stop = watchMemory(pid);
    await loading;
    const loadSeconds = (performance.now() - start) / 1000;
    const afterLoad = stop();
    say(`  loaded in ${loadSeconds.toFixed(1)} s, ${(afterLoad.peakBytes / 1e6).toFixed(0)} MB at most`);
    const stopSingle = watchMemory(pid);
    const published = presetOf(job.preset);
    const own = { ...published, maxNewTokens: job.ownTokens };
    const samples: SampleReport[] = [];
    const label = async (
      what: string,
      preset: Preset,
      [picture, question]: readonly [picture: number, question: number],
      answerMode: LabelRequest['answerMode'],
      secondStage: boolean,
    ): Promise<LabelOutcome> => {
      const before = processorSeconds(pid);
      const began = performance.now();
      const outcome = await engine.label({
        model,
        preset,
        imagePath: job.pictures[picture] as string,
        question: QUESTIONS[question] as string,
        answerMode,
        answer: answerMode === 'teacher' ? GIVEN : null,
        want: { questionMap: false, rpn: true, secondStage, allHeadsOf: [] },
      });
      const report: SampleReport = {
        what,
        seconds: (performance.now() - began) / 1000,
        processorSeconds: processorSeconds(pid) - before,
        answerTokens: outcome.answerTokens.length,
        inFlight: 1,
        crop: outcome.secondStage?.crop ?? null,
        dropped: outcome.dropped?.rule ?? null,
        timings: Object.fromEntries(
          Object.entries(outcome.timings).map(([stage, ms]) => [stage, Math.round(ms)]),
        ),
      };
      samples.push(report);
      say(
        `  ${what}: ${report.seconds.toFixed(1)} s, ${report.processorSeconds.toFixed(1)} s of processor time`,
      );
      return outcome;
    };
    // Each on a picture that was not the last one, but for the question that is there to share it.
    const one = await label('given answer, no second stage', published, [0, 0], 'teacher', false);
    const two = await label('given answer, no second stage', published, [1, 0], 'teacher', false);
    const three = await label('same picture, another question', published, [1, 1], 'teacher', false);
    await label('own answer, no second stage', own, [0, 1], 'self', false);
    await label('own answer, all stages', withCrop(own, one), [0, 0], 'self', true);
    await label('given answer, all stages', withCrop(published, two), [1, 0], 'teacher', true);
    await label(
      'same picture, another question, all stages',
      withCrop(published, three),
      [1, 1],
      'teacher',
      true,
    );
    const memory = stopSingle();
    const stopEight = watchMemory(pid);
    samples.push(await eightAtOnce(engine, job, own));
    say(`  own answers, eight at once: ${samples.at(-1)?.seconds.toFixed(1)} s`);
    return { loadSeconds, afterLoad, samples, memory, memoryEightAtOnce: stopEight() };
  } finally {
    await engine.dispose();
  }
}

/** Own answers without a second stage, all asked at once. */
async function eightAtOnce(engine: EngineClient, job: LabelJob, preset: Preset): Promise<SampleReport> {
  const { dir, precision, pictures } = job;
  const before = processorSeconds(engine.pid as number);
  const began = performance.now();
  const outcomes = await Promise.all(
    AT_ONCE.map((question, n) =>
      engine.label({
        model: { dir, device: 'cpu', precision },
        preset,
        imagePath: pictures[n % 2] as string,
        question,
        answerMode: 'self',
        answer: null,
        want: { questionMap: false, rpn: true, secondStage: false, allHeadsOf: [] },
        together: true,
      }),
    ),
  );
  return {
    what: 'own answer, no second stage, eight at once',
    seconds: (performance.now() - began) / 1000,
    processorSeconds: processorSeconds(engine.pid as number) - before,
    answerTokens: outcomes.reduce((sum, { answerTokens }) => sum + answerTokens.length, 0),
    inFlight: AT_ONCE.length,
    crop: null,
    dropped: null,
    timings: {},
  };
}
