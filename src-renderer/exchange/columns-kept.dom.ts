/** Which columns are which fields, as this person chose for tables of the same columns before. */
import { z } from 'zod';
import { type ColumnChoice, columnChoiceSchema } from '../../src-shared/contract/procedures.ts';
import { readJson, store } from '../shell/stored.dom.ts';

const NAME = 'importColumns';
/** Of the last tables; a choice is some hundred bytes. */
const MOST = 30;
const keptSchema = z.array(z.object({ names: z.array(z.string()), choice: columnChoiceSchema }));

/** The choice for columns of these names, in any order; null: none. */
export function knownColumns(names: readonly string[]): ColumnChoice | null {
  return readJson(NAME, keptSchema, []).find((one) => isSame(one.names, names))?.choice ?? null;
}

/** Keeps a choice for columns of these names. */
export function keepColumns(names: readonly string[], choice: ColumnChoice): void {
  const others = readJson(NAME, keptSchema, []).filter((one) => !isSame(one.names, names));
  store(NAME, JSON.stringify([{ names: [...names], choice }, ...others].slice(0, MOST)));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join('\0') === [...b].sort().join('\0');
}
