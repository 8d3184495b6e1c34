/** The held-out samples of a run: what each is measured against, how the teacher does, and how a branch does. */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import type { RpnMeasure } from '../../../src-shared/contract/training.ts';
import { shuffled } from '../../../src-shared/kernels/seeded.ts';
import type { Project } from '../../store/file/project.ts';
import { getPrediction, getPredictionMaps } from '../../store/predictions/prediction.ts';
import { getSample } from '../../store/samples/sample.ts';
import {
  trainingExamples,
  trainingSampleIds,
  trainingSamplesAfter,
} from '../../store/training/training-sample.ts';
import type { Trainer } from '../../training/protocol.ts';
import { type Against, meanMeasure, measureOf, type SampleMeasure } from './measure.ts';
import { type Target, truthTarget } from '../measuring/agreement.ts';
import type { RunSamples } from './samples.ts';

/** Samples that one look scores at most: a look is not to take longer than the steps between. */
const OF_A_LOOK = 400;
/** Samples scored at once. */
const AT_ONCE = 16;
const PAGE = 1000;

export class HeldOut {
  readonly against: Against;
  readonly #project: Project;
  readonly #trainingRun: number;
  readonly #samples: RunSamples;
  readonly #roi: Preset['roi'];
  /** Those that can tell. */
  readonly #ids: readonly number[];
  readonly #seed: number;

  constructor(
    project: Project,
    trainingRun: number,
    samples: RunSamples,
    { roi, truth, seed }: { readonly roi: Preset['roi']; readonly truth: boolean; readonly seed: number },
  ) {
    this.#project = project;
    this.#trainingRun = trainingRun;
    this.#samples = samples;
    this.#roi = roi;
    this.#seed = seed;
    const all = trainingSampleIds(project.db, trainingRun, 'held_out');
    const corrected = this.#corrected();
    this.against = truth ? 'truth' : corrected.length > 0 ? 'corrected' : 'labels';
    this.#ids = this.against === 'corrected' ? corrected : all;
  }

  /** All that can tell. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  /** The picture of each of these samples, by its id. */
  pictures(ids: readonly number[]): number[] {
    return ids.map((id) => getSample(this.#project.db, id).imageId);
  }

  /** Those of every look: as many as it may take, drawn once. */
  get some(): readonly number[] {
    if (this.#ids.length <= OF_A_LOOK) return this.#ids;
    const drawn = shuffled(this.#ids.length, this.#seed).subarray(0, OF_A_LOOK).sort();
    return Array.from(drawn, (index) => this.#ids[index]!);
  }

  /** How a branch does, sample by sample in the order of `ids`; null where nothing is known to compare with. */
  async measure(score: Trainer['score'], ids: readonly number[]): Promise<(SampleMeasure | null)[]> {
    const measures: (SampleMeasure | null)[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      const scored = await this.#samples.using(some, async (examples) => {
        const scores = await score(examples, this.#roi);
        return examples.map((example, i) => ({ example, ...scores[i]! }));
      });
      for (const { example, rpn, boxes } of scored) {
        const target = this.#targetOf(example.sampleId, example);
        measures.push(target && measureOf({ map: rpn, boxes, kind: 'rpn' }, target, this.#roi));
      }
    }
    return measures;
  }

  /** Means of {@link measure} over those of a look. */
  async look(score: Trainer['score']): Promise<RpnMeasure> {
    return meanMeasure((await this.measure(score, this.some)).filter((measure) => measure !== null));
  }

  /**
   * How g′ does, the map that made the pseudo-labels, in the order of `ids`; null where it is not there, or where it would be
   * measured against itself.
   */
  teacher(ids: readonly number[]): (SampleMeasure | null)[] {
    if (this.against === 'labels') return ids.map(() => null);
    const { db } = this.#project;
    const measures: (SampleMeasure | null)[] = [];
    for (let at = 0; at < ids.length; at += PAGE) {
      for (const example of trainingExamples(db, this.#trainingRun, ids.slice(at, at + PAGE))) {
        const map = getPredictionMaps(db, example.predictionId)?.denoised;
        const target = this.#targetOf(example.sampleId, example);
        const { boxes } = getPrediction(db, example.predictionId).prediction;
        const found = map && { map, boxes: boxes.denoised, kind: 'attention' as const };
        measures.push(found && target ? measureOf(found, target, this.#roi) : null);
      }
    }
    return measures;
  }

  #targetOf(sampleId: number, { labels, grid, transform }: Target): Target | null {
    if (this.against !== 'truth') return { labels, grid, transform };
    return truthTarget(getSample(this.#project.db, sampleId).truthBoxes, grid, transform);
  }

  #corrected(): number[] {
    const ids: number[] = [];
    let page = trainingSamplesAfter(this.#project.db, this.#trainingRun, 0, PAGE);
    while (page.length > 0) {
      for (const { sampleId, part, kind } of page) {
        if (part === 'held_out' && kind === 'corrected') ids.push(sampleId);
      }
      page = trainingSamplesAfter(this.#project.db, this.#trainingRun, page.at(-1)!.sampleId, PAGE);
    }
    return ids;
  }
}
