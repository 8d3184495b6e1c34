/** Why a row, or one question of it, does not go in. */
import type { z } from 'zod';
import { check } from './parse.ts';
import type { RowReason } from './reasons.ts';

export const CORRECT = 'Correct it and import the file again';

/** Thrown by the readers of rows; never leaves this folder. */
export class RowError extends Error {
  readonly reason: RowReason;

  /** @param message without the row's values: equal words are one kind */
  constructor(message: string, value: string | null = null, next = CORRECT) {
    super(message);
    this.reason = { message, value, next };
  }
}

/** A value through a schema. Throws RowError. */
export function checked<S extends z.ZodType>(raw: unknown, schema: S): z.output<S> {
  const parsed = check(raw, schema);
  if (parsed.ok) return parsed.value;
  throw new RowError(parsed.message, parsed.value);
}
