/**
 * Numbers as options and arguments of the command line, in decimal digits as people write them: what `Number` would also
 * take (nothing at all as 0, `0x1f` as 31) is refused rather than guessed.
 */
import { usageError } from './command.ts';

/** Where a number must lie. */
export interface Limits {
  readonly least: number;
  /** Absent: no limit. */
  readonly most?: number;
  /** The least itself is too little. */
  readonly above?: boolean;
}

const WHOLE = /^\d+$/;
const DECIMAL = /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** NaN: no number in decimal digits. */
export function decimalOf(text: string, whole: boolean): number {
  const trimmed = text.trim();
  return (whole ? WHOLE : DECIMAL).test(trimmed) ? Number(trimmed) : Number.NaN;
}

/** A whole number within limits, as an option's parser. @throws FoveaError `usage` */
export function wholeNumber(name: string, { least, most }: Omit<Limits, 'above'>): (text: string) => number {
  return (text) => {
    const value = decimalOf(text, true);
    if (Number.isSafeInteger(value) && value >= least && value <= (most ?? Infinity)) return value;
    const limits = most === undefined ? `from ${least} on` : `from ${least} to ${most}`;
    throw usageError(`${name} must be a whole number ${limits}, not ${JSON.stringify(text)}`, 'See --help');
  };
}

/** A whole number from 1 on, as an option's parser. @throws FoveaError `usage` */
export function positiveInteger(name: string): (text: string) => number {
  return wholeNumber(name, { least: 1 });
}

/** A number within limits, as an option's parser. @throws FoveaError `usage` */
export function numberWithin(
  name: string,
  { least, most = Infinity, above = false }: Limits,
): (text: string) => number {
  return (text) => {
    const value = decimalOf(text, false);
    if (value <= most && (above ? value > least : value >= least)) return value;
    const words = above ? `above ${least}, up to ${most}` : `from ${least} to ${most}`;
    throw usageError(`${name} must be a number ${words}, not ${JSON.stringify(text)}`, 'See --help');
  };
}
