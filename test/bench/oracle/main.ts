/**
 * `npm run bench:oracle`: Fovea against the original (transformers, eager attention, every attention put out) on one
 * random mid-size LLaVA, same machine, same threads, same answers, in turn. `--json` prints one object on stdout;
 * without it a table. Needs Linux, and Python with transformers (`--python PATH`, or a virtual environment is made).
 * Never part of the tests.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { maxDifference } from '../../support/numbers.ts';
import { median } from '../taps.ts';
import { writeCheckpoint, writePicture } from './checkpoint.ts';
import type { Labelled, Labeller, Sample } from './labellers.ts';
import { openFovea, openOriginal } from './labellers.ts';
import { processorSeconds, watchMemory } from './memory.ts';
import { pythonWithTransformers } from './python.ts';

const QUESTIONS = 8;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    python: { type: 'string' },
    lengths: { type: 'string', default: '1,16,64' },
    /** Pictures with one question each, per cell. */
    rounds: { type: 'string', default: '3' },
    /** Of the eight questions, how many the original answers: it shares nothing between them. */
    original: { type: 'string', default: '3' },
    /** Samples that Fovea has in flight; the original has one. */
    'in-flight': { type: 'string', default: '1,8' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const whole = z.coerce.number().int().min(1);
const lengths = values.lengths.split(',').map((length) => whole.parse(length));
const rounds = whole.parse(values.rounds);
const originalQuestions = whole.max(QUESTIONS).parse(values.original);
const threads = whole.parse(values.threads);
const widths = values['in-flight'].split(',').map((width) => whole.max(MOST.inFlight).parse(width));
const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Cell {
  readonly mode: Sample['mode'];
  readonly questions: number;
  readonly tokens: number;
  /** Samples that Fovea had in flight. */
  readonly inFlight: number;
  /** Samples per second. */
  readonly fovea: number;
  readonly original: number;
  readonly speed: number;
  /** As `speed`, in processor time: what else runs on the machine weighs less. */
  readonly processor: number;
  readonly foveaPeakMB: number;
  readonly originalPeakMB: number;
  readonly memory: number;
  /** Largest difference of the grounding maps ÷ largest value; null where the answer gives no rows. */
  readonly mapError: number | null;
  readonly sameAnswers: boolean;
}

interface Side {
  readonly labeller: Labeller;
  /** Of each sample: on the clock, and of processor time. */
  readonly seconds: number[];
  readonly processor: number[];
}

const python = pythonWithTransformers(values.python, say);
const dir = mkdtempSync(join(tmpdir(), 'fovea-bench-oracle-'));
const open: Labeller[] = [];
try {
  say('writing a random checkpoint …');
  const parameters = writeCheckpoint(dir);
  say('loading it twice …');
  const fovea = await openFovea(dir, threads);
  open.push(fovea);
  const original = await openOriginal(python, dir, threads);
  open.push(original);
  let pictures = 0;
  const picture = (): Promise<string> => writePicture(dir, ++pictures);
  const warm: Sample = { image: await picture(), question: question(0), length: 2, mode: 'self' };
  for (const labeller of open) {
    await labeller.label(warm);
    await labeller.label({ ...warm, mode: 'teacher' });
  }
  const cells: Cell[] = [];
  for (const tokens of lengths) {
    for (const mode of ['self', 'teacher'] as const) {
      for (const questions of [1, QUESTIONS]) {
        for (const inFlight of widths) {
          cells.push(await measure(fovea, original, { mode, tokens, questions, inFlight }, picture));
          say(describe(cells.at(-1) as Cell));
        }
      }
    }
  }
  const result = { parameters, threads, rounds, cells };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${Math.round(parameters / 1e6)} M parameters\n${table(cells)}\n`);
} finally {
  await Promise.allSettled(open.map((labeller) => labeller.close()));
  rmSync(dir, { recursive: true, force: true });
}

function question(i: number): string {
  return `What is the code on the red tag in row ${i + 1}?`;
}

/**
 * One question: each round a new picture, or as many as are in flight. Eight: one picture, every question of Fovea's, the
 * first few of the original's.
 */
async function measure(
  fovea: Labeller,
  original: Labeller,
  { mode, tokens, questions, inFlight }: Pick<Cell, 'mode' | 'tokens' | 'questions' | 'inFlight'>,
  picture: () => Promise<string>,
): Promise<Cell> {
  const sides = [fovea, original].map((labeller): Side => ({ labeller, seconds: [], processor: [] }));
  const [ours, theirs] = sides as [Side, Side];
  let [mapError, same]: [number | null, boolean] = [null, true];
  const compare = (a: Labelled, b: Labelled): void => {
    same &&= a.tokens.length === tokens && a.tokens.join() === b.tokens.join();
    if (!a.map || !b.map) return;
    mapError = Math.max(mapError ?? 0, maxDifference(a.map, b.map) / Math.max(...Array.from(b.map)));
  };
  const [peakOfOurs, peakOfTheirs] = [watchMemory(fovea.pid), watchMemory(original.pid)];
  const shared = questions > 1;
  const samples: Sample[] = [];
  let image = await picture();
  for (let i = 0; i < (shared ? questions : rounds * inFlight); i++) {
    if (!shared && i > 0) image = await picture();
    samples.push({ image, question: question(shared ? i : 0), length: tokens, mode });
  }
  for (let at = 0; at < samples.length; at += inFlight) {
    const batch = samples.slice(at, at + inFlight);
    const labelled = await timed(ours, batch);
    for (const [i, sample] of batch.entries()) {
      if (at + i >= (shared ? originalQuestions : rounds)) break;
      const [theirOwn] = await timed(theirs, [sample]);
      compare(labelled[i] as Labelled, theirOwn as Labelled);
    }
  }
  const peaks = [peakOfOurs(), peakOfTheirs()] as const;
  // Sharing makes the first of eight dearer than the others, so they count together.
  const perSample = shared ? mean(ours.seconds) : median(ours.seconds);
  const theirsPerSample = median(theirs.seconds);
  return {
    mode,
    questions,
    tokens,
    inFlight,
    fovea: 1 / perSample,
    original: 1 / theirsPerSample,
    speed: theirsPerSample / perSample,
    processor: median(theirs.processor) / (shared ? mean(ours.processor) : median(ours.processor)),
    foveaPeakMB: peaks[0] / 1e6,
    originalPeakMB: peaks[1] / 1e6,
    memory: peaks[0] / peaks[1],
    mapError,
    sameAnswers: same,
  };
}

/** Samples asked at once, each counted as its part of all. */
async function timed(
  { labeller, seconds, processor }: Side,
  samples: readonly Sample[],
): Promise<Labelled[]> {
  const before = processorSeconds(labeller.pid);
  const start = performance.now();
  const labelled = await Promise.all(samples.map((sample) => labeller.label(sample, samples.length > 1)));
  for (const _ of samples) {
    seconds.push((performance.now() - start) / 1000 / samples.length);
    processor.push((processorSeconds(labeller.pid) - before) / samples.length);
  }
  return labelled;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}

function describe(cell: Cell): string {
  const error = cell.mapError === null ? 'no rows' : cell.mapError.toExponential(0);
  return [
    cell.mode.padEnd(8),
    String(cell.tokens).padStart(6),
    String(cell.questions).padStart(10),
    String(cell.inFlight).padStart(10),
    (1 / cell.fovea).toFixed(2).padStart(9),
    (1 / cell.original).toFixed(2).padStart(9),
    `${cell.speed.toFixed(2)}×`.padStart(8),
    `${cell.processor.toFixed(2)}×`.padStart(11),
    `${(cell.foveaPeakMB / 1000).toFixed(2)} / ${(cell.originalPeakMB / 1000).toFixed(2)}`.padStart(14),
    `${cell.memory.toFixed(2)}×`.padStart(8),
    (cell.sameAnswers ? 'same' : 'DIFFER').padStart(8),
    error.padStart(9),
  ].join('');
}

function table(cells: readonly Cell[]): string {
  const head =
    'mode    tokens questions in flight  Fovea s theirs s   speed  processor  peak GB F/th  memory answers map error';
  return [head, ...cells.map(describe)].join('\n');
}
