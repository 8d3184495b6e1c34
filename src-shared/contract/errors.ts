/**
 * Errors as values: a code to test on, what happened, where, and what the person can do next. They cross every
 * transport as {@link WireError}; nothing else about an exception leaves the process it happened in.
 */
import { z } from 'zod';

export const ERROR_CODES = [
  'usage',
  'bad_input',
  'not_found',
  'io',
  'read_only',
  'no_space',
  'bad_image',
  'image_too_large',
  'bad_checkpoint',
  'unsupported_model',
  'missing_tensor',
  'bad_project',
  'project_too_new',
  'project_busy',
  'project_replaced',
  'other_project',
  'conflict',
  'device_unavailable',
  'device_disagrees',
  'engine_died',
  'out_of_memory',
  'diverged',
  'cancelled',
  'unauthorized',
  'forbidden',
  'network',
  'untrusted',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const wireErrorSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  where: z.string().nullable(),
  next: z.string().nullable(),
});
export type WireError = z.infer<typeof wireErrorSchema>;

/** Errors quote what they are about, and a hostile file can make that any length; people read a line or two. */
const MAX_WORDS = 1000;
const MAX_WHERE = 1200;

function clipped<T extends string | null>(text: T, limit: number): T | string {
  // Half a surrogate pair is left out.
  return text === null || text.length <= limit
    ? text
    : `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The one error type of the app. `message` says what, `where` names the file, line or field, `next` the next step. */
export class FoveaError extends Error {
  readonly code: ErrorCode;
  readonly where: string | null;
  readonly next: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { where?: string | null; next?: string | null; cause?: unknown } = {},
  ) {
    super(clipped(message, MAX_WORDS), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FoveaError';
    this.code = code;
    this.where = clipped(options.where ?? null, MAX_WHERE);
    this.next = clipped(options.next ?? null, MAX_WORDS);
  }

  /** The form that crosses a process or network boundary. */
  toWire(): WireError {
    return { code: this.code, message: this.message, where: this.where, next: this.next };
  }

  static fromWire(wire: WireError): FoveaError {
    return new FoveaError(wire.code, wire.message, { where: wire.where, next: wire.next });
  }

  /** Any thrown value as a FoveaError; an unknown one becomes `internal` and keeps its cause. */
  static from(thrown: unknown): FoveaError {
    if (thrown instanceof FoveaError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new FoveaError('internal', message, { cause: thrown });
  }

  /** The one line a command prints: what, where, what to do next. */
  toLine(): string {
    const where = this.where ? ` (${this.where})` : '';
    const next = this.next ? `. ${this.next}` : '';
    return `${this.message}${where}${next}`.replace(/\s*\n\s*/g, ' ');
  }
}
