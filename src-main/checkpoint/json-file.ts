/**
 * JSON files of a checkpoint folder: read once, parsed once by a schema, and every failure says which file and field.
 */
import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';

/** Configs are kilobytes and tokenizers megabytes; anything above is not one of them. */
const MAX_JSON_BYTES = 200_000_000;

/**
 * The parsed file, or null when it does not exist.
 * @throws FoveaError `bad_checkpoint` when it is unreadable, not JSON, or not what `schema` says.
 */
export async function readJsonIfThere<S extends z.ZodType>(
  path: string,
  schema: S,
): Promise<z.output<S> | null> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_JSON_BYTES) throw bad(path, `is ${size} bytes, too large for a JSON file of a checkpoint`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw bad(path, `cannot be read (${code ?? String(error)})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(path, 'is not valid JSON');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') || 'the top level';
    throw bad(path, `is not as expected at ${field}: ${issue?.message ?? 'invalid'}`);
  }
  return parsed.data;
}

/** As {@link readJsonIfThere}, and a missing file is `bad_checkpoint` too. */
export async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  const value = await readJsonIfThere(path, schema);
  if (value === null) throw bad(path, 'is missing');
  return value;
}

function bad(path: string, what: string): FoveaError {
  const name = path.split(/[\\/]/).pop() ?? path;
  return new FoveaError('bad_checkpoint', `${name} ${what}`, {
    where: path,
    next: 'Download the checkpoint folder again, or point Fovea at a complete one',
  });
}
