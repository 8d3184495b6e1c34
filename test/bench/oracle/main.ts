/**
 * `npm run bench:oracle`: Fovea against the original (transformers, eager attention, every attention put out) on one
 * random mid-size LLaVA, same machine, same threads, same pictures and questions, in turn. `--json` prints one object on
 * stdout; without it a table. Needs Linux, and Python with transformers (`--python PATH`, or a virtual environment is
 * made). Never part of the tests.
 *
 * `--precision as-stored,int8`: Fovea's weights · `--reference fp32,bf16`: what the original computes in · `--in-flight
 * 1,8`: samples that Fovea is asked at once. A cell is one of each.
 *
 * What the processor has cannot be masked: ONNX Runtime's kernels look for it themselves, and no option or environment
 * variable of theirs is documented that would keep them from it. What was there is said.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Precision } from '../../../src-shared/contract/models.ts';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { precisionSchema } from '../../../src-shared/contract/models.ts';
import { int8Units, UNIT_WORDS } from '../../../src-main/runtime/precision/processor.ts';
import type { Cell } from './cells.ts';
import { cellOf, describe, table } from './cells.ts';
import { writeCheckpoint, writePicture } from './checkpoint.ts';
import type { Labeller, Reference, Sample } from './labellers.ts';
import { openFovea, openOriginal, REFERENCES } from './labellers.ts';
import type { Ran } from './measure.ts';
import { measure } from './measure.ts';
import { pythonWithTransformers } from './python.ts';

const QUESTIONS = 8;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    python: { type: 'string' },
    lengths: { type: 'string', default: '1,16,64' },
    /** Pictures with one question each, per cell; at least as many as are in flight. */
    rounds: { type: 'string', default: '3' },
    /** Of the eight questions, how many the original answers: it shares nothing between them. */
    original: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    precision: { type: 'string', default: 'as-stored' },
    reference: { type: 'string', default: 'fp32' },
    'in-flight': { type: 'string', default: '1,8' },
  },
});
const whole = z.coerce.number().int().min(1);
const lengths = values.lengths.split(',').map((length) => whole.parse(length));
const rounds = whole.parse(values.rounds);
const originalQuestions = whole.max(QUESTIONS).parse(values.original);
const threads = whole.parse(values.threads);
const precisions = z.array(precisionSchema).parse(values.precision.split(','));
const references = z.array(z.enum(REFERENCES)).parse(values.reference.split(','));
const flights = values['in-flight'].split(',').map((count) => whole.max(MOST.inFlight).parse(count));
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const python = pythonWithTransformers(values.python, say);
const dir = mkdtempSync(join(tmpdir(), 'fovea-bench-oracle-'));
process.env.FOVEA_HOME = join(dir, 'home');
const ours: { precision: Precision; labeller: Labeller }[] = [];
const theirs: { reference: Reference; labeller: Labeller }[] = [];
try {
  say(`${UNIT_WORDS[int8Units()]}; ONNX Runtime cannot be kept from using them`);
  say('writing a random checkpoint …');
  const parameters = writeCheckpoint(dir);
  say('loading it on every side …');
  for (const precision of precisions)
    ours.push({ precision, labeller: await openFovea(dir, threads, precision) });
  for (const reference of references)
    theirs.push({ reference, labeller: await openOriginal(python, dir, threads, reference) });
  let pictures = 0;
  const picture = (): Promise<string> => writePicture(dir, ++pictures);
  const warm: Sample = { image: await picture(), question: question(0), length: 2, mode: 'self' };
  for (const { labeller } of [...ours, ...theirs]) {
    await labeller.label(warm);
    await labeller.label({ ...warm, mode: 'teacher' });
  }
  const cells: Cell[] = [];
  for (const tokens of lengths) {
    for (const mode of ['self', 'teacher'] as const) {
      for (const questions of [1, QUESTIONS]) {
        const sampled = (image: string, i: number): Sample => ({
          image,
          question: question(i),
          length: tokens,
          mode,
        });
        const together = questions > 1;
        const images = together
          ? [await picture()]
          : await Promise.all(Array.from({ length: Math.max(rounds, ...flights) }, picture));
        const samples = together
          ? Array.from({ length: questions }, (_, i) => sampled(images[0] as string, i))
          : images.map((image) => sampled(image, 0));
        const few = samples.slice(0, together ? originalQuestions : rounds);
        const original: Ran[] = [];
        for (const { labeller } of theirs) original.push(await measure(labeller, few, 1));
        for (const { precision, labeller } of ours) {
          for (const inFlight of flights) {
            const ran = await measure(labeller, together || inFlight > 1 ? samples : few, inFlight);
            for (const [i, { reference }] of theirs.entries()) {
              const what = { precision, reference, inFlight, mode, questions, tokens };
              cells.push(cellOf(what, ran, original[i] as Ran));
              say(describe(cells.at(-1) as Cell));
            }
          }
        }
      }
    }
  }
  const result = { parameters, threads, rounds, cells };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${Math.round(parameters / 1e6)} M parameters\n${table(cells)}\n`);
} finally {
  await Promise.allSettled([...ours, ...theirs].map(({ labeller }) => labeller.close()));
  rmSync(dir, { recursive: true, force: true });
}

function question(i: number): string {
  return `What is the code on the red tag in row ${i + 1}?`;
}
