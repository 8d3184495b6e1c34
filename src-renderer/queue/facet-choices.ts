/** What can be ticked in one part of the filter panel, with how many samples each choice has. */

export interface FacetChoice<T extends string = string> {
  readonly value: T;
  readonly words: string;
  /** Null while it is not known, or when nothing of it is left. */
  readonly samples: number | null;
}

/**
 * The counted values, then what is chosen but was not counted: it must be possible to take it away again.
 * @param words of a value; the empty one stands for "none given"
 */
export function facetChoices<T extends string>(
  counted: readonly { readonly value: T; readonly samples: number }[],
  chosen: readonly T[],
  words: (value: T) => string,
): FacetChoice<T>[] {
  const known = new Set(counted.map(({ value }) => value));
  const others = chosen.filter((value) => !known.has(value));
  return [
    ...counted.map(({ value, samples }) => ({ value, words: words(value), samples })),
    ...others.map((value) => ({ value, words: words(value), samples: null })),
  ];
}

/** Names as a facet counts them, ready for {@link facetChoices}. */
export function named(
  counted: readonly { readonly name: string; readonly samples: number }[] | undefined,
): { value: string; samples: number }[] {
  return (counted ?? []).map(({ name, samples }) => ({ value: name, samples }));
}
