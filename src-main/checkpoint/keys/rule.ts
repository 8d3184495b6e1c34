/**
 * What Fovea makes of a key of a config file. Every key that transformers (4.37 to 5.24), the published checkpoints or the
 * authors' code write is in a table of such rules; whatever is in none is unknown, and shown by `fovea model check`.
 *
 * - `implemented`: Fovea obeys it. With `only`, just these values; any other is refused by name.
 * - `harmless`: its value changes no number that Fovea computes, for the stated reason.
 * - `refused`: it changes numbers in a way that Fovea does not implement, unless its value is neutral.
 * - `nested`: an object with keys of its own.
 */
export type KeyRule =
  | { readonly is: 'implemented'; readonly only?: Values; readonly note?: string; readonly next?: string }
  | { readonly is: 'harmless'; readonly because: string }
  | { readonly is: 'refused'; readonly unless: Values; readonly because: string; readonly next?: string }
  | { readonly is: 'nested'; readonly table: KeyTable };

export type KeyTable = Readonly<Record<string, KeyRule>>;

/** An object of a config file, as parsed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Values that pass. `null` passes too where a rule does not list it: transformers takes it for "not set". */
export interface Values {
  readonly values: readonly unknown[];
  /** `null` is a value of its own here, and refused: transformers takes it for false. */
  readonly notNull?: true;
  /** Values that no list can hold, judged with the keys beside them; `words` says which. */
  readonly also?: {
    readonly words: string;
    readonly holds: (value: unknown, siblings: JsonObject) => boolean;
  };
}

/** Obeyed when true or absent; transformers takes `null` for false. */
export function onlyTrue(): KeyRule {
  return { is: 'implemented', only: { values: [true], notNull: true } };
}

/** Obeyed, whatever its value (the schema that reads it says what a value may be). */
export function implemented(note?: string): KeyRule {
  return { is: 'implemented', ...(note === undefined ? {} : { note }) };
}

/** Obeyed for these values, refused for others. */
export function only(values: readonly unknown[], also?: Values['also'], next?: string): KeyRule {
  const allowed = also ? { values, also } : { values };
  return { is: 'implemented', only: allowed, ...(next === undefined ? {} : { next }) };
}

export function harmless(because: string): KeyRule {
  return { is: 'harmless', because };
}

/** Refused unless it has one of the neutral values (or none). */
export function refused(because: string, ...neutral: readonly unknown[]): KeyRule {
  return { is: 'refused', unless: { values: neutral }, because };
}

/** As {@link refused}, with neutral values that only the keys beside it tell. */
export function refusedUnless(because: string, unless: Values, next?: string): KeyRule {
  return { is: 'refused', unless, because, ...(next === undefined ? {} : { next }) };
}

export function nested(table: KeyTable): KeyRule {
  return { is: 'nested', table };
}

/** The same rule for several keys. */
export function each(names: readonly string[], rule: KeyRule): KeyTable {
  return Object.fromEntries(names.map((name) => [name, rule]));
}
