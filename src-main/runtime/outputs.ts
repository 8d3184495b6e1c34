/** What a graph gave, by name. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Output } from './session.ts';

/** An output that the graph has. */
export function need(output: Readonly<Record<string, Output>>, name: string): Output {
  const value = output[name];
  if (value === undefined) throw new FoveaError('internal', `the graph gave no ${name}`);
  return value;
}
