/**
 * Splits under names that every reader takes. Data sets on the Hub allow letters, digits and underscores, and keep `all`
 * for themselves; file systems do not always tell cases apart. Two splits never become one by that.
 */

/** Where a sample without a split goes. */
export const UNSPLIT = 'train';

export class SplitNames {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The name of a split, the same each time it is asked. */
  nameOf(split: string | null): string {
    const given = split ?? UNSPLIT;
    const known = this.#names.get(given);
    if (known !== undefined) return known;
    const plain = given.replaceAll(/[^A-Za-z0-9_]+/g, '_').slice(0, 60);
    const base = plain.replaceAll('_', '') === '' || plain.toLowerCase() === 'all' ? `split_${plain}` : plain;
    let name = base;
    for (let n = 2; this.#taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    this.#taken.add(name.toLowerCase());
    this.#names.set(given, name);
    return name;
  }
}
