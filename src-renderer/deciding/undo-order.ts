/**
 * What a person did in this window and can take back, in the order it was done, across all samples. Undo takes back the
 * changes of the sample on screen first, as long as nothing was decided on it since; then whatever was done last,
 * wherever that was. Redo does again what was taken back last. Nothing here changes or saves anything: the caller does.
 */
import type { Standing } from '../editing/standing.ts';
import type { TagStep } from '../tagging/tag-step.ts';

/** One change or decision: what held before it and what after. Both are whole states and never changed in place. */
export interface Step {
  readonly kind: 'step';
  readonly sampleId: number;
  readonly predictionId: number | null;
  readonly before: Standing;
  readonly after: Standing;
  /** A decision, after which one goes on; else a change of the label or the note. */
  readonly decides: boolean;
}

/** Many samples decided at once. */
export interface BatchStep {
  readonly kind: 'batch';
  readonly batchId: number;
}

export type Done = Step | TagStep | BatchStep;
/** What can be done again. */
export type Again = Step | TagStep;
export type Way = 'back' | 'forth';

/** More than anybody decides in an afternoon. */
const MOST = 20_000;

export class UndoOrder {
  #done: Done[] = [];
  /** Taken back, the last one last. */
  #undone: Again[] = [];
  /** Samples that changed elsewhere: what was done on them here can be taken back no more. */
  readonly #lost = new Set<Done>();
  /** Samples that are gone from the project. */
  readonly #removed = new Set<number>();

  /** Something new was done: what had been taken back is gone. */
  push(done: Done): void {
    // It is there again where something can be done on it.
    if (done.kind === 'step') this.#removed.delete(done.sampleId);
    this.#done.push(done);
    if (this.#done.length > MOST) this.#done.shift();
    this.#undone = [];
  }

  /** What undo would take back. @param onScreen the sample that is shown, or null */
  back(onScreen: number | null): Done | null {
    const last = this.#done.at(-1);
    if (last?.kind === 'tags') return last;
    const here = this.#done.findLast((done) => done.kind === 'step' && done.sampleId === onScreen);
    if (here?.kind === 'step' && !here.decides) return here;
    return last ?? null;
  }

  /** What redo would do again. */
  forth(): Again | null {
    return this.#undone.at(-1) ?? null;
  }

  /** It was taken back, or done again. */
  moved(step: Again, way: Way): void {
    const [from, to]: [Done[], Done[]] =
      way === 'back' ? [this.#done, this.#undone] : [this.#undone, this.#done];
    const at = from.lastIndexOf(step);
    if (at < 0) return;
    from.splice(at, 1);
    to.push(step);
  }

  isLost(done: Done): boolean {
    return this.#lost.has(done);
  }

  /** The sample changed elsewhere. Its steps stay in the order, so that undo says so instead of taking back another. */
  lose(sampleId: number): void {
    for (const done of [...this.#done, ...this.#undone])
      if (done.kind === 'step' && done.sampleId === sampleId) this.#lost.add(done);
  }

  /** The sample was removed. Its steps stay in the order, too. */
  remove(sampleId: number): void {
    this.#removed.add(sampleId);
  }

  isRemoved(sampleId: number): boolean {
    return this.#removed.has(sampleId);
  }

  /** Forgets what was done on a sample: it was said that it is lost, or it was put back another way. */
  forget(sampleId: number): void {
    this.#drop((done) => done.kind === 'step' && done.sampleId === sampleId);
  }

  /** Forgets what is lost of a sample. */
  forgetLost(sampleId: number): void {
    this.#drop((done) => done.kind === 'step' && done.sampleId === sampleId && this.#lost.has(done));
  }

  /** Forgets one step: it was said that it is lost. */
  forgetStep(step: Again): void {
    this.#drop((done) => done === step);
  }

  forgetBatch(batchId: number): void {
    this.#drop((done) => done.kind === 'batch' && done.batchId === batchId);
  }

  clear(): void {
    this.#done = [];
    this.#undone = [];
    this.#lost.clear();
    this.#removed.clear();
  }

  #drop(which: (done: Done) => boolean): void {
    const [done, undone] = [
      this.#done.filter((one) => !which(one)),
      this.#undone.filter((one) => !which(one)),
    ];
    for (const one of this.#lost) if (which(one)) this.#lost.delete(one);
    this.#done = done;
    this.#undone = undone;
  }
}
