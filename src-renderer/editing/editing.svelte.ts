/**
 * What is being done to the label on screen: the tool in use, the region taken. A gesture shows the label as it would be;
 * only its end is a step, and every step is handed on to be saved and for undo.
 */
import { createContext } from 'svelte';
import type { SampleState } from '../../src-shared/contract/domain.ts';
import { FG, type CellXyxy, type Grid, type Labels } from '../../src-shared/kernels/types.ts';
import { paint } from '../canvas/brush.ts';
import { countChanges, type Changes } from './changes.ts';
import { BoxDrag, Polygon, Rectangle, Stroke, type Gesture, type Shape } from './gestures.ts';

import { boxAround, regionAt } from './region.ts';
import { handleAt, holdsPoint } from './roi-box.ts';
import { newest, sameLabel, sameStanding, startEdit, stateOf, type Edit, type Standing } from './standing.ts';
import { cellAt, type Point } from '../canvas/viewport.ts';
import type { Bundle } from '../canvas/bundles.svelte.ts';
import type { Hand } from './tools.svelte.ts';

const EDITS_KEPT = 500;

export interface EditingDoor {
  /** False while the sample on screen is not the one to decide on, so that nobody edits unseen. */
  mayEdit(): boolean;
  /** A key came while nothing may be edited: the person is told where nothing on screen says so. */
  notTaken(): void;
  /** True when nobody may stand behind the label of such a step; the person has been told. */
  refuses(edit: Edit, standing: Standing): boolean;
  /** A step was taken: `edit.standing` holds from now on in place of `before` and is to be saved. */
  onStep(edit: Edit, before: Standing): void;
  /** A change was made that undo is to know of. */
  onChange(edit: Edit, before: Standing): void;
  /** True while decisions about this sample are not all saved: its edit must be kept. */
  isDirty(sampleId: number): boolean;
}

export class Editing {
  readonly #door: EditingDoor;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #edits = new Map<number, Edit>();
  #shown: Edit | null = null;
  #gesture: Gesture | null = null;
  /** A cell of the region taken with the select tool. */
  #anchor = $state<number | null>(null);
  /** The label as it would be now, strokes under way included. */
  #label = $state.raw<Labels | null>(null);
  #predicted = $state.raw<Labels | null>(null);
  #grid = $state.raw<Grid | null>(null);

  standing = $state.raw<Standing | null>(null);
  state = $state<SampleState>('unlabelled');
  /** What is drawn of the gesture under way besides the label. */
  shape = $state.raw<Shape | null>(null);
  /** The predicted label is shown in place of the one that holds. */
  comparing = $state(false);

  /** The label on screen. */
  readonly label = $derived(this.comparing && this.#predicted ? this.#predicted : this.#label);
  /** How the label differs from the predicted one. */
  readonly changes = $derived<Changes | null>(
    this.#label && this.#predicted ? countChanges(this.#predicted, this.#label) : null,
  );
  /** The region taken: foreground that hangs together. */
  readonly region = $derived.by<readonly number[] | null>(() => {
    const [label, grid, anchor] = [this.#label, this.#grid, this.#anchor];
    return label && grid && anchor !== null && label[anchor] === FG ? regionAt(label, grid, anchor) : null;
  });
  /** The box round the region taken, in cells. */
  readonly box = $derived<CellXyxy | null>(
    this.region && this.#grid ? boxAround(this.region, this.#grid) : null,
  );

  constructor(door: EditingDoor) {
    this.#door = door;
  }

  /** The edit on screen, or null while there is none that may be changed. */
  get current(): Edit | null {
    return this.#door.mayEdit() ? this.#shown : null;
  }

  /** True from putting a tool down until its gesture ends. */
  get busy(): boolean {
    return this.#gesture !== null;
  }

  /** Shows a sample's label: with the steps that were taken on it here, or as it is stored. */
  open(bundle: Bundle | null): void {
    this.#drop();
    this.#anchor = null;
    this.comparing = false;
    this.#shown = bundle && this.#editOf(bundle);
    this.#predicted = this.#shown?.predicted ?? null;
    this.#grid = bundle?.detail.prediction?.grid ?? null;
    this.#show();
  }

  /** What is known of a sample that was worked on here. */
  known(sampleId: number): Edit | null {
    return this.#edits.get(sampleId) ?? null;
  }

  /** Forgets what is known of a sample: it is read anew. */
  forget(sampleId: number): void {
    this.#edits.delete(sampleId);
  }

  clear(): void {
    this.#edits.clear();
  }

  /** Takes a step, unless it is refused or changes nothing. Undo knows of it by whoever calls this. */
  step(edit: Edit, standing: Standing): 'taken' | 'same' | 'refused' {
    if (sameStanding(edit.standing, standing)) return 'same';
    if (this.#door.refuses(edit, standing)) {
      if (edit === this.#shown) this.#show();
      return 'refused';
    }
    this.put(edit, standing);
    return 'taken';
  }

  /** Makes a standing hold that held before, whatever it is. */
  put(edit: Edit, standing: Standing): void {
    const before = edit.standing;
    edit.standing = standing;
    if (edit === this.#shown) this.#show();
    this.#door.onStep(edit, before);
  }

  /** Changes the label or the note, as one step of undo. */
  changeTo(edit: Edit, standing: Standing): void {
    const before = edit.standing;
    if (this.step(edit, standing) === 'taken') this.#door.onChange(edit, before);
  }

  /** A new label, as one step. @returns false when there is no sample to change */
  setLabel(label: Labels): boolean {
    const edit = this.#ready();
    if (!edit) return false;
    this.#correct(edit, label);
    return true;
  }

  /** Changes the label that holds, as one step. `change` gets the region taken, or null. */
  change(change: (label: Labels, grid: Grid, region: readonly number[] | null) => Labels): void {
    if (!this.#label || !this.#grid) return;
    const label = change(this.#label, this.#grid, this.region);
    // Nothing to shrink is no decision: what was rejected stays so.
    if (!sameLabel(label, this.#label)) this.setLabel(label);
  }

  /**
   * Puts the tool in hand down. @returns false when it does nothing there
   * @param reach how near (cells, per axis) is on a handle or corner
   */
  press({ tool, value, size }: Hand, at: Point, reach: Point): boolean {
    this.comparing = false;
    if (this.#gesture) {
      this.#moved(this.#gesture.press(at));
      return true;
    }
    const [edit, label, grid] = [this.#door.mayEdit() ? this.#shown : null, this.#label, this.#grid];
    if (!edit || !label || !grid) return false;
    if (tool === 'select') return this.#take(label, grid, at, reach);
    if (tool === 'fill') {
      const cell = cellAt(at, grid);
      if (cell === null) return false;
      const filled = label.slice();
      if (paint(filled, regionAt(label, grid, cell), value) > 0) this.#correct(edit, filled);
      return true;
    }
    if (tool === 'brush' || tool === 'eraser') this.#gesture = new Stroke(label, grid, at, value, size);
    else if (tool === 'rectangle') this.#gesture = new Rectangle(label, grid, at, value);
    else this.#gesture = new Polygon(label, grid, at, value, reach);
    this.#moved(false);
    return true;
  }

  drag(to: Point): void {
    this.#gesture?.drag(to);
    this.#moved(false);
  }

  hover(to: Point): void {
    this.#gesture?.hover(to);
    this.#moved(false);
  }

  lift(): void {
    if (this.#gesture) this.#moved(this.#gesture.lift());
  }

  /** Ends what is under way as it is now. @returns false when nothing was */
  finish(): boolean {
    if (!this.#gesture) return false;
    if (this.#gesture instanceof Polygon) this.#gesture.finish();
    this.#moved(true);
    return true;
  }

  /** Gives up the gesture under way, else the region taken. @returns false when there was neither */
  cancel(): boolean {
    if (this.giveUp()) return true;
    if (this.#anchor === null) return false;
    this.#anchor = null;
    return true;
  }

  /** Takes back the last bit of the gesture under way. @returns false when none was */
  stepBack(): boolean {
    if (!this.#gesture) return false;
    if (this.#gesture.back()) this.#moved(false);
    else this.#drop();
    return true;
  }

  /** @returns false when no gesture was under way */
  giveUp(): boolean {
    const busy = this.#gesture !== null;
    this.#drop();
    return busy;
  }

  /** Before going on or deciding: a stroke counts as drawn, a polygon that is not closed does not. */
  settle(): void {
    if (this.#gesture instanceof Polygon) this.#drop();
    else this.finish();
  }

  /** Takes the foreground region at a point, or lets the taken one go. */
  select(at: Point): void {
    const cell = this.#grid && cellAt(at, this.#grid);
    this.#anchor = cell !== null && this.#label?.[cell] === FG ? cell : null;
  }

  #take(label: Labels, grid: Grid, at: Point, reach: Point): boolean {
    const { region, box } = this;
    const handle = box && handleAt(box, at, reach);
    if (!region || !box || (!handle && !holdsPoint(box, at))) return false;
    this.#gesture = new BoxDrag(label, grid, region, handle, at);
    this.#moved(false);
    return true;
  }

  /** The gesture changed, or ended. */
  #moved(ends: boolean): void {
    const gesture = this.#gesture;
    if (!gesture) return;
    this.#label = gesture.label;
    this.shape = gesture.shape;
    if (!ends) return;
    this.#gesture = null;
    this.shape = null;
    if (gesture instanceof BoxDrag) this.#anchor = gesture.anchor;
    if (this.#shown && !sameLabel(gesture.before, gesture.label)) this.#correct(this.#shown, gesture.label);
  }

  #drop(): void {
    if (!this.#gesture) return;
    this.#label = this.#gesture.before;
    this.#gesture = null;
    this.shape = null;
  }

  #correct(edit: Edit, label: Labels): void {
    this.changeTo(edit, { ...edit.standing, decision: 'correct', label, reason: null });
  }

  #ready(): Edit | null {
    if (!this.#door.mayEdit()) {
      this.#door.notTaken();
      return null;
    }
    this.settle();
    return this.#shown;
  }

  #editOf({ detail, reviews }: Bundle): Edit {
    const known = this.#edits.get(detail.id);
    if (known && known.predictionId === (detail.prediction?.id ?? null)) return known;
    const edit = startEdit(detail.id, detail.prediction, newest(reviews));
    this.#edits.set(detail.id, edit);
    for (const id of this.#edits.keys()) {
      if (this.#edits.size <= EDITS_KEPT) break;
      if (!this.#door.isDirty(id)) this.#edits.delete(id);
    }
    return edit;
  }

  #show(): void {
    const edit = this.#shown;
    const standing = edit?.standing ?? null;
    this.standing = standing;
    this.#label = standing?.label ?? null;
    if (edit && standing) this.state = stateOf(edit, standing);
  }
}

export const [getEditing, setEditing] = createContext<Editing>();
