/**
 * Undo and redo across samples. What is taken back is shown: its sample comes on screen first, loaded anew where it has to
 * be, so that nobody changes unseen what somebody else decided meanwhile. Each move is saved as a revision of its own.
 */
import { removedWords } from './removed.ts';
import { holds, sameStanding, type Edit, type Standing } from '../editing/standing.ts';
import { UndoOrder, type Done, type Step, type Way } from './undo-order.ts';
import {
  alreadyElsewhereWords,
  NOTHING_TO_REDO,
  NOTHING_TO_UNDO,
  TAGS_ELSEWHERE,
  tagTravelWords,
  travelWords,
} from './undo-words.ts';
import type { TagStep } from '../tagging/tag-step.ts';
import type { Notices } from '../shell/notices.svelte.ts';

/** A step that is taken back or again once its sample is on screen. */
interface Under {
  readonly step: Step;
  readonly way: Way;
  /** Whether the list has the sample; null until it says. */
  listed: boolean | null;
}

export interface UndoingDoor {
  /** The sample that is or should be on screen. */
  shownId(): number | null;
  /** The edit on screen, or null while there is none that may be changed. */
  current(): Edit | null;
  /** False, with words, while nothing may be taken back. */
  mayTravel(): boolean;
  /** Shows a sample, of the list or not. @returns whether the list has it; null: the project does not */
  show(sampleId: number): Promise<boolean | null>;
  /** Makes this hold in place of what holds, and saves it. */
  put(edit: Edit, standing: Standing): void;
  /** Goes on as after a decision. */
  next(): void;
}

export class Undoing {
  readonly #door: UndoingDoor;
  readonly #notices: Notices;
  readonly #order = new UndoOrder();
  /** Grows with every change of the order. */
  #version = $state(0);
  /** Under way to the sample of a step. */
  #under: Under | null = null;
  #said: number | null = null;
  /** Takes a batch back; true when it still stood. */
  undoBatch: (batchId: number) => boolean = () => false;

  constructor(door: UndoingDoor, notices: Notices) {
    this.#door = door;
    this.#notices = notices;
  }

  get canUndo(): boolean {
    void this.#version;
    return this.#order.back(null) !== null;
  }

  get canRedo(): boolean {
    void this.#version;
    return this.#order.forth() !== null;
  }

  /** Undo would take back many decisions at once: a key that is held down stops there. */
  get isLarge(): boolean {
    return this.#order.back(this.#door.shownId())?.kind === 'batch';
  }

  did(done: Done): void {
    this.#order.push(done);
    this.#version++;
  }

  undo(): void {
    this.#travel('back');
  }

  redo(): void {
    this.#travel('forth');
  }

  /** A sample changed elsewhere. */
  lose(sampleId: number): void {
    this.#order.lose(sampleId);
  }

  /** What was done on a sample was put back another way. */
  forget(sampleId: number): void {
    this.#order.forget(sampleId);
    this.#version++;
  }

  forgetBatch(batchId: number): void {
    this.#order.forgetBatch(batchId);
    this.#version++;
  }

  /** The sample is not in the project any more: undo says so where it would have taken something back on it. */
  remove(sampleId: number): void {
    if (this.#under?.step.sampleId === sampleId) this.#sayRemoved(sampleId);
    else this.#order.remove(sampleId);
  }

  /** Another project or run. */
  clear(): void {
    this.#order.clear();
    this.#under = null;
    this.#version++;
  }

  /** Another sample is or should be on screen: a way to elsewhere is given up. */
  leads(sampleId: number | null): void {
    if (this.#under && this.#under.step.sampleId !== sampleId) this.#under = null;
  }

  /** What is on screen changed: the sample that is wanted may be there. */
  arrive(): void {
    const under = this.#under;
    // It may be here before the list has said whether it has it.
    if (!under || under.listed === null || this.#door.shownId() !== under.step.sampleId) return;
    const edit = this.#door.current();
    if (edit) this.#take(under, edit);
  }

  #travel(way: Way): void {
    if (!this.#door.mayTravel()) return;
    this.#unsay();
    if (this.#under) {
      this.#say('Still loading; press the key again');
      return;
    }
    const here = this.#door.shownId();
    const done = way === 'back' ? this.#order.back(here) : this.#order.forth();
    if (!done) this.#say(...(way === 'back' ? NOTHING_TO_UNDO : NOTHING_TO_REDO));
    else if (done.kind === 'batch') this.#takeBatchBack(done.batchId);
    else if (done.kind === 'tags') void this.#takeTag(done, way, here);
    else if (this.#order.isRemoved(done.sampleId)) this.#sayRemoved(done.sampleId);
    else void this.#go(done, way, here);
  }

  #takeBatchBack(batchId: number): void {
    if (this.undoBatch(batchId)) return;
    this.forgetBatch(batchId);
    this.#say(`Batch ${batchId} is already undone`);
  }

  /** One sample comes on screen for it, as for a decision; many stay where they are. */
  async #takeTag(step: TagStep, way: Way, here: number | null): Promise<void> {
    const [only, more] = step.sampleIds;
    const elsewhere = only !== undefined && more === undefined && only !== here;
    if (elsewhere && (await this.#door.show(only)) === null) {
      this.#order.forgetStep(step);
      this.#say(`${removedWords(only)}: nothing on it can be taken back here`);
    } else if (step.put(way === 'back' ? !step.on : step.on)) {
      this.#order.moved(step, way);
      if (elsewhere || more !== undefined) this.#say(tagTravelWords(step, way));
    } else {
      this.#order.forgetStep(step);
      this.#say(more === undefined && only !== undefined ? alreadyElsewhereWords(only) : TAGS_ELSEWHERE);
    }
    this.#version++;
  }

  async #go(step: Step, way: Way, here: number | null): Promise<void> {
    if (step.sampleId === here) {
      const edit = this.#door.current();
      if (edit) this.#take({ step, way, listed: true }, edit);
      else this.#say('Still loading; press the key again');
      return;
    }
    const under: Under = { step, way, listed: null };
    this.#under = under;
    const listed = await this.#door.show(step.sampleId);
    if (this.#under !== under) return;
    if (listed === null) return this.#sayRemoved(step.sampleId);
    under.listed = listed;
    this.arrive();
  }

  #sayRemoved(sampleId: number): void {
    this.#under = null;
    this.forget(sampleId);
    this.#say(`${removedWords(sampleId)}; nothing on it can be undone here`);
  }

  #take({ step, way, listed }: Under, edit: Edit): void {
    const elsewhere = this.#under !== null;
    this.#under = null;
    const [from, to] = way === 'back' ? [step.after, step.before] : [step.before, step.after];
    const { sampleId } = step;
    this.#version++;
    const lost = this.#order.isLost(step);
    if (lost || edit.predictionId !== step.predictionId || !holds(edit.standing, from)) {
      if (lost) this.#order.forgetLost(sampleId);
      else this.#order.forget(sampleId);
      this.#say(alreadyElsewhereWords(sampleId));
      return;
    }
    this.#order.moved(step, way);
    if (!sameStanding(from, to)) this.#door.put(edit, to);
    if (elsewhere) this.#say(travelWords(step, way), listed ? null : 'The filter hides it');
    if (way === 'forth' && step.decides) this.#door.next();
  }

  /** One notice at a time: what was said before is about a step that is past. */
  #say(text: string, next: string | null = null): void {
    this.#unsay();
    this.#said = this.#notices.info(text, next);
  }

  #unsay(): void {
    if (this.#said !== null) this.#notices.dismiss(this.#said);
    this.#said = null;
  }
}
