/** `--in-flight`, the same for every command that labels. */
import { MOST } from '../../../../src-shared/contract/limits.ts';
import { IN_FLIGHT } from '../../../jobs/label/run.ts';
import { usageError } from './command.ts';
import { positiveInteger } from './number-option.ts';

export interface InFlightOptions {
  readonly inFlight?: number;
}

function widthOf(text: string): number {
  const width = positiveInteger('--in-flight')(text);
  if (width <= MOST.inFlight) return width;
  throw usageError(`--in-flight is at most ${MOST.inFlight}, not ${width}`, 'More gain nothing');
}

/** What `Command.option` takes. */
export const IN_FLIGHT_OPTION = [
  '--in-flight <n>',
  `label so many samples at once, at most ${MOST.inFlight} and as memory allows; 1: one after the other (default: ${IN_FLIGHT.self} where the model answers, ${IN_FLIGHT.teacher} with given answers)`,
  widthOf,
] as const;
