/**
 * JSON files of a checkpoint folder: read once, parsed once by a schema, and every failure says which file and field.
 */
import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';

/** Configs are kilobytes; an index of the largest models is a few megabytes. Parsed JSON takes many times its bytes. */
const MAX_JSON_BYTES = 32_000_000;

/**
 * The text of a file, or null when it does not exist.
 * @throws FoveaError `bad_checkpoint` when it cannot be read, is no regular file (a pipe would block for ever) or too
 *   large for what it should be.
 */
export async function readTextIfThere(path: string, maxBytes = MAX_JSON_BYTES): Promise<string | null> {
  try {
    const file = await stat(path);
    if (!file.isFile()) throw bad(path, 'is not a file');
    if (file.size > maxBytes)
      throw bad(path, `is ${file.size} bytes, above the ${maxBytes} such a file can have`);
    const text = await readFile(path, 'utf8');
    if (text.startsWith(LFS_POINTER)) throw lfsPointer(path);
    return text;
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw bad(path, `cannot be read (${code ?? String(error)})`);
  }
}

/**
 * The parsed file, or null when it does not exist.
 * @throws FoveaError `bad_checkpoint` as {@link readTextIfThere}, or when it is not JSON, or not what `schema` says.
 */
export async function readJsonIfThere<S extends z.ZodType>(
  path: string,
  schema: S,
  maxBytes = MAX_JSON_BYTES,
): Promise<z.output<S> | null> {
  const text = await readTextIfThere(path, maxBytes);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(path, 'is not valid JSON');
  }
  return checkJson(schema, value, path);
}

/** The value by its schema. @throws FoveaError `bad_checkpoint` naming file and field. */
export function checkJson<S extends z.ZodType>(schema: S, value: unknown, path: string): z.output<S> {
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

/** How every Git-LFS pointer begins (git-lfs/docs/spec.md). */
export const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/** A file that was cloned without its content. */
export function lfsPointer(path: string): FoveaError {
  const name = path.split(/[\\/]/).pop() ?? path;
  return new FoveaError('bad_checkpoint', `${name} is a Git-LFS pointer, not the file itself`, {
    where: path,
    next: 'Run git lfs install and git lfs pull in the folder, or download the file from the repository',
  });
}

function bad(path: string, what: string): FoveaError {
  const name = path.split(/[\\/]/).pop() ?? path;
  return new FoveaError('bad_checkpoint', `${name} ${what}`, {
    where: path,
    next: 'Download the checkpoint folder again, or point Fovea at a complete one',
  });
}
