/**
 * JSON text through a schema, with problems in words a person can act on: the field and what it should have been.
 */
import type { z } from 'zod';

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Parses one JSON value and checks it; never throws. */
export function parseJson<S extends z.ZodType>(text: string, schema: S): Parsed<z.output<S>> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return {
      ok: false,
      message: `not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const result = schema.safeParse(raw);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const message = (issue?.message ?? 'unexpected value').replace(/^Invalid input: /, '');
  const field = issue?.path.map(String).join('.') ?? '';
  if (field && /received undefined$/.test(message)) return { ok: false, message: `${field} is missing` };
  return { ok: false, message: field ? `${field}: ${message}` : message };
}
