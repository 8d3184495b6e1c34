/**
 * Many trainings in one: on growing shares of the labels, or on labels of which growing shares are wrong, some seeds each, all
 * measured on the same held-out samples beside the teacher that made the labels. Points that are done are kept, so that the same
 * command goes on after a stop.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RpnMeasure } from '../../../src-shared/contract/training.ts';
import { pairedDifference, type PairedDifference } from '../../../src-shared/kernels/measures/bootstrap.ts';
import { shuffled } from '../../../src-shared/kernels/seeded.ts';
import { diskError } from '../../files/disk-words.ts';
import type { Trainer } from '../../training/protocol.ts';
import { trainingLoop } from './loop.ts';
import { meanMeasure, type SampleMeasure } from './measure.ts';
import { misplaced } from './noise.ts';
import { MemoryCurve } from './points.ts';
import { RunFolder } from './run-folder.ts';
import type { Prepared } from './prepared.ts';

export type CurveKind = 'share' | 'noise';

export interface CurvePlan {
  readonly kind: CurveKind;
  /** Shares of the training samples, or of labels made wrong. */
  readonly at: readonly number[];
  readonly seeds: readonly number[];
}

/** The paper's question, and how much of wrong labels training bears. */
export const PLANS: Readonly<Record<CurveKind, CurvePlan>> = {
  share: { kind: 'share', at: [0.01, 0.03, 0.1, 0.3, 1], seeds: [0, 1, 2] },
  noise: { kind: 'noise', at: [0, 0.1, 0.2, 0.4, 0.8], seeds: [0, 1, 2] },
};

/** One training. */
export interface CurveRow {
  readonly at: number;
  readonly seed: number;
  /** That it learned from. */
  readonly samples: number;
  readonly student: RpnMeasure;
}

/** All seeds of one place of the curve. */
export interface CurvePoint {
  readonly at: number;
  readonly samples: number;
  /** AUC of the seeds: mean, smallest, largest. */
  readonly auc: { readonly mean: number; readonly low: number; readonly high: number } | null;
  readonly iou: number | null;
  readonly boxRecall: number | null;
  /** Of the seeds' mean over the teacher, sample by sample; null where there is no teacher to compare with. */
  readonly over: PairedDifference | null;
}

export interface CurveReport {
  readonly kind: CurveKind;
  readonly against: Prepared['heldOut']['against'];
  readonly heldOut: number;
  readonly teacher: RpnMeasure;
  readonly points: readonly CurvePoint[];
  readonly rows: readonly CurveRow[];
}

const measureSchema = z.object({
  auc: z.number().nullable(),
  iou: z.number().nullable(),
  boxRecall: z.number().nullable(),
  loss: z.number().nullable(),
});
const keptSchema = z.object({
  at: z.number(),
  seed: z.number(),
  samples: z.number(),
  measures: z.array(measureSchema.nullable()),
});
type Kept = z.infer<typeof keptSchema>;

/**
 * @param prepared a training run with its data frozen and its features there
 * @param onRow hears of each training that is done, those of an earlier attempt included
 * @throws FoveaError `cancelled` by the signal (what is done is kept), and what training throws
 */
export async function trainingCurve(
  trainer: Trainer,
  prepared: Prepared,
  plan: CurvePlan,
  hooks: { readonly signal: AbortSignal; readonly onRow?: (row: CurveRow, of: number) => void },
): Promise<CurveReport> {
  const { heldOut } = prepared;
  const book = new Book(prepared, plan);
  const all = plan.at.flatMap((at) => plan.seeds.map((seed) => ({ at, seed })));
  for (const { at, seed } of all) {
    const kept =
      book.find(at, seed) ?? book.keep(await train(trainer, prepared, plan, at, seed, hooks.signal));
    hooks.onRow?.(rowOf(kept), all.length);
  }
  const held = { teacher: heldOut.teacher(heldOut.ids), pictures: heldOut.pictures(heldOut.ids) };
  return {
    kind: plan.kind,
    against: heldOut.against,
    heldOut: heldOut.ids.length,
    teacher: meanOf(held.teacher),
    points: plan.at.map((at) => pointOf(book.all(at, plan.seeds), held, at)),
    rows: all.map(({ at, seed }) => rowOf(book.find(at, seed)!)),
  };
}

async function train(
  trainer: Trainer,
  prepared: Prepared,
  { kind }: CurvePlan,
  at: number,
  seed: number,
  signal: AbortSignal,
): Promise<Kept> {
  const { params, train: ids, samples, heldOut, folder } = prepared;
  const count = kind === 'share' ? Math.max(1, Math.round(at * ids.length)) : ids.length;
  // Nested: what is learned from a tenth is part of what is learned from a third.
  const chosen = Array.from(shuffled(ids.length, seed).subarray(0, count), (index) => ids[index]!);
  const scratch = new RunFolder(join(folder.path, `${kind}-${at}-${seed}`));
  await scratch.remove();
  const { model, fresh } = params;
  // Looks choose no weights here: the last ones are measured, whatever held-out samples say of others.
  const settings = { ...params.settings, measureEvery: params.settings.steps };
  const report = await trainingLoop(
    trainer,
    {
      start: { model, fresh, settings },
      seed,
      data: {
        samples: chosen.length,
        using: (indices, work) =>
          samples.using(
            indices.map((index) => chosen[index]!),
            (examples) =>
              work(
                kind === 'share'
                  ? examples
                  : examples.map((one) => ({
                      ...one,
                      labels: misplaced(one.labels, one.grid, at, seed, one.sampleId),
                    })),
              ),
          ),
        look: () => Promise.resolve({ samples: 0, auc: null, iou: null, boxRecall: null }),
      },
      folder: scratch,
      curve: async () => new MemoryCurve(),
    },
    { signal },
  );
  if (report.ended === 'stopped') {
    throw new FoveaError('cancelled', 'stopped; trainings that are done are kept', {
      next: 'Give the same command again to go on',
    });
  }
  const measures = await heldOut.measure((examples, roi) => trainer.score(examples, roi), heldOut.ids);
  await scratch.remove();
  return { at, seed, samples: chosen.length, measures };
}

/** Trainings that are done, in a file that is named by everything that decides them. */
class Book {
  readonly #file: string;
  readonly #kept: Kept[] = [];

  constructor({ params, run, folder }: Prepared, { kind }: CurvePlan) {
    const { model, fresh, settings, truth } = params;
    const decides = JSON.stringify([run.dataSha256, model, fresh, settings, truth, kind]);
    const name = createHash('sha256').update(decides).digest('hex').slice(0, 16);
    this.#file = join(dirname(folder.path), 'curves', `${name}.jsonl`);
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, 'utf8').split('\n').slice(0, -1)) {
      const parsed = keptSchema.safeParse(safeJson(line));
      if (parsed.success) this.#kept.push(parsed.data);
    }
  }

  find(at: number, seed: number): Kept | undefined {
    return this.#kept.find((one) => one.at === at && one.seed === seed);
  }

  all(at: number, seeds: readonly number[]): Kept[] {
    return seeds.flatMap((seed) => this.find(at, seed) ?? []);
  }

  keep(kept: Kept): Kept {
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      appendFileSync(this.#file, `${JSON.stringify(kept)}\n`);
    } catch (thrown) {
      throw diskError(thrown, this.#file);
    }
    this.#kept.push(kept);
    return kept;
  }
}

/** Half a line, of a process that was killed while it wrote, is none. */
function safeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function rowOf({ at, seed, samples, measures }: Kept): CurveRow {
  return { at, seed, samples, student: meanOf(measures) };
}

function meanOf(measures: readonly (SampleMeasure | null)[]): RpnMeasure {
  return meanMeasure(measures.filter((one) => one !== null));
}

/** Of the held-out samples: how the teacher does, and whose picture each is of. */
interface Held {
  readonly teacher: readonly (SampleMeasure | null)[];
  readonly pictures: readonly number[];
}

function pointOf(kept: readonly Kept[], { teacher, pictures }: Held, at: number): CurvePoint {
  const means = kept.map(({ measures }) => meanOf(measures));
  const mean = (values: readonly (number | null | undefined)[]): number | null => {
    const known = values.filter((value) => typeof value === 'number');
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
  };
  const aucs = means.flatMap(({ auc }) => auc ?? []);
  const pairs = teacher.flatMap((one, i) => {
    const student = mean(kept.map(({ measures }) => measures[i]?.auc));
    const auc = one?.auc ?? null;
    return student === null || auc === null ? [] : [[student, auc, pictures[i]!] as const];
  });
  return {
    at,
    samples: kept[0]?.samples ?? 0,
    auc: aucs.length === 0 ? null : { mean: mean(aucs)!, low: Math.min(...aucs), high: Math.max(...aucs) },
    iou: mean(means.map(({ iou }) => iou)),
    boxRecall: mean(means.map(({ boxRecall }) => boxRecall)),
    over: pairedDifference(
      pairs.map(([student]) => student),
      pairs.map(([, auc]) => auc),
      0,
      { pictures: pairs.map(([, , picture]) => picture) },
    ),
  };
}
