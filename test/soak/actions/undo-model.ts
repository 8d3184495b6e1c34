/**
 * What one window can take back, kept apart from the page's own code: changes of the sample on screen since it was
 * decided come first, then whatever was done last, on any sample; redo does again what was taken back last. What was
 * done on a sample that changed elsewhere since leads there and changes nothing; on one that was removed it leads nowhere.
 */
import type { BatchModel, State } from './model.ts';

export interface DoneModel {
  readonly kind: 'step';
  readonly sample: number;
  readonly before: State;
  readonly after: State;
  /** Enter or X, after which the page goes on. */
  readonly decides: boolean;
  lost: boolean;
  /** Its sample was removed from the project. */
  gone?: true;
}

export interface BatchDone {
  readonly kind: 'batch';
  readonly batch: BatchModel;
}

/** What a press of undo or redo comes to. */
export type Travel =
  | { readonly leads: 'nowhere' }
  | { readonly leads: 'batch'; readonly batch: BatchModel }
  | { readonly leads: 'lost'; readonly sample: number }
  | { readonly leads: 'to'; readonly sample: number; readonly state: State; readonly goesOn: boolean };

export class UndoModel {
  #done: (DoneModel | BatchDone)[] = [];
  #undone: DoneModel[] = [];

  did(done: DoneModel | BatchDone): void {
    this.#done = [...this.#done, done];
    this.#undone = [];
  }

  travel(by: 1 | -1, onScreen: number): Travel {
    const step = by < 0 ? this.#back(onScreen) : this.#undone.at(-1);
    if (!step) return { leads: 'nowhere' };
    if (step.kind === 'batch') {
      this.forgetBatch(step.batch);
      return { leads: 'batch', batch: step.batch };
    }
    const { sample, before, after, decides } = step;
    if (step.gone) {
      this.#keepOnly((one) => one.sample !== sample);
      return { leads: 'nowhere' };
    }
    if (step.lost) {
      this.#keepOnly((one) => !one.lost || one.sample !== sample);
      return { leads: 'lost', sample };
    }
    if (by < 0) {
      this.#done = this.#done.filter((one) => one !== step);
      this.#undone = [...this.#undone, step];
    } else {
      this.#undone = this.#undone.slice(0, -1);
      this.#done = [...this.#done, step];
    }
    return { leads: 'to', sample, state: by < 0 ? before : after, goesOn: by > 0 && decides };
  }

  lose(sample: number): void {
    for (const one of [...this.#done, ...this.#undone])
      if (one.kind === 'step' && one.sample === sample) one.lost = true;
  }

  remove(sample: number): void {
    for (const one of [...this.#done, ...this.#undone])
      if (one.kind === 'step' && one.sample === sample) one.gone = true;
  }

  #keepOnly(stays: (step: DoneModel) => boolean): void {
    this.#done = this.#done.filter((one) => one.kind === 'batch' || stays(one));
    this.#undone = this.#undone.filter(stays);
  }

  forgetBatch(batch: BatchModel): void {
    this.#done = this.#done.filter((one) => one.kind === 'step' || one.batch !== batch);
  }

  #back(onScreen: number): DoneModel | BatchDone | undefined {
    const here = this.#done
      .filter((one) => one.kind === 'step')
      .findLast(({ sample }) => sample === onScreen);
    return here && !here.decides ? here : this.#done.at(-1);
  }
}
