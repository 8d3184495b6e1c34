/**
 * How much a chat template may do. Published ones take some thousand steps for a question and write little more than it;
 * one that goes on beyond these limits is refused when its folder is opened, instead of holding whoever asks.
 */
import { TooMuch } from './error.ts';
import type { Value } from './nodes.ts';

export interface TemplateLimits {
  /** Characters of the template itself. */
  readonly source: number;
  /** Expressions and statements evaluated, those in loops each time. */
  readonly steps: number;
  /** Characters of any text it makes, the prompt among them. */
  readonly chars: number;
  /** Members of any list it makes. */
  readonly items: number;
  readonly ms: number;
}

export const TEMPLATE_LIMITS: TemplateLimits = {
  source: 1_000_000,
  steps: 1_000_000,
  chars: 1_000_000,
  items: 100_000,
  ms: 10_000,
};

/** Counts what one rendering does. Every method throws `TooMuch` by the limit's name. */
export class TemplateMeter {
  readonly #limits: TemplateLimits;
  #steps = 0;

  constructor(limits: TemplateLimits) {
    this.#limits = limits;
  }

  step(): void {
    if (++this.#steps > this.#limits.steps) throw new TooMuch(`takes more than ${this.#limits.steps} steps`);
  }

  /** Looks at the size of a value that was made. */
  made(value: Value): Value {
    if (value.type === 'StringValue') this.chars(String(value.value).length);
    else if (Array.isArray(value.value)) this.items(value.value.length);
    return value;
  }

  /** Before a text of so many characters is made. */
  chars(count: number): void {
    if (count > this.#limits.chars)
      throw new TooMuch(`makes a text of more than ${this.#limits.chars} characters`);
  }

  /** Before a list of so many members is made. */
  items(count: number): void {
    if (count > this.#limits.items)
      throw new TooMuch(`makes a list of more than ${this.#limits.items} members`);
  }

  /** Before `part` is put in the place of each `sought` in a text. */
  replaced(text: string, sought: string, part: string): void {
    const times = sought === '' ? text.length + 1 : text.split(sought).length - 1;
    this.chars(text.length + times * Math.max(0, part.length - sought.length));
  }

  /** Before a list is joined to a text. */
  joined(parts: readonly Value[], between: string): void {
    const own = parts.reduce((sum, { value }) => sum + String(value).length, 0);
    this.chars(own + between.length * Math.max(0, parts.length - 1));
  }
}
