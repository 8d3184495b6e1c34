/**
 * JSON text through a schema, with problems in words a person can act on: the field and what it should have been.
 */
import type { z } from 'zod';
import { shown } from './reasons.ts';

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  /** `value`: what stood there, short enough to print; null when that would say nothing. */
  | { readonly ok: false; readonly message: string; readonly value: string | null };

/** Parses one JSON value and checks it; never throws. Its message names the place within lists, too (`grid.0`). */
export function parseJson<S extends z.ZodType>(text: string, schema: S): Parsed<z.output<S>> {
  const raw = parseText(text);
  return raw.ok ? checkAt(raw.value, schema, (path) => path.join('.')) : raw;
}

/** Parses one JSON value; never throws. */
export function parseText(text: string): Parsed<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const value = error instanceof Error ? error.message : String(error);
    const python = /[[:,]\s*-?(NaN|Infinity)\b/.test(text);
    return {
      ok: false,
      message: python ? 'not valid JSON: it has NaN or Infinity, as Python writes them' : 'not valid JSON',
      value,
    };
  }
}

/**
 * Checks a value; never throws. Messages name fields, neither places within lists (a list wrong in a thousand places is
 * one kind of mistake) nor a row's values: those are `value`.
 */
export function check<S extends z.ZodType>(raw: unknown, schema: S): Parsed<z.output<S>> {
  return checkAt(raw, schema, (path) => path.filter((part) => typeof part === 'string').join('.'));
}

function checkAt<S extends z.ZodType>(
  raw: unknown,
  schema: S,
  fieldOf: (path: readonly PropertyKey[]) => string,
): Parsed<z.output<S>> {
  const result = schema.safeParse(raw);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const message = (issue?.message ?? 'unexpected value').replace(/^Invalid input: /, '');
  const field = fieldOf(path);
  const found = at(raw, path);
  if (field && found === undefined) return { ok: false, message: `${field} is missing`, value: null };
  return { ok: false, message: field ? `${field}: ${message}` : message, value: shown(found) };
}

function at(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    raw,
  );
}
