/** The comparisons that pages look at: made in a thread, kept here as long as somebody may page through them. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { NO_FILTER, type ComparedWhich, type ProcedureOutput } from '../../src-shared/contract/procedures.ts';
import type { ComparedMeasure, RpnComparison } from '../../src-shared/contract/training.ts';
import { differenceOf, sampleOf, unpacked } from '../jobs/rpn/compared-table.ts';
import { Comparer, type ComparedPacked, type ComparerHooks, type CompareTask } from '../jobs/rpn/comparer.ts';
import type { Project } from '../store/file/project.ts';
import { listSamples } from '../store/samples/query.ts';

/** Of two windows each has the one it shows and the one before. */
const KEPT = 4;

type ComparedPage = ProcedureOutput<'compare.list'>;

export interface ComparedListWish {
  readonly comparisonId: number;
  readonly measure: ComparedMeasure;
  readonly which: ComparedWhich;
  readonly first: 'a' | 'b';
}

export class Comparisons {
  readonly #project: Project;
  readonly #comparer: Comparer;
  readonly #kept = new Map<number, ComparedPacked>();
  #last = 0;

  constructor(project: Project) {
    this.#project = project;
    this.#comparer = new Comparer(project);
  }

  /** Errors as `Comparer.compare`. */
  async run(
    task: CompareTask,
    hooks: ComparerHooks,
  ): Promise<{ readonly comparisonId: number; readonly comparison: RpnComparison }> {
    const found = await this.#comparer.compare(task, hooks);
    const comparisonId = ++this.#last;
    this.#kept.set(comparisonId, found);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
    return { comparisonId, comparison: found.comparison };
  }

  /** A page of who wins where. Throws `not_found`. */
  list(wish: ComparedListWish, offset: number, limit: number): ComparedPage {
    const { table, rows, largest } = this.#rows(wish);
    const { length } = rows;
    const page = Array.from({ length: Math.max(0, Math.min(limit, length - offset)) }, (_, n) => {
      const at = offset + n;
      return unpacked(table, rows[wish.first === 'a' ? at : length - 1 - at]!);
    });
    const ids = page.map(({ sampleId }) => sampleId);
    const samples = ids.length === 0 ? [] : listSamples(this.#project.db, { ...NO_FILTER, ids }, 0, limit);
    const byId = new Map(samples.map((sample) => [sample.id, sample]));
    return {
      total: length,
      largest,
      rows: page.map(({ predictions: [a, b], ...one }) => ({
        ...one,
        predictions: [a, b],
        sample: byId.get(one.sampleId) ?? null,
      })),
    };
  }

  /** Where a sample stands in a list. Throws `not_found`. */
  position(wish: ComparedListWish, sampleId: number): number | null {
    const { table, rows } = this.#rows(wish);
    const at = rows.findIndex((row) => sampleOf(table, row) === sampleId);
    if (at < 0) return null;
    return wish.first === 'a' ? at : rows.length - 1 - at;
  }

  /** The project is about to be closed; one and the same function, so that it listens once. */
  readonly end = (): void => this.#comparer.end();

  #rows({ comparisonId, measure, which }: ComparedListWish) {
    const kept = this.#kept.get(comparisonId);
    if (!kept) {
      throw new FoveaError('not_found', 'this comparison is no longer here', { next: 'Compare again' });
    }
    const { table, orders, comparison } = kept;
    const wins = comparison[measure]?.wins ?? { a: 0, b: 0, ties: 0 };
    const order = orders[measure];
    const [first, end] = {
      all: [0, order.length],
      a: [0, wins.a],
      ties: [wins.a, wins.a + wins.ties],
      b: [wins.a + wins.ties, order.length],
    }[which] as [number, number];
    const ends = [order[0], order.at(-1)].map((row) =>
      row === undefined ? 0 : Math.abs(differenceOf(table, row, measure)),
    );
    return { table, rows: order.subarray(first, end), largest: Math.max(...ends) };
  }
}
