/** The numbers of an evaluation: a table of its methods, and the same of slices of its samples. */
import { setImmediate as breathe } from 'node:timers/promises';
import {
  METHODS,
  SLICES,
  methodSchema,
  type EvaluationTable,
  type Method,
  type MethodNumbers,
  type SliceBy,
} from '../../../src-shared/contract/evaluation.ts';
import {
  groupValues,
  TIMED_BENCHMARKS,
  TIMED_SAMPLES,
} from '../../../src-shared/contract/benchmarks/throughput-groups.ts';
import { holm } from '../../../src-shared/kernels/statistics/holm.ts';
import type { ReadableDb } from '../../store/db.ts';
import {
  PASS_START,
  methodCosts,
  passPage,
  taskCosts,
  type MethodCost,
  type PassedResult,
  type PassedSample,
  type PassedUpTo,
  type TaskCost,
} from '../../store/evaluations/pass.ts';
import { BIN_ORDER } from './bins.ts';
import { MethodCount } from './count.ts';
import { GateCount, withSpeeds } from './gates.ts';

/** Samples between two turns of others. */
const PAGE = 500;

class Counts {
  readonly #methods = new Map<Method, MethodCount>();
  readonly #slice: boolean;
  samples = 0;

  constructor(slice: boolean) {
    this.#slice = slice;
  }

  add(picture: number, results: readonly PassedResult[]): void {
    this.samples++;
    const alone = results.find(({ method }) => method === 'alone');
    const raw = results.find(({ method }) => method === 'raw');
    for (const result of results) {
      const method = result.method as Method;
      let count = this.#methods.get(method);
      if (!count)
        this.#methods.set(method, (count = new MethodCount(methodSchema.parse(method), this.#slice)));
      count.add(picture, result, { alone, raw });
    }
  }

  /** In the order of the methods' list. */
  numbers(): MethodNumbers[] {
    return METHODS.flatMap((method) => this.#methods.get(method)?.numbers() ?? []);
  }
}

/**
 * Counts all that is there, of an evaluation that still works, too.
 * @param patient others have their turn between pages of samples (a process that answers others)
 */
export async function evaluationTable(
  db: ReadableDb,
  evaluationId: number,
  { patient = false }: { readonly patient?: boolean } = {},
): Promise<EvaluationTable> {
  const all = new Counts(false);
  const gates = new GateCount();
  const slices = new Map<SliceBy, Map<string, Counts>>(SLICES.map((by) => [by, new Map()]));
  let [samples, pictures, lastPicture] = [0, 0, 0];
  for (let at: PassedUpTo | null = PASS_START; at;) {
    const page: ReturnType<typeof passPage> = passPage(db, evaluationId, at, PAGE);
    let from = 0;
    for (const sample of page.samples) {
      const { image_id: picture, sample_id: id } = sample;
      samples++;
      if (picture !== lastPicture) pictures++;
      lastPicture = picture;
      let to = from;
      while (page.results[to]?.sample_id === id) to++;
      const results = page.results.slice(from, to);
      from = to;
      if (results.length === 0) continue;
      all.add(picture, results);
      gates.add(picture, results);
      for (const by of SLICES) {
        const values = slices.get(by)!;
        for (const value of sliceValues(sample, by)) {
          let counts = values.get(value);
          if (!counts) values.set(value, (counts = new Counts(true)));
          counts.add(picture, results);
        }
      }
    }
    at = page.next;
    if (patient && at) await breathe();
  }
  const scores = new Map([...slices.get('dataset')!].map(([name, counts]) => [name, counts.numbers()]));
  const tasks = taskCosts(db, evaluationId, TIMED_BENCHMARKS, TIMED_SAMPLES);
  const costs = withCosts(all.numbers(), methodCosts(db, evaluationId));
  const compared = tested(costs.map((numbers) => withGroups(numbers, tasks, scores)));
  return {
    samples,
    pictures,
    ...compared,
    gates: withSpeeds(gates.gates(), compared.methods),
    slices: SLICES.flatMap((by) =>
      [...slices.get(by)!.entries()]
        .sort(([a], [b]) => inOrder(by, a, b))
        .map(([value, counts]) => ({ by, value, samples: counts.samples, methods: counts.numbers() })),
    ),
  };
}

/** Sizes, places and lengths as they follow each other, others by their letters; none given comes last. */
function inOrder(by: SliceBy, a: string, b: string): number {
  if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1;
  const order = by in BIN_ORDER ? BIN_ORDER[by as keyof typeof BIN_ORDER] : null;
  if (order) return order.indexOf(a) - order.indexOf(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Which values of a slice a sample has: one, or of tags any number. */
export function sliceValues(sample: PassedSample, by: SliceBy): readonly string[] {
  if (by !== 'tag') return [sample[by] ?? ''];
  if (sample.tags === '[]') return [''];
  return JSON.parse(sample.tags) as string[];
}

function withCosts(methods: readonly MethodNumbers[], costs: readonly MethodCost[]): MethodNumbers[] {
  const alone = costs.find(({ method }) => method === 'alone');
  return methods.map((numbers) => {
    const cost = costs.find(({ method }) => method === numbers.method);
    if (!cost) return numbers;
    const { times, visualTokens, memoryBytes } = cost;
    const [own, first] = [milliseconds(cost), alone && milliseconds(alone)];
    return {
      ...numbers,
      times,
      visualTokens,
      memoryBytes,
      throughput: {
        perSecond: 1000 / own.generate,
        relative: first ? first.generate / own.generate : null,
        wallPerSecond: 1000 / own.wall,
        wallRelative: first ? first.wall / own.wall : null,
        groups: [],
      },
    };
  });
}

/** @param scores numbers of each benchmark's slice */
function withGroups(
  numbers: MethodNumbers,
  tasks: readonly TaskCost[],
  scores: ReadonlyMap<string, readonly MethodNumbers[]>,
): MethodNumbers {
  const { method, throughput } = numbers;
  if (!throughput) return numbers;
  const timed = tasks
    .filter((task) => task.method === method)
    .map(({ task, timed: n, generate, load }) => ({
      task,
      perSecond: (1000 * n) / Math.max(Number.EPSILON, generate),
      wallPerSecond: (1000 * n) / Math.max(Number.EPSILON, generate + load),
      score: scores.get(task)?.find((one) => one.method === method)?.accuracy?.value ?? null,
    }));
  return { ...numbers, throughput: { ...throughput, groups: groupValues(timed) } };
}

/** The authors count generate time: all but reading and preparing the picture (METHOD §8, "Their throughput"). */
function milliseconds({ times: { load, vision, prefill, decode, rpn, other } }: MethodCost): {
  readonly generate: number;
  readonly wall: number;
} {
  const generate = Math.max(Number.EPSILON, vision + prefill + decode + rpn + other);
  return { generate, wall: generate + load };
}

/** Holm's p values: those of accuracy together, those of AUC together. */
function tested(methods: readonly MethodNumbers[]): Pick<EvaluationTable, 'methods' | 'compared'> {
  const adjusted = (name: 'gain' | 'aucGain'): ReadonlyMap<Method, number> => {
    const compared = methods.flatMap((numbers) => {
      const difference = numbers[name];
      return difference ? [{ method: numbers.method, p: difference.p }] : [];
    });
    const ps = holm(compared.map(({ p }) => p));
    return new Map(compared.map(({ method }, i) => [method, ps[i]!]));
  };
  const [gains, aucGains] = [adjusted('gain'), adjusted('aucGain')];
  return {
    methods: methods.map((numbers) => ({
      ...numbers,
      gain: numbers.gain && { ...numbers.gain, adjusted: gains.get(numbers.method)! },
      aucGain: numbers.aucGain && { ...numbers.aucGain, adjusted: aucGains.get(numbers.method)! },
    })),
    compared: { accuracy: gains.size, auc: aucGains.size },
  };
}
