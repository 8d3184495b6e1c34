/** A tag that was given or taken away here, for the way back (`deciding/undo-order.ts`). */

export interface TagStep {
  readonly kind: 'tags';
  readonly tag: string;
  /** Whether it was given. */
  readonly on: boolean;
  /** Those that it changed. */
  readonly sampleIds: readonly number[];
  /** Makes them have the tag, or not. @returns false when what is known of all of them says so already: it was done elsewhere */
  put(on: boolean): boolean;
}

/** The tags with one more or one less, in the order of the list. */
export function withTag(tags: readonly string[], tag: string, on: boolean): string[] {
  const others = tags.filter((one) => one !== tag);
  return on ? [...others, tag].sort((a, b) => (a < b ? -1 : 1)) : others;
}

export interface TagChoice {
  readonly tag: string;
  /** How many samples have it; null: it is a new one. */
  readonly samples: number | null;
  /** All that it is chosen for have it: choosing it takes it away. */
  readonly has: boolean;
}

/** How many are offered at once. */
const OFFERED = 8;

/**
 * What a few letters may mean: tags that begin with them, then those that hold them, the most used first, and what was typed as
 * a new tag where no tag is just that. Without letters, those that the sample has come first.
 * @param known the project's, the most used first
 */
export function tagChoices(
  typed: string,
  known: readonly { readonly name: string; readonly samples: number }[],
  has: readonly string[],
): TagChoice[] {
  const words = typed.trim();
  const wanted = words.toLowerCase();
  const others = has
    .filter((tag) => !known.some(({ name }) => name === tag))
    .map((name) => ({ name, samples: 1 }));
  const rank = (name: string): number => {
    const at = name.toLowerCase().indexOf(wanted);
    if (wanted === '') return has.includes(name) ? 0 : 1;
    return at === 0 ? 0 : at > 0 ? 1 : 2;
  };
  const found = [...others, ...known]
    .map(({ name, samples }) => ({ tag: name, samples, has: has.includes(name), rank: rank(name) }))
    .filter((one) => one.rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, OFFERED)
    .map(({ tag, samples, has: all }) => ({ tag, samples, has: all }));
  const isNew = words !== '' && !found.some(({ tag }) => tag === words);
  return isNew ? [...found, { tag: words, samples: null, has: false }] : found;
}

/** What the key does to several samples: it takes the tag away only where all of them have it. */
export function givesTag(rows: readonly { readonly tags: readonly string[] }[], tag: string): boolean {
  return !(rows.length > 0 && rows.every(({ tags }) => tags.includes(tag)));
}
