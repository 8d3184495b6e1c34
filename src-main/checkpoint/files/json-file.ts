/**
 * JSON files of a checkpoint folder: read once, parsed once by a schema, and every failure says which file and field.
 */
import type { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readPlain } from '../../files/plain-file.ts';
import { JSON_LIMITS, type JsonLimits, tooMuchJson } from './json-shape.ts';

const NEXT = 'Download the checkpoint folder again, or point Fovea at a complete one';

/**
 * The text of a file, or null when it does not exist.
 * @throws FoveaError `bad_checkpoint` when it cannot be read, is no regular file (a pipe would block for ever) or too
 *   large for what it should be.
 */
export async function readTextIfThere(path: string, maxBytes = JSON_LIMITS.maxBytes): Promise<string | null> {
  return (await readBytesIfThere(path, maxBytes))?.toString('utf8') ?? null;
}

async function readBytesIfThere(path: string, maxBytes: number): Promise<Buffer | null> {
  try {
    const bytes = await readPlain(path, { code: 'bad_checkpoint', next: NEXT, maxBytes });
    if (bytes.subarray(0, LFS_POINTER.length).toString('latin1') === LFS_POINTER) throw lfsPointer(path);
    return bytes;
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw bad(path, `cannot be read (${code ?? String(error)})`);
  }
}

/**
 * The parsed file, or null when it does not exist.
 * @throws FoveaError `bad_checkpoint` as {@link readTextIfThere}, or when it is not JSON, holds more than `limits`
 *   allow, or is not what `schema` says.
 */
export async function readJsonIfThere<S extends z.ZodType>(
  path: string,
  schema: S,
  limits: Partial<JsonLimits> = {},
): Promise<z.output<S> | null> {
  const bounds = { ...JSON_LIMITS, ...limits };
  const bytes = await readBytesIfThere(path, bounds.maxBytes);
  return bytes === null ? null : checkJson(schema, parseJson(bytes, path, bounds), path);
}

/** @throws FoveaError `bad_checkpoint` when it is no JSON, or holds or nests more than `limits` allow */
function parseJson(bytes: Buffer, path: string, limits: JsonLimits): unknown {
  const problem = tooMuchJson(bytes, limits);
  if (problem !== null) throw bad(path, problem);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw bad(path, 'is not valid JSON');
  }
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
    next: NEXT,
  });
}
