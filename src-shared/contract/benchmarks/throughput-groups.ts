/**
 * Throughput over several benchmarks as Q-Zoom's authors tell it (`examples/multimax_tradeoff/…/03_summarize_tradeoff.py`, commit
 * f062af7; METHOD §8, "Their throughput"): the first hundred samples of each benchmark are timed, generate time alone, and a group's
 * value is as if each of its benchmarks were run whole at that pace: Σn ÷ Σ(n ÷ samples a second), n the benchmark's own size. A
 * benchmark that was not timed is left out of both sums. The group's score is the plain mean over benchmarks.
 */
import type { BenchmarkId } from './benchmarks.ts';

export const THROUGHPUT_GROUPS = ['documents', 'high-resolution'] as const;
export type ThroughputGroup = (typeof THROUGHPUT_GROUPS)[number];

/** Samples of a benchmark that are timed, the first of them as they were imported. */
export const TIMED_SAMPLES = 100;

interface Task {
  /** Samples that it has. */
  readonly samples: number;
  /** How many tasks of the authors it is: HR-Bench's 4K and 8K come as one, with the score of both. */
  readonly tasks: number;
}

/** `TASK_TOTAL_SAMPLES`; MME-RealWorld is its Lite. */
const TASKS: Readonly<Record<ThroughputGroup, Readonly<Partial<Record<BenchmarkId, Task>>>>> = {
  documents: {
    docvqa: { samples: 5301, tasks: 1 },
    chartqa: { samples: 2500, tasks: 1 },
    ocrbench: { samples: 1000, tasks: 1 },
    infovqa: { samples: 2801, tasks: 1 },
    textvqa: { samples: 5000, tasks: 1 },
  },
  'high-resolution': {
    vstar: { samples: 191, tasks: 1 },
    'mme-realworld': { samples: 1920, tasks: 1 },
    hrbench: { samples: 1600, tasks: 2 },
  },
};

/** The benchmarks that are timed, by their importers' names. */
export const TIMED_BENCHMARKS: readonly string[] = Object.values(TASKS).flatMap((tasks) =>
  Object.keys(tasks),
);

export interface TimedTask {
  /** A benchmark by its importer's name. */
  readonly task: string;
  /** Samples a second of generate time, and by the clock. */
  readonly perSecond: number;
  readonly wallPerSecond: number;
  /** Mean score, 0 to 1; null: no right answer is known. */
  readonly score: number | null;
}

export interface GroupValue {
  readonly group: ThroughputGroup;
  readonly tasks: string[];
  readonly score: number | null;
  readonly perSecond: number;
  readonly wallPerSecond: number;
}

/** Of each group that has a benchmark among `timed`. */
export function groupValues(timed: readonly TimedTask[]): GroupValue[] {
  return THROUGHPUT_GROUPS.flatMap((group) => {
    const facts: Readonly<Record<string, Task>> = TASKS[group];
    const own = timed.filter(({ task, perSecond, wallPerSecond }) => {
      return facts[task] && perSecond > 0 && wallPerSecond > 0;
    });
    if (own.length === 0) return [];
    const sum = (of: (one: TimedTask, fact: Task) => number): number =>
      own.reduce((all, one) => all + of(one, facts[one.task]!), 0);
    const all = sum((_, { samples }) => samples);
    const scored = own.every(({ score }) => score !== null);
    return {
      group,
      tasks: own.map(({ task }) => task),
      score: scored ? sum(({ score }, { tasks }) => score! * tasks) / sum((_, { tasks }) => tasks) : null,
      perSecond: all / sum(({ perSecond }, { samples }) => samples / perSecond),
      wallPerSecond: all / sum(({ wallPerSecond }, { samples }) => samples / wallPerSecond),
    };
  });
}
