/** What the review page says, read in one look: a soak that asks for one thing after the other mostly waits. */
import type { Page } from 'playwright-core';
import { until } from '../../e2e/support/until.ts';

export interface Said {
  /** The sample on screen, and the one that the list marks; null: none that is not about to change. */
  readonly shown: number | null;
  readonly current: number | null;
  readonly state: string | null;
  /** Tokens that differ from the predicted label. */
  readonly changed: number;
  /** On the decision, and on the sample. */
  readonly note: string;
  readonly words: string;
  /** Of the sample as the list has it, in alphabetical order. */
  readonly flags: string;
  /** Whether the label on screen is of another picture than is there now, and how many are. */
  readonly otherPicture: boolean;
  readonly otherPictures: number;
  /** How many samples the list has. */
  readonly rows: number;
}

const SELECTED: { readonly [Name in keyof Said]: string } = {
  shown: "Number(one('[data-shown][data-current-state]')?.dataset.shown ?? NaN)",
  current: "Number(one('button[aria-current=true][data-sample]')?.dataset.sample ?? NaN)",
  state: "one('[data-current-state]')?.dataset.currentState ?? null",
  changed: "Number(one('[data-changed]')?.dataset.changed ?? NaN)",
  note: "one('[data-note]')?.value ?? null",
  words: "one('[data-sample-note]')?.value ?? null",
  flags: "(one('[aria-current=true] [data-marks]')?.dataset.marks ?? '').split(' ').sort().join(' ')",
  otherPicture: "one('[data-testid=picture-changed]') !== null",
  otherPictures:
    "Number(one('[role=status][aria-label=Pictures]')?.textContent.match(/(\\d+) samples? w/)?.[1] ?? 0)",
  rows: "parseInt(one('[role=list][aria-busy=false]')?.ariaLabel)",
};

/** Waits until the page says these things, all at once. @throws Error with what it says instead */
export async function untilSaid(page: Page, said: Partial<Said>): Promise<void> {
  const fields = (Object.keys(said) as (keyof Said)[]).map((name) => `${name}: ${SELECTED[name]}`);
  const expression = `(() => {
    const one = (selector) => document.querySelector(selector);
    return JSON.stringify({ ${fields.join(', ')} });
  })()`;
  await until(page, expression, JSON.stringify(said));
}

/** Waits until every decision made so far is saved. */
export async function untilSaved(page: Page): Promise<void> {
  await until(page, "document.querySelector('[data-save]')?.dataset.save", 'saved');
}
