/**
 * One window of the real page, its model, and the random things a person does in it. Decisions and edits of one sample
 * are here; `marks.ts`, `lists.ts` and `many.ts` have the rest.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { paint } from '../../../src-renderer/canvas/brush.ts';
import { BoxDrag } from '../../../src-renderer/editing/gestures.ts';
import { grow, shrink } from '../../../src-renderer/editing/grow.ts';
import { boxAround, regionAt } from '../../../src-renderer/editing/region.ts';
import { BG, FG, IGNORE, type Grid } from '../../../src-shared/kernels/types.ts';
import { LabelCells } from '../../e2e/support/label-cells.ts';
import { ReviewPage } from '../../e2e/support/review-page.ts';
import { listActions } from './lists.ts';
import { manyActions } from './many.ts';
import { markActions } from './marks.ts';
import { keepForPicture } from './picture-faults.ts';
import { removalActions } from './removal.ts';
import { untilSaid, untilSaved } from './said.ts';
import { same, SHOWN_AS, type Actions, type StoreModel, type WindowModel } from './model.ts';

const GRID: Grid = [24, 24];
const [ROWS, COLS] = GRID;
const VALUES = [
  [FG, '1'],
  [BG, '2'],
  [IGNORE, '3'],
] as const;
const BY_KEYS = ['accept', 'reject', 'next', 'previous', 'grow', 'shrink', 'undo', 'redo', 'burst', 'flag'];
const WAIT_MS = 20_000;
/** What the page says behind the last sample of a list. */
const END = '[data-end-of-list]';
/** One action in so many leads elsewhere. */
const RARE = 8;

export class Player {
  readonly page: Page;
  readonly review: ReviewPage;
  readonly cells: LabelCells;
  readonly store: StoreModel;
  readonly model: WindowModel;
  readonly #random: () => number;
  readonly #often: Actions;
  /** What leads to another page or list and back, rarer than the rest: each is many steps. */
  readonly #elsewhere: Actions;
  /** What the queue shows, in its order; null: all samples. */
  #filtered: readonly number[] | null = null;
  /** What lay on the page when the places of cells were read last. */
  #measured: string | null = null;
  #sample = 0;
  /** Where in the list the last sample was that it has. */
  #place = 0;

  constructor(page: Page, store: StoreModel, random: () => number) {
    this.page = page;
    this.review = new ReviewPage(page);
    this.cells = new LabelCells(page);
    this.store = store;
    this.model = store.openWindow();
    this.#random = random;
    this.#often = { ...this.#edits, ...markActions(this) };
    this.#elsewhere = { ...listActions(this), ...manyActions(this), ...removalActions(this) };
  }

  /** What the queue shows, in its order. */
  get list(): readonly number[] {
    return this.#filtered ?? this.store.samples;
  }

  set list(samples: readonly number[]) {
    this.#filtered = samples.length === this.store.samples.length ? null : samples;
  }

  async begin(): Promise<void> {
    // A page behind another draws no frames, and its panes find no size.
    await this.page.bringToFront();
    await this.page.setViewportSize({ width: 1280, height: 720 });
    await this.review.ready();
    this.#measured = null;
    this.sample = await this.review.currentId();
  }

  /**
   * Does something at random. @returns what, in words
   * @param keysOnly nothing that needs the panes to stay where they are: a banner may come or go
   */
  async act(keysOnly = false): Promise<string> {
    const elsewhere = !keysOnly && this.below(RARE) === 0;
    // Over the label lies what is said of its picture: a mouse would meet that.
    const changed = !keysOnly && !elsewhere && this.store.pictures.isChanged(this.sample);
    const some = elsewhere ? this.#elsewhere : changed ? this.#onChangedPicture : this.#often;
    const all = Object.entries(some).filter(([name]) => !keysOnly || BY_KEYS.includes(name));
    const [name, action] = all[this.below(all.length)];
    const on = this.sample;
    if (!keysOnly && !elsewhere && !changed) await this.#measure();
    await action().catch((cause: unknown) => {
      throw new Error(`${name} on ${on}: ${String(cause)}`, { cause });
    });
    return `${name} on ${on}`;
  }

  /** The page must show what the model says, soon. */
  async agrees(): Promise<void> {
    const { sample, store, list } = this;
    const { decision, label, note } = this.model.current(sample);
    const predicted = store.predicted.get(sample)!;
    // The list says which flags a sample has, where it has the sample.
    const listed = list.includes(sample);
    await untilSaid(this.page, {
      shown: sample,
      ...(listed ? { current: sample } : {}),
      state: SHOWN_AS[decision],
      changed: label.filter((value, i) => value !== predicted[i]).length,
      note: note ?? '',
      words: store.noteOn(sample),
      flags: listed ? [...store.flagsOf(sample)].sort().join(' ') : '',
      otherPicture: store.pictures.isChanged(sample),
      otherPictures: store.changedPictures,
      // What begins to match a filter comes into its list.
      ...(this.#filtered ? {} : { rows: list.length }),
    });
  }

  /** The page says how many labels are of another picture, soon. */
  async countsPictures(): Promise<void> {
    await untilSaid(this.page, { otherPictures: this.store.changedPictures });
  }

  /** Reads where cells lie, where a banner came or went since. */
  async #measure(): Promise<void> {
    const banner = String(this.store.changedPictures > 0);
    if (this.#measured !== banner) await this.cells.measure();
    this.#measured = banner;
  }

  /** Waits until every decision made so far is saved. */
  saved(): Promise<void> {
    return untilSaved(this.page);
  }

  /** Waits until everything is saved and the page no longer says that the connection is lost. */
  async calm(): Promise<void> {
    await this.page.getByText('Connection lost').waitFor({ state: 'detached', timeout: WAIT_MS });
    await this.saved();
  }

  async reload(): Promise<void> {
    await this.saved();
    await this.page.reload();
    this.model.reloaded();
    await this.begin();
  }

  /** By the arrow keys. */
  async goTo(sample: number): Promise<void> {
    while (this.sample !== sample) await this.step(sample > this.sample ? 1 : -1);
  }

  /** To a neighbour in the list, by its arrow key. */
  async step(by: 1 | -1): Promise<void> {
    await this.press(by > 0 ? 'ArrowRight' : 'ArrowLeft');
    const next = this.neighbour(by);
    if (by > 0 && next === this.sample) await this.#leaveEnd();
    await this.arrive(next);
  }

  async decide(key: 'Enter' | 'x'): Promise<void> {
    await this.press(key);
    const { label } = this.model.current(this.sample);
    const accepts = same(label, this.store.predicted.get(this.sample)!) ? 'accept' : 'correct';
    const next = this.neighbour(1);
    const decision = key === 'x' ? 'reject' : accepts;
    const taken = this.model.step(this.sample, { decision }, { goesOn: next !== this.sample });
    if (taken && next === this.sample) await this.#leaveEnd();
    await this.arrive(taken ? next : this.sample);
  }

  async grow(): Promise<void> {
    await this.press('b', '.');
    this.#correct((label) => label.set(grow(label, GRID)));
  }

  /** Undo or redo: what it changes comes on screen, in the list or not; redo of a decision goes on as the decision did. */
  async travel(by: 1 | -1): Promise<void> {
    await this.press(by < 0 ? 'Control+z' : 'Control+y');
    const travel = this.model.travel(this.sample, by);
    if (travel.leads === 'nowhere' || travel.leads === 'batch') return;
    this.sample = travel.sample;
    if (travel.leads === 'to' && travel.goesOn) {
      const next = this.neighbour(1);
      if (next === this.sample) await this.#leaveEnd();
      this.sample = next;
    }
    await this.arrive(this.sample);
  }

  /** The sample before or after this one in the list, or where it was left; this one at its ends. */
  neighbour(by: 1 | -1): number {
    const at = this.list.indexOf(this.sample);
    if (at >= 0) return this.list[at + by] ?? this.sample;
    return this.list[by > 0 ? this.#place : this.#place - 1] ?? this.sample;
  }

  /** The sample at hand; where another window removed it, what came after it, or the last one before. */
  get sample(): number {
    if (this.store.isRemoved(this.#sample)) {
      const left = this.store.samples;
      this.sample = left.find((one) => one > this.#sample) ?? left.at(-1)!;
    }
    return this.#sample;
  }

  set sample(at: number) {
    this.#sample = at;
    this.model.onScreen = at;
    const place = this.list.indexOf(at);
    if (place >= 0) this.#place = place;
  }

  /** Labels of another picture can be kept or left, not changed; a note on the decision is none. */
  get #onChangedPicture(): Actions {
    const { accept, reject, next, previous, grow, shrink, undo, redo, burst, flag, note } = this.#often;
    const keep = () => keepForPicture(this);
    return { accept, reject, next, previous, grow, shrink, undo, redo, note, burst, flag, keep };
  }

  readonly #edits: Actions = {
    accept: () => this.decide('Enter'),
    reject: () => this.decide('x'),
    next: () => this.step(1),
    previous: () => this.step(-1),
    dab: async () => {
      const [value, key] = this.#value();
      const at = this.#cell();
      await this.press('b', key);
      await this.cells.click(...at);
      this.#correct((label) => void paint(label, [at[0] * COLS + at[1]], value));
    },
    rectangle: async () => {
      const [value, key] = this.#value();
      const [a, b] = this.#corners();
      await this.press('r', key);
      await this.cells.drag(a, b);
      this.#correct((label) => fillBox(label, a, b, value));
    },
    givenUp: async () => {
      await this.press('r', '1');
      await this.page.mouse.move(...this.cells.at(...this.#cell()));
      await this.page.mouse.down();
      await this.page.mouse.move(...this.cells.at(...this.#cell()));
      await this.press('Escape');
      await this.page.mouse.up();
    },
    polygon: async () => {
      const [value, key] = this.#value();
      const [[row0, col0], [row1, col1]] = this.#corners();
      await this.press('p', key);
      // Sides well away from the middles of tokens: the browser reports whole pixels.
      await this.cells.click(row0 - 0.4, col0 - 0.4);
      await this.cells.click(row0 - 0.4, col1 + 0.4);
      await this.cells.click(row1 + 0.4, col1 + 0.4);
      await this.cells.click(row1 + 0.4, col0 - 0.4);
      await this.press('Enter');
      this.#correct((label) => fillBox(label, [row0, col0], [row1, col1], value));
    },
    moveBox: () => this.#dragBox(null),
    resizeBox: () => this.#dragBox({ x: 1, y: 1 }),
    copyPredicted: () => this.#copy(0, this.store.predicted.get(this.sample)!),
    copyOtherRun: () => this.#copy(-1, this.store.otherRun),
    fill: async () => {
      const [value, key] = this.#value();
      const at = this.#cell();
      await this.press('c', key);
      await this.cells.click(...at);
      this.#correct((label) => void paint(label, regionAt(label, GRID, at[0] * COLS + at[1]), value));
    },
    grow: () => this.grow(),
    shrink: async () => {
      await this.press('b', ',');
      this.#correct((label) => label.set(shrink(label, GRID)));
    },
    undo: () => this.travel(-1),
    redo: () => this.travel(1),
    burst: async () => {
      // As quick as keys come; each is taken by one sample or refused with a notice.
      const before = this.sample;
      for (let n = 0; n < 4; n++) await this.page.keyboard.press('x');
      await this.review.ready();
      await this.saved();
      if ((await this.page.locator(END).count()) > 0) await this.#leaveEnd();
      const reached = await this.review.currentId();
      const taken = reached === this.list.at(-1) ? await this.#lastTaken(reached) : reached;
      const goesOn = (at: number) => at !== this.list.at(-1);
      for (const at of this.list.filter((id) => id >= before && id < taken))
        this.model.step(at, { decision: 'reject' }, { goesOn: goesOn(at) });
      this.sample = reached;
    },
  };

  /** Behind the last sample none is on screen, and nothing is decided: back to it. */
  async #leaveEnd(): Promise<void> {
    await this.page.locator(END).waitFor({ timeout: WAIT_MS });
    await this.press('ArrowLeft');
    await this.page.locator('section[aria-label="Denoised"] [role=img]').waitFor({ timeout: WAIT_MS });
  }

  /** At the end of the queue a decision stays on its sample. @returns the first sample that was not decided */
  async #lastTaken(last: number): Promise<number> {
    const rejected = (await this.review.currentState()) === 'rejected';
    return rejected && this.model.current(last).decision !== 'reject' ? last + 1 : last;
  }

  /** Waits until that sample is on screen, and the list says so where it has it. */
  async arrive(at: number): Promise<void> {
    this.sample = at;
    await untilSaid(this.page, { shown: at, ...(this.list.includes(at) ? { current: at } : {}) });
  }

  /** Takes a region of the label, drags its box or a corner of it, and lets it go. */
  async #dragBox(handle: { x: 1; y: 1 } | null): Promise<void> {
    const { label } = this.model.current(this.sample);
    const inside = [...label.keys()].filter((cell) => label[cell] === FG);
    if (inside.length === 0) return;
    const cell = inside[this.below(inside.length)];
    const region = regionAt(label, GRID, cell);
    const [x0, y0, x1, y1] = boxAround(region, GRID);
    const from = handle ? { x: x1, y: y1 } : { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
    const to = {
      x: Math.min(COLS, Math.max(0, from.x + this.below(9) - 4)),
      y: Math.min(ROWS, Math.max(0, from.y + this.below(9) - 4)),
    };
    const gesture = new BoxDrag(label, GRID, region, handle, from);
    gesture.drag(to);
    await this.press('v');
    await this.cells.click(Math.floor(cell / COLS), cell % COLS);
    await this.cells.drag([from.y - 0.5, from.x - 0.5], [to.y - 0.5, to.x - 0.5]);
    await this.press('Escape');
    this.#correct((changed) => changed.set(gesture.label));
  }

  /** Copies what the menu's first (0) or last (-1) entry offers; nothing where that would change nothing. */
  async #copy(entry: 0 | -1, from: Int8Array): Promise<void> {
    if (same(from, this.model.current(this.sample).label)) return;
    await this.press('y');
    await this.page.getByRole('menuitem').nth(entry).click();
    this.#correct((label) => label.set(from));
  }

  #correct(change: (label: Int8Array) => void): void {
    const before = this.model.current(this.sample).label;
    const label = before.slice();
    change(label);
    if (!same(before, label)) this.model.step(this.sample, { decision: 'correct', label });
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  #value() {
    return VALUES[this.below(VALUES.length)];
  }

  /** The first and the last cell of a box. */
  #corners(): [first: [row: number, col: number], last: [row: number, col: number]] {
    const [a, b] = [this.#cell(), this.#cell()];
    return [
      [Math.min(a[0], b[0]), Math.min(a[1], b[1])],
      [Math.max(a[0], b[0]), Math.max(a[1], b[1])],
    ];
  }

  #cell(): [row: number, col: number] {
    return [this.below(ROWS), this.below(COLS)];
  }

  below(count: number): number {
    const found = Math.floor(this.#random() * count);
    assert.ok(found < count);
    return found;
  }
}

/** Paints all cells from the first to the last one of a box. */
function fillBox(
  label: Int8Array,
  first: readonly [row: number, col: number],
  last: readonly [row: number, col: number],
  value: number,
): void {
  for (let row = first[0]; row <= last[0]; row++)
    for (let col = first[1]; col <= last[1]; col++) label[row * COLS + col] = value;
}
