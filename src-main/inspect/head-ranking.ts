/**
 * Which heads find what is known: every head of every layer scored over some samples of a filter. The model is asked again about each;
 * nothing is stored.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { HeadMapSet, HeadRanking, Unranked } from '../../src-shared/contract/procedures/analysis.ts';
import type { SampleFilter } from '../../src-shared/contract/procedures.ts';
import { float16FromBytes } from '../../src-shared/kernels/float16.ts';
import { headAgreement } from '../../src-shared/kernels/measures/head-scores.ts';
import { shuffled } from '../../src-shared/kernels/seeded.ts';
import type { Labels } from '../../src-shared/kernels/types.ts';
import type { Engine } from '../engine/protocol.ts';
import { knownOf, labelOn } from '../jobs/measuring/known.ts';
import type { Project } from '../store/file/project.ts';
import { predictionSource } from '../store/predictions/source.ts';
import { countSamples, listSampleIds } from '../store/samples/query.ts';
import { sampleState } from '../store/samples/state.ts';
import { headMaps } from './heads.ts';

export interface RankingWish {
  readonly filter: SampleFilter;
  /** Boxes that samples came with, or labels that people accepted or corrected. */
  readonly against: HeadRanking['against'];
  /** Samples to measure, at most. */
  readonly samples: number;
}

/** The order of samples is the same each time: asked again, or for more, the first ones are the same. */
const SEED = 1;
/** What is wrong with one sample says nothing about the others. */
const OF_ONE_SAMPLE: ReadonlySet<string> = new Set(['bad_image', 'image_too_large', 'bad_input', 'conflict']);

/**
 * @param tell samples measured, of how many
 * @throws FoveaError `bad_input` where no sample could be measured, with the reasons; what the engine says of the model;
 *   `cancelled` by a signal before the first sample was measured
 */
export async function rankHeads(
  project: Project,
  engine: Engine,
  { filter, against, samples }: RankingWish,
  tell: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<HeadRanking> {
  const { db } = project;
  const listed = countSamples(db, filter);
  const ids = listSampleIds(db, filter, 0, listed);
  const order = shuffled(ids.length, SEED);
  const unranked = new Map<Unranked, number>();
  const leaveOut = (why: Unranked): void => void unranked.set(why, (unranked.get(why) ?? 0) + 1);
  let scores: Scores | null = null;
  let model: string | null = null;
  let ended: HeadRanking['ended'] = 'done';
  const most = Math.min(samples, ids.length);
  tell(0, most);
  for (const place of order) {
    if ((scores?.samples ?? 0) >= samples) break;
    const id = ids[place] as number;
    const predictionId = sampleState(db, id)?.predictionId ?? null;
    if (predictionId === null) {
      leaveOut('not_labelled');
      continue;
    }
    const known = knownOf(project, id, against);
    if (!known) {
      leaveOut('nothing_known');
      continue;
    }
    const { fingerprint } = predictionSource(db, predictionId).model;
    model ??= fingerprint;
    if (fingerprint !== model) {
      leaveOut('other_model');
      continue;
    }
    try {
      const maps = await headMaps(project, engine, predictionId, 'all', () => undefined, signal);
      const label = labelOn(known(maps), maps);
      if (typeof label === 'string') leaveOut(label);
      else {
        scores ??= new Scores(maps);
        scores.add(maps, label);
        tell(scores.samples, most);
      }
    } catch (thrown) {
      const { code } = FoveaError.from(thrown);
      if (code === 'cancelled' && scores) {
        ended = 'stopped';
        break;
      }
      if (!OF_ONE_SAMPLE.has(code)) throw thrown;
      leaveOut('unreadable');
    }
  }
  if (!scores) throw nothingToRankBy(against, listed, unranked);
  return { against, listed, ended, unranked: Object.fromEntries(unranked), ...scores.result() };
}

/** Sums over samples, a head at a time. */
class Scores {
  readonly #layers: readonly number[];
  readonly #heads: number;
  readonly #counts: Int32Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  samples = 0;

  constructor({ layers, heads }: HeadMapSet) {
    const count = layers.length * heads;
    [this.#layers, this.#heads] = [layers, heads];
    this.#counts = new Int32Array(count);
    this.#sums = new Float64Array(count);
    this.#squares = new Float64Array(count);
  }

  add({ grid, data }: HeadMapSet, label: Labels): void {
    const cells = grid[0] * grid[1];
    const bits = float16FromBytes(data);
    this.samples++;
    for (let head = 0; head < this.#counts.length; head++) {
      const auc = headAgreement(bits.subarray(head * cells, (head + 1) * cells), label);
      if (auc === null) continue;
      this.#counts[head]! += 1;
      this.#sums[head]! += auc;
      this.#squares[head]! += auc * auc;
    }
  }

  result(): Pick<HeadRanking, 'samples' | 'layers' | 'heads' | 'auc' | 'standardError'> {
    const mean = (head: number): number => this.#sums[head]! / this.#counts[head]!;
    const indices = Array.from(this.#counts.keys());
    return {
      samples: this.samples,
      layers: [...this.#layers],
      heads: this.#heads,
      auc: indices.map((head) => (this.#counts[head]! > 0 ? mean(head) : null)),
      standardError: indices.map((head) => {
        const n = this.#counts[head]!;
        if (n < 2) return null;
        const variance = Math.max(0, this.#squares[head]! - n * mean(head) ** 2) / (n - 1);
        return Math.sqrt(variance / n);
      }),
    };
  }
}

function nothingToRankBy(
  against: HeadRanking['against'],
  listed: number,
  unranked: ReadonlyMap<Unranked, number>,
): FoveaError {
  const reasons = [...unranked].map(([why, count]) => `${count} ${WORDS[why]}`).join(', ');
  return new FoveaError(
    'bad_input',
    listed === 0
      ? 'the filter lets no sample through'
      : `no sample of the filter can be measured: ${reasons}`,
    {
      next:
        against === 'truth'
          ? 'Rank by reviewed labels, or import samples with boxes'
          : 'Review some samples first, or rank by known boxes',
    },
  );
}

const WORDS: Readonly<Record<Unranked, string>> = {
  not_labelled: 'not labelled',
  nothing_known: 'of which nothing is known',
  one_class: 'where all cells are alike',
  other_model: 'labelled by another model',
  other_grid: 'reviewed on another grid',
  unreadable: 'that could not be asked about again',
};
